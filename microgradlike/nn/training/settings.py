"""Settings of a training that change its bits: a checkpoint resumes with the same ones only."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

from microgradlike._validate import shown
from microgradlike.nn.formats import LoadError
from microgradlike.nn.optim import Optimizer
from microgradlike.nn.training.dataset import Dataset

if TYPE_CHECKING:
    from microgradlike.nn.training.state import State

START_ANEW = "to start anew leave out resume"


def settings_of(
    loss: object, dataset: Dataset, seed: int | None, optimizer: Optimizer
) -> dict[str, object]:
    """The settings by name, fit for JSON: of loss, data, order of examples and optimizer.

    A loss has its name, data have a digest. An optimizer has the attributes that are plain numbers,
    words and tuples of them.

    >>> from microgradlike import Value, nn
    >>> dataset, sgd = Dataset(([1.0],), "data"), nn.SGD([Value(1.0)], lr=0.1)
    >>> settings = settings_of("mse", dataset, 0, sgd)
    >>> {name: settings[name] for name in ("loss", "seed", "lr", "optimizer", "momentum")}
    {'loss': 'mse', 'seed': 0, 'lr': 0.1, 'optimizer': 'SGD', 'momentum': 0.0}
    """
    name = loss if isinstance(loss, str) else getattr(loss, "__name__", type(loss).__name__)
    numbers = dataset.rows.astype("<f8").tobytes()
    return {
        "loss": str(name),
        "data": hashlib.sha256(numbers).hexdigest(),
        "seed": seed,
        "lr": float(optimizer.lr),
        "optimizer": type(optimizer).__name__,
        **_options(optimizer),
    }


def require_same_settings(document: Mapping[str, object], state: State) -> None:
    """Raise LoadError for the first setting of a checkpoint that is not that of the training.

    A file of an earlier release has none. The rate may be the first or the last of the file.
    """
    found = document.get("settings", {})
    if not isinstance(found, dict):
        raise LoadError(f"has the settings {shown(found)}, which are not a dict")
    for name, own in state.settings.items():
        if name not in found or found[name] == own:
            continue
        if name == "lr" and own == document["lr"]:
            continue
        if name == "data":
            raise LoadError(f"is of a training on other data; pass the same, or {START_ANEW}")
        theirs = shown(found[name])
        raise LoadError(
            f"is of a training with {name}={theirs}, this one has {name}={shown(own)}; pass"
            f" {theirs} to resume it, or {START_ANEW}"
        )


def _options(optimizer: Optimizer) -> dict[str, object]:
    return {
        name: list(x) if isinstance(x, tuple) else x
        for name, x in vars(optimizer).items()
        if name not in ("lr", "steps") and _is_plain(x)
    }


def _is_plain(x: object) -> bool:
    parts = x if isinstance(x, tuple) else (x,)
    return all(isinstance(part, (int, float, str)) for part in parts)
