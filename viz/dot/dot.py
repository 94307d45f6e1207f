"""Dot: the DOT text of a scene."""

from __future__ import annotations

from collections.abc import Iterator

from microgradlike._validate import shown
from viz.colors import EDGE, PURPLE, WHITE, YELLOW, Scale
from viz.dot.legend import legend
from viz.dot.node_label import GREY, node_label
from viz.label import cell, printable, table
from viz.scene.scene import OFF, Cluster, Role, Scene, SceneEdge, SceneNode

# by direction: the sides of a node at which edges arrive and leave
DIRECTIONS = {"LR": ("w", "e"), "TB": ("n", "s"), "RL": ("e", "w"), "BT": ("s", "n")}
TITLE = 48  # columns of the title of a frame
BORDERS: dict[Role, str] = {
    "input": 'style="rounded,filled"',
    "parameter": 'style="rounded,filled" peripheries=2',
    "constant": 'style="filled" color="#ffffff"',
    "operation": 'style="filled"',
    "result": 'style="filled" penwidth=2.5',
    "folded": 'style="filled,dashed"',
}


def to_dot(scene: Scene, *, direction: str = "LR") -> str:
    """Write a scene as DOT text: every node and edge, nested clusters, a legend below.

    `direction` is "LR", "TB", "RL" or "BT", from operands to result. Raises ValueError for another
    one.
    """
    lines = ["digraph microgradlike {", *statements(scene, direction=direction), "}"]
    return "\n".join(lines) + "\n"


def statements(scene: Scene, *, direction: str) -> list[str]:
    """List the statements between the braces, one per line."""
    if direction not in DIRECTIONS:
        raise ValueError(
            f"direction must be one of {', '.join(DIRECTIONS)}, got {shown(direction)}"
        )
    scale = Scale.of(n.grad for n in scene.nodes)
    arrivals: dict[str, list[SceneEdge]] = {}
    for e in scene.edges:
        arrivals.setdefault(e.target, []).append(e)
    drawn = {
        n.id: _node(n, arrivals.get(n.id, []), scale, direction=direction) for n in scene.nodes
    }
    by_id = {n.id: n for n in scene.nodes}
    edges = (
        _edge(f"e{i}", e, by_id[e.source], by_id[e.target], direction)
        for i, e in enumerate(scene.edges)
    )
    return [
        *_defaults(scene, direction),
        *_frames(scene, drawn),
        *edges,
        f"label=<{legend(scene, scale)}>",
    ]


def _defaults(scene: Scene, direction: str) -> list[str]:
    font = 'fontname="monospace" fontsize=11'
    boxes = {n.id for n in scene.nodes if n.fold is not None}
    into_boxes = sum(e.target in boxes for e in scene.edges)  # these arrows need room to spread
    ranksep = min(0.4 + into_boxes / 60, 2.0)
    return [
        f'graph [rankdir={direction} bgcolor="#ffffff" nodesep=0.16 ranksep={ranksep:g} {font}'
        f" labelloc=b labeljust=l]",
        f'node [shape=box margin=0 width=0 height=0 color="#333333" {font}]',
        f'edge [color="{EDGE}" arrowsize=0.6 fontname="monospace" fontsize=9 fontcolor="{GREY}"]',
    ]


def _node(
    node: SceneNode, arrivals: list[SceneEdge], scale: Scale | None, *, direction: str
) -> str:
    fill = scale.color(node.grad) if scale is not None and node.name else WHITE
    if any(flag != OFF for flag in node.flags):
        fill = YELLOW
    label = node_label(node, arrivals, direction)
    return f'{node.id} [label=<{label}> fillcolor="{fill}" {BORDERS[node.role]}]'


def _edge(name: str, e: SceneEdge, source: SceneNode, target: SceneNode, direction: str) -> str:
    arrive, leave = DIRECTIONS[direction]
    port = "" if target.fold is not None else f"p{e.position}:"
    width = " penwidth=1.8" if e.count > 1 else ""
    if e.indeterminate:
        width = f' penwidth=1.8 color="{PURPLE}" fontcolor="{PURPLE}" label="0 · ∞?"'
    if not port or source.role == "constant" or source.cluster == target.cluster:
        return f'{e.source}:{leave} -> {e.target}:{port}{arrive} [id="{name}"{width}]'
    # leave room for the parameters of the module that it enters, so that modules stand side by side
    return f'{e.source}:{leave} -> {e.target}:{port}{arrive} [id="{name}" minlen=2]'


def _frames(scene: Scene, drawn: dict[str, str]) -> Iterator[str]:
    """Yield the clusters with their nodes, as nested subgraphs."""
    nodes: dict[str | None, list[str]] = {}
    for n in scene.nodes:
        nodes.setdefault(n.cluster, []).append(drawn[n.id])
    inside: dict[str | None, list[Cluster]] = {}
    for c in reversed(scene.clusters):
        inside.setdefault(c.parent, []).append(c)
    stack: list[Cluster | None] = list(inside.get(None, []))
    while stack:
        frame = stack.pop()
        if frame is None:
            yield "}"
            continue
        title = table([[cell(printable(frame.title, TITLE), color=GREY)]])
        yield f"subgraph cluster_{frame.id} {{"
        yield f'label=<{title}> labelloc=t labeljust=l style=rounded color="#aaaaaa"'
        yield from nodes.get(frame.id, [])
        stack += [None, *inside.get(frame.id, [])]
    yield from nodes.get(None, [])
