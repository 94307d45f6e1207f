"""Settings of a training that change its bits: a checkpoint resumes with the same ones only."""

from __future__ import annotations

import hashlib
import itertools
import struct
from typing import TYPE_CHECKING

from microgradlike._validate import shown
from microgradlike.nn.document import LoadError
from microgradlike.nn.dropout import Dropout
from microgradlike.nn.layers import Neuron
from microgradlike.nn.mode import modules
from microgradlike.nn.module import Module
from microgradlike.nn.optim import Optimizer
from microgradlike.nn.training.dataset import Dataset

if TYPE_CHECKING:
    from microgradlike.nn.training.contents import Contents
    from microgradlike.nn.training.state import State

START_ANEW = "leave out resume to start anew"


def settings_of(
    model: Module, loss: object, dataset: Dataset, seed: int | None, optimizer: Optimizer
) -> dict[str, object]:
    """The settings by name, fit for JSON: of loss, data, order of examples and optimizer.

    `layers` are the neurons and dropouts of the model. A loss has its name, data have a digest. An
    optimizer has the attributes that are plain numbers, words and tuples of them.

    >>> from microgradlike import nn
    >>> model, dataset = nn.MLP(1, [3, 1]), Dataset(([1.0],), "data")
    >>> settings = settings_of(model, "mse", dataset, 0, nn.SGD(model.parameters(), lr=0.1))
    >>> settings["layers"], settings["optimizer"], settings["momentum"]
    (['3 ReLUNeuron(1)', '1 LinearNeuron(3)'], 'SGD', 0.0)
    """
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
    numbers = dataset.rows.ravel().tolist()
    packed = struct.pack(f"<{len(numbers)}d", *numbers)
    return {
        "layers": _layers(model),
        "loss": str(name),
        "data": hashlib.sha256(packed).hexdigest(),
        "seed": seed,
        "lr": float(optimizer.lr),
        "optimizer": type(optimizer).__name__,
        **_options(optimizer),
    }


def require_same_settings(contents: Contents, state: State) -> None:
    """Raise LoadError for the first setting of a checkpoint that is not that of the training.

    A file of an earlier release has none. The rate may be the first or the last of the file.
    """
    found = contents.settings
    for name, own in state.settings.items():
        if name not in found or found[name] == own:
            continue
        if name == "lr" and own == contents.lr:
            continue
        if name == "data":
            raise LoadError(
                f"is of a training on other data; take the same to resume it, or {START_ANEW}"
            )
        theirs, own = _first_difference(found[name], own)
        raise LoadError(
            f"is of a training with {name}={shown(theirs)}, this one has {name}={shown(own)};"
            f" take the same to resume it, or {START_ANEW}"
        )


def _layers(model: Module) -> list[str]:
    """The layers of this package in the model, with the count of equal ones in a row."""
    kinds = (Neuron, Dropout)  # of these alone the repr is known to have no parameters
    reprs = [repr(module) for module in modules(model) if type(module) in kinds]
    return [f"{len(list(run))} {text}" for text, run in itertools.groupby(reprs)]


def _first_difference(theirs: object, own: object) -> tuple[object, object]:
    """The elements that differ first of two long lists; both themselves otherwise."""
    if isinstance(theirs, list) and isinstance(own, list) and len(own) == len(theirs) > 2:
        return next(pair for pair in zip(theirs, own) if pair[0] != pair[1])
    return theirs, own


def _options(optimizer: Optimizer) -> dict[str, object]:
    return {
        name: list(x) if isinstance(x, tuple) else x
        for name, x in vars(optimizer).items()
        if name not in ("lr", "steps") and _is_plain(x)
    }


def _is_plain(x: object) -> bool:
    parts = x if isinstance(x, tuple) else (x,)
    return all(isinstance(part, (int, float, str)) for part in parts)
