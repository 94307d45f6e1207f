"""Primitives over mpmath's numbers, and doubles against such numbers.

A raw number of mpmath is a tuple: sign, mantissa, exponent, bits of the mantissa.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable
from typing import Any

import mpmath
from mpmath import libmp

from microgradlike import ops
from microgradlike.ieee_float import partial_at
from microgradlike.op import Op, inf

mp = mpmath.MPContext()  # the precision of mpmath.mp is that of the whole process
mpf = mp.mpf
TINY, HUGE = 1e-150, 1e150


def _erfc(x: Any) -> Any:
    """The complementary error function; mpmath fails far out, where the series converges."""
    if x < 1e4:
        return mp.erfc(x)
    terms = [mpf(1)]
    while abs(terms[-1]) > mp.eps:
        terms.append(-terms[-1] * (2 * len(terms) - 1) / (2 * x * x))
    return mp.exp(-x * x) / (x * mp.sqrt(mp.pi)) * mp.fsum(terms)


# primitives that mpmath does not have under their own name
OTHERS: dict[Op, Callable[..., Any]] = {
    ops.add: operator.add,
    ops.sub: operator.sub,
    ops.mul: operator.mul,
    ops.mul_no_nan: lambda a, b: a * b if a and b else mpf(0),
    ops.div: operator.truediv,
    ops.power: operator.pow,
    ops.neg: operator.neg,
    ops.absolute: abs,
    ops.cbrt: lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    ops.erfc: _erfc,
    ops.log2: functools.partial(mp.log, b=2),
    ops.exp2: lambda x: mpf(2) ** x,
    ops.exprel: lambda x: mp.expm1(x) / x if x else mpf(1),
    ops.sinc: lambda x: mp.sinc(x) if mp.isnormal(x) or not x else 0 * x**-1,
    ops.rint: mp.nint,
    ops.trunc: lambda x: mp.sign(x) * mp.floor(abs(x)),
    ops.floor_divide: lambda a, b: mp.nint((a - a % b) / b),
    ops.mod: operator.mod,
    ops.fmod: lambda a, b: mp.sign(a) * (abs(a) % abs(b)),
    ops.maximum: max,
    ops.minimum: min,
    ops.clip: lambda x, lo, hi: min(max(x, lo), hi),
    ops.where: lambda c, a, b: a if c else b,
    ops.less: lambda a, b: mpf(a < b),
    ops.less_equal: lambda a, b: mpf(a <= b),
    ops.relu: lambda x: max(x, mpf(0)),
    ops.sigmoid: lambda x: 1 / (1 + mp.exp(-x)),
    ops.softplus: lambda x: mp.log1p(mp.exp(x)),
    ops.xlogy: lambda a, b: a * mp.log(b) if a else mpf(0),
    ops.logaddexp: lambda a, b: max(a, b) + mp.log1p(mp.exp(-abs(a - b))),
}


@functools.lru_cache(maxsize=512)
def exact(op: Op) -> Callable[..., Any]:
    """`op` over mpmath numbers, in mpmath's working precision."""
    if op not in OTHERS and not hasattr(mp, op.name):
        raise LookupError(
            f"mpmath has no {op.name}; add its value over mpmath numbers to OTHERS in"
            " microgradlike/accuracy/truth/multiprecision.py"
        )
    return OTHERS[op] if op in OTHERS else getattr(mp, op.name)


LARGEST = 4096  # bits before the point: exp or sin of more would fill the memory
UNLIMITED = frozenset(
    {ops.log, ops.log1p, ops.log2, ops.log10, ops.sqrt, ops.cbrt, ops.hypot, ops.tanh}
    | {ops.atan, ops.atan2, ops.asinh, ops.acosh}
)


def evaluated(op: Op, at: list[Any]) -> Any:
    """The raw value at raw numbers: nan outside the domain, at poles and beyond the memory."""
    if op not in UNLIMITED and sum([x[2] + x[3] > LARGEST for x in at if x[1]]):
        return libmp.fnan
    try:
        y = exact(op)(*map(mp.make_mpf, at))
    except (ArithmeticError, ValueError):
        return libmp.fnan
    return y._mpf_ if isinstance(y, mpf) else libmp.fnan


def is_exact(op: Op, y: Any, at: list[Any]) -> bool:
    """True for a raw value that is certainly not rounded, if the operands are not."""
    if y == libmp.fzero:
        return True
    if y[3] > mp.prec // 4:
        return False
    if op in INVERSES:
        return bool(INVERSES[op](mp.make_mpf(y), *map(mp.make_mpf, at)))
    return all(x in (libmp.fzero, libmp.fone) for x in at)


INVERSES: dict[Op, Callable[..., bool]] = {
    ops.sqrt: lambda y, x: y * y == x,
    ops.cbrt: lambda y, x: y * y * y == x,
    ops.hypot: lambda y, a, b: y * y == a * a + b * b,
    ops.exp2: lambda y, x: x == mp.floor(x),
    ops.log2: lambda y, x: y == mp.floor(y) and mpf(2) ** y == x,
    ops.log10: lambda y, x: y == mp.floor(y) and mpf(10) ** y == x,
    ops.power: lambda y, a, b: y * y == a if b == 0.5 else b == mp.floor(b) and 0 <= b <= 64,
}


def nearest(number: Any) -> float:
    """The double nearest to a number, subnormal ones and infinity included."""
    sign, man, exp, bits = number
    if not man:
        return float(libmp.to_float(number))
    top = exp + bits
    if top > 1024:
        return -inf if sign else inf
    if top <= -1074:  # half of the smallest double is rounded to 0
        least = 5e-324 if top == -1074 and man > 1 else 0.0
        return -least if sign else least
    return float(libmp.to_float(libmp.mpf_pos(number, min(53, top + 1074), "n"), rnd="n"))


def amplified(op: Op, y: Any, at: list[Any], losses: list[float]) -> float:
    """The relative errors of operands as one of the value, over doubles; raises at extreme ones."""
    near, *points = [_moderate(x) for x in (y, *at)]
    total = 0.0
    for i, loss in enumerate(losses):
        if loss:
            p = abs(partial_at(op, i, near, *points))
            if not TINY < p < HUGE:
                raise ArithmeticError
            total += abs(p * points[i] / near) * loss
    return total


def _moderate(number: Any) -> float:
    """The double next to a number; ArithmeticError if it or its square is extreme."""
    sign, man, exp, bits = number
    if man and not -500 < exp + bits < 500:
        raise ArithmeticError
    return math.ldexp(-man if sign else man, exp)


def right_digits(computed: float, number: Any) -> float:
    """The decimal digits of a double that are right, 0.0 to 16.0; 16 for the nearest double.

    A number that has overflown has none.

    >>> right_digits(0.25, mpf(0.5)._mpf_), right_digits(0.5, mpf(0.5)._mpf_)
    (0.3010299956639812, 16.0)
    """
    if computed != computed or abs(computed) == inf:
        return 16.0 if libmp.from_float(computed) == number != libmp.fnan else 0.0
    if computed == nearest(number):
        return 16.0
    if not number[1]:
        return 0.0
    error = libmp.mpf_sub(libmp.from_float(computed), number, 53, "n")
    off = ratio(error, number)
    return min(16.0, max(0.0, -math.log10(off))) if off else 16.0


def ratio(s: Any, y: Any) -> float:
    """The quotient of two magnitudes as a float; inf or 0 if beyond the doubles."""
    shift = y[3] - s[3]  # of mantissas, to the same length
    quotient = (s[1] << shift) / y[1] if shift > 0 else s[1] / (y[1] << -shift)
    try:
        return math.ldexp(quotient, s[2] - y[2] - shift)
    except OverflowError:
        return inf if s[2] - y[2] > shift else 0.0
