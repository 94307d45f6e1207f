"""Scene JSON, version 2: a scene as columns of numbers; docs/reference/scene.md describes it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import get_args

from microgradlike._io import json_number
from microgradlike.compile.export.javascript import SPELLINGS
from microgradlike.engine import Value
from microgradlike.graph import topological
from microgradlike.ops import TABLE, Op, mul_no_nan
from viz.fold.frames import Turn, turns_around
from viz.fold.groups import Groups, page_groups
from viz.fold.parts import ROOM
from viz.page.code import code
from viz.scene.names import distinct_names
from viz.scene.scene import (
    INDETERMINATE,
    OFF,
    OFF_AT_ZERO,
    Role,
    Scene,
    SceneEdge,
    require_value,
    scene as value_scene,
)
from viz.scene.stale import STALE

VERSION = 2
ROLES = get_args(Role)
Columns = dict[str, Sequence[object]]


def scene_json(y: Value, *, names: Mapping[Value, str] | None = None, digits: bool = False) -> str:
    """Write the graph of `y` and its numbers of this moment as JSON.

    The format is described in docs/reference/scene.md. The text is ASCII without a "<", so it may
    stand in a script element; the same graph gives the same text. `names` gives names to Values in
    place of their labels. With `digits`, the right digits of the numbers are included.
    Raises TypeError if `y` is not a Value or `names` not a mapping of Values to text.

    >>> import json
    >>> x = Value(3.0, "x")
    >>> columns = json.loads(scene_json(x * x))
    >>> columns["ops"], columns["root"], columns["nodes"]["data"], columns["nodes"]["operands"]
    (['mul'], 1, [3.0, 9.0], [[], [0, 0]])
    """
    return to_json(value_scene(y, names=names, digits=digits), spelled(y, SPELLINGS))


def to_json(scene: Scene, known: Collection[str], *, computes: bool = False) -> str:
    """Write a scene as JSON for a reader that can compute the primitives named in `known`.

    For a reader that `computes` flags and gradients itself, those of interior nodes are left out.
    """
    groups = page_groups(scene)
    ops = list(dict.fromkeys((n.op, n.symbol) for n in scene.nodes if n.op))
    nodes, names = groups.scene.nodes, distinct_names(groups.scene)
    whole = {
        "version": VERSION,
        "root": next(i for i, n in enumerate(scene.nodes) if n.id == scene.root),
        "stale": scene.stale.removesuffix(STALE) or None,
        "notes": [note for note in scene.notes if note != INDETERMINATE],  # the page finds them
        "ops": [op for op, _ in ops],
        "symbols": [symbol for _, symbol in ops],
        "roles": ROLES,
        "off": {OFF_AT_ZERO.name: OFF},
        "flat": [name in TABLE and TABLE[name].flat for name, _ in ops],
        "absorbing": [TABLE[name].absorbing if name in TABLE else () for name, _ in ops],
        **_graph(groups, {pair: k for k, pair in enumerate(ops)}, known, computes),
        "prefixes": {i: p for i, n in enumerate(nodes) if (p := names[n.id].removesuffix(n.name))},
        "clusters": _clusters(groups),
        "room": ROOM,
        **({"digits": _digits(groups.scene)} if any(n.digits for n in nodes) else {}),
        **({"code": lines} if (lines := code(nodes)) else {}),
    }
    text = json.dumps(whole, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")  # otherwise a label could end the script element around it


def spelled(y: Value, spellings: Collection[Op]) -> dict[str, Op]:
    """Find the primitives in the graph of `y` that are among `spellings`, by name.

    `mul_no_nan`, the product of the chain rule, is always included; an ambiguous name never is.

    >>> spelled(Value(3.0).exp(), SPELLINGS)
    {'mul_no_nan': <primitive mul_no_nan>, 'exp': <primitive exp>}
    """
    made = (v.op for v in topological(require_value(y)) if v.op is not None)
    used = dict.fromkeys([mul_no_nan, *made])
    names = [op.name for op in used]
    return {op.name: op for op in used if op in spellings and names.count(op.name) == 1}


def primitive_row(op: Op) -> tuple[object, ...]:
    """Give the facts about a primitive in a scene, for graphs that are made in a page."""
    return op.symbol, op.flat, op.absorbing


def _graph(
    groups: Groups, ops: dict[tuple[str, str], int], known: Collection[str], computes: bool
) -> dict[str, Columns]:
    scene = groups.scene
    arrivals: dict[str, list[SceneEdge]] = {n.id: [] for n in scene.nodes}
    for e in scene.edges:
        arrivals[e.target].append(e)
    place = {n.id: i for i, n in enumerate(scene.nodes)}
    cluster = {c.id: i for i, c in enumerate(scene.clusters)}
    operands = [[place[e.source] for e in arrivals[n.id]] for n in scene.nodes]
    inner = dict.fromkeys(groups.turns.values())
    made = dict.fromkeys(t for turn in inner for t in [*turns_around(turn)][::-1])
    turns: dict[Turn | None, int] = {None: -1, **{turn: i for i, turn in enumerate(made)}}
    opaque = [i for i, n in enumerate(scene.nodes) if n.op and n.op not in known]
    nodes: Columns = {
        "op": [ops[n.op, n.symbol] if n.op else -1 for n in scene.nodes],
        "operands": operands,
        "data": [number(n.data) for n in scene.nodes],
        "grad": [
            None if computes and n.op and n.id != scene.root else number(n.grad)
            for n in scene.nodes
        ],
        "name": [n.name for n in scene.nodes],
        "role": [ROLES.index(n.role) for n in scene.nodes],
        "cluster": [-1 if n.cluster is None else cluster[n.cluster] for n in scene.nodes],
        "flags": [] if computes else [n.flags for n in scene.nodes],
        "locked": _locked(operands, opaque),
        "turn": [turns[groups.turns.get(n.id)] for n in scene.nodes],
    }
    local = [[number(e.local) for e in arrivals[scene.nodes[i].id]] for i in opaque]
    columns: Columns = {
        "cluster": [cluster[t.frame] for t in made],
        "call": [t.call for t in made],
        "calls": [t.calls for t in made],
        "around": [turns[t.around] for t in made],
    }
    return {"nodes": nodes, "turns": columns, "opaque": {"node": opaque, "local": local}}


def _locked(operands: list[list[int]], opaque: list[int]) -> list[int]:
    """Mark with 1 the nodes of `opaque` and everything that they depend on."""
    locked = [0] * len(operands)
    for i in opaque:
        locked[i] = 1
    for i in reversed(range(len(operands))):
        if locked[i]:
            for k in operands[i]:
                locked[k] = 1
    return locked


def _clusters(groups: Groups) -> list[dict[str, object]]:
    clusters = groups.scene.clusters
    place = {c.id: i for i, c in enumerate(clusters)}
    return [
        {
            "name": c.name,
            "kind": c.kind,
            "title": c.title,
            "parent": -1 if c.parent is None else place[c.parent],
            "module": c.module,
            "call": c.call,
            "calls": c.calls,
            "closed": c.id in groups.closed,
            "chained": c.id in groups.chained,
            "choice": groups.choices.get(c.id, -1),
        }
        for c in clusters
    ]


def _digits(scene: Scene) -> dict[str, object]:
    """Write the columns of digits: nan for an undecided number, null where there is none."""
    all_digits = [n.digits for n in scene.nodes]
    place = {n.id: i for i, n in enumerate(scene.nodes)}
    return {
        "value": [d and number(d.value) for d in all_digits],
        "gradient": [d and number(d.gradient) for d in all_digits],
        "texts": [d and d.texts for d in all_digits],
        "numbers": scene.numbers,
        "exact": not any(d and d.at_least for d in all_digits),
        "lost": [(place[node], text) for node, text in scene.losses],
    }


def number(x: float | None) -> float | str | None:
    """Give a number as JSON has it: nan and infinities become strings.

    >>> number(-0.0), number(float("nan")), number(-float("inf")), number(None)
    (-0.0, 'nan', '-inf', None)
    """
    return None if x is None else json_number(x)
