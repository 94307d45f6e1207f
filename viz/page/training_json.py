"""Training JSON, version 1: data, parameters and runs, described in docs/reference/training.md."""

from __future__ import annotations

import base64
import json
import struct
from array import array
from collections.abc import Iterable, Sequence
from itertools import groupby

from microgradlike import ops
from microgradlike.engine import Value
from microgradlike.graph import topological
from microgradlike.nn import data
from microgradlike.ops import Op
from viz.page.mlp_json import mlp_json, optimizers
from viz.page.scene_json import number
from viz.scene.scene import Scene
from viz.training.classes import classes_of
from viz.training.recorder import Watch
from viz.training.training_view import TrainingView

VERSION = 1
DATA_SETS = {"moons": data.moons, "circles": data.circles, "xor": data.xor}
UNITS = (ops.relu, ops.tanh, ops.sigmoid)  # they pass no gradient where they are flat
STEEP = 1e-300  # a point next to 0 at which the slope of each unit is greatest
FIXED, UNUSED = -1, -2  # in place of a node: a number that must stay; one not in the graph
DIGITS = 4  # digits of the coordinates in the data sets


def training_json(
    view: TrainingView,
    scene: Scene,
    runs: Sequence[Watch],
    second: tuple[TrainingView, Scene, str] | None = None,
) -> str:
    """Write the training as JSON; `scene` is that of the view's graph.

    The second of two runs has its own view and scene, and the JSON of that scene, which is written
    if its graph is another one. The text is ASCII without a "<", so it may stand in a script
    element.
    """
    names = [name for name, _ in view.setup.model.named_parameters()]
    views = [view, *([second[0]] if second else [])]
    other = None
    if second and (view.fixed or _shape(scene) != _shape(second[1])):
        other = {**_graph(*second[:2]), "scene": json.loads(second[2])}
    whole = {
        "version": VERSION,
        **_graph(view, scene),
        "layers": _layers(names),
        "inputs": view.setup.inputs,
        "examples": [_packed(row) for row in view.setup.examples.rows.tolist()],
        "units": {op.name: _unit(op) for op in UNITS},
        "sets": _data_sets(view),
        "mlp": mlp_json(view),
        "optimizers": optimizers(),
        "runs": [_run(run, view) for run, view in zip(runs, views)],
        "second": other,
    }
    text = json.dumps(whole, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def _graph(view: TrainingView, scene: Scene) -> dict[str, object]:
    """Give the places in a graph, and the facts that hold for one of its loss."""
    place = _places(view.y, scene)
    names = [name for name, _ in view.setup.model.named_parameters()]
    others = [scene.nodes[place[id(v)]].name for v in view.held[len(names) :]]
    leaves = [None if view.fixed else v for v in view.leaves]
    classes = classes_of(view.setup, len(view.scores)) if view.scores else None
    return {
        "parameters": {
            "node": [place.get(id(v), UNUSED) for v in view.held],
            "name": names + others,
        },
        "trained": len(names),
        "numbers": {
            "name": view.names,
            "node": [FIXED if v is None else place.get(id(v), UNUSED) for v in leaves],
        },
        "scores": [place[id(v)] for v in view.scores],
        "probe": view.setup.probe,
        "classes": classes and classes[0],
        "middle": classes and classes[1],
        "fixed": view.fixed,
        "live": view.live,
        "why": view.why,
    }


def _shape(scene: Scene) -> object:
    """Give all of a scene but the numbers that may be changed in it."""
    nodes = [
        (n.op, n.role, n.name, n.cluster, n.data if n.role == "constant" else None)
        for n in scene.nodes
    ]
    return nodes, [(e.source, e.target, e.position) for e in scene.edges], scene.clusters


def _places(y: Value, scene: Scene) -> dict[int, int]:
    """Map the id() of each Value in the graph to its place in the scene."""
    place = {n.id: i for i, n in enumerate(scene.nodes)}
    return {id(v): place[f"n{k}"] for k, v in enumerate(topological(y), 1)}


def _layers(names: list[str]) -> list[dict[str, str | int]]:
    """Group the parameters, in their order, by the part of the model that holds them.

    >>> _layers(["layers.0.w.0", "layers.0.b", "layers.1.w.0", "scale"])
    [{'name': 'layers.0', 'size': 2}, {'name': 'layers.1', 'size': 1}, {'name': 'scale', 'size': 1}]
    """
    parts = groupby(map(_part, names))
    return [{"name": part, "size": len(list(group))} for part, group in parts]


def _part(name: str) -> str:
    first, _, rest = name.partition(".")
    second = rest.partition(".")[0]
    return f"{first}.{second}" if second.isdigit() and "." in rest else first


def _data_sets(view: TrainingView) -> dict[str, list[list[float]]]:
    """Offer other data sets to train with, if the examples are points of two classes."""
    if not (view.live and view.setup.inputs == 2 and len(view.names) == 3):
        return {}
    labels = sorted(set(view.setup.examples.rows[:, 2].tolist()))
    if len(labels) != 2:
        return {}
    sets = {}
    for name, make in DATA_SETS.items():
        points, classes = make(100)
        rows = [(*point, labels[k]) for point, k in zip(points, classes)]
        sets[name] = [[round(x, DIGITS) for x in row[:2]] + [row[2]] for row in rows]
    return sets


def _unit(op: Op) -> dict[str, object]:
    """Give the greatest slope, and the word for a flat unit: "dead" if its slope there is 0."""
    steepest, flat = (op.partials[0](op.forward(x), x) for x in (STEEP, -1.0))
    return {"slope": steepest, "flat": "saturated" if flat else "dead"}


def _run(run: Watch, view: TrainingView) -> dict[str, object]:
    column = {id(v): k for k, v in enumerate(run.other_leaves)}
    held = view.held[len(view.setup.model.parameters()) :]

    def others(entry: array[float]) -> Iterable[float]:
        return (entry[column[id(v)]] if id(v) in column else v.data for v in held)

    return {
        "name": run.name,
        "steps": run.steps,
        "losses": [number(x) for x in run.losses],
        "parameters": [_packed([*p, *others(o)]) for p, o in zip(run.parameters, run.others)],
        "gradients": [_packed([*row, *(0.0 for _ in held)]) for row in run.gradients],
    }


def _packed(numbers: Iterable[float]) -> str:
    """Encode doubles as base64 of their bytes, the lowest first: exact, half as long as text."""
    doubles = list(numbers)
    return base64.b64encode(struct.pack(f"<{len(doubles)}d", *doubles)).decode("ascii")
