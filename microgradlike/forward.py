"""The values of primitives over floats that the module math lacks, or that need care at an edge."""

from __future__ import annotations

import math
from collections.abc import Callable

from microgradlike.floats import ieee, inf, nan

LN2 = math.log(2)
SHIFT = 32.75  # e^SHIFT is a double, but for 0.001 ulp
_exp = ieee(math.exp)
_log = ieee(math.log, {0.0: -inf})


def divide(a: float, b: float) -> float:
    try:
        return a / b
    except ZeroDivisionError:
        return nan if a == 0 or a != a else math.copysign(inf, a) * math.copysign(1.0, b)


def _is_odd(b: float) -> bool:
    return abs(math.fmod(b, 2)) == 1  # exact, where b % 2 rounds: -0.9999999999999999 % 2 is 1.0


def power(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except ValueError:
        # zero to a negative power is a pole; a fractional root of a negative is not real
        return (math.copysign(inf, a) if _is_odd(b) else inf) if a == 0 else nan
    except OverflowError:
        return -inf if a < 0 and _is_odd(b) else inf


def sign(x: float) -> float:
    return x if x == 0 or x != x else math.copysign(1.0, x)


def cbrt(x: float) -> float:
    y = math.cbrt(x)
    if y == 0 or not math.isfinite(y):
        return y
    return y - (y - x / (y * y)) / 3  # one Newton step: glibc alone is off by up to 4 ulp


def rounded(whole: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: math.copysign(float(whole(x)), x) if math.isfinite(x) else x


def floor_divide(a: float, b: float) -> float:
    return a // b if b else divide(a, b)


def mod(a: float, b: float) -> float:
    return a % b if b else nan


def fmod(a: float, b: float) -> float:
    try:
        return math.fmod(a, b)
    except ValueError:
        return nan


def maximum(a: float, b: float) -> float:
    return a if a >= b or a != a else b


def minimum(a: float, b: float) -> float:
    return a if a <= b or a != a else b


def mul_no_nan(g: float, p: float) -> float:
    c = g * p
    return c if c == c or g != g or p != p else 0.0  # with neither operand nan, only 0·∞ gives nan


def xlogy(a: float, b: float) -> float:
    y: float = a * _log(b)
    return y if y == y or a != 0 or not b >= 0 else 0.0  # the limits at log 0 and log inf


def clip(x: float, lo: float, hi: float) -> float:
    return minimum(maximum(x, lo), hi)


def cosh(x: float) -> float:
    try:
        return math.cosh(x)
    except OverflowError:
        return inf


def sigmoid(x: float) -> float:
    e = math.exp(-math.fabs(x))
    total = 1 + e
    y = (1.0 if x > 0 else e) / total
    return y - y * ((e - (total - 1)) / total)  # adds the rounding of 1 + e: half an ulp better


def softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-math.fabs(x))) if x == x else x


def logaddexp(a: float, b: float) -> float:
    if a == b:  # also the two infinities, whose difference is nan
        return a + LN2
    low, high = (a, b) if a < b else (b, a)
    return high + math.log1p(math.exp(low - high))


def exprel(x: float) -> float:
    if x > 700:  # up to 716, where expm1 overflows and the quotient does not
        return _exp(x - SHIFT) / min(x, 1e3) * math.exp(SHIFT)
    return math.expm1(x) / x if x else 1.0


def sinc(x: float) -> float:
    if not x or math.isinf(x):
        return 0.0 if x else 1.0
    return math.sin(x) / x
