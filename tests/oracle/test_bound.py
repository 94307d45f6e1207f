"""The bound: right results meet it, slightly wrong ones do not."""

import dataclasses
import math

import pytest

from microgradlike import ops
from microgradlike.testing.strategies.straight_line import Instruction, StraightLine
from tests.oracle import exact, ours
from tests.oracle.bound import UNDERFLOW, UNIT, bounds, scales
from tests.oracle.generate import program
from tests.oracle.judge import judged


def test_the_bound_of_a_product_worked_out_by_hand():
    """y = x² at 3 in the direction 1: δy, then two edges 1·3·1 for y', and for y'' four terms."""
    steps = exact.run(StraightLine((3.0,), (Instruction(ops.mul, (0, 0)),)), [1.0])
    value, gradient, hvp = ((b - UNDERFLOW) / UNIT for b in bounds(steps))
    assert value == pytest.approx(9)
    assert gradient == pytest.approx(6)
    # the second partial by (a, b) and (b, a), 1 each; the first ones 3 times second tangents, all 0
    assert hvp == pytest.approx(2)


def test_a_value_seen_through_a_steep_partial_is_granted_its_error():
    """y = 1/(x - x₀)²-like: the error of the difference counts through the second derivative."""
    near = StraightLine(
        (1.0,), (Instruction(ops.log, (0,)), Instruction(ops.add, (1, 0.015625)),
                 Instruction(ops.div, (1.0, 2)))
    )  # fmt: skip
    steps = exact.run(near, [1.0])
    _, gradient, _ = bounds(steps)
    first_order_only = UNIT * 3 * abs(float(steps[-1].by[0]))
    assert gradient > first_order_only


@pytest.mark.parametrize("quantity", ["value", "gradient", "hvp"])
def test_an_error_of_1e_13_is_found_in_nearly_every_program(quantity):
    """Relative to the largest number of the row, in programs of up to 30 instructions."""
    found = total = 0
    for number in range(60):
        drawn, direction = program(number)
        if len(drawn.instructions) > 30:
            continue
        steps = exact.run(drawn, direction)
        right = ours.results(drawn, direction, 0)["backward, hvp"]
        row = getattr(right, quantity)
        off = 1e-13 * (abs(row) if quantity == "value" else max(map(abs, row)))
        if not off:
            continue
        moved = row + off if quantity == "value" else [x + off for x in row]
        wrong = dataclasses.replace(right, **{quantity: moved})
        limits = bounds(steps)
        assert not any(x.wrong for x in judged(right, steps, limits))
        found += any(x.wrong for x in judged(wrong, steps, limits))
        total += 1
    assert found >= 0.8 * total > 20


def test_the_second_order_counts_if_all_of_the_first_order_is_0():
    """y = u², u = log(exp(x)) - x: u, u' and u'' are 0, but come out as 1e-16 or so."""
    drawn = StraightLine(
        (0.7,),
        (
            Instruction(ops.exp, (0,)),
            Instruction(ops.log, (1,)),
            Instruction(ops.sub, (2, 0)),
            Instruction(ops.mul, (3, 3)),
        ),
    )
    steps = exact.run(drawn, [1.0])
    assert all(UNIT**2 / 100 < limit < 1000 * UNIT**2 for limit in bounds(steps))
    found = ours.results(drawn, [1.0])
    assert not any(x.wrong for r in found.values() for x in judged(r, steps, bounds(steps)))


def test_nan_is_wrong():
    drawn, direction = program(1)
    steps = exact.run(drawn, direction)
    m = len(drawn.point)
    nans = exact.Result(math.nan, [math.nan] * m, [math.nan] * m)
    assert all(x.wrong for x in judged(nans, steps, bounds(steps)))


@pytest.mark.parametrize(
    ("op", "at", "want"),
    [
        (ops.exp, [50.0], [1.0]),
        (ops.log, [0.25], [0.25]),
        (ops.asin, [0.75], [0.25]),
        (ops.power, [0.5, 3.0], [0.5, 1.0]),
        (ops.atan2, [0.03, -0.04], [0.05, 0.05]),
        (ops.hypot, [0.03, 0.04], [0.05, 0.05]),
    ],
    ids=lambda x: getattr(x, "name", None),
)
def test_the_scale_of_a_derivative_is_the_distance_to_the_nearest_singularity(op, at, want):
    assert scales(op, at) == pytest.approx(want)
