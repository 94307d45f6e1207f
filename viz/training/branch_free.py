"""Branch-free: the test that a function computes in the same way for all numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from microgradlike import ops
from microgradlike.compile.jit import jit
from microgradlike.compile.program import Program
from microgradlike.ops import Op

Equations = Mapping[int, tuple[Op, tuple[int, ...]]]  # primitive and operands, by slot

COMPARISONS = (ops.less, ops.less_equal)
BRANCHES = {ops.where, *COMPARISONS}  # a graph of Values holds only one side of these


def is_branch_free(f: Callable[..., object], *numbers: float) -> bool:
    """Tell if `f` takes no branch that depends on its numbers or on Values that it uses.

    A branch for infinite numbers only, such as that in logsumexp, does not count.

    >>> is_branch_free(lambda x: x * x, 1.0), is_branch_free(lambda x: x if x > 0 else -x, 1.0)
    (True, False)
    >>> is_branch_free(lambda x: ops.where(x > 0, x, -x), 1.0)
    False
    >>> is_branch_free(lambda x: ops.where(x < math.inf, x, 0.0), 1.0)
    True
    """
    try:
        program = jit(lambda xs: f(*xs), backend="python").program(list(numbers))
    except Exception:  # any operation that needs to know its number
        return False
    return BRANCHES.isdisjoint(_primitives_used(program))


def _primitives_used(program: Program) -> set[Op]:
    """Collect the primitives that the outputs depend on when all numbers are finite."""
    equations: Equations = {slot: (op, operands) for slot, op, operands in program.equations()}
    used: set[Op] = set()
    stack = [*program.outputs]
    seen = set(stack)
    while stack:
        slot = stack.pop()
        if slot not in equations:
            continue
        op, operands = equations[slot]
        side = _finite_side(program, equations, operands) if op is ops.where else None
        if side is None:
            used.add(op)
        else:
            operands = (side,)
        stack += [r for r in operands if r not in seen]
        seen.update(operands)
    return used


def _finite_side(program: Program, equations: Equations, operands: tuple[int, ...]) -> int | None:
    """Find the side of a `where` that finite numbers take; None if it depends on them."""
    condition, yes, no = operands
    op, compared = equations.get(condition, (None, ()))
    if op not in COMPARISONS:
        return None
    sides = [program.constants[-1 - r] if r < 0 else 0.0 for r in compared]
    if not any(math.isinf(x) for x in sides):
        return None
    return yes if op.forward(*sides) else no
