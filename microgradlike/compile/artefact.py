"""Artefact: a compiled object as bytes, a header in JSON and raw arrays, and back."""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from dataclasses import fields
from typing import Any

import numpy as np

from microgradlike.compile import disk_cache


def save(key: str, x: object, classes: Collection[type]) -> None:
    """Save an object under a key in the disk cache; raise TypeError as `to_bytes`."""
    disk_cache.write(key, to_bytes(x, classes))


def load(key: str, classes: Collection[type]) -> Any:
    """Return the object that was saved under the key in the disk cache, or None."""
    content = disk_cache.read(key)
    return None if content is None else from_bytes(content, classes)


def to_bytes(x: object, classes: Collection[type] = ()) -> bytes:
    """Return data of JSON, arrays of numbers, slices and objects of dataclasses as bytes.

    Tuples become lists. Raises TypeError for anything else, and for a dataclass not in `classes`.

    >>> from_bytes(to_bytes({"a": np.array([1.0, -0.0]), "b": [slice(0, 2), None]}))
    {'a': array([ 1., -0.]), 'b': [slice(0, 2, None), None]}
    """
    arrays: list[bytes] = []

    def described(x: Any) -> dict[str, object]:
        if isinstance(x, np.ndarray) and x.dtype.kind in "fiu":
            start = sum(map(len, arrays))
            arrays.append(x.tobytes())
            return {"array": [x.dtype.str, x.shape, start]}
        if isinstance(x, slice):
            return {"slice": [x.start, x.stop]}
        if type(x) in classes:
            return {type(x).__name__: [getattr(x, field.name) for field in fields(x)]}
        raise TypeError(f"a {type(x).__name__} cannot be kept on disk")

    header = json.dumps(x, default=described).encode()
    return b"".join([len(header).to_bytes(8, "little"), header, *arrays])


def from_bytes(content: bytes, classes: Collection[type] = ()) -> Any:
    """Return what `to_bytes` was given, from bytes that it made, by their checksum."""
    start = 8 + int.from_bytes(content[:8], "little")
    named = {c.__name__: c for c in classes}

    def made(x: dict[str, Any]) -> Any:
        if len(x) != 1:
            return x
        ((kind, state),) = x.items()
        if kind == "array":
            dtype, shape, offset = state
            count = math.prod(shape)
            return np.frombuffer(content, dtype, count, start + offset).reshape(shape).copy()
        if kind == "slice":
            return slice(*state)
        if kind in named:
            return named[kind](*state)
        return x

    return json.loads(content[8:start], object_hook=made)
