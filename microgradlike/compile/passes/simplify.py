"""Simplification: programs that compute the same with less work."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from microgradlike import ops
from microgradlike.compile.arrays import FloatArray, IndexArray
from microgradlike.compile.program import Program


def with_squares_as_products(program: Program) -> Program:
    """Return the program with x · x for x ** 2: within half an ulp, at a tenth of the cost.

    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> x = Trace().input()
    >>> print(with_squares_as_products(build_program([x], [x**2.0])))
    v1 = x0 * x0
    return v1
    """
    if ops.power not in program.ops or 2.0 not in program.constants:
        return program
    two = -1 - program.constants.index(2.0)
    table = program.ops if ops.mul in program.ops else (*program.ops, ops.mul)
    power, mul = table.index(ops.power), table.index(ops.mul)
    code, operands = array("H", program.code), array("q", program.operands)
    for k in np.flatnonzero(np.frombuffer(program.code, dtype=np.uint16) == power).tolist():
        at = program.starts[k]
        if operands[at + 1] == two:
            code[k], operands[at + 1] = mul, operands[at]
    return replace(program, ops=table, code=code, operands=operands)


def without_zero_terms(program: Program) -> tuple[Program, FloatArray | None]:
    """Return the program without outputs of the form 0.0 + y, and the terms to add to its outputs.

    Gradients have this form, as an eager `grad` is 0.0 before the first contribution; only the sign
    of a zero depends on it. The terms are 0.0 for an output that lost one, else -0.0, and are added
    to all outputs at once, at no cost. They are None if no output has this form.

    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> x = Trace().input()
    >>> shorter, terms = without_zero_terms(build_program([x], [-x, 0.0 + -x]))
    >>> print(shorter, terms)
    v1 = neg(x0)
    return v1, v1 [-0.  0.]
    """
    outputs = np.array(program.outputs, dtype=np.int64)
    kept = np.array([_without_zero_term(program, r) for r in program.outputs], dtype=np.int64)
    sums = outputs[kept != outputs]
    if not len(sums):
        return program, None
    used = np.union1d(np.frombuffer(program.operands, dtype=np.int64), kept)
    shorter = _without_slots(
        replace(program, outputs=tuple(kept.tolist())), np.setdiff1d(sums, used)
    )
    return shorter, np.where(kept == outputs, -0.0, 0.0)  # x + -0.0 is x, also for -0.0


def with_shared_terms_apart(
    program: Program, varying: Sequence[bool]
) -> tuple[Program, IndexArray]:
    """Return the program with shared terms of its outputs as further outputs, for a batch sum.

    A gradient may be the sum of a part that varies over the batch and one that is the same for all
    rows, such as that of a penalty on large weights; as an output of its own, the latter is
    computed once. Only sums of the chain rule are taken apart: the terms of other sums may cancel
    exactly in each row, which their totals need not. The second result has, for each further
    output, the index of the output that it is a term of.

    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> trace = Trace(); x, w = trace.input(), trace.input()
    >>> built = build_program([x, w], [x + w, x + ops.mul_no_nan(2.0, w)])
    >>> print(*with_shared_terms_apart(built, [True, False, True, False, True, False]))
    v2 = x0 + x1
    v3 = mul_no_nan(2.0, x1)
    return v2, x0, v3 [1]
    """
    extended = _ExtendedProgram(program)
    outputs: list[int] = []
    further: list[int] = []
    term_of: list[int] = []
    sums: list[int] = []
    for i, r in enumerate(program.outputs):
        shared = []
        while (terms := _varying_and_shared_term(program, r, varying)) is not None:
            sums.append(r)
            r, term = terms
            shared.append(term)
        outputs.append(r)
        if shared:
            further.append(extended.sum(shared))
            term_of.append(i)
    if not term_of:
        return program, np.empty(0, dtype=np.intp)
    whole = extended.program((*outputs, *further))
    return _without_slots(whole, _unused(whole, sums)), np.array(term_of, dtype=np.intp)


def _varying_and_shared_term(
    program: Program, r: int, varying: Sequence[bool]
) -> tuple[int, int] | None:
    """Return the two terms of a sum of the chain rule of which one varies, the other does not."""
    k = r - program.inputs
    if k < 0 or program.ops[program.code[k]] is not ops.add:
        return None
    a, b = program.operands[program.starts[k] : program.starts[k] + 2]
    if varying[a] is varying[b]:
        return None
    if not (_is_of_chain_rule(program, a) or _is_of_chain_rule(program, b)):
        return None
    return (a, b) if varying[a] else (b, a)


def _is_of_chain_rule(program: Program, r: int) -> bool:
    """Return whether the reference is to a product of the chain rule, or to a sum with one."""
    k = r - program.inputs
    if k < 0:
        return False
    op, start = program.ops[program.code[k]], program.starts[k]
    if op is not ops.add:
        return op is ops.mul_no_nan
    terms = [x - program.inputs for x in program.operands[start : start + 2]]
    return any(i >= 0 and program.ops[program.code[i]] is ops.mul_no_nan for i in terms)


def _unused(program: Program, slots: list[int]) -> list[int]:
    """Return those of the slots, users before operands, that no equation or output needs."""
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


class _ExtendedProgram:
    """A program with sums after its equations."""

    def __init__(self, program: Program) -> None:
        self.base = program
        self.ops = program.ops if ops.add in program.ops else (*program.ops, ops.add)
        self.code, self.starts = array("H", program.code), array("q", program.starts)
        self.operands = array("q", program.operands)

    def sum(self, terms: list[int]) -> int:
        """Append the sum of references and return the reference to it."""
        total = terms[0]
        for term in terms[1:]:
            self.operands.extend((total, term))
            self.starts.append(len(self.operands))
            self.code.append(self.ops.index(ops.add))
            total = self.base.inputs + len(self.code) - 1
        return total

    def program(self, outputs: tuple[int, ...]) -> Program:
        """Return the extended program with these outputs."""
        return replace(
            self.base,
            ops=self.ops,
            outputs=outputs,
            code=self.code,
            starts=self.starts,
            operands=self.operands,
        )


def _without_zero_term(program: Program, r: int) -> int:
    """Return the other term if the reference is to a sum with 0.0, else the reference."""
    k = r - program.inputs
    if k < 0 or program.ops[program.code[k]] is not ops.add:
        return r
    a, b = program.operands[program.starts[k] : program.starts[k] + 2]
    if a < 0 and str(program.constants[-1 - a]) == "0.0":
        return b
    return a if b < 0 and str(program.constants[-1 - b]) == "0.0" else r


def _without_slots(program: Program, slots: Any) -> Program:
    """Return the program without the equations of these slots, which nothing uses."""
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
