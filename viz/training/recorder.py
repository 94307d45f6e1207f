"""Recorder: a training, recorded so that a page can show it step by step."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any

from microgradlike.compile.jit import jit
from microgradlike.compile.options import interpreter
from microgradlike.compile.trace import TraceError
from microgradlike.engine import Value, set_gradients
from microgradlike.graph import topological
from microgradlike.nn.mode import modules, set_mode
from microgradlike.nn.module import Module
from microgradlike.nn.training.callbacks import Callback
from microgradlike.nn.training.state import State
from viz.training.training_view import TrainingSetup, require_loss

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from viz.notebook.live_training import LiveTraining

STEPS = 200  # kept at most; of more steps every second one, then every fourth
NUMBERS = 500_000  # kept at most, parameters and gradients: about 5 MB of a page
Entry = tuple[float, "array[float]", "array[float]", "array[float]"]  # all but the step


class Watch(Callback):
    """A recorded training; `watch` makes it, and it is a callback or a context manager.

    Its columns have one entry per recorded step: `steps`, the number of the step; `parameters`, an
    array of all parameters; `others`, an array of the data of `other_leaves`, the other Values of
    the loss, such as a temperature; `losses`, the mean loss of all examples at these numbers;
    `gradients`, the gradient of that loss by the parameters. A copy of the model computes them, so
    the gradients of the model itself do not change. `name` is the run's name, `model` the module
    that is trained.

    >>> from microgradlike import nn
    >>> model = nn.MLP(1, [1])
    >>> run = watch(model, data=([[1.0]], [2.0]), loss=lambda model, x, y: (model(x) - y) ** 2)
    >>> run.record()
    >>> run.steps, len(run.parameters[0]), len(run.gradients[0])
    ([0], 2, 2)
    """

    steps: list[int]
    losses: list[float]
    parameters: list[array[float]]
    others: list[array[float]]
    gradients: list[array[float]]
    _before: Entry | None = None

    def __init__(
        self,
        setup: TrainingSetup,
        name: str = "",
        *,
        seek: bool = False,
        live: LiveTraining | None = None,
    ) -> None:
        self.setup, self.name, self._seek, self.live = setup, name, seek, live
        self._own = setup.model.parameters()
        self._copies = [Value(p.data, p.label) for p in self._own]
        copy = setup.model.with_parameters(self._copies)
        set_mode(modules(copy), training=False)  # a Dropout would record another loss each time
        self.other_leaves = _other_leaves(setup, copy)

        def loss_of(row: NDArray[np.object_]) -> object:
            return setup.loss(copy, *setup.examples.example(row))

        self._loss = jit(loss_of, batch=0, backend=interpreter())
        self._reset()

    @property
    def model(self) -> Module:
        """The module that is trained."""
        return self.setup.model

    def shown(self) -> TrainingSetup:
        """The setup with the parameters of the last step.

        Its probe is the first example with a gradient there, unless `watch` was given one.

        >>> from microgradlike import nn
        >>> run = watch(nn.MLP(1, [1]), data=([[1.0]], [2.0]), loss="mse")
        >>> run.record()
        >>> len(run.shown().examples)
        1
        """
        last = self.parameters[-1]
        ends = [Value(x, p.label) for p, x in zip(self._own, last)]
        setup = replace(self.setup, model=self.model.with_parameters(ends))
        for i in range(len(setup.examples) if self._seek else 0):
            _, slopes = self._loss_and_gradient(last, setup.examples.rows[i : i + 1])
            if any(slopes):
                return replace(setup, probe=i)
        return setup

    def record(self) -> None:
        """Record the parameters as they are now, with the loss and the gradients there."""
        self._add_step(self._next)

    def begin(self, state: State) -> None:
        """Start over; `train.fit` calls this before the first epoch."""
        self._reset()
        self._before = self._measured()

    def __call__(self, state: State) -> None:
        """Record the end of an epoch, and the start of the first; `train.fit` calls this."""
        if state.epoch == 1:
            self._add_step(0, self._before)
        self._add_step(state.epoch)

    def end(self, state: State) -> None:
        """Record the end of the training; `train.fit` calls this."""
        self._finish()

    def __enter__(self) -> Watch:
        self._reset()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        stopped = self.live is not None and self.live.is_end(error)
        try:
            self._finish()
        except Exception:
            if error is None or stopped:  # an error here must not hide that of the block
                raise
        return stopped

    def __repr__(self) -> str:
        return f"<Watch of {len(self.steps)} steps; page(watch) shows them>"

    @property
    def _capacity(self) -> int:
        return max(min(STEPS, NUMBERS // (2 * len(self._own) or 1)), 20)

    @property
    def _columns(self) -> tuple[list[Any], ...]:
        return self.steps, self.losses, self.parameters, self.others, self.gradients

    def _reset(self) -> None:
        self.steps, self.losses, self.parameters, self.others, self.gradients = [], [], [], [], []
        self._next, self._stride = 0, 1
        self._latest = array("d")
        if self.live is not None:
            self.live.restart(self.name)

    def _current(self) -> array[float]:
        return array("d", [p.data for p in self._own])

    def _measured(self) -> Entry:
        """Take the parameters, the other Values, the loss and its gradient as they are now."""
        parameters = self._current()
        others = array("d", [v.data for v in self.other_leaves])
        loss, slopes = self._loss_and_gradient(parameters, self.setup.examples.rows)
        return loss, parameters, others, slopes

    def _add_step(self, step: int, entry: Entry | None = None) -> None:
        self._next, self._latest = step + 1, self._current()
        if step % self._stride == 0 or not self.steps:
            self._keep(step, entry)
            if self.live is not None:
                self.live.add(step, {"training": self.losses[-1]})
        if len(self.steps) > self._capacity:
            self._thin()
        if self.live is not None:
            self.live.check()

    def _keep(self, step: int, entry: Entry | None = None) -> None:
        for column, x in zip(self._columns, (step, *(entry or self._measured()))):
            column.append(x)

    def _loss_and_gradient(
        self, parameters: array[float], rows: NDArray[np.float64]
    ) -> tuple[float, array[float]]:
        """Compute the mean loss of these examples at these parameters, and its gradient."""
        for p, x in zip(self._copies, parameters, strict=True):
            p.data, p.grad = x, 0.0
        before = [v.grad for v in self.other_leaves]
        try:
            loss = self._loss.backward(rows)
        except TraceError:  # the loss has a branch: compute it eagerly
            self._loss = jit(self._loss.f, batch=0, backend="eager")
            loss = self._loss.backward(rows)
        finally:
            set_gradients(self.other_leaves, before)
        return loss, array("d", [p.grad for p in self._copies])

    def _thin(self) -> None:
        """Keep every second step, and the first."""
        self._stride *= 2
        kept = [i for i, step in enumerate(self.steps) if i == 0 or step % self._stride == 0]
        for column in self._columns:
            column[:] = [column[i] for i in kept]

    def _finish(self) -> None:
        """Record the last step, if it was skipped or the parameters changed after it."""
        current = self._current()
        if not (self.steps and self._latest == current and self.steps[-1] == self._next - 1):
            self._keep(self._next - 1 if self._latest == current else self._next)
        if self.live is not None:
            self.live.finish(self.steps, {"training": self.losses})


def _other_leaves(setup: TrainingSetup, copy: Module) -> list[Value]:
    """List the leaves that the loss of an example uses besides the parameters of the copy.

    Raises TypeError if the loss is not a Value, ValueError if it uses the parameters of the model
    itself, which the copy then cannot replace.
    """
    y = require_loss(setup.loss(copy, *setup.arguments(setup.row)))
    copied = set(map(id, copy.parameters()))
    leaves = [v for v in topological(y) if v.op is None and id(v) not in copied]
    own = set(map(id, setup.model.parameters()))
    if any(id(v) in own for v in leaves):
        raise ValueError(
            "the loss uses the parameters of the model, but not through its first argument; write"
            " loss(model, x, y) with model(x) in it"
        )
    return leaves


def watch(
    model: Module,
    *,
    data: tuple[object, ...],
    loss: str | Callable[..., object],
    name: str = "",
    probe: int | None = None,
    live: LiveTraining | None = None,
) -> Watch:
    """Record a training of `model` for `page`, as a callback of `train.fit` or in a with block.

    - `data`, `loss`: as for `train.fit`; the loss is a name such as "mse" or a function of one
      example.
    - `name`: tells one run from another.
    - `probe`: the number of the example whose graph the page shows first; by default the first one
      that still has a gradient at the last step.
    - `live`: the result of `viz.live()`, which draws the losses in a notebook as they come; its
      button ends the with block at the next `.record()`.

    In a with block, call `.record()` once per step; the end of the block is recorded by itself.
    Each recorded step takes a pass over all examples. In a list of callbacks, put it after one that
    restores parameters, such as EarlyStopping. Beyond 200 steps, or fewer for a model of many
    parameters, every second step is kept, then every fourth, and so on.

    Raises TypeError if the model is not a Module, the loss neither a name nor a function or data
    not examples, ValueError for an unknown name or numbers that are not finite, IndexError for a
    probe out of range.

    >>> from microgradlike import nn
    >>> xs, ys = [[0.0], [1.0]], [1.0, 3.0]
    >>> def squared_error(model, x, y):
    ...     return (model(x) - y) ** 2
    >>> model = nn.MLP(1, [1])
    >>> sgd = nn.SGD(model.parameters(), lr=0.1)
    >>> with watch(model, data=(xs, ys), loss=squared_error) as run:
    ...     for step in range(30):
    ...         run.record()
    ...         sgd.zero_grad()
    ...         sum(squared_error(model, x, y) for x, y in zip(xs, ys)).backward()
    ...         sgd.step()
    >>> len(run.steps), run.steps[-1], run.losses[-1] < 0.1 * run.losses[0]
    (31, 30, True)
    """
    setup = TrainingSetup.of(model, data, loss, 0 if probe is None else probe)
    return Watch(setup, name, seek=probe is None, live=live)
