"""State: what a training has come to, which callbacks see and a checkpoint holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from microgradlike.nn.module import Module
from microgradlike.nn.optim import Optimizer
from microgradlike.nn.training.speed import Speed


@dataclass(slots=True)
class History:
    """What came of a training: the mean loss of each epoch, over the data and the validation set.

    `stopped` says why a callback ended it, "" where none did; `interrupted` is whether Ctrl-C did.
    `speed` is there where it was asked for.

    >>> History([0.5, 0.25]).losses
    [0.5, 0.25]
    """

    losses: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    stopped: str = ""
    interrupted: bool = False
    speed: Speed | None = None


@dataclass(slots=True)
class State:
    """A training after `epoch` of `epochs`, over `examples` in batches of `batch_size`.

    The validation set has `checked` examples, 0 where there is none.

    What a callback puts into `figures` stands in the progress bar.
    """

    model: Module
    optimizer: Optimizer
    epochs: int
    examples: int
    checked: int
    batch_size: int
    rng: Random
    callbacks: list[Any] = field(default_factory=list)
    history: History = field(default_factory=History)
    figures: dict[str, str] = field(default_factory=dict)

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return len(self.history.losses)

    @property
    def loss(self) -> float:
        """The mean loss of the last epoch, over the batches as they came."""
        return self.history.losses[-1]

    @property
    def validation(self) -> float | None:
        """The mean loss over the validation set after the last epoch; None where there is none."""
        return self.history.validation[-1] if self.history.validation else None
