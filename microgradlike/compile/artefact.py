"""Artefact: a compiled object as bytes, a header in JSON and raw arrays, and back."""

from __future__ import annotations

import json
import math
from collections.abc import Collection
from typing import Any, ClassVar

import numpy as np

from microgradlike.compile import disk_cache


class Kept:
    """An object that can be kept on disk: its attributes without those in `left_out`.

    `link` makes attributes that hold in one process only, such as addresses, from the others.
    """

    left_out: ClassVar[tuple[str, ...]] = ()

    def link(self) -> None:
        """Make the attributes of this process; the constructor calls it last."""
        raise NotImplementedError

    def __getstate__(self) -> dict[str, object]:
        return {name: x for name, x in self.__dict__.items() if name not in self.left_out}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self.link()


def save(key: str, x: object, classes: Collection[type[Kept]]) -> None:
    """Save an object under a key in the disk cache; raise TypeError as `to_bytes`."""
    disk_cache.write(key, to_bytes(x, classes))


def load(key: str, classes: Collection[type[Kept]]) -> Any:
    """Return the object that was saved under the key in the disk cache, or None."""
    content = disk_cache.read(key)
    return None if content is None else from_bytes(content, classes)


def to_bytes(x: object, classes: Collection[type[Kept]] = ()) -> bytes:
    """Return data of JSON, arrays of numbers, slices and objects of these classes as bytes.

    Tuples become lists. Raises TypeError for anything else.

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
            return {type(x).__name__: x.__getstate__()}
        raise TypeError(f"a {type(x).__name__} cannot be kept on disk")

    header = json.dumps(x, default=described).encode()
    return b"".join([len(header).to_bytes(8, "little"), header, *arrays])


def from_bytes(content: bytes, classes: Collection[type[Kept]] = ()) -> Any:
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
            found: Kept = object.__new__(named[kind])
            found.__setstate__(state)
            return found
        return x

    return json.loads(content[8:start], object_hook=made)
