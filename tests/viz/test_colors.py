"""Gradients as colors."""

import math

import pytest
from hypothesis import given, strategies as st

from viz.colors import WHITE, YELLOW, Scale
from viz.dot.node_label import GREY

SIZES = st.floats(min_value=5e-324, max_value=1.7e308)
ZERO = Scale(1.0).color(0.0)


def channels(color):
    return [int(color[i : i + 2], 16) for i in (1, 3, 5)]


def luminance(color):
    """The contrast ratio of WCAG 2.1."""
    parts = [c / 255 for c in channels(color)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@given(st.floats(), SIZES)
def test_text_is_readable_on_every_fill(gradient, largest):
    fill = Scale(max(largest, abs(gradient) if math.isfinite(gradient) else 0)).color(gradient)
    assert (luminance(fill) + 0.05) / (luminance(GREY) + 0.05) >= 4.5  # WCAG AA


@given(SIZES, SIZES)
def test_no_gradient_but_zero_looks_like_zero(a, b):
    scale = Scale.of([a, -b])
    for gradient in (a, -b, -a, b):
        if abs(gradient) <= scale.largest:
            assert scale.color(gradient) not in (ZERO, WHITE)


@given(SIZES, SIZES)
def test_the_sign_shows_in_the_blue_that_every_eye_sees(a, b):
    scale = Scale.of([a, b])
    for x in (a, b):
        assert channels(scale.color(x))[2] < channels(ZERO)[2] - 10
        assert channels(scale.color(-x))[0] < channels(ZERO)[0] - 10
    small, large = sorted((a, b))
    assert channels(scale.color(small))[2] >= channels(scale.color(large))[2]


@given(SIZES)
def test_equal_sizes_are_about_equally_light_in_print(x):
    assert math.isclose(luminance(Scale(x).color(x)), luminance(Scale(x).color(-x)), rel_tol=0.1)


def test_a_missing_gradient_is_white_and_one_that_is_not_finite_yellow():
    assert Scale(1.0).color(None) == WHITE
    assert {Scale(1.0).color(g) for g in (math.nan, math.inf, -math.inf)} == {YELLOW}


@pytest.mark.parametrize("gradients", [[], [None], [math.nan, None, math.inf]])
def test_without_gradients_there_is_no_scale(gradients):
    assert Scale.of(gradients) is None


@given(st.lists(st.floats(-1e300, 1e300), min_size=1))
def test_ticks_ascend_from_the_largest_below_zero_to_the_largest_above(gradients):
    scale = Scale.of(gradients)
    ticks = scale.ticks()
    assert ticks == sorted(ticks)
    assert ticks[0] == -ticks[-1] == -max(map(abs, gradients))


def test_a_quarter_of_the_largest_gradient_is_half_as_far_from_grey():
    scale = Scale(4.0)
    for sign in (1, -1):
        grey, half, full = (channels(scale.color(sign * g)) for g in (0.0, 1.0, 4.0))
        assert all(abs(2 * h - (g + f)) <= 1 for g, h, f in zip(grey, half, full))


def test_where_every_gradient_is_zero_there_is_a_scale_of_zero():
    assert Scale.of([0.0, -0.0]).color(0.0) == ZERO
    assert Scale.of([0.0]).ticks() == [0.0]
