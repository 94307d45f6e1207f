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
from collections.abc import Callable
from typing import Any

from mpmath import libmp

from microgradlike import ops
from microgradlike.accuracy.truth.multiprecision import (
    amplified,
    evaluated,
    exact,
    is_exact,
    mp,
    mpf,
    nearest,
    ratio,
)
from microgradlike.op import Number, Op, inf
from microgradlike.scalar import Scalar

_ADD, _MUL = libmp.mpf_add, libmp.mpf_mul
ZERO, ONE, TWO, NAN = libmp.fzero, libmp.fone, libmp.ftwo, libmp.fnan
PRIME = 2**61 - 1
SHORT = 64  # bits
ROUNDED = 4.0  # units: a value may be made of several of mpmath's functions
MANY = 2.0**20  # roundings
VAGUE = 2.0**-16  # relative errors beyond which a first derivative does not bound the change


class Exact(Scalar):
    """A number of `mp.prec` bits as a Scalar, with its error `loss` in units of 2^-prec.

    `number` is mpmath's raw number: sign, mantissa, exponent, bits of the mantissa.
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
        return math.ldexp(self.loss, -mp.prec) if self.loss else 0.0

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, float | int | Exact):
            return NotImplemented
        d = added(self, negated(other if isinstance(other, Exact) else of(other)))
        if d.relative >= 1 and d.number != NAN:
            raise ArithmeticError("a choice depends on digits that are not known")
        return bool(d.number == ZERO)

    __hash__ = None  # type: ignore[assignment]

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
            raise ArithmeticError("a choice depends on digits that are not known")
        return bool(self.number != ZERO)

    def __float__(self) -> float:
        raise TypeError("a number of many digits is not converted to a float")


def of(x: float) -> Exact:
    """A plain number, exactly."""
    return exactly(libmp.from_float(float(x)))


def exactly(number: Any) -> Exact:
    """A raw number without an error."""
    sign, man, exp, _ = number
    mark = (man << exp % 61) % PRIME  # 2^61 is 1
    if not man and exp:  # infinite
        mark = 1
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
    return _function(op, at)


def _function(op: Op, at: list[Exact]) -> Exact:
    """A primitive whose value mpmath computes."""
    numbers = [x.number for x in at]
    number = evaluated(op, numbers)
    if number == NAN:
        return UNKNOWN
    known = not sum([x.loss for x in at]) > 0
    if known and is_exact(op, number, numbers):
        return exactly(number)
    y = Exact(number, ROUNDED, _mark(op, at))
    return y if known else _with_error(op, y, at)


def over(f: Callable[..., Number], *at: Exact) -> Exact:
    """The number f(*at), unknown where a primitive fails."""
    try:
        found = f(*at)
    except Exception:
        return UNKNOWN
    return found if isinstance(found, Exact) else of(found)


def _mark(op: Op, at: list[Exact]) -> int:
    if op is ops.power and 0 < at[1].mark <= 8 and not at[1].loss:
        return pow(at[0].mark, at[1].mark, PRIME)
    return hash((op.name, *[x.mark for x in at])) % PRIME


def _with_error(op: Op, y: Exact, at: list[Exact]) -> Exact:
    """The value with the errors of its operands: the first derivatives times these."""
    numbers, losses = [x.number for x in at], [x.loss for x in at]
    limit = math.ldexp(VAGUE, mp.prec)
    for i, x in enumerate(at):
        if x.loss > limit:
            near_zero = any(low < 0 < high for low, high in op.domain[i])
            if not (near_zero and abs(x.data) * (1 + x.relative) < VAGUE):
                return Exact(y.number, inf, y.mark)
    try:
        found = Exact(y.number, y.loss + amplified(op, y.number, numbers, losses), y.mark)
    except ArithmeticError:  # beyond the doubles
        found = _blurred(y, sum(_change(op, i, y, at) for i, x in enumerate(at) if x.loss))
    wide = found.loss > limit and any(abs(x.data) * x.relative > VAGUE for x in at)
    return Exact(y.number, inf, y.mark) if wide else found


def _change(op: Op, i: int, y: Exact, at: list[Exact]) -> Any:
    """The change of the result by the error of an operand, or by 16 units if that is less."""
    moved = [z.data for z in at]
    moved[i] *= 1 + max(mp.ldexp(at[i].loss, -mp.prec), mp.ldexp(16, -mp.prec))
    change = exact(op)(*moved) - y.data
    return abs(change) if isinstance(change, mpf) else mp.inf


def _blurred(y: Exact, error: Any) -> Exact:
    """A value with its rounding and a further absolute error, an mpf."""
    if y.number == ZERO:  # a relative error needs a number, one of the size of the error
        return Exact(error._mpf_, math.ldexp(2.0, mp.prec), y.mark)
    return Exact(y.number, y.loss + nearest(mp.ldexp(abs(error / y.data), mp.prec)._mpf_), y.mark)


def added(a: Exact, b: Exact) -> Exact:  # noqa: PLR0911
    """The sum."""
    s, t = a.number, b.number
    y, mark, loss = _ADD(s, t, mp.prec, "n"), (a.mark + b.mark) % PRIME, a.loss + b.loss
    if not loss > 0:
        exact = s[2] == t[2] or y[2] == min(s[2], t[2]) or not (s[1] and t[1])
        return Exact(y, 0.0 if exact else 1.0, mark)
    if loss == inf or (s[0] == t[0] and loss < MANY):
        return Exact(y, max(a.loss, b.loss) + 1, mark)
    if not y[1] and y != ZERO:
        return UNKNOWN
    if not mark:
        return Exact(ZERO, 0.0, 0)
    if (known := _short(y, mark)) is not None:
        return known
    if y == ZERO:
        return _blurred(Exact(y, 0.0, mark), abs(a.data) * (a.relative + b.relative))
    return Exact(y, ratio(s, y) * a.loss + ratio(t, y) * b.loss + 1, mark)


def _short(y: Any, mark: int) -> Exact | None:
    """The exact number of few bits that the mark shows `y` to be, as 1 for x + 1 - x; or None."""
    _, man, _, bits = y
    if bits > 2 * SHORT and 0 < (man >> bits - 2 * SHORT) % 2**SHORT < 2**SHORT - 1:
        return None
    near = exactly(libmp.mpf_pos(y, SHORT, "n"))
    return near if near.mark == mark else None


def negated(a: Exact) -> Exact:
    """The negative."""
    return Exact(libmp.mpf_neg(a.number), a.loss, -a.mark % PRIME)


def multiplied(a: Exact, b: Exact) -> Exact:
    """The product, 0 if one is exactly 0."""
    s, t, loss = a.number, b.number, a.loss + b.loss
    if not (s[1] and t[1]) and ((s == ZERO and not a.loss) or (t == ZERO and not b.loss)):
        finite = (s[1] or s == ZERO) and (t[1] or t == ZERO)
        return Exact(ZERO, 0.0, 0) if finite else UNKNOWN
    y = _MUL(s, t, mp.prec, "n")
    return Exact(y, loss if y[2] == s[2] + t[2] else loss + 1, a.mark * b.mark % PRIME)


def divided(a: Exact, b: Exact) -> Exact:
    """The quotient; unknown where the divisor is 0 or may be."""
    s, t = a.number, b.number
    if not t[1] or b.relative > VAGUE or not b.mark:
        return UNKNOWN
    y = libmp.mpf_div(s, t, mp.prec, "n")
    exact = y[3] + t[3] <= s[3] + 1 and y[1] * t[1] == s[1]
    loss, mark = a.loss + b.loss + (not exact), a.mark * pow(b.mark, -1, PRIME) % PRIME
    known = _short(y, mark) if 0 < loss < inf else None
    return Exact(y, loss, mark) if known is None else known


def _power(a: Exact, b: Exact) -> Exact:
    """The power; a square is a product, which takes a fifth of the time."""
    return multiplied(a, a) if b.number == TWO and not b.loss else _function(ops.power, [a, b])


def _jump(op: Op) -> Callable[[Exact], Exact]:
    """A primitive of constant pieces: not known where the operand may be on either side."""

    def jump(x: Exact) -> Exact:
        if x.number == NAN or x.loss == inf:
            return UNKNOWN
        near = libmp.mpf_nint(x.number)
        if not x.loss or x.mark != exactly(near).mark:  # not known to be whole
            near = x.number
            error = abs(x.data) * mp.ldexp(x.loss, -mp.prec)
            if exact(op)(x.data - error) != exact(op)(x.data + error):
                return UNKNOWN
        return exactly(evaluated(op, [near]))

    return jump


def _signed(x: Exact) -> Exact:
    if x.number == NAN or x.relative >= 1:
        return UNKNOWN
    return of(float(libmp.mpf_sign(x.number)))


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


def _remainder(op: Op, whole: Op) -> Callable[[Exact, Exact], Exact]:
    def remainder(a: Exact, b: Exact) -> Exact:
        if a.loss or b.loss:
            return added(a, negated(multiplied(b, SPECIAL[whole](divided(a, b)))))
        number = evaluated(op, [a.number, b.number])
        return UNKNOWN if number == NAN else exactly(number)

    return remainder


SPECIAL: dict[Op, Callable[..., Exact]] = {
    ops.add: added,
    ops.sub: lambda a, b: added(a, negated(b)),
    ops.mul: multiplied,
    ops.mul_no_nan: multiplied,
    ops.div: divided,
    ops.power: _power,
    ops.neg: negated,
    ops.absolute: lambda a: negated(a) if a.number[0] else a,
    ops.less: _compared(lambda s: s < 0),
    ops.less_equal: _compared(lambda s: s <= 0),
    ops.where: _chosen,
    ops.maximum: _larger,
    ops.minimum: lambda a, b: negated(_larger(negated(a), negated(b))),
    ops.relu: lambda a: _larger(a, of(0.0)),
    ops.clip: lambda x, low, high: SPECIAL[ops.minimum](_larger(x, low), high),
    ops.sign: _signed,
    **{op: _jump(op) for op in (ops.floor, ops.ceil, ops.rint, ops.trunc)},
    ops.floor_divide: lambda a, b: SPECIAL[ops.floor](divided(a, b)),
    ops.mod: _remainder(ops.mod, ops.floor),
    ops.fmod: _remainder(ops.fmod, ops.trunc),
}
