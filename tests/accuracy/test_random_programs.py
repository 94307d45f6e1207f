"""digits and its bound, judged by random programs whose truth the tests compute on their own.

Figures of all 4,000 programs: `python -m benchmarks right`.
"""

import functools
import statistics

import pytest

from microgradlike import Value, ops
from microgradlike.accuracy.digits import digits
from tests.accuracy.programs import friendly, judged, nasty

COUNTS = [40, pytest.param(2000, marks=pytest.mark.long)]


@functools.cache
def numbers(kind, count):
    """Pairs of the number of a program and a Judged."""
    return [(number, x) for number in range(count) for x in judged(kind(number))]


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("kind", [friendly, nasty])
def test_right_digits_are_those_of_the_truth_within_a_twentieth(kind, count):
    """Undecided ones apart, which are below 1 in 100."""
    found = numbers(kind, count)
    decided = [(number, x) for number, x in found if x.right is not None]
    assert [(number, x) for number, x in decided if abs(x.right - x.true) > 0.05] == []
    assert len(found) - len(decided) <= len(found) / 100


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("kind", [friendly, nasty])
def test_one_number_in_a_thousand_has_fewer_digits_than_can_be_counted_on(kind, count):
    found = numbers(kind, count)
    assert sum(x.bound > x.true for _, x in found) <= len(found) / 1000


@pytest.mark.parametrize("count", COUNTS)
def test_the_bound_is_a_digit_from_the_error_and_rarely_more_than_two_and_a_half(count):
    """In 99 of 100 numbers, of many. A zero is left out: it has 16 digits or none."""
    missed = sorted(x.true - x.bound for _, x in numbers(friendly, count) if x.computed)
    assert statistics.median(missed) <= 1.2
    assert missed[int((0.99 if count > 100 else 0.95) * len(missed))] <= 2.5


def test_exact_zeros_have_no_digits_if_something_else_is_computed():
    x = Value(0.1, "x")
    found = digits((x + 0.2) - x - 0.2)
    assert found.value.computed != 0
    assert found.value.right == 0.0
    assert found.gradients["x"].right == 16.0


def test_the_programs_use_every_smooth_primitive_and_lose_digits():
    used = {i.op for number in range(60) for i in friendly(number).instructions}
    assert used >= {op for op in ops.TABLE.values() if not op.flat}
    found = numbers(nasty, 40)
    assert sum(x.true < 10 for _, x in found) > len(found) / 10
