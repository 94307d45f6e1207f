"""A straight-line program over mpmath numbers of 60 digits: value, gradient, Hessian times vector.

Forward only, by the textbook's first and second derivatives of each primitive and the chain rule of
second order. So it shares with the library under test neither the partials of the table nor the
code that applies them, reverse or forward.
"""

from dataclasses import dataclass
from typing import Any

from mpmath import mp, mpf

from microgradlike.op import Op
from tests.oracle.textbook import derivatives
from tests.ulps import exact

DIGITS = 60


@dataclass(frozen=True, slots=True)
class Result:
    """The numbers to compare: a value, and two rows with a number per input; None if missing."""

    value: Any
    gradient: list[Any] | None
    hvp: list[Any] | None

    def row(self, inputs):
        """The value, the gradient and the Hessian's row in one list, with None for missing ones."""
        missing = [None] * inputs
        return [self.value, *(self.gradient or missing), *(self.hvp or missing)]


def quantities(inputs):
    """The quantities of the numbers in such a row."""
    return ["value", *["gradient"] * inputs, *["hvp"] * inputs]


@dataclass(frozen=True, slots=True)
class Step:
    """One slot of a program: an input (op is None), or an instruction that was carried out.

    `y` is its value; `by` its derivatives by every input, `along` that in the direction, `both` the
    second ones, by every input and in the direction. `at` are the operands; `below` those that are
    slots, as (position, slot); `first`, `second`, `third` the textbook's row.
    """

    op: Op | None
    y: Any
    by: list[Any]
    along: Any
    both: list[Any]
    at: tuple[Any, ...] = ()
    below: tuple[tuple[int, int], ...] = ()
    first: Any = ()
    second: Any = ()
    third: Any = ()


def run(program, direction):
    """All steps of the program at its point; the derivatives of the last one are the program's."""
    with mp.workdps(DIGITS):
        m = len(program.point)
        zeros = [mpf(0)] * m
        steps = []
        for i, (x, d) in enumerate(zip(program.point, direction)):
            unit = [mpf(i == j) for j in range(m)]
            steps.append(Step(None, mpf(x), unit, mpf(d), zeros))
        for instruction in program.instructions:
            steps.append(_step(instruction, steps))
        return steps


def result(steps):
    """The Result of a program with these steps."""
    last = steps[-1]
    return Result(last.y, last.by, last.both)


def _step(instruction, steps):
    op, operands = instruction.op, instruction.operands
    at = tuple(steps[x].y if isinstance(x, int) else mpf(x) for x in operands)
    below = tuple((i, x) for i, x in enumerate(operands) if isinstance(x, int))
    y = exact(op)(*at)
    first, second, third = derivatives(op, y, at)
    inputs = range(len(steps[0].by))
    by = [sum(first[i] * steps[x].by[k] for i, x in below) for k in inputs]
    along = sum(first[i] * steps[x].along for i, x in below)
    both = [sum(first[i] * steps[x].both[k] for i, x in below) for k in inputs]
    for i, x in below:
        for j, z in below:
            if second[i + j]:
                bent = second[i + j] * steps[z].along
                both = [b + bent * steps[x].by[k] for k, b in enumerate(both)]
    return Step(op, y, by, along, both, at, below, first, second, third)
