"""Doubles: real numbers as doubles, and functions of one double under IEEE-754."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import SupportsFloat

inf, nan = math.inf, math.nan


def to_float(x: SupportsFloat) -> float:
    """The double nearest to a real number; ValueError for an int beyond the largest double.

    >>> to_float(3)
    3.0
    """
    try:
        return float(x)
    except OverflowError:
        digits = len(str(abs(int(x))))  # type: ignore[call-overload]
        raise ValueError(
            f"a number of {digits} digits is beyond the largest double, 1.8e308;"
            " scale the problem, or write math.inf if that is what you mean"
        ) from None


def ieee(
    f: Callable[..., float], poles: Mapping[float, float] | None = None
) -> Callable[..., float]:
    """`f` of one float under IEEE-754: nan, ±inf or a pole's value in place of an exception.

    `poles` has the values at arguments where `f` raises ValueError or ZeroDivisionError, which are
    nan otherwise; an OverflowError becomes inf with the sign of the argument.

    >>> import math
    >>> ieee(math.log, {0.0: -math.inf})(0), ieee(math.log)(-1), ieee(math.exp)(1000)
    (-inf, nan, inf)
    """
    at_pole = dict(poles or {})

    def forward(x: float) -> float:
        try:
            return f(x)
        except (ValueError, ZeroDivisionError):
            return at_pole.get(x, nan)
        except OverflowError:
            return math.copysign(inf, x)

    return forward
