"""Levels: the ways to fold the modules of a scene, from that which folds least to the coarsest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from viz.fold.collapse import Box
from viz.scene.scene import Cluster, Scene

FEW = 4  # calls of a module that are drawn apart: more is a batch


@dataclass(frozen=True, slots=True)
class Plan:
    """A way to fold `scene`: `boxes` by node; `note` says what it folds.

    It leaves `size` nodes, `inside` of them in modules, and `edges` edges.
    """

    scene: Scene
    boxes: dict[str, Box]
    note: str
    size: int
    inside: int
    edges: int


def plans(scene: Scene, depth: int | None, focus: str | None) -> Iterator[Plan]:
    """For `depth` or for each, a box for each call of a module or, of a batch, one for all of them.

    The modules around node `focus` stay open, and their calls apart.
    """
    few = all(c.calls <= FEW for c in scene.clusters)
    whole = scene if few or focus is not None else all_calls(scene)
    together = "" if whole is scene else ", all calls of a module together"
    chains = _chains(whole)
    deepest = max(map(len, chains.values()))
    home = next((n.cluster for n in scene.nodes if n.id == focus), None)
    opened = {c.id for c in chains[home]} if home is not None else set()
    for d in [depth] if depth is not None else range(deepest - 1, -1, -1):
        boxes = _modules(whole, d, opened)
        boxes |= _batch(whole, boxes, focus)
        yield _plan(whole, boxes, f"depth={d}{together}")


def all_calls(scene: Scene) -> Scene:
    """`scene` with all calls of a module in one frame, the parameters they share among them."""
    module_of = {c.id: c.module for c in scene.clusters}
    first: dict[str | None, str | None] = {None: None}
    frames: list[Cluster] = []
    for c in scene.clusters:
        if c.module not in first:
            first[c.module] = c.id
            parent = first[module_of[c.parent]] if c.parent is not None else None
            frames.append(replace(c, parent=parent, call=0))
    nodes = tuple(replace(n, cluster=first[n.module]) for n in scene.nodes)
    return replace(scene, nodes=nodes, clusters=tuple(frames))


def _chains(scene: Scene) -> dict[str, tuple[Cluster, ...]]:
    """Each cluster with those around it, the outermost first."""
    chains: dict[str, tuple[Cluster, ...]] = {}
    for c in scene.clusters:
        chains[c.id] = (*(chains[c.parent] if c.parent is not None else ()), c)
    return chains


def _modules(scene: Scene, depth: int, opened: set[str]) -> dict[str, Box]:
    """By node, the box of the outermost module around it that is deep enough to be one."""
    box_of: dict[str | None, Box] = {}
    for name, chain in _chains(scene).items():
        into = next((c for c in chain[depth:] if c.id not in opened), None)
        if into is not None:
            calls = 1 if into.call else into.calls
            box_of[name] = Box(f"box_{into.id}", into.title, into.parent, calls)
    return {n.id: box_of[n.cluster] for n in scene.nodes if n.cluster in box_of}


def _batch(scene: Scene, boxes: dict[str, Box], focus: str | None) -> dict[str, Box]:
    """One box for the inputs that only boxes use: there are as many as a batch has numbers."""
    apart = {e.source for e in scene.edges if e.target not in boxes} | boxes.keys() | {focus}
    inputs = [n.id for n in scene.nodes if n.role == "input" and n.id not in apart]
    return dict.fromkeys(inputs, Box("inputs", "inputs")) if len(inputs) > 2 * FEW else {}


def _plan(scene: Scene, boxes: dict[str, Box], note: str) -> Plan:
    made = {box.id for box in boxes.values()}
    inside = sum(n.module is not None and n.id not in boxes for n in scene.nodes)
    size = len(scene.nodes) - len(boxes) + len(made)
    return Plan(scene, boxes, note, size, inside + len(made), _edges(scene, boxes))


def _edges(scene: Scene, boxes: dict[str, Box]) -> int:
    """How many edges are left, those into a box merged."""
    apart = sum(e.target not in boxes for e in scene.edges)
    ends = {n.id: boxes[n.id].id if n.id in boxes else n.id for n in scene.nodes}
    merged = {(ends[e.source], ends[e.target]) for e in scene.edges if e.target in boxes}
    return apart + sum(source != target for source, target in merged)
