"""Derivatives of derivatives, to any order and in any mixture of modes.

Over `polynomials()`, where doubles are exact, so that every way to the same derivative must give
the very same number; and for every unary primitive, where the ways round differently.
"""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from microgradlike import Value, derivative, grad, gradients, hessian, hvp, jacobian, jvp, ops, vjp
from microgradlike.testing import points
from tests.derivatives.test_linear_map import SMALL, polynomials

VECTORS = st.tuples(SMALL, SMALL, SMALL)
THREE = (0, 1, 2)


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def matrix(program, point):
    return hessian(program, THREE)(*point)


# one map, seen from many sides


@given(polynomials(), polynomials(), VECTORS, st.tuples(SMALL, SMALL))
def test_vjp_is_the_transpose_of_jvp(one, other, v, u):
    def f(*x):
        return [one(*x), other(*x)]

    _, jv = jvp(f, (0.0, 1.0, 2.0), v)
    _, pull = vjp(f, 0.0, 1.0, 2.0)
    assert dot(u, jv) == dot(pull(list(u)), v)


@given(polynomials(), VECTORS)
def test_every_operator_gives_the_same_first_derivatives(program, v):
    point = program.point
    gradient = grad(program, THREE)(*point)
    assert [derivative(program, i)(*point) for i in THREE] == list(gradient)
    assert jacobian(program, THREE)(*point) == gradient
    assert vjp(program, *point)[1](1.0) == gradient
    assert jvp(program, point, v)[1] == dot(gradient, v)
    xs = [Value(x) for x in point]
    assert [g.data for g in gradients(program(*xs), xs)] == list(gradient)


@given(polynomials(), VECTORS)
def test_every_way_to_the_second_derivatives_gives_the_same_matrix(program, v):
    point = program.point
    want = matrix(program, point)
    assert [list(column) for column in zip(*want)] == [list(row) for row in want]
    assert jacobian(grad(program, THREE), THREE)(*point) == want
    for outer, inner in itertools.product([grad, derivative, jacobian], repeat=2):
        found = [[outer(inner(program, i), j)(*point) for j in THREE] for i in THREE]
        assert found == [list(row) for row in want]
    product = hvp(program, point, v)
    assert list(product) == [dot(row, v) for row in want]
    assert jvp(grad(program, THREE), point, v)[1] == product
    assert vjp(grad(program, THREE), *point)[1](v) == product
    assert grad(lambda *x: jvp(program, x, v)[1], THREE)(*point) == product


@settings(max_examples=40)
@given(polynomials(), VECTORS, VECTORS)
def test_every_way_to_the_third_derivatives_gives_the_same_number(program, u, v):
    point = program.point

    def along(f):
        return lambda *x: jvp(f, x, u)[1]

    want = jvp(lambda *x: hvp(program, x, u), point, v)[1]
    assert hvp(along(program), point, v) == jvp(grad(along(program), THREE), point, v)[1]
    assert hvp(along(program), point, u) == tuple(
        dot(row, u) for row in jacobian(grad(along(program), THREE), THREE)(*point)
    )
    assert want == tuple(
        dot(row, v) for row in jacobian(lambda *x: hvp(program, x, u), THREE)(*point)
    )
    assert dot(want, u) == jvp(lambda *x: dot(hvp(program, x, u), u), point, v)[1]
    for i in THREE:
        by_entries = grad(lambda *x, i=i: hessian(program, THREE)(*x)[i][0], THREE)(*point)
        assert by_entries == hessian(lambda *x, i=i: grad(program, THREE)(*x)[i], THREE)(*point)[0]


@settings(max_examples=25)
@given(polynomials(inputs=2, max_size=5), st.permutations([grad, derivative, grad, derivative]))
def test_the_fourth_derivative_does_not_depend_on_who_takes_it(program, operators):
    def fourth(chosen):
        f = program
        for operator, argnum in zip(chosen, (0, 1, 0, 1)):
            f = operator(f, argnum)
        return f(*program.point)

    assert fourth(operators) == fourth([grad] * 4) == fourth([derivative] * 4)


# known derivatives of any order


TRIPLES = list(itertools.product([grad, derivative, hessian], repeat=3))


@pytest.mark.parametrize("operators", TRIPLES, ids=lambda ds: "-".join(d.__name__ for d in ds))
def test_of_an_exponential_each_order_brings_a_factor(operators):
    f, order = (lambda x: ops.exp(2.0 * x)), 0
    for operator in operators:
        f = operator(f)
        order += 2 if operator is hessian else 1
    assert f(0.0) == 2.0**order


def test_a_power_falls_to_its_factorial_and_then_to_zero():
    f = lambda x: x**6  # noqa: E731
    found = []
    for order in range(1, 9):
        f = (grad, derivative)[order % 2](f)
        found.append(f(1.0))
    assert found == [6.0, 30.0, 120.0, 360.0, 720.0, 720.0, 0.0, 0.0]


UNARY = [op for op in ops.TABLE.values() if op.arity == 1]


@pytest.mark.parametrize("op", UNARY, ids=lambda op: op.name)
@settings(max_examples=15)
@given(drawn=st.data())
def test_second_derivatives_of_a_primitive_agree_in_every_mode(op, drawn):
    (x,) = drawn.draw(points(op, bound=20.0, margin=1e-2))
    ways = [grad(grad(op)), derivative(grad(op)), grad(derivative(op)), derivative(derivative(op)),
            hessian(op)]  # fmt: skip
    found = [way(x) for way in ways]
    # the same partials over the same numbers, multiplied in another order: a handful of roundings,
    # the terms may cancel to about the size of the first derivative
    size = max(map(abs, found)) + abs(grad(op)(x))
    assert max(found) - min(found) <= 8 * 2.0**-52 * size


@pytest.mark.parametrize("op", UNARY, ids=lambda op: op.name)
def test_second_derivatives_are_those_of_the_gradient(op):
    """Against differences of the first derivative, far from kinks and edges."""
    x = 1.3 if op.domain[0][0][0] == 1 else 0.4
    h = 2.0**-13
    slope = grad(op)
    numeric = (slope(x - 2 * h) - 8 * slope(x - h) + 8 * slope(x + h) - slope(x + 2 * h)) / (12 * h)
    # h⁴/30 of the fifth derivative, which is below 10⁴ here; and rounding, eps / h
    assert grad(grad(op))(x) == pytest.approx(numeric, abs=2e-11 + 1e4 * h**4 / 30)


# over arrays and nests


def test_jacobian_of_grad_is_the_hessian_for_arrays_too():
    a = np.array([[2.0, 1.0, 0.0], [1.0, 3.0, -1.0], [0.0, -1.0, 4.0]])

    def f(x):
        return x @ a @ x / 2 + (x * x * x).sum()

    x = np.array([1.0, 2.0, -1.0])
    want = a + 6 * np.diag(x)
    for found in (hessian(f)(x), jacobian(grad(f))(x), jacobian(jacobian(f))(x)):
        assert found.dtype == float
        assert found.tolist() == want.tolist()
    v = np.array([1.0, 0.0, 2.0])
    assert hvp(f, (x,), (v,))[0].tolist() == (want @ v).tolist()
    cubic = jacobian(hessian(f))(x)
    assert (cubic.shape, cubic[1, 1, 1], np.count_nonzero(cubic)) == ((3, 3, 3), 6.0, 3)


def test_hvp_does_not_form_the_matrix():
    """By the number of times that a partial is asked for: a few per node, not n per node."""
    calls = []
    op = ops.unary("counted", lambda x: x * x, lambda y, x: calls.append(0) or 2.0 * x)
    n = 50

    def f(xs):
        return sum(op(x) for x in xs)

    hvp(f, ([1.0] * n,), ([1.0] * n,))
    assert len(calls) == n


def test_a_hessian_runs_f_once():
    calls = []

    def f(x):
        calls.append(0)
        return x[0] * x[1] * x[2]

    hessian(f)([1.0, 2.0, 3.0])
    assert len(calls) == 1


def test_gauss_newton_by_jvp_and_vjp():
    """JᵀJv without J: what a least-squares solver multiplies by."""

    def residuals(x):
        return [x[0] * x[1], x[1] * x[1], x[0] - 3.0]

    x, v = [2.0, 5.0], [1.0, -1.0]
    _, jv = jvp(residuals, (x,), (v,))
    _, pull = vjp(residuals, x)
    j = np.array(jacobian(residuals)(x))
    assert pull(jv)[0] == (j.T @ j @ v).tolist()


def test_a_pull_is_linear_in_the_upstream_and_may_be_repeated():
    _, pull = vjp(lambda x: x * x, 3.0)
    assert [pull(u) for u in (1.0, -2.0, 0.0, 1)] == [(6.0,), (-12.0,), (0.0,), (6.0,)]


def test_the_gradient_of_half_a_square_by_pulling_the_result():
    def residuals(x):
        return [x[0] * x[1], x[1] * x[1]]

    def by_pull(x):
        y, pull = vjp(residuals, x)
        return pull(y)[0]

    def by_grad(x):
        return grad(lambda x: sum(r * r for r in residuals(x)) / 2)(x)

    x = [2.0, 5.0]
    assert by_pull(x) == by_grad(x)
    assert jacobian(by_pull)(x) == jacobian(by_grad)(x)
    assert jvp(by_pull, (x,), ([1.0, 0.0],)) == jvp(by_grad, (x,), ([1.0, 0.0],))
    values = by_pull([Value(2.0), Value(5.0)])
    assert [v.data for v in values] == by_grad(x)


def test_newtons_method_finds_a_minimum():
    def f(x):
        return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2

    x = np.array([-1.2, 1.0])
    for _ in range(8):
        x = x - np.linalg.solve(hessian(f)(x), grad(f)(x))
    assert x.tolist() == pytest.approx([1.0, 1.0], abs=1e-12)
    assert math.hypot(*grad(f)(x)) < 1e-10
