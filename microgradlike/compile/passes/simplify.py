"""Programs that compute the same with less."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from microgradlike import ops
from microgradlike.compile.program import Program


def squares(program: Program) -> Program:
    """The program with x · x for x ** 2, which differs by less than half an ulp and costs a tenth.

    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> x = Trace().input()
    >>> print(squares(build_program([x], [x**2.0])))
    v1 = x0 * x0
    return v1
    """
    if ops.power not in program.ops or 2.0 not in program.constants:
        return program
    two = -1 - program.constants.index(2.0)
    table = program.ops if ops.mul in program.ops else (*program.ops, ops.mul)
    power, mul = table.index(ops.power), table.index(ops.mul)
    code, operands = array("H", program.code), array("q", program.operands)
    for k, number in enumerate(program.code):
        at = program.starts[k]
        if number == power and operands[at + 1] == two:
            code[k], operands[at + 1] = mul, operands[at]
    return replace(program, ops=table, code=code, operands=operands)


def without_zeros(program: Program) -> tuple[Program, Any]:
    """The program without sums of 0.0 and an output, and what to add to its outputs instead.

    Gradients are such sums, as they are eagerly, where `grad` is 0.0 before the first contribution;
    it shows in -0.0 alone. To all outputs at once, it is added in no time. None if there are none.

    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> x = Trace().input()
    >>> shorter, zeros = without_zeros(build_program([x], [-x, 0.0 + -x]))
    >>> print(shorter, zeros)
    v1 = neg(x0)
    return v1, v1 [-0.  0.]
    """
    outputs = np.array(program.outputs, dtype=np.int64)
    kept = np.array([_without_zero(program, r) for r in program.outputs], dtype=np.int64)
    sums = outputs[kept != outputs]
    if not len(sums):
        return program, None
    used = np.union1d(np.frombuffer(program.operands, dtype=np.int64), kept)
    shorter = _dropped(replace(program, outputs=tuple(kept.tolist())), np.setdiff1d(sums, used))
    return shorter, np.where(kept == outputs, -0.0, 0.0)  # x + -0.0 is x, also for -0.0


def apart(program: Program, varying: Sequence[bool]) -> tuple[Program, Any]:
    """The program for adding its outputs up over a batch, of which each row has a part in some.

    A gradient that is the sum of a part that varies over the batch and one that does not, as that
    of a penalty of large weights, is two outputs: the latter is the same for all rows. Of other
    sums the parts stay together: they may cancel, row by row, without losing a digit.
    The second result are the outputs to which the last ones of the program belong, in their order.

    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> trace = Trace(); x, w = trace.input(), trace.input()
    >>> built = build_program([x, w], [x + w, x + ops.mul_no_nan(2.0, w)])
    >>> print(*apart(built, [True, False, True, False, True, False]))
    v2 = x0 + x1
    v3 = mul_no_nan(2.0, x1)
    return v2, x0, v3 [1]
    """
    longer = _Longer(program)
    outputs: list[int] = []
    rests: list[int] = []
    belong: list[int] = []
    sums: list[int] = []
    for i, r in enumerate(program.outputs):
        fixed = []
        while (split := _split(program, r, varying)) is not None:
            sums.append(r)
            r, rest = split
            fixed.append(rest)
        outputs.append(r)
        if fixed:
            rests.append(longer.sum(fixed))
            belong.append(i)
    if not belong:
        return program, np.empty(0, dtype=np.intp)
    whole = longer.program((*outputs, *rests))
    return _dropped(whole, _unused(whole, sums)), np.array(belong, dtype=np.intp)


def _split(program: Program, r: int, varying: Sequence[bool]) -> tuple[int, int] | None:
    """The part that varies and the one that does not, if the reference is to the sum of two."""
    k = r - program.inputs
    if k < 0 or program.ops[program.code[k]] is not ops.add:
        return None
    a, b = program.operands[program.starts[k] : program.starts[k] + 2]
    if varying[a] is varying[b]:
        return None
    if not (_of_chain_rule(program, a) or _of_chain_rule(program, b)):
        return None
    return (a, b) if varying[a] else (b, a)


def _of_chain_rule(program: Program, r: int) -> bool:
    """Whether the reference is to a product of the chain rule, or to a sum with such a one."""
    k = r - program.inputs
    if k < 0:
        return False
    op, start = program.ops[program.code[k]], program.starts[k]
    if op is not ops.add:
        return op is ops.mul_no_nan
    others = [x - program.inputs for x in program.operands[start : start + 2]]
    return any(i >= 0 and program.ops[program.code[i]] is ops.mul_no_nan for i in others)


def _unused(program: Program, slots: list[int]) -> list[int]:
    """Those of the slots that nothing uses but others of these, users before operands."""
    references = np.array([*program.operands, *program.outputs], dtype=np.int64)
    uses = np.bincount(references[references >= 0], minlength=program.inputs + len(program))
    found = []
    for slot in dict.fromkeys(slots):
        if not uses[slot]:
            found.append(slot)
            start = program.starts[slot - program.inputs]
            for r in program.operands[start : start + 2]:
                uses[r] -= r >= 0
    return found


class _Longer:
    """A program with sums after its equations."""

    def __init__(self, program: Program) -> None:
        self.base = program
        self.ops = program.ops if ops.add in program.ops else (*program.ops, ops.add)
        self.code, self.starts = array("H", program.code), array("q", program.starts)
        self.operands = array("q", program.operands)

    def sum(self, terms: list[int]) -> int:
        """The reference to the sum of these references."""
        total = terms[0]
        for term in terms[1:]:
            self.operands.extend((total, term))
            self.starts.append(len(self.operands))
            self.code.append(self.ops.index(ops.add))
            total = self.base.inputs + len(self.code) - 1
        return total

    def program(self, outputs: tuple[int, ...]) -> Program:
        """All of it, with these outputs."""
        arrays: Any = {"code": self.code, "starts": self.starts, "operands": self.operands}
        return replace(self.base, ops=self.ops, outputs=outputs, **arrays)


def _without_zero(program: Program, r: int) -> int:
    """The other operand, if the reference is to a sum of 0.0 and that; else itself."""
    k = r - program.inputs
    if k < 0 or program.ops[program.code[k]] is not ops.add:
        return r
    a, b = program.operands[program.starts[k] : program.starts[k] + 2]
    if a < 0 and str(program.constants[-1 - a]) == "0.0":
        return b
    return a if b < 0 and str(program.constants[-1 - b]) == "0.0" else r


def _dropped(program: Program, slots: Any) -> Program:
    """The program without the equations of these slots, which nothing uses."""
    kept = np.ones(program.inputs + len(program), dtype=bool)
    kept[slots] = False
    new = np.cumsum(kept) - 1
    equations = kept[program.inputs :]
    starts = np.frombuffer(program.starts, dtype=np.int64)
    operands = np.frombuffer(program.operands, dtype=np.int64)
    arity = np.diff(starts)
    operands = operands[np.repeat(equations, arity)]
    operands = np.where(operands < 0, operands, new[operands])
    starts = np.concatenate([[0], np.cumsum(arity[equations])])
    outputs = [r if r < 0 else int(new[r]) for r in program.outputs]
    code = array("H", np.frombuffer(program.code, dtype=np.uint16)[equations].tobytes())
    return replace(
        program,
        outputs=tuple(outputs),
        code=code,
        starts=array("q", starts.astype(np.int64).tobytes()),
        operands=array("q", operands.astype(np.int64).tobytes()),
    )
