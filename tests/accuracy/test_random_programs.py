"""digits, judged by random programs whose truth the tests compute on their own."""

import pytest

from microgradlike import Value, ops
from microgradlike.accuracy.digits import digits
from tests.accuracy.programs import friendly, graph, nasty, right, truth

MANY = pytest.param(2000, marks=pytest.mark.long)


def judged(program):
    """Accuracy and exact number of the value and of each gradient of a program."""
    leaves, y = graph(program)
    found = digits(y)
    exact_value, *exact = truth(program)
    gradients = [
        (found.gradients[x.label], want)
        for x, want in zip(leaves, exact)
        if x.label in found.gradients
    ]
    return [(found.value, exact_value), *gradients]


@pytest.mark.parametrize("count", [60, MANY])
@pytest.mark.parametrize("kind", [friendly, nasty])
def test_right_digits_are_those_of_the_truth_within_a_twentieth(kind, count):
    """Undecided ones apart, which are below 1 in 100."""
    rows = [(n, *row) for n in range(count) for row in judged(kind(n))]
    decided = [row for row in rows if row[1].right is not None]
    wrong = [
        (n, found, want)
        for n, found, want in decided
        if abs(found.right - right(found.computed, want)) > 0.05
    ]
    assert wrong == []
    assert len(rows) - len(decided) <= len(rows) / 100


def test_exact_zeros_have_no_digits_if_something_else_is_computed():
    x = Value(0.1, "x")
    found = digits((x + 0.2) - x - 0.2)
    assert found.value.computed != 0
    assert found.value.right == 0.0
    assert found.gradients["x"].right == 16.0


def test_the_programs_use_every_smooth_primitive_and_lose_digits():
    used = {i.op for n in range(60) for i in friendly(n).instructions}
    assert used >= {op for op in ops.TABLE.values() if not op.flat}
    rows = [row for n in range(60) for row in judged(nasty(n))]
    assert sum(found.counted < 10 for found, _ in rows) > len(rows) / 10
