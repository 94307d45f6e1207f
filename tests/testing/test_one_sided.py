"""One-sided limits of difference quotients, also where the chain rule is indeterminate."""

import pytest

from microgradlike import cbrt, exp, log, sqrt
from microgradlike.testing.check.function_under_test import FunctionUnderTest
from microgradlike.testing.check.one_sided import one_sided_limits
from microgradlike.testing.check.point import Point


def limits(f, *point, name="x"):
    found = one_sided_limits(FunctionUnderTest(f, Point(f, point)), name)
    return found.left, found.right


@pytest.mark.parametrize(
    ("f", "left", "right"),
    [
        (lambda x: 1 / (1 / x), 1.0, 1.0),
        (lambda x: cbrt(x) ** 3, 1.0, 1.0),
        (lambda x: exp(log(x)), None, 1.0),
        (lambda x: sqrt(x) ** 2, None, 1.0),
        (lambda x: x * sqrt(x), None, 0.0),
        (lambda x: sqrt(x * x), -1.0, 1.0),
        (lambda x: sqrt(x), None, None),
    ],
)
def test_the_limits_at_zero(f, left, right):
    for found, expected in zip(limits(f, 0.0), (left, right)):
        if expected is None:
            assert found is None
        else:
            assert found.error < 1e-6
            assert abs(found.value - expected) <= found.error + 1e-6


def test_the_limit_in_one_number_of_several_and_of_a_derivative():
    def f(a, b):
        return 2 / (1 / a + 1 / b)

    assert [side.value for side in limits(f, 0.0, 3.0, name="a")] == [pytest.approx(2.0)] * 2
    square = FunctionUnderTest(lambda x: x**2 * 3, Point(lambda x: x, (2.0,)))
    slope = one_sided_limits(square.derivative([[1.0]]), "x")
    assert str(slope) == "from the left 6, from the right 6"
