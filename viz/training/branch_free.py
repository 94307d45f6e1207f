"""Straight: whether a function computes in the same way for all numbers it is given."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from microgradlike import ops
from microgradlike.compile.jit import jit
from microgradlike.compile.program import Program
from microgradlike.ops import Op

COMPARISONS = (ops.less, ops.less_equal)
BRANCHES = {ops.where, *COMPARISONS}  # of which a graph of Values has one side only


def straight(f: Callable[..., Any], *numbers: float) -> bool:
    """Whether `f` takes no branch that depends on its numbers, or on Values that it uses.

    A branch for infinite numbers only, such as that in logsumexp, does not count.

    >>> straight(lambda x: x * x, 1.0), straight(lambda x: x if x > 0 else -x, 1.0)
    (True, False)
    >>> straight(lambda x: ops.where(x > 0, x, -x), 1.0)
    False
    >>> straight(lambda x: ops.where(x < math.inf, x, 0.0), 1.0)
    True
    """
    try:
        program = jit(lambda xs: f(*xs), backend="python").program(list(numbers))
    except Exception:  # whatever it cannot do with a number that is not known
        return False
    return BRANCHES.isdisjoint(_used(program))


def _used(program: Program) -> set[Op]:
    """The primitives that the outputs depend on where all numbers are finite."""
    equations = {slot: (op, operands) for slot, op, operands in program.equations()}
    used: set[Op] = set()
    stack = [*program.outputs]
    seen = set(stack)
    while stack:
        op, operands = equations.get(stack.pop(), (None, ()))
        side = _side(program, equations, operands) if op is ops.where else None
        if side is not None:
            operands = (side,)
        elif op is not None:
            used.add(op)
        stack += [r for r in operands if r not in seen]
        seen.update(operands)
    return used


def _side(program: Program, equations: Any, operands: tuple[int, ...]) -> int | None:
    """The side of a `where` that is taken for finite numbers; None where it depends on them."""
    condition, yes, no = operands
    op, compared = equations.get(condition, (None, ()))
    if op not in COMPARISONS:
        return None
    sides = [program.constants[-1 - r] if r < 0 else 0.0 for r in compared]
    if not any(math.isinf(x) for x in sides):
        return None
    return yes if op.forward(*sides) else no
