"""Lesson: a model, data and a loss, and the graph of the loss of one example to learn from."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from microgradlike._validate import whole_number
from microgradlike.derivatives.pytree import is_array
from microgradlike.engine import Value
from microgradlike.graph import topological
from microgradlike.nn.module import Module
from microgradlike.nn.training.dataset import Examples
from microgradlike.ops import Op
from viz.training.branch_free import straight

BRANCH = "its loss takes a branch that depends on"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is learned: a model, data, and the loss of one example; `probe` is the one to look at.

    Raises TypeError where the model is no Module, the loss no function or data no tuple of
    examples, ValueError for numbers in it that are not finite, IndexError for a probe that is none.
    """

    model: Module
    data: tuple[Any, ...]
    loss: Callable[..., Any]
    probe: int
    examples: Examples

    @classmethod
    def of(cls, model: Any, data: Any, loss: Any, probe: int = 0) -> Subject:
        """The same, with the examples that `data` holds."""
        if not isinstance(model, Module):
            raise TypeError(
                f"what learns is a Module, got {model!r:.60} of type {type(model).__name__}; keep"
                " the Values in an attribute of a class that extends nn.Module"
            )
        if not callable(loss):
            raise TypeError(
                f"loss is a function of the model and one example, got {loss!r:.60} of type"
                f" {type(loss).__name__}; write lambda model, x, y: (model(x) - y) ** 2, say"
            )
        examples = Examples(data, "data")
        for i, row in enumerate(examples.rows.tolist()):
            if not all(abs(x) < float("inf") for x in row):
                raise ValueError(
                    f"example {i} of data has {row!r:.80}: take what is not finite out"
                )
        if not 0 <= whole_number("probe", probe) < len(examples):
            raise IndexError(
                f"probe={probe} is the number of an example, 0 to {len(examples) - 1}, of which the"
                " graph is shown"
            )
        return cls(model, data, loss, probe, examples)

    @property
    def row(self) -> list[float]:
        """The numbers of the example to look at."""
        row: list[float] = self.examples.rows[self.probe].tolist()
        return row

    @property
    def inputs(self) -> int:
        """How many of them the model is called with; 0 where there is nothing but those."""
        parts = self.examples.nest(_column(self.row))
        return len(_names_in("", parts[0])) if len(parts) > 1 else 0

    def arguments(self, row: Sequence[Any]) -> Sequence[Any]:
        """What the loss takes besides the model, for any kind of numbers."""
        return self.examples.nest(_column(row))

    def loss_of(self, row: Sequence[Any]) -> Any:
        """The loss of an example."""
        return self.loss(self.model, *self.arguments(row))


@dataclass(frozen=True, slots=True)
class Lesson:
    """The loss `y` of the example to look at, as a graph in which numbers may be replaced.

    `leaves` has the Value of each number of an example, None for one that cannot be another: `y`
    would be another graph then. `fixed` is whether that holds for the parameters, too; `why` says
    in a sentence what is fixed, "" where nothing is. `names` has those of the numbers, `scores` are
    what the model gave, where the graph shows it.
    """

    subject: Subject
    y: Value
    leaves: tuple[Value | None, ...]
    fixed: bool
    why: str
    names: tuple[str, ...]
    scores: tuple[Value, ...]

    @property
    def live(self) -> bool:
        """Whether it can be trained with this graph alone, whatever example comes."""
        return not self.fixed and None not in self.leaves


def lesson(subject: Subject, known: Collection[Op]) -> Lesson:
    """The lesson of a subject, for a reader of the graph that can compute the primitives `known`.

    Raises TypeError where the loss of an example is no Value.

    >>> from microgradlike import nn
    >>> squared = lambda model, x, y: (model(x) - y) ** 2
    >>> lesson(Subject.of(nn.MLP(1, [1]), ([[1.0], [2.0]], [1.0, 2.0]), squared), {}).names
    ('x0', 'y')
    """
    row, inputs = subject.row, subject.inputs
    names = _names(subject)
    choices = [range(len(row)), range(inputs), ()]
    free = next((places for places in choices if _is_straight(subject, places)), None)
    numbers: list[Any] = [
        Value(x, name) if i in (free or ()) else x for i, (x, name) in enumerate(zip(row, names))
    ]
    y = checked_loss(subject.loss_of(numbers))
    strange = sorted({v.op.name for v in topological(y) if v.op is not None and v.op not in known})
    fixed = free is None or bool(strange)
    leaves = tuple(x if isinstance(x, Value) and not fixed else None for x in numbers)
    scores = _scores(subject, numbers, y) if inputs else ()
    return Lesson(subject, y, leaves, fixed, _why(free, len(row), strange), names, scores)


def checked_loss(y: object) -> Value:
    """The loss of an example, if it is a Value; else a TypeError that says what to do."""
    if isinstance(y, Value):
        return y
    raise TypeError(
        f"the loss of an example is a Value, got {y!r:.60} of type {type(y).__name__}; for a batch,"
        " write it for one example: the mean is taken here"
    )


def _is_straight(subject: Subject, places: Sequence[int]) -> bool:
    """Whether the loss is one graph for any numbers at these places of an example."""

    def at(*numbers: Any) -> Any:
        row: list[Any] = list(subject.row)
        for i, x in zip(places, numbers):
            row[i] = x
        return subject.loss_of(row)

    return straight(at, *[subject.row[i] for i in places])


def _why(free: Sequence[int] | None, count: int, strange: list[str]) -> str:
    end = "The graph is that of the end, whatever step is chosen:"
    if strange:
        return (
            f"{end} the page cannot compute {', '.join(strange)}. It can with a spelling:"
            ' page(..., spellings={op: "x => ..."}).'
        )
    if free is None:
        return f"{end} {BRANCH} a parameter."
    if len(free) == count:
        return ""
    part = "the label" if free else "the example"
    return f"Not trained in the page, since {BRANCH} {part}: one graph does not serve all examples."


def _scores(subject: Subject, numbers: Sequence[Any], y: Value) -> tuple[Value, ...]:
    """What the model gives as nodes of the graph of `y`; () where they are not in it."""
    known = {id(v) for v in (*subject.model.parameters(), *numbers)}
    for wanted in _given(subject.model, subject.arguments(numbers)[0]):
        found = _alike(y, wanted, known)
        if found:
            return found
    return ()


def _given(model: Callable[..., Any], x: Any) -> list[list[Value]]:
    """What the model gives, called with an argument as it is and in a list."""
    found = []
    for argument in (x, [x]):
        try:
            given = model(argument)
        except Exception:  # the loss calls it otherwise, and had no error
            continue
        results = list(given) if isinstance(given, (list, tuple)) else [given]
        if results and all(isinstance(v, Value) for v in results):
            found.append(results)
    return found


def _alike(y: Value, wanted: list[Value], known: Collection[int]) -> tuple[Value, ...]:
    """The nodes of the graph of `y` that are computed as `wanted` are; () where one is not there.

    Leaves are the same one where they are `known` by their id(), or are of one number.
    """
    alike: dict[Any, Value] = {}
    found: dict[int, Value] = {}
    for root in (y, *wanted):
        for v in topological(root):
            parts = [id(found[id(x)]) if isinstance(x, Value) else repr(x) for x in v.operands]
            leaf: Any = id(v) if id(v) in known else repr(v.data)
            found[id(v)] = alike.setdefault((v.op, *parts) if v.op is not None else leaf, v)
    inside = set(map(id, topological(y)))
    scores = tuple(found[id(v)] for v in wanted)
    return scores if all(id(v) in inside for v in scores) else ()


def _names(subject: Subject) -> tuple[str, ...]:
    """The names of the numbers of an example: x0 and x1 of x, y."""
    parts = subject.arguments(subject.row)
    try:
        taken = list(inspect.signature(subject.loss).parameters.values())[1:]
    except (TypeError, ValueError):  # of a builtin
        taken = []
    called = [p.name for p in taken if p.kind is p.POSITIONAL_OR_KEYWORD][: len(parts)]
    called += [f"x{i}" for i in range(len(called), len(parts))]
    return tuple(name for name, part in zip(called, parts) for name in _names_in(name, part))


def _names_in(name: str, part: Any) -> list[str]:
    """A name for each number in a nest, in their order."""
    stack = [(name, part)]
    names = []
    while stack:
        name, part = stack.pop()
        cells: list[tuple[Any, Any]]
        if isinstance(part, Mapping):
            cells = [(f"_{key}", x) for key, x in part.items()]
        elif isinstance(part, (list, tuple)) or is_array(part):
            cells = list(enumerate(part))
        else:
            names.append(name)
            continue
        stack += [(f"{name}{key}", x) for key, x in reversed(cells)]
    return names


def _column(row: Sequence[Any]) -> Any:
    import numpy as np

    column = np.empty(len(row), dtype=object)
    column[:] = row
    return column
