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
from microgradlike.testing.check.case import pytest_case
from microgradlike.testing.check.foreign import Precision, plain
from microgradlike.testing.check.function_under_test import FunctionUnderTest, unit_direction
from microgradlike.testing.check.modes import AnalyticDerivatives
from microgradlike.testing.check.nested import leaves_of
from microgradlike.testing.check.opinion import SecondOpinion
from microgradlike.testing.check.point import Point
from microgradlike.testing.check.report import GivenEntry, Report, ReportEntry, Verdict

Given = Any  # numbers, nested as the point is, or a function of the point that returns them

_UNITS = 5  # bits: a formula by hand may lose units in the last place of the function, as 1 - y * y


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
        like = arguments[0] if len(arguments) == 1 else arguments
        given = tuple(self._matrices(report, function, arguments, like))
        if self.gradient is None:
            return replace(report, given=given)
        numbers, precision = plain(_called(self.gradient, arguments))
        leaves = leaves_of(like, _alone(numbers, like), "gradient")
        row = _row(report, report.partials, leaves, precision)
        opinion = SecondOpinion(function, precision)
        slack = [_slack(entry, report.value, precision) for entry in report.partials]
        entries = [opinion.judged(k, entry, slack[k]) for k, entry in enumerate(row)]
        failed = [e for e in entries if e.verdict in ("differs", "digits lost")]
        case = pytest_case(function, self.gradient, numbers, failed) if failed else ""
        notes = (*report.notes, *opinion.notes)
        return replace(report, given=(*entries, *given), pytest_case=case, notes=notes)

    def _matrices(
        self, report: Report, function: FunctionUnderTest, arguments: Sequence[object], like: object
    ) -> Iterator[GivenEntry]:
        if self.jacobian is not None:
            y = function.f(*function.point.values(function.point.numbers)[0])
            given, precision = plain(_called(self.jacobian, arguments))
            place = f"jacobian{function.output}"
            row = dict(leaves_of(y, given, "jacobian"))[place]
            yield from _row(report, report.partials, leaves_of(like, row, place), precision)
        if self.hessian is not None:
            given, precision = plain(_called(self.hessian, arguments))
            for k, (place, row) in enumerate(leaves_of(like, given, "hessian")):
                leaves = leaves_of(like, row, place)
                yield from _row(report, _second(function, report, k), leaves, precision)


def _called(given: Given, arguments: Sequence[object]) -> object:
    is_function = callable(given) and not isinstance(given, HasParameters)
    return given(*arguments) if is_function else given


def _alone(given: Any, like: object) -> Any:
    """The gradient by the only argument, from a tuple of one as torch.autograd.grad returns it."""
    if isinstance(given, tuple) and len(given) == 1 and not isinstance(like, tuple):
        is_number = isinstance(given[0], (float, int))
        return given if is_number and not is_real(like) else given[0]
    return given


def _row(
    report: Report,
    entries: Sequence[ReportEntry],
    leaves: Iterator[tuple[str, Any]],
    precision: Precision,
) -> Iterator[GivenEntry]:
    for entry, (place, x) in zip(entries, leaves, strict=True):
        x = x.data if isinstance(x, Value) else x
        if not is_real(x):
            raise TypeError(
                f"{place} is {shown(x)} of type {type(x).__name__}; give one number for each number"
                " of the point"
            )
        given = to_float(x)
        verdict = _verdict(entry, given, _slack(entry, report.value, precision))
        yield GivenEntry(place, entry, given, verdict)


def _slack(entry: ReportEntry, value: float, precision: Precision) -> float:
    """The error that a formula by hand may have: half of the digits, and units of the function."""
    right = entry.numeric if entry.verdict == "differs" else entry.analytic
    units = 2.0 ** (_UNITS - precision.bits) * abs(value)
    size = max(abs(entry.at), 1.0) if math.isfinite(entry.at) else math.inf
    return 2.0 ** -(precision.bits // 2) * abs(right) + units / size


def _verdict(entry: ReportEntry, given: float, slack: float) -> Verdict:
    """The verdict on a given number, from that on the derivative of the engine."""
    right = entry.numeric if entry.verdict == "differs" else entry.analytic
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
