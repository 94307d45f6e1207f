"""Networks: modules, losses, optimizers, toy data, training, and parameters in files.

Networks:

- `Module`: the base class of networks of your own; it finds and names their parameters
- `Neuron`, `Layer`, `MLP`: micrograd's neuron, layer and multilayer perceptron
- `Dropout`: a layer that sets some of its inputs to 0 while it trains
- `uniform`: a random number for noise of your own, drawn anew in each step of `fit`

Losses, loss(prediction, target) of one example, or the mean over lists:

- `mse`: squared error
- `hinge`: margin error of a score, targets -1 and 1
- `binary_cross_entropy`: surprise of a probability, targets 0 and 1
- `binary_cross_entropy_with_logits`: the same of a score before the sigmoid
- `cross_entropy`: surprise of a list of scores before the softmax, the target a class index

Optimizers:

- `SGD`: gradient descent, with momentum
- `Adam`, `AdamW`: steps scaled by running means; decay inside or apart from the gradient
- `Optimizer`: the base class of optimizers of your own

Toy data, points in the plane with labels:

- `moons`, `circles`, `spirals`, `xor`, `blobs`: (points, labels) for a number of samples and a seed

Training:

- `fit`: the training loop: epochs, batches, validation, callbacks, resuming
- `EarlyStopping`: a callback that stops when the loss no longer falls
- `Checkpoint`: a callback that writes the training to a file, to resume from
- `Callback`: the base class of callbacks of your own
- `StopTraining`: the exception with which a callback ends a training
- `History`: the result of `fit`, with the losses of all epochs
- `train`: the module `nn.training.train`, which holds `fit`

Files:

- `save`, `load`: the parameters of a module as JSON or `.npz`
- `LoadError`: the error of a file that does not fit

>>> import random
>>> from microgradlike.nn import fit
>>> points, labels = moons(40, seed=1)
>>> model = MLP(2, [8, 1], activation="tanh", rng=random.Random(0))
>>> history = fit(
...     model, "binary_cross_entropy_with_logits", (points, labels),
...     optimizer=Adam(model.parameters(), lr=0.1), epochs=60, progress=False)
>>> history.losses[-1] < history.losses[0] / 3
True
"""

import sys
from typing import TYPE_CHECKING

from microgradlike.nn.data import blobs, circles, moons, spirals, xor
from microgradlike.nn.document import LoadError
from microgradlike.nn.dropout import Dropout
from microgradlike.nn.files import load, save
from microgradlike.nn.layers import MLP, Layer, Neuron
from microgradlike.nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge,
    mse,
)
from microgradlike.nn.module import Module
from microgradlike.nn.noise import uniform
from microgradlike.nn.optim import SGD, Adam, AdamW, Optimizer

if TYPE_CHECKING:
    from microgradlike.nn.training import train
    from microgradlike.nn.training.callbacks import Callback, EarlyStopping, StopTraining
    from microgradlike.nn.training.checkpoint import Checkpoint
    from microgradlike.nn.training.history import History
    from microgradlike.nn.training.train import fit

__all__ = [
    "MLP",
    "SGD",
    "Adam",
    "AdamW",
    "Callback",
    "Checkpoint",
    "Dropout",
    "EarlyStopping",
    "History",
    "Layer",
    "LoadError",
    "Module",
    "Neuron",
    "Optimizer",
    "StopTraining",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "blobs",
    "circles",
    "cross_entropy",
    "fit",
    "hinge",
    "load",
    "moons",
    "mse",
    "save",
    "spirals",
    "train",
    "uniform",
    "xor",
]


if not TYPE_CHECKING:  # pragma: no branch  (to a type checker, any name would pass)

    def __getattr__(name: str) -> object:
        """The names of training, loaded at their first use: half the time of an import."""
        if name not in __all__ and name != "training":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from microgradlike.nn.training import train

        found = {"train": train, "training": sys.modules[train.__package__]}
        return found.get(name) or getattr(train, name)


def __dir__() -> list[str]:
    """The public names, for `dir` and tab completion."""
    return list(__all__)
