"""Run: the epochs of a training, with their batches and callbacks."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING

from microgradlike._frames import user_level
from microgradlike.accuracy.diagnose import diagnose
from microgradlike.compile.jit import jit
from microgradlike.engine import Value
from microgradlike.nn.training.callbacks import StopTraining
from microgradlike.nn.training.objective import Objective
from microgradlike.nn.training.speed import Speed, Stopwatch
from microgradlike.nn.training.state import State

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Run:
    """A training from its State on; `tests` is the objective over the validation data, or None."""

    state: State
    objective: Objective
    tests: Objective | None
    shuffled: bool
    stopwatch: Stopwatch = field(default_factory=Stopwatch)

    def epochs(self) -> Iterator[State]:
        """Train one epoch after the other, with its callbacks."""
        state, tests = self.state, self.tests
        while state.epoch < state.epochs and not state.history.stopped:
            loss = self.epoch()
            if tests is not None:
                rows = tests.rows(slice(None), epoch=state.epoch, step=state.examples)
                state.history.validation.append(tests.jitted(rows))
            state.history.losses.append(loss)
            for callback in state.callbacks:
                try:
                    callback(state)
                except StopTraining as stop:
                    state.history.stopped = str(stop) or "stopped by a callback"
            yield state

    def epoch(self) -> float:
        """Take a step for every batch; the mean loss of the examples, each before its step."""
        total = 0.0
        with self.objective.mode() if self.objective.eager else nullcontext():
            for step, batch in enumerate(self.batches()):
                self.state.optimizer.zero_grad()
                rows = self.objective.rows(batch, epoch=self.state.epoch, step=step)
                loss = self.stopwatch(self.objective.jitted.backward, rows)
                if not isfinite(loss):
                    raise self._not_finite(loss, batch, rows)
                self.state.optimizer.step()
                total += loss * len(batch)
        return total / self.state.examples

    def batches(self) -> list[list[int]]:
        """The examples of each step; a single batch stays in order, which does not matter there."""
        count, size = self.state.examples, self.state.batch_size
        order = list(range(count))
        if self.shuffled and size < count:
            self.state.rng.shuffle(order)
        return [order[i : i + size] for i in range(0, count, size)]

    def speed(self, steps: int) -> Speed | None:
        """The speed against eager steps on the first batch; gradients are 0 afterwards."""
        objective, stopwatch = self.objective, Stopwatch()
        eager = jit(objective.loss_of_row, batch=0, backend="eager")
        rows = objective.rows(slice(self.state.batch_size), epoch=0, step=0)
        with objective.mode():
            for _ in range(steps):
                stopwatch(eager.backward, rows)
        self.state.optimizer.zero_grad()
        return Speed.measured(self.stopwatch, stopwatch)

    def require_trained_parameters(self) -> None:
        """Raise FloatingPointError for a parameter that is not finite; warn of one replaced."""
        spoilt = self._spoilt_parameter()
        if spoilt:
            raise FloatingPointError(f"after epoch {self.state.epoch} {spoilt}")
        own = set(map(id, self.state.model.parameters()))
        replaced = sum(id(p) not in own for p in self.state.optimizer.parameters)
        if replaced:
            warnings.warn(
                f"{replaced} parameter(s) of the model were replaced during the training, and the"
                " new ones were not trained; assign to p.data in place of a new p, and train again",
                stacklevel=user_level(),
            )

    def _spoilt_parameter(self) -> str:
        """The first trained parameter that is not finite, in words; "" if there is none."""
        trained = set(map(id, self.state.optimizer.parameters))
        for name, p in self.state.model.named_parameters():
            if id(p) in trained and not isfinite(p.data):
                return (
                    f"the parameter {name} is {p.data}: an earlier gradient was not finite, or the"
                    " learning rate is too high. Reset the weights, and lower the rate or take a"
                    " loss with a finite slope"
                )
        return ""

    def _not_finite(
        self, loss: float, batch: list[int], rows: NDArray[np.float64]
    ) -> FloatingPointError:
        """The error for a loss of nan or inf, with the first such example and its origin."""
        message = f"the loss is {loss} in epoch {self.state.epoch + 1}"
        spoilt = self._spoilt_parameter()
        if spoilt:
            return FloatingPointError(f"{message}, since {spoilt}")
        for i, row in zip(batch, rows):
            y = self.objective.loss_of_row(row)
            if isinstance(y, Value) and not isfinite(y.data):
                message += f", first in example {i}:\n{diagnose(y)}\n"
                break
        else:
            message += ". "
        return FloatingPointError(
            f"{message}The parameters are those before this step. Check the data, lower the"
            " learning rate, or take a loss that is finite there"
        )
