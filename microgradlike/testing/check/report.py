"""Report: the outcome of a gradient check, an entry per derivative, as a table."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from microgradlike._html import table

Verdict = Literal["agrees", "differs", "digits lost", "kink", "undecided", "indeterminate"]

_MOST_ROWS = 20
_HEADER = (
    "derivative",
    "reverse",
    "forward",
    "numeric",
    "± error",
    "difference",
    "to kink",
    "verdict",
)
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class GradientError(AssertionError):
    """A derivative is wrong. The message is the table of the check, `report` the whole Report.

    >>> from microgradlike import unary
    >>> from microgradlike.testing import GradientError, check_gradients
    >>> cube = unary("cube", lambda x: x ** 3, lambda y, x: 2 * x ** 2)
    >>> try:
    ...     check_gradients(cube, 2.0)
    ... except GradientError as error:
    ...     print([entry.name for entry in error.report.wrong])
    ['x']
    """

    __module__ = "microgradlike.testing"  # its public place, for tracebacks

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report


class GradientWarning(UserWarning):
    """A derivative could not be checked at this point, so it may be right or wrong.

    >>> import warnings
    >>> from microgradlike.testing import GradientWarning, check_gradients
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     report = check_gradients(lambda x: (x + 1e16) - 1e16, 1.0)
    >>> caught[0].category is GradientWarning, report.undecided[0].name
    (True, 'x')
    """

    __module__ = "microgradlike.testing"


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """One derivative: from both modes and from differences, with the verdict on it.

    - `by`: the names of the numbers that it is taken by. Differences move the last one, which is
      `at` this value, or nan for a direction.
    - `analytic`: by reverse mode; `forward`: by forward mode.
    - `numeric`: by differences of the function's values, from order 2 on of derivatives one order
      lower; nan if no step gives it.
    - `error`: the bound of |analytic - numeric| by rounding and truncation.
    - `margin`: the distance that the number can move before a primitive meets its kink; inf
      without a kink.
    - `left`, `right`: the one-sided derivatives, computed only without a two-sided one; else nan.
    - `verdict`: "agrees"; "differs" for a wrong derivative; "kink" if the analytic value lies
      between `left` and `right`; "undecided" if no numeric derivative is accurate enough;
      "indeterminate" if it differs because of a product 0·∞.
    - `note`: the reason for a verdict other than "agrees", or "".
    - `output`: the place of the differentiated number in a nested result, such as "[0]", or "".

    >>> from microgradlike.testing import check_gradients
    >>> entry = check_gradients(lambda x: x * x, 3.0).partials[0]
    >>> entry.name, entry.analytic, entry.verdict
    ('x', 6.0, 'agrees')
    """

    by: tuple[str, ...]
    at: float
    analytic: float
    forward: float
    numeric: float
    error: float
    margin: float
    verdict: Verdict
    note: str = ""
    left: float = math.nan
    right: float = math.nan
    output: str = ""

    @property
    def name(self) -> str:
        """The numbers that it is taken by: "x", or "x, w" for a second derivative."""
        return ", ".join(self.by)

    @property
    def difference(self) -> float:
        """|analytic - numeric|; nan without a numeric derivative."""
        return abs(self.analytic - self.numeric)

    def of(self, name: str) -> str:
        """The notation for a function of that `name`: "d²f/dx dw".

        >>> from microgradlike.testing import check_gradients
        >>> check_gradients(lambda x: x * x, 3.0).higher[0].of("f")
        'd²f/dx²'
        """
        power = str(len(self.by)).translate(_SUPERSCRIPTS) if len(self.by) > 1 else ""
        below = " ".join(
            f"d{by}{str(n).translate(_SUPERSCRIPTS) if n > 1 else ''}"
            for by, n in Counter(self.by).items()
        )
        return f"d{power}{name}{self.output}/{below}"


@dataclass(frozen=True, slots=True)
class GivenEntry:
    """One number that a user gave as a derivative.

    - `name`: its place in the option, such as "gradient[1]".
    - `entry`: the same derivative in the check of the engine.
    - `given`: the number; `verdict`: the verdict on it, as in a ReportEntry. "digits lost" if it is
      further from the exact derivative than rounding in `f` explains, but no other number.
    - `exact`: the exact derivative of `f`, rounded to a double; nan if it is not known, as without
      mpmath, and for numbers of `jacobian` and `hessian`.
    - `right`, `allowed`: its decimal digits that are right, 0.0 to 16.0, and those that `f` as
      written allows in its `precision`, such as "float32"; nan if `exact` is.
    - `note`: the mistake that the number shows, or "".

    >>> from microgradlike.testing import check_gradients
    >>> report = check_gradients(lambda x: x * x, 3.0, gradient=lambda x: 2 * x)
    >>> report.given[0].name, report.given[0].given, report.given[0].verdict
    ('gradient', 6.0, 'agrees')
    >>> report.given[0].right
    16.0
    """

    name: str
    entry: ReportEntry
    given: float
    verdict: Verdict
    exact: float = math.nan
    right: float = math.nan
    allowed: float = math.nan
    precision: str = "float64"
    note: str = ""

    def text(self, name: str) -> str:
        """The given number beside the right ones, for a function of that `name`.

        >>> from microgradlike.testing import check_gradients
        >>> report = check_gradients(lambda x: x * x, 3.0, gradient=lambda x: 2 * x)
        >>> report.given[0].text("f").partition(", differences")[0]
        'gradient: df/dx is given as 6; the engine says 6'
        """
        e = self.entry
        found = f"{self.name}: {e.of(name)} is given as {self.given:.10g}"
        if self.verdict != "digits lost":
            found += f"; the engine says {e.analytic:.10g}"
            if math.isfinite(e.numeric):
                found += f", differences {e.numeric:.10g} ± {e.error:.1e}"
            elif e.note:
                found += f"; {e.note}"
        if math.isnan(self.exact):
            return found
        digits = f"{self.right:.1f} digits right of {self.allowed:.1f} that {name} allows"
        note = f" ({self.note})" if self.note else ""
        return f"{found}; exactly {self.exact:.10g}{note}; {digits} in {self.precision}"


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of `check_gradients`; `str(report)` is a table, wrong derivatives first.

    - `name`, `value`: of the function at the point.
    - `partials`: the first derivatives, an entry per number of the point.
    - `higher`: the derivatives of order 2 and more.
    - `missing`: the reason if derivatives of some order could not be taken, or "".
    - `notes`: other remarks on the check.
    - `drawing`: Python code that draws the graph at this point.
    - `given`: the derivatives that a user gave, an entry per number.
    - `pytest_case`: a test for pytest that fails for the same numbers of a given gradient, or "".

    >>> from microgradlike.testing import check_gradients
    >>> report = check_gradients(lambda x: abs(x), 0.0)
    >>> report.value, len(report.partials), [entry.note for entry in report.kinks]
    (0.0, 1, ['the kink of abs(0.0); from the left -1, from the right 1'])
    """

    name: str
    value: float
    partials: tuple[ReportEntry, ...]
    higher: tuple[ReportEntry, ...]
    missing: str
    notes: tuple[str, ...]
    drawing: str
    given: tuple[GivenEntry, ...] = ()
    pytest_case: str = ""

    def __str__(self) -> str:
        rows = [_HEADER, *(_row(self.name, p) for p in self._ordered()[:_MOST_ROWS])]
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths)).rstrip() for row in rows]
        left_out = len(self.partials) + len(self.higher) - _MOST_ROWS
        if left_out > 0:
            lines.append(f"and {left_out} more")
        return "\n".join([self._summary(), *self._given(), *lines, *self._notes()])

    def _repr_html_(self) -> str:
        rows = [_row(self.name, p) for p in self._ordered()]
        return table(self._summary(), [_HEADER, *rows], len(rows), [*self._given(), *self._notes()])

    def _ordered(self) -> list[ReportEntry]:
        rank = ("differs", "indeterminate", "undecided", "kink", "agrees")
        return sorted((*self.partials, *self.higher), key=lambda p: rank.index(p.verdict))

    def _given(self) -> list[str]:
        shown = (*self.given_wrong, *self.given_lost)[:_MOST_ROWS]
        return [
            f"{'' if e.verdict == 'differs' else 'digits lost: '}{e.text(self.name)}" for e in shown
        ]

    def _notes(self) -> list[str]:
        shown = self._ordered()[:_MOST_ROWS]
        notes = [f"{p.of(self.name)}{_place(p)}: {p.note}" for p in shown if p.note]
        return [*notes, *self.notes, *filter(None, [self.missing, self.pytest_case]), self.drawing]

    def with_verdict(self, verdict: Verdict) -> tuple[ReportEntry, ...]:
        """The entries with that `verdict`, of every order.

        >>> from microgradlike.testing import check_gradients
        >>> [e.name for e in check_gradients(lambda x: x * x, 3.0).with_verdict("agrees")]
        ['x', 'x, x']
        """
        return tuple(p for p in (*self.partials, *self.higher) if p.verdict == verdict)

    @property
    def wrong(self) -> tuple[ReportEntry, ...]:
        """The wrong derivatives: those that differ."""
        return self.with_verdict("differs")

    @property
    def given_wrong(self) -> tuple[GivenEntry, ...]:
        """The given derivatives that differ from the right ones."""
        return tuple(entry for entry in self.given if entry.verdict == "differs")

    @property
    def given_lost(self) -> tuple[GivenEntry, ...]:
        """The given derivatives that have fewer right digits than the function allows."""
        return tuple(entry for entry in self.given if entry.verdict == "digits lost")

    @property
    def kinks(self) -> tuple[ReportEntry, ...]:
        """The derivatives at a kink or an edge that lie between the one-sided ones."""
        return self.with_verdict("kink")

    @property
    def undecided(self) -> tuple[ReportEntry, ...]:
        """The derivatives that could not be checked."""
        return self.with_verdict("undecided")

    def _summary(self) -> str:
        counts = [
            f"{sum(p.verdict == 'differs' for p in ps)} of {len(ps)} {what} derivatives wrong"
            for ps, what in ((self.partials, "first"), (self.higher, "higher"))
            if any(p.verdict == "differs" for p in ps)
        ]
        if self.given:
            counts.append(f"{len(self.given_wrong)} of {len(self.given)} given derivatives wrong")
        right = [entry.right for entry in self.given if not math.isnan(entry.right)]
        if right and not self.given_wrong:
            counts.append(f"at least {min(right):.1f} digits right")
        if self.given_lost:
            counts.append(f"{len(self.given_lost)} with digits lost")
        state = ", ".join(counts) or "no derivative is wrong"
        return f"gradient of {self.name}, value {self.value:.10g}: {state}"


def merged(reports: Mapping[str, Report]) -> Report:
    """One report on a nested result, from a report on the number at each place."""
    parts = [_at_output(report, output) for output, report in reports.items()]
    main = next((part for part in parts if part.wrong or part.given_wrong), parts[0])
    return replace(
        main,
        partials=tuple(entry for part in parts for entry in part.partials),
        higher=tuple(entry for part in parts for entry in part.higher),
        given=tuple(entry for part in parts for entry in part.given),
        missing=next(filter(None, (part.missing for part in parts)), ""),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _at_output(report: Report, output: str) -> Report:
    if not output:
        return report
    partials, higher = (
        tuple(replace(entry, output=output) for entry in entries)
        for entries in (report.partials, report.higher)
    )
    given = tuple(replace(g, entry=replace(g.entry, output=output)) for g in report.given)
    return replace(report, partials=partials, higher=higher, given=given)


def _row(name: str, p: ReportEntry) -> tuple[str, ...]:
    margin = "-" if p.margin == math.inf else f"{p.margin:.1e}"
    values = [f"{x:.10g}" for x in (p.analytic, p.forward, p.numeric)]
    return (p.of(name), *values, f"{p.error:.1e}", f"{p.difference:.1e}", margin, p.verdict)


def _place(p: ReportEntry) -> str:
    return "" if math.isnan(p.at) else f" at {p.by[-1]} = {p.at!r}"
