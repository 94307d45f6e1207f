"""Callbacks: what is done after each epoch, and may end the training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from microgradlike._validate import real_number, whole_number
from microgradlike.nn.training.state import State


class StopTraining(Exception):  # noqa: N818  (no error: the way out that a callback has)
    """Raised by a callback to end the training after this epoch, with the reason."""


class Callback:
    """Something called with the State after each epoch; for a class of your own, with a memory.

    >>> class Patient(Callback):
    ...     def __call__(self, state):
    ...         if state.epoch >= 10 and state.loss > 1:
    ...             raise StopTraining("no good after 10 epochs")
    """

    def begin(self, state: State) -> None:
        """Called before the first epoch: forget what was."""

    def __call__(self, state: State) -> None:
        """Called after each epoch."""
        raise NotImplementedError(f"{type(self).__name__} has no __call__(state)")

    def end(self, state: State) -> None:
        """Called after the last epoch, also where the training was stopped or interrupted."""

    def state_dict(self) -> dict[str, Any]:
        """What it remembers, plain numbers and lists, for a checkpoint."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` gave."""


class Calling(Callback):
    """A function as a callback."""

    def __init__(self, f: Callable[[State], Any]) -> None:
        if not callable(f) or isinstance(f, type):
            raise TypeError(
                f"a callback is called with the state after each epoch, got {f!r:.60} of type"
                f" {type(f).__name__}{'; write its arguments' if isinstance(f, type) else ''}"
            )
        self.f = f

    def __call__(self, state: State) -> None:
        """Call it; what it gives is not looked at."""
        self.f(state)


class EarlyStopping(Callback):
    """Ends a training when the loss has not fallen for `patience` epochs.

    It has fallen where it is below the best one by more than `min_delta`. `monitor` is "validation"
    or "training", by default validation where there is a validation set. With `restore` the
    parameters of the best epoch are put back at the end, however it came. The training loss of an
    epoch is a mean over its batches, so it belongs to parameters a little before those at its end.
    Raises ValueError or TypeError for an argument that makes no sense.

    >>> EarlyStopping(5, min_delta=1e-4).patience
    5
    """

    best: float | None
    waited: int
    parameters: list[float]

    def __init__(
        self,
        patience: int,
        *,
        min_delta: float = 0.0,
        monitor: str | None = None,
        restore: bool = False,
    ) -> None:
        self.patience = whole_number("patience", patience, at_least=1)
        if monitor not in (None, "training", "validation"):
            raise ValueError(f"monitor is 'training', 'validation' or None, got {monitor!r:.60}")
        self.min_delta = real_number("min_delta", min_delta, at_least=0)
        self.monitor, self.restore = monitor, restore
        self._forget()

    def begin(self, state: State) -> None:
        """Forget the best loss of a training before."""
        self._forget()

    def __call__(self, state: State) -> None:
        """Raise StopTraining where the last `patience` epochs have not made it better."""
        loss = self._watched(state)
        if self.best is None or self.best != self.best or loss < self.best - self.min_delta:
            self.best, self.waited = loss, 0
            if self.restore:
                self.parameters = [p.data for p in state.model.parameters()]
        else:
            self.waited += 1
        if self.waited >= self.patience:
            raise StopTraining(f"no loss below {self.best:.6g} for {self.waited} epoch(s)")

    def end(self, state: State) -> None:
        """Put the best parameters back, if that is wanted."""
        if self.restore and self.parameters:
            for p, x in zip(state.model.parameters(), self.parameters, strict=True):
                p.data = x

    def state_dict(self) -> dict[str, Any]:
        """The best loss, how long ago it was, and with `restore` the parameters then."""
        return {"best": self.best, "waited": self.waited, "parameters": self.parameters}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over what `state_dict` gave."""
        best = state["best"]
        self.best, self.waited = best if best is None else float(best), int(state["waited"])
        self.parameters = [float(x) for x in state["parameters"]]

    def _forget(self) -> None:
        self.best, self.waited, self.parameters = None, 0, []

    def _watched(self, state: State) -> float:
        if self.monitor == "training" or (self.monitor is None and state.validation is None):
            return state.loss
        if state.validation is None:
            raise ValueError(
                "monitor='validation' wants a validation set: fit(..., validation=(xs, ys))"
            )
        return state.validation
