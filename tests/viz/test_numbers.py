"""Numbers as pictures print them."""

import math
from decimal import Decimal

from hypothesis import given, strategies as st

from viz.numbers import MINUS, short, signed

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(NUMBERS)
def test_four_digits_are_right(x):
    got, want = Decimal(short(x).replace(MINUS, "-")), Decimal(x)
    assert abs(got - want) <= Decimal("0.5e-3") * abs(want)  # half a unit of the fourth digit


@given(NUMBERS.filter(bool))
def test_a_number_other_than_zero_never_reads_zero(x):
    assert not set(short(x)) <= set(f"0.{MINUS}")


@given(NUMBERS, st.integers(1, 6))
def test_a_number_is_short(x, digits):
    assert len(short(x, digits)) <= digits + len("−0.000") + len("e−300") - 4


@given(st.floats())
def test_a_gradient_carries_its_sign(x):
    text = signed(x)
    assert text.startswith("+") == (x > 0)
    assert text.startswith(MINUS) == (math.copysign(1.0, x) < 0 and not math.isnan(x))
    assert "-" not in text


def test_a_whole_number_is_written_out_below_a_million():
    assert [short(x) for x in (999_999.0, 1e6, -999_999.0)] == ["999999", "1e6", "−999999"]
