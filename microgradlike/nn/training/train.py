"""Training of a model with a loss of one example, data and an optimizer, epoch by epoch."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from random import Random
from typing import TYPE_CHECKING, Any

from microgradlike._validate import shown, whole_number
from microgradlike.nn import losses
from microgradlike.nn.mode import modules, set_mode
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
from microgradlike.nn.training.history import History
from microgradlike.nn.training.objective import Objective
from microgradlike.nn.training.progress import Metrics, with_progress
from microgradlike.nn.training.restoration import Restoration
from microgradlike.nn.training.run import Run
from microgradlike.nn.training.settings import settings_of
from microgradlike.nn.training.speed import Speed, Stopwatch
from microgradlike.nn.training.state import State

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
    length, such as (inputs, targets); bools count as 0 and 1. `jit` makes a program of the loss
    (`backend`, `executor` and `split` are its options; "eager" does without). A program cannot
    raise, so every distinct label is checked first, by an eager loss.

    The model is in training mode in each step and in evaluation mode otherwise, also afterwards:
    then `model(x)` has no dropout. Dropout and `nn.uniform` draw anew for every example of every
    step, by `seed`. A loss that draws numbers in another way is refused.

    Each of the `epochs` goes through all examples once, `batch_size` of them to a step (default:
    all), in an order drawn anew from `seed`; with None they come as they are. After each epoch the
    mean loss over `validation_data`, a tuple like `data`, joins the history; `validation` is its
    old name.

    `callbacks` are called with the State after each epoch. One may raise StopTraining, as
    EarlyStopping does. Ctrl-C ends the training without an error: finished epochs are kept and
    `history.interrupted` is True. `resume` is a file of Checkpoint; the training goes on to the
    bits of an uninterrupted one, and is refused with another loss, data, seed, batch size, rate or
    option of the optimizer. Functions among the callbacks are not compared. `progress` shows a bar.
    `compare` times that many eager steps at the end, for `history.speed`.

    Raises TypeError or ValueError for arguments that do not fit together, TraceError for a loss
    that needs a number or changes when it is recorded again, LoadError for a `resume` that does not
    fit, and FloatingPointError for a loss of nan or inf, with the place it began.

    >>> from microgradlike import nn
    >>> from random import Random
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
    settings = settings_of(model, loss, dataset, seed, optimizer)
    state = State(model, optimizer, epochs, len(dataset), validated, size, rng, ready)
    state.settings = settings
    loss_of_example = losses.resolve(loss, data)
    if validation_data is not None:
        losses.resolve(loss, validation_data)  # checks its targets

    options: dict[str, Any] = {"backend": backend, "executor": executor, "split": split}
    options["seed"] = 0 if seed is None else seed
    set_mode(modules(model), training=False)
    objective = Objective(model, loss_of_example, dataset, training=True, **options)
    validator = None
    if tests is not None:
        validator = Objective(model, loss_of_example, tests, training=False, **options)
    run = Run(state, objective, validator, shuffled=seed is not None)
    _train(run, resume, progress=progress)
    if compare and backend != "eager" and not state.history.interrupted:
        state.history.speed = run.speed(compare)
    return state.history


def _train(run: Run, resume: PathLike | None, *, progress: bool) -> None:
    state = run.state
    restoration = None if resume is None else Restoration(resume, state)
    for callback in state.callbacks:
        callback.begin(state)
    if restoration is not None:
        restoration.apply()
    epochs = run.epochs()
    if progress:
        first = "" if run.objective.eager else "compiling"
        epochs = with_progress(epochs, state.epochs, _metrics, done=state.epoch, first=first)
    try:
        for _ in epochs:
            pass
    except KeyboardInterrupt:
        state.history.interrupted = True
    finally:
        for callback in state.callbacks:
            callback.end(state)
    run.require_trained_parameters()


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
