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


def test_values_that_are_not_finite_give_no_estimate():
    assert differentiate(lambda offset: Sample(math.nan), 1.0) is None


def test_differences_that_overflow_give_no_estimate():
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
def test_jumps_between_neighbouring_doubles_give_no_derivative(f, x):
    with pytest.warns(GradientWarning, match="could not be checked"):
        report = check_gradients(f, x)
    assert [p.verdict for p in report.partials] == ["undecided"]


def test_a_scatter_as_large_as_the_values_is_not_taken_for_rounding():
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


# an error estimate is no wider than it has to be


@pytest.mark.parametrize("noise", [1e-12, 1e-9, 1e-3])
def test_the_error_of_a_straight_line_is_what_its_noise_makes_of_it(noise):
    estimate = differentiate(lambda offset: Sample(2 * offset, noise), 1.0)
    # the weights sum to 1.5; twice the noise, divided by half a step
    assert estimate.error * estimate.step / noise == pytest.approx(6, rel=1e-2)


def test_the_error_of_an_exact_straight_line_is_a_few_units_in_the_last_place():
    estimate = differentiate(lambda offset: Sample(2 * offset), 1.0)
    assert estimate.error <= 8 * math.ulp(2.0)


@pytest.mark.parametrize("noise", [1e-9, 1e-6, 1e-4])
def test_truncation_is_as_much_as_half_the_step_changes(noise):
    estimate = differentiate(lambda offset: Sample(offset**5 + 2 * offset, noise), 1.0)
    # five points give -4 h^4 for x^5 at 0; from h to h/2 that changes by 3.75 h^4
    most = 3.75 * estimate.step**4 + 6 * noise / estimate.step
    assert abs(estimate.value - 2.0) <= estimate.error <= 1.001 * most


def test_the_search_goes_on_until_the_error_is_a_ten_billionth():
    for x in (1 + k / 32 for k in range(32)):
        estimate = differentiate(
            lambda offset, x=x: Sample(math.exp(x + offset), 6e-14 * math.exp(x)), x
        )
        assert estimate.error <= 1e-10 * estimate.value


@pytest.mark.parametrize("room", [0.5, 0.1, 0.011, 1e-4])
def test_no_sample_is_taken_beyond_the_room_before_a_kink(room):
    estimate = differentiate(lambda offset: Sample(2 * offset, 1e-6, room), 1.0)
    assert 2 * estimate.step < room
    assert estimate.room == room


@pytest.mark.parametrize("noise", [1e-9, 1e-6, 1e-4])
def test_a_corner_without_a_declared_kink_gives_a_large_error(noise):
    def f(offset):  # slopes of 1/2 and 3/2
        return offset + abs(offset) / 2

    estimate = differentiate(lambda offset: Sample(f(offset), noise), 1.0)
    assert estimate.error >= 0.1


def scattered(size):
    """x + 1 with random errors up to `size`, the same at the same place."""
    rng, seen = random.Random(0), {}

    def f(offset):
        if offset not in seen:
            seen[offset] = 1.0 + offset + rng.uniform(-size, size)
        return seen[offset]

    return f


@pytest.mark.parametrize("declared", [0.0, 0.2])
@pytest.mark.parametrize("size", [1e-12, 1e-8, 2.0**-13])
def test_undeclared_noise_is_measured_by_its_scatter(size, declared):
    f = scattered(size)
    estimate = differentiate(lambda offset: Sample(f(offset), declared * size), 1.0)
    assert abs(estimate.value - 1.0) <= estimate.error
    assert 2 * size <= estimate.error * estimate.step <= 18 * size


def test_noise_beyond_a_four_thousandth_of_the_values_hides_the_derivative():
    f = scattered(2.0**-10)
    assert differentiate(lambda offset: Sample(f(offset)), 1.0) is None
