"""The verdict on a derivative: each tolerance is as wide as it says, and no wider."""

import math
from dataclasses import dataclass, replace

import pytest

from microgradlike import ops, unary
from microgradlike.graph import node_operands, topological
from microgradlike.testing.check.directional import DirectionalDifferences
from microgradlike.testing.check.function_under_test import (
    FunctionUnderTest,
    directional_derivative,
)
from microgradlike.testing.check.modes import AnalyticDerivatives
from microgradlike.testing.check.numeric import CENTRAL, LEFT, RIGHT, Estimate
from microgradlike.testing.check.point import Point
from microgradlike.testing.check.verdict import AnalyticDerivative, judge

EPS = 2.0**-52
NARROW, WIDE = 0.95, 1.05  # parts of a tolerance, just inside and just outside


@dataclass
class KnownDifferences:
    """Differences with given estimates, by stencil, each sharp."""

    estimates: dict
    obstacle_found: tuple = (math.inf, "")

    def estimate(self, component, stencil=CENTRAL):
        return self.estimates.get(stencil)

    def is_sharp(self, component, estimate, rounding, stencil=CENTRAL):
        return True

    def is_constant(self, component):
        return False

    def obstacle(self):
        return self.obstacle_found

    def crowd_of_kinks(self, step):
        return ""

    def out_of_range(self):
        return ""

    size = 1.0

    def slope(self, component, offset):
        return math.nan  # no derivative beside the point, so no change of it


def estimate(value, error=0.0):
    return Estimate(value, error, 1e-3, math.inf)


def analytic(reverse, *, forward=None, rounding=0.0, between=math.inf):
    return AnalyticDerivative(
        ("x",), 1.0, reverse, reverse if forward is None else forward, rounding, between
    )


@pytest.mark.parametrize("sign", [-1, 1])
@pytest.mark.parametrize(("error", "rounding"), [(2e-3, 0.0), (0.0, 2e-3), (1e-3, 1e-3)])
def test_a_derivative_agrees_within_the_error_and_the_rounding(error, rounding, sign):
    differences = KnownDifferences({CENTRAL: estimate(3.0, error)})
    for part, verdict in ((NARROW, "agrees"), (WIDE, "differs")):
        found = judge(analytic(3.0 + sign * part * 2e-3, rounding=rounding), differences, 0)
        assert (found.verdict, found.error) == (verdict, 2e-3)


@pytest.mark.parametrize("error", [0.0, 1e-3])
@pytest.mark.parametrize("rounding", [0.0, 2e-3])
def test_at_a_kink_a_derivative_lies_between_the_sides_or_within_their_errors(error, rounding):
    differences = KnownDifferences(
        {LEFT: estimate(1.0, error), RIGHT: estimate(2.0, error)}, (0.0, "a kink")
    )
    tolerance = rounding + 2 * (error + 1e-6)
    for part, verdict in ((NARROW, "kink"), (WIDE, "differs")):
        for reverse in (1.0 - part * tolerance, 2.0 + part * tolerance):
            assert judge(analytic(reverse, rounding=rounding), differences, 0).verdict == verdict


def test_two_sides_are_one_derivative_where_their_errors_meet():
    for part, verdict in ((NARROW, "agrees"), (WIDE, "kink")):
        right = 1.0 + part * 2 * (1e-3 + 1e-6)
        differences = KnownDifferences({LEFT: estimate(1.0, 1e-3), RIGHT: estimate(right, 1e-3)})
        assert judge(analytic(1.0), differences, 0).verdict == verdict


@pytest.mark.parametrize("sign", [-1, 1])
def test_the_modes_agree_within_the_rounding_between_them(sign):
    differences = KnownDifferences({CENTRAL: estimate(3.0, 1.0)})
    for part, verdict in ((NARROW, "agrees"), (WIDE, "differs")):
        both = analytic(3.0, forward=3.0 + sign * part * 1e-9, between=1e-9)
        assert judge(both, differences, 0).verdict == verdict


@pytest.mark.parametrize(
    ("estimates", "limits"),
    [
        (dict.fromkeys((CENTRAL, LEFT, RIGHT), 3.0), "from the left 3, from the right 3"),
        ({RIGHT: 3.0}, "from the left unknown, from the right 3"),
    ],
)
def test_a_product_of_0_and_inf_makes_a_difference_indeterminate(estimates, limits):
    differences = KnownDifferences({stencil: estimate(x) for stencil, x in estimates.items()})
    by_rule_3 = replace(analytic(0.0), indeterminate="mul(0.0, inf)")
    entry = judge(by_rule_3, differences, 0)
    assert entry.verdict == "indeterminate"
    assert entry.note.startswith("mul(0.0, inf), which is indeterminate;")
    assert entry.note.endswith(f"difference quotients have the limits {limits}")
    assert judge(replace(by_rule_3, reverse=3.0, forward=3.0), differences, 0).verdict == "agrees"


# sharp enough to judge by


def differences_at(x, f=lambda x: x * 1.0):
    point = Point(f, (x,))
    return DirectionalDifferences(FunctionUnderTest(f, point), [1.0], x, gradient=False)


@pytest.mark.parametrize(("stencil", "part"), [(CENTRAL, 1e-2), (LEFT, 1e-4), (RIGHT, 1e-4)])
def test_an_estimate_is_sharp_to_a_part_of_itself(stencil, part):
    differences = differences_at(0.5)
    for value in (3.0, -3.0):
        limit = part * 3.0
        assert differences.is_sharp(0, estimate(value, NARROW * limit), 0.0, stencil)
        assert not differences.is_sharp(0, estimate(value, WIDE * limit), 0.0, stencil)
        assert differences.is_sharp(0, estimate(value), NARROW * limit, stencil)
        assert not differences.is_sharp(0, estimate(value), WIDE * limit, stencil)
        half = limit / 2
        assert differences.is_sharp(0, estimate(value, NARROW * half), NARROW * half, stencil)
        assert not differences.is_sharp(0, estimate(value, WIDE * half), WIDE * half, stencil)


@pytest.mark.parametrize(
    ("x", "value", "limit"),
    [
        (0.5, 0.0, 1e-6),  # near 0: a millionth of 1
        (0.5, 5e-6, 1e-6),
        (1e3, 0.0, 1e-6),
        (1e3, 2e-3, 1e-3),  # larger functions: a millionth of the value
        (-1e3, 2e-3, 1e-3),
        (1e3, 1e-4, 1e-4),  # at most the derivative itself
    ],
)
def test_a_small_derivative_is_known_to_a_millionth_of_the_function(x, value, limit):
    differences = differences_at(x)
    assert differences.is_sharp(0, estimate(value, NARROW * limit), 0.0)
    assert not differences.is_sharp(0, estimate(value, WIDE * limit), 0.0)


@pytest.mark.parametrize(("centre", "scale"), [(0.0, 1.0), (1.0, 1.0), (64.0, 64.0)])
def test_a_kink_is_an_obstacle_up_to_a_few_millionths_from_the_point(centre, scale):
    reach = scale * 2.0**-18
    near, far = (
        differences_at(centre + p * reach, lambda x: (x - centre).relu()) for p in (0.95, 1.05)
    )
    room, what = near.obstacle()
    assert (room, what[:8]) == (pytest.approx(0.95 * reach), "the kink")
    room, what = far.obstacle()
    assert (room, what) == (pytest.approx(1.05 * reach), "")


# rounding


def function_at(f, *point):
    return FunctionUnderTest(f, Point(f, point))


@pytest.mark.parametrize("x", [0.3, 1.0, -2.5])
def test_the_rounding_of_one_primitive_is_a_few_units_in_the_last_place(x):
    function = function_at(ops.sin, x)
    value, (slope,) = function.root.data, AnalyticDerivatives(function).first().reverse
    for _ in range(20):
        noise = function.evaluation.noise(function.random)
        assert 0.5 * EPS <= noise / abs(value) <= 3 * EPS
        (noise,) = function.evaluation.gradient_noise([slope], function.random)
        assert EPS <= noise / abs(slope) <= 6 * EPS


def test_a_primitive_of_the_users_may_round_away_one_unit_of_1():
    versine = unary("versine", lambda x: 1 - math.cos(x), lambda y, x: ops.sin(x))
    function = function_at(versine, 1e-9)
    assert function.evaluation.noise(function.random) == EPS
    tiny = function_at(unary("tiny", lambda x: x * 1e-20 / 3, lambda y, x: 1e-20 / 3), 1.0)
    assert tiny.evaluation.noise(tiny.random) <= 3 * EPS * tiny.root.data


def test_a_first_derivative_has_the_rounding_of_its_chain_rule():
    both = AnalyticDerivatives(function_at(ops.sin, 0.3)).first()
    assert EPS <= both.rounding[0] / both.reverse[0] <= 6 * EPS


def test_the_modes_may_differ_by_two_roundings_per_edge():
    both = AnalyticDerivatives(function_at(lambda x, y: (x * y).sin() * 2.0, 0.5, 3.0)).first()
    edges = 4
    for reverse, between in zip(both.reverse, both.between):
        assert between / abs(reverse) / EPS == pytest.approx(2 * edges, rel=1e-9)


def test_underflow_in_one_mode_widens_the_bound_by_its_size():
    """Scaled down by 2^-400, one of the two paths underflows to 0."""
    both = AnalyticDerivatives(function_at(lambda x: x + x * 2.0**690 * 2.0**-700, 1.0)).first()
    lost = 2.0**-10
    assert both.between[0] == pytest.approx(lost, rel=1e-6)


def test_second_derivatives_may_differ_by_their_rounding_and_that_of_their_edges():
    modes = AnalyticDerivatives(function_at(lambda x, y: (x * y).sin(), 0.5, 1.5))
    direction = [1.0, 0.0]
    both = modes.second(direction)
    edges = sum(
        1
        for v in topological(directional_derivative(modes.gradient, direction))
        for _ in node_operands(v)
    )
    for reverse, rounding, between in zip(both.reverse, both.rounding, both.between):
        assert 0 < rounding < 100 * EPS
        assert between - rounding <= 2 * edges * EPS * (abs(reverse) + 2.0)
        assert between >= rounding + 2 * edges * EPS * abs(reverse) * 0.99
