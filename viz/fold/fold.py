"""Fold: a large scene fitted into a picture: first modules become boxes, then a part is kept."""

from __future__ import annotations

from dataclasses import replace

from microgradlike._validate import whole_number
from viz.fold.collapse import collapse
from viz.fold.neighbourhood import neighbourhood
from viz.fold.plan import plans
from viz.label import printable
from viz.scene.scene import Scene

MAX_NODES = 60  # a picture of more has letters too small to read, in a notebook or README
PART = 50  # the nodes kept of a graph that is too large even when folded
EDGES = 2.0  # per node of the limit: a tangle of more edges cannot be read


def fit(
    scene: Scene,
    *,
    depth: int | None = None,
    focus: str | None = None,
    hops: int = 2,
    max_nodes: int | None = None,
) -> Scene:
    """Fit a scene into `max_nodes` nodes, with a note on the nodes that were folded.

    By default that is 60 nodes, or 50 if folding is not enough and only a part is shown. `depth`
    levels of modules stay open, by default as many as fit. `focus` is the id of a node that is
    drawn with its neighbors within `hops` edges.
    Raises TypeError if an option is not a whole number, ValueError if it is too small.
    """
    hops = whole_number("hops", hops, at_least=0)
    if depth is not None:
        depth = whole_number("depth", depth, at_least=0)
    most, part = MAX_NODES, PART
    if max_nodes is not None:
        most = part = whole_number("max_nodes", max_nodes, at_least=2)
    fitted, steps = _fold_modules(scene, depth, focus, most)
    if focus is not None:
        fitted = neighbourhood(fitted, focus, max_nodes=most, hops=hops)
        name = next(n.name for n in scene.nodes if n.id == focus)
        steps.append(f"only nodes within hops={hops} of {printable(name)} are shown")
    elif len(fitted.nodes) > most:
        fitted = neighbourhood(fitted, fitted.root, max_nodes=part)
        steps.append("only the nodes nearest to the result are shown")
    return _with_note(fitted, len(scene.nodes), steps)


def _with_note(fitted: Scene, total: int, steps: list[str]) -> Scene:
    folded = sum(n.fold.size for n in fitted.nodes if n.fold is not None)
    if not folded:
        return fitted
    note = f"… {folded:,} of {total:,} nodes folded: {'; '.join(steps)}"
    return replace(fitted, notes=(*fitted.notes, note))


def _fold_modules(
    scene: Scene, depth: int | None, focus: str | None, most: int
) -> tuple[Scene, list[str]]:
    """Fold by the plan that folds least among those that fit, with a note if there is one."""
    folded: tuple[Scene, list[str]] = scene, []
    fallback = None
    if depth is None and (focus or len(scene.nodes) <= most):
        return folded
    for plan in plans(scene, depth, focus):
        small = collapse(plan.scene, plan.boxes)
        folded = small, [plan.note]
        if len(small.nodes) <= most and len(small.edges) <= EDGES * most:
            return folded
        # if the nodes outside modules are too many, a part is kept, and modules get a small share
        inside = sum(n.fold is not None or n.module is not None for n in small.nodes)
        if fallback is None and inside <= most // 8:
            fallback = folded
    return fallback or folded
