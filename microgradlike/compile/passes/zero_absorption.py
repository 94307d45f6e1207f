"""Which products of the chain rule may be plain ones: 0·∞ is 0 there, and a plain product nan.

A plain product is twice as fast, and differs only where it is nan. If such a nan is sure to show in
an output, a program may use plain products and be run again, with care, where one does.
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


def fast(program: Program) -> Program:
    """The program with plain products wherever a nan from one is sure to show; itself if nowhere.

    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> x = Trace().input(); y = ops.mul_no_nan(x, 2.0 + x)
    >>> print(fast(build_program([x], [y])))
    v1 = 2.0 + x0
    v2 = x0 * v1
    return v2
    >>> fast(original := build_program([x], [y < 1.0])) is original
    True
    """
    if ops.mul_no_nan not in program.ops:
        return program
    hidden = _hidden(program)
    table = program.ops if ops.mul in program.ops else (*program.ops, ops.mul)
    mul_no_nan, mul = table.index(ops.mul_no_nan), table.index(ops.mul)
    code = array("H", program.code)
    for k, number in enumerate(program.code):
        if number == mul_no_nan and not hidden[program.inputs + k]:
            code[k] = mul
    return program if code == program.code else replace(program, ops=table, code=code)


def _hidden(program: Program) -> bytearray:
    """Of each slot, whether a nan there might show in no output."""
    hidden = bytearray(program.inputs + len(program))
    operands, starts = program.operands, program.starts
    hiding = [tuple(hides_nan(op, i) for i in range(op.arity)) for op in program.ops]
    for k in range(len(program) - 1, -1, -1):
        below = hidden[program.inputs + k]
        for r, hides in zip(operands[starts[k] : starts[k + 1]], hiding[program.code[k]]):
            if r >= 0 and (below or hides):
                hidden[r] = 1
    return hidden


@cache
def hides_nan(op: Op, index: int) -> bool:
    """Whether `op` may be a number where operand `index` is nan and counts.

    >>> hides_nan(ops.less, 0), hides_nan(ops.power, 0), hides_nan(ops.maximum, 0)
    (True, True, False)
    """
    if op.chooses:
        return index == 0  # a branch counts where it is taken, and is the result then
    for others in itertools.product(PROBES, repeat=op.arity - 1):
        try:
            y = op.forward(*others[:index], float("nan"), *others[index:])
        except Exception:  # a user's own, which may do without nan
            return True
        if y == y:
            return True
    return False
