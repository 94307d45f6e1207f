"""Training view: model, data and loss, with the graph of the loss of one example."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from microgradlike._validate import shown, whole_number
from microgradlike.derivatives.pytree import is_array
from microgradlike.engine import Value
from microgradlike.graph import topological
from microgradlike.nn import losses
from microgradlike.nn.mode import evaluating
from microgradlike.nn.module import Module
from microgradlike.nn.training.dataset import Dataset
from microgradlike.ops import Op
from viz.training.branch_free import is_branch_free

BRANCH = "its loss takes a branch that depends on"


@dataclass(frozen=True, slots=True)
class TrainingSetup:
    """A model, its data and the loss of one example; `probe` is the number of the one shown.

    `loss_name` is the loss's name among those of `nn.losses`, or "".
    """

    model: Module
    data: tuple[object, ...]
    loss: Callable[..., object]  # a function of the model and one example
    probe: int
    examples: Dataset
    loss_name: str = ""

    @classmethod
    def of(
        cls, model: object, data: tuple[object, ...], loss: object, probe: int = 0
    ) -> TrainingSetup:
        """Check the parts of a training and take the examples from its data.

        Raises TypeError if the model is not a Module, the loss neither a name nor a function or
        data not a tuple of examples, ValueError for an unknown name or numbers that are not finite,
        IndexError for a probe out of range.
        """
        if not isinstance(model, Module):
            raise TypeError(
                f"the model must be a Module, got {shown(model)} of type {type(model).__name__};"
                " keep its Values in attributes of a class that extends nn.Module"
            )
        examples = Dataset(data, "data")
        for i, row in enumerate(examples.rows.tolist()):
            if not all(abs(x) < float("inf") for x in row):
                raise ValueError(
                    f"example {i} of data has {row!r:.80}; remove numbers that are not finite"
                )
        if not 0 <= whole_number("probe", probe) < len(examples):
            raise IndexError(
                f"probe must be the number of an example, 0 to {len(examples) - 1}, got {probe}"
            )
        names = (name for name, known in losses.LOSSES.items() if loss in (name, known))
        return cls(model, data, losses.resolve(loss, data), probe, examples, next(names, ""))

    @property
    def row(self) -> list[float]:
        """The numbers of the probe."""
        row: list[float] = self.examples.rows[self.probe].tolist()
        return row

    @property
    def inputs(self) -> int:
        """The count of those numbers that the model is called with; 0 if data has one part only."""
        parts = self.examples.example(self.row)
        return len(_names_in("", parts[0])) if len(parts) > 1 else 0

    def arguments(self, row: Sequence[object]) -> Sequence[Any]:
        """Nest a row of any kind of numbers into the loss's arguments after the model."""
        return self.examples.example(list(row))

    def loss_of(self, row: Sequence[object]) -> object:
        """Compute the loss of an example."""
        return self.loss(self.model, *self.arguments(row))


@dataclass(frozen=True, slots=True)
class TrainingView:
    """The loss `y` of the probe, as a graph in which numbers may be replaced.

    `leaves` has the Value of each number of an example, None for a number that must stay, since
    another one would give another graph. `fixed` tells that all numbers must stay; `why` is a
    sentence about the fixed numbers, "" if there are none. `names` are those of the numbers,
    `scores` the model's results, if they are nodes of the graph.
    """

    setup: TrainingSetup
    y: Value
    leaves: tuple[Value | None, ...]
    fixed: bool
    why: str
    names: tuple[str, ...]
    scores: tuple[Value, ...]

    @property
    def live(self) -> bool:
        """True if this graph alone serves to train on every example."""
        return not self.fixed and None not in self.leaves

    @property
    def held(self) -> list[Value]:
        """The parameters, and then the other Values of the graph, which no step moves."""
        own = self.setup.model.parameters()
        known = {id(v) for v in (*own, *self.leaves)}
        return own + [v for v in topological(self.y) if v.op is None and id(v) not in known]


def training_view(setup: TrainingSetup, known: Collection[Op]) -> TrainingView:
    """View a training, for a reader of the graph that can compute the primitives `known`.

    The model is in evaluation mode there: a graph would freeze a Dropout. Raises TypeError if the
    loss of an example is not a Value.

    >>> from microgradlike import nn
    >>> squared = lambda model, x, y: (model(x) - y) ** 2
    >>> setup = TrainingSetup.of(nn.MLP(1, [1]), ([[1.0], [2.0]], [1.0, 2.0]), squared)
    >>> training_view(setup, {}).names
    ('x0', 'y')
    """
    with evaluating(setup.model):
        return _training_view(setup, known)


def _training_view(setup: TrainingSetup, known: Collection[Op]) -> TrainingView:
    row, inputs = setup.row, setup.inputs
    names = _names(setup)
    choices = [range(len(row)), range(inputs), ()]
    free = next((places for places in choices if _has_one_graph(setup, places)), None)
    numbers: list[Value | float] = [
        Value(x, name) if i in (free or ()) else x for i, (x, name) in enumerate(zip(row, names))
    ]
    y = require_loss(setup.loss_of(numbers))
    made_by = {v.op for v in topological(y) if v.op is not None}
    unknown = sorted(op.name for op in made_by if op not in known)
    fixed = free is None or bool(unknown)
    leaves = tuple(x if isinstance(x, Value) else None for x in numbers)
    scores = _scores(setup, numbers, y) if inputs else ()
    why = _why(
        free, len(row), unknown, random=repr(require_loss(setup.loss_of(row)).data) != repr(y.data)
    )
    return TrainingView(setup, y, leaves, fixed, why, names, scores)


def require_loss(y: object) -> Value:
    """Return the loss of an example if it is a Value; else raise TypeError."""
    if isinstance(y, Value):
        return y
    raise TypeError(
        f"the loss of an example must be a Value, got {shown(y)} of type {type(y).__name__}; for a"
        " batch, write the loss of one example: the mean is taken here"
    )


def _has_one_graph(setup: TrainingSetup, places: Sequence[int]) -> bool:
    """Tell if the loss has the same graph for any numbers at these places of an example."""

    def loss_at(*numbers: object) -> object:
        row: list[object] = list(setup.row)
        for i, x in zip(places, numbers):
            row[i] = x
        return setup.loss_of(row)

    return is_branch_free(loss_at, *[setup.row[i] for i in places])


def _why(free: Sequence[int] | None, count: int, unknown: list[str], *, random: bool) -> str:
    end = "The graph is that of the end of the training, whatever step is chosen:"
    if unknown:
        return (
            f"{end} the page cannot compute {', '.join(unknown)}. It can with a spelling:"
            ' page(..., spellings={op: "x => ..."}).'
        )
    if free is None:
        return f"{end} its loss draws random numbers." if random else f"{end} {BRANCH} a parameter."
    if len(free) == count:
        return ""
    part = "the label" if free else "the example"
    return f"Not trained in the page, since {BRANCH} {part}: one graph does not serve all examples."


def _scores(setup: TrainingSetup, numbers: Sequence[Value | float], y: Value) -> tuple[Value, ...]:
    """Find the model's results among the nodes of the graph of `y`; () if they are not in it."""
    known = {id(v) for v in (*setup.model.parameters(), *numbers)}
    for results in _results(setup.model, setup.arguments(numbers)[0]):
        found = _matching(y, results, known)
        if found:
            return found
    return ()


def _results(model: Callable[..., object], x: object) -> list[list[Value]]:
    """Call the model with an argument as it is and in a list, and keep results that are Values."""
    found = []
    for argument in (x, [x]):
        try:
            given = model(argument)
        except Exception:  # the loss calls the model in another way
            continue
        results = given if isinstance(given, (list, tuple)) else [given]
        values = [v for v in results if isinstance(v, Value)]
        if values and len(values) == len(results):
            found.append(values)
    return found


def _matching(y: Value, results: list[Value], known: Collection[int]) -> tuple[Value, ...]:
    """Find the nodes of the graph of `y` that are computed as `results` are; () if one is missing.

    Leaves match if they are `known` by their id() and the same, or else have the same number.
    """
    by_formula: dict[object, Value] = {}
    match: dict[int, Value] = {}
    for root in (y, *results):
        for v in topological(root):
            parts = [id(match[id(x)]) if isinstance(x, Value) else repr(x) for x in v.operands]
            leaf: object = id(v) if id(v) in known else repr(v.data)
            match[id(v)] = by_formula.setdefault((v.op, *parts) if v.op is not None else leaf, v)
    inside = set(map(id, topological(y)))
    scores = tuple(match[id(v)] for v in results)
    return scores if all(id(v) in inside for v in scores) else ()


def _names(setup: TrainingSetup) -> tuple[str, ...]:
    """Name the numbers of an example after the loss's arguments: x0 and x1 of x, y."""
    parts = setup.arguments(setup.row)
    try:
        taken = list(inspect.signature(setup.loss).parameters.values())[1:]
    except (TypeError, ValueError):  # a builtin
        taken = []
    called = [p.name for p in taken if p.kind is p.POSITIONAL_OR_KEYWORD][: len(parts)]
    called += [f"x{i}" for i in range(len(called), len(parts))]
    return tuple(name for name, part in zip(called, parts) for name in _names_in(name, part))


def _names_in(name: str, part: Any) -> list[str]:
    """Name each number in a nested argument, in their order."""
    stack = [(name, part)]
    names = []
    while stack:
        name, part = stack.pop()
        cells: list[tuple[object, object]]
        if isinstance(part, Mapping):
            cells = [(f"_{key}", x) for key, x in part.items()]
        elif isinstance(part, (list, tuple)) or is_array(part):
            cells = list(enumerate(part))
        else:
            names.append(name)
            continue
        stack += [(f"{name}{key}", x) for key, x in reversed(cells)]
    return names
