"""Lists of floats and ints as arrays, converted at once instead of number by number."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

from microgradlike._numpy import np
from microgradlike.compile.arrays import FloatArray
from microgradlike.derivatives.pytree import Pytree

PLAIN = {float, int}  # exactly: a bool, a Value or a number of NumPy has rules of its own


def plain_numbers(x: object) -> FloatArray | None:
    """Return a list or tuple of floats and ints as an array; None for anything else.

    >>> plain_numbers([1, 2.0]), plain_numbers([1.0, True]), plain_numbers([])
    (array([1., 2.]), None, None)
    """
    if (type(x) is list or type(x) is tuple) and x and PLAIN.issuperset(map(type, x)):
        try:
            return packed(x)
        except struct.error:  # a large int, which has its own message
            return None
    return None


def packed(numbers: Sequence[float]) -> FloatArray:
    """Return floats and ints as an array: by `struct`, as np.array takes six times as long.

    >>> packed([1.0, 2])
    array([1., 2.])
    """
    return np.frombuffer(struct.pack(f"{len(numbers)}d", *numbers))


def plain_rows(x: Sequence[Any]) -> FloatArray | None:
    """Return lists of one length, or tuples, as a matrix; None unless they hold plain numbers.

    >>> plain_rows([[1, 2.0], [3, 4]]).shape, plain_rows([[1, 2.0], [3]])
    ((2, 2), None)
    """
    kind = type(x[0]) if len(x) else None
    if (kind is list or kind is tuple) and {kind}.issuperset(map(type, x)):
        size = len(x[0])
        if {size}.issuperset(map(len, x)):
            numbers = plain_numbers(list(chain.from_iterable(x)))
            return None if numbers is None else numbers.reshape(-1, size)
    return None


@lru_cache(maxsize=64)
def structure_of(size: int, *, is_list: bool) -> object:
    """Return the structure of a list or tuple of numbers, as a Pytree has it."""
    numbers = [0.0] * size
    return Pytree(numbers if is_list else tuple(numbers), "").structure()
