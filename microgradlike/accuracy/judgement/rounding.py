"""Rounding errors of primitives: exact ones of + - * / and √, the promised ones of others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from microgradlike import ops
from microgradlike.op import Op, nan

VALUE_ULPS: Final = 2.0  # promised by the table, as are those of partials
PARTIAL_ULPS: Final = 4.0
SINC_NEAR, SINC_FAR, SINC_SLOPE = 21.0, 6000.0, 3e-22  # errors of sinc' near its zeros
LEAST: Final = 2.0**-1022  # an error of subnormal results, which a factor leaves above 0
UNDERFLOW: Final = 1e-290  # below it, the rest of a product may be subnormal
SPLIT: Final = 2.0**27 + 1
PRODUCTS = (ops.mul, ops.mul_no_nan)
FLAT = frozenset({ops.where, *(op for op in ops.TABLE.values() if op.flat)})
EXACT = FLAT - {ops.mod} | {ops.neg}


def rounding(op: Op, y: float, at: Sequence[float]) -> float:
    """The largest rounding error of y = op(*at); for + - * / and √ the error itself."""
    if op is ops.add:
        e = two_sum(at[0], at[1], y)
    elif op is ops.sub:
        e = two_sum(at[0], -at[1], y)
    elif op in PRODUCTS:
        return product_rounding(at[0], at[1], y)
    elif is_square(op, at):
        return product_rounding(at[0], at[0], y)
    elif op is ops.div or op is ops.sqrt:
        b, slope = (at[1], at[1]) if op is ops.div else (y, 2 * y)
        p = y * b
        inside = slope and abs(p) > UNDERFLOW
        e = ((at[0] - p) - two_product(y, b, p)) / slope if inside else nan if at[0] else 0.0
    elif op in EXACT:
        return 0.0
    else:
        largest = max(map(abs, (*at, y))) if op is ops.logaddexp else y  # its terms may cancel
        return VALUE_ULPS * math.ulp(largest)
    return abs(e) if e == e else math.ulp(y) / 2 + LEAST


def partial_rounding(op: Op, k: int, p: float, y: float, at: Sequence[float]) -> float:
    """The largest rounding error of a partial p by operand k, for exact operands."""
    if op is ops.div:
        own = abs(rounding(op, y, at) / at[1]) if k and at[1] else 0.0
        return own + rounding(op, p, [-y if k else 1.0, at[1]])
    if op in FLAT or (is_square(op, at) and k == 0) or (not p and 0.0 in at):
        return 0.0
    own = PARTIAL_ULPS * math.ulp(p)
    if op is ops.sinc and abs(at[0]) > SINC_NEAR:
        own = max(own, SINC_SLOPE if abs(at[0]) < SINC_FAR else math.ulp(1 / at[0]))
    return own


def is_square(op: Op, at: Sequence[float]) -> bool:
    """True for a power with the exponent 2."""
    return op is ops.power and at[1] == 2.0


def product_rounding(a: float, b: float, p: float) -> float:
    """The rounding error of p = a * b; half an ulp near over- and underflow."""
    if abs(p) > UNDERFLOW:
        e = two_product(a, b, p)
        if e == e:
            return abs(e)
    return math.ulp(p) / 2 + LEAST if a and b else 0.0


def two_sum(a: float, b: float, s: float) -> float:
    """The rounding error of s = a + b, exactly (Knuth)."""
    c = s - a
    return (a - (s - c)) + (b - c)


def two_product(a: float, b: float, p: float) -> float:
    """The rounding error of p = a * b, exactly (Veltkamp, Dekker); nan for factors above 1e300."""
    t = SPLIT * a
    a1 = t - (t - a)
    a2 = a - a1
    t = SPLIT * b
    b1 = t - (t - b)
    b2 = b - b1
    return a2 * b2 - (((p - a1 * b1) - a2 * b1) - a1 * b2)
