"""Formats of parameter files: numbers by name as JSON or `.npz`, to bytes and back.

JSON: {"format": ..., "version": ..., "parameters": {name: number}}, where an infinity or nan is a
string. `.npz`: arrays `format`, `version`, `names` and, as doubles, `values`.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from microgradlike._io import PathLike, from_json_number, json_number

FORMAT = "microgradlike parameters"
VERSION = 1

Parameters = dict[str, float]
# how to write, and how to read from bytes that may not unpack to more than a limit
Format = tuple[Callable[[Parameters], bytes], Callable[[bytes, int], Parameters]]


class LoadError(ValueError):
    """A file that does not hold the parameters of this model; the model is as it was."""


def read_bounded(path: PathLike, limit: int) -> bytes:
    """The content of a file of at most `limit` bytes; LoadError if it is missing or larger.

    >>> read_bounded("/no/such/file", 100)
    Traceback (most recent call last):
    ...
    microgradlike.nn.formats.LoadError: cannot be read: No such file or directory
    """
    try:
        with open(path, "rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise LoadError(f"cannot be read: {error.strerror or error}") from error
    if len(content) > limit:
        raise LoadError(f"has more than the {limit} bytes that this model's parameters can take")
    return content


def _same_format(format_: object, version: object) -> None:
    if format_ != FORMAT:
        raise LoadError(f"is no {FORMAT} file: its format is {format_!r:.60}")
    if version != VERSION or isinstance(version, bool):
        raise LoadError(f"has version {version!r:.60}; this release reads version {VERSION}")


def _to_json(parameters: Parameters) -> bytes:
    import json

    numbers = {name: json_number(x) for name, x in parameters.items()}
    document = {"format": FORMAT, "version": VERSION, "parameters": numbers}
    return (json.dumps(document, indent=1, allow_nan=False) + "\n").encode()


def _from_json(content: bytes, limit: int) -> Parameters:
    import json

    try:
        document = json.loads(content, object_pairs_hook=_unique, parse_constant=_no_constant)
    except LoadError:
        raise
    except (ValueError, RecursionError) as error:
        raise LoadError(f"is not whole JSON: {error}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise LoadError(f"is no {FORMAT} file: its JSON has no such format")
    _same_format(document["format"], document.get("version"))
    numbers = document.get("parameters")
    if not isinstance(numbers, dict):
        raise LoadError("has no parameters by name")
    return {name: _number(name, x) for name, x in numbers.items()}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise LoadError("names a parameter twice")
    return found


def _no_constant(name: str) -> float:
    raise LoadError(f"is not JSON: {name} is no number there")


def _number(name: str, x: object) -> float:
    try:
        return from_json_number(x)
    except (TypeError, ValueError) as error:
        raise LoadError(f"has {x!r:.60} for {name!r:.100}: {error}") from error


def _to_npz(parameters: Parameters) -> bytes:
    import numpy as np

    names = np.array(list(parameters), dtype=np.str_)
    if names.tolist() != list(parameters):
        raise ValueError(
            "a parameter's name ends in NUL, which .npz does not keep; save it as JSON"
        )
    buffer = io.BytesIO()
    values = np.array(list(parameters.values()), dtype=np.float64)
    np.savez(buffer, format=np.array(FORMAT), version=np.array(VERSION), names=names, values=values)
    return buffer.getvalue()


def _from_npz(content: bytes, limit: int) -> Parameters:
    arrays = _arrays(content, limit)
    if set(arrays) != {"format", "version", "names", "values"}:
        raise LoadError(f"is no {FORMAT} file: it holds {', '.join(sorted(arrays))[:200]!r}")
    _same_format(arrays["format"].tolist(), arrays["version"].tolist())
    names, values = arrays["names"], arrays["values"]
    if names.dtype.kind != "U" or values.dtype.kind != "f" or values.dtype.itemsize != 8:
        raise LoadError(
            f"has names of {names.dtype} and values of {values.dtype}, not text and doubles"
        )
    if names.ndim != 1 or names.shape != values.shape:
        raise LoadError(f"has names of shape {names.shape} but values of shape {values.shape}")
    return _unique(list(zip(names.tolist(), values.tolist())))


def _arrays(content: bytes, limit: int) -> dict[str, Any]:
    import zipfile

    import numpy as np

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            size = sum(member.file_size for member in archive.infolist())
            if size > limit:  # said by the archive, which gives no more than it says
                raise LoadError(
                    f"unpacks to {size} bytes, more than this model's parameters can take"
                )
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except LoadError:
        raise
    except Exception as error:  # zipfile, zlib and numpy each have errors of their own
        raise LoadError(f"is not whole .npz: {error}") from error


FORMATS: dict[str, Format] = {
    ".json": (_to_json, _from_json),
    ".npz": (_to_npz, _from_npz),
}
