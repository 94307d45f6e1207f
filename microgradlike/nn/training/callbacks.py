"""Callbacks: called after each epoch, and able to end the training."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence

from microgradlike._validate import double, real_number, shown, whole_number
from microgradlike.nn.training.state import State


class StopTraining(Exception):  # noqa: N818  (not an error: the way out that a callback has)
    """Raised by a callback to end the training after this epoch; its text is the reason.

    >>> def enough(state):
    ...     if state.loss < 0.01:
    ...         raise StopTraining("good enough")
    """


class Callback:
    """The base class of callbacks with a memory; `fit` calls it with the State after each epoch.

    A function of the State is a callback too. `state_dict` and `load_state_dict` carry the memory
    through a checkpoint; without them nothing is remembered.

    >>> class Patient(Callback):
    ...     worst = 0.0
    ...     def begin(self, state):
    ...         self.worst = 0.0
    ...     def __call__(self, state):
    ...         self.worst = max(self.worst, state.loss)
    ...         if state.epoch >= 10 and state.loss > 1:
    ...             raise StopTraining("the loss is above 1 after 10 epochs")
    ...     def end(self, state):
    ...         print("the worst loss was", self.worst)
    ...     def state_dict(self):
    ...         return {"worst": self.worst}
    ...     def load_state_dict(self, state):
    ...         self.worst = state["worst"]
    """

    def begin(self, state: State) -> None:
        """Prepare for a training; called with its `state` before the first epoch."""

    def __call__(self, state: State) -> None:
        """React to an epoch; called after each one."""
        raise NotImplementedError(
            f"{type(self).__name__} has no __call__(state); define it to react to an epoch"
        )

    def end(self, state: State) -> None:
        """Finish; called with the `state` at the end, also of a training that stopped or failed."""

    def state_dict(self) -> dict[str, object]:
        """The memory as plain numbers and lists, for a checkpoint."""
        return {}

    def load_state_dict(self, state: Mapping[str, object]) -> None:
        """Restore the memory from `state`, the result of `state_dict`."""


class FunctionCallback(Callback):
    """A function of the State as a callback."""

    def __init__(self, f: Callable[[State], object]) -> None:
        if not callable(f) or isinstance(f, type):
            made = isinstance(f, type)
            way_out = f"write {f.__name__}(...)" if made else "write def f(state): ..., and pass f"
            raise TypeError(
                f"a callback must be a function of the state, got {shown(f)} of type"
                f" {type(f).__name__}; {way_out}"
            )
        self.f = f

    def __call__(self, state: State) -> None:
        """Call the function; its result is ignored."""
        self.f(state)


class EarlyStopping(Callback):
    """End a training when the loss has not improved for `patience` epochs.

    An improvement is more than `min_delta` below the best loss. `monitor` is "validation" or
    "training", by default validation if there is validation data. With `restore_best_weights` the
    parameters of the best epoch are put back at the end, however the training ended. The training
    loss of an epoch is a mean over its batches, so it belongs to parameters a little before those
    at its end. `restore` is the old name of `restore_best_weights`. Raises ValueError or TypeError
    for an argument that does not fit.

    >>> EarlyStopping(5, min_delta=1e-4, restore_best_weights=True).patience
    5
    """

    best: float | None
    waited: int
    parameters: list[float]
    _count: int  # of the model's parameters, 0 before a training

    def __init__(
        self,
        patience: int,
        *,
        min_delta: float = 0.0,
        monitor: str | None = None,
        restore_best_weights: bool = False,
        restore: bool | None = None,
    ) -> None:
        self.patience = whole_number("patience", patience, at_least=1)
        if monitor not in (None, "training", "validation"):
            raise ValueError(
                f"monitor must be 'training', 'validation' or None, got {shown(monitor)}"
            )
        if restore is not None:
            message = "restore is now called restore_best_weights"
            warnings.warn(message, DeprecationWarning, stacklevel=2)
            restore_best_weights = restore
        self.min_delta = real_number("min_delta", min_delta, at_least=0)
        self.monitor = monitor
        self.restore_best_weights = restore_best_weights
        self._reset()

    def begin(self, state: State) -> None:
        """Forget an earlier training."""
        self._reset()
        self._count = len(state.model.parameters())

    def __call__(self, state: State) -> None:
        """Raise StopTraining if the last `patience` epochs have brought no improvement."""
        loss = self._monitored(state)
        first_number = self.best is None or (self.best != self.best and loss == loss)
        if self.best is None or first_number or loss < self.best - self.min_delta:
            self.best, self.waited = loss, 0
            if self.restore_best_weights:
                self.parameters = [p.data for p in state.model.parameters()]
        else:
            self.waited += 1
        if self.waited >= self.patience:
            raise StopTraining(f"no loss below {self.best:.6g} for {self.waited} epoch(s)")

    def end(self, state: State) -> None:
        """Put the best parameters back, with `restore_best_weights`."""
        if self.restore_best_weights and self.parameters:
            for p, x in zip(state.model.parameters(), self.parameters, strict=True):
                p.data = x

    def state_dict(self) -> dict[str, object]:
        """The best loss, the epochs since, and with `restore_best_weights` its parameters."""
        return {"best": self.best, "waited": self.waited, "parameters": self.parameters}

    def load_state_dict(self, state: Mapping[str, object]) -> None:
        """Restore the memory from the result of `state_dict`.

        Raises ValueError or TypeError for a state that does not fit; the memory is then as it was.
        """
        for name in ("best", "waited", "parameters"):
            if name not in state:
                raise ValueError(f"the state has no {name!r}, only {shown(list(state))}")
        best = None if state["best"] is None else double("best", state["best"])
        waited = whole_number("waited", state["waited"], at_least=0)
        numbers = state["parameters"]
        if not isinstance(numbers, Sequence) or isinstance(numbers, str):
            raise TypeError(f"parameters must be a list of numbers, got {shown(numbers)}")
        parameters = [double(f"parameters[{i}]", x) for i, x in enumerate(numbers)]
        if parameters and len(parameters) != (self._count or len(parameters)):
            raise ValueError(f"it has {len(parameters)} parameters, the model {self._count}")
        self.best, self.waited, self.parameters = best, waited, parameters

    def _reset(self) -> None:
        self.best, self.waited, self.parameters, self._count = None, 0, [], 0

    def _monitored(self, state: State) -> float:
        if self.monitor == "training" or (self.monitor is None and state.validation is None):
            return state.loss
        if state.validation is None:
            raise ValueError(
                "monitor='validation' needs validation data; pass validation_data=(xs, ys) to fit"
            )
        return state.validation
