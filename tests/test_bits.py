"""The comparison of bits that other tests use."""

import math
from math import nan

import numpy as np
import pytest

from tests.bits import same_bits

SAME = [
    (1.0, 1.0), (nan, -nan), (-0.0, -0.0), ([1.0, (nan, None)], [1.0, (nan, None)]),
    ({"a": [0.1]}, {"a": [0.1]}), (np.array([1.0, nan]), np.array([1.0, nan])), (3, 3), ([], []),
]  # fmt: skip
DIFFERENT = [
    (0.0, -0.0), (1.0, math.nextafter(1.0, 2.0)), (nan, 1.0), ([1.0], [1.0, 2.0]), (1.0, 1),
    ([1.0], (1.0,)), ({"a": 0.0}, {"a": -0.0}), ({"a": 1.0}, {"b": 1.0}),
    (np.array([0.0]), np.array([-0.0])), (np.array([0.0]), np.array([[0.0]])), (1.0, None),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b"), SAME)
def test_equal_bits_are_the_same(a, b):
    assert same_bits(a, b)


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_any_other_bit_is_a_difference(a, b):
    assert not same_bits(a, b)
    assert not same_bits(b, a)
