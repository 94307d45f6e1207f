"""GivenDerivatives: derivatives that a user derived by hand, against the derivatives of a check."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from microgradlike._validate import is_real, shown
from microgradlike.derivatives.pytree import HasParameters
from microgradlike.engine import Value
from microgradlike.op import to_float
from microgradlike.testing.check.function_under_test import FunctionUnderTest, unit_direction
from microgradlike.testing.check.modes import AnalyticDerivatives
from microgradlike.testing.check.nested import leaves_of
from microgradlike.testing.check.point import Point
from microgradlike.testing.check.report import GivenEntry, Report, ReportEntry, Verdict

Given = Any  # numbers, nested as the point is, or a function of the point that returns them

_DIGITS = 2.0**-26  # relative: a formula by hand may lose half of the digits of a derivative
_UNITS = 2.0**-48  # and units in the last place of the function, as 1 - y * y does for tanh


@dataclass(frozen=True, slots=True)
class GivenDerivatives:
    """The derivatives that a user gave for `check_gradients`, in the options of these names."""

    gradient: Given = None
    jacobian: Given = None
    hessian: Given = None

    def outputs(self, f: Callable[..., object], start: Point) -> list[str]:
        """The places of the numbers to test in the result of f: all for a Jacobian, else itself."""
        if self.jacobian is None:
            return [""]
        y = f(*start.values(start.numbers)[0])
        found = [place for place, _ in leaves_of(y, y, "")]
        if not found:
            raise ValueError(f"f returned {shown(y)}, which has no number to differentiate")
        return found

    def beside(
        self, report: Report, function: FunctionUnderTest, arguments: Sequence[object]
    ) -> Report:
        """The report with an entry for each given number that is about the number under test."""
        return replace(report, given=tuple(self._entries(report, function, arguments)))

    def _entries(
        self, report: Report, function: FunctionUnderTest, arguments: Sequence[object]
    ) -> Iterator[GivenEntry]:
        like = arguments[0] if len(arguments) == 1 else arguments
        if self.gradient is not None:
            row = _called(self.gradient, arguments)
            yield from _row("gradient", report, report.partials, like, row)
        if self.jacobian is not None:
            y = function.f(*function.point.values(function.point.numbers)[0])
            rows = dict(leaves_of(y, _called(self.jacobian, arguments), "jacobian"))
            place = f"jacobian{function.output}"
            yield from _row(place, report, report.partials, like, rows[place])
        if self.hessian is not None:
            rows = dict(leaves_of(like, _called(self.hessian, arguments), "hessian"))
            for k, (place, row) in enumerate(rows.items()):
                yield from _row(place, report, _second(function, report, k), like, row)


def _called(given: Given, arguments: Sequence[object]) -> object:
    is_function = callable(given) and not isinstance(given, HasParameters)
    return given(*arguments) if is_function else given


def _row(
    name: str, report: Report, entries: Sequence[ReportEntry], like: object, row: object
) -> Iterator[GivenEntry]:
    for entry, (place, x) in zip(entries, leaves_of(like, row, name), strict=True):
        x = x.data if isinstance(x, Value) else x
        if not is_real(x):
            raise TypeError(
                f"{place} is {shown(x)} of type {type(x).__name__}; give one number for each number"
                " of the point"
            )
        given = to_float(x)
        yield GivenEntry(place, entry, given, _verdict(entry, given, report.value))


def _verdict(entry: ReportEntry, given: float, value: float) -> Verdict:
    """The verdict on a given number, from that on the derivative of the engine."""
    units = _UNITS * abs(value) / max(abs(entry.at), 1.0) if math.isfinite(entry.at) else 0.0
    right = entry.numeric if entry.verdict == "differs" else entry.analytic
    slack = _DIGITS * abs(right) + units
    if entry.verdict == "kink":
        ends = [x for x in (entry.left, entry.right) if math.isfinite(x)]
        slack += entry.error
        return "kink" if min(ends) - slack <= given <= max(ends) + slack else "differs"
    if entry.verdict == "differs":
        slack += entry.error
    same = given == right or (math.isnan(given) and math.isnan(right))
    if same or (math.isfinite(right) and abs(given - right) <= slack):
        return "agrees"
    return entry.verdict if entry.verdict in ("undecided", "indeterminate") else "differs"


def _second(function: FunctionUnderTest, report: Report, k: int) -> list[ReportEntry]:
    """The second derivatives in number k and each number; undecided if the check left them out."""
    names, at = function.point.names, function.point.numbers[k]
    by = {entry.by: entry for entry in report.higher if len(entry.by) == 2}
    pairs = [(name, names[k]) for name in names]
    if all(pair in by for pair in pairs):
        return [by[pair] for pair in pairs]
    row = [math.nan] * len(names)
    if by:
        row = AnalyticDerivatives(function).second(unit_direction(k, len(names))).reverse
    # of more numbers than directions, differences confirmed sums of the derivatives
    confirmed = {a for a, b in by if b not in names and not report.wrong}
    none = math.nan, math.nan, math.inf
    left_out = "undecided", "the check left it out"
    return [
        by.get(pair)
        or ReportEntry(pair, at, x, x, *none, *(("agrees",) if {*pair} <= confirmed else left_out))
        for pair, x in zip(pairs, row)
    ]
