"""The chain rule's two steps, over every kind of number: a partial derivative, and a product."""

from __future__ import annotations

from typing import Any

from microgradlike import ops
from microgradlike.ieee_float import partial_at
from microgradlike.ops import Op
from microgradlike.scalar import Scalar


def partial(op: Op, index: int, y: Any, operands: tuple[Any, ...]) -> Any:
    """dy/d(operand `index`), where `y` is op of the operands: numbers, or any kind of Scalar.

    A Scalar among them makes the result one, so it can be differentiated in its turn.

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


def product(g: Any, p: Any) -> Any:
    """Upstream × partial, in which 0·∞ is 0; no operation at all where one of them is the number 1.

    >>> product(0.0, float("inf")), product(1.0, 3.0)
    (0.0, 3.0)
    """
    if type(g) is float:
        if type(p) is float:
            return ops.mul_no_nan.forward(g, p)
        if g == 1 or g == -1:
            return p if g == 1 else -p
    elif type(p) is float and (p == 1 or p == -1):
        return g if p == 1 else -g
    return ops.mul_no_nan(g, p)
