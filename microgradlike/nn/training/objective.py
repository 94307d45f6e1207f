"""Objective: the mean loss of a batch, compiled or eager, with noise that is new in each step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from microgradlike.compile.jit import jit
from microgradlike.nn.mode import modules, set_mode
from microgradlike.nn.module import Module
from microgradlike.nn.noise import StepNoise, call_with_noise
from microgradlike.nn.training.dataset import Dataset
from microgradlike.nn.training.labels import check_labels
from microgradlike.nn.training.repeatable import require_repeatable
from microgradlike.op import Number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Objective:
    """The mean loss of examples of a Dataset, in training or evaluation mode of the model.

    The rows of `jitted` have the numbers of an example, and then the random numbers that its loss
    draws, by `seed`; eagerly, its place in the batch instead, and numbers are drawn when asked for.
    `options` are those of `jit`. Unless it is eager, labels are checked first, and that the loss is
    the same each time: it raises what the loss raises, or TraceError.

    >>> from microgradlike import nn
    >>> model = nn.Neuron(1, nonlin=False)
    >>> model.load_state_dict({"w.0": 2.0, "b": 0.0})
    >>> dataset = Dataset(([[1.0], [2.0]], [3.0, 3.0]), "data")
    >>> loss = lambda model, x, y: (model(x) - y) ** 2
    >>> objective = Objective(model, loss, dataset, training=True, seed=0, backend="python")
    >>> objective.jitted(objective.rows([0, 1], epoch=0, step=0))
    1.0
    """

    def __init__(
        self,
        model: Module,
        loss_of_example: Callable[..., object],
        dataset: Dataset,
        *,
        training: bool,
        seed: int,
        **options: Any,
    ) -> None:
        self.model, self.loss_of_example, self.dataset = model, loss_of_example, dataset
        self.training, self.seed = training, seed
        self.modules = modules(model)
        self.eager = options["backend"] == "eager"
        self.draws = 0  # random numbers for each example
        self._noise = StepNoise(seed=seed, epoch=0, step=0, size=1)
        self.jitted: Any = jit(self.loss_of_row, batch=0, **options)
        if not self.eager:
            with self.mode():
                check_labels(lambda row: self.loss(row, self._noise.of_example(0)), dataset)
                self.draws = self._noise.draws
                require_repeatable(self.jitted, self.rows([0], epoch=0, step=0))

    def rows(self, batch: Sequence[int] | slice, *, epoch: int, step: int) -> NDArray[np.float64]:
        """The rows of the examples, with the random numbers of this epoch and step."""
        from microgradlike._numpy import np

        rows = self.dataset.rows[batch]
        if not (self.draws or self.eager):
            return rows
        self._noise = StepNoise(seed=self.seed, epoch=epoch, step=step, size=len(rows))
        places = [[i] for i in range(len(rows))]
        more = places if self.eager else self._noise.rows(self.draws)
        return np.concatenate([rows, more], axis=1)

    def loss_of_row(self, row: Any) -> object:
        """The loss of one of the `rows`, of numbers of any kind."""
        width = self.dataset.rows.shape[1]
        numbers = row if type(row) is list else row.tolist()
        example, noise = numbers[:width], numbers[width:]
        if self.eager:
            return self.loss(example, self._noise.of_example(int(noise[0])))
        if self.training and self.model.training is False:
            with self.mode():
                return self.loss(example, iter(noise))
        return self.loss(example, iter(noise))

    def loss(self, row: list[Number] | NDArray[Any], noise: Iterator[Number]) -> object:
        """The loss of an example from its numbers and its random numbers."""
        example = self.dataset.example(row)
        try:
            return call_with_noise(noise, self.loss_of_example, self.model, *example)
        except ValueError as error:
            error.add_note(
                f"in the loss of an example of {self.dataset.name}; the first is"
                f" {self.dataset.first!r:.200}"
            )
            raise

    @contextmanager
    def mode(self) -> Iterator[None]:
        """The mode of the objective; afterwards the model is in evaluation mode."""
        set_mode(self.modules, training=self.training)
        try:
            yield
        finally:
            set_mode(self.modules, training=False)
