"""Fold: what of a big scene is drawn. First its modules become boxes, then it is cut to a part."""

from __future__ import annotations

from dataclasses import replace

from viz.fold.collapse import regroup
from viz.fold.neighbourhood import cut
from viz.fold.plan import Plan, plans
from viz.label import printable
from viz.scene.scene import Scene

MAX_NODES = 200  # more is no picture any more, and its layout takes seconds
PART = 50  # what is shown of a graph that is too large even so is a sample, and a small one will do
EDGES = 1.25  # for each of these nodes: what is tangled is no picture either


def fit(
    scene: Scene,
    *,
    depth: int | None = None,
    focus: str | None = None,
    hops: int = 2,
    max_nodes: int | None = None,
) -> Scene:
    """A scene of at most `max_nodes` nodes, whose notes say what it folded.

    Without it, that is 200 nodes, and 50 where folding was not enough and only a part is shown.
    `depth` levels of modules stay open, by default as many as fit; `focus` is the id of a node
    that is drawn with what lies within `hops` edges of it.
    Raises TypeError or ValueError where an option is no such number.
    """
    for name, value, least in (("hops", hops, 0), ("depth", depth, 0), ("max_nodes", max_nodes, 2)):
        _check(name, value, at_least=least, optional=name != "hops")
    most, part = (max_nodes, max_nodes) if max_nodes is not None else (MAX_NODES, PART)
    small, how = scene, []
    plan = _chosen(scene, depth, focus, most)
    if plan is not None:
        small, how = regroup(plan.scene, plan.boxes), [plan.note]
    if focus is not None:
        small = cut(small, focus, max_nodes=most, hops=hops)
        name = next(n.name for n in scene.nodes if n.id == focus)
        how.append(f"shown is what lies within hops={hops} of {printable(name)}")
    elif len(small.nodes) > most:
        small = cut(small, small.root, max_nodes=part)
        how.append("shown is what lies nearest to the result")
    return _noted(small, len(scene.nodes), how)


def _noted(small: Scene, total: int, how: list[str]) -> Scene:
    folded = sum(n.fold.size for n in small.nodes if n.fold is not None)
    if not folded:
        return small
    note = f"… {folded:,} of {total:,} nodes folded: {'; '.join(how)}"
    return replace(small, notes=(*small.notes, note))


def _check(name: str, value: object, *, at_least: int, optional: bool) -> None:
    if value is None and optional:
        return
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(
            f"{name} is a whole number, got {value!r:.60} of type {type(value).__name__}"
        )
    if value < at_least:
        raise ValueError(f"{name} is at least {at_least}, got {value}")


def _chosen(scene: Scene, depth: int | None, focus: str | None, max_nodes: int) -> Plan | None:
    """The plan that folds least among those that fit, or None where nothing is to be folded."""
    if not scene.clusters or (depth is None and (focus or len(scene.nodes) <= max_nodes)):
        return None
    coarsest = None
    share = None
    for plan in plans(scene, depth, focus):
        if plan.size <= max_nodes and plan.edges <= EDGES * max_nodes:
            return plan
        # where the rest is too much by itself it is cut, and the modules get a small part
        if share is None and plan.inside <= max_nodes // 8:
            share = plan
        coarsest = plan
    return share or coarsest
