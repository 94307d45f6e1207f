"""The verdict on a derivative: both modes against each other, and against differences."""

from __future__ import annotations

import math
from dataclasses import dataclass

from microgradlike.testing.check.directional import Line
from microgradlike.testing.check.numeric import LEFT, RIGHT, Estimate, Stencil
from microgradlike.testing.check.report import Partial, Verdict

_BROAD = 1e-6  # of one-sided derivatives: that of x ** 1.1 at 0 is reached slower than it seems


@dataclass(frozen=True, slots=True)
class Claim:
    """What both modes say of one derivative, by the names of numbers; `between` the two, `rounding`
    may account for so much, and for so much between them and the truth.
    """

    by: tuple[str, ...]
    at: float
    reverse: float
    forward: float
    rounding: float
    between: float
    edge: str = ""  # the node that is an excuse for a nan

    @property
    def is_nothing(self) -> bool:
        """Whether there is no path at all by which the number could matter."""
        return self.reverse == self.forward == self.rounding == 0


def judged(claim: Claim, line: Line, row: int) -> Partial:
    """The claim compared with differences of a row along a line."""
    if claim.edge and math.isnan(claim.reverse):
        note = f"{claim.edge} is at or beyond the edge of its domain, where there is no derivative"
        return _partial(claim, math.nan, math.nan, 0.0, "undecided", note)
    if claim.is_nothing and line.is_constant(row):  # noise elsewhere in the row says nothing then
        return _partial(claim, 0.0, 0.0, line.obstacle()[0], "agrees")
    central = line.estimate(row)
    if central is None or not line.is_sharp(row, central, claim.rounding):
        return _at_obstacle(claim, line, row)
    error = central.error + claim.rounding
    verdict = _verdict(claim.reverse, central.value, central.value, error, "agrees")
    return _partial(claim, central.value, error, central.room, verdict)


def _at_obstacle(claim: Claim, line: Line, row: int) -> Partial:
    """At a kink or an edge: the derivative has to lie between the one-sided ones."""
    room, what = line.obstacle()
    left, right = (_side(claim, line, row, stencil) for stencil in (LEFT, RIGHT))
    known = [e for e in (left, right) if e is not None]
    ends = sorted(e.value for e in known) or [math.nan]
    error = claim.rounding + sum(e.error + _BROAD for e in known) if known else math.nan
    # one side is enough where nothing stands in the way
    smooth = len(known) + (not what) >= 2 and ends[-1] - ends[0] <= error
    numeric = (ends[0] + ends[-1]) / 2 if smooth else math.nan
    good: Verdict = "agrees" if smooth else "kink"
    verdict = _verdict(claim.reverse, ends[0], ends[-1], error, good) if known else "undecided"
    jump = len(known) == 2 and not smooth
    what = what or ("a jump of the derivative" if jump else "rounding hides the derivative")
    note = f"{what}; from the left {_shown(left)}, from the right {_shown(right)}"
    return _partial(claim, numeric, error, room, verdict, note, (_value(left), _value(right)))


def _side(claim: Claim, line: Line, row: int, stencil: Stencil) -> Estimate | None:
    estimate = line.estimate(row, stencil)
    if estimate is None or not line.is_sharp(row, estimate, claim.rounding, stencil):
        return None
    return estimate


def _verdict(derivative: float, low: float, high: float, error: float, good: Verdict) -> Verdict:
    return good if low - error <= derivative <= high + error else "differs"


def _partial(
    claim: Claim,
    numeric: float,
    error: float,
    margin: float,
    verdict: Verdict,
    note: str = "",
    sides: tuple[float, float] = (math.nan, math.nan),
) -> Partial:
    if _apart(claim):
        verdict = "differs"
        said = f"reverse and forward mode may differ by {claim.between:.1e} of rounding"
        note = f"{said}; {note}" if note else said
    analytic = claim.by, claim.at, claim.reverse, claim.forward
    return Partial(*analytic, numeric, error, margin, verdict, note, *sides)


def _apart(claim: Claim) -> bool:
    """Whether the two modes contradict each other, more than by rounding."""
    a, b = claim.reverse, claim.forward
    same = a == b or (math.isnan(a) and math.isnan(b))
    if same or claim.edge or not math.isfinite(claim.between):
        return False
    return not abs(a - b) <= claim.between


def _value(estimate: Estimate | None) -> float:
    return math.nan if estimate is None else estimate.value


def _shown(estimate: Estimate | None) -> str:
    return "none" if estimate is None else f"{estimate.value:.10g}"
