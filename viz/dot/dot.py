"""Dot: the DOT text of a scene."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from microgradlike._validate import shown
from viz.colors import EDGE, LOST as LOST_BORDER, PURPLE, WHITE, YELLOW, Scale, digits_color
from viz.dot.gates import Gate, columns, places, routes
from viz.dot.legend import legend
from viz.dot.node_label import GREY, node_label
from viz.label import cell, printable, table
from viz.scene.digits import LOST
from viz.scene.scene import OFF, Cluster, Role, Scene, SceneEdge, SceneNode, nested

# by direction: the sides of a node at which edges arrive and leave
DIRECTIONS = {"LR": ("w", "e"), "TB": ("n", "s"), "RL": ("e", "w"), "BT": ("s", "n")}
RANKS = {"in": "min", "out": "max"}  # the column of a gate in its frame
POINT = f'shape=point width=0.05 height=0.05 color="{EDGE}" label=""'
FAN = " minlen=2"  # room for lines that spread over several frames or boxes
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
    lines = routes(scene)
    return [
        *_defaults(scene, direction),
        *_frames(scene, drawn, _columns(scene, lines, direction)),
        *_lines(scene, lines, direction),
        f"label=<{legend(scene, scale)}>",
    ]


def _defaults(scene: Scene, direction: str) -> list[str]:
    font = 'fontname="monospace" fontsize=11'
    boxes = {n.id for n in scene.nodes if n.fold is not None}
    # these arrows need room to spread; in a frame, the lines from its gates have it
    home = {n.id: n.cluster for n in scene.nodes}
    into_boxes = sum(e.target in boxes and home[e.target] is None for e in scene.edges)
    ranksep = min(0.4 + into_boxes / 60, 2.0)
    return [
        f'graph [rankdir={direction} bgcolor="#ffffff" nodesep=0.16 ranksep={ranksep:g} {font}'
        f" labelloc=b labeljust=l remincross=false]",
        f'node [shape=box margin=0 width=0 height=0 color="#333333" {font}]',
        f'edge [color="{EDGE}" arrowsize=0.6 fontname="monospace" fontsize=9 fontcolor="{GREY}"]',
    ]


def _node(
    node: SceneNode, arrivals: list[SceneEdge], scale: Scale | None, *, direction: str
) -> str:
    fill = scale.color(node.grad) if scale is not None and node.name else WHITE
    if node.digits is not None:
        fill = digits_color(node.digits.fewest)
    if any(flag not in (OFF, LOST) for flag in node.flags):
        fill = YELLOW
    label = node_label(node, arrivals, direction)
    lost = f' color="{LOST_BORDER}" penwidth=4' if LOST in node.flags else ""
    return f'{node.id} [label=<{label}> fillcolor="{fill}" {BORDERS[node.role]}{lost}]'


def _columns(scene: Scene, routes: list[list[Gate]], direction: str) -> dict[str | None, list[str]]:
    """List by cluster the statements that put gates, and the nodes before them, in order."""
    place = places(scene)
    statements: dict[str | None, list[str]] = {}

    def put(cluster: str | None, rank: str, names: list[str]) -> None:
        # edges within a rank are constraints on its order; in frames, dot turns columns over
        turned = cluster is not None and direction in ("LR", "RL")
        arrows = " -> ".join(names[::-1] if turned else names)
        order = f" {arrows} [style=invis]" if len(names) > 1 else ""
        statements.setdefault(cluster, []).append(f"{{rank={rank}{order}}}")

    gates: dict[tuple[str, str], list[Gate]] = {}
    for gate in dict.fromkeys(chain.from_iterable(routes)):
        gates.setdefault((gate.cluster, RANKS[gate.side]), []).append(gate)
    frames = {c.id: c for c in scene.clusters}
    for (cluster, rank), found in gates.items():
        names = [gate.id for gate in sorted(found, key=lambda gate: place[gate.source])]
        nodes = f"node [{POINT}] {' '.join(names)}"
        if rank == "min" and direction in ("TB", "BT"):  # lines that come in pass beside the title
            names.insert(0, f"title_{cluster}")
            nodes += f" {names[0]} [shape=plain width=0 height=0 label=<{_title(frames[cluster])}>]"
        put(cluster, f"{rank} {nodes}", names)
    home = {n.id: n.cluster for n in scene.nodes}
    for group in columns(scene, routes):
        put(home[group[0]], "same", sorted(group, key=place.__getitem__))
    return statements


def _title(frame: Cluster) -> str:
    return table([[cell(printable(frame.title, TITLE), color=GREY)]])


def _lines(scene: Scene, routes: list[list[Gate]], direction: str) -> Iterator[str]:
    """Yield the lines: each shared piece that ends in a gate once, then the arrow to the node."""
    arrive, leave = DIRECTIONS[direction]
    folded = {n.id for n in scene.nodes if n.fold is not None}
    digits = {n.id: n.digits.value for n in scene.nodes if n.digits is not None}
    drawn: set[Gate] = set()
    for i, (e, route) in enumerate(zip(scene.edges, routes)):
        tail = e.source
        for gate in route:
            if gate not in drawn:
                drawn.add(gate)
                span = FAN if gate.side == "in" and tail != e.source else ""
                yield f'{tail}:{leave} -> {gate.id}:{arrive} [id="{gate.id}" arrowhead=none{span}]'
            tail = gate.id
        port = "" if e.target in folded else f"p{e.position}:"
        span = FAN if route and not port else ""
        yield f'{tail}:{leave} -> {e.target}:{port}{arrive} [id="e{i}"{_style(e, digits)}{span}]'


def _style(e: SceneEdge, digits: Mapping[str, float]) -> str:
    if e.indeterminate:
        return f' penwidth=1.8 color="{PURPLE}" fontcolor="{PURPLE}" label="0 · ∞?"'
    style = " penwidth=1.8" if e.count > 1 else ""
    if e.source in digits:
        style += f' color="{digits_color(digits[e.source], line=True)}"'
    return style + (f' fontcolor="{LOST_BORDER}" label="{e.lost}"' if e.lost else "")


def _frames(
    scene: Scene, drawn: dict[str, str], columns: dict[str | None, list[str]]
) -> Iterator[str]:
    """Yield the clusters with their nodes, as nested subgraphs."""
    for part in nested(scene):
        if part is None:
            yield "}"
        elif isinstance(part, SceneNode):
            yield drawn[part.id]
        else:
            above = columns.get(part.id, [])
            in_row = any(f" title_{part.id} [" in statement for statement in above)
            title = '""' if in_row else f"<{_title(part)}>"
            yield f"subgraph cluster_{part.id} {{"
            yield f'label={title} labelloc=t labeljust=l style=rounded color="#aaaaaa"'
            yield from above
    yield from columns.get(None, [])
