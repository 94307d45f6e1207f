"""Product fusion: sums of products as single equations over all their factors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from microgradlike import ops
from microgradlike.compile.arrays import IndexArray
from microgradlike.compile.passes.sum_fusion import with_fused
from microgradlike.compile.program import Program
from microgradlike.op import REAL, Op


def is_sum_of_products(op: Op) -> bool:
    """Return whether the primitive is one that `sum_of_products` makes.

    >>> is_sum_of_products(sum_of_products(5)), is_sum_of_products(ops.where)
    (True, False)
    """
    return op.arity > 2 and op is sum_of_products(op.arity)


@cache
def sum_of_products(operands: int) -> Op:
    """Return the primitive that adds products to its first operand, from left to right.

    >>> sum_of_products(5)(1.0, 2.0, 3.0, 4.0, 5.0)  # 1 + 2 * 3 + 4 * 5
    27.0
    """

    def forward(y: float, *factors: float) -> float:
        for a, b in zip(factors[::2], factors[1::2]):
            y += a * b
        return y

    partials = (lambda *_: 1.0,) * operands  # programs are differentiated before
    return Op(f"products{operands}", forward, partials, "", "", "Σ", (REAL,) * operands, None)


def fuse_products(program: Program, varying: Sequence[bool]) -> tuple[Program, IndexArray]:
    """Return the program with an equation for each sum of products, and the new slots of the old.

    It gives the same bits. `varying` is indexed by reference; only what varies is fused, and only
    what nothing else uses. In one equation all first factors vary, and all second ones or none.

    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> trace = Trace(); a, b, c = xs = [trace.input() for _ in range(3)]
    >>> print(fuse_products(build_program(xs, [a + a * b + b * c]), [True] * 7)[0])
    v3 = products5(x0, x0, x1, x1, x2)
    return v3
    """
    inputs, count = program.inputs, program.inputs + len(program)
    references = np.array([*program.operands, *program.outputs, *program.outputs], dtype=np.int64)
    uses = np.bincount(references[references >= 0], minlength=count).tolist()
    products: dict[int, list[int]] = {}
    sums: dict[int, list[int]] = {}
    inside = np.zeros(len(program), dtype=bool)
    for slot, op, operands in program.equations():
        if op is ops.mul and varying[slot] and uses[slot] == 1:
            products[slot] = sorted(operands, key=varying.__getitem__, reverse=True)
        elif op is ops.add and varying[slot]:
            first, last = operands if operands[1] in products else operands[::-1]
            if last not in products:
                continue
            terms, product = [first], products[last]
            if (
                first in sums
                and uses[first] == 1
                and varying[sums[first][-1]] is varying[product[1]]
            ):
                terms = sums.pop(first)
                inside[first - inputs] = True
            sums[slot] = [*terms, *product]
            inside[last - inputs] = True
    fused = {slot - inputs: terms for slot, terms in sums.items()}
    return with_fused(program, fused, inside, sum_of_products)
