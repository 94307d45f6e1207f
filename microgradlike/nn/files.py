"""Files: a module's parameters as JSON or `.npz`, by the file's suffix. Never pickle.

A file holds a format, a version, and for each parameter its name and its number, exactly.
"""

from __future__ import annotations

import contextlib
import os
import stat
from typing import TYPE_CHECKING

from microgradlike.nn.formats import FORMATS, Format, LoadError, Parameters
from microgradlike.nn.module import Module

if TYPE_CHECKING:
    from pathlib import Path

PathLike = str | os.PathLike[str]


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
    _replace(os.path.realpath(path), write(_parameters(model)))  # of a link, what it points to
    return Path(path)


def load(model: Module, path: PathLike) -> None:
    """Set the parameters of `model` to those that `save` wrote; gradients stay.

    Raises LoadError with the reason, and changes nothing, where the file is missing, damaged, from
    elsewhere or of another model; ValueError for a suffix other than `.json` and `.npz`; TypeError
    for what is no Module.
    """
    _, read = _format(path)
    names = _parameters(model)
    parameters = model.named_parameters()
    try:
        found = read(_content(path, _limit(names)), _limit(names))
        _same_names(set(names), set(found))
    except LoadError as error:
        raise LoadError(f"{os.fspath(path)}: {error}; the model is as it was") from error.__cause__
    for name, p in parameters:
        p.data = found[name]


def _format(path: PathLike) -> Format:
    suffix = os.path.splitext(path)[1].lower()
    if suffix not in FORMATS:
        raise ValueError(f"the suffix is one of {', '.join(FORMATS)}, got {os.fspath(path)!r}")
    return FORMATS[suffix]


def _replace(target: str, content: bytes) -> None:
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name[:50]}.{os.urandom(8).hex()}")
    mode = _permissions(target)

    def opener(path: str, flags: int) -> int:
        # not even before it is complete may anyone read it who may not read the old one
        return os.open(path, flags, 0o666 if mode is None else mode)

    try:
        with open(temporary, "xb", opener=opener) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(temporary, mode)  # what the umask took away
        os.replace(temporary, target)
    except BaseException:  # also Ctrl-C
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def _permissions(target: str) -> int | None:
    try:
        return stat.S_IMODE(os.stat(target).st_mode)
    except OSError:  # there is no such file yet
        return None


def _parameters(model: Module) -> Parameters:
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


def _limit(names: Parameters) -> int:
    """Bytes that a file of these parameters surely does not exceed: a bound on what is read."""
    widest = max(map(len, names), default=0)
    return 100_000 + len(names) * (100 + 12 * widest)


def _content(path: PathLike, limit: int) -> bytes:
    try:
        with open(path, "rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise LoadError(f"cannot be read: {error.strerror or error}") from error
    if len(content) > limit:
        raise LoadError(f"has more than the {limit} bytes that this model's parameters can take")
    return content


def _same_names(own: set[str], found: set[str]) -> None:
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
