"""grad, jacobian, hessian, jvp, vjp, hvp, derivative: the right numbers in the right nest."""

import collections
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given

from microgradlike import (
    Value,
    derivative,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    ops,
    value_and_grad,
    vjp,
    where,
)
from microgradlike.derivatives.pytree import Pytree
from microgradlike.functions import sum as total
from tests.derivatives.test_pytree import NESTS, Pair, shape


def leaf(nest):
    """The only number in a nest of one."""
    (number,) = Pytree(nest, "it").leaves
    return number


# each takes f, a function of one number, and gives the derivative there
FIRST = {
    "grad": lambda f, x: grad(f)(x),
    "value_and_grad": lambda f, x: value_and_grad(f)(x)[1],
    "jacobian": lambda f, x: jacobian(f)(x),
    "jvp": lambda f, x: jvp(f, (x,), (1.0,))[1],
    "vjp": lambda f, x: vjp(f, x)[1](1.0)[0],
    "derivative": lambda f, x: derivative(f)(x),
}
SECOND = {
    "grad of grad": lambda f, x: grad(grad(f))(x),
    "hessian": lambda f, x: hessian(f)(x),
    "hvp": lambda f, x: hvp(f, (x,), (1.0,))[0],
}


def each(*tables):
    return pytest.mark.parametrize(
        "take", [pytest.param(f, id=name) for table in tables for name, f in table.items()]
    )


# one number


@each(FIRST)
@pytest.mark.parametrize("x", [3, 3.0, Fraction(3), np.float64(3), np.float32(3), np.int8(3)],
                         ids=lambda x: type(x).__name__)  # fmt: skip
def test_a_number_of_any_kind_gives_a_double(take, x):
    slope = take(lambda x: x * x * x, x)
    assert type(slope) is float
    assert slope == 27.0


@each(SECOND)
def test_the_second_derivative_is_a_double(take):
    assert type(take(lambda x: x * x * x, 3)) is float
    assert take(lambda x: x * x * x, 3) == 18.0


CONSTANT_IN_ONE_WAY_OR_ANOTHER = [
    lambda x: 5.0,
    lambda x: 5,
    lambda x: np.float64(5),
    lambda x: Value(5.0),
    lambda x: 0 * x,
    lambda x: x - x,
    lambda x: ops.sign(x),
    lambda x: where(x > 100, x, 5.0),
    lambda x: np.array(5.0),
    lambda x: grad(lambda y: y * y)(5.0),
]


@each(FIRST, SECOND)
@pytest.mark.parametrize("f", CONSTANT_IN_ONE_WAY_OR_ANOTHER)
def test_where_nothing_depends_on_the_input_the_derivative_is_zero(take, f):
    assert float(leaf(take(f, 2.0))) == 0.0


@each(FIRST)
def test_of_the_argument_itself_it_is_one(take):
    assert take(lambda x: x, 2.0) == 1.0


CONSTANTS_MADE_INSIDE = [
    lambda x: Value(2.0) * x * x,
    lambda x: where(x > 0, x * x + x * x, 0.0),
    lambda x: Value(2.0) * x * x + where(x < 0, x, Value(7.0)),
    lambda x: total([Value(1.0), x * x, x * x]),
    lambda x: np.array([Value(1.0), Value(1.0)]) @ np.array([x, x]) * x,
]


@each(FIRST, SECOND)
@pytest.mark.parametrize("f", CONSTANTS_MADE_INSIDE)
def test_numbers_give_numbers_though_f_makes_values(take, f):
    slope = take(f, 3.0)
    assert type(slope) is float
    assert slope == (12.0 if take in FIRST.values() else 4.0)


def test_jvp_and_vjp_and_value_and_grad_give_the_value_as_well():
    def f(x):
        return Value(2.0) * x * x

    for value in (jvp(f, (3.0,), (1.0,))[0], vjp(f, 3.0)[0], value_and_grad(f)(3.0)[0]):
        assert type(value) is float
        assert value == 18.0


# nests


def weighted(x):
    """Σ k·xₖ² over the numbers of a nest, counted from 1; the gradient is 2k·xₖ."""
    return total([float(k) * number * number for k, number in enumerate(Pytree(x, "x").leaves, 1)])


@given(NESTS)
def test_gradients_come_in_the_nest_of_the_argument(x):
    tree = Pytree(x, "x")
    want = tree.unflatten([2.0 * k * number for k, number in enumerate(tree.leaves, 1)])
    ones = tree.unflatten([1.0] * len(tree.leaves))
    twos = tree.unflatten([2.0 * k for k in range(1, len(tree.leaves) + 1)])
    for got, wanted in [
        (grad(weighted)(x), want),
        (value_and_grad(weighted)(x)[1], want),
        (jacobian(weighted)(x), want),
        (vjp(weighted, x)[1](1.0)[0], want),
        (hvp(weighted, (x,), (ones,))[0], twos),
    ]:
        assert shape(got) == shape(x)
        assert Pytree(got, "got").leaves == Pytree(wanted, "wanted").leaves


@given(NESTS)
def test_jvp_sums_over_the_whole_nest(x):
    tree = Pytree(x, "x")
    value, slope = jvp(weighted, (x,), (tree.unflatten([1.0] * len(tree.leaves)),))
    wanted = math.fsum(2.0 * k * number for k, number in enumerate(tree.leaves, 1))
    assert value == weighted(x)
    assert abs(slope - wanted) <= 2.0**-50 * sum(
        abs(2.0 * k * v) for k, v in enumerate(tree.leaves, 1)
    )


@given(NESTS)
def test_what_f_gives_comes_back_in_its_own_nest(x):
    def doubled(x):
        tree = Pytree(x, "x")
        return tree.as_argument([2.0 * number for number in tree.leaves])

    tree = Pytree(x, "x")
    ones = tree.unflatten([1.0] * len(tree.leaves))
    value, tangent = jvp(doubled, (x,), (ones,))
    again, pull = vjp(doubled, x)
    assert shape(value) == shape(tangent) == shape(again) == shape(x)
    assert (
        Pytree(value, "value").leaves
        == Pytree(again, "again").leaves
        == [2.0 * v for v in tree.leaves]
    )
    assert (
        Pytree(tangent, "tangent").leaves
        == Pytree(pull(ones)[0], "pulled").leaves
        == [2.0] * len(tree.leaves)
    )


def test_a_jacobian_has_the_nest_of_the_result_and_in_it_that_of_the_argument():
    def f(p):
        return {"ab": Pair(p.a * p.b, p.b), "a": [p.a * p.a]}

    assert jacobian(f)(Pair(2.0, 3.0)) == {
        "ab": Pair(Pair(3.0, 2.0), Pair(0.0, 1.0)),
        "a": [Pair(4.0, 0.0)],
    }


def test_a_hessian_has_the_nest_of_the_argument_twice():
    found = hessian(lambda p: p["w"][0] ** 2 * p["w"][1] * p["b"])({"w": [2.0, 3.0], "b": 5.0})
    assert found == {
        "w": [{"w": [30.0, 20.0], "b": 12.0}, {"w": [20.0, 0.0], "b": 4.0}],
        "b": {"w": [12.0, 4.0], "b": 0.0},
    }


@pytest.mark.parametrize("t", [(), (0,), (2,), (2, 3)])
@pytest.mark.parametrize("s", [(), (0,), (3,), (2, 2)])
def test_for_arrays_the_shape_is_that_of_the_result_and_then_that_of_the_argument(s, t):
    weights = np.arange(math.prod(s + t), dtype=float).reshape(s + t)

    def f(x):
        rows = weights.reshape(math.prod(s), x.size)
        return np.array([total(row * x.reshape(-1)) for row in rows], object).reshape(s)

    found = jacobian(f)(np.ones(t))
    assert (found.shape, found.dtype) == (s + t, float)
    assert found.tolist() == weights.tolist()


def test_a_number_by_an_array_and_an_array_by_a_number():
    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    by_array = jacobian(lambda x: [x.sum(), (x * x).sum()])(x)
    assert [block.tolist() for block in by_array] == [[[1, 1], [1, 1]], [[2, 4], [6, 8]]]
    assert jacobian(lambda x: np.array([x, x * x]))(3.0).tolist() == [1.0, 6.0]


def test_numpys_products_are_differentiated():
    def f(a, x):
        return (a @ x) @ x

    a, x = np.arange(4).reshape(2, 2), np.array([1, 2])
    by_a, by_x = grad(f, (0, 1))(a, x)
    assert by_a.tolist() == np.outer(x, x).tolist()
    assert by_x.tolist() == ((a + a.T) @ x).tolist()
    assert hessian(f, 1)(a, x).tolist() == (a + a.T).tolist()
    assert (by_a.dtype, by_x.dtype) == (float, float)


def test_an_object_array_of_values_gives_one():
    x = np.array([Value(1.0), Value(2.0)])
    found = grad(lambda x: (x * x).sum())(x)
    assert found.dtype == object
    assert [v.data for v in found] == [2.0, 4.0]


def test_what_f_does_to_its_argument_stays_with_it():
    def f(x):
        x["a"][0] = x["a"][0] * x["a"][0]
        x["new"] = x["b"].sum()
        x["b"][0] = 0.0
        return x["a"][0] + x.pop("new") + x["b"].sum()

    x = {"a": [3.0], "b": np.array([1.0, 2.0])}
    found = grad(f)(x)
    assert (found["a"], found["b"].tolist()) == ([6.0], [1.0, 2.0])
    assert (x["a"], x["b"].tolist(), list(x)) == ([3.0], [1.0, 2.0], ["a", "b"])


# arguments


def test_argnum_says_which_argument_and_several_give_a_tuple():
    def f(x, y, *, scale=1.0):
        return x * y * y * scale

    assert (grad(f)(2.0, 3.0), grad(f, 1)(2.0, 3.0)) == (9.0, 12.0)
    assert grad(f, (1, 0))(2.0, 3.0) == (12.0, 9.0)
    assert grad(f, (0,))(2.0, 3.0) == (9.0,)
    assert value_and_grad(f, (0, 1))(2.0, 3.0, scale=10.0) == (180.0, (90.0, 120.0))
    assert jacobian(lambda x, y: [f(x, y), y], (0, 1))(2.0, 3.0) == [(9.0, 12.0), (0.0, 1.0)]
    assert hessian(f, (0, 1))(2.0, 3.0) == ((0.0, 6.0), (6.0, 4.0))
    assert derivative(f, 1)(2.0, 3.0, scale=10.0) == 120.0


@each({name: FIRST[name] for name in ("grad", "jacobian", "value_and_grad", "derivative")})
def test_other_arguments_may_be_anything_and_arrive_as_they_are(take):
    stranger = object()

    def f(x):
        def inner(x, name, thing, *, flag):
            assert (name, thing, flag) == ("sin", stranger, None)
            return x * x

        return lambda x: inner(x, "sin", stranger, flag=None)

    assert take(f(None), 3.0) == 6.0
    assert grad(lambda name, x, flag: x * x, 1)("sin", 3.0, flag=None) == 6.0


def test_one_object_given_for_two_arguments_has_two_gradients():
    xs = [2.0, 3.0]
    found = grad(lambda a, b: a[0] * b[1] + a[1] * a[1], (0, 1))(xs, xs)
    assert found == ([3.0, 6.0], [0.0, 2.0])
    v = Value(3.0)
    assert [g.data for g in grad(lambda p: p[0] * p[1] * p[1])([v, v])] == [9.0, 18.0]


def test_a_tuple_of_argnums_gives_a_tuple_and_minus_one_is_the_last_argument():
    def f(x, y, *, scale=1.0):
        return scale * x * y * y

    for operator in (grad, derivative):
        assert operator(f, argnums=(0, 1))(2.0, 3.0, scale=10.0) == (90.0, 120.0)
        assert operator(f, argnums=(-1, 0))(2.0, 3.0) == (12.0, 9.0)
        assert operator(f, argnums=(-1,))(2.0, 3.0) == (12.0,)
        assert operator(f, argnums=-1)(2.0, 3.0) == operator(f, argnums=1)(2.0, 3.0) == 12.0
        assert operator(f, argnums=np.int64(1))(2.0, 3.0) == 12.0
    by_x, by_y = derivative(lambda x, y: lambda z: x * y * z, argnums=(0, 1))(2.0, 3.0)
    assert (by_x(5.0), by_y(5.0)) == (15.0, 10.0)


def test_a_derivative_is_named_after_its_function():
    assert grad(math.sin).__name__ == "grad(sin)"
    assert jacobian(hessian(ops.tanh)).__doc__.startswith("The jacobian of hessian(tanh)")


def test_a_counter_and_a_defaultdict_are_dicts():
    found = grad(lambda c: c["a"] * c["b"])(collections.Counter(a=2, b=3))
    assert found == {"a": 3.0, "b": 2.0}
    found = grad(lambda c: c["a"] * c["b"])(collections.defaultdict(lambda: 7.0, a=2.0))
    assert (type(found), dict(found)) == (collections.defaultdict, {"a": 7.0})
