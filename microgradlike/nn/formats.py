"""Formats of parameter files: numbers by name as JSON or `.npz`, to bytes and back.

JSON: {"format": ..., "version": ..., "parameters": {name: number}}; an infinity or nan is a string.
`.npz`: the arrays `format`, `version`, `names` and, as doubles, `values`.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, NamedTuple

from microgradlike._io import PathLike, from_json_number, json_number
from microgradlike._validate import shown

FORMAT = "microgradlike parameters"
VERSION = 1

Parameters = dict[str, float]


class Format(NamedTuple):
    """A file format: `encode(parameters)`, and `decode(content, limit)`, which gives them back.

    `limit` bounds the bytes to which the content may unpack.

    >>> json = FORMATS[".json"]
    >>> json.decode(json.encode({"w": 0.5}), 1000)
    {'w': 0.5}
    """

    encode: Callable[[Parameters], bytes]
    decode: Callable[[bytes, int], Parameters]


class LoadError(ValueError):
    """The error of a file that does not hold the parameters of the model; the model is as it was.

    >>> FORMATS[".json"].decode(b"{}", 1000)
    Traceback (most recent call last):
    ...
    microgradlike.nn.formats.LoadError: is not a microgradlike parameters file: its format is None
    """


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


def _require_format(format_: object, version: object) -> None:
    if format_ != FORMAT:
        raise LoadError(f"is not a {FORMAT} file: its format is {shown(format_)}")
    if version != VERSION or isinstance(version, bool):
        raise LoadError(f"has version {shown(version)}; this release reads version {VERSION}")


def _to_json(parameters: Parameters) -> bytes:
    import json

    numbers = {name: json_number(x) for name, x in parameters.items()}
    document = {"format": FORMAT, "version": VERSION, "parameters": numbers}
    return (json.dumps(document, indent=1, allow_nan=False) + "\n").encode()


def _from_json(content: bytes, limit: int) -> Parameters:
    import json

    try:
        document = json.loads(content, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except LoadError:
        raise
    except (ValueError, RecursionError) as error:
        raise LoadError(f"is not complete JSON: {error}") from error
    fields = document if isinstance(document, dict) else {}
    _require_format(fields.get("format"), fields.get("version"))
    numbers = fields.get("parameters")
    if not isinstance(numbers, dict):
        raise LoadError("has no parameters by name")
    return {name: _number(name, x) for name, x in numbers.items()}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise LoadError("names a parameter twice")
    return found


def _refuse_constant(name: str) -> float:
    raise LoadError(f"is not JSON, which has no number {name}")


def _number(name: str, x: object) -> float:
    try:
        return from_json_number(x)
    except (TypeError, ValueError) as error:
        raise LoadError(f"has {shown(x)} for {name!r:.100}: {error}") from error


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
        raise LoadError(f"is not a {FORMAT} file: it holds {', '.join(sorted(arrays))[:200]!r}")
    _require_format(arrays["format"].tolist(), arrays["version"].tolist())
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
            if size > limit:  # the size in its directory, more than which is never unpacked
                raise LoadError(
                    f"unpacks to {size} bytes, more than this model's parameters can take"
                )
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except LoadError:
        raise
    except Exception as error:  # zipfile, zlib and numpy each have errors of their own
        raise LoadError(f"is not a complete .npz file: {error}") from error


FORMATS: dict[str, Format] = {
    ".json": Format(_to_json, _from_json),
    ".npz": Format(_to_npz, _from_npz),
}
