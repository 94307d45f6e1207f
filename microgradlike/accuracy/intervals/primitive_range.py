"""The range of a primitive over ranges of its operands, with ends rounded outward.

A primitive without a rule below is monotone in each operand, but for a turning point at 0; its ends
are at corners. + - × ÷ √ are correctly rounded; the errors of others are measured, at most 2 ulp.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from math import inf, nan, pi

from microgradlike import ops
from microgradlike.op import Op

Range = tuple[float, float]

WHOLE: Range = (-inf, inf)
NOWHERE: Range = (nan, nan)  # no operand is in the domain
EXACT_WHOLE = 2.0**50  # a smaller quotient is rounded down without an error
ARITHMETIC = {ops.add, ops.sub, ops.mul, ops.mul_no_nan, ops.div, ops.sqrt}
EXACT = {op for op in ops.TABLE.values() if op.flat} | {ops.neg, ops.where}
PROVEN = ARITHMETIC | EXACT
TABLED = set(ops.TABLE.values())
LIMITS = dict.fromkeys([ops.sin, ops.cos, ops.tanh, ops.erf], (-1.0, 1.0))
LIMITS |= {ops.sigmoid: (0.0, 1.0), ops.cosh: (1.0, inf)}


def range_of(op: Op, at: Sequence[Range]) -> Range | None:
    """The lowest and highest value of `op` for operands in these ranges and in the domain.

    The ends are nan if no operand is in the domain; None for a primitive without a rule.
    """
    if op not in {ops.where, ops.tan, ops.power}:
        at = [(max(x[0], d[0][0]), min(x[1], d[-1][1])) for x, d in zip(at, op.domain)]
    if op is not ops.where and not all(lo <= hi for lo, hi in at):
        return (0.0, 1.0) if op in {ops.less, ops.less_equal} else NOWHERE
    if op not in TABLED:
        return None
    rule = _RULES.get(op)
    lo, hi = rule(*at) if rule else _by_corners(op, *at)
    least, most = LIMITS.get(op, WHOLE)
    return max(lo, least), min(hi, most)


def is_inside(op: Op, at: Sequence[Range]) -> bool:
    """True if each operand stays in one of the open intervals of its domain."""
    return all(
        any((a < lo or a == -inf) and (hi < b or b == inf) for a, b in domain)
        for (lo, hi), domain in zip(at, op.domain)
    )


def middle(lo: float, hi: float) -> float:
    """A number between two, half way if they are finite."""
    m = lo / 2 + hi / 2
    return min(max(m, lo), hi) if math.isfinite(m) else min(max(0.0, lo), hi)


def hull(ranges: Iterable[Range]) -> Range:
    """The range that holds these; one without a value is left out."""
    known = [(lo, hi) for lo, hi in ranges if lo <= hi]
    return (min(lo for lo, _ in known), max(hi for _, hi in known)) if known else WHOLE


def around(op: Op, *point: float) -> Range:
    """The value of `op` at a point, rounded down and up; nan twice if it has none there."""
    y = op.forward(*point)
    is_exact = op in EXACT or y != y or (op is ops.power and abs(point[0]) == 1)
    if is_exact or (y == 0 and (0 in point or op in {ops.add, ops.sub})):
        return y, y
    lo = hi = y
    for _ in range(1 if op in ARITHMETIC else 2):
        lo, hi = math.nextafter(lo, -inf), math.nextafter(hi, inf)
    # the sign of a value is right, even that of a zero
    return (max(lo, 0.0), hi) if math.copysign(1.0, y) > 0 else (lo, min(hi, -0.0))


def _corners(x: Range) -> tuple[float, ...]:
    """The ends of a range, and 0, at which some primitives turn."""
    if x[0] == x[1]:
        return x[:1]
    return (x[0], 0.0, x[1]) if x[0] < 0 < x[1] else x


def _by_corners(op: Op, *at: Range) -> Range:
    return hull(around(op, *point) for point in itertools.product(*map(_corners, at)))


def _where(c: Range, a: Range, b: Range) -> Range:
    if c == (0, 0):
        return b
    either = [r for r in (a, b) if r[0] <= r[1]]
    return a if c[0] > 0 or c[1] < 0 else hull(either) if either else NOWHERE


def _product(a: Range, b: Range) -> Range:
    return _by_corners(ops.mul_no_nan, a, b)  # an infinite end is a limit: times 0 it is 0


def _quotient(a: Range, b: Range) -> Range:
    if b[0] < 0 < b[1] or b == (0, 0):
        return WHOLE
    return _by_corners(ops.div, a, (b[0] or 0.0, b[1] or -0.0))  # a zero with the sign of the rest


def _whole_quotient(a: Range, b: Range) -> Range:
    lo, hi = _quotient(a, b)
    if max(-lo, hi) < EXACT_WHOLE:
        return _by_corners(ops.floor_divide, a, b)
    lo, hi = _by_corners(ops.mul, (lo, hi), (1 - 2.0**-50, 1 + 2.0**-50))
    return ops.floor(lo), ops.floor(hi)


def _mod(a: Range, b: Range) -> Range:
    k = _whole_quotient(a, b)
    if k[0] == k[1] and abs(k[0]) < EXACT_WHOLE:
        return _by_corners(ops.sub, a, _product(k, b))
    return min(0.0, b[0]), max(0.0, b[1])


def _fmod(a: Range, b: Range) -> Range:
    size_a, size_b = _by_corners(ops.absolute, a), _by_corners(ops.absolute, b)
    if size_a[1] < size_b[0]:
        return a
    if a[0] == a[1] and b[0] == b[1]:
        return around(ops.fmod, a[0], b[0])
    return -min(max(-a[0], 0.0), size_b[1]), min(max(a[1], 0.0), size_b[1])


def _power(a: Range, b: Range) -> Range:
    (lo, hi), (n, last) = a, b
    if n == last and n % 1 == 0 and lo < 0:
        if n < 0:
            return _quotient((1.0, 1.0), _power(a, (-n, -n)))
        return hull(around(ops.power, x, n) for x in _corners(a))
    if lo < 0 and not (n == last and math.isfinite(n)):
        return WHOLE  # whole exponents may be among them
    return NOWHERE if hi < 0 else _by_corners(ops.power, (max(lo, 0.0) + 0.0, hi), b)


def _has_point(x: Range, first: float, period: float) -> bool:
    """True if a number `first` + k · `period` may be in the range."""
    slack = 1e-15 * (1 + max(abs(x[0]), abs(x[1])))
    k = math.ceil((x[0] - slack - first) / period)
    return k <= math.floor((x[1] + slack - first) / period)


def _wave(op: Op, crest: float, x: Range) -> Range:
    if not x[1] - x[0] < 7:
        return -1.0, 1.0
    lo, hi = _by_corners(op, x)
    lo = -1.0 if _has_point(x, crest + pi, 2 * pi) else lo
    return lo, 1.0 if _has_point(x, crest, 2 * pi) else hi


def _tan(x: Range) -> Range:
    return WHOLE if not x[1] - x[0] < 4 or _has_point(x, pi / 2, pi) else _by_corners(ops.tan, x)


def _atan2(a: Range, b: Range) -> Range:
    if a[0] <= 0 <= a[1] and b[0] <= 0:  # the cut, or the origin
        return -math.nextafter(pi, 4), math.nextafter(pi, 4)
    return _by_corners(ops.atan2, a, b)


def _sinc(x: Range) -> Range:
    lo, hi = _by_corners(ops.absolute, x)
    if hi < 4.49:  # its first turn beyond 0 is at 4.4934
        return _by_corners(ops.sinc, (lo, hi))
    return -0.217234, min(1.0, around(ops.div, 1.0, lo)[1])


def _logaddexp(a: Range, b: Range) -> Range:
    lo, hi = _by_corners(ops.logaddexp, a, b)
    error = 4 * max(map(math.ulp, filter(math.isfinite, (*a, *b))), default=0.0)
    return lo - error, hi + error  # within 2 ulp of its operands, which may cancel


_RULES: dict[Op, Callable[..., Range]] = {
    ops.where: _where, ops.mul: _product, ops.mul_no_nan: _product, ops.div: _quotient,
    ops.floor_divide: _whole_quotient, ops.mod: _mod, ops.fmod: _fmod, ops.power: _power,
    ops.sin: partial(_wave, ops.sin, pi / 2), ops.cos: partial(_wave, ops.cos, 0.0), ops.tan: _tan,
    ops.atan2: _atan2, ops.sinc: _sinc, ops.logaddexp: _logaddexp,
}  # fmt: skip
