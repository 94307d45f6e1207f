"""Angles in degrees and in radians, as products with a constant."""

from __future__ import annotations

from typing import overload

from microgradlike.op import K, Number
from microgradlike.ops import DEGREE


@overload
def deg2rad(x: float) -> float: ...
@overload
def deg2rad(x: K) -> K: ...
def deg2rad(x: Number) -> Number:
    """Convert an angle `x` from degrees to radians; TypeError for anything but a number.

    >>> deg2rad(180.0)
    3.141592653589793
    """
    return x * DEGREE


@overload
def rad2deg(x: float) -> float: ...
@overload
def rad2deg(x: K) -> K: ...
def rad2deg(x: Number) -> Number:
    """Convert an angle `x` from radians to degrees; TypeError for anything but a number.

    >>> import math
    >>> rad2deg(math.pi)
    180.0
    """
    return x * (1 / DEGREE)
