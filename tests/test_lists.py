"""Arrays as lists do what NumPy does, as far as programs need it."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given, strategies as st

from microgradlike import lists
from microgradlike.nn.pcg64 import random_bits

STEPS = {
    "columns": lambda x: x.T,
    "a line": lambda x: x[1],
    "a column": lambda x: x[:, 1],
    "some columns": lambda x: x[:, 1:],
    "some lines": lambda x: x[[1, 0]],
    "first lines": lambda x: x[:1],
    "all": lambda x: x.ravel(),
    "shares": lambda x: x / 2.0,
    "shares of a line": lambda x: x[0] / 2.0,
    "a sum": lambda x: x[0] + x[1],
    "one more dimension": lambda x: x[0][None],
    "a copy": lambda x: x.copy(),
    "again": lambda x: x.ravel().reshape(-1, 3),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_an_array_of_lists_does_what_numpys_does(step):
    numbers = [[1.0, 2.5, -3.0], [4.0, 0.0, 6.0]]
    own, other = step(lists.array(numbers)), step(np.array(numbers))
    assert (own.shape, own.tolist(), len(own)) == (other.shape, other.tolist(), len(other))


def test_a_line_has_a_greatest_number_and_tells_if_one_is_not_0():
    line = lists.array([0.0, 3.0, 3.0])
    assert (line.argmax(), line.any(), lists.array([0.0]).any(), line.item(1)) == (
        1,
        True,
        False,
        3,
    )


@given(st.lists(st.integers(0, 2**80), min_size=1, max_size=4))
def test_random_bits_are_those_of_numpy(seeds):
    assert list(islice(random_bits(seeds), 5)) == np.random.PCG64(seeds).random_raw(5).tolist()
