"""Formats of parameter files: numbers by name as JSON or `.npz`, to bytes and back.

JSON: a document whose field `parameters` is {name: number}; an infinity or nan is a string.
`.npz`: the arrays `format`, `version`, `names` and, as doubles, `values`; the zip has checksums.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from microgradlike._io import PathLike, from_json_number, json_number
from microgradlike._validate import shown
from microgradlike.nn.document import ANOTHER_COPY, LoadError, Schema, unique

if TYPE_CHECKING:
    import zipfile

SCHEMA = Schema("microgradlike parameters", 1, frozenset({"parameters"}))

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


def read_bounded(path: PathLike, limit: int, *, head: bytes | None = None) -> bytes:
    """The content of a file of at most `limit` bytes; LoadError if it is missing or larger.

    A file that begins with `head` may be larger.

    >>> read_bounded("/no/such/file", 100)
    Traceback (most recent call last):
    ...
    microgradlike.nn.document.LoadError: cannot be read: No such file or directory
    """
    try:
        with open(path, "rb") as file:
            content = file.read(limit + 1)
            if head is not None and content.startswith(head):
                content += file.read()
                return content
    except OSError as error:
        raise LoadError(f"cannot be read: {error.strerror or error}") from error
    if len(content) > limit:
        raise LoadError(f"has more than the {limit} bytes that this model's parameters can take")
    return content


def _to_json(parameters: Parameters) -> bytes:
    numbers = {name: json_number(x) for name, x in parameters.items()}
    return SCHEMA.encode({"parameters": numbers}, indent=1)


def _from_json(content: bytes, limit: int) -> Parameters:
    numbers = SCHEMA.decode(content)["parameters"]
    if not isinstance(numbers, dict):
        raise LoadError(f"has {shown(numbers)} in place of parameters by name; {ANOTHER_COPY}")
    return {name: _number(name, x) for name, x in numbers.items()}


def _number(name: str, x: object) -> float:
    try:
        return from_json_number(x)
    except (TypeError, ValueError) as error:
        raise LoadError(f"has {shown(x)} for {name!r:.100}: {error}") from error


def _require_numpy() -> None:
    from microgradlike._numpy import HAS_NUMPY  # here, to keep `import microgradlike` light

    if not HAS_NUMPY:
        raise ModuleNotFoundError("a file .npz needs NumPy; install it, or name the file .json")


def _to_npz(parameters: Parameters) -> bytes:
    _require_numpy()
    import numpy as np

    names = np.array(list(parameters), dtype=np.str_)
    if names.tolist() != list(parameters):
        raise ValueError(
            "a parameter's name ends in NUL, which .npz does not keep; save it as JSON"
        )
    buffer = io.BytesIO()
    values = np.array(list(parameters.values()), dtype=np.float64)
    kind, version = np.array(SCHEMA.format), np.array(SCHEMA.version)
    np.savez(buffer, format=kind, version=version, names=names, values=values)
    return buffer.getvalue()


def _from_npz(content: bytes, limit: int) -> Parameters:
    _require_numpy()
    arrays = _arrays(content, limit)
    if set(arrays) != {"format", "version", "names", "values"}:
        found = ", ".join(sorted(arrays))
        raise LoadError(
            f"is not a {SCHEMA.format} file: it holds {found[:200]!r}; pass another file"
        )
    SCHEMA.require_format(arrays["format"].tolist(), arrays["version"].tolist())
    names, values = arrays["names"], arrays["values"]
    if names.dtype.kind != "U" or values.dtype.kind != "f" or values.dtype.itemsize != 8:
        raise LoadError(
            f"has names of {names.dtype} and values of {values.dtype}, not text and doubles;"
            f" {ANOTHER_COPY}"
        )
    if names.ndim != 1 or names.shape != values.shape:
        raise LoadError(
            f"has names of shape {names.shape} but values of shape {values.shape}; {ANOTHER_COPY}"
        )
    return unique(list(zip(names.tolist(), values.tolist())))


def _arrays(content: bytes, limit: int) -> dict[str, Any]:
    """The arrays of a `.npz` file by name, each with the checksum of the zip verified."""
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            if size > limit:  # the size in its directory, more than which is never unpacked
                raise LoadError(
                    f"unpacks to {size} bytes, more than this model's parameters can take"
                )
            names = [member.filename.removesuffix(".npy") for member in members]
            return unique([(n, _array(archive, m)) for n, m in zip(names, members)])
    except LoadError:
        raise
    except Exception as error:  # zipfile, zlib and numpy each have errors of their own
        raise LoadError(f"is not a complete .npz file: {error}; {ANOTHER_COPY}") from error


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Any:
    """An array of a zip, of which every byte is read: only then its checksum is verified."""
    from numpy.lib import format as npy

    with archive.open(member) as file:
        content = file.read(member.file_size)
    stream = io.BytesIO(content)
    if npy.read_magic(stream) != (1, 0):  # 2.0 and 3.0 are for records
        raise ValueError(f"{member.filename} is an array of another version of NumPy's format")
    shape, _, dtype = npy.read_array_header_1_0(stream)
    held, due = len(content) - stream.tell(), math.prod(shape) * dtype.itemsize
    if held != due and not dtype.hasobject:
        raise ValueError(f"{member.filename} holds {held} bytes, and its shape {shape} takes {due}")
    return npy.read_array(io.BytesIO(content), allow_pickle=False)


FORMATS: dict[str, Format] = {
    ".json": Format(_to_json, _from_json),
    ".npz": Format(_to_npz, _from_npz),
}
