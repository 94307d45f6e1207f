"""Sum fusion: chains of sums of two as single equations over all their terms."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from microgradlike import ops
from microgradlike.compile.arrays import IndexArray
from microgradlike.compile.program import Program
from microgradlike.op import REAL, Op

MIN_TERMS = 3  # fewer terms are not worth it


def is_fused_sum(op: Op) -> bool:
    """Return whether the primitive is one that `sum_of` makes.

    >>> is_fused_sum(sum_of(4)), is_fused_sum(ops.add)
    (True, False)
    """
    return op.arity >= MIN_TERMS and op is sum_of(op.arity)


@cache
def sum_of(terms: int) -> Op:
    """Return the primitive that adds a number of terms from left to right.

    >>> sum_of(4)(1e17, 1.0, 1.0, -1e17)
    0.0
    """

    def forward(*xs: float) -> float:
        y = xs[0] + xs[1]
        for x in xs[2:]:
            y += x
        return y

    partials = (lambda *_: 1.0,) * terms
    return Op(f"sum{terms}", forward, partials, "sum", "", "Σ", (REAL,) * terms, None)


def fuse_sums(program: Program, varying: list[bool]) -> Program:
    """Return the program with one equation for each chain of sums of which only the last is used.

    `varying` is indexed by reference and True if it differs over the batch. Either all terms of a
    fused sum vary, or none.

    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> trace = Trace(); a, b, c, d = xs = [trace.input() for _ in range(4)]
    >>> print(fuse_sums(build_program(xs, [a + b + c + d]), [False] * 7))
    v4 = sum4(x0, x1, x2, x3)
    return v4
    """
    if ops.add not in program.ops:
        return program
    chains, inside = _chains(program, varying)
    return with_fused(program, chains, inside, sum_of)[0] if chains else program


def _chains(program: Program, varying: list[bool]) -> tuple[dict[int, list[int]], Any]:
    """Return the terms of each chain of sums, by its last equation, and a mask of the others."""
    add, inputs, count = program.ops.index(ops.add), program.inputs, program.inputs + len(program)
    operands, starts = program.operands.tolist(), program.starts.tolist()
    references = np.array([*operands, *program.outputs, *program.outputs], dtype=np.int64)
    uses = np.bincount(references[references >= 0], minlength=count).tolist()
    chains: dict[int, list[int]] = {}
    inside = np.zeros(len(program), dtype=bool)
    nothing: list[int] = []
    for k, code in enumerate(program.code):
        if code != add:
            continue
        a, b = operands[starts[k] : starts[k] + 2]
        if varying[a] is not varying[b]:
            continue
        of_a = chains.get(a - inputs, nothing) if uses[a] == 1 else nothing
        of_b = chains.get(b - inputs, nothing) if uses[b] == 1 else nothing
        if len(of_a) == len(of_b):  # the same depth: a tree, whose layers are groups as they are
            chains[k] = [a, b]
        else:
            longer, term = (a, b) if len(of_a) > len(of_b) else (b, a)
            chains[k] = chains.pop(longer - inputs)
            chains[k].append(term)
            inside[longer - inputs] = True
    return {k: terms for k, terms in chains.items() if len(terms) >= MIN_TERMS}, inside


def with_fused(
    program: Program, fused: dict[int, list[int]], inside: Any, primitive: Callable[[int], Op]
) -> tuple[Program, IndexArray]:
    """Return the program with these equations of so many operands, and the new slots of the old.

    The equations in the mask `inside` are left out.
    """
    table = {op: i for i, op in enumerate(program.ops)}
    code, starts, operands = array("H"), array("q", [0]), array("q")
    new = np.cumsum(~inside) - 1 + program.inputs
    for k, number in enumerate(program.code):
        if inside[k]:
            continue
        terms = fused.get(k)
        if terms is not None:
            number = table.setdefault(primitive(len(terms)), len(table))
        code.append(number)
        operands.extend(terms or program.operands[program.starts[k] : program.starts[k + 1]])
        starts.append(len(operands))
    slots = np.concatenate([np.arange(program.inputs), new])
    references = np.frombuffer(operands, dtype=np.int64)
    moved = np.where(references < 0, references, slots[references]).astype(np.int64)
    outputs = tuple([r if r < 0 else int(slots[r]) for r in program.outputs])
    after = replace(
        program,
        outputs=outputs,
        ops=tuple(table),
        code=code,
        starts=starts,
        operands=array("q", moved.tobytes()),
    )
    return after, slots
