"""Exact: a number of many digits that knows its own error, and the primitives over such numbers.

The error is relative, in units of 2^-precision, and 0 for a number that is exactly known. It grows
with every rounding and with every subtraction that cancels. A number whose error is as large as
itself can be of either sign, and what depends on that choice is not known at all (error inf).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import partial
from typing import Any

import mpmath
from mpmath import libmp, mp, mpf

from microgradlike import ops
from microgradlike.op import Number, Op, inf
from microgradlike.scalar import Scalar

ADD, MUL, DIV, NEGATE = libmp.mpf_add, libmp.mpf_mul, libmp.mpf_div, libmp.mpf_neg
ZERO, NAN = libmp.fzero, libmp.fnan
LARGEST = 4096  # bits before the point: exp of more would fill the memory
VAGUE = 2.0**-16  # relative errors beyond which a first derivative does not bound the change


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
    ops.log2: partial(mp.log, b=2),
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


def exact(op: Op) -> Callable[..., Any]:
    """`op` over mpmath numbers, in mpmath's working precision.

    >>> with mp.workdps(20):
    ...     print(exact(ops.exp)(mpf(1)))
    2.7182818284590452354
    """
    if op not in OTHERS and not hasattr(mpmath, op.name):
        raise LookupError(
            f"mpmath has no {op.name}; add its value over mpmath numbers to OTHERS in"
            " microgradlike/accuracy/exact.py"
        )
    return OTHERS[op] if op in OTHERS else getattr(mpmath, op.name)  # type: ignore[no-any-return]


class UndecidedError(ArithmeticError):
    """A choice depends on a number that is not known well enough."""


class Exact(Scalar):
    """A number of `mp.prec` bits as a Scalar, with its error `loss` in units of 2^-prec.

    `number` is mpmath's raw number: sign, mantissa, exponent, bits of the mantissa.
    """

    __slots__ = ("loss", "number")

    def __init__(self, number: Any, loss: float = 0.0) -> None:
        self.number = number
        self.loss = loss

    @classmethod
    def apply(cls, op: Op, *operands: Number) -> Number:
        """The primitive over numbers of many digits; a plain number counts as exact."""
        at = [x if isinstance(x, Exact) else of(x) for x in operands]
        return applied(op, at)

    @property
    def relative(self) -> float:
        """The relative error; inf, where it is not known."""
        return math.ldexp(self.loss, -mp.prec)

    @property
    def data(self) -> Any:
        """The number as mpmath's mpf."""
        return mp.make_mpf(self.number)

    def __lt__(self, other: Number) -> Number:
        return self.apply(ops.less, self, other)

    def __le__(self, other: Number) -> Number:
        return self.apply(ops.less_equal, self, other)

    def __gt__(self, other: Number) -> Number:
        return self.apply(ops.less, other, self)

    def __ge__(self, other: Number) -> Number:
        return self.apply(ops.less_equal, other, self)

    def __bool__(self) -> bool:
        if self.loss == inf:
            raise UndecidedError("a choice depends on digits that are not known")
        return bool(self.number != ZERO)

    def __float__(self) -> float:
        raise TypeError("a number of many digits is not converted to a float: math.sin")


def of(x: float) -> Exact:
    """A plain number, exactly."""
    return Exact(libmp.from_float(float(x)))


UNKNOWN = Exact(NAN, inf)


def applied(op: Op, at: list[Exact]) -> Exact:
    """`op` of these numbers with the error of the result."""
    special = SPECIAL.get(op)
    if special is not None:
        return special(*at)
    if ops.TABLE.get(op.name) is not op:
        y = op.forward(*at)
        return y if isinstance(y, Exact) else of(y)
    y = _evaluated(op, at)
    if y.number == NAN or not any([x.loss for x in at]):
        return y
    return _with_error(op, y, at)


def _evaluated(op: Op, at: list[Exact]) -> Exact:
    """The value alone: its error is 0 if it is exact, 1 for the rounding otherwise."""
    if any([x.number[2] + x.number[3] > LARGEST for x in at if x.number[1]]):
        return UNKNOWN
    try:
        y = exact(op)(*[x.data for x in at])
    except (ArithmeticError, ValueError):  # a pole
        return UNKNOWN
    if not isinstance(y, mpf):  # a complex number, outside the domain
        return UNKNOWN
    number = y._mpf_
    if number == NAN:
        return UNKNOWN
    known = number == ZERO or (op.kink and op.flat) or _is_exact(op, number, [x.number for x in at])
    return Exact(number, 0.0 if known else 1.0)


def _is_exact(op: Op, y: Any, at: list[Any]) -> bool:
    """True for a value that is not rounded, of the functions that have such values."""
    if y[3] > mp.prec // 4:
        return False
    if op in INVERSES:
        return bool(INVERSES[op](mp.make_mpf(y), *map(mp.make_mpf, at)))
    return all(x in (ZERO, libmp.fone) for x in at)


INVERSES: dict[Op, Callable[..., bool]] = {
    ops.sqrt: lambda y, x: y * y == x,
    ops.cbrt: lambda y, x: y * y * y == x,
    ops.hypot: lambda y, a, b: y * y == a * a + b * b,
    ops.exp2: lambda y, x: x == mp.floor(x),
    ops.log2: lambda y, x: y == mp.floor(y),
    ops.log10: lambda y, x: y == mp.floor(y) and mpf(10) ** y == x,
    ops.power: lambda y, a, b: y * y == a if b == 0.5 else b == mp.floor(b) and 0 <= b <= 64,
}


def _with_error(op: Op, y: Exact, at: list[Exact]) -> Exact:
    """The value with the errors of its operands: the first derivatives times these."""
    error = mpf(0)
    for i, x in enumerate(at):
        if x.loss:
            relative = x.relative
            near_zero = any(low < 0 < high for low, high in op.domain[i])
            if relative > VAGUE and not (near_zero and abs(x.data) * (1 + relative) < VAGUE):
                return Exact(y.number, inf)
            p = op.partials[i](Exact(y.number), *[Exact(z.number) for z in at])
            p = p.data if isinstance(p, Exact) else mpf(p)
            error += abs(p * x.data) * relative
    return blurred(y, error)


def blurred(y: Exact, error: Any) -> Exact:
    """A value with its rounding and a further absolute error, an mpf."""
    if not error:
        return y
    if y.number == ZERO:  # a relative error needs a number of that size
        return Exact(error._mpf_, math.ldexp(1.0, mp.prec) if mp.prec < 1000 else inf)
    return Exact(y.number, y.loss + nearest(mp.ldexp(abs(error / y.data), mp.prec)._mpf_))


def added(a: Exact, b: Exact, sign: int = 1) -> Exact:
    """The sum, or with sign -1 the difference."""
    s, t, prec = a.number, b.number, mp.prec
    t = t if sign == 1 else NEGATE(t)
    y = ADD(s, t, prec, "n")
    if not a.loss and not b.loss:
        if s[2] == t[2] or y[2] == min(s[2], t[2]) or not (s[1] and t[1]):
            return Exact(y)
        return Exact(y, 1.0)
    if s[0] == t[0] or (not y[1] and y != ZERO):  # of one sign, or infinite
        return Exact(y, max(a.loss, b.loss) + 1)
    if not y[1]:
        return blurred(Exact(y), abs(a.data) * mp.ldexp(a.loss + b.loss, -prec))
    return Exact(y, _ratio(s, y) * a.loss + _ratio(t, y) * b.loss + 1)


def _ratio(s: Any, y: Any) -> float:
    """The quotient of two magnitudes as a float; inf if too large."""
    try:
        return math.ldexp(s[1] / y[1], s[2] - y[2])
    except OverflowError:
        return inf if s[2] + s[3] > y[2] + y[3] else 0.0


def multiplied(a: Exact, b: Exact) -> Exact:
    """The product, 0 if one is exactly 0."""
    s, t = a.number, b.number
    if s == ZERO or t == ZERO:
        return Exact(ZERO)
    y = MUL(s, t, mp.prec, "n")
    return Exact(y, a.loss + b.loss + (0.0 if y[2] == s[2] + t[2] else 1.0))


def divided(a: Exact, b: Exact) -> Exact:
    """The quotient; unknown where the divisor is 0 or may be."""
    s, t = a.number, b.number
    if not t[1] or b.relative > VAGUE:
        return UNKNOWN
    y = DIV(s, t, mp.prec, "n")
    whole = y[3] + t[3] <= s[3] + 1 and y[1] * t[1] == s[1]
    return Exact(y, a.loss + b.loss + (0.0 if whole or not s[1] else 1.0))


def _jump(op: Op) -> Callable[..., Exact]:
    """A primitive that is constant but for jumps: unknown where its operand may be on either side."""

    def jump(x: Exact) -> Exact:
        y = _evaluated(op, [x])
        if x.loss and y.number != NAN:
            error = abs(x.data) * mp.ldexp(x.loss, -mp.prec)
            if x.loss == inf or exact(op)(x.data - error) != exact(op)(x.data + error):
                return Exact(y.number, inf)
        return Exact(y.number, 0.0) if y.number != NAN else y

    return jump


def _compared(holds: Callable[[int], bool]) -> Callable[[Exact, Exact], Exact]:
    def compared(a: Exact, b: Exact) -> Exact:
        d = added(a, b, -1)
        if d.number == NAN:
            return UNKNOWN
        known = d.relative < 1
        return Exact(libmp.fone if holds(libmp.mpf_sign(d.number)) else ZERO, 0.0 if known else inf)

    return compared


def _chosen(c: Exact, a: Exact, b: Exact) -> Exact:
    y = a if c.number != ZERO else b
    return Exact(y.number, inf) if c.loss == inf and a.number != b.number else y


def _remainder(whole: Op) -> Callable[[Exact, Exact], Exact]:
    def remainder(a: Exact, b: Exact) -> Exact:
        return added(a, multiplied(b, SPECIAL[whole](divided(a, b))), -1)

    return remainder


SPECIAL: dict[Op, Callable[..., Exact]] = {
    ops.add: added,
    ops.sub: lambda a, b: added(a, b, -1),
    ops.mul: multiplied,
    ops.mul_no_nan: multiplied,
    ops.div: divided,
    ops.neg: lambda a: Exact(NEGATE(a.number), a.loss),
    ops.less: _compared(lambda s: s < 0),
    ops.less_equal: _compared(lambda s: s <= 0),
    ops.where: _chosen,
    **{op: _jump(op) for op in (ops.sign, ops.floor, ops.ceil, ops.rint, ops.trunc)},
    ops.floor_divide: lambda a, b: SPECIAL[ops.floor](divided(a, b)),
    ops.mod: _remainder(ops.floor),
    ops.fmod: _remainder(ops.trunc),
}


def nearest(number: Any) -> float:
    """The double nearest to a number, subnormal ones and infinity included."""
    sign, man, exp, bits = number
    if not man:
        return float(libmp.to_float(number))
    top = exp + bits
    if top > 1024:
        return -inf if sign else inf
    if top < -1080:
        return -0.0 if sign else 0.0
    return float(libmp.to_float(libmp.mpf_pos(number, max(1, min(53, top + 1074)), "n"), rnd="n"))


def right_digits(computed: float, number: Any) -> float:
    """The decimal digits of a double that are right, 0.0 to 16.0; 16 for the nearest double.

    A number that has overflown has none.

    >>> right_digits(0.25, of(0.5).number), right_digits(0.5, of(0.5).number)
    (0.3010299956639812, 16.0)
    """
    if computed != computed or abs(computed) == inf:
        return 16.0 if libmp.from_float(computed) == number != NAN else 0.0
    if computed == nearest(number):
        return 16.0
    if not number[1]:
        return 0.0
    error = libmp.mpf_sub(libmp.from_float(computed), number, 53, "n")
    ratio = _ratio(error, number)
    return min(16.0, max(0.0, -math.log10(ratio))) if ratio else 16.0
