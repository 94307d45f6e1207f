"""Files of a module's parameters: JSON or `.npz`, by the suffix. Never pickle.

A file holds a format, a version, a checksum, and for each parameter its name and its exact number.
It counts as written once the code that loads it has read it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from microgradlike._io import PathLike, write_whole
from microgradlike._validate import shown
from microgradlike.nn.document import LoadError
from microgradlike.nn.formats import FORMATS, Format, Parameters, read_bounded
from microgradlike.nn.module import Module

if TYPE_CHECKING:
    from pathlib import Path


def save(model: Module, path: PathLike) -> Path:
    """Write the parameters of `model` to `path`, as JSON or `.npz` by its suffix; return the Path.

    The file appears whole or not at all: an old file stays until the new one is complete, and
    passes its permissions on. Raises ValueError for any other suffix and for numbers that a file
    would not give back, OSError if the file cannot be written or is not a regular one, TypeError
    for anything but a Module.

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

    file_format = _format(path)
    require_module(model)
    parameters = model.state_dict()
    content = file_format.encode(parameters)
    try:
        _require_same(file_format.decode(content, limit_of(parameters)), parameters)
    except ValueError as error:
        raise ValueError(f"{os.fspath(path)} is not written, as it {error}") from error
    write_whole(path, content)
    return Path(path)


def load(model: Module, path: PathLike) -> None:
    """Set the parameters of `model` to those that `save` wrote to `path`; gradients stay.

    Raises LoadError with the reason, and changes nothing, for a file that is missing, damaged, of
    another format or of another model; ValueError for a suffix other than `.json` and `.npz`;
    TypeError for anything but a Module.

    >>> import tempfile
    >>> from microgradlike.nn import Neuron
    >>> neuron, other = Neuron(2), Neuron(2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     load(other, save(neuron, f"{folder}/neuron.npz"))
    >>> other.state_dict() == neuron.state_dict()
    True
    """
    file_format = _format(path)
    require_module(model)
    limit = limit_of(model.state_dict())
    from microgradlike.nn.rollback import Snapshot  # here, for it imports inspect

    before = Snapshot(*model.parameters())
    try:
        model.load_state_dict(file_format.decode(read_bounded(path, limit), limit))
    except BaseException as error:  # also Ctrl-C
        before.put_back()
        if not isinstance(error, ValueError):
            raise
        reason = f"{os.fspath(path)!s}: {error}; the model is as it was"
        raise LoadError(reason) from error.__cause__


def _format(path: PathLike) -> Format:
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in FORMATS:
        raise ValueError(
            f"the suffix must be one of {', '.join(FORMATS)}, got {os.fspath(path)!r:.100}"
        )
    return FORMATS[suffix]


def _require_same(found: Parameters, parameters: Parameters) -> None:
    """Raise ValueError if the numbers that a file gives back are not those that were written."""
    for name, x in parameters.items():
        if found[name] != x and x == x:
            raise ValueError(f"holds {found[name]!r} for {name!r:.100}, which is {shown(x)}")


def require_module(model: object) -> None:
    """Raise TypeError for anything but a Module.

    >>> require_module([0.5])
    Traceback (most recent call last):
    ...
    TypeError: a file holds the parameters of a Module, got [0.5] of type list; keep the Values in \
an attribute of a class that extends nn.Module
    """
    if not isinstance(model, Module):
        raise TypeError(
            f"a file holds the parameters of a Module, got {shown(model)} of type"
            f" {type(model).__name__}; keep the Values in an attribute of a class that extends"
            " nn.Module"
        )


def limit_of(names: Parameters) -> int:
    """An upper bound on the bytes of a file of these parameters; no more is read.

    >>> limit_of({"w": 0.5})
    100112
    """
    widest = max(map(len, names), default=0)
    return 100_000 + len(names) * (100 + 12 * widest)
