"""Equations in the order of demand: each is computed shortly before its first use."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import groupby

from microgradlike.op import Op

Equation = tuple[int, Op, tuple[int, ...]]  # slot, primitive, references


def by_demand(
    equations: Sequence[Equation], wanted: Sequence[int], calls: Collection[Op] = ()
) -> list[Equation]:
    """Return the equations that the slots `wanted` need, operands first, depth first.

    A sum of products is then computed product by product, in one register, where backward mode
    lists the products of one factor with all sums before those of the next. The primitives in
    `calls` keep their order, and come one after the other where they do in `equations`: a call
    leaves nothing in the registers.

    >>> a, b, c = (3, None, (0, 1)), (4, None, (0, 2)), (5, None, (3, 0))
    >>> by_demand([a, b, c], [5, 4]) == [a, c, b]
    True
    """
    waiting = {equation[0]: equation for equation in equations}
    first: list[int] = []
    for is_call, group in groupby(equations, lambda equation: equation[1] in calls):
        if is_call:
            run = {slot: operands for slot, _, operands in group}
            first += [r for operands in run.values() for r in operands if r not in run]
            first += run
    ordered = []
    stack = [*first, *wanted][::-1]
    while stack:
        equation = waiting.get(stack[-1])
        if equation is None:  # an operand from elsewhere, or one that is already computed
            stack.pop()
            continue
        operands = [r for r in reversed(equation[2]) if r in waiting]
        if operands:
            stack += operands
        else:
            ordered.append(waiting.pop(stack.pop()))
    return ordered
