"""Inputs: what a network or a loss refuses, and what to say then."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from microgradlike.number import number
from microgradlike.scalar import Scalar


def refuse_strangers(taker: str, noun: str, xs: Iterable[Any], way_out: str) -> None:
    """Raise TypeError for the first of `xs` that is neither a number nor a Value.

    >>> refuse_strangers("mse", "output", [0.5, "a"], "write float(x)")
    Traceback (most recent call last):
    ...
    TypeError: mse takes numbers or Values, but output 1 is 'a' of type str; write float(x)
    """
    for i, x in enumerate(xs):
        if not isinstance(x, Scalar) and number(x) is None:
            raise TypeError(
                f"{taker} takes numbers or Values, but {noun} {i} is {x!r:.60} of type"
                f" {type(x).__name__}; {way_out}"
            )
