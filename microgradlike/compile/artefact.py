"""Artefact: a compiled object as bytes, a header in JSON and arrays of NumPy, and back."""

from __future__ import annotations

import io
import json
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
    arrays: list[Any] = []

    def described(x: Any) -> dict[str, object]:
        if isinstance(x, np.ndarray) and x.dtype.kind in "fiu":
            arrays.append(x)
            return {"array": len(arrays)}
        if isinstance(x, slice):
            return {"slice": [x.start, x.stop]}
        if type(x) in classes:
            return {type(x).__name__: [getattr(x, field.name) for field in fields(x)]}
        raise TypeError(f"a {type(x).__name__} cannot be kept on disk")

    header = json.dumps(x, default=described).encode()
    file = io.BytesIO()
    for array in (np.frombuffer(header, np.uint8), *arrays):
        np.save(file, array, allow_pickle=False)
    return file.getvalue()


def from_bytes(content: bytes, classes: Collection[type] = ()) -> Any:
    """Return what `to_bytes` was given, from bytes that it made, by their checksum."""
    file, arrays = io.BytesIO(content), list[Any]()
    while file.tell() < len(content):
        arrays.append(np.load(file, allow_pickle=False))
    named: dict[str, Any] = {c.__name__: c for c in (slice, *classes)}

    def made(x: dict[str, Any]) -> Any:
        if len(x) != 1:
            return x
        ((kind, state),) = x.items()
        if kind == "array":
            return arrays[state]
        return named[kind](*state) if kind in named else x

    return json.loads(arrays[0].tobytes(), object_hook=made)
