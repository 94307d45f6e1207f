"""Structural zeros: zeros of the chain rule that say "does not depend on it", wherever the point.

A number is *constant* at a point if it does not depend on the variables nearby: a plain number, the
result of constants, a piece of a flat primitive (relu that is off), a product with a constant 0. A
zero of the chain rule is structural if it is constant in this sense. Truth values are 1.0 and 0.0,
or numbers of a recording, so that the same rules serve graphs and programs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from math import inf

from microgradlike import ops
from microgradlike.op import Number, Op


def structural_zero(op: Op, operands: Sequence[Number], constant: Sequence[Number]) -> Number:
    """1.0 if a partial of `op` that is 0 says that the output does not depend on the operand.

    `constant` has the truth value of each operand.

    >>> structural_zero(ops.relu, [-1.0], [0.0]), structural_zero(ops.mul, [2.0, 0.0], [0.0, 1.0])
    (1.0, 1.0)
    >>> structural_zero(ops.mul, [2.0, 0.0], [0.0, 0.0])
    0.0
    """
    if op.flat:
        return 1.0
    zeros = [
        both(known, is_zero(x))
        for x, known, absorbs in zip(operands, constant, op.absorbing)
        if absorbs and not (type(known) is float and not known)
    ]
    return reduce(either, zeros, 0.0)


def is_constant(
    op: Op,
    operands: Sequence[Number],
    constant: Sequence[Number],
    partial: Callable[[int], Number],
) -> Number:
    """1.0 if `op(*operands)` is constant; `partial(i)` is the partial by operand i.

    >>> is_constant(ops.relu, [-1.0], [0.0], lambda i: 0.0)
    1.0
    >>> is_constant(ops.add, [-1.0, 2.0], [0.0, 1.0], lambda i: 1.0)
    0.0
    """
    if op.chooses:
        branches = constant[1:]
        taken = branches[0] if branches[0] is branches[1] else ops.where(operands[0], *branches)
        return both(constant[0], taken)
    if op.flat:
        flat = (
            known if type(known) is float and known else either(known, is_zero(partial(i)))
            for i, known in enumerate(constant)
        )
        return reduce(both, flat)
    return either(reduce(both, constant), structural_zero(op, operands, constant))


def is_zero(x: Number) -> Number:
    """1.0 if x is 0."""
    return ops.less_equal(abs(x), 0.0)


def is_infinite(x: Number) -> Number:
    """1.0 if x is inf or -inf."""
    return ops.less_equal(inf, abs(x))


def both(a: Number, b: Number) -> Number:
    """1.0 if a and b are 1."""
    if type(a) is float:
        return b if a else 0.0
    if type(b) is float:
        return a if b else 0.0
    return ops.minimum(a, b)


def either(a: Number, b: Number) -> Number:
    """1.0 if a or b is 1."""
    return negation(both(negation(a), negation(b)))


def negation(a: Number) -> Number:
    """1.0 if a is 0."""
    return 1.0 - a
