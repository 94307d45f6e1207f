"""Product fusion: sums of products as single equations, inner products with all their factors."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from microgradlike import ops
from microgradlike.compile.program import Program
from microgradlike.op import REAL, Op


def is_inner_product(op: Op) -> bool:
    """Return whether the primitive is one that `inner_product` makes.

    >>> is_inner_product(inner_product(2)), is_inner_product(ops.where)
    (True, False)
    """
    return op.arity > 1 and op is inner_product(op.arity // 2)


@cache
def inner_product(terms: int) -> Op:
    """Return the primitive that adds a number of products to its first operand, from left to right.

    >>> inner_product(2)(1.0, 2.0, 3.0, 4.0, 5.0)  # 1 + 2 * 3 + 4 * 5
    27.0
    """

    def forward(y: float, *factors: float) -> float:
        for a, b in zip(factors[::2], factors[1::2]):
            y += a * b
        return y

    arity = 1 + 2 * terms
    partials = (lambda *_: 1.0,) * arity  # programs are differentiated before
    return Op(f"products{terms}", forward, partials, "", "", "Σ", (REAL,) * arity, None)


def fuse_products(program: Program, varying: Sequence[bool]) -> tuple[Program, list[int]]:
    """Return the program with one equation for a sum of products, and the new slots of the old.

    It gives the same bits. A further last constant is -0.0, to which sums of products alone are
    added. Only sums that vary are fused, as `varying` says by reference. In one equation all first
    factors vary, and all second ones or none. A slot inside a sum is -1 now.

    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> trace = Trace(); a, b, c = xs = [trace.input() for _ in range(3)]
    >>> fused, slots = fuse_products(build_program(xs, [a + a * b + b * c]), [True] * 7)
    >>> print(fused, slots)
    v3 = products2(x0, x0, x1, x1, x2)
    return v3 [0, 1, 2, -1, -1, -1, 3]
    """
    sums, inside = _sums_of_products(program, varying)
    table = {op: i for i, op in enumerate(program.ops)}
    code, starts, operands = array("H"), array("q", [0]), array("q")
    slots = list(range(program.inputs))
    for k, number in enumerate(program.code):
        slot = program.inputs + k
        if slot in inside:
            slots.append(-1)
            continue
        references = sums.get(slot)
        if references is None:
            references = program.operands[program.starts[k] : program.starts[k + 1]].tolist()
        else:
            number = table.setdefault(inner_product(len(references) // 2), len(table))
        slots.append(program.inputs + len(code))
        code.append(number)
        operands.extend([r if r < 0 else slots[r] for r in references])
        starts.append(len(operands))
    fused = replace(
        program,
        constants=(*program.constants, -0.0),
        outputs=tuple([r if r < 0 else slots[r] for r in program.outputs]),
        ops=tuple(table),
        code=code,
        starts=starts,
        operands=operands,
    )
    return fused, slots


def _sums_of_products(
    program: Program, varying: Sequence[bool]
) -> tuple[dict[int, list[int]], set[int]]:
    """Return, by its last slot, the operands of each sum of products, and the slots inside sums."""
    neutral = -1 - len(program.constants)
    references = np.array([*program.operands, *program.outputs, *program.outputs], dtype=np.int64)
    count = program.inputs + len(program)
    uses = np.bincount(references[references >= 0], minlength=count).tolist()
    products: dict[int, list[int]] = {}
    sums: dict[int, list[int]] = {}
    inside: set[int] = set()
    for slot, op, operands in program.equations():
        if op is ops.mul and varying[slot] and uses[slot] == 1:
            a, b = operands
            products[slot] = [a, b] if varying[a] else [b, a]
        elif op is ops.add and varying[slot]:
            first, last = operands if operands[1] in products else operands[::-1]
            if last not in products:
                continue
            product = products[last]
            terms = sums.get(first) if first >= 0 and uses[first] == 1 else None
            if terms is None and first in products:
                terms = [neutral, *products[first]]
            if terms is not None and varying[terms[-1]] is varying[product[1]]:
                inside.add(first)
                sums.pop(first, None)
                terms += product
            else:
                terms = [first, *product]
            inside.add(last)
            sums[slot] = terms
    return sums, inside
