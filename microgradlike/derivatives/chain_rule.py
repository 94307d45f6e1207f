"""The two steps of the chain rule, over every kind of number: a partial and a product."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from microgradlike import ops
from microgradlike.ieee_float import partial_at
from microgradlike.indeterminate_form import absorbing_product
from microgradlike.op import Number
from microgradlike.ops import Op
from microgradlike.scalar import Scalar

# typed for any number: mypyc would otherwise choose the overload for floats
_mul_no_nan: Final[Callable[..., Number]] = ops.mul_no_nan


def partial(op: Op, index: int, y: Number, operands: tuple[Number, ...]) -> Number:
    """The partial dy/d(operand `index`) at y = op(*operands), for numbers or any kind of Scalar.

    With a Scalar among the operands the result is one too and can be differentiated again.

    >>> partial(ops.sin, 0, 0.0, (0.0,))
    1.0
    """
    if not isinstance(y, Scalar):
        return partial_at(op, index, y, *operands)
    rule = op.partials[index]
    try:
        p = rule(y, *operands)
    except ArithmeticError:  # a plain number is at a pole, where floats raise and a Scalar does not
        p = rule(y, *[x if isinstance(x, Scalar) else y.constant(x) for x in operands])
    return p if isinstance(p, Scalar) else ops.to_float(p)


def product(g: Number, p: Number) -> Number:
    """Upstream × partial, with 0·∞ = 0. A factor of ±1 makes no node.

    >>> product(0.0, float("inf")), product(1.0, 3.0)
    (0.0, 3.0)
    """
    if type(g) is float:
        if type(p) is float:
            return absorbing_product(g, p)
        if g in (1, -1):
            return p if g == 1 else -p
    elif type(p) is float and p in (1, -1):
        return g if p == 1 else -g
    return _mul_no_nan(g, p)
