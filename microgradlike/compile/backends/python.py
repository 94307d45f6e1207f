"""The backend "python": one call of a primitive's own function for each equation and row.

The values and gradients of a row are those of eager arithmetic, bit for bit, apart from gradients
through `where`: a recorded choice adds up those of its users first. The sum over a batch has an
order of its own. Every other backend is held to this one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from operator import add

from microgradlike._numpy import np
from microgradlike.compile.arrays import FloatArray, Rows, joined
from microgradlike.compile.program import Program
from microgradlike.ops import TABLE, Op

SHARDS_PER_TASK = 1
MERGING = False  # a merged operation adds gradients up in another order
KEPT: tuple[type, ...] = ()


def build(program: Program, batched: int, add_to: Sequence[int] | None = None) -> Interpreter:
    """Return the program as a function of (rows, shared); see `compile.backends`.

    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> x, w = (trace := Trace()).input(), trace.input()
    >>> run = build(build_program([x, w], [w * x]), 1)
    >>> run(np.array([[1.0, 2.0, 3.0]]), np.array([10.0]))
    array([[10., 20., 30.]])
    """
    return Interpreter(program, summed=add_to is not None)


class Interpreter:
    """A program run row by row and equation by equation."""

    block = 1024  # rows at a time

    def __init__(self, program: Program, *, summed: bool) -> None:
        self.summed = summed
        self.inputs, self.outputs = program.inputs, program.outputs
        forwards = {op: _forward(op) for op in program.ops}
        self.steps = [(forwards[op], operands) for _, op, operands in program.equations()]
        self.constants = program.constants[::-1]  # the reference -1 is then the last item

    def __call__(self, rows: Rows, shared: FloatArray) -> FloatArray:
        """Return the outputs of each row, or summed over the rows."""
        rest = shared.tolist()
        results = [self.row([*row, *rest]) for row in joined(rows).T.tolist()]
        if self.summed:
            return np.array([reduce(add, column) for column in zip(*results)], dtype=float)
        return np.array(results, dtype=float).T

    def row(self, inputs: list[float]) -> list[float]:
        """Return the outputs for the inputs of one row."""
        state = [*inputs, *[0.0] * len(self.steps), *self.constants]
        for slot, (forward, operands) in enumerate(self.steps, self.inputs):
            state[slot] = forward(*[state[r] for r in operands])
        return [state[r] for r in self.outputs]


def _forward(op: Op) -> Callable[..., float]:
    """Return the primitive's own function; the results of a user's become floats."""
    if TABLE.get(op.name) is op:
        return op.forward
    return lambda *xs: float(op.forward(*xs))
