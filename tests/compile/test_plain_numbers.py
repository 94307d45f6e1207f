"""Lists of plain numbers become the arrays that a conversion number by number gives."""

import numpy as np
import pytest
from hypothesis import given, strategies as st

from microgradlike.compile.plain_numbers import plain_numbers, plain_rows
from microgradlike.derivatives.pytree import Pytree
from tests.bits import same_bits

NUMBERS = st.floats() | st.integers(-(10**320), 10**320)


@given(st.lists(NUMBERS, min_size=1, max_size=4))
def test_numbers_have_the_bits_of_a_conversion_one_by_one(numbers):
    found = plain_numbers(numbers)
    if found is None:
        with pytest.raises(ValueError, match="beyond the largest double"):
            Pytree(numbers, "x")
    else:
        assert same_bits(found.tolist(), Pytree(numbers, "x").leaves)


@pytest.mark.parametrize("x", [[], [True], [None], [np.float64(1.0)], "ab", 3.0, [[1.0]], range(2)])
def test_anything_else_is_left_alone(x):
    assert plain_numbers(x) is None


@pytest.mark.parametrize("x", [[], [1.0], [[1.0], (2.0,)], [[1.0], [2.0, 3.0]], [[True], [1.0]]])
def test_rows_of_another_kind_are_left_alone(x):
    assert plain_rows(x) is None
