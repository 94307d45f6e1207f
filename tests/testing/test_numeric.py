"""Numeric derivatives: the step finds its scale, and the error estimate covers the error."""

import math
import random

import pytest
from hypothesis import given, settings, strategies as st

from microgradlike import Value
from microgradlike.testing import GradientWarning, check_gradients
from microgradlike.testing.check.numeric import RIGHT, Sample, differentiate

SMOOTH = {
    "sin": (math.sin, math.cos, (-10, 10)),
    "exp": (math.exp, math.exp, (-20, 20)),
    "log": (lambda x: math.log(x) if x > 0 else math.nan, lambda x: 1 / x, (1e-9, 1e9)),
    "square": (lambda x: x * x, lambda x: 2 * x, (-1e9, 1e9)),
    "quartic": (lambda x: x**4, lambda x: 4 * x**3, (-10, 10)),
    "atan": (lambda x: math.atan(1e3 * x), lambda x: 1e3 / (1 + (1e3 * x) ** 2), (-1, 1)),
}


@pytest.mark.parametrize("name", SMOOTH)
@settings(deadline=None)
@given(st.data())
def test_the_error_estimate_covers_the_error(name, data):
    f, derivative, ends = SMOOTH[name]
    x = data.draw(st.floats(*ends))
    for stencil in (None, RIGHT):
        args = () if stencil is None else (stencil,)
        estimate = differentiate(
            lambda offset: Sample(f(x + offset), 2 * math.ulp(f(x + offset))), x, *args
        )
        assert abs(estimate.value - derivative(x)) <= estimate.error + 4 * math.ulp(derivative(x))


def test_there_is_no_estimate_where_nothing_is_finite():
    assert differentiate(lambda offset: Sample(math.nan), 1.0) is None


def test_differences_that_overflow_are_no_estimate():
    huge = differentiate(lambda offset: Sample(math.copysign(1.7e308, offset)), 0.0)
    assert huge is None


def test_a_step_adapts_to_the_scale_of_the_function():
    check_gradients(lambda x: (1e9 * x).sin(), 0.3)
    check_gradients(lambda x: (-1e10 * x * x).exp(), 1e-3)
    check_gradients(lambda x: x * x, 1e150)
    check_gradients(lambda x: x * x, 5e-324)
    check_gradients(lambda x: x * 0.5, 1.7e308)
    check_gradients(lambda x: x + 1, 1e-300)


def test_a_spike_narrower_than_the_step_does_not_look_flat():
    detached = check_gradients(lambda x: (-1e8 * (x - 0.5001) ** 2).exp(), 0.5)
    assert detached.partials[0].numeric == pytest.approx(2e4 * math.exp(-1.0), rel=1e-6)


@pytest.mark.parametrize("width", [1e-5, 1e-6, 1e-7])
def test_a_spike_that_every_other_sample_misses_leads_to_a_smaller_step(width):
    def f(offset):
        # 1/e at the point and 0 around it: symmetric, so that any two steps agree
        return math.exp(-(((offset - width) / width) ** 2)) + 2 * offset

    estimate = differentiate(lambda offset: Sample(f(offset), 1e-16), 0.5)
    assert abs(estimate.value - (2 / math.e / width + 2)) <= estimate.error < 1e-3


@pytest.mark.parametrize("x", [1.23e15, 7.7e14, -3.1e15, 1e22])
@pytest.mark.parametrize("f", [Value.sin, Value.cos])
def test_swinging_between_neighbouring_doubles_is_no_derivative(f, x):
    with pytest.warns(GradientWarning, match="could not be checked"):
        report = check_gradients(f, x)
    assert [p.verdict for p in report.partials] == ["undecided"]


def test_a_scatter_of_the_size_of_the_values_is_no_rounding():
    values = random.Random(0)
    assert differentiate(lambda offset: Sample(values.uniform(1.0, 2.0)), 1e15) is None


def test_a_stencil_keeps_inside_the_domain():
    for x in (1e-100, 1e-9, 1e-3):
        check_gradients(lambda x: x.log() * x.sqrt(), x)
    check_gradients(lambda x: x.asin(), 1 - 1e-9)


def test_a_function_of_the_users_that_raises_beside_the_point_is_a_smaller_domain():
    def f(x):
        if x.data < 1 - 1e-7:
            raise ValueError("below 1")
        return x * x

    assert not check_gradients(f, 1.0).undecided
