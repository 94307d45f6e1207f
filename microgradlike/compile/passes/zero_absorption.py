"""Zero absorption: which products of the chain rule may be plain, though 0·∞ is 0 in them.

A product that absorbs (`mul_no_nan`) takes twice as long as a plain one and differs only where the
plain one is nan. If such a nan is certain to reach an output, a program may use plain products and
be run again with absorbing ones where an output is nan.
"""

from __future__ import annotations

import itertools
from array import array
from dataclasses import replace
from functools import cache

from microgradlike import ops
from microgradlike.compile.program import Program
from microgradlike.op import Op

PROBES = (0.0, 1.0, -1.0, float("inf"), float("-inf"))


def with_plain_products(program: Program) -> Program:
    """Return the program with plain products where a nan of theirs is certain to reach an output.

    It is the same object if there are none.

    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> x = Trace().input(); y = ops.mul_no_nan(x, 2.0 + x)
    >>> print(with_plain_products(build_program([x], [y])))
    v1 = 2.0 + x0
    v2 = x0 * v1
    return v2
    >>> with_plain_products(original := build_program([x], [y < 1.0])) is original
    True
    """
    if ops.mul_no_nan not in program.ops:
        return program
    table = program.ops if ops.mul in program.ops else (*program.ops, ops.mul)
    mul_no_nan, mul = table.index(ops.mul_no_nan), table.index(ops.mul)
    code, may_lose = array("H", program.code), _may_lose_nan(program)
    for k, number in enumerate(program.code):
        if number == mul_no_nan and not may_lose[program.inputs + k]:
            code[k] = mul
    return program if code == program.code else replace(program, ops=table, code=code)


def _may_lose_nan(program: Program) -> list[bool]:
    """Return, per slot, whether a nan there might reach no output."""
    inputs, code = program.inputs, program.code.tolist()
    operands, starts = program.operands.tolist(), program.starts.tolist()
    lost = [False] * (inputs + len(code))
    absorbing = [[absorbs_nan(op, i) for i in range(op.arity)] for op in program.ops]
    for k in range(len(code) - 1, -1, -1):
        below, number, start = lost[inputs + k], code[k], starts[k]
        if below or True in absorbing[number]:
            for i, absorbs in enumerate(absorbing[number]):
                r = operands[start + i]
                if r >= 0 and (below or absorbs):
                    lost[r] = True
    return lost


@cache
def absorbs_nan(op: Op, index: int) -> bool:
    """Return whether `op` may give a number although operand `index` is nan and counts.

    >>> absorbs_nan(ops.less, 0), absorbs_nan(ops.power, 0), absorbs_nan(ops.maximum, 0)
    (True, True, False)
    """
    if op.chooses:
        return index == 0  # a branch counts where it is taken, and is the result then
    for others in itertools.product(PROBES, repeat=op.arity - 1):
        try:
            y = op.forward(*others[:index], float("nan"), *others[index:])
        except Exception:  # a user's own function may not accept nan
            return True
        if y == y:
            return True
    return False
