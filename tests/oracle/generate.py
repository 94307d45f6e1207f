"""Random straight-line programs of 1 to 300 instructions, each from its number.

They keep the promises of `microgradlike.testing.programs()`: results are shared, every operand is
inside its domain and away from kinks, no value is larger than 100. But in a long program of that
strategy, a floor or a `where` cuts nine tenths of it off from the inputs: 135 of 300 programs had a
gradient of zeros. Here an operand with a partial of 0 still counts as unused, so a later
instruction picks it up, and the last instruction has a gradient. Hypothesis also takes longer to
draw 300 instructions than the libraries take to run them.
"""

import math
import random

from microgradlike import ops
from microgradlike.ieee_float import partial_at
from microgradlike.ops import TABLE
from microgradlike.testing.strategies.points import is_inside
from microgradlike.testing.strategies.straight_line import Instruction, StraightLine, live

LARGEST = 300
BOUND, MARGIN = 100.0, 1e-2
_CONSTANTS = (2.0, 1.0, -1.0, 0.5, 0.0, 3.0, -2.5, 0.1)
_OPS = list(TABLE.values())
_FLAT = {ops.sign, ops.floor, ops.ceil, ops.rint, ops.trunc, ops.floor_divide}
_FLAT |= {ops.less, ops.less_equal}
_QUOTIENTS = {ops.sinc, ops.exprel}  # at 0, derivatives of other libraries are nan
_WEIGHTS = [0.2 if op in _FLAT else 1.0 if op.arity == 1 else 2.0 for op in _OPS]


def program(number):
    """The program of that number, and a direction for its Hessian."""
    rng = random.Random(number)
    size = round(math.exp(rng.uniform(0, math.log(LARGEST))))  # as many of 1-17 as of 17-300
    inputs = rng.randint(1, 3)
    while True:
        point = tuple(rng.randint(-4000, 4000) / 1000 for _ in range(inputs))
        growing = _Growing(rng, point)
        for _ in range(10 * size):
            if len(growing.instructions) < 1.3 * size:  # some have no effect
                growing.add(*rng.choices(_OPS, _WEIGHTS))
        instructions = growing.program(size)
        if instructions:
            return StraightLine(point, instructions), _direction(rng, inputs)


def _direction(rng, inputs):
    """A direction of ±1, ±½ and 0, which multiply exactly; half of them have a single entry."""
    if rng.random() < 0.5:
        only = rng.randrange(inputs)
        return [float(i == only) for i in range(inputs)]
    return [rng.choice((1.0, -1.0, 0.5, -0.5)) for _ in range(inputs)]


class _Growing:
    """A program that grows: the values of its slots, and their derivatives in some direction."""

    def __init__(self, rng, point):
        self.rng = rng
        self.inputs = len(point)
        self.values = list(point)
        self.tangents = [rng.uniform(0.5, 1.0) for _ in point]
        self.unused = list(range(len(point)))  # slots that depend on the inputs and have no user
        self.instructions = []

    def add(self, op):
        """Append `op` of slots and constants, if fitting operands are found."""
        operands = self._operands(op)
        at = [self.values[x] if isinstance(x, int) else x for x in operands]
        if len(at) < op.arity or not is_inside(op, at, BOUND, MARGIN):
            return
        if (op.chooses or op in _QUOTIENTS) and abs(at[0]) < MARGIN:
            return
        y = op(*at)
        if abs(y) <= BOUND:
            self._append(Instruction(op, tuple(operands)), y, at)

    def program(self, size):
        """Up to `size` instructions with an effect; the last one depends on the inputs."""
        for end in range(len(self.instructions), 0, -1):
            if self.tangents[self.inputs + end - 1]:
                kept = live(self.instructions[:end], self.inputs)
                if len(kept) <= size:
                    return kept
        return ()

    def _append(self, instruction, y, at):
        self.values.append(y)
        self.instructions.append(instruction)
        tangent = 0.0
        for i, x in enumerate(instruction.operands):
            step = self._step(instruction.op, i, x, y, at)
            tangent += step
            if step and x in self.unused:
                self.unused.remove(x)
        self.tangents.append(tangent)
        if tangent:
            self.unused.append(len(self.tangents) - 1)

    def _step(self, op, i, x, y, at):
        if not isinstance(x, int) or not self.tangents[x]:
            return 0.0
        return self.tangents[x] * partial_at(op, i, y, *at)

    def _operands(self, op):
        chosen = []
        for i, domain in enumerate(op.domain):
            first = not any(isinstance(x, int) for x in chosen)
            if self.rng.random() < 0.2 and (i + 1 < op.arity or not first):
                chosen.append(self.rng.choice(_CONSTANTS))
            else:
                chosen += self._slot(domain, first=first)
        return chosen

    def _slot(self, domain, *, first):
        """A slot with a value in the domain; for a first operand an unused one if possible."""
        count = len(self.values)
        near = self.rng.sample(range(max(0, count - 6), count), min(6, count))
        far = [self.rng.randrange(count) for _ in range(5)]
        head = self.unused[::-1] if first else far[: self.rng.random() < 0.1]
        inside = (x for x in [*head, *near, *far] if self._suits(domain, self.values[x]))
        return [x for x, _ in zip(inside, range(1))]

    @staticmethod
    def _suits(domain, x):
        return any(lo + MARGIN <= x <= hi - MARGIN for lo, hi in domain)
