"""A lesson as JSON, version 1: data, parameters, runs. docs/lesson.md says what each key means."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterable, Sequence
from typing import Any

from microgradlike import ops
from microgradlike.engine import Value
from microgradlike.graph import topological
from microgradlike.nn import data
from microgradlike.ops import Op
from viz.page.scene_json import number
from viz.scene.scene import Scene
from viz.training.recorder import Watch
from viz.training.training_view import Lesson

VERSION = 1
SETS = {"moons": data.moons, "circles": data.circles, "xor": data.xor}
UNITS = (ops.relu, ops.tanh, ops.sigmoid)  # which let no gradient through where they are flat
STEEP = 1e-300  # next to 0, on the side where the slope of each of them is greatest
FIXED, UNUSED = -1, -2  # the place of what must stay as it is, and of what the graph does not use
DIGITS = 4  # of the coordinates of these sets


def lesson_json(lesson: Lesson, shot: Scene, runs: Sequence[Watch]) -> str:
    """What a page needs besides the scene `shot` of the lesson's graph, as ASCII without a "<"."""
    place = _places(lesson.y, shot)
    named = lesson.subject.model.named_parameters()
    whole = {
        "version": VERSION,
        "parameters": {
            "node": [place.get(id(p), UNUSED) for _, p in named],
            "name": [name for name, _ in named],
        },
        "layers": _layers([name for name, _ in named]),
        "numbers": {
            "name": lesson.names,
            "node": [FIXED if v is None else place.get(id(v), UNUSED) for v in lesson.leaves],
        },
        "inputs": lesson.subject.inputs,
        "scores": [place[id(v)] for v in lesson.scores],
        "probe": lesson.subject.probe,
        "examples": [_packed(row) for row in lesson.subject.examples.rows.tolist()],
        "units": {op.name: _unit(op) for op in UNITS},
        "middle": _middle(lesson),
        "fixed": lesson.fixed,
        "live": lesson.live,
        "why": lesson.why,
        "sets": _sets(lesson),
        "runs": [_run(run) for run in runs],
    }
    text = json.dumps(whole, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def _places(y: Value, shot: Scene) -> dict[int, int]:
    """Where each Value of the graph stands in the scene, by its id()."""
    place = {n.id: i for i, n in enumerate(shot.nodes)}
    return {id(v): place[f"n{k}"] for k, v in enumerate(topological(y), 1)}


def _layers(names: list[str]) -> list[dict[str, Any]]:
    """The parameters in their order, cut where another part of the model begins.

    >>> _layers(["layers.0.w.0", "layers.0.b", "layers.1.w.0", "scale"])
    [{'name': 'layers.0', 'size': 2}, {'name': 'layers.1', 'size': 1}, {'name': 'scale', 'size': 1}]
    """
    layers: list[dict[str, Any]] = []
    for name in names:
        first, _, rest = name.partition(".")
        second = rest.partition(".")[0]
        part = f"{first}.{second}" if second.isdigit() and "." in rest else first
        if layers and layers[-1]["name"] == part:
            layers[-1]["size"] += 1
        else:
            layers.append({"name": part, "size": 1})
    return layers


def _sets(lesson: Lesson) -> dict[str, list[list[float]]]:
    """Other points in the plane to train with, where the examples are such, of two classes."""
    if not (lesson.live and lesson.subject.inputs == 2 and len(lesson.names) == 3):
        return {}
    labels = sorted(set(lesson.subject.examples.rows[:, 2].tolist()))
    if len(labels) != 2:
        return {}
    sets = {}
    for name, make in SETS.items():
        points, classes = make(100)
        rows = [(*point, labels[k]) for point, k in zip(points, classes)]
        sets[name] = [[round(x, DIGITS) for x in row[:2]] + [row[2]] for row in rows]
    return sets


def _unit(op: Op) -> dict[str, Any]:
    """Its greatest slope, and what it is where it is flat: "dead" where its slope is 0 there."""
    steepest, flat = (op.partials[0](op.forward(x), x) for x in (STEEP, -1.0))
    return {"slope": steepest, "flat": "saturated" if flat else "dead"}


def _middle(lesson: Lesson) -> float:
    """The score between two classes."""
    return 0.5 if any(v.op is ops.sigmoid for v in lesson.scores) else 0.0


def _run(run: Watch) -> dict[str, Any]:
    return {
        "name": run.name,
        "steps": run.steps,
        "losses": [number(x) for x in run.losses],
        "parameters": [_packed(row) for row in run.parameters],
        "gradients": [_packed(row) for row in run.gradients],
    }


def _packed(numbers: Iterable[float]) -> str:
    """Doubles as base64 of their bytes, the lowest first: exact, and half as long as text."""
    doubles = list(numbers)
    return base64.b64encode(struct.pack(f"<{len(doubles)}d", *doubles)).decode("ascii")
