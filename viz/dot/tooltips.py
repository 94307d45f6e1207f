"""Tooltips: texts for when the pointer rests on a part of a picture, with numbers in full."""

from __future__ import annotations

from viz.dot.gates import routes
from viz.label import bracketed, printable
from viz.scene.names import distinct_names
from viz.scene.scene import Scene, SceneEdge, SceneNode

LONGEST = 200


def tooltips(scene: Scene) -> dict[str, str]:
    r"""Write a text for every node, line and cluster, by its name in DOT.

    >>> from microgradlike.engine import Value
    >>> from viz.scene.scene import scene
    >>> x = Value(3.0, "x")
    >>> tooltips(scene(x * x))
    {'n1': 'x\ndata 3.0', 'n2': 'v2 = mul\ndata 9.0', 'e0': '∂v2/∂x = 3.0', 'e1': '∂v2/∂x = 3.0'}
    """
    names = {i: printable(name or "…", LONGEST) for i, name in distinct_names(scene).items()}
    texts = {n.id: _node(n, names[n.id]) for n in scene.nodes}
    texts |= {f"e{i}": _edge(e, names) for i, e in enumerate(scene.edges)}
    texts |= {gate.id: f"{names[gate.source]} →" for route in routes(scene) for gate in route}
    return texts | {f"cluster_{c.id}": printable(c.title, LONGEST) for c in scene.clusters}


def _edge(e: SceneEdge, names: dict[str, str]) -> str:
    if e.local is not None:
        return f"∂{bracketed(names[e.target])}/∂{bracketed(names[e.source])} = {e.local!r}"
    count = f", {e.count:,} edges" if e.count > 1 else ""
    return f"{names[e.source]} → {names[e.target]}{count}"


def _node(n: SceneNode, name: str) -> str:
    if n.fold is not None:
        return f"{name}\n{n.fold.size:,} nodes, {n.fold.parameters:,} parameters"
    lines = [f"{name} = {n.op}" if n.op else name]
    if n.data is not None:
        lines.append(f"data {n.data!r}")
    if n.grad is not None:
        lines.append(f"grad {n.grad!r}")
    if n.line is not None:
        lines.append(printable(n.line.place, LONGEST))
    return "\n".join([*lines, *n.flags])
