"""Checks of arguments."""

import math
import re
from fractions import Fraction
from numbers import Real

import numpy as np
import pytest

from microgradlike import Value
from microgradlike._validate import is_real, real_number, require_numbers, shown, whole_number

STRANGERS = [True, np.True_, "3", None, 1j, [1], Value(1.0)]


@pytest.mark.parametrize("x", [3, np.int64(3), np.uint8(3), np.array(3)], ids=repr)
def test_anything_with_an_index_is_a_whole_number(x):
    assert type(whole_number("n", x, at_least=3)) is int
    assert whole_number("n", x) == 3


@pytest.mark.parametrize("x", [*STRANGERS, 3.0, np.float64(3.0), Fraction(3), math.nan], ids=repr)
def test_any_other_kind_is_a_type_error_with_the_way_out(x):
    way_out = r"write int\(...\)" if isinstance(x, Real) else "pass an int$"
    with pytest.raises(TypeError, match=re.escape(f"got {x!r:.60} of type") + f".*{way_out}"):
        whole_number("n", x, at_least=1)


def test_a_whole_number_out_of_range_is_a_value_error():
    with pytest.raises(ValueError, match=r"^n must be at least 4, got 3$"):
        whole_number("n", np.int64(3), at_least=4)


@pytest.mark.parametrize("x", [2, 2.0, np.int8(2), np.float32(2), Fraction(2)], ids=repr)
def test_any_real_number_becomes_a_float(x):
    assert is_real(x)
    assert type(real_number("lr", x, at_least=2, below=3)) is float
    assert real_number("lr", x) == 2.0


@pytest.mark.parametrize("x", STRANGERS, ids=repr)
def test_a_stranger_is_no_real_number(x):
    assert not is_real(x)
    with pytest.raises(TypeError, match=re.escape(f"got {x!r:.60} of type") + ".*write float"):
        real_number("lr", x)


@pytest.mark.parametrize(
    ("x", "limits", "rule"),
    [
        (math.inf, {}, "finite"),
        (math.nan, {}, "finite"),
        (-1, {"at_least": 0}, "finite and not negative"),
        (0.5, {"at_least": 1}, "finite and at least 1"),
        (1.0, {"at_least": 0, "below": 1}, "not negative and below 1"),
        (math.nan, {"below": 1}, "below 1"),
    ],
)
def test_a_real_number_out_of_range_is_a_value_error(x, limits, rule):
    with pytest.raises(ValueError, match=f"^lr must be {rule}, got {x}$"):
        real_number("lr", x, **limits)


def test_an_integer_beyond_every_double_is_a_value_error():
    with pytest.raises(ValueError, match="401 digits"):
        real_number("lr", 10**400)


def test_a_long_argument_is_cut_with_an_ellipsis():
    assert shown("a" * 58) == repr("a" * 58)
    assert shown("a" * 59) == f"'{'a' * 58}…"
    with pytest.raises(TypeError, match=r"got .{59}… of type list; pass an int"):
        whole_number("n", [0.5] * 100)


def test_a_list_is_searched_for_the_first_stranger():
    require_numbers("mse", "output", [1, 2.0, np.float32(3), Value(4.0)], "")
    with pytest.raises(TypeError, match=r"mse takes .* output 1 is True of type bool; write it"):
        require_numbers("mse", "output", [1.0, True, "a"], "write it")
