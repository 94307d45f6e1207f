"""Training of a model with a loss of one example, data and an optimizer, epoch by epoch."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import isfinite
from random import Random
from typing import TYPE_CHECKING, Any

from microgradlike._validate import shown, whole_number
from microgradlike.compile.jit import jit
from microgradlike.derivatives.diagnose import diagnose
from microgradlike.engine import Value
from microgradlike.nn import losses
from microgradlike.nn.module import Module
from microgradlike.nn.optim import Optimizer
from microgradlike.nn.training.callbacks import (
    Callback,
    EarlyStopping,
    FunctionCallback,
    StopTraining,
)
from microgradlike.nn.training.checkpoint import Checkpoint
from microgradlike.nn.training.dataset import Dataset
from microgradlike.nn.training.progress import Metrics, with_progress
from microgradlike.nn.training.restoration import Restoration
from microgradlike.nn.training.speed import Speed, Stopwatch
from microgradlike.nn.training.state import History, State

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from microgradlike._io import PathLike

__all__ = [
    "Callback",
    "Checkpoint",
    "EarlyStopping",
    "History",
    "Speed",
    "State",
    "StopTraining",
    "Stopwatch",
    "fit",
]

Data = tuple[Iterable[object], ...]  # one sequence or array for each part of an example


def fit(
    model: Module,
    loss: str | Callable[..., object],
    data: Data,
    *,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int | None = None,
    validation_data: Data | None = None,
    seed: int | None = 0,
    callbacks: Iterable[Callable[[State], object]] = (),
    resume: PathLike | None = None,
    backend: str = "auto",
    executor: Executor | None = None,
    split: int | None = None,
    progress: bool = True,
    compare: int = 0,
    validation: Data | None = None,
) -> History:
    """Train `model`, and return the mean loss of every epoch.

    `loss` is the loss of one example: a name such as "mse", "hinge" or
    "binary_cross_entropy_with_logits", a function of (prediction, target), or a function of the
    model and one argument for each part of `data`, such as (model, x, y). Two required parameters
    mean (prediction, target) if `data` has two parts. `data` is a tuple of arrays or lists of one
    length, such as (inputs, targets). `jit` makes a program of the loss (`backend`, `executor` and
    `split` are its options; "eager" does without). A program checks no labels: those of the named
    losses are checked first.

    Each of the `epochs` goes through all examples once, `batch_size` of them to a step (default:
    all), in an order drawn anew from `seed`; with None they come as they are. After each epoch the
    mean loss over `validation_data`, a tuple like `data`, joins the history.

    `callbacks` are called with the State after each epoch. One may raise StopTraining, as
    EarlyStopping does. Ctrl-C ends the training without an error: finished epochs are kept and
    `history.interrupted` is True. `resume` is a file of Checkpoint; with all else equal, the
    training goes on to the bits of an uninterrupted one. `progress` shows a bar. `compare` times
    that many eager steps at the end, for `history.speed`.

    Raises TypeError or ValueError for arguments that do not fit together, LoadError for a `resume`
    that does not, and FloatingPointError for a loss of nan or inf, with the place it began.

    >>> from microgradlike import nn
    >>> model = nn.MLP(1, [1], rng=Random(0))
    >>> data = ([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    >>> adam = nn.Adam(model.parameters(), lr=0.1)
    >>> history = fit(model, "mse", data, optimizer=adam, epochs=200, progress=False)
    >>> history.losses[-1] < 1e-3 < history.losses[0]
    True
    """
    if validation is not None:
        message = "validation is now called validation_data"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        validation_data = validation
    dataset = Dataset(data, "data")
    tests = None if validation_data is None else _validation_set(validation_data, dataset)
    _require_parameters_of(model, optimizer)
    size = _batch_size(batch_size, len(dataset))
    ready = _ready(callbacks)
    rng = Random(0 if seed is None else whole_number("seed", seed))
    epochs = whole_number("epochs", epochs, at_least=1)
    compare = whole_number("compare", compare, at_least=0)
    validated = 0 if tests is None else len(tests)
    state = State(model, optimizer, epochs, len(dataset), validated, size, rng, ready)
    loss_of_example = losses.resolve(loss, data)

    def loss_of_row(row: Any) -> object:
        try:
            return loss_of_example(model, *dataset.example(row))
        except ValueError as error:
            error.add_note(
                f"in the loss of an example of data; the first is {dataset.first!r:.200}"
            )
            raise

    step = jit(loss_of_row, batch=0, backend=backend, executor=executor, split=split)
    run = _Run(state, dataset, tests, step, Stopwatch(), shuffled=seed is not None)
    _train(run, resume, progress=progress)
    if compare and backend != "eager" and not state.history.interrupted:
        state.history.speed = run.speed(compare)
    return state.history


@dataclass(frozen=True, slots=True)
class _Run:
    state: State
    dataset: Dataset
    tests: Dataset | None
    step: Any  # the loss of a batch, made by jit
    stopwatch: Stopwatch
    shuffled: bool

    def epochs(self) -> Iterator[State]:
        """Train one epoch after the other, with its callbacks."""
        state = self.state
        while state.epoch < state.epochs and not state.history.stopped:
            state.history.losses.append(self.epoch())
            if self.tests is not None:
                state.history.validation.append(self.step(self.tests.rows))
            for callback in state.callbacks:
                try:
                    callback(state)
                except StopTraining as stop:
                    state.history.stopped = str(stop) or "stopped by a callback"
            yield state

    def epoch(self) -> float:
        """Take a step for every batch; the mean loss of the examples, each before its step."""
        total = 0.0
        for batch in self.batches():
            self.state.optimizer.zero_grad()
            loss = self.stopwatch(self.step.backward, self.dataset.rows[batch])
            if not isfinite(loss):
                raise self._not_finite(loss, batch)
            self.state.optimizer.step()
            total += loss * len(batch)
        return total / len(self.dataset)

    def batches(self) -> list[list[int]]:
        """The examples of each step; a single batch stays in order, which does not matter there."""
        count, size = len(self.dataset), self.state.batch_size
        order = list(range(count))
        if self.shuffled and size < count:
            self.state.rng.shuffle(order)
        return [order[i : i + size] for i in range(0, count, size)]

    def speed(self, steps: int) -> Speed | None:
        """The speed against eager steps on the first batch; gradients are 0 afterwards."""
        eager = jit(self.step.f, batch=0, backend="eager")
        stopwatch = Stopwatch()
        for _ in range(steps):
            stopwatch(eager.backward, self.dataset.rows[: self.state.batch_size])
        self.state.optimizer.zero_grad()
        return Speed.measured(self.stopwatch, stopwatch)

    def _not_finite(self, loss: float, batch: list[int]) -> FloatingPointError:
        """The error for a loss of nan or inf, with the first such example and its origin."""
        message = f"the loss is {loss} in epoch {self.state.epoch + 1}"
        for i in batch:
            y = self.step.f(self.dataset.rows[i])
            if isinstance(y, Value) and not isfinite(y.data):
                message += f", from example {i}, where it began at\n{diagnose(y)}\n"
                break
        return FloatingPointError(
            f"{message}; the parameters are those before this step. Check the data there, lower the"
            " learning rate, or take a loss that is finite there"
        )


def _train(run: _Run, resume: PathLike | None, *, progress: bool) -> None:
    state = run.state
    restoration = None if resume is None else Restoration(resume, state)
    for callback in state.callbacks:
        callback.begin(state)
    if restoration is not None:
        restoration.apply()
    epochs = run.epochs()
    if progress:
        epochs = with_progress(epochs, state.epochs, _metrics, done=state.epoch)
    try:
        for _ in epochs:
            pass
    except KeyboardInterrupt:
        state.history.interrupted = True
    for callback in state.callbacks:
        callback.end(state)


def _metrics(state: State) -> Metrics:
    found = {"loss": f"{state.loss:.4f}"}
    if state.validation is not None:
        found["validation"] = f"{state.validation:.4f}"
    return found | state.metrics


def _require_parameters_of(model: object, optimizer: object) -> None:
    if not isinstance(model, Module):
        raise TypeError(
            f"fit trains a Module, got {shown(model)} of type {type(model).__name__}; keep the"
            " Values in an attribute of a class that extends nn.Module"
        )
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"optimizer must be an Optimizer such as nn.Adam(model.parameters()), got"
            f" {shown(optimizer)} of type {type(optimizer).__name__}"
        )
    own = set(map(id, model.parameters()))
    for i, p in enumerate(optimizer.parameters):
        if id(p) not in own:
            raise ValueError(
                f"parameter {i} of the optimizer does not belong to the model; make the optimizer"
                " with model.parameters() of this model"
            )


def _ready(callbacks: Iterable[Callable[[State], object]]) -> list[Callback]:
    """The callbacks in the order of their calls; TypeError if they are not a list."""
    if callable(callbacks) or not isinstance(callbacks, Iterable):
        raise TypeError(
            f"callbacks must be a list, got {shown(callbacks)} of type {type(callbacks).__name__};"
            " write callbacks=[...]"
        )
    ready = [c if isinstance(c, Callback) else FunctionCallback(c) for c in callbacks]
    return sorted(ready, key=lambda c: isinstance(c, Checkpoint))  # last, with the others' state


def _validation_set(validation_data: Data, dataset: Dataset) -> Dataset:
    """The validation examples; ValueError if they are shaped unlike those of the data."""
    tests = Dataset(validation_data, "validation_data")
    if tests.structure != dataset.structure:
        raise ValueError(
            f"an example of validation_data is {tests.structure!s:.200}, one of data"
            f" {dataset.structure!s:.200}; give both the same structure"
        )
    return tests


def _batch_size(batch_size: int | None, count: int) -> int:
    size = count if batch_size is None else whole_number("batch_size", batch_size, at_least=1)
    if size > count:
        raise ValueError(
            f"batch_size={size} is more than the {count} example(s) of data; leave it out to use"
            " all at once"
        )
    return size
