"""The verdict on a derivative: both modes against each other, and against differences."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from microgradlike.testing.check.directional import DirectionalDifferences
from microgradlike.testing.check.numeric import CENTRAL, Estimate, Stencil
from microgradlike.testing.check.one_sided import limits as one_sided
from microgradlike.testing.check.report import ReportEntry, Verdict
from microgradlike.testing.check.resolution import change_within_a_step

_ONE_SIDED_ERROR = 1e-6  # added to one-sided errors; the error for x ** 1.1 at 0 falls slowly


@dataclass(frozen=True, slots=True)
class AnalyticDerivative:
    """One derivative, from both modes, by the numbers named in `by`.

    `rounding` bounds its rounding error, `between` the difference of the modes by rounding. `edge`
    is the node at the edge of its domain that excuses a nan, or "". `indeterminate` names the
    product 0·∞ that the derivative depends on, or "".
    """

    by: tuple[str, ...]
    at: float
    reverse: float
    forward: float
    rounding: float
    between: float
    edge: str = ""
    indeterminate: str = ""

    @property
    def has_no_path(self) -> bool:
        """True if no path leads from the number to the result."""
        return self.reverse == self.forward == self.rounding == 0


def judge(
    analytic: AnalyticDerivative, differences: DirectionalDifferences, component: int
) -> ReportEntry:
    """Compare a derivative with the differences of a component."""
    if analytic.edge and math.isnan(analytic.reverse):
        note = f"{analytic.edge} is at or beyond the edge of its domain and has no derivative there"
        return _entry(analytic, math.nan, math.nan, 0.0, "undecided", note=note)
    # without a path, noise in other components must not count
    if analytic.has_no_path and differences.is_constant(component):
        return _entry(analytic, 0.0, 0.0, differences.obstacle()[0], "agrees")
    central = differences.estimate(component)
    if central is None or not differences.is_sharp(component, central, analytic.rounding):
        return _at_obstacle(analytic, differences, component)
    error = central.error + analytic.rounding
    verdict = _verdict(analytic.reverse, central.value, central.value, error, "agrees")
    entry = _entry(analytic, central.value, error, central.room, verdict)
    return _confirmed(entry, analytic, differences, component, {CENTRAL: central})


def _at_obstacle(
    analytic: AnalyticDerivative, differences: DirectionalDifferences, component: int
) -> ReportEntry:
    """Judge at a kink or an edge: the derivative must lie between the one-sided ones."""
    room, what = differences.obstacle()
    rounding = analytic.rounding
    limits = one_sided(differences, component, rounding)
    tie = bool(what) and not limits.known and math.isfinite(rounding)
    if tie:  # rounding decides a tie, as in max(x, 2x - 1) at 1: the differences have no part in it
        rounding = 0.0
        limits = one_sided(differences, component, rounding)
    known = list(limits.known.values())
    ends = sorted(e.value for e in known) or [math.nan]
    error = rounding + sum(e.error + _ONE_SIDED_ERROR for e in known)
    # without an obstacle, one side is enough
    smooth = len(known) + (not what) >= 2 and ends[-1] - ends[0] <= error
    numeric = (ends[0] + ends[-1]) / 2 if smooth else math.nan
    good: Verdict = "agrees" if smooth else "kink"
    verdict = _verdict(analytic.reverse, ends[0], ends[-1], error, good) if known else "undecided"
    if tie and verdict == "differs":  # rounding may explain it
        verdict = "undecided"
    jump = len(known) == 2 and not smooth
    if not what:
        hidden = differences.out_of_range() or "rounding hides the derivative"
        what = "a jump of the derivative" if jump else hidden
    note = f"{what}; {limits}"
    error = error if known else math.nan
    values = _value(limits.left), _value(limits.right)
    entry = _entry(analytic, numeric, error, room, verdict, note=note, sides=values)
    return _confirmed(entry, analytic, differences, component, limits.known)


def _confirmed(
    entry: ReportEntry,
    analytic: AnalyticDerivative,
    differences: DirectionalDifferences,
    component: int,
    estimates: Mapping[Stencil, Estimate],
) -> ReportEntry:
    """The entry, unless it differs for a reason other than a wrong rule."""
    if entry.verdict != "differs" or _modes_differ(analytic):
        return entry
    if analytic.indeterminate:
        limits = one_sided(differences, component, analytic.rounding)
        note = f"{analytic.indeterminate}, which is indeterminate; the difference quotients have"
        return replace(entry, verdict="indeterminate", note=f"{note} the limits {limits}")
    step = max(e.step for e in estimates.values())
    if crowd := differences.crowd_of_kinks(step):
        note = f"{crowd} has kink after kink within {step:.1g}, too close for differences"
        return replace(entry, verdict="undecided", note=note)
    values = [e.value for e in estimates.values()]
    within = min(values) - entry.error, max(values) + entry.error
    found = change_within_a_step(differences, component, entry.analytic, within, estimates)
    return replace(entry, verdict="undecided", note=found) if found else entry


def _verdict(derivative: float, low: float, high: float, error: float, good: Verdict) -> Verdict:
    return good if low - error <= derivative <= high + error else "differs"


def _entry(
    analytic: AnalyticDerivative,
    numeric: float,
    error: float,
    margin: float,
    verdict: Verdict,
    *,
    note: str = "",
    sides: tuple[float, float] = (math.nan, math.nan),
) -> ReportEntry:
    if _modes_differ(analytic):
        verdict = "differs"
        difference = abs(analytic.reverse - analytic.forward)
        apart = f"reverse and forward mode differ by {difference:.1e}, and rounding explains"
        apart += f" {analytic.between:.1e}"
        note = f"{apart}; {note}" if note else apart
    modes = analytic.by, analytic.at, analytic.reverse, analytic.forward
    return ReportEntry(*modes, numeric, error, margin, verdict, note, *sides)


def _modes_differ(analytic: AnalyticDerivative) -> bool:
    """True if the modes differ by more than rounding."""
    a, b = analytic.reverse, analytic.forward
    same = a == b or (math.isnan(a) and math.isnan(b))
    if same or analytic.edge or not math.isfinite(analytic.between):
        return False
    return not abs(a - b) <= analytic.between


def _value(estimate: Estimate | None) -> float:
    return math.nan if estimate is None else estimate.value
