"""Data sets."""

import math
import random
import statistics

import pytest
from hypothesis import given, strategies as st

from microgradlike import nn

MAKERS = {f.__name__: f for f in (nn.moons, nn.circles, nn.spirals, nn.xor, nn.blobs)}
CLASSES = {"moons": 2, "circles": 2, "spirals": 3, "xor": 2, "blobs": 3}
each = pytest.mark.parametrize("name", MAKERS)


@each
@given(n=st.integers(1, 60), noise=st.floats(0, 10), seed=st.integers())
def test_it_is_n_pairs_of_floats_with_labels_in_turn(name, n, noise, seed):
    points, labels = MAKERS[name](n, noise=noise, seed=seed)
    assert len(points) == n
    assert all(type(x) is float and type(y) is float for x, y in points)
    assert labels == [i % CLASSES[name] for i in range(n)]


@each
def test_the_number_of_samples_goes_by_two_names(name):
    make = MAKERS[name]
    assert make(n_samples=7, seed=3) == make(n=7, seed=3) == make(7, seed=3)


@each
def test_a_seed_decides_everything(name):
    make = MAKERS[name]
    random.seed(1)
    first = make(20, seed=3)
    random.seed(2)
    assert make(20, seed=3) == first
    assert make(20, seed=4) != first
    assert random.random() == random.Random(2).random()  # the shared generator is left alone


@each
def test_noise_is_the_deviation_from_the_clean_point(name):
    # 2,000 clean points are at most about 0.003 apart on curves 6 long
    clean, _ = MAKERS[name](2000, noise=0.0)
    noisy, _ = MAKERS[name](200, noise=1e-4, seed=7)
    off = [min(math.dist(p, q) for q in clean) for p in noisy]
    assert 0 < statistics.mean(off) < 1e-2


@given(st.integers(0, 99))
def test_moons_are_two_half_circles(seed):
    points, labels = nn.moons(20, noise=0.0, seed=seed)
    for (x, y), label in zip(points, labels):
        centre = (1.0, 0.5) if label else (0.0, 0.0)
        assert math.isclose(math.dist((x, y), centre), 1.0, rel_tol=1e-14)
        assert y <= 0.5 if label else y >= 0.0


@given(st.floats(0.1, 0.9))
def test_circles_have_their_radii(factor):
    points, labels = nn.circles(20, noise=0.0, factor=factor)
    for p, label in zip(points, labels):
        assert math.isclose(math.hypot(*p), factor if label else 1.0, rel_tol=1e-14)


@given(st.integers(2, 6), st.floats(0, 2))
def test_an_arm_of_a_spiral_turns_with_its_radius(classes, turns):
    points, labels = nn.spirals(30, noise=0.0, classes=classes, turns=turns)
    for (x, y), label in zip(points, labels):
        radius = math.hypot(x, y)
        angle = math.tau * (turns * radius + label / classes)
        assert math.dist((x, y), (radius * math.cos(angle), radius * math.sin(angle))) < 1e-13


def test_xor_is_a_product_of_signs():
    for (x, y), label in zip(*nn.xor(40, noise=0.0)):
        assert (abs(x), abs(y)) == (1.0, 1.0)
        assert label == (x * y < 0)


@given(st.integers(2, 6))
def test_blobs_are_apart(classes):
    points, labels = nn.blobs(classes * 2, classes=classes, noise=0.0)
    assert len(set(points)) == classes
    assert points[:classes] == points[classes:]
    assert labels[:classes] == list(range(classes))


@each
@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        ({"n": 0}, ValueError, "n_samples must be at least 1, got 0"),
        ({"n_samples": 0}, ValueError, "n_samples must be at least 1, got 0"),
        ({"n": 2.5}, TypeError, r"n_samples must be a whole number, got 2\.5 of type float"),
        ({"n": True}, TypeError, "n_samples must be a whole number, got True of type bool"),
        ({"noise": -0.1}, ValueError, r"noise must be finite and not negative, got -0\.1"),
        ({"noise": math.nan}, ValueError, "noise must be finite and not negative, got nan"),
        ({"noise": "much"}, TypeError, "noise must be a number, got 'much' of type str"),
        ({"seed": None}, TypeError, "seed must be a whole number, got None"),
    ],
)
def test_a_wrong_argument_says_what_is_right(name, wrong, error, says):
    with pytest.raises(error, match=says):
        MAKERS[name](**wrong)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: nn.circles(factor=1.0), r"factor must be between 0 and 1, got 1\.0"),
        (lambda: nn.spirals(classes=1), "classes must be at least 2, got 1"),
        (lambda: nn.spirals(turns=math.inf), "turns must be finite, got inf"),
        (lambda: nn.blobs(classes=1), "classes must be at least 2, got 1"),
    ],
)
def test_a_wrong_shape_says_what_is_right(make, says):
    with pytest.raises(ValueError, match=says):
        make()
