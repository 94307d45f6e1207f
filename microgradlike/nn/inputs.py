"""Inputs: what a network or a loss refuses, and what to say then."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

from microgradlike.coerce import as_float
from microgradlike.scalar import Scalar


def refuse_strangers(taker: str, noun: str, xs: Iterable[Any], way_out: str) -> None:
    """Raise TypeError for the first of `xs` that is neither a number nor a Value.

    >>> refuse_strangers("mse", "output", [0.5, "a"], "write float(x)")
    Traceback (most recent call last):
    ...
    TypeError: mse takes numbers or Values, but output 1 is 'a' of type str; write float(x)
    """
    for i, x in enumerate(xs):
        if not isinstance(x, Scalar) and as_float(x) is None:
            raise TypeError(
                f"{taker} takes numbers or Values, but {noun} {i} is {x!r:.60} of type"
                f" {type(x).__name__}; {way_out}"
            )


def whole(name: str, x: int, *, least: int | None = None) -> int:
    """`x`, where it is a whole number of at least `least`; else TypeError or ValueError.

    >>> whole("n", 0, least=1)
    Traceback (most recent call last):
    ...
    ValueError: n is at least 1, got 0
    """
    try:
        found = operator.index(x)
    except TypeError:
        found = None
    if found is None or isinstance(x, bool):
        raise TypeError(f"{name} is a whole number, got {x!r:.60} of type {type(x).__name__}")
    if least is not None and found < least:
        raise ValueError(f"{name} is at least {least}, got {found}")
    return found
