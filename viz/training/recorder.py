"""Watch: a training being recorded, to be looked at step by step in a page."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from types import TracebackType
from typing import Any

from microgradlike.compile.jit import jit
from microgradlike.compile.trace import TraceError
from microgradlike.engine import Value
from microgradlike.graph import topological
from microgradlike.nn.module import Module
from microgradlike.nn.training.callbacks import Callback
from microgradlike.nn.training.state import State
from viz.training.training_view import Subject, checked_loss

STEPS = 200  # kept at most; of more, every second one, then every fourth
NUMBERS = 500_000  # kept at most, parameters and their gradients: about 5 MB of a page


class Watch(Callback):
    """What `watch` gives: the steps recorded so far, as columns of one length.

    `steps` are their numbers; `parameters` has an array for each, and `losses` and `gradients` what
    the mean loss of all examples is at these very parameters, and its gradient. They are computed
    here, with a copy of the model, so that the gradients of the model are left alone.
    """

    steps: list[int]
    losses: list[float]
    parameters: list[array[float]]
    gradients: list[array[float]]

    def __init__(self, subject: Subject, name: str = "") -> None:
        self.subject, self.name = subject, name
        self._own = subject.model.parameters()
        self._copies = [Value(p.data, p.label) for p in self._own]
        copy = subject.model.with_parameters(self._copies)
        self._others = _others(subject, copy)

        def loss_of(row: Any) -> Any:
            return subject.loss(copy, *subject.examples.example(row))

        self._loss = jit(loss_of, batch=0, backend="numpy")  # which is built in no time
        self._forget()

    @property
    def model(self) -> Module:
        """What learns."""
        return self.subject.model

    def record(self) -> None:
        """Note the parameters as they are now, with the loss and the gradients there."""
        self._note(self._next, self._now())

    def begin(self, state: State) -> None:
        """Of a training by `train.fit`: forget what was."""
        self._forget()
        self._before = self._now()

    def __call__(self, state: State) -> None:
        """Of a training by `train.fit`: note what the epoch came to, and where the first began."""
        if state.epoch == 1:
            self._note(0, self._before)
        self._note(state.epoch, self._now())

    def end(self, state: State) -> None:
        """Of a training by `train.fit`: note where it ended."""
        self._finish()

    def __enter__(self) -> Watch:
        self._forget()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._finish()
        except Exception:
            if error is None:  # or it would hide what went wrong
                raise

    def __repr__(self) -> str:
        return f"<Watch of {len(self.steps)} steps; page(watch) shows them>"

    @property
    def _most(self) -> int:
        return max(min(STEPS, NUMBERS // (2 * len(self._own) or 1)), 20)

    def _forget(self) -> None:
        self.steps, self.losses, self.parameters, self.gradients = [], [], [], []
        self._next, self._stride = 0, 1
        self._before = self._latest = array("d")

    def _now(self) -> array[float]:
        return array("d", [p.data for p in self._own])

    def _note(self, step: int, parameters: array[float]) -> None:
        self._next, self._latest = step + 1, parameters
        if step % self._stride == 0 or not self.steps:
            self._keep(step, parameters)
        if len(self.steps) > self._most:
            self._thin()

    def _keep(self, step: int, parameters: array[float]) -> None:
        loss, gradients = self._slope(parameters)
        self.steps.append(step)
        self.losses.append(loss)
        self.parameters.append(parameters)
        self.gradients.append(gradients)

    def _slope(self, parameters: array[float]) -> tuple[float, array[float]]:
        """The mean loss there, and its gradient."""
        for p, x in zip(self._copies, parameters, strict=True):
            p.data, p.grad = x, 0.0
        before = [v.grad for v in self._others]
        try:
            loss = self._loss.backward(self.subject.examples.rows)
        except TraceError:  # a branch: eagerly, then
            self._loss = jit(self._loss.f, batch=0, backend="eager")
            loss = self._loss.backward(self.subject.examples.rows)
        for v, grad in zip(self._others, before):
            v.grad = grad
        return loss, array("d", [p.grad for p in self._copies])

    def _thin(self) -> None:
        """Half the steps, evenly, and the first."""
        self._stride *= 2
        kept = [i for i, step in enumerate(self.steps) if i == 0 or step % self._stride == 0]
        self.steps = [self.steps[i] for i in kept]
        self.losses = [self.losses[i] for i in kept]
        self.parameters = [self.parameters[i] for i in kept]
        self.gradients = [self.gradients[i] for i in kept]

    def _finish(self) -> None:
        """Where it ended: the last step, if it was passed over, or what came after it."""
        now = self._now()
        if self.steps and self._latest == now and self.steps[-1] == self._next - 1:
            return
        self._keep(self._next - 1 if self._latest == now else self._next, now)


def _others(subject: Subject, copy: Module) -> list[Value]:
    """The leaves that the loss of an example uses besides the parameters of the copy.

    Raises TypeError where it is no Value, ValueError where they are the model's own: the copy would
    not stand for it.
    """
    y = checked_loss(subject.loss(copy, *subject.arguments(subject.row)))
    copied = set(map(id, copy.parameters()))
    others = [v for v in topological(y) if v.op is None and id(v) not in copied]
    own = set(map(id, subject.model.parameters()))
    if any(id(v) in own for v in others):
        raise ValueError(
            "the loss uses the parameters of the model, but not by its first argument; write"
            " loss(model, x, y) with model(x) in it"
        )
    return others


def watch(
    model: Module,
    *,
    data: tuple[Any, ...],
    loss: str | Callable[..., Any],
    name: str = "",
    probe: int = 0,
) -> Watch:
    """Record a training of `model`, for `page` to show: a callback of `train.fit`, or a with block.

    `data` and `loss` are as `train.fit` has them, the loss a name such as "mse" or that of one
    example; `name` tells one
    run from another, `probe` is the number of the example whose graph is shown to begin with. In a
    block of your own, call `.record()` once for each step; where the block ends is recorded by
    itself. Each time takes a pass over all examples. Among callbacks it stands after one that puts
    parameters back, as EarlyStopping can. Of more than 200 steps, or fewer of many
    parameters, every second one is kept, every fourth, and so on.

    Raises TypeError where the model is no Module, the loss no function or data no examples,
    ValueError for numbers that are not finite, IndexError for a probe that is none.

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
    return Watch(Subject.of(model, data, loss, probe), name)
