"""Mermaid: a graph as flowchart text, which many Markdown viewers draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from microgradlike._validate import shown
from microgradlike.compile.program import Program
from microgradlike.engine import Value
from viz.colors import YELLOW, Scale
from viz.fold.fold import fit
from viz.label import LONGEST, printable
from viz.numbers import NOT_YET, short, signed
from viz.scene.programs import scene_of
from viz.scene.scene import OFF, Cluster, Role, Scene, SceneEdge, SceneNode, nested

DIRECTIONS: Final = ("LR", "TB", "RL", "BT")
MAX_NOTE: Final = 400  # characters
MAX_NODES: Final = 100  # mermaid refuses text of more than 50,000 characters or 500 edges
# only these two shapes: mermaid places the ends of edges less reliably at others
SHARP, ROUND = ("[", "]"), ("(", ")")
CLASSES: Final[dict[Role, str]] = {
    "input": "stroke:#333",
    "parameter": "stroke:#333,stroke-width:2px",
    "constant": "stroke:none",
    "operation": "stroke:#333",
    "result": "stroke:#333,stroke-width:3px",
    "folded": "stroke:#333,stroke-dasharray:4",
}
LITERAL: Final = frozenset(" _.…×÷−√∛·")
# mermaid decodes first and then reads \n as a line break, $$ as a formula and fa:fa-car as an icon:
# a space of no width after these keeps them apart from what follows
SPLIT: Final = frozenset("\\$:")


def to_mermaid(
    root: Value | Program | Scene,
    *,
    direction: str = "LR",
    max_nodes: int = MAX_NODES,
    names: Mapping[Value, str] | None = None,
) -> str:
    """Write a graph as a Mermaid flowchart: numbers in the nodes, local derivatives on the edges.

    Nodes are colored by gradient as in `draw`; calls of modules are subgraphs. A Value or a Program
    of more than `max_nodes` nodes is folded as in `draw`; a Scene is taken as it is. `direction` is
    "LR", "TB", "RL" or "BT"; `names` gives names to Values in place of their labels.
    Raises TypeError if `root` is of another type, ValueError for another direction.

    >>> x = Value(3.0, "x")
    >>> print(to_mermaid(x * x).split("classDef")[0])
    flowchart LR
    n1("x<br/>data 3<br/>grad –")
    n2["v2 ×<br/>data 9<br/>grad –"]
    n1 -->|"3"| n2
    n1 -->|"3"| n2
    <BLANKLINE>
    """
    if direction not in DIRECTIONS:
        raise ValueError(
            f"direction must be one of {', '.join(DIRECTIONS)}, got {shown(direction)}"
        )
    drawn = root
    if not isinstance(drawn, Scene):
        drawn = fit(scene_of(drawn, names=names), max_nodes=max_nodes)
    scale = Scale.of(node.grad for node in drawn.nodes)
    lines = [
        f"flowchart {direction}",
        *map(_part, nested(drawn)),
        *map(_edge, drawn.edges),
        *_stale(drawn),
        *(f"classDef {role} color:#000,{style}" for role, style in CLASSES.items()),
        *_classes(drawn),
        *(_fill(node, scale) for node in drawn.nodes),
    ]
    return "\n".join(lines) + "\n"


def escaped(text: str, longest: int = LONGEST) -> str:
    """Escape `text` for a quoted label: letters, digits and a few signs stay, others become codes.

    >>> escaped('a"b <i>'), escaped("w.1 + 重")
    ('a#34;b #60;i#62;', 'w.1 #43; 重')
    """
    shown = printable(text, longest)
    return "".join(c if c.isalnum() or c in LITERAL else _code(c) for c in shown)


def _code(c: str) -> str:
    return f"#{ord(c)};" + "#8203;" * (c in SPLIT)


def _node(node: SceneNode) -> str:
    opening, closing = ROUND if node.role in ("input", "parameter") else SHARP
    return f'{node.id}{opening}"{"<br/>".join(_lines(node))}"{closing}'


def _lines(node: SceneNode) -> Iterator[str]:
    if node.fold is not None and not node.fold.calls:
        yield f"… {node.fold.size} nodes folded"
        return
    # the name first: a line that begins with + would be a list in Markdown
    yield " ".join(escaped(part) for part in (node.name, node.symbol) if part)
    if node.fold is not None:
        yield f"{node.fold.size} nodes"
    elif node.role != "constant" and node.data is not None:
        yield f"data {short(node.data)}"
        yield f"grad {NOT_YET if node.grad is None else signed(node.grad)}"
    yield from node.flags


def _edge(edge: SceneEdge) -> str:
    label = "" if edge.local is None else f'|"{short(edge.local, 3)}"|'
    if edge.count > 1:
        label = f'|"{edge.count}×"|'
    return f"{edge.source} -->{label} {edge.target}"


def _part(part: Cluster | SceneNode | None) -> str:
    """Write a node, or the start or end of a subgraph."""
    if part is None:
        return "end"
    if isinstance(part, SceneNode):
        return _node(part)
    return f'subgraph {part.id}["{escaped(part.title)}"]'


def _stale(scene: Scene) -> Iterator[str]:
    """Yield the note on changed numbers, if there is one, as a box of its own."""
    if scene.stale:
        yield f'stale["{escaped(scene.stale, MAX_NOTE)}"]'
        yield f"style stale color:#000,fill:{YELLOW}"


def _classes(scene: Scene) -> Iterator[str]:
    for role in CLASSES:
        ids = [node.id for node in scene.nodes if node.role == role]
        if ids:
            yield f"class {','.join(ids)} {role}"


def _fill(node: SceneNode, scale: Scale | None) -> str:
    bad = any(flag != OFF for flag in node.flags)
    color = YELLOW if bad else scale.color(node.grad) if scale else "#ffffff"
    return f"style {node.id} fill:{color}"
