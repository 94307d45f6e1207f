"""Progress of a training run: State, which callbacks see and a checkpoint holds, and History."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from microgradlike.nn.module import Module
from microgradlike.nn.optim import Optimizer
from microgradlike.nn.training.loss_plot import loss_plot, png
from microgradlike.nn.training.speed import Speed

if TYPE_CHECKING:
    from microgradlike.nn.training.callbacks import Callback


@dataclass(slots=True)
class History:
    """The result of a training: the mean loss of each epoch, over the data and the validation data.

    `losses` and `validation` have a float for each epoch; the latter is empty without validation
    data. `stopped` is the reason of the callback that ended the training, or "". `interrupted` is
    True after Ctrl-C. `speed` is None unless `fit` was called with `compare`.

    >>> History([0.5, 0.25]).losses
    [0.5, 0.25]
    """

    losses: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    stopped: str = ""
    interrupted: bool = False
    speed: Speed | None = None

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, object]]:
        text = {"text/plain": repr(self)}
        try:
            image, shown = png(loss_plot(self.losses, self.validation, unit="epoch"))
        except (ImportError, ValueError):  # no matplotlib, or no loss: a notebook shows the text
            return text, {}
        return text | {"image/png": b64encode(image).decode()}, {"image/png": shown}


@dataclass(slots=True)
class State:
    """A training after `epoch` of `epochs`, over `examples` in batches of `batch_size`.

    `validation_examples` is the size of the validation data, 0 without any. `settings` are those of
    `nn.training.settings`, which a checkpoint holds. The progress bar shows
    the texts that a callback puts into `metrics` under a name.

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
