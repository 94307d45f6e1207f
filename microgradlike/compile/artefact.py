"""Artefact: a compiled object as bytes, in a header of JSON and raw arrays, and back."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Collection
from typing import Any, ClassVar

import numpy as np

from microgradlike.compile import disk_cache

PLAIN = (type(None), bool, int, str)


class Kept:
    """An object whose state is its attributes, without those in `left_out`; `link` makes some anew.

    The constructor calls `link` last.
    """

    left_out: ClassVar[tuple[str, ...]] = ()

    def link(self) -> None:
        """Make the attributes that hold in one process only, such as addresses."""
        raise NotImplementedError

    def __getstate__(self) -> dict[str, object]:
        return {name: x for name, x in self.__dict__.items() if name not in self.left_out}

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self.link()


def load(key: str, classes: Collection[type]) -> Any:
    """Return the object that was saved under this key in the disk cache, or None."""
    content = disk_cache.read(key)
    return None if content is None else from_bytes(content, classes)


def save(key: str, x: object, classes: Collection[type]) -> None:
    """Save an object under a key in the disk cache; raise TypeError as `to_bytes`."""
    disk_cache.write(key, to_bytes(x, classes))


def to_bytes(x: object, classes: Collection[type] = ()) -> bytes:
    """Return plain data, arrays of numbers and objects of these classes as bytes.

    An object is its state, as `__getstate__` gives it. Raises TypeError for anything else.

    >>> from_bytes(to_bytes({"a": np.arange(3.0), 1: (-0.0, b"code", slice(0, 2))}))
    {'a': array([0., 1., 2.]), 1: (-0.0, b'code', slice(0, 2, None))}
    """
    blobs: list[bytes] = []
    header = json.dumps(_described(x, {c: c.__name__ for c in classes}, blobs)).encode()
    return b"".join([len(header).to_bytes(8, "little"), header, *blobs])


def from_bytes(content: bytes, classes: Collection[type] = ()) -> Any:
    """Return what `to_bytes` was given; the content is one that it made, by its checksum."""
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    return _Reader(content, start, {c.__name__: c for c in classes}).read(header)


def _described(x: Any, names: dict[type, str], blobs: list[bytes]) -> Any:
    """Return x as data for JSON, with its arrays and bytes in `blobs`."""
    kind = type(x)
    if kind in PLAIN:
        return x
    if kind is bytes:
        blobs.append(x)
        return ["bytes", len(x)]
    if kind is np.ndarray and x.dtype.kind in "fiu":
        blobs.append(x.tobytes())
        return ["array", x.dtype.str, x.shape]
    if kind is float:
        return ["float", x.hex()]
    if kind in names:
        return [names[kind], _described(x.__getstate__(), names, blobs)]
    parts: Any = {
        list: lambda: x,
        tuple: lambda: x,
        dict: lambda: [part for item in x.items() for part in item],
        slice: lambda: (x.start, x.stop, x.step),
    }
    if kind not in parts:
        raise TypeError(f"a {kind.__name__} cannot be kept on disk")
    return [kind.__name__, *[_described(part, names, blobs) for part in parts[kind]()]]


class _Reader:
    """The blobs of an artefact, read in order."""

    def __init__(self, content: bytes, at: int, classes: dict[str, type]) -> None:
        self.content, self.at, self.classes = content, at, classes

    def read(self, header: Any) -> Any:
        if type(header) is not list:
            return header
        kind, *parts = header
        if kind == "bytes":
            return self.blob(parts[0])
        if kind == "array":
            return self.array(np.dtype(parts[0]), parts[1])
        return self.made(kind, [self.read(part) for part in parts])

    def made(self, kind: str, parts: list[Any]) -> Any:
        if kind in self.classes:
            x: Any = object.__new__(self.classes[kind])
            x.__setstate__(parts[0])
            return x
        kinds: dict[str, Callable[[], Any]] = {
            "list": lambda: parts,
            "tuple": lambda: tuple(parts),
            "dict": lambda: dict(zip(parts[::2], parts[1::2])),
            "slice": lambda: slice(*parts),
            "float": lambda: float.fromhex(parts[0]),
        }
        return kinds[kind]()

    def array(self, dtype: Any, shape: list[int]) -> Any:
        blob = self.blob(dtype.itemsize * math.prod(shape))
        return np.frombuffer(blob, dtype).reshape(shape).copy()

    def blob(self, size: int) -> bytes:
        self.at += size
        return self.content[self.at - size : self.at]
