"""Random programs for the tests of digits: friendly ones, nasty ones, and the truth of each.

A friendly program is that of the oracle: ordinary operands, away from kinks and from the edges of
domains. A nasty one has inputs from 1e-9 to 1e9, differences of nearly equal results, 1 - cos,
roots of squares and sums of mixed magnitude. Each comes from its number.

The truth is this file's own: the values of tests/ulps.py and the textbook's partials of the oracle
at 120 digits, and a reverse sweep over them.
"""

import math
import random
from dataclasses import dataclass

from mpmath import mp, mpf

from microgradlike import Value, ops
from microgradlike.accuracy.digits import digits
from microgradlike.ieee_float import partial_at
from microgradlike.ops import TABLE
from microgradlike.testing.strategies.points import is_inside
from microgradlike.testing.strategies.straight_line import Instruction, StraightLine, live
from tests.oracle import generate
from tests.oracle.textbook import derivatives
from tests.ulps import exact

DIGITS = 120
CANCELLED = 1e-60  # sizes that a sum may have left
LARGEST = 60
HUGE, TINY = 1e150, 1e-150
_SMOOTH = [op for op in TABLE.values() if not op.flat and not op.chooses]
_FLAT = [op for op in TABLE.values() if op.flat]
_CONSTANTS = (1.0, 2.0, 0.5, -1.0, 3.0, 0.1, 1e-9, 1e9, 1e6, -1e-6)


def friendly(number):
    """A program of ordinary operands."""
    return generate.program(number)[0]


def nasty(number):
    """A program that loses digits."""
    rng = random.Random(f"nasty {number}")
    size = round(math.exp(rng.uniform(0, math.log(LARGEST))))
    inputs = rng.randint(1, 3)
    while True:
        growing = _Growing(rng, tuple(_input(rng) for _ in range(inputs)))
        for _ in range(10 * size):
            if len(growing.instructions) < size:
                rng.choice((growing.random, growing.cancelling))()
        program = growing.program()
        if program is not None and _has_truth(program):
            return program


def _has_truth(program):
    """False if the exact program leaves a domain, which the rounded one does not."""
    try:
        evaluated(program, DIGITS)
    except ArithmeticError:
        return False
    return True


def _input(rng):
    return rng.choice((-1, 1)) * rng.uniform(1, 10) * 10.0 ** rng.choice((-9, -6, -3, 0, 3, 6, 8))


class _Growing:
    """A nasty program that grows; `moves` has the slots with a derivative by some input."""

    def __init__(self, rng, point):
        self.rng, self.point = rng, point
        self.values = list(point)
        self.moves = set(range(len(point)))
        self.instructions = []

    def random(self):
        """Any primitive, of recent slots and constants."""
        op = self.rng.choice(_FLAT if self.rng.random() < 0.05 else _SMOOTH)
        operands = [self._slot() for _ in range(op.arity)]
        if op.arity > 1 and self.rng.random() < 0.3:
            operands[self.rng.randrange(op.arity)] = self.rng.choice(_CONSTANTS)
        self.add(op, *operands)

    def cancelling(self):
        """Two ways to nearly the same number, and their difference; or a sum of mixed magnitude."""
        rng, x = self.rng, self._slot()
        ways = (
            lambda: self._less(1.0, self.add(ops.cos, x)),
            lambda: self._less(self.add(ops.exp, x), 1.0),
            lambda: self._less(self._root(self.add(ops.add, x, 1.0)), self.add(ops.sqrt, x)),
            lambda: self._less(self.add(ops.add, x, rng.choice(_CONSTANTS)), x),
            lambda: self._less(self.add(ops.mul, x, x), self.add(ops.power, x, 2.0 + 1e-9)),
            lambda: self._less(self.add(ops.mul, x, 1.0 + 10 ** rng.uniform(-14, -3)), x),
            lambda: self._less(self.add(ops.sinh, x), self.add(ops.sin, x)),
            lambda: self._less(self.add(ops.hypot, x, rng.choice(_CONSTANTS)), x),
            lambda: self._less(self.add(ops.tanh, x), 1.0),
            lambda: self.add(ops.add, x, self.add(ops.mul, self._slot(), rng.choice(_CONSTANTS))),
        )
        rng.choice(ways)()

    def _root(self, x):
        return self.add(ops.sqrt, x)

    def _less(self, a, b):
        return self.add(ops.sub, a, b)

    def add(self, op, *operands):
        """The new slot, or None if an operand is missing or unsuitable."""
        if None in operands:
            return None
        at = [self.values[x] if type(x) is int else x for x in operands]
        margin = 1e-6 * max(1.0, *map(abs, at)) if op.kink else 0.0
        if not is_inside(op, at, HUGE, margin) or not any(type(x) is int for x in operands):
            return None
        y = op(*at)
        partials = [partial_at(op, i, y, *at) for i, x in enumerate(operands) if self._moves(x)]
        if not all(x == 0 or TINY < abs(x) < HUGE for x in (y, *partials)):
            return None
        self.values.append(y)
        self.instructions.append(Instruction(op, operands))
        if any(partials):
            self.moves.add(len(self.values) - 1)
        return len(self.values) - 1

    def _moves(self, x):
        return type(x) is int and x in self.moves

    def program(self):
        """The grown program, up to the last slot with a derivative."""
        last = max(self.moves) + 1 - len(self.point)
        if last < 1:
            return None
        return StraightLine(self.point, live(self.instructions[:last], len(self.point)))

    def _slot(self):
        count = len(self.values)
        return self.rng.choice((count - 1, self.rng.randrange(count), max(self.moves)))


def graph(program):
    """The leaves of the program as Values, x0, x1, ..., and its result."""
    leaves = [Value(x, f"x{i}") for i, x in enumerate(program.point)]
    return leaves, program(*leaves)


@dataclass(frozen=True, slots=True)
class Judged:
    """A number of a program: the true digits, and those that `digits` finds and counts on."""

    computed: float
    true: float
    right: float | None
    bound: float


def judged(program):
    """A Judged for the value and for each gradient of a program."""
    leaves, y = graph(program)
    found = digits(y)
    value, *gradient = truth(program)
    pairs = [(found.value, value)]
    pairs += [
        (found.gradients[x.label], exact)
        for x, exact in zip(leaves, gradient)
        if x.label in found.gradients
    ]
    return [Judged(x.computed, right(x.computed, exact), x.right, x.bound) for x, exact in pairs]


def right(computed, exact):
    """The decimal digits of a double that are right, 0 to 16; 16 for the nearest one."""
    if computed == float(exact):
        return 16.0
    if not exact or not math.isfinite(computed):
        return 0.0
    with mp.workdps(DIGITS):
        return min(16.0, max(0.0, float(-mp.log10(abs((mpf(computed) - exact) / exact)))))


def truth(program):
    """The value of the program at its point and its gradient, as a list of mpmath numbers.

    A number that is another one with more digits is 0: a sum that cancels.
    """
    found = evaluated(program, DIGITS)
    if any(abs(x) < CANCELLED for x in found):
        more, most = (evaluated(program, n * DIGITS) for n in (2, 4))
        found = [x if abs(x - y) < abs(y) / 2 else mpf(0) for x, y in zip(more, most)]
    return found


def evaluated(program, precision):
    """Value and gradient, computed with so many digits."""
    with mp.workdps(precision):
        slots = [mpf(x) for x in program.point]
        steps = []
        for instruction in program.instructions:
            at = [slots[x] if type(x) is int else mpf(x) for x in instruction.operands]
            y = exact(instruction.op)(*at)
            if not isinstance(y, mpf):
                raise ArithmeticError(f"{instruction.op.name} of {at} is not real")
            slots.append(y)
            steps.append((instruction, derivatives(instruction.op, y, at)[0]))
        adjoints = [mpf(0)] * (len(slots) - 1) + [mpf(1)]
        for slot, (instruction, partials) in reversed([*enumerate(steps, len(program.point))]):
            for x, p in zip(instruction.operands, partials):
                if type(x) is int:
                    adjoints[x] += adjoints[slot] * p
        return [slots[-1], *adjoints[: len(program.point)]]
