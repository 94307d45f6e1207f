"""The bound counts exact operations as exact, and the others with the ulps of the table.

`test_random_programs.py` has the figures: how often it is broken, and how far it is from the error.
"""

import math
import random
from fractions import Fraction

import pytest
from mpmath import mp, mpf

import microgradlike as mg
from microgradlike import Value, digits, ops
from microgradlike.accuracy.judgement.bound import FEW, bounds, counted_on
from microgradlike.accuracy.judgement.rounding import LEAST, rounding
from microgradlike.graph import topological
from tests.accuracy.programs import right


def bounded(y):
    """The errors of value and gradient of each node, by its id."""
    order = topological(y)
    found = bounds(order, y)
    return {id(v): pair for v, *pair in zip(order, found.value, found.gradient)}


def counted(y, *leaves):
    """The digits of the value of `y` and of its gradients that can be counted on."""
    found = bounded(y)
    y.backward()
    value = counted_on(found[id(y)][0], y.data)
    return [value] + [counted_on(found[id(x)][1], x.grad) for x in leaves]


def test_exact_operations_count_as_exact():
    """Whole numbers, × 2, a difference of numbers within a factor of 2, a quotient, a root."""
    x, z = Value(3.0), Value(0.1)
    whole = (x * x - 2 * x + 1) / 4
    near = 2 * z - 0.15
    assert counted(whole, x) == counted(near, z) == [16.0, 16.0]
    assert counted(x**2, x) == counted(z * 2, z) == [16.0, 16.0]
    assert counted(ops.sqrt(Value(6.25))) == [16.0]
    assert counted(abs(-z) + ops.relu(z)) == [16.0]


def test_a_cancelling_difference_leaves_the_digits_that_its_operands_have():
    x = Value(1e-4)
    (value,) = counted(1 - ops.cos(x))
    assert 7 < value < 8
    assert counted((1 - ops.cos(Value(1e-8))) / 1e-16) == [0.0]


@pytest.mark.parametrize("op", [ops.add, ops.sub, ops.mul, ops.mul_no_nan, ops.div])
def test_the_rounding_of_arithmetic_is_its_error(op):
    rng = random.Random(op.name)
    infix = {ops.mul_no_nan: "*"}.get(op, op.infix)
    for _ in range(200):
        a, b = (rng.uniform(-1, 1) * 2.0 ** rng.randint(-40, 40) for _ in range(2))
        y = op(a, b)
        exact_y = eval(f"Fraction(a) {infix} Fraction(b)", {"Fraction": Fraction, "a": a, "b": b})
        error = abs(Fraction(y) - exact_y)
        assert rounding(op, y, [a, b]) == pytest.approx(float(error), rel=1e-12)


def test_the_rounding_of_a_root_is_its_error():
    rng = random.Random(0)
    with mp.workdps(60):
        for _ in range(200):
            x = rng.random() * 2.0 ** rng.randint(-40, 40)
            error = abs(mp.sqrt(mpf(x)) - math.sqrt(x))
            assert rounding(ops.sqrt, math.sqrt(x), [x]) == pytest.approx(float(error), rel=1e-12)


@pytest.mark.parametrize(
    ("op", "at"),
    [
        (ops.mul, (1e-200, 3e-120)),
        (ops.div, (1e-310, 3.0)),
        (ops.div, (1.0, 3e200)),
        (ops.sqrt, (1e-310,)),
        (ops.mul, (1e301, 1e-3)),
    ],
    ids=str,
)
def test_near_underflow_and_overflow_a_rounding_is_at_most_half_an_ulp(op, at):
    y = op(*at)
    with mp.workdps(60):
        x, *rest = map(mpf, at)
        true = mp.sqrt(x) if op is ops.sqrt else x * rest[0] if op is ops.mul else x / rest[0]
        error = float(abs(true - y))
    assert error <= rounding(op, y, at) <= math.ulp(y) / 2 + LEAST


def test_zeros_are_exact_and_a_zero_by_underflow_is_not():
    assert rounding(ops.mul, 0.0, [0.0, 3.0]) == rounding(ops.div, 0.0, [0.0, 3.0]) == 0
    assert rounding(ops.sqrt, 0.0, [0.0]) == 0
    assert rounding(ops.mul, 0.0, [1e-200, 1e-200]) == LEAST
    x = Value(-800.0)
    assert counted(1e300 * ops.exp(x), x) == [0.0, 0.0]


def test_a_result_that_is_not_finite_has_no_digits():
    x = Value(1000.0)
    with mg.indeterminate("zero"):
        assert counted(ops.exp(x) - ops.exp(x), x) == [0.0, 0.0]
        assert counted(ops.exp(x)) == counted(1 / (1 + ops.exp(x))) == [0.0]


def test_a_branch_that_is_not_taken_has_no_effect():
    x = Value(0.0)
    with mg.indeterminate("zero"):
        assert counted(ops.where(x < 1, x, 1 / x) + 0.5, x) == [16.0, 16.0]


@pytest.mark.parametrize("op", [ops.floor, ops.sign, ops.absolute, ops.relu])
def test_a_jump_within_reach_of_the_error_counts(op):
    """The tie is 0, and could be 2.8e-17 or less than 0."""
    x = Value(0.1)
    tie = x + 0.2 - 0.30000000000000004
    found = counted(op(tie) + x, x)
    assert found[op in (ops.absolute, ops.relu)] == 0.0  # the value jumps, or the gradient
    assert counted(op(tie + 0.5) + x, x)[0] > 15


def test_a_partial_at_the_edge_of_a_domain_has_digits():
    """The next numbers above have no asin."""
    x = Value(0.3333333333333331)
    value, gradient = counted(ops.asin(x * 3), x)
    assert value > 8
    assert 1.2 < gradient < 1.38  # 1.389 are right


@pytest.mark.parametrize(
    ("op", "f", "at"),
    [
        (ops.acos, lambda x: 1 - x, 1e-15),
        (ops.atanh, lambda x: 1 - x, 1e-15),
        (ops.acosh, lambda x: 1 + x, 1e-15),
        (ops.log1p, lambda x: x - 1, 1e-15),
        (ops.tan, lambda x: x * 1.1, math.pi / 2 / 1.1),
    ],
)
def test_close_to_a_pole_of_a_partial_no_more_is_promised_than_there_is(op, f, at):
    found = digits(op(f(Value(at, "x"))))
    gradient = found.gradients["x"]
    assert found.value.bound <= found.value.right
    assert gradient.right - 0.2 < gradient.bound <= gradient.right


@pytest.mark.parametrize("n", [3, 8, 50, 1900, 5000, 10**6])
def test_near_a_zero_of_the_slope_of_sinc_no_more_is_promised_than_there_is(n):
    far = (n + 0.5) * math.pi
    with mp.workdps(40):
        zero = float(mp.findroot(lambda x: x * mp.cos(x) - mp.sin(x), far - 1 / far))
    for x in (zero, zero * (1 + 1e-9), zero * (1 - 1e-4)):
        slope = digits(mg.sinc(Value(x, "x"))).gradients["x"]
        assert slope.bound <= slope.right


def test_an_error_of_the_size_of_the_number_is_counted_against_what_is_left():
    found = digits(ops.sin(Value(1e6) * math.pi)).value
    assert 0.05 < found.bound < found.right < 0.1


def test_an_overflow_on_the_way_and_an_underflow_leave_nothing_to_count_on():
    x, y = Value(1e200), Value(1e200)
    assert max(counted(x / ops.sqrt(x * x + y * y), x, y)) < 0.01
    a, b, c = Value(1e-200), Value(1.0), Value(1e-200)
    root = (-b + ops.sqrt(b * b - 4 * a * c)) / (2 * a)
    assert counted(root, a, b)[:2] == [0.0, 0.0]


def test_an_error_counts_through_a_steep_partial():
    """tan is steep at atan(x): the gradient has half of the digits that x has."""
    x = Value(1e7)
    value, gradient = counted(ops.tan(ops.atan2(x, 1.0)), x)
    assert 7 < value < 9
    assert 7 < gradient < 9


def test_with_many_leaves_errors_are_bounded_in_one_sweep():
    leaves = [Value(0.1 * i + 0.1) for i in range(FEW + 1)]
    y = mg.sum([ops.sin(x) * ops.exp(-x) for x in leaves])
    with mp.workdps(30):
        wants = [mp.exp(-mpf(x.data)) * (mp.cos(x.data) - mp.sin(x.data)) for x in leaves]
        for found, x, want in zip(counted(y, *leaves)[1:], leaves, wants):
            assert 14 < found <= right(x.grad, want)


def test_every_node_has_a_bound_of_its_gradient():
    x = Value(0.3)
    u = ops.exp(x)
    y = ops.sin(u)
    found = bounded(y)
    assert found[id(y)][1] == 0
    y.backward()
    with mp.workdps(30):
        assert abs(mp.cos(mp.exp(mpf(x.data))) - u.grad) <= found[id(u)][1] < 1e-14


def test_a_long_chain_needs_no_recursion():
    x = Value(0.5)
    y = x
    for _ in range(5000):
        y = y * 0.999 + x
    value, gradient = counted(y, x)
    assert 12 < gradient < value < 16


@pytest.mark.parametrize(
    ("error", "computed", "want"),
    [
        (0.0, 0.0, 16.0),
        (0.0, math.inf, 16.0),
        (1e-3, 0.0, 0.0),
        (1e-3, math.inf, 0.0),
        (1e-3, math.nan, 0.0),
        (0.0, math.nan, 0.0),
        (math.inf, 1.0, 0.0),
        (1e-3, -1.0, math.log10(0.999) + 2.99),
        (1e-30, 1.0, 16.0),
        (5e-324, 1e300, 16.0),
        (2.0, 1.0, 0.0),
    ],
)
def test_digits_are_a_relative_error_on_a_scale_from_0_to_16(error, computed, want):
    assert counted_on(error, computed) == pytest.approx(want)
