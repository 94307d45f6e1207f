"""Random rounding of numbers, with everything that under- and overflow may hide.

A result below the normal doubles may be off by the smallest double; an infinite result of finite
operands stands for some number beyond the largest double. Replaced by such a neighbor, it shows by
how much it can change the end of a computation.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from random import Random

from microgradlike import ops
from microgradlike.ieee_float import partial_at
from microgradlike.op import Op

_RELATIVE = 2 * 2.0**-52  # the value of a primitive is right to 2 ulp
_SMALLEST, _NORMAL, _LARGEST = math.ulp(0.0), sys.float_info.min, sys.float_info.max
_EXTREME = 2.0**256  # a product of four numbers overflows only if one is as large
_EXACT = frozenset((ops.add, ops.sub, ops.neg, ops.where))  # never round below the normal doubles


def rounded(op: Op, y: float, at: Sequence[float], random: Random) -> float:
    """The result `y` of `op(*at)` with random rounding.

    >>> rounded(ops.mul, 0.0, [1e-200, 1e-200], Random(0)) == 0.0
    False
    >>> rounded(ops.relu, 0.0, [-1.0], Random(0))
    0.0
    """
    if _NORMAL <= abs(y) < math.inf:
        return y * _nearly_one(random)
    return beyond_range(op, y, at, random)


def beyond_range(op: Op, y: float, at: Sequence[float], random: Random) -> float:
    """The result `y` of `op(*at)`, or a neighbor if it has under- or overflowed."""
    if underflows(op, y, at):
        return y + random.choice((-_SMALLEST, _SMALLEST))
    return math.copysign(_LARGEST, y) if overflows(op, y, at) else y


def rounded_partial(op: Op, k: int, y: float, at: Sequence[float], random: Random) -> float:
    """The partial k of `op` at `at` with random rounding."""
    p = partial_at(op, k, y, *at)
    if _NORMAL <= abs(p) < math.inf:
        return p * _nearly_one(random)
    extreme = is_extreme(y) or any(map(is_extreme, at))
    return beyond_range(op, p, at, random) if extreme else p


def rounded_product(g: float, p: float, random: Random) -> float:
    """The product of the chain rule, which may under- or overflow."""
    y = ops.mul_no_nan.forward(g, p)
    if _NORMAL <= abs(y) < math.inf:
        return y
    return beyond_range(ops.mul_no_nan, y, (g, p), random)


def underflows(op: Op, y: float, at: Sequence[float]) -> bool:
    """True if `y` is too small for a double of full precision, and rounded to this.

    >>> underflows(ops.exp, 0.0, [-800.0]), underflows(ops.mul, 0.0, [0.0, 2.0])
    (True, False)
    """
    if abs(y) >= _NORMAL or op.kink is not None or op in _EXACT:
        return False
    return all(x != 0 and math.isfinite(x) for x in at) and y == y


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


def _nearly_one(random: Random) -> float:
    t = random.random() - 0.5
    return 1 + _RELATIVE * (t + math.copysign(0.5, t))  # between half and all of it, either sign
