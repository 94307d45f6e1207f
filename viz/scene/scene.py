"""Scene: an immutable snapshot of a graph, with everything that any picture of it needs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from microgradlike import ops
from microgradlike.engine import Value, local_derivatives
from microgradlike.graph import topological
from viz.numbers import short
from viz.scene.modules import Cluster as Cluster, Modules

Role = Literal["input", "parameter", "constant", "operation", "result", "folded"]
DYING = ops.relu  # lets no gradient through where it is 0
DEAD = "dead relu"  # the flag of a ReLU that lets no gradient through
CHAIN = "a product of the chain rule: 0 · ∞ is 0 in it"  # the note of that primitive


@dataclass(frozen=True, slots=True)
class Fold:
    """What a box stands for that takes the place of many nodes.

    `size` nodes, `parameters` of them parameters; `outputs` of them are used outside of the box,
    and their numbers lie within `data` and `grad` (lowest, highest; None where there are none).
    `calls` is how many calls of a module it holds, 0 where it is no module; `flagged` how many
    nodes bear each flag.
    """

    size: int
    parameters: int
    outputs: int
    data: tuple[float, float] | None
    grad: tuple[float, float] | None
    calls: int
    flagged: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class SceneNode:
    """A node as it is drawn.

    `name` is the one that the scene was given, the label, a parameter's attribute path ("w.1"), or
    "v7", the seventh in topological order; `op` the primitive's name and `symbol` its sign, both ""
    for a leaf; `data` None where no number is known, as in a program, and `grad` until a backward
    pass reached the node. `flags` say what is wrong with
    it: "nan", "inf", "nan grad", "inf grad", "dead relu". `cluster` is the call it is drawn in,
    `module` the `Cluster.module` it belongs to: a parameter that several calls share is in none of
    them, but in their module.
    `fold` is None but for the boxes that `viz.fold.fold` puts in.
    """

    id: str
    name: str
    role: Role
    op: str
    symbol: str
    data: float | None
    grad: float | None
    cluster: str | None
    flags: tuple[str, ...]
    module: str | None = None
    fold: Fold | None = None


@dataclass(frozen=True, slots=True)
class SceneEdge:
    """`source` is operand number `position` of `target`; `local` is d target / d source.

    `local` is None from a constant, which has no derivative, and into a box, where it stands for
    `count` edges.
    """

    source: str
    target: str
    position: int
    local: float | None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Scene:
    """A graph at one moment: nodes in topological order, edges by target, clusters outermost first.

    `root` is the id of the result; `notes` are sentences that a picture prints below itself.
    """

    nodes: tuple[SceneNode, ...]
    edges: tuple[SceneEdge, ...]
    clusters: tuple[Cluster, ...]
    root: str
    notes: tuple[str, ...] = ()


def scene(root: Value, *, names: Mapping[Value, str] | None = None) -> Scene:
    """The snapshot of everything that `root` depends on.

    A number that is an operand is a node of its own for each use. `names` has what nodes are called
    here, whatever their labels; those of other graphs are passed over.
    Raises TypeError where `root` is not a Value, or `names` no mapping of Values to text.

    >>> x = Value(3.0, "x")
    >>> [(n.name, n.role, n.data) for n in scene(2 * x).nodes]
    [('x', 'input', 3.0), ('2', 'constant', 2.0), ('v2', 'result', 6.0)]
    >>> [(e.source, e.target, e.local) for e in scene(2 * x).edges]
    [('n2_0', 'n2', None), ('n1', 'n2', 2.0)]
    """
    order = topological(checked(root))
    ids = {id(v): f"n{i}" for i, v in enumerate(order, 1)}
    modules = Modules(order)
    called = checked_names(names)
    nodes: list[SceneNode] = []
    edges: list[SceneEdge] = []
    for v in order:
        this = ids[id(v)]
        node = _node(v, this, called.get(v, v.label), modules, is_root=v is root)
        nodes.extend(_constants(v, node))
        nodes.append(node)
        for i, (operand, local) in enumerate(zip(v.operands, local_derivatives(v))):
            source = f"{this}_{i}" if local is None else ids[id(operand)]
            edges.append(SceneEdge(source, this, i, local))
    return Scene(tuple(nodes), tuple(edges), modules.clusters, ids[id(root)], _notes(order))


def id_of(root: Value, v: Value) -> str:
    """The id that `v` has in `scene(root)`; ValueError where `root` does not depend on it.

    >>> x = Value(3.0, "x")
    >>> id_of(2 * x, x)
    'n1'
    """
    wanted = checked(v)
    for i, node in enumerate(topological(checked(root)), 1):
        if node is wanted:
            return f"n{i}"
    raise ValueError(f"{v!r:.80} is no node of this graph: the result does not depend on it")


def checked(y: object) -> Value:
    """`y`, if it is a Value; else a TypeError that says what to draw instead."""
    if isinstance(y, Value):
        return y
    way_out = (
        "draw one of its elements, or their sum"
        if isinstance(y, (list, tuple))
        else "a graph hangs on the Value that a computation ends in"
    )
    raise TypeError(f"a picture is of a Value, got {y!r:.60} of type {type(y).__name__}; {way_out}")


def checked_names(names: Mapping[Value, str] | None) -> Mapping[Value, str]:
    """The names given for Values, which may be none at all; TypeError where they are no such.

    >>> checked_names(None)
    {}
    """
    if names is None:
        return {}
    if isinstance(names, Mapping) and all(
        isinstance(v, Value) and isinstance(name, str) for v, name in names.items()
    ):
        return names
    raise TypeError(
        f"names is a dict of Values with a text for each, such as {{y: 'y'}}, got {names!r:.60}"
    )


def _notes(order: list[Value]) -> tuple[str, ...]:
    """What is to be said of the numbers; the last of `order` is the root."""
    notes = []
    if any(v.op is ops.mul_no_nan and v.data == v.data for v in order):
        notes.append(CHAIN)
    if not order[-1].reached:
        before = any(v.reached for v in order)
        what = "the gradients are those of another result" if before else "no backward pass yet"
        notes.append(f"{what}: call .backward() on {'this one' if before else 'the result'}")
    return tuple(notes)


def _node(v: Value, this: str, label: str, modules: Modules, *, is_root: bool) -> SceneNode:
    name = label or modules.parameters.get(id(v)) or f"v{this[1:]}"
    role: Role
    if v.op is None:
        role = "parameter" if id(v) in modules.parameters else "input"
        op, symbol = "", ""
    else:
        role = "result" if is_root else "operation"
        op, symbol = v.op.name, v.op.symbol
    data, grad = float(v.data), float(v.grad) if v.reached else None
    cluster, module = modules.place(v)
    flags = (*_not_finite(data), *(f"{flag} grad" for flag in _not_finite(grad or 0.0)))
    if v.op is DYING and data == 0:
        flags += (DEAD,)
    return SceneNode(this, name, role, op, symbol, data, grad, cluster, flags, module)


def _not_finite(x: float) -> tuple[str, ...]:
    if math.isfinite(x):
        return ()
    return ("nan",) if math.isnan(x) else ("inf",)


def _constants(v: Value, node: SceneNode) -> Iterator[SceneNode]:
    for i, x in enumerate(v.operands):
        if isinstance(x, float):
            this, flags = f"{node.id}_{i}", _not_finite(x)
            place = node.cluster, flags, node.module
            yield SceneNode(this, short(x), "constant", "", "", x, None, *place)
