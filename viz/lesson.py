"""Lesson: a model, data and a loss, and the graph of the loss of one example to learn from."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from microgradlike.engine import Value
from microgradlike.graph import topological
from microgradlike.nn.examples import Examples
from microgradlike.nn.inputs import whole
from microgradlike.nn.module import Module
from microgradlike.ops import Op
from viz.straight import straight


@dataclass(frozen=True, slots=True)
class Lesson:
    """The loss `y` of example number `probe`, as a graph in which numbers may be replaced.

    `leaves` has the Value of each number of an example, None for one that cannot be another: `y`
    would be another graph then. `fixed` is whether that holds for the parameters, too. `scores` are
    what the model gave, where the graph shows it. The first `inputs` numbers of an example are what
    the model is called with, `numbers` has the names of all.
    """

    model: Module
    examples: Examples
    probe: int
    y: Value
    leaves: tuple[Value | None, ...]
    fixed: bool
    inputs: int
    numbers: tuple[str, ...]
    scores: tuple[Value, ...]

    @property
    def live(self) -> bool:
        """Whether it can be trained with this graph alone, whatever example comes."""
        return not self.fixed and None not in self.leaves


def lesson(
    model: Any, data: Any, loss: Callable[..., Any], known: Collection[Op], probe: int = 0
) -> Lesson:
    """The lesson of a model, for which `loss` is a number of one example, as `train.fit` wants it.

    A reader of the graph can compute the primitives `known`. Raises TypeError where the model is no
    Module or the loss no Value, what `train.fit` does for data, IndexError for
    a probe that is none.

    >>> from microgradlike import nn
    >>> squared = lambda model, x, y: (model(x) - y) ** 2
    >>> lesson(nn.MLP(1, [1]), ([[1.0], [2.0]], [1.0, 2.0]), squared, {}).numbers
    ('x0', 'y')
    """
    if not isinstance(model, Module):
        raise TypeError(
            f"a lesson is of a Module, got {model!r:.60} of type {type(model).__name__}; keep the"
            " Values in an attribute of a class that extends nn.Module"
        )
    examples = Examples(data, "data")
    if whole("probe", probe) >= len(examples) or probe < 0:
        raise IndexError(
            f"probe={probe} is the number of an example, 0 to {len(examples) - 1}, of which the"
            " graph is shown"
        )
    row = examples.rows[probe].tolist()
    names = _numbers(examples, loss)
    parts = examples.nest(_column(row))
    inputs = len(_named("", parts[0])) if len(parts) > 1 else 0

    def of(row: Sequence[Any]) -> Any:
        return loss(model, *examples.nest(_column(row)))

    free = _free(of, row, [range(len(row)), range(inputs), ()])
    leaves = [
        Value(x, name) if i in (free or ()) else None for i, (x, name) in enumerate(zip(row, names))
    ]
    numbers = [x if v is None else v for x, v in zip(row, leaves)]
    y = of(numbers)
    if not isinstance(y, Value):
        raise TypeError(
            f"the loss of an example is a Value, got {y!r:.60} of type {type(y).__name__}; for a"
            " batch, write it for one example: the mean is taken here"
        )
    unknown = [v.op for v in topological(y) if v.op is not None and v.op not in known]
    fixed = free is None or bool(unknown)
    scores = _scores(model, examples.nest(_column(numbers))[0], y) if inputs else ()
    return Lesson(
        model,
        examples,
        probe,
        y,
        (None,) * len(row) if fixed else tuple(leaves),
        fixed,
        inputs,
        names,
        scores,
    )


def _free(of: Callable[..., Any], row: list[float], choices: Sequence[Any]) -> Any:
    """The first choice of places at which any numbers may stand; None where none will do."""
    for places in choices:

        def at(*numbers: Any, places: Any = places) -> Any:
            changed: list[Any] = list(row)
            for i, x in zip(places, numbers):
                changed[i] = x
            return of(changed)

        if straight(at, *[row[i] for i in places]):
            return places
    return None


def _scores(model: Callable[..., Any], x: Any, y: Value) -> tuple[Value, ...]:
    """What the model gives for `x` as nodes of the graph of `y`; () where they are not in it."""
    try:
        given = model(x if hasattr(x, "__len__") else [x])
    except Exception:  # the loss calls it otherwise: there is nothing to be found
        return ()
    wanted = list(given) if isinstance(given, (list, tuple)) else [given]
    if not wanted or not all(isinstance(v, Value) for v in wanted):
        return ()
    alike: dict[Any, Value] = {}  # by primitive and operands, these as nodes of y where they can be
    found: dict[int, Value] = {}
    for root in (y, *wanted):
        for v in topological(root):
            parts = [found[id(x)] if isinstance(x, Value) else x for x in v.operands]
            key = (v.op, *map(_key, parts)) if v.op is not None else id(v)
            found[id(v)] = alike.setdefault(key, v)
    inside = set(map(id, topological(y)))
    scores = tuple(found[id(v)] for v in wanted)
    return scores if all(id(v) in inside for v in scores) else ()


def _key(x: Value | float) -> Any:
    return id(x) if isinstance(x, Value) else repr(x)


def _numbers(examples: Examples, loss: Callable[..., Any]) -> tuple[str, ...]:
    """The names of the numbers of an example: x0 and x1 of x, y."""
    parts = examples.nest(_column(list(range(examples.rows.shape[1]))))
    try:
        called = list(inspect.signature(loss).parameters)[1 : 1 + len(parts)]
    except (TypeError, ValueError):  # of a builtin
        called = []
    called += [f"x{i}" for i in range(len(called), len(parts))]
    return tuple(name for name, part in zip(called, parts) for name in _named(name, part))


def _named(name: str, part: Any) -> list[str]:
    """A name for each number in a nest, in their order."""
    stack = [(name, part)]
    names = []
    while stack:
        name, part = stack.pop()
        cells: list[tuple[Any, Any]] = []
        if isinstance(part, Mapping):
            cells = [(f"_{key}", x) for key, x in part.items()]
        elif hasattr(part, "__len__"):
            cells = list(enumerate(part))
        else:
            names.append(name)
        stack += [(f"{name}{key}", x) for key, x in reversed(cells)]
    return names


def _column(row: Sequence[Any]) -> Any:
    import numpy as np

    column = np.empty(len(row), dtype=object)
    column[:] = row
    return column
