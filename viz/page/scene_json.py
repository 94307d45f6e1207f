"""A scene as JSON, version 1: columns of numbers and names. docs/scene.md says what each means."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from typing import Any

from microgradlike.compile.export.javascript import SPELLINGS
from microgradlike.engine import Value
from microgradlike.graph import topological
from microgradlike.ops import Op, mul_no_nan
from viz.scene.scene import DEAD, DYING, Scene, SceneEdge, checked, scene

VERSION = 1
Columns = dict[str, list[Any]]


def scene_json(y: Value, *, names: Mapping[Value, str] | None = None) -> str:
    """The graph of `y` with the numbers of this moment as JSON text; docs/scene.md describes it.

    Pure ASCII without a "<", so that it may stand in a script element; the same graph gives the
    same text. `names` has what Values are called, whatever their labels.
    Raises TypeError where `y` is not a Value.

    >>> x = Value(3.0, "x")
    >>> columns = json.loads(scene_json(x * x))
    >>> columns["ops"], columns["root"], columns["nodes"]["data"], columns["nodes"]["operands"]
    (['mul'], 1, [3.0, 9.0], [[], [0, 0]])
    """
    return to_json(scene(y, names=names), spelled(y, SPELLINGS))


def to_json(shot: Scene, known: Collection[str]) -> str:
    """The same of a scene, whose primitives `known` can be computed where it is read."""
    ops = list(dict.fromkeys((n.op, n.symbol) for n in shot.nodes if n.op))
    whole = {
        "version": VERSION,
        "root": next(i for i, n in enumerate(shot.nodes) if n.id == shot.root),
        "notes": shot.notes,
        "ops": [op for op, _ in ops],
        "symbols": [symbol for _, symbol in ops],
        "dead": {DYING.name: DEAD},
        **_graph(shot, {pair: k for k, pair in enumerate(ops)}, known),
        "clusters": _clusters(shot),
    }
    text = json.dumps(whole, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")  # or a label could end the script element it stands in


def spelled(y: Value, spellings: Collection[Op]) -> dict[str, Op]:
    """The primitives in the graph of `y` that are among `spellings`, by name.

    `mul_no_nan`, the product of the chain rule, is always among them; an ambiguous name is not.

    >>> spelled(Value(3.0).exp(), SPELLINGS)
    {'mul_no_nan': <primitive mul_no_nan>, 'exp': <primitive exp>}
    """
    made = (v.op for v in topological(checked(y)) if v.op is not None)
    used = dict.fromkeys([mul_no_nan, *made])
    names = [op.name for op in used]
    return {op.name: op for op in used if op in spellings and names.count(op.name) == 1}


def _graph(
    shot: Scene, ops: dict[tuple[str, str], int], known: Collection[str]
) -> dict[str, Columns]:
    arrivals: dict[str, list[SceneEdge]] = {n.id: [] for n in shot.nodes}
    for e in shot.edges:
        arrivals[e.target].append(e)
    place = {n.id: i for i, n in enumerate(shot.nodes)}
    cluster = {c.id: i for i, c in enumerate(shot.clusters)}
    operands = [[place[e.source] for e in arrivals[n.id]] for n in shot.nodes]
    opaque = [i for i, n in enumerate(shot.nodes) if n.op and n.op not in known]
    nodes: Columns = {
        "op": [ops[n.op, n.symbol] if n.op else -1 for n in shot.nodes],
        "operands": operands,
        "data": [number(n.data) for n in shot.nodes],
        "grad": [number(n.grad) for n in shot.nodes],
        "name": [n.name for n in shot.nodes],
        "role": [n.role for n in shot.nodes],
        "cluster": [-1 if n.cluster is None else cluster[n.cluster] for n in shot.nodes],
        "flags": [n.flags for n in shot.nodes],
        "locked": _locked(operands, opaque),
    }
    local = [[number(e.local) for e in arrivals[shot.nodes[i].id]] for i in opaque]
    return {"nodes": nodes, "opaque": {"node": opaque, "local": local}}


def _locked(operands: list[list[int]], opaque: list[int]) -> list[int]:
    """1 for each node that a number depends on which cannot be computed, and for that one."""
    locked = [0] * len(operands)
    for i in opaque:
        locked[i] = 1
    for i in reversed(range(len(operands))):
        if locked[i]:
            for k in operands[i]:
                locked[k] = 1
    return locked


def _clusters(shot: Scene) -> list[dict[str, Any]]:
    place = {c.id: i for i, c in enumerate(shot.clusters)}
    return [
        {
            "name": c.name,
            "kind": c.kind,
            "title": c.title,
            "parent": -1 if c.parent is None else place[c.parent],
            "module": c.module,
            "call": c.call,
            "calls": c.calls,
        }
        for c in shot.clusters
    ]


def number(x: float | None) -> float | str | None:
    """JSON has no name for what is not finite.

    >>> number(-0.0), number(math.nan), number(-math.inf), number(None)
    (-0.0, 'nan', '-inf', None)
    """
    return x if x is None or math.isfinite(x) else repr(x)
