"""Scene: an immutable snapshot of a graph with everything that a picture of it needs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from microgradlike import ops
from microgradlike._validate import is_real, shown
from microgradlike.accuracy.digits import digits as digits_of
from microgradlike.engine import Value, local_derivatives
from microgradlike.graph import topological
from microgradlike.indeterminate_form import is_zero_times_inf, products_behind
from microgradlike.lines import Line
from microgradlike.nn import Module
from viz.numbers import short
from viz.scene.digits import NodeDigits, with_digits
from viz.scene.modules import Cluster as Cluster, ModuleCalls
from viz.scene.stale import stale_note

Role = Literal["input", "parameter", "constant", "operation", "result", "folded"]
OFF_AT_ZERO = ops.relu  # passes no gradient where it is 0
OFF = "off here"  # the flag of a ReLU that passes no gradient at this point
OFF_NOTE = f"{OFF}: a {OFF_AT_ZERO.name} that is 0 at this point, and passes no gradient"
INDETERMINATE = (
    "0 · ∞?: zero times infinity, counted as 0; the limit may be another number"  # a note
)
ABSORBS = f"{ops.mul_no_nan.symbol} is the product of the chain rule, in which 0 · ∞ is 0"


@dataclass(frozen=True, slots=True)
class Fold:
    """The content of a box that stands for many nodes.

    The box holds `size` nodes, `parameters` of them parameters. `outputs` of them are used outside
    the box; their numbers lie within `data` and `grad` (lowest, highest; None without numbers).
    `calls` counts the calls of the module, 0 for a box of no module; `flagged` counts the nodes
    with each flag.
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

    `name` is the name given to the scene, else the label, else a parameter's attribute path
    ("w.1"), else "v7" for the seventh in topological order. `op` is the primitive's name and
    `symbol` its sign, both "" for a leaf. `data` is None in a program, `grad` is None until a
    backward pass has reached the node. `flags` are warnings: "nan", "inf", "nan grad", "inf grad",
    "off here", with digits "lost here". `cluster` is the call that it is drawn in, `module` the
    `Cluster.module` that it belongs to: a parameter shared by several calls is in none of them, but
    in their module. `fold` is set only for the boxes that `viz.fold` makes, `digits` only if the
    scene has them.
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
    digits: NodeDigits | None = None
    line: Line | None = None


@dataclass(frozen=True, slots=True)
class SceneEdge:
    """An edge: `source` is operand number `position` of `target`, `local` is d target / d source.

    `local` is None from a constant, which has no derivative, and into a box, where the edge stands
    for `count` edges. `indeterminate` marks a product 0·∞ of the backward pass that counted as 0
    although its limit may be another number. `lost` has the digits before and after, "16.0 → 0.0",
    if they are lost at the target.
    """

    source: str
    target: str
    position: int
    local: float | None
    count: int = 1
    indeterminate: bool = False
    lost: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """A graph at one moment: nodes in topological order, edges by target, clusters outermost first.

    `root` is the id of the result; `notes` are sentences printed below a picture. `stale` is the
    note that some data changed after the graph was computed, or "". With digits, `losses` are the
    nodes where they were lost, with a sentence each; `numbers` are "value" and the gradients with
    the fewest digits, in words.
    """

    nodes: tuple[SceneNode, ...]
    edges: tuple[SceneEdge, ...]
    clusters: tuple[Cluster, ...]
    root: str
    notes: tuple[str, ...] = ()
    stale: str = ""
    losses: tuple[tuple[str, str], ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()


def scene(root: Value, *, names: Mapping[Value, str] | None = None, digits: bool = False) -> Scene:
    """Take a snapshot of everything that `root` depends on.

    Each use of a plain number makes a node of its own. `names` gives names to Values in place of
    their labels; Values of other graphs are ignored. After a change of some `.data`, a warning and
    a note tell that the numbers do not fit together. With `digits`, each node has the number of its
    right digits, as `microgradlike.digits` finds them.
    Raises TypeError if `root` is not a Value or `names` not a mapping of Values to text.

    >>> x = Value(3.0, "x")
    >>> [(n.name, n.role, n.data) for n in scene(2 * x).nodes]
    [('x', 'input', 3.0), ('2', 'constant', 2.0), ('v2', 'result', 6.0)]
    >>> [(e.source, e.target, e.local) for e in scene(2 * x).edges]
    [('n2_0', 'n2', None), ('n1', 'n2', 2.0)]
    """
    order = topological(require_value(root))
    ids = {id(v): f"n{i}" for i, v in enumerate(order, 1)}
    modules = ModuleCalls(order)
    given = require_names(names)
    nodes: list[SceneNode] = []
    edges: list[SceneEdge] = []
    absorbs = False
    for v in order:
        node_id = ids[id(v)]
        node = _node(v, node_id, given.get(v, v.label), modules, is_root=v is root)
        nodes.extend(_constants(v, node))
        nodes.append(node)
        for i, (operand, local) in enumerate(zip(v.operands, local_derivatives(v))):
            source = f"{node_id}_{i}" if local is None else ids[id(operand)]
            edges.append(SceneEdge(source, node_id, i, local))
            absorbs = absorbs or (local is not None and is_zero_times_inf(v.grad, local))
    notes, stale = _notes(order), stale_note(root)
    if absorbs:
        marked = {(ids[id(p.node)], p.index) for p in products_behind(root)}
        edges = [replace(e, indeterminate=(e.target, e.position) in marked) for e in edges]
        notes += (INDETERMINATE,) if marked else ()
    made = Scene(tuple(nodes), tuple(edges), modules.clusters, ids[id(root)], notes, stale)
    return with_digits(made, order, digits_of(root)) if digits else made


def ancestry(scene: Scene) -> dict[str | None, tuple[Cluster, ...]]:
    """List for each cluster those around it, the outermost first, and itself; () for None.

    >>> ancestry(scene(Value(3.0)))
    {None: ()}
    """
    around: dict[str | None, tuple[Cluster, ...]] = {None: ()}
    for c in scene.clusters:
        around[c.id] = (*around[c.parent], c)
    return around


def nested(scene: Scene) -> Iterator[Cluster | SceneNode | None]:
    """Yield each cluster, then its nodes and the clusters in it, then None for its end.

    The nodes outside of all clusters come last.
    """
    nodes: dict[str | None, list[SceneNode]] = {}
    for n in scene.nodes:
        nodes.setdefault(n.cluster, []).append(n)
    inside: dict[str | None, list[Cluster]] = {}
    for c in reversed(scene.clusters):
        inside.setdefault(c.parent, []).append(c)
    stack: list[Cluster | None] = [*inside.get(None, [])]
    while stack:
        top = stack.pop()
        yield top
        if top is not None:
            yield from nodes.get(top.id, [])
            stack += [None, *inside.get(top.id, [])]
    yield from nodes.get(None, [])


def id_of(root: Value, v: Value) -> str:
    """Find the id of `v` in `scene(root)`; ValueError if `root` does not depend on it.

    >>> x = Value(3.0, "x")
    >>> id_of(2 * x, x)
    'n1'
    """
    wanted = require_value(v, "focus")
    for i, node in enumerate(topological(require_value(root)), 1):
        if node is wanted:
            return f"n{i}"
    raise ValueError(
        f"{v!r:.80} is not in this graph: the result does not depend on it; choose a node that it"
        " is computed from"
    )


def require_value(y: object, parameter: str = "y") -> Value:
    """Return `y` if it is a Value; else raise a TypeError that says what to pass.

    >>> require_value("x", "focus")
    Traceback (most recent call last):
    ...
    TypeError: focus must be a Value, got 'x' of type str; pass the Value itself, not its label
    """
    if isinstance(y, Value):
        return y
    if isinstance(y, str):
        way_out = "pass the Value itself, not its label"
    elif isinstance(y, (list, tuple)):
        way_out = "pass one of its elements, or their sum"
    elif isinstance(y, Module):
        way_out = "call the model and pass the result, model(x)"
    elif is_real(y):
        way_out = "pass the Value itself, without .data"
    else:
        way_out = "pass the Value that a computation ends in"
    got = f"{shown(y)} of type {type(y).__name__}"
    raise TypeError(f"{parameter} must be a Value, got {got}; {way_out}")


def require_names(names: Mapping[Value, str] | None) -> Mapping[Value, str]:
    """Return `names` if it is a mapping of Values to text, {} for None; else raise TypeError.

    >>> require_names(None)
    {}
    """
    if names is None:
        return {}
    if isinstance(names, Mapping) and all(
        isinstance(v, Value) and isinstance(name, str) for v, name in names.items()
    ):
        return names
    raise TypeError(
        f"names must be a dict from Values to text, such as {{y: 'y'}}, got {shown(names)}"
    )


def _notes(order: list[Value]) -> tuple[str, ...]:
    """List the notes on the numbers; the last of `order` is the root."""
    notes = []
    if any(v.op is ops.mul_no_nan and not math.isnan(v.data) for v in order):
        notes.append(ABSORBS)
    if not order[-1].reached:
        before = any(v.reached for v in order)
        state = "the gradients are those of another result" if before else "no backward pass yet"
        notes.append(f"{state}: call .backward() on {'this one' if before else 'the result'}")
    return tuple(notes)


def _node(v: Value, node_id: str, label: str, modules: ModuleCalls, *, is_root: bool) -> SceneNode:
    name = label or modules.parameters.get(id(v)) or f"v{node_id[1:]}"
    role: Role
    if v.op is None:
        role = "parameter" if id(v) in modules.parameters else "input"
        op, symbol = "", ""
    else:
        role = "result" if is_root else "operation"
        op, symbol = v.op.name, v.op.symbol
    data, grad = float(v.data), float(v.grad) if v.reached else None
    cluster, module = modules.cluster_and_module(v)
    flags = (*_not_finite(data), *(f"{flag} grad" for flag in _not_finite(grad or 0.0)))
    if v.op is OFF_AT_ZERO and data == 0:
        flags += (OFF,)
    return SceneNode(
        node_id, name, role, op, symbol, data, grad, cluster, flags, module, line=v.line
    )


def _not_finite(x: float) -> tuple[str, ...]:
    if math.isfinite(x):
        return ()
    return ("nan",) if math.isnan(x) else ("inf",)


def _constants(v: Value, node: SceneNode) -> Iterator[SceneNode]:
    for i, x in enumerate(v.operands):
        if isinstance(x, float):
            where = node.cluster, _not_finite(x), node.module, None, None, node.line
            yield SceneNode(f"{node.id}_{i}", short(x), "constant", "", "", x, None, *where)
