"""The gradient of a power by its base has two forms; which one, and that it shows in the graph."""

import math

import pytest
from mpmath import mp, mpf

from microgradlike import Value, gradients, hessian, jit, local_derivatives, ops
from microgradlike.graph import topological
from tests.bits import same_bits
from tests.ulps import ulps


def derivative(x, exponent):
    """The primitives in d(x ** exponent)/dx, with the numbers in them."""
    (g,) = gradients(x**exponent, [x])
    return [
        (v.op.name, *[a for a in v.operands if type(a) is float]) for v in topological(g) if v.op
    ]


def test_that_of_a_square_is_one_product():
    assert derivative(Value(1.5), 2) == [("mul", 2.0)]


@pytest.mark.parametrize("n", [-8, -7, -2, -1, 1, 3, 7, 8])
def test_that_of_a_small_whole_power_is_the_textbooks(n):
    assert derivative(Value(1.5), n) == [("pow", n - 1.0), ("mul", float(n))]


@pytest.mark.parametrize("n", [-9, -8.5, -7.5, 0.5, 7.5, 8.5, 9])
def test_that_of_another_power_goes_by_halves(n):
    assert ("pow", n / 2) in derivative(Value(1.5), n)


@pytest.mark.parametrize("n", [-8.0, -7.0, 2.0, 7.0, 8.0])
def test_an_exponent_that_is_a_value_chooses_in_the_same_way(n):
    assert ("sub", 1.0) in derivative(Value(1.5), Value(n))
    assert ("div", 2.0) not in derivative(Value(1.5), Value(n))


@pytest.mark.parametrize("n", [-9.0, -7.5, 0.5, 7.5, 8.5, 9.0])
def test_and_goes_by_halves_where_a_number_would(n):
    assert ("div", 2.0) in derivative(Value(1.5), Value(n))


@pytest.mark.parametrize(
    ("a", "b", "second"),
    [
        (0.0, 0.0, [[0, 0], [0, 0]]),  # x ** 0 is 1 for every x: nothing moves
        (2.0, 0.0, [[0, 0.5], [0.5, math.log(2) ** 2]]),
        (-2.0, 0.0, [[0, math.nan], [math.nan, math.nan]]),
        (0.0, 2.0, [[2, 0], [0, 0]]),
    ],
)
def test_second_derivatives_where_base_or_exponent_is_0(a, b, second):
    found = hessian(lambda x: x[0] ** x[1])([a, b])
    assert found[0] + found[1] == pytest.approx(second[0] + second[1], nan_ok=True)


def test_the_partial_of_a_power_0_has_no_sign():
    base, exponent = Value(-2.0), Value(0.0)
    y = base**exponent
    assert str(local_derivatives(y)[0]) == "0.0"
    assert str(gradients(y, [base])[0].data) == "0.0"


@pytest.mark.parametrize("a", [5e-324, 1e-310, 1e-305, 1e-200, 2.0**-500, 2.0**500, 1e200, 1e308])
@pytest.mark.parametrize("b", [0.01, 0.1, 0.3, 0.5, 0.7, 0.99, 1.01, 1.5, -0.01, -0.7, -1e-12])
def test_partials_keep_their_digits_at_the_ends_of_the_doubles(a, b):
    with mp.workdps(60):
        x, y = mpf(a), mpf(b)
        want = y * x ** (y - 1), x**y * mp.log(x)
    for exponent in (b, Value(b)):
        base = Value(a)
        result = base**exponent
        graph = gradients(result, [base])[0].data
        result.backward()
        assert same_bits(graph + 0.0, base.grad + 0.0)
        if abs(want[0]) >= 2.0**-1022:
            assert ulps(base.grad, want[0]) <= 4
    assert ulps(exponent.grad, want[1]) <= 4


@pytest.mark.parametrize("a", [1e-200, 9e216])
@pytest.mark.parametrize("b", [-1.6930376115467466e16, -9007199254740993.0, -1e300])
def test_a_huge_negative_power_has_no_nan(a, b):
    base = Value(a)
    (base**b).backward()
    assert base.grad == (-math.inf if a < 1 else 0.0)


NEARLY_ODD = [
    -1.0 + 2.0**-53,
    -1.0 - 2.0**-52,
    1.0 - 2.0**-53,
    -3.0 + 2.0**-51,
    -5e-324,
    -(2.0**53),
]


@pytest.mark.parametrize("exponent", [*NEARLY_ODD, -1.0, -3.0, -2.0, -(2.0**53) + 1])
def test_only_an_odd_whole_power_keeps_the_sign_of_zero(exponent):
    odd = exponent in (-1.0, -3.0, -(2.0**53) + 1)
    want = 0.0 if exponent > 0 else math.inf
    assert same_bits((Value(-0.0) ** exponent).data, -want if odd else want)
    assert same_bits(ops.power(0.0, exponent), want)
    for backend in ("python", "numpy", "llvm"):
        compiled = jit(lambda x: x**exponent, backend=backend)
        assert same_bits(float(compiled(-0.0)), -want if odd else want), backend
