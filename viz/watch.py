"""Watch: a training being recorded, to be looked at step by step in a page."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from types import TracebackType
from typing import Any

from microgradlike.compile.jit import jit
from microgradlike.compile.record import TraceError
from microgradlike.engine import Value
from microgradlike.nn.callbacks import Callback
from microgradlike.nn.examples import Examples
from microgradlike.nn.module import Module
from microgradlike.nn.state import State

STEPS = 200  # kept at most; of more, every second one, then every fourth
NUMBERS = 500_000  # kept at most, parameters and their gradients: about 5 MB of a page


class Watch(Callback):
    """What `watch` gives: the steps recorded so far, as columns of one length.

    `steps` are their numbers, `losses` the mean loss at each, `parameters` and `gradients` arrays
    with a number for each of the model's parameters, nan for a gradient that there was none of.
    """

    steps: list[int]
    losses: list[float]
    parameters: list[array[float]]
    gradients: list[array[float]]
    _count: int  # of the steps so far, of which every `_stride`th is kept
    _stride: int

    def __init__(
        self,
        model: Module,
        data: tuple[Any, ...],
        loss: Callable[..., Any],
        name: str = "",
        probe: int = 0,
    ) -> None:
        self.model, self.data, self.loss, self.name, self.probe = model, data, loss, name, probe
        self.examples = Examples(data, "data")

        def of_row(row: Any) -> Any:
            return loss(model, *self.examples.nest(row))

        self._mean = jit(of_row, batch=0, backend="numpy")  # built in no time
        self._forget()

    def record(self, loss: Value | float | None = None) -> None:
        """Note the parameters, their gradients and the loss: after backward, before the step.

        `loss` is what was differentiated; left out, the mean loss of all examples is computed.
        Raises TypeError where it is no number.
        """
        self._note(self._count, loss, self._now(), self._gradients())
        self._count += 1

    def begin(self, state: State) -> None:
        """Of a training by `train.fit`: forget what was."""
        self._forget()
        self._before = self._now()

    def __call__(self, state: State) -> None:
        """Of a training by `train.fit`: note where the epoch began, and what it came to."""
        if self._count == state.epoch - 1:  # of one that is resumed, the start was another
            self._note(state.epoch - 1, state.loss, self._before, self._gradients())
        self._before = self._now()
        self._count = state.epoch

    def end(self, state: State) -> None:
        """Of a training by `train.fit`: note where it ended."""
        if not self.steps or self.steps[-1] != self._count:
            self._last()

    def __enter__(self) -> Watch:
        self._forget()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self.steps or self.parameters[-1] != self._now():
            self._last()

    def __len__(self) -> int:
        return len(self.steps)

    def __repr__(self) -> str:
        return f"<Watch of {len(self.steps)} steps; page(watch) shows them>"

    @property
    def _most(self) -> int:
        return max(min(STEPS, NUMBERS // (2 * len(self.model.parameters()) or 1)), 20)

    def _forget(self) -> None:
        self.steps, self.losses, self.parameters, self.gradients = [], [], [], []
        self._count, self._stride, self._before = 0, 1, self._now()

    def _now(self) -> array[float]:
        return array("d", [p.data for p in self.model.parameters()])

    def _gradients(self) -> array[float]:
        return array("d", [p.grad if p.reached else math.nan for p in self.model.parameters()])

    def _note(
        self,
        step: int,
        loss: Value | float | None,
        parameters: array[float],
        gradients: array[float],
    ) -> None:
        x = self._number(loss)  # which may be none at all
        if step % self._stride:
            return
        self.steps.append(step)
        self.losses.append(x)
        self.parameters.append(parameters)
        self.gradients.append(gradients)
        if len(self.steps) > self._most:
            self._thin()

    def _number(self, loss: Value | float | None) -> float:
        if loss is None:
            return self._mean_loss()
        x = loss.data if isinstance(loss, Value) else loss
        try:
            return float(x)
        except (TypeError, ValueError):
            raise TypeError(
                f"record takes the loss of the step, got {loss!r:.60} of type"
                f" {type(loss).__name__}; record() computes the mean over all examples"
            ) from None

    def _mean_loss(self) -> float:
        try:
            return float(self._mean(self.examples.rows))
        except TraceError:  # a branch: eagerly, then
            self._mean = jit(self._mean.f, batch=0, backend="eager")
            return float(self._mean(self.examples.rows))

    def _thin(self) -> None:
        """Half the steps, evenly."""
        self._stride *= 2
        keep = [i for i, step in enumerate(self.steps) if step % self._stride == 0]
        self.steps = [self.steps[i] for i in keep]
        self.losses = [self.losses[i] for i in keep]
        self.parameters = [self.parameters[i] for i in keep]
        self.gradients = [self.gradients[i] for i in keep]

    def _last(self) -> None:
        """Where it ended, which no step came after."""
        now = self._now()
        self.steps.append(self._count)
        self.losses.append(self._mean_loss())
        self.parameters.append(now)
        self.gradients.append(array("d", [math.nan]) * len(now))


def watch(
    model: Module,
    *,
    data: tuple[Any, ...],
    loss: Callable[..., Any],
    name: str = "",
    probe: int = 0,
) -> Watch:
    """Record a training of `model`, for `page` to show: a callback of `train.fit`, or a with block.

    `data` and `loss` are as `train.fit` has them, the loss that of one example; `name` tells one
    run from another, `probe` is the number of the example whose graph is shown to begin with. In a
    block of your own, call `.record(loss)` after each backward pass, before the step. Of more than
    200 steps, or fewer of many parameters, every second one is kept, every fourth, and so on, and
    where it ended.
    Raises TypeError or ValueError for data that are no examples.

    >>> from microgradlike import nn
    >>> xs, ys = [[0.0], [1.0]], [1.0, 3.0]
    >>> def squared_error(model, x, y):
    ...     return (model(x) - y) ** 2
    >>> model = nn.MLP(1, [1])
    >>> sgd = nn.SGD(model.parameters(), lr=0.1)
    >>> run = watch(model, data=(xs, ys), loss=squared_error)
    >>> with run:
    ...     for step in range(30):
    ...         model.zero_grad()
    ...         total = sum(squared_error(model, x, y) for x, y in zip(xs, ys)) / 2
    ...         total.backward()
    ...         run.record(total)
    ...         sgd.step()
    >>> len(run), run.steps[-1], run.losses[-1] < 0.1 * run.losses[0]
    (31, 30, True)
    """
    return Watch(model, data, loss, name, probe)
