"""Report: the outcome of a gradient check, an entry per derivative, as a table."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["agrees", "differs", "kink", "undecided", "indeterminate"]

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

    @property
    def name(self) -> str:
        """The numbers that it is taken by: "x", or "x, w" for a second derivative."""
        return ", ".join(self.by)

    @property
    def difference(self) -> float:
        """|analytic - numeric|; nan without a numeric derivative."""
        return abs(self.analytic - self.numeric)

    def of(self, name: str) -> str:
        """The notation for a function of that name: "d²f/dx dw"."""
        power = str(len(self.by)).translate(_SUPERSCRIPTS) if len(self.by) > 1 else ""
        below = " ".join(
            f"d{by}{str(n).translate(_SUPERSCRIPTS) if n > 1 else ''}"
            for by, n in Counter(self.by).items()
        )
        return f"d{power}{name}/{below}"


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of `check_gradients`; `str(report)` is a table, wrong derivatives first.

    - `name`, `value`: of the function at the point.
    - `partials`: the first derivatives, an entry per number of the point.
    - `higher`: the derivatives of order 2 and more.
    - `missing`: the reason if derivatives of some order could not be taken, or "".
    - `notes`: other remarks on the check.
    - `drawing`: Python code that draws the graph at this point.

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

    def __str__(self) -> str:
        remarks = [*self.notes, self.missing] if self.missing else self.notes
        return "\n".join([self._summary(), *_table(self), *remarks, self.drawing])

    def with_verdict(self, verdict: Verdict) -> tuple[ReportEntry, ...]:
        """The entries with that verdict, of every order."""
        return tuple(p for p in (*self.partials, *self.higher) if p.verdict == verdict)

    @property
    def wrong(self) -> tuple[ReportEntry, ...]:
        """The wrong derivatives: those that differ."""
        return self.with_verdict("differs")

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
        state = ", ".join(counts) or "no derivative is wrong"
        return f"gradient of {self.name}, value {self.value:.10g}: {state}"


def _table(report: Report) -> list[str]:
    rank = ("differs", "indeterminate", "undecided", "kink", "agrees")
    entries = (*report.partials, *report.higher)
    ordered = sorted(entries, key=lambda p: rank.index(p.verdict))
    shown = ordered[:_MOST_ROWS]
    rows = [_HEADER, *(_row(report.name, p) for p in shown)]
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths)).rstrip() for row in rows]
    left_out = len(ordered) - len(shown)
    if left_out:
        lines.append(f"and {left_out} more")
    lines += [f"{p.of(report.name)}{_place(p)}: {p.note}" for p in shown if p.note]
    return lines


def _row(name: str, p: ReportEntry) -> tuple[str, ...]:
    margin = "-" if p.margin == math.inf else f"{p.margin:.1e}"
    values = [f"{x:.10g}" for x in (p.analytic, p.forward, p.numeric)]
    return (p.of(name), *values, f"{p.error:.1e}", f"{p.difference:.1e}", margin, p.verdict)


def _place(p: ReportEntry) -> str:
    return "" if math.isnan(p.at) else f" at {p.by[-1]} = {p.at!r}"
