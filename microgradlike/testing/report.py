"""What a gradient check found: a Partial per number of the point, a Report, a GradientError."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["agrees", "differs", "kink", "undecided"]

_MOST_ROWS = 20
_HEADER = ("partial", "analytic", "numeric", "± error", "difference", "to a kink", "")


class GradientError(AssertionError):
    """A gradient is wrong. `report` holds every partial; the message is its table."""

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report


class GradientWarning(UserWarning):
    """A partial could not be checked at this point: nothing is known of it."""


@dataclass(frozen=True, slots=True)
class Partial:
    """One partial derivative, both ways.

    `name` of the argument and the point `at` which it was taken; `analytic` from the backward pass,
    `numeric` from differences (nan where there is no derivative), `error` the bound on what
    rounding and truncation make of their difference; `margin` the distance that the argument can
    go before a primitive meets its kink (inf without one). `left` and `right` are the one-sided
    derivatives, looked at only where there is no two-sided one; nan where there is none either.

    `verdict`: "agrees"; "differs", the error; "kink" where the analytic value lies between left and
    right; "undecided" where no numeric derivative is sharp enough to judge by, and `note` says why.
    """

    name: str
    at: float
    analytic: float
    numeric: float
    error: float
    margin: float
    verdict: Verdict
    note: str = ""
    left: float = math.nan
    right: float = math.nan

    @property
    def difference(self) -> float:
        """|analytic - numeric|; nan where there is no numeric derivative."""
        return abs(self.analytic - self.numeric)


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of `check_gradients`: the function's `name` and `value`, and all its `partials`.

    `drawing` is a piece of Python that draws the graph at this point. `str(report)` is a table, the
    mistakes first.
    """

    name: str
    value: float
    partials: tuple[Partial, ...]
    drawing: str

    def __str__(self) -> str:
        return "\n".join([self._summary(), *_table(self.name, self.partials), self.drawing])

    def with_verdict(self, verdict: Verdict) -> tuple[Partial, ...]:
        """The partials of that verdict."""
        return tuple(p for p in self.partials if p.verdict == verdict)

    @property
    def wrong(self) -> tuple[Partial, ...]:
        """The partials that differ."""
        return self.with_verdict("differs")

    @property
    def kinks(self) -> tuple[Partial, ...]:
        """The partials at a kink or an edge that lie between the one-sided derivatives."""
        return self.with_verdict("kink")

    @property
    def undecided(self) -> tuple[Partial, ...]:
        """The partials that could not be checked."""
        return self.with_verdict("undecided")

    def _summary(self) -> str:
        count = f"{len(self.wrong)} of {len(self.partials)}"
        state = f"{count} partials wrong" if self.wrong else "no partial is wrong"
        return f"gradient of {self.name} where its value is {self.value:.10g}: {state}"


def _table(name: str, partials: tuple[Partial, ...]) -> list[str]:
    rank = ("differs", "undecided", "kink", "agrees")
    ordered = sorted(partials, key=lambda p: rank.index(p.verdict))
    shown = ordered[:_MOST_ROWS]
    rows = [_HEADER, *(_row(name, p) for p in shown)]
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths)).rstrip() for row in rows]
    left_out = len(ordered) - len(shown)
    if left_out:
        lines.append(f"and {left_out} more")
    lines += [f"{_derivative(name, p)} at {p.name} = {p.at!r}: {p.note}" for p in shown if p.note]
    return lines


def _row(name: str, p: Partial) -> tuple[str, ...]:
    margin = "-" if p.margin == math.inf else f"{p.margin:.1e}"
    numbers = (f"{p.analytic:.10g}", f"{p.numeric:.10g}", f"{p.error:.1e}", f"{p.difference:.1e}")
    return (_derivative(name, p), *numbers, margin, p.verdict)


def _derivative(name: str, p: Partial) -> str:
    return f"d{name}/d{p.name}"
