"""State: the progress of a training run, which callbacks see and a checkpoint holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from microgradlike.nn.module import Module
from microgradlike.nn.optim import Optimizer
from microgradlike.nn.training.history import History

if TYPE_CHECKING:
    from microgradlike.nn.training.callbacks import Callback


@dataclass(slots=True)
class State:
    """A training after `epoch` of `epochs`, over `examples` in batches of `batch_size`.

    `model` is trained by `optimizer`; `rng` draws the order of the examples, and `callbacks` are
    called after each epoch. `history` has the losses of all epochs. `validation_examples` is the
    size of the validation data, 0 without any. `settings` are those of `nn.training.settings`,
    which a checkpoint holds. The progress bar shows the texts that a callback puts into `metrics`
    under a name.

    >>> from random import Random
    >>> from microgradlike import nn
    >>> model = nn.MLP(1, [1])
    >>> sgd = nn.SGD(model.parameters(), lr=0.1)
    >>> state = State(model, sgd, epochs=9, examples=4, validation_examples=0, batch_size=4,
    ...               rng=Random(0))
    >>> state.history.losses.append(0.5)
    >>> state.epoch, state.loss, state.validation
    (1, 0.5, None)
    """

    model: Module
    optimizer: Optimizer
    epochs: int
    examples: int
    validation_examples: int
    batch_size: int
    rng: Random
    callbacks: list[Callback] = field(default_factory=list)
    history: History = field(default_factory=History)
    metrics: dict[str, str] = field(default_factory=dict)
    settings: dict[str, object] = field(default_factory=dict)

    @property
    def epoch(self) -> int:
        """The number of finished epochs."""
        return len(self.history.losses)

    @property
    def loss(self) -> float:
        """The mean loss of the last epoch, each batch before its step."""
        return self.history.losses[-1]

    @property
    def validation(self) -> float | None:
        """The mean loss over the validation data after the last epoch; None without any."""
        return self.history.validation[-1] if self.history.validation else None
