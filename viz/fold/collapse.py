"""Collapse: groups of nodes replaced by boxes, with merged edges."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from viz.scene.digits import together
from viz.scene.scene import Cluster, Fold, Scene, SceneEdge, SceneNode


@dataclass(frozen=True, slots=True)
class Box:
    """The box of a group: its id, its name, the cluster around it, the calls of a module in it.

    `name` is "" for an unnamed part of a graph.
    """

    id: str
    name: str
    cluster: str | None = None
    calls: int = 0


def collapse(scene: Scene, boxes: Mapping[str, Box]) -> Scene:
    """Fold every node of `scene` whose id is in `boxes` into its box.

    Edges from one source into one box are merged. Edges inside a box and clusters left empty are
    removed.
    """
    ends = {n.id: boxes[n.id].id if n.id in boxes else n.id for n in scene.nodes}
    members: dict[str, list[SceneNode]] = {}
    for node in reversed(scene.nodes):  # so that a box takes the place of its last node
        members.setdefault(ends[node.id], []).append(node)
    outputs = {scene.root} | {e.source for e in scene.edges if ends[e.source] != ends[e.target]}
    nodes = tuple(
        _folded_node(boxes[group[0].id], group[::-1], outputs) if group[0].id in boxes else group[0]
        for group in reversed(members.values())
    )
    edges = tuple(_merge_edges(scene.edges, ends, boxes))
    clusters = tuple(_clusters_used(scene.clusters, nodes))
    return replace(scene, nodes=nodes, edges=edges, clusters=clusters, root=ends[scene.root])


def _folded_node(box: Box, members: list[SceneNode], outputs: set[str]) -> SceneNode:
    out = [n for n in members if n.id in outputs]
    flagged: Counter[str] = Counter()
    for n in members:
        flagged.update(dict(n.fold.flagged) if n.fold else n.flags)
    fold = Fold(
        size=sum(n.fold.size if n.fold else 1 for n in members),
        parameters=sum(n.fold.parameters if n.fold else n.role == "parameter" for n in members),
        outputs=sum(n.fold.outputs if n.fold else 1 for n in out),
        data=_span(n.fold.data if n.fold else _point(n.data) for n in out),
        grad=_span(n.fold.grad if n.fold else _point(n.grad) for n in out),
        calls=box.calls,
        flagged=tuple(flagged.items()),
    )
    data = out[0].data if len(out) == 1 else math.nan
    grad = max(fold.grad, key=abs) if fold.grad else None  # colors the box, as in the page
    name, module = box.name, members[0].module
    made = SceneNode(
        box.id, name, "folded", "", "", data, grad, box.cluster, tuple(flagged), module, fold
    )
    return replace(made, digits=together([n.digits for n in members]))


def _point(x: float | None) -> tuple[float, float] | None:
    return None if x is None else (x, x)


def _span(spans: Iterable[tuple[float, float] | None]) -> tuple[float, float] | None:
    """Give the lowest and the highest number, without nan, which has a flag."""
    ends = [x for span in spans if span is not None for x in span if not math.isnan(x)]
    return (min(ends), max(ends)) if ends else None


def _merge_edges(
    edges: Iterable[SceneEdge], ends: Mapping[str, str], boxes: Mapping[str, Box]
) -> Iterator[SceneEdge]:
    counts: Counter[tuple[str, str]] = Counter()
    marked: set[tuple[str, str]] = set()
    for e in edges:
        if e.target not in boxes:  # each operand of a visible node keeps its own edge
            yield replace(e, source=ends[e.source]) if e.source in boxes else e
        elif ends[e.source] != ends[e.target]:
            counts[ends[e.source], ends[e.target]] += e.count
            if e.indeterminate:
                marked.add((ends[e.source], ends[e.target]))
    for pair, count in counts.items():
        yield SceneEdge(*pair, 0, None, count, pair in marked)


def _clusters_used(clusters: Iterable[Cluster], nodes: Iterable[SceneNode]) -> Iterator[Cluster]:
    parents: dict[str | None, str | None] = {c.id: c.parent for c in clusters}
    used: set[str | None] = {None}
    for node in nodes:
        name = node.cluster
        while name not in used:
            used.add(name)
            name = parents[name]
    yield from (c for c in clusters if c.id in used)
