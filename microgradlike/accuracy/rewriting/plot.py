"""Plot of right digits over a range, before and after a rewrite, by matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from microgradlike.accuracy.rewriting.candidates import Judge, Point, between
from microgradlike.accuracy.rewriting.terms import Term
from microgradlike.accuracy.truth.truth import working_precision
from microgradlike.indeterminate_form import indeterminate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POINTS = 60
COLORS = ("#b3261e", "#1a56a8")  # before, after


def figure(
    formulas: tuple[Term, Term], point: Point, ranges: Mapping[str, tuple[float, float]]
) -> Figure:
    """A plot for each range: the fewest right digits of value and gradient along it."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise ImportError("a plot needs matplotlib: pip install 'microgradlike[plot]'") from None
    found = Figure(figsize=(6.4, 3.2 * len(ranges)), layout="constrained")
    for axes, (name, (lo, hi)) in zip(
        found.subplots(len(ranges), squeeze=False)[:, 0], ranges.items()
    ):
        xs = [between(i / (POINTS - 1), lo, hi) for i in range(POINTS)]
        with working_precision(60), indeterminate("zero"):
            judges = [Judge(formulas[0], {**point, name: x}) for x in xs]
            pairs = [(x, judge) for x, judge in zip(xs, judges) if judge.decided]
            for t, label, color in zip(formulas, ("before", "after"), COLORS):
                worst = [judge.score(t).worst for _, judge in pairs]
                axes.plot([x for x, _ in pairs], worst, ".-", label=label, color=color)
        if lo > 0 and hi > 10 * lo:
            axes.set_xscale("log")
        axes.set(xlabel=name, ylabel="right digits", ylim=(-0.5, 16.5))
        axes.legend()
    return found
