"""Random rounding shows by how much under- and overflow can change a result."""

import math
from random import Random

import pytest
from hypothesis import given, strategies as st

from microgradlike import Value, ieee, ops, unary
from microgradlike.testing import GradientError, GradientWarning, check_gradients
from microgradlike.testing.check.evaluation import Evaluation
from microgradlike.testing.check.rounding import (
    RandomRounding,
    is_extreme,
    overflows,
    underflows,
)

TINY, LARGE = 5e-324, 2.0**1000


def evaluated(f, *numbers):
    leaves = [Value(x) for x in numbers]
    return Evaluation(f(*leaves), leaves)


@given(st.integers(0, 5), st.sampled_from([-1e-200, 1e-200]), st.integers())
def test_an_underflow_is_off_by_the_smallest_double_and_in_pass_0_away_from_zero(n, x, seed):
    y = x * 1e-200
    rounded = RandomRounding(Random(seed), n).result(ops.mul, y, [x, 1e-200])
    assert abs(rounded) == TINY
    assert n or rounded == math.copysign(TINY, y)


@given(st.integers(0, 5), st.sampled_from([-1e200, 1e200]))
def test_an_overflow_is_a_large_double_in_some_passes_and_infinite_in_others(n, x):
    rounding = RandomRounding(Random(0), n)
    result = rounding.result(ops.mul, x * 1e200, [x, 1e200])
    assert result == math.copysign(LARGE if n in (0, 1, 4, 5) else math.inf, x)
    product = math.copysign(LARGE if n in (0, 2, 4) else math.inf, x)
    assert rounding.product(x, 1e200) == product
    assert rounding.partial(ops.power, 0, x, [x, 3.0]) == abs(product)


@pytest.mark.parametrize(
    ("op", "at"),
    [
        (ops.mul, [0.0, 1e-200]),  # a product with 0
        (ops.relu, [-1.0]),  # a choice
        (ops.sub, [1e-310, 2e-310]),  # exact below the normal doubles
        (ops.div, [1.0, 0.0]),  # a pole
        (ops.log, [0.0]),
        (ops.atanh, [1.0]),
        (ops.div, [1.0, math.inf]),
        (ops.log, [-1.0]),  # nan
    ],
)
def test_results_that_are_exact_or_poles_stay_as_they_are(op, at):
    y = op.forward(*at)
    assert not underflows(op, y, at)
    assert not overflows(op, y, at)
    for n in range(4):
        assert repr(RandomRounding(Random(0), n).result(op, y, at)) == repr(y)


def test_a_partial_is_replaced_only_beside_extreme_numbers():
    rounding = RandomRounding(Random(0), 0)
    steep = unary("steep", lambda x: x, lambda y, x: math.inf)
    assert rounding.partial(ops.div, 1, 1e300, [1.0, 1e-300]) == -LARGE
    assert rounding.partial(steep, 0, 1.0, [1.0]) == math.inf
    assert is_extreme(math.inf)


@pytest.mark.parametrize(
    ("f", "x", "what"),
    [
        (lambda x: (x * x).sqrt(), 1e-200, "mul(1e-200, 1e-200) underflows"),
        (lambda x: 1 / (1 + x.exp()), 800.0, "exp(800.0) overflows"),
        (lambda x: x * x, 1e-100, ""),
    ],
)
def test_the_first_node_out_of_range_is_named(f, x, what):
    assert evaluated(f, x).out_of_range() == what


def test_a_derivative_that_only_overflow_makes_infinite_has_an_unknown_rounding():
    evaluation = evaluated(lambda a: 1 / a / a, 1e-110)
    assert evaluation.gradient_noise([-math.inf], Random(0)) == [math.inf]
    pole = evaluated(lambda a: a.sqrt(), 0.0)
    assert pole.gradient_noise([math.inf], Random(0)) == [0.0]


# the cases that a check once took for wrong rules


@pytest.mark.filterwarnings("ignore::microgradlike.testing.GradientWarning")
@pytest.mark.parametrize(
    ("f", "point"),
    [
        (lambda a, b: a**b, (4.27259137837778e-66, 4.27259137837778e-66)),
        (lambda a, b: a**b, (2.3409217574910057e-308, 2.3409217574910057e-308)),
        (lambda a: a * a.log(), (2.5189852063298393e-175,)),
        (lambda a, b: (a * a + b * b) ** 0.5, (0.0, 2.5189852063298393e-175)),
        (lambda a, b: (a * a + b * b).sqrt(), (0.0, 2.5189852063298393e-175)),
        (lambda a, b: a / (a * a + b * b), (1.687329446178018e-66, 0.0)),
        (lambda a, b: a**3 / b, (0.25, 4.728435464791071e-155)),
        (lambda p, q: p * (p / q).log(), (2.5189852063298393e-175, 0.5)),
        (lambda a, b: ((a**3 + b**3) / 2) ** (1 / 3), (9.6e-151, 3.6e-155)),
        (lambda x: 1 / (1 / x), (1e-310,)),
    ],
)
def test_under_and_overflow_are_never_a_wrong_rule(f, point):
    report = check_gradients(f, *point)
    for entry in report.undecided:
        assert entry.note


def test_a_report_names_the_node_that_hides_a_derivative():
    with pytest.warns(GradientWarning, match=r"not be checked: mul\(1e-170, 1e-170\) underflows;"):
        check_gradients(lambda x: (x * x).sqrt(), 1e-170)


@pytest.mark.parametrize("x", [1e-200, 1.0, 1e200])
def test_a_wrong_rule_is_found_at_extreme_numbers_too(x):
    wrong = unary("wrong", lambda x: 3 * x, lambda y, x: 2.0)
    with pytest.raises(GradientError):
        check_gradients(wrong, x, order=1)


@pytest.mark.parametrize("scale", [1e-10, 1e-20, 1e-100])
def test_a_wrong_rule_is_found_though_all_values_are_tiny(scale):
    wrong = unary("wrong", lambda x: scale * x * x, lambda y, x: 2.02 * scale * x)
    with pytest.raises(GradientError):
        check_gradients(wrong, 1 / 3, order=1)


def test_rounding_inside_a_primitive_of_the_users_counts_where_it_follows_a_line():
    # the rounded squares of doubles near this one lie on a line, and its slope is wrong
    bell = unary("bell", lambda x: math.exp(-x * x), lambda y, x: -2 * x * y)
    assert not check_gradients(bell, 23.007717578629652).undecided


def test_operands_that_round_out_of_the_domain_stay_as_they_are():
    rounding = RandomRounding(Random(0), 0)
    for forward in (math.asin, ieee(math.asin)):
        arc = unary("arc", forward, lambda y, x: 1 / ops.sqrt(1 - x * x))
        values = {rounding.value(arc, [1.0]) for _ in range(50)}
        assert math.asin(1.0) in values
        assert all(map(math.isfinite, values))
