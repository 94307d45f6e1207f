"""The oracle itself: textbook and sums against mpmath's differences of values."""

import random
from itertools import product

import mpmath
import pytest
from mpmath import mp, mpf

from microgradlike import ops
from microgradlike.testing.strategies.straight_line import Instruction, StraightLine
from tests.oracle import exact
from tests.oracle.generate import program
from tests.oracle.textbook import derivatives
from tests.test_accuracy import moderate
from tests.ulps import exact as over_mpmath

TOLERANCE = mpf(10) ** -50  # 60 digits, of which differences lose some


@pytest.fixture(autouse=True)
def _sixty_digits():
    with mp.workdps(exact.DIGITS):
        yield


def close(got, want):
    return abs(got - want) <= TOLERANCE * (1 + abs(want))


def point(rng, op):
    """Operands in the domain, and away from kinks."""
    while True:
        at = [mpf(moderate(rng, domain)) for domain in op.domain]
        if op.kink is None or op.kink(*map(float, at)) > 1e-2:
            return at


@pytest.mark.parametrize("op", ops.TABLE.values(), ids=lambda op: op.name)
def test_the_textbook_has_the_derivatives_of_the_values_to_the_third_order(op):
    rng = random.Random(op.name)
    for _ in range(5):
        at = point(rng, op)
        rows = derivatives(op, over_mpmath(op)(*at), at)
        for order, row in enumerate(rows, 1):
            for by in product(range(op.arity), repeat=order):
                orders = tuple(by.count(i) for i in range(op.arity))
                want = mpmath.diff(over_mpmath(op), tuple(at), orders)
                assert close(row[sum(by)], want), (op.name, at, by)


def over_numbers(drawn):
    """The program as a function of mpmath numbers: values only."""

    def f(*x):
        slots = list(x)
        for i in drawn.instructions:
            at = [slots[x] if isinstance(x, int) else mpf(x) for x in i.operands]
            slots.append(over_mpmath(i.op)(*at))
        return slots[-1]

    return f


@pytest.mark.parametrize("number", range(60))
def test_gradients_and_hessians_are_those_of_mpmath_differences(number):
    """Programs of up to 25 instructions, as functions of mpmath numbers."""
    drawn, direction = program(number)
    if len(drawn.instructions) > 25:
        return
    found = exact.result(exact.run(drawn, direction))
    f, at = over_numbers(drawn), tuple(map(mpf, drawn.point))
    m = len(at)
    unit = [tuple(int(i == j) for j in range(m)) for i in range(m)]
    assert found.value == f(*at)
    for i in range(m):
        assert close(found.gradient[i], mpmath.diff(f, at, unit[i]))
        second = [mpmath.diff(f, at, tuple(map(sum, zip(unit[i], unit[j])))) for j in range(m)]
        want = mpmath.fsum(d * h for d, h in zip(direction, second))
        assert close(found.hvp[i], want)


def test_a_program_worked_out_by_hand():
    """y = (a b)² at (2, 3) in the direction (1, 1): H = [[2b², 4ab], [4ab, 2a²]]."""
    drawn = StraightLine((2.0, 3.0), (Instruction(ops.mul, (0, 1)), Instruction(ops.mul, (2, 2))))
    found = exact.result(exact.run(drawn, [1.0, 1.0]))
    assert found.row(2) == [36, 36, 24, 18 + 24, 24 + 8]
