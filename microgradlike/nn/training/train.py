"""Training: a model, a loss of one example, data, and an optimiser, epoch by epoch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from math import isfinite
from random import Random
from typing import TYPE_CHECKING, Any

from microgradlike._validate import whole_number
from microgradlike.compile.jit import jit
from microgradlike.derivatives.diagnose import diagnose
from microgradlike.engine import Value
from microgradlike.nn.module import Module
from microgradlike.nn.optim import Optimizer
from microgradlike.nn.training.callbacks import (
    Callback as Callback,
    Calling,
    EarlyStopping as EarlyStopping,
    StopTraining as StopTraining,
)
from microgradlike.nn.training.checkpoint import Checkpoint as Checkpoint, read
from microgradlike.nn.training.dataset import Examples
from microgradlike.nn.training.progress import Figures, shown
from microgradlike.nn.training.speed import Clock as Clock, Speed as Speed
from microgradlike.nn.training.state import History as History, State as State

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from microgradlike._io import PathLike


def fit(
    model: Module,
    loss: Callable[..., Any],
    data: tuple[Any, ...],
    *,
    optimizer: Optimizer,
    epochs: int,
    batch_size: int | None = None,
    validation: tuple[Any, ...] | None = None,
    seed: int | None = 0,
    callbacks: Iterable[Callable[[State], Any]] = (),
    resume: PathLike | None = None,
    backend: str = "auto",
    executor: Executor | None = None,
    split: int | None = None,
    progress: bool = True,
    compare: int = 0,
) -> History:
    """Train `model`, and give the mean loss of every epoch.

    `loss(model, x, y)` is a number for one example; `data` is a tuple of arrays or lists, one for
    each argument after the model. `jit` makes a program of it (`backend`, `executor` and `split`
    are its own; "eager" does without). An epoch goes through all examples once, `batch_size` of
    them to a step, by default all, in an order that is drawn anew from `seed`; with None they come
    as they are.

    What a loss checks of its labels is checked eagerly only: a program has no errors.

    `callbacks` are called with the State after each epoch; one may raise StopTraining, as
    EarlyStopping does. Ctrl-C ends the training too, without an error: what is done so far is kept,
    and `history.interrupted` says so. `resume` is a file of Checkpoint's: with everything else as
    it was, the training goes on to the bits of one that was never interrupted. `compare` times that
    many eager steps at the end, for `history.speed`.

    Raises TypeError or ValueError for arguments that do not fit together, LoadError where `resume`
    does not, FloatingPointError where a loss is nan or infinite, with the place it began.

    >>> from microgradlike import nn
    >>> model = nn.MLP(1, [1], rng=Random(0))
    >>> xs, ys = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    >>> def squared_error(model, x, y):
    ...     return (model(x) - y) ** 2
    >>> adam = nn.Adam(model.parameters(), lr=0.1)
    >>> history = fit(model, squared_error, (xs, ys), optimizer=adam, epochs=200, progress=False)
    >>> history.losses[-1] < 1e-3 < history.losses[0]
    True
    """
    examples = Examples(data, "data")
    tests = None if validation is None else _tests(validation, examples)
    _refuse_strangers(model, optimizer)
    size = _batch_size(batch_size, len(examples))
    ready = [c if isinstance(c, Callback) else Calling(c) for c in callbacks]
    ready.sort(key=lambda c: isinstance(c, Checkpoint))  # to hold what the others have come to
    rng = Random(0 if seed is None else whole_number("seed", seed))
    epochs = whole_number("epochs", epochs, at_least=1)
    compare = whole_number("compare", compare, at_least=0)
    checked = 0 if tests is None else len(tests)
    state = State(model, optimizer, epochs, len(examples), checked, size, rng, ready)

    def of_row(row: Any) -> Any:
        return loss(model, *examples.nest(row))

    step = jit(of_row, batch=0, backend=backend, executor=executor, split=split)
    run = _Run(state, examples, tests, step, Clock(), shuffled=seed is not None)
    _go(run, resume, progress=progress)
    if compare and backend != "eager" and not state.history.interrupted:
        state.history.speed = run.speed(compare)
    return state.history


@dataclass(frozen=True, slots=True)
class _Run:
    state: State
    examples: Examples
    tests: Examples | None
    step: Any  # the loss of a batch, as jit makes it
    clock: Clock
    shuffled: bool

    def epochs(self) -> Iterator[State]:
        """One epoch after the other, with its callbacks."""
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
        """A step for every batch; the mean loss of the examples, each before its step."""
        total = 0.0
        for batch in self.batches():
            self.state.optimizer.zero_grad()
            loss = self.clock(self.step.backward, self.examples.rows[batch])
            if not isfinite(loss):
                raise self._no_number(loss, batch)
            self.state.optimizer.step()
            total += loss * len(batch)
        return total / len(self.examples)

    def batches(self) -> list[list[int]]:
        """The examples of each step. All of them at once are in no order that matters."""
        count, size = len(self.examples), self.state.batch_size
        order = list(range(count))
        if self.shuffled and size < count:
            self.state.rng.shuffle(order)
        return [order[i : i + size] for i in range(0, count, size)]

    def speed(self, steps: int) -> Speed | None:
        """How much longer eager steps take, on the first batch; gradients are 0 afterwards."""
        eager = jit(self.step.f, batch=0, backend="eager")
        clock = Clock()
        for _ in range(steps):
            clock(eager.backward, self.examples.rows[: self.state.batch_size])
        self.state.optimizer.zero_grad()
        return Speed.of(self.clock, clock)

    def _no_number(self, loss: float, batch: list[int]) -> FloatingPointError:
        """The error for a loss that is nan or infinite: the first example to blame, and where."""
        said = f"the loss is {loss} in epoch {self.state.epoch + 1}"
        for i in batch:
            y = self.step.f(self.examples.rows[i])
            if isinstance(y, Value) and not isfinite(y.data):
                said += f", from example {i}, where it began at\n{diagnose(y)}\n"
                break
        return FloatingPointError(
            f"{said}; the parameters are those before this step: look at the data there, take a"
            " smaller lr, or a loss that is finite there"
        )


def _go(run: _Run, resume: PathLike | None, *, progress: bool) -> None:
    state = run.state
    for callback in state.callbacks:
        callback.begin(state)
    if resume is not None:
        read(resume, state)
    epochs = run.epochs()
    if progress:
        epochs = shown(epochs, state.epochs, _figures, done=state.epoch)
    try:
        for _ in epochs:
            pass
    except KeyboardInterrupt:
        state.history.interrupted = True
    for callback in state.callbacks:
        callback.end(state)


def _figures(state: State) -> Figures:
    found = {"loss": f"{state.loss:.4f}"}
    if state.validation is not None:
        found["validation"] = f"{state.validation:.4f}"
    return found | state.figures


def _refuse_strangers(model: Any, optimizer: Any) -> None:
    if not isinstance(model, Module):
        raise TypeError(
            f"fit trains a Module, got {model!r:.60} of type {type(model).__name__}; keep the"
            " Values in an attribute of a class that extends nn.Module"
        )
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"optimizer is an Optimizer such as nn.Adam(model.parameters()), got {optimizer!r:.60}"
            f" of type {type(optimizer).__name__}"
        )
    own = set(map(id, model.parameters()))
    others = [i for i, p in enumerate(optimizer.parameters) if id(p) not in own]
    if others:
        raise ValueError(
            f"parameter {others[0]} of the optimizer is none of the model's, and so are"
            f" {len(others) - 1} more; make it with model.parameters() of this very model"
        )


def _tests(validation: Any, examples: Examples) -> Examples:
    """The examples of the validation set, which are like those of the data."""
    tests = Examples(validation, "validation")
    if tests.form != examples.form:
        raise ValueError(
            f"an example of validation is {tests.form!s:.200}, one of data {examples.form!s:.200};"
            " give both in the same form"
        )
    return tests


def _batch_size(batch_size: int | None, count: int) -> int:
    size = count if batch_size is None else whole_number("batch_size", batch_size, at_least=1)
    if size > count:
        raise ValueError(
            f"batch_size={size} is more than the {count} example(s) there are; leave it out for all"
            " of them at once"
        )
    return size
