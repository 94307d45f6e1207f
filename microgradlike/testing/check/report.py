"""What a gradient check found: a Partial per derivative, a Report of them, a GradientError."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["agrees", "differs", "kink", "undecided"]

_MOST_ROWS = 20
_HEADER = ("partial", "reverse", "forward", "numeric", "± error", "difference", "to a kink", "")
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class GradientError(AssertionError):
    """A gradient is wrong. `report` holds every partial; the message is its table."""

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report


class GradientWarning(UserWarning):
    """A derivative could not be checked at this point: nothing is known of it."""


@dataclass(frozen=True, slots=True)
class Partial:
    """One derivative, three ways.

    `by` the names of the numbers it is taken by, the last one of those that differences moved, and
    `at` where that one was (nan for a direction). `analytic` is the derivative in reverse mode and
    `forward` that in forward mode; `numeric` is from differences of the function, or, from order 2
    on, of derivatives one order lower (nan where there is none); `error` bounds what rounding and
    truncation make of |analytic - numeric|. `margin` is the distance to go before a primitive meets
    its kink (inf without one). `left` and `right` are the one-sided derivatives, looked at only
    where there is no two-sided one; nan where there is none either.

    `verdict`: "agrees"; "differs", the error; "kink" where the analytic value lies between left and
    right; "undecided" where no numeric derivative is sharp enough to judge by, and `note` says why.
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
        """The numbers it is taken by: "x", or "x, w" of a second derivative."""
        return ", ".join(self.by)

    @property
    def difference(self) -> float:
        """|analytic - numeric|; nan where there is no numeric derivative."""
        return abs(self.analytic - self.numeric)

    def of(self, name: str) -> str:
        """How it is written, of a function of that name: "d²f/dx dw"."""
        power = str(len(self.by)).translate(_SUPERSCRIPTS) if len(self.by) > 1 else ""
        below = " ".join(
            f"d{by}{str(n).translate(_SUPERSCRIPTS) if n > 1 else ''}"
            for by, n in Counter(self.by).items()
        )
        return f"d{power}{name}/{below}"


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of `check_gradients`: the function's `name` and `value`, and what was compared.

    `partials` are the first derivatives, one for each number; `higher` those of higher order;
    `missing` says why there are none of these, or is "", and `notes` what else is to be known about
    the check. `drawing` is a piece of Python that draws the
    graph at this point. `str(report)` is a table, the mistakes first.
    """

    name: str
    value: float
    partials: tuple[Partial, ...]
    higher: tuple[Partial, ...]
    missing: str
    notes: tuple[str, ...]
    drawing: str

    def __str__(self) -> str:
        said = [*self.notes, self.missing] if self.missing else self.notes
        return "\n".join([self._summary(), *_table(self), *said, self.drawing])

    def with_verdict(self, verdict: Verdict) -> tuple[Partial, ...]:
        """The derivatives of that verdict, of every order."""
        return tuple(p for p in (*self.partials, *self.higher) if p.verdict == verdict)

    @property
    def wrong(self) -> tuple[Partial, ...]:
        """The derivatives that differ."""
        return self.with_verdict("differs")

    @property
    def kinks(self) -> tuple[Partial, ...]:
        """The derivatives at a kink or an edge that lie between the one-sided ones."""
        return self.with_verdict("kink")

    @property
    def undecided(self) -> tuple[Partial, ...]:
        """The derivatives that could not be checked."""
        return self.with_verdict("undecided")

    def _summary(self) -> str:
        said = [
            f"{sum(p.verdict == 'differs' for p in ps)} of {len(ps)} {what} wrong"
            for ps, what in ((self.partials, "partials"), (self.higher, "higher derivatives"))
            if any(p.verdict == "differs" for p in ps)
        ]
        state = ", ".join(said) or "no partial is wrong"
        return f"gradient of {self.name} where its value is {self.value:.10g}: {state}"


def _table(report: Report) -> list[str]:
    rank = ("differs", "undecided", "kink", "agrees")
    partials = (*report.partials, *report.higher)
    ordered = sorted(partials, key=lambda p: rank.index(p.verdict))
    shown = ordered[:_MOST_ROWS]
    rows = [_HEADER, *(_row(report.name, p) for p in shown)]
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths)).rstrip() for row in rows]
    left_out = len(ordered) - len(shown)
    if left_out:
        lines.append(f"and {left_out} more")
    lines += [f"{p.of(report.name)}{_place(p)}: {p.note}" for p in shown if p.note]
    return lines


def _row(name: str, p: Partial) -> tuple[str, ...]:
    margin = "-" if p.margin == math.inf else f"{p.margin:.1e}"
    values = [f"{x:.10g}" for x in (p.analytic, p.forward, p.numeric)]
    return (p.of(name), *values, f"{p.error:.1e}", f"{p.difference:.1e}", margin, p.verdict)


def _place(p: Partial) -> str:
    return "" if math.isnan(p.at) else f" at {p.by[-1]} = {p.at!r}"
