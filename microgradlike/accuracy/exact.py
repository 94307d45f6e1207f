"""Exact: a number of many digits that knows its own error, and the primitives over such numbers.

The error is relative, in units of 2^-precision, and 0 for a number that is exactly known. It grows
with every rounding and with every subtraction that cancels. Nothing is known (error inf) of a
number that depends on a choice which the error leaves open.

A difference that cancels to the last bit may be 0 or not, in any precision. So each number has a
mark: its image in the whole numbers modulo a prime, in which sums, products and quotients are exact
and any other primitive is a random function. The mark 0 says that the number is 0 by the rules of
arithmetic, as is x + 1 - x - 1, with an error probability of 2^-61. Another mark says nothing.
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
from microgradlike.ieee_float import partial_at
from microgradlike.op import Number, Op, inf, nan
from microgradlike.scalar import Scalar

ZERO, ONE, NAN = libmp.fzero, libmp.fone, libmp.fnan
PRIME = 2**61 - 1
LARGEST = 4096  # bits before the point: exp of more would fill the memory
TINY, HUGE = 1e-150, 1e150
SHORT = 64  # bits
MANY = 2.0**20  # roundings
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

    `number` is mpmath's raw number: sign, mantissa, exponent, bits of the mantissa. An error of nan
    says that errors are not counted.
    """

    __slots__ = ("loss", "mark", "number")

    def __init__(self, number: Any, loss: float, mark: int) -> None:
        self.number = number
        self.loss = loss
        self.mark = mark

    @classmethod
    def apply(cls, op: Op, *operands: Number) -> Number:
        """The primitive over numbers of many digits; a plain number counts as exact."""
        return applied(op, [x if isinstance(x, Exact) else of(x) for x in operands])

    @property
    def data(self) -> Any:
        """The number as mpmath's mpf."""
        return mp.make_mpf(self.number)

    @property
    def relative(self) -> float:
        """The relative error."""
        return math.ldexp(self.loss, -mp.prec)

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
        raise TypeError("a number of many digits is not converted to a float")


def of(x: float) -> Exact:
    """A plain number, exactly."""
    return exactly(libmp.from_float(float(x)))


def exactly(number: Any) -> Exact:
    """A raw number without an error."""
    sign, man, exp, _ = number
    mark = man * pow(2, exp, PRIME) % PRIME
    return Exact(number, 0.0, -mark % PRIME if sign else mark)


UNKNOWN = Exact(NAN, inf, 1)


def applied(op: Op, at: list[Exact]) -> Exact:
    """`op` of these numbers with the error of the result."""
    special = SPECIAL.get(op)
    if special is not None:
        return special(*at)
    if ops.TABLE.get(op.name) is not op:  # a user's, written with arithmetic or our functions
        y: Number = op.forward(*at)
        return y if isinstance(y, Exact) else of(y)
    number = _evaluated(op, at)
    if number == NAN:
        return UNKNOWN
    known = not sum([x.loss for x in at]) > 0
    if known and (number == ZERO or _is_exact(op, number, [x.number for x in at])):
        return exactly(number)
    y = Exact(number, 1.0, _mark(op, at))
    return y if known else _with_error(op, y, at)


def _mark(op: Op, at: list[Exact]) -> int:
    if op is ops.power and 0 < at[1].mark <= 8 and not at[1].loss:
        return pow(at[0].mark, at[1].mark, PRIME)
    return hash((op.name, *[x.mark for x in at])) % PRIME


def _evaluated(op: Op, at: list[Exact]) -> Any:
    """The raw number alone, nan outside the domain, at poles and where memory would not do."""
    if sum([x.number[2] + x.number[3] > LARGEST for x in at if x.number[1]]):
        return NAN
    try:
        y = exact(op)(*[x.data for x in at])
    except (ArithmeticError, ValueError):
        return NAN
    return y._mpf_ if isinstance(y, mpf) else NAN


def _is_exact(op: Op, y: Any, at: list[Any]) -> bool:
    """True for a value that is not rounded, of exact operands that are not special."""
    if y[3] > mp.prec // 4:
        return False
    if op in INVERSES:
        return bool(INVERSES[op](mp.make_mpf(y), *map(mp.make_mpf, at)))
    return all(x in (ZERO, ONE) for x in at)


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
                return Exact(y.number, inf, y.mark)
            error += abs(_slope(op, i, y, at)) * relative
    return _blurred(y, error)


def _slope(op: Op, i: int, y: Exact, at: list[Exact]) -> Any:
    """The operand times its partial: over doubles, or at extreme ones as a difference."""
    near = [nearest(x.number) for x in (y, *at)]
    if all(x == 0 or TINY < abs(x) < HUGE for x in near):
        p = partial_at(op, i, *near)
        if TINY < abs(p) < HUGE:
            return p * at[i].data
    bits = mp.prec // 3
    moved = [z.data * (1 + mp.ldexp(1, -bits)) if z is at[i] else z.data for z in at]
    change = exact(op)(*moved) - y.data
    return mp.ldexp(change, bits) if isinstance(change, mpf) else mp.inf


def _blurred(y: Exact, error: Any) -> Exact:
    """A value with its rounding and a further absolute error, an mpf."""
    if y.number == ZERO:  # a relative error needs a number, one of the size of the error
        return Exact(error._mpf_, math.ldexp(1.0, mp.prec), y.mark)
    return Exact(y.number, y.loss + nearest(mp.ldexp(abs(error / y.data), mp.prec)._mpf_), y.mark)


def added(a: Exact, b: Exact) -> Exact:
    """The sum."""
    s, t, prec = a.number, b.number, mp.prec
    y, mark = libmp.mpf_add(s, t, prec, "n"), (a.mark + b.mark) % PRIME
    if not a.loss + b.loss > 0:
        exact = s[2] == t[2] or y[2] == min(s[2], t[2]) or not (s[1] and t[1])
        return Exact(y, 0.0 if exact else 1.0, mark)
    loss = a.loss + b.loss
    if s[0] == t[0] and loss < MANY:
        return Exact(y, max(a.loss, b.loss) + 1, mark)
    if loss == inf:
        return Exact(y, inf, mark)
    near = exactly(libmp.mpf_pos(y, SHORT, "n"))
    if near.mark == mark:  # x + 1 - x
        return near
    if y == ZERO:
        return _blurred(Exact(y, 0.0, mark), abs(a.data) * (a.relative + b.relative))
    if not y[1]:
        return UNKNOWN
    return Exact(y, _ratio(s, y) * a.loss + _ratio(t, y) * b.loss + 1, mark)


def negated(a: Exact) -> Exact:
    """The number with the other sign."""
    return Exact(libmp.mpf_neg(a.number), a.loss, -a.mark % PRIME)


def _ratio(s: Any, y: Any) -> float:
    """The quotient of two magnitudes as a float; inf or 0 if beyond the doubles."""
    shift = y[3] - s[3]  # of mantissas, to the same length
    quotient = (s[1] << shift) / y[1] if shift > 0 else s[1] / (y[1] << -shift)
    try:
        return math.ldexp(quotient, s[2] - y[2] - shift)
    except OverflowError:
        return inf if s[2] - y[2] > shift else 0.0


def multiplied(a: Exact, b: Exact) -> Exact:
    """The product, 0 if one is exactly 0."""
    s, t = a.number, b.number
    if (s == ZERO and not a.loss) or (t == ZERO and not b.loss):
        return Exact(ZERO, 0.0, 0)
    y = libmp.mpf_mul(s, t, mp.prec, "n")
    loss = a.loss + b.loss + (0.0 if y[2] == s[2] + t[2] else 1.0)
    return Exact(y, loss, a.mark * b.mark % PRIME)


def divided(a: Exact, b: Exact) -> Exact:
    """The quotient; unknown where the divisor is 0 or may be."""
    s, t = a.number, b.number
    if not t[1] or b.relative > VAGUE or not b.mark:
        return UNKNOWN
    y = libmp.mpf_div(s, t, mp.prec, "n")
    exact = y[3] + t[3] <= s[3] + 1 and y[1] * t[1] == s[1]
    loss, mark = a.loss + b.loss + (not exact), a.mark * pow(b.mark, -1, PRIME) % PRIME
    near = exactly(libmp.mpf_pos(y, SHORT, "n")) if loss else None
    return near if near and near.mark == mark and loss < inf else Exact(y, loss, mark)


def _jump(op: Op) -> Callable[[Exact], Exact]:
    """A primitive of constant pieces: not known where the operand may be on either side."""

    def jump(x: Exact) -> Exact:
        number = _evaluated(op, [x])
        if x.loss > 0 and number != NAN:
            near = exactly(libmp.mpf_nint(x.number))
            error = abs(x.data) * mp.ldexp(x.loss, -mp.prec)
            ends = mpf(0) if x.mark == near.mark else error
            if x.loss == inf or exact(op)(x.data - ends) != exact(op)(x.data + ends):
                return Exact(number, inf, 1)
        return exactly(number)

    return jump


def _compared(holds: Callable[[int], bool]) -> Callable[[Exact, Exact], Exact]:
    def compared(a: Exact, b: Exact) -> Exact:
        d = added(a, negated(b))
        y = exactly(ONE if holds(libmp.mpf_sign(d.number)) else ZERO)
        return Exact(y.number, inf, 1) if d.number == NAN or d.relative >= 1 else y

    return compared


def _chosen(c: Exact, a: Exact, b: Exact) -> Exact:
    y = a if c.number != ZERO else b
    return Exact(y.number, inf, y.mark) if c.loss == inf and a.number != b.number else y


def _larger(a: Exact, b: Exact) -> Exact:
    """The larger number, or the less known one of two that cannot be told apart."""
    d = added(a, negated(b))
    if d.number == NAN:
        return UNKNOWN
    if d.relative >= 1:
        return a if a.loss > b.loss else b
    return b if d.number[0] else a


def _smaller(a: Exact, b: Exact) -> Exact:
    return negated(_larger(negated(a), negated(b)))


def _remainder(whole: Op) -> Callable[[Exact, Exact], Exact]:
    return lambda a, b: added(a, negated(multiplied(b, SPECIAL[whole](divided(a, b)))))


SPECIAL: dict[Op, Callable[..., Exact]] = {
    ops.add: added,
    ops.sub: lambda a, b: added(a, negated(b)),
    ops.mul: multiplied,
    ops.mul_no_nan: multiplied,
    ops.div: divided,
    ops.neg: negated,
    ops.absolute: lambda a: negated(a) if a.number[0] else a,
    ops.less: _compared(lambda s: s < 0),
    ops.less_equal: _compared(lambda s: s <= 0),
    ops.where: _chosen,
    ops.maximum: _larger,
    ops.minimum: _smaller,
    ops.relu: lambda a: _larger(a, of(0.0)),
    ops.clip: lambda x, low, high: _smaller(_larger(x, low), high),
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
