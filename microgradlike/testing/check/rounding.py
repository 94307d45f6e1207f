"""RandomRounding: results with random rounding, and with everything that under- and overflow hide.

A result below the normal doubles may be off by the smallest double; an infinite result of finite
operands stands for some large number. Replaced by another such number, it shows by how much it can
change the end of a computation.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from microgradlike import ops
from microgradlike.ieee_float import partial_at
from microgradlike.op import Op

_RELATIVE = 2 * 2.0**-52  # the value of a primitive is right to 2 ulp
_SMALLEST, _NORMAL = math.ulp(0.0), sys.float_info.min
_LARGE = 2.0**1000  # in place of inf; sums of several do not overflow
_EXTREME = 2.0**256  # a product of four numbers overflows only if one is as large
_EXACT = frozenset((ops.add, ops.sub, ops.neg, ops.where))  # never round below the normal doubles


@dataclass(frozen=True, slots=True)
class RandomRounding:
    """Rounding of results at random: pass `number` of several over one computation.

    An overflow stays infinite or becomes a large double; of four passes, each has another choice
    for results and for partials, because either may hide the other. Pass 0 rounds an underflow
    away from 0, so that summands do not cancel.

    >>> rounding = RandomRounding(Random(0), 0)
    >>> rounding.result(ops.mul, 0.0, [1e-200, 1e-200])
    5e-324
    >>> rounding.result(ops.relu, 0.0, [-1.0])
    0.0
    """

    random: Random
    number: int

    def value(self, op: Op, at: Sequence[float]) -> float:
        """The value of `op(*at)`, for a primitive of the user's as rounding inside may change it.

        The rounding of x*x within exp(-x*x) has the effect of operands that are off by an ulp. A
        primitive with a kink is left alone, because it may jump there.
        """
        y = op.forward(*at)
        if ops.TABLE.get(op.name) is op or op.kink is not None:
            return y
        try:
            moved = op.forward(*[x * (1 + self._nearly_one()) / 2 for x in at])
        except (ArithmeticError, ValueError):  # beyond the edge of the domain
            return y
        return moved if math.isfinite(moved) else y

    def result(self, op: Op, y: float, at: Sequence[float]) -> float:
        """The result `y` of `op(*at)`, rounded."""
        return y * self._nearly_one() if _is_normal(y) else self.beyond_range(op, y, at)

    def partial(self, op: Op, k: int, y: float, at: Sequence[float]) -> float:
        """The partial k of `op` at `at`, rounded."""
        p = partial_at(op, k, y, *at)
        if _is_normal(p):
            return p * self._nearly_one()
        extreme = is_extreme(y) or any(map(is_extreme, at))
        return self._neighbor(op, p, at, self.number % 2 == 0) if extreme else p

    def product(self, g: float, p: float) -> float:
        """The product of the chain rule, rounded only if it under- or overflows."""
        y = ops.mul_no_nan.forward(g, p)
        if _is_normal(y):
            return y
        return self._neighbor(ops.mul_no_nan, y, (g, p), self.number % 2 == 0)

    def beyond_range(self, op: Op, y: float, at: Sequence[float]) -> float:
        """The result `y` of `op(*at)`, or a neighbor if it has under- or overflowed."""
        return self._neighbor(op, y, at, self.number % 4 < 2)

    def _neighbor(self, op: Op, y: float, at: Sequence[float], finite: bool) -> float:
        if underflows(op, y, at):
            away = math.copysign(_SMALLEST, y)
            # never 0, because a product with 1 is rounded here as well
            return self.random.choice((y - away or -away, y + away)) if self.number else y + away
        return math.copysign(_LARGE, y) if finite and overflows(op, y, at) else y

    def _nearly_one(self) -> float:
        t = self.random.random() - 0.5
        return 1 + _RELATIVE * (
            t + math.copysign(0.5, t)
        )  # between half and all of it, either sign


def _is_normal(x: float) -> bool:
    return _NORMAL <= abs(x) < math.inf


def underflows(op: Op, y: float, at: Sequence[float]) -> bool:
    """True if `y` is too small for a double of full precision, and rounded to this.

    >>> underflows(ops.exp, 0.0, [-800.0]), underflows(ops.mul, 0.0, [0.0, 2.0])
    (True, False)
    """
    if not abs(y) < _NORMAL or op.kink is not None or op in _EXACT:
        return False
    return all(x != 0 and math.isfinite(x) for x in at)


def overflows(op: Op, y: float, at: Sequence[float]) -> bool:
    """True if `y` is infinite at finite operands without a pole.

    >>> overflows(ops.exp, math.inf, [800.0]), overflows(ops.div, math.inf, [1.0, 0.0])
    (True, False)
    """
    if not (math.isinf(y) and all(map(math.isfinite, at))):
        return False
    return all(x not in interval for x, domain in zip(at, op.domain) for interval in domain)


def is_extreme(x: float) -> bool:
    """True for a number so large or small that a short product with it may leave the range.

    >>> is_extreme(1e200), is_extreme(0.0), is_extreme(1e-3)
    (True, False, False)
    """
    return bool(x) and not 1 / _EXTREME < abs(x) < _EXTREME
