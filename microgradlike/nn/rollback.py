"""Snapshot: the state of objects, to be put back after a change that failed half-way."""

from __future__ import annotations

import contextlib
import inspect
from array import array
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

from microgradlike.derivatives.pytree import is_array
from microgradlike.engine import Value

LEFT_ALONE = (type, str, bytes, int, float, complex, type(None))


class Snapshot:
    """Objects as they are now, with all that their attributes and elements lead to.

    Attributes, lists, dicts, sets, arrays, random generators, and data and gradients of Values are
    put back in place. Classes, modules, functions and objects of C code are left alone.

    >>> p, losses = Value(1.0), [0.5]
    >>> before = Snapshot(p, losses)
    >>> p.data = 2.0; losses.append(0.25)
    >>> before.put_back()
    >>> p.data, losses
    (1.0, [0.5])
    """

    def __init__(self, *objects: object) -> None:
        self._undo: list[Callable[[], object]] = []
        seen: dict[int, object] = {}  # with the objects themselves, so that no id comes twice
        stack = list(objects)
        while stack:
            x = stack.pop()
            if id(x) in seen or isinstance(x, LEFT_ALONE) or inspect.ismodule(x):
                continue
            seen[id(x)] = x
            if isinstance(x, Value):  # the operands of a result do not change
                self._undo.append(partial(_set_numbers, x, x.data, x.grad))
            elif not inspect.isroutine(x):
                with contextlib.suppress(Exception):  # a user's class may hide its parts
                    self._undo.extend(_undo(x))
                    stack.extend(_parts(x))

    def put_back(self) -> None:
        """Restore every object."""
        for undo in self._undo:
            with contextlib.suppress(Exception):  # or refuse any change, and the others go on
                undo()


def _undo(x: Any) -> Iterator[Callable[[], object]]:
    """Yield the calls that restore an object, without its parts."""
    if isinstance(x, Random):
        yield partial(x.setstate, x.getstate())
    elif isinstance(x, (list, array, bytearray)):
        yield partial(x.__setitem__, slice(None), x[:])
    elif isinstance(x, (dict, set)):
        yield partial(_refill, x, x.update, x.copy())
    elif isinstance(x, deque):
        yield partial(_refill, x, x.extend, x.copy())
    elif is_array(x) and x.flags.writeable:
        yield partial(x.__setitem__, ..., x.copy())
    for slot, part in _slots(x):
        yield partial(slot.__set__, x, part)


def _parts(x: Any) -> Iterator[object]:
    attributes = getattr(x, "__dict__", None)
    if isinstance(attributes, dict):
        yield attributes
    yield from (part for _, part in _slots(x))
    if isinstance(x, dict):
        yield from x.values()
    elif isinstance(x, (list, tuple, set, frozenset, deque)):
        yield from x
    elif is_array(x) and x.dtype == object:
        yield from x.flat


def _slots(x: object) -> Iterator[tuple[Any, object]]:
    """Yield the descriptors of `__slots__` that are set, those of base classes too, and values."""
    for kind in type(x).__mro__:
        if "__slots__" in vars(kind):
            for slot in vars(kind).values():
                if inspect.ismemberdescriptor(slot) and hasattr(x, slot.__name__):
                    yield slot, slot.__get__(x)


def _set_numbers(p: Value, data: float, grad: float) -> None:
    p.data, p.grad = data, grad


def _refill(x: Any, add: Callable[[Any], object], old: Any) -> None:
    if _ids(x) != _ids(old):  # others may be looking at one that has not changed
        x.clear()
        add(old)


def _ids(x: Any) -> list[int]:
    return [id(part) for part in ([*x, *x.values()] if isinstance(x, dict) else x)]
