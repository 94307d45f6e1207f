"""Files: a module's parameters as JSON or `.npz`, by the file's suffix. Never pickle.

A file holds a format, a version, and for each parameter its name and its number, exactly.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from microgradlike._io import PathLike, write_whole
from microgradlike.nn.formats import FORMATS, Format, LoadError, Parameters, read_bounded
from microgradlike.nn.module import Module

if TYPE_CHECKING:
    from pathlib import Path


def save(model: Module, path: PathLike) -> Path:
    """Write the parameters of `model` to `path`, JSON or `.npz` by its suffix; gives the Path.

    The file appears whole or not at all: one that was there stays until the new one is complete,
    which has its permissions. Raises ValueError for any other suffix, OSError where the file cannot
    be written, TypeError for what is no Module.

    >>> import tempfile
    >>> from microgradlike.nn import MLP
    >>> model, other = MLP(2, [3, 1]), MLP(2, [3, 1])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save(model, f"{folder}/model.json")
    ...     load(other, path)
    >>> [p.data for p in other.parameters()] == [p.data for p in model.parameters()]
    True
    """
    from pathlib import Path  # here, because it is a third of the import of microgradlike

    write, _ = _format(path)
    write_whole(path, write(parameters_of(model)))
    return Path(path)


def load(model: Module, path: PathLike) -> None:
    """Set the parameters of `model` to those that `save` wrote; gradients stay.

    Raises LoadError with the reason, and changes nothing, where the file is missing, damaged, from
    elsewhere or of another model; ValueError for a suffix other than `.json` and `.npz`; TypeError
    for what is no Module.
    """
    _, read = _format(path)
    names = parameters_of(model)
    parameters = model.named_parameters()
    try:
        found = read(read_bounded(path, limit_of(names)), limit_of(names))
        same_names(set(names), set(found))
    except LoadError as error:
        raise LoadError(f"{os.fspath(path)}: {error}; the model is as it was") from error.__cause__
    for name, p in parameters:
        p.data = found[name]


def _format(path: PathLike) -> Format:
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in FORMATS:
        raise ValueError(f"the suffix is one of {', '.join(FORMATS)}, got {os.fspath(path)!r}")
    return FORMATS[suffix]


def parameters_of(model: Module) -> Parameters:
    """The numbers of a module by name, as a file has them.

    Raises TypeError for what is no Module, ValueError where two have one name.

    >>> from microgradlike.nn import Neuron
    >>> list(parameters_of(Neuron(1)))
    ['w.0', 'b']
    """
    if not isinstance(model, Module):
        raise TypeError(
            f"a file holds the parameters of a Module, got {model!r:.60} of type"
            f" {type(model).__name__}; keep the Values in an attribute of a class that extends"
            " nn.Module"
        )
    found: Parameters = {}
    for name, p in model.named_parameters():
        if name in found:
            raise ValueError(
                f"two parameters are called {name!r:.100}; give their keys other names"
            )
        found[name] = float(p.data)
    return found


def limit_of(names: Parameters) -> int:
    """Bytes that a file of these parameters surely does not exceed: a bound on what is read.

    >>> limit_of({"w": 0.5})
    100112
    """
    widest = max(map(len, names), default=0)
    return 100_000 + len(names) * (100 + 12 * widest)


def same_names(own: set[str], found: set[str]) -> None:
    """Raise LoadError where the names in a file are not those of the model.

    >>> same_names({"w"}, {"w", "b"})
    Traceback (most recent call last):
    ...
    microgradlike.nn.formats.LoadError: is of another model: it has 1 parameter(s) more, such as 'b'
    """
    missing, surplus = sorted(own - found), sorted(found - own)
    if missing:
        raise LoadError(
            f"is of another model: {len(missing)} of {len(own)} parameter(s) are missing, such as"
            f" {missing[0]!r:.100}"
        )
    if surplus:
        raise LoadError(
            f"is of another model: it has {len(surplus)} parameter(s) more, such as"
            f" {surplus[0]!r:.100}"
        )
