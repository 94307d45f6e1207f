"""Interval: all numbers between two, as a kind of number. Ends are rounded outward."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from math import inf, nan

from microgradlike import ops
from microgradlike._validate import shown
from microgradlike.coerce import as_float
from microgradlike.engine import Value
from microgradlike.op import Number, Op
from microgradlike.scalar import Scalar

Range = tuple[float, float]

WHOLE: Range = (-inf, inf)
NOWHERE: Range = (nan, nan)  # no operand is in the domain
ARITHMETIC = {ops.add, ops.sub, ops.mul, ops.mul_no_nan, ops.div, ops.sqrt}  # correctly rounded
EXACT = {op for op in ops.TABLE.values() if op.flat} | {ops.neg, ops.where}
# between 0 and the ends of its operands, each is monotone in one while the others stay
MONOTONE = ARITHMETIC | EXACT - {ops.mod, ops.fmod, ops.where} | {
    ops.exp, ops.exp2, ops.expm1, ops.log, ops.log1p, ops.log2, ops.log10, ops.cbrt, ops.asin,
    ops.acos, ops.atan, ops.sinh, ops.cosh, ops.tanh, ops.asinh, ops.acosh, ops.atanh, ops.erf,
    ops.erfc, ops.sigmoid, ops.softplus, ops.hypot, ops.xlogy, ops.logaddexp,
}  # fmt: skip
TURNS_AT_ZERO = {ops.absolute, ops.cosh, ops.hypot}
LIMITS: dict[Op, Range] = {
    **dict.fromkeys([ops.sin, ops.cos, ops.tanh, ops.erf], (-1.0, 1.0)),
    ops.sigmoid: (0.0, 1.0),
    ops.cosh: (1.0, inf),
}


class Interval(Scalar):
    """All real numbers from `lo` to `hi`, as a node of a graph.

    A primitive of intervals holds its values for all numbers in them, with ends rounded outward:
    by one step for + - × ÷ √, which is proven, and by two for other primitives, which are measured
    to be within 2 ulp. Operands outside the domain of a primitive are left out. Both ends are nan
    if none is inside. Raises ValueError unless lo ≤ hi.

    >>> x = Interval(-1.0, 2.0)
    >>> x * x, abs(x), x < 3
    (Interval(0.0, 4.000000000000001), Interval(0.0, 2.0), True)
    """

    __slots__ = ("hi", "lo", "op", "operands")

    op: Op | None
    operands: tuple[Number, ...]

    def __init__(self, lo: float, hi: float | None = None) -> None:
        hi = lo if hi is None else hi
        if not lo <= hi:
            raise ValueError(f"({lo!r}, {hi!r}) is not an interval; give the lower end first")
        self.lo, self.hi, self.op, self.operands = lo, hi, None, ()

    @classmethod
    def apply(cls, op: Op, *operands: Number) -> Number:
        """The interval that holds `op` of all numbers in the `operands`; a Value is constant."""
        parts = [_operand(x) for x in operands]
        if any(x is None for x in parts):
            return NotImplemented
        at = [(x.lo, x.hi) if isinstance(x, Interval) else (x, x) for x in parts]
        square = op in {ops.mul, ops.mul_no_nan} and parts[0] is parts[1]
        lo, hi = _square(at[0]) if square else bounds(op, at)
        y: Interval = cls.__new__(cls)
        y.lo, y.hi, y.op, y.operands = lo, hi, op, tuple(parts)
        return y

    def detach(self) -> Interval:
        """The same interval without history, a constant to every derivative."""
        return Interval(self.lo, self.hi)

    def __contains__(self, x: float) -> bool:
        return self.lo <= x <= self.hi

    def __bool__(self) -> bool:
        if self.lo == self.hi == 0 or not (0 in self or math.isnan(self.lo)):
            return self.lo != 0
        raise ValueError(
            f"a condition is undecided: its number may be anything from {self.lo} to {self.hi};"
            " write where(condition, a, b), or give smaller boxes"
        )

    def __eq__(self, other: object) -> bool:
        x = _operand(other)
        if x is None:
            return NotImplemented
        return bool((self <= x) * (self >= x))

    def __hash__(self) -> int:  # by identity; defining a comparison removes the default
        return object.__hash__(self)

    def __lt__(self, other: Number) -> Number:
        return _compared(ops.less, self, other)

    def __le__(self, other: Number) -> Number:
        return _compared(ops.less_equal, self, other)

    def __gt__(self, other: Number) -> Number:
        return _compared(ops.less, other, self)

    def __ge__(self, other: Number) -> Number:
        return _compared(ops.less_equal, other, self)

    def __repr__(self) -> str:
        return f"Interval({self.lo!r}, {self.hi!r})"


def _compared(op: Op, a: Number, b: Number) -> Number:
    """True or False where all numbers agree, else the interval from 0 to 1."""
    y = Interval.apply(op, a, b)
    return bool(y.lo) if y is not NotImplemented and y.lo == y.hi else y


def _operand(x: Number) -> Number:
    if isinstance(x, Interval):
        return x
    if isinstance(x, Value):
        return x.data
    return float(x) if type(x).__name__ in {"bool", "bool_"} else as_float(x)


def bounds(op: Op, at: Sequence[Range]) -> Range:
    """The lowest and the highest value of `op` for operands in these ranges, rounded outward.

    >>> bounds(ops.sin, [(0.0, 4.0)])
    (-0.7568024953079285, 1.0)
    """
    if op not in {ops.where, ops.tan, ops.power}:
        at = [(max(x[0], d[0][0]), min(x[1], d[-1][1])) for x, d in zip(at, op.domain)]
    if op is not ops.where and not all(lo <= hi for lo, hi in at):
        return (0.0, 1.0) if op in {ops.less, ops.less_equal} else NOWHERE
    rule = _RULES.get(op)
    if rule is not None:
        lo, hi = rule(*at)
    else:
        lo, hi = _by_corners(op, at) if op in MONOTONE else _by_partials(op, at)
    least, most = LIMITS.get(op, WHOLE)
    return max(lo, least), min(hi, most)


def around(op: Op, point: Sequence[float]) -> Range:
    """The value of `op` at a point, rounded down and up; ends of nan if it has none there."""
    y = op.forward(*point)
    is_exact = op in EXACT or y != y or (op is ops.power and abs(point[0]) == 1)
    if is_exact or (y == 0 and (0 in point or op in {ops.add, ops.sub})):
        return y, y
    lo = hi = y
    for _ in range(1 if op in ARITHMETIC else 2):
        lo, hi = math.nextafter(lo, -inf), math.nextafter(hi, inf)
    # the sign of a value is right, even that of a zero
    return (max(lo, 0.0), hi) if math.copysign(1.0, y) > 0 else (lo, min(hi, -0.0))


def hull(ranges: Iterable[Range]) -> Range:
    """The range that holds these, those without a value left out.

    >>> hull([(0.0, 1.0), (3.0, 4.0), NOWHERE])
    (0.0, 4.0)
    """
    known = [(lo, hi) for lo, hi in ranges if lo == lo]
    if not known:
        return WHOLE
    return min(lo for lo, _ in known), max(hi for _, hi in known)


def _by_corners(op: Op, at: Sequence[Range]) -> Range:
    """The range of a primitive that is monotone in each operand between 0 and the ends."""
    turns = op in TURNS_AT_ZERO
    ends = [(lo, 0.0, hi) if turns and lo < 0 < hi else (lo, hi) for lo, hi in at]
    return hull(around(op, point) for point in itertools.product(*ends))


def _by_partials(op: Op, at: Sequence[Range]) -> Range:
    """The range of any other primitive, such as a user's, by the mean value theorem."""
    if op.kink is not None or not is_inside(op, at):
        return WHOLE
    y = WHOLE
    for _ in range(2):  # the partials may use y: its first range makes the second one narrower
        operands = [Interval(*x) for x in at]
        middle = [middle(lo, hi) for lo, hi in at]
        total = Interval(*around(op, middle))
        for rule, x, m in zip(op.partials, operands, middle):
            total = total + rule(Interval(*y), *operands) * (x - m)
        y = (total.lo, total.hi) if total.lo == total.lo else WHOLE
    return y


def is_inside(op: Op, at: Sequence[Range]) -> bool:
    """True if each operand stays in one of the open intervals of its domain.

    >>> is_inside(ops.log, [(0.5, 2.0)]), is_inside(ops.log, [(0.0, 2.0)])
    (True, False)
    """
    return all(
        any((a < lo or a == -inf) and (hi < b or b == inf) for a, b in domain)
        for (lo, hi), domain in zip(at, op.domain)
    )


def middle(lo: float, hi: float) -> float:
    """A number between two, about half way.

    >>> middle(1.0, 2.0)
    1.5
    """
    return min(max(lo, lo / 2 + hi / 2), hi) if hi - lo < inf else 0.0 if lo <= 0 <= hi else lo


def _product(a: Range, b: Range) -> Range:
    return hull(around(ops.mul_no_nan, point) for point in itertools.product(a, b))


def _square(a: Range) -> Range:
    ends = (*a, 0.0) if a[0] < 0 < a[1] else a
    return hull(around(ops.mul, (x, x)) for x in ends)


def _where(c: Range, a: Range, b: Range) -> Range:
    if c[0] == c[1] == 0:
        return b
    return a if c[0] > 0 or c[1] < 0 else hull([r for r in (a, b) if r[0] == r[0]] or [NOWHERE])


def _quotient(a: Range, b: Range) -> Range:
    lo, hi = b
    if lo < 0 < hi or lo == hi == 0:
        return WHOLE
    divisors = (lo or 0.0, hi or -0.0)  # the sign of a zero at an end is that of the others
    return hull(around(ops.div, point) for point in itertools.product(a, divisors))


def _floor_quotient(a: Range, b: Range) -> Range:
    if b[0] <= 0 <= b[1] or not all(map(math.isfinite, (*a, *b))):
        lo, hi = _quotient(a, b)
        return ops.floor(lo), ops.floor(hi)
    return _by_corners(ops.floor_divide, [a, b])


def _mod(a: Range, b: Range) -> Range:
    k = _floor_quotient(a, b)
    if k[0] == k[1] and math.isfinite(k[0]):
        return _by_corners(ops.sub, [a, _product(k, b)])
    return min(0.0, b[0]), max(0.0, b[1])


def _fmod(a: Range, b: Range) -> Range:
    size_a, size_b = (bounds(ops.absolute, [x]) for x in (a, b))
    k = _floor_quotient(size_a, size_b)
    if k == (0, 0):
        return a
    if k[0] == k[1] and (a[0] >= 0 or a[1] <= 0):
        lo, hi = _by_corners(ops.sub, [size_a, _product(k, size_b)])
        return (max(lo, 0.0), hi) if a[0] >= 0 else (-hi, -max(lo, 0.0))
    most = min(size_a[1], size_b[1])
    return (-most if a[0] < 0 else 0.0), (most if a[1] > 0 else 0.0)


def _power(a: Range, b: Range) -> Range:
    (lo, hi), n = a, b[0]
    if not (lo <= hi and n <= b[1]):
        return (1.0, 1.0) if n == b[1] == 0 else NOWHERE
    if n == b[1] and n % 1 == 0 and lo < 0:
        if n < 0:
            return _quotient((1.0, 1.0), _power(a, (-n, -n)))
        ends = (lo, 0.0, hi) if hi > 0 else (lo, hi)
        return hull(around(ops.power, (x, n)) for x in ends)
    if lo < 0 and (n < b[1] or n % 1 != n % 1):
        return WHOLE  # powers of negative numbers with whole exponents among others
    if hi < 0:
        return NOWHERE
    return _by_corners(ops.power, [(max(lo, 0.0) + 0.0, hi), b])


def _has_point(x: Range, offset: float, period: float) -> bool:
    """True if a number `offset` + k · `period` may be in the range."""
    slack = 1e-15 * (1 + max(abs(x[0]), abs(x[1])))
    first = math.ceil((x[0] - slack - offset) / period)
    return first <= math.floor((x[1] + slack - offset) / period)


def _wave(op: Op, crest: float) -> Callable[[Range], Range]:
    def rule(x: Range) -> Range:
        if not x[1] - x[0] < 7:
            return -1.0, 1.0
        lo, hi = _by_corners(op, [x])
        lo = -1.0 if _has_point(x, crest + math.pi, 2 * math.pi) else lo
        return lo, 1.0 if _has_point(x, crest, 2 * math.pi) else hi

    return rule


def _tan(x: Range) -> Range:
    if not x[1] - x[0] < 4 or _has_point(x, math.pi / 2, math.pi):
        return WHOLE
    return _by_corners(ops.tan, [x])


def _atan2(a: Range, b: Range) -> Range:
    if a[0] <= 0 <= a[1] and b[0] <= 0:  # the cut, or the origin
        return -math.nextafter(math.pi, 4), math.nextafter(math.pi, 4)
    return _by_corners(ops.atan2, [a, b])


def _logaddexp(a: Range, b: Range) -> Range:
    lo, hi = _by_corners(ops.logaddexp, [a, b])
    error = 4 * max(map(math.ulp, filter(math.isfinite, (*a, *b))), default=0.0)
    return lo - error, hi + error  # 2 ulp of the operands, which may cancel


_RULES: dict[Op, Callable[..., Range]] = {
    ops.where: _where, ops.mul: _product, ops.mul_no_nan: _product, ops.div: _quotient,
    ops.floor_divide: _floor_quotient, ops.mod: _mod, ops.fmod: _fmod, ops.power: _power,
    ops.sin: _wave(ops.sin, math.pi / 2), ops.cos: _wave(ops.cos, 0.0), ops.tan: _tan,
    ops.atan2: _atan2, ops.logaddexp: _logaddexp,
}  # fmt: skip
