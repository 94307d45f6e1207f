"""The active derivative: a compiled function called inside it is part of it, and only inside."""

import pytest

from microgradlike import Value, grad, hessian, jit, jvp, value_and_grad
from microgradlike.context import active_run


def square(y):
    return y * y


INNER = {  # derivatives of y² at 2
    "grad": lambda: grad(square)(2.0),
    "value_and_grad": lambda: value_and_grad(square)(2.0)[1],
    "jvp": lambda: jvp(square, (2.0,), (1.0,))[1],
    "nested": lambda: grad(lambda x: square(x) + grad(square)(3.0))(2.0),
    "hessian": lambda: 2 * hessian(square)(2.0),
}


@pytest.mark.parametrize("inner", INNER)
def test_a_compiled_function_after_an_inner_derivative_is_part_of_the_outer_one(inner):
    def f(x):
        slope = INNER[inner]()
        return jit(lambda t: t * x)(3.0) + slope

    assert value_and_grad(f)(5.0) == (19.0, 3.0)


def test_a_compiled_function_between_two_inner_derivatives_is_part_of_the_outer_one():
    def f(x):
        total = 0.0
        for _ in range(3):
            total = total + grad(square)(1.0) * jit(lambda t: t * x)(3.0)
        return total

    assert grad(f)(5.0) == 18.0


def test_a_compiled_function_after_an_inner_derivative_that_failed_is_part_of_the_outer_one():
    def f(x):
        with pytest.raises(ZeroDivisionError):
            grad(lambda y: y * (1 // 0))(2.0)
        return jit(lambda t: t * x)(3.0)

    assert grad(f)(5.0) == 3.0


def test_a_compiled_function_belongs_to_each_derivative_afresh():
    seen = {}
    curve = jit(lambda t: t * seen["x"] * seen["x"])

    def f(x):
        seen["x"] = x
        return curve(3.0)

    assert [value_and_grad(f)(x) for x in (5.0, 7.0)] == [(75.0, 30.0), (147.0, 42.0)]


def fails(x):
    raise ZeroDivisionError


@pytest.mark.parametrize("f", [square, lambda x: grad(square)(x) + x, fails])
def test_after_the_outermost_derivative_a_compiled_function_gives_numbers_again(f):
    try:
        grad(f)(5.0)
    except ZeroDivisionError:
        assert f is fails
    assert active_run.get() is None
    w = Value(2.0)  # made after the derivative, so as young as its nodes
    assert type(jit(lambda t: t * w)(3.0)) is float
