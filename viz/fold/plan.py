"""Plan: a way to fold the modules of a scene; `plans` lists them from fine to coarse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from viz.fold.calls import FEW
from viz.fold.collapse import Box
from viz.fold.groups import groups
from viz.scene.scene import Cluster, Scene


@dataclass(frozen=True, slots=True)
class Plan:
    """A way to fold `scene`: `boxes` by node, and a `note` that names it.

    It leaves `size` nodes, `inside` of them in modules, and `edges` edges.
    """

    scene: Scene
    boxes: dict[str, Box]
    note: str
    size: int
    inside: int
    edges: int


def plans(scene: Scene, depth: int | None, focus: str | None) -> Iterator[Plan]:
    """Yield the plan for `depth`, or for each depth, the deepest first.

    Each call of a module gets a box; the calls of a batch share one, and so do the terms of a sum.
    The modules around node `focus` stay open and their calls apart.
    """
    whole, closed = scene, frozenset[str]()
    if focus is None:
        grouped = groups(scene)
        whole, closed = grouped.scene, grouped.chained
    together = "" if all(c.call for c in whole.clusters) else ", all calls of a module together"
    closed |= {c.id for c in whole.clusters if not c.module}
    if closed:
        together += ", each sum in one box"
    ancestry = _ancestry(whole)
    deepest = max((len(around) for name, around in ancestry.items() if name not in closed), default=1)
    home = next((n.cluster for n in scene.nodes if n.id == focus), None)
    opened = {c.id for c in ancestry[home]} if home is not None else set()
    for d in [depth] if depth is not None else range(deepest - 1, -1, -1):
        boxes = _module_boxes(whole, d, closed, opened)
        boxes |= _input_box(whole, boxes, focus)
        yield _make_plan(whole, boxes, f"depth={d}{together}")


def _ancestry(scene: Scene) -> dict[str, tuple[Cluster, ...]]:
    """List for each cluster those around it, the outermost first, and itself."""
    ancestry: dict[str, tuple[Cluster, ...]] = {}
    for c in scene.clusters:
        ancestry[c.id] = (*(ancestry[c.parent] if c.parent is not None else ()), c)
    return ancestry


def _module_boxes(
    scene: Scene, depth: int, closed: frozenset[str], opened: set[str]
) -> dict[str, Box]:
    """Give each node the box of the outermost frame around it that is closed or at `depth`."""
    box_of: dict[str | None, Box] = {}
    for name, around in _ancestry(scene).items():
        inner = (c for i, c in enumerate(around) if i >= depth or c.id in closed)
        c = next((c for c in inner if c.id not in opened), None)
        if c is not None:
            calls = 1 if c.call else c.calls
            box_of[name] = Box(f"box_{c.id}", c.title, c.parent, calls)
    return {n.id: box_of[n.cluster] for n in scene.nodes if n.cluster in box_of}


def _input_box(scene: Scene, boxes: dict[str, Box], focus: str | None) -> dict[str, Box]:
    """Put the inputs that only boxes use into one box: there is one for each number of a batch."""
    apart = {e.source for e in scene.edges if e.target not in boxes} | boxes.keys() | {focus}
    inputs = [n.id for n in scene.nodes if n.role == "input" and n.id not in apart]
    return dict.fromkeys(inputs, Box("inputs", "inputs")) if len(inputs) > 2 * FEW else {}


def _make_plan(scene: Scene, boxes: dict[str, Box], note: str) -> Plan:
    made = {box.id for box in boxes.values()}
    inside = sum(n.module is not None and n.id not in boxes for n in scene.nodes)
    size = len(scene.nodes) - len(boxes) + len(made)
    return Plan(scene, boxes, note, size, inside + len(made), _count_edges(scene, boxes))


def _count_edges(scene: Scene, boxes: dict[str, Box]) -> int:
    """Count the edges that are left, those into a box merged."""
    apart = sum(e.target not in boxes for e in scene.edges)
    ends = {n.id: boxes[n.id].id if n.id in boxes else n.id for n in scene.nodes}
    merged = {(ends[e.source], ends[e.target]) for e in scene.edges if e.target in boxes}
    return apart + sum(source != target for source, target in merged)
