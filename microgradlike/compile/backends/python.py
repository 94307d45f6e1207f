"""The backend "python": one call of a primitive's own function for each equation and row.

Values are those of eager arithmetic, bit for bit. Every other backend is held to this one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from microgradlike.compile.program import Program
from microgradlike.ops import TABLE, Op


def build(program: Program, batched: int, belong: Sequence[int] = ()) -> Callable[[Any, Any], Any]:
    """The program as a function of (rows, shared), which gives its outputs in rows.

    `rows` is an array of shape (batched, number of rows), the first inputs of the program; `shared`
    are the other inputs, the same for every row. The result has shape (outputs, number of rows).
    Its method `sums` gives them added up; the last ones are added to those that they `belong` to.

    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> x, w = (trace := Trace()).input(), trace.input()
    >>> run = build(build_program([x, w], [w * x]), 1)
    >>> run(np.array([[1.0, 2.0, 3.0]]), np.array([10.0]))
    array([[10., 20., 30.]])
    """
    return _Run(program, belong)


class _Run:
    block = 1024  # rows at a time

    def __init__(self, program: Program, belong: Sequence[int]) -> None:
        self.belong = np.array(belong, dtype=np.intp)
        self.inputs, self.outputs = program.inputs, program.outputs
        forwards = {op: _forward(op) for op in program.ops}
        self.steps = [(forwards[op], operands) for _, op, operands in program.equations()]
        self.constants = program.constants[::-1]  # a reference of -1 is the last one then

    def __call__(self, rows: Any, shared: Any) -> Any:
        rest = shared.tolist()
        results = [self.one([*row, *rest]) for row in rows.T.tolist()]
        return np.array(results, dtype=float).reshape(rows.shape[1], len(self.outputs)).T

    def sums(self, rows: Any, shared: Any) -> Any:
        """The outputs, added up over the rows."""
        with np.errstate(all="ignore"):
            parts = self(rows, shared).sum(axis=1)
            total, rest = np.split(parts, [len(parts) - len(self.belong)])
            total[self.belong] += rest
        return total

    def one(self, inputs: list[float]) -> list[float]:
        state = [*inputs, *[0.0] * len(self.steps), *self.constants]
        for slot, (forward, operands) in enumerate(self.steps, self.inputs):
            state[slot] = forward(*[state[r] for r in operands])
        return [state[r] for r in self.outputs]


def _forward(op: Op) -> Callable[..., float]:
    """The primitive's own function; of a user's, what it gives as a float."""
    if TABLE.get(op.name) is op:
        return op.forward
    return lambda *xs: float(op.forward(*xs))
