"""Arguments that derivatives refuse, and the messages."""

import re

import numpy as np
import pytest

from microgradlike import (
    Value,
    derivative,
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jvp,
    nn,
    value_and_grad,
    vjp,
)

OPERATORS = [grad, value_and_grad, jacobian, hessian]


def square(x):
    return x * x


# each takes f and one argument; `place` is how messages call that one
TAKERS = {
    **{d.__name__: (lambda f, x, d=d: d(f)(x), "argument 0") for d in OPERATORS},
    "derivative": (lambda f, x: derivative(f)(x), "argument 0"),
    "jvp": (lambda f, x: jvp(f, (x,), (1.0,)), "primals[0]"),
    "vjp": (lambda f, x: vjp(f, x), "primals[0]"),
    "hvp": (lambda f, x: hvp(f, (x,), (1.0,)), "primals[0]"),
}
STRANGERS = [
    None,
    True,
    np.True_,
    "x",
    b"x",
    2j,
    np.complex128(2j),
    {1.0},
    (i for i in ()),
    object(),
]


@pytest.mark.parametrize("taker", TAKERS)
@pytest.mark.parametrize("stranger", STRANGERS, ids=lambda x: type(x).__name__)
def test_a_stranger_as_argument_is_named_with_its_place(taker, stranger):
    take, place = TAKERS[taker]
    kind = type(stranger).__name__
    said = rf"{re.escape(place)} is .* of type {kind}; expected numbers, Values, or arrays"
    with pytest.raises(TypeError, match=said):
        take(square, stranger)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda d: d.__name__)
def test_a_stranger_within_an_argument_is_named_with_its_place(operator):
    with pytest.raises(TypeError, match=r"argument 1\['w'\]\[2\] is None of type NoneType"):
        operator(lambda x, p: x, 1)(1.0, {"w": [1.0, 2.0, None]})
    with pytest.raises(TypeError, match=r"an element of argument 0 is .*True_?"):
        operator(lambda x: x)(np.array([True]))


@pytest.mark.parametrize("taker", TAKERS)
@pytest.mark.parametrize(
    "given",
    [None, True, "x", 2j, {1.0}, (i for i in ()), [1.0, None]],
    ids=lambda x: type(x).__name__,
)
def test_a_stranger_as_result_is_named_as_that(taker, given):
    take, _ = TAKERS[taker]
    with pytest.raises(TypeError, match=r"the result of the function(\[1\])? is "):
        take(lambda x: given, 2.0)


@pytest.mark.parametrize("taker", sorted({*TAKERS} - {"derivative"}))
def test_a_function_as_result_is_for_derivative_only(taker):
    take, _ = TAKERS[taker]
    with pytest.raises(TypeError, match="the result of the function is <function"):
        take(lambda x: lambda y: x * y, 2.0)


@pytest.mark.parametrize("taker", TAKERS)
def test_what_contains_itself_is_refused_and_not_a_loop(taker):
    own = [1.0]
    own.append(own)
    take, _ = TAKERS[taker]
    with pytest.raises(ValueError, match="nested more than 50 deep; does it contain itself"):
        take(lambda x: x[0], own)
    with pytest.raises(ValueError, match="nested more than 50 deep; does it contain itself"):
        take(lambda x: own, 1.0)


# results of many numbers


@pytest.mark.parametrize(
    ("operator", "way_out"),
    [(grad, "jacobian"), (value_and_grad, "jacobian"), (hessian, r"jacobian\(jacobian\(f\)\)"),
     (lambda f: lambda x: hvp(f, (x,), (x,)), r"jvp of jacobian\(f\)")],
    ids=["grad", "value_and_grad", "hessian", "hvp"],
)  # fmt: skip
@pytest.mark.parametrize(
    ("f", "said"),
    [
        (lambda x: x, "a list of 2 number(s)"),
        (lambda x: [x[0]], "a list of 1 number(s)"),
        (lambda x: (x[0], x[1]), "a tuple of 2 number(s)"),
        (lambda x: {"a": x[0]}, "a dict of 1 number(s)"),
        (lambda x: np.array(x), "an array of shape (2,)"),
        (lambda x: np.array([x[0]]), "an array of shape (1,)"),
        (lambda x: [], "a list of 0 number(s)"),
        (lambda x: nn.Neuron(2), "a Neuron of 3 number(s)"),
    ],
)
def test_where_one_number_is_differentiated_more_are_refused(operator, way_out, f, said):
    said = rf"must return one number, got {re.escape(said)}; use {way_out}, or sum"
    with pytest.raises(TypeError, match=said):
        operator(f)([1.0, 2.0])


# functions and argnums


@pytest.mark.parametrize(
    "stranger", [None, 3.0, "sin", Value(1.0), [square]], ids=lambda x: type(x).__name__
)
def test_what_is_no_function_is_refused(stranger):
    for operator in (*OPERATORS, derivative):
        with pytest.raises(TypeError, match="derivatives are taken of functions, got"):
            operator(stranger)
    with pytest.raises(TypeError, match=r"Value\(data=1.0, .*y\.backward\(\), or gradients\(y, "):
        grad(Value(1.0))
    for take in (
        lambda: jvp(stranger, (1.0,), (1.0,)),
        lambda: vjp(stranger, 1.0),
        lambda: hvp(stranger, (1.0,), (1.0,)),
    ):
        with pytest.raises(
            TypeError, match=r"derivatives are taken of functions, got|not callable"
        ):
            take()


@pytest.mark.parametrize(
    "argnums", [1.0, "x", None, True, [0, 1], (0, True), np.float64(0)], ids=repr
)
def test_argnums_that_are_no_positions_are_refused_at_once(argnums):
    for operator in (*OPERATORS, derivative):
        with pytest.raises(TypeError, match=re.escape(repr(argnums)) + r".*write argnums=0"):
            operator(lambda x, y: x * y, argnums)


@pytest.mark.parametrize("argnums", [2, 7, -3, (0, 2), (-3,)], ids=repr)
def test_argnums_that_are_not_there_are_refused(argnums):
    for operator in (*OPERATORS, derivative):
        with pytest.raises(ValueError, match=r"argnums is .* but there are 2 positional argument"):
            operator(lambda x, y: x * y, argnums)(1.0, 2.0)


def test_the_message_has_the_argnums_as_they_were_given():
    for argnums in (2, (0, 2), (0, -2), (1, 1)):
        with pytest.raises(ValueError, match=rf"argnums is {re.escape(repr(argnums))}, but there"):
            grad(lambda x, y: x * y, argnums)(1.0, 2.0)


def test_a_position_given_twice_is_refused():
    with pytest.raises(ValueError, match="each position once"):
        grad(lambda x, y: x * y, (0, 0))(3.0, 2.0)


def test_an_argument_by_keyword_cannot_be_differentiated_by():
    with pytest.raises(ValueError, match=r"there are 0 positional argument.*pass it by position"):
        grad(square)(x=3.0)
    with pytest.raises(ValueError, match="0 positional") as caught:
        grad(square)()
    assert "argnums" not in str(caught.value)


def test_a_wrong_number_of_arguments_is_as_in_any_call():
    with pytest.raises(TypeError, match="takes 1 positional argument but 2 were given"):
        grad(square)(3.0, 4.0)
    with pytest.raises(TypeError, match="unexpected keyword argument 'z'"):
        grad(square)(3.0, z=4.0)


# primals and tangents


@pytest.mark.parametrize("take", [jvp, hvp])
@pytest.mark.parametrize(
    "given",
    [1.0, np.array([1.0]), Value(1.0), {"x": 1.0}, None, "x"],
    ids=lambda x: type(x).__name__,
)
def test_primals_and_tangents_are_tuples_of_arguments(take, given):
    for pair, place, one in (
        ((given, (1.0,)), "primals", "primal"),
        (((1.0,), given), "tangents", "tangent"),
    ):
        said = rf"{take.__name__}\(f, primals, tangents\) .* as {place}; write \({one},\) for a"
        with pytest.raises(TypeError, match=said):
            take(square, *pair)


@pytest.mark.parametrize("take", [jvp, hvp])
@pytest.mark.parametrize(
    ("tangents", "said"),
    [
        ((), "at tangents[0][0], expected a number, got nothing"),
        (([1.0],), "at tangents[0][1], expected an array of shape (2,), got nothing"),
        (([1.0, [0.0, 0.0]],), "at tangents[0][1], expected an array of shape (2,), got nothing"),
        (([1.0, np.zeros(3)],), "expected an array of shape (2,), got an array of shape (3,)"),
        (([1.0, np.zeros(2)], 1.0), "at tangents[1], expected nothing, got a number"),
        (
            ([1.0, np.zeros((2, 1))],),
            "expected an array of shape (2,), got an array of shape (2, 1)",
        ),
    ],
)
def test_tangents_of_another_structure_are_refused_with_the_place(take, tangents, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        take(lambda x: x[0] * x[1].sum(), ([1.0, np.zeros(2)],), tangents)


def test_a_tangent_is_a_number_as_any_other():
    with pytest.raises(TypeError, match=r"tangents\[0\] is None of type NoneType"):
        jvp(square, (1.0,), (None,))


def test_an_upstream_has_the_structure_of_the_result():
    _, pull = vjp(lambda x: {"a": x, "b": [x, x]}, 3.0)
    for upstream in (1.0, {"a": 1.0}, {"a": 1.0, "b": [1.0]}, {"a": [1.0], "b": [1.0, 2.0]}):
        with pytest.raises(ValueError, match="upstream must have the structure of the result"):
            pull(upstream)
    with pytest.raises(TypeError, match=r"upstream\['b'\]\[1\] is 'x' of type str"):
        pull({"a": 1.0, "b": [1.0, "x"]})


def test_vjp_needs_a_point():
    with pytest.raises(TypeError, match=r"needs the point: write vjp\(f, 1\.0\)"):
        vjp(square)


def test_derivative_goes_by_one_number():
    for several in ([1.0], np.ones(2), {"a": 1.0}, nn.Neuron(1)):
        with pytest.raises(TypeError, match=r"one number, but argument 0 is .* use jacobian"):
            derivative(lambda x: x)(several)
    assert derivative(square)(np.array(3.0)) == 6.0


# gradients


@pytest.mark.parametrize(
    ("y", "xs"),
    [(1.0, [Value(1.0)]), (Value(1.0), [1.0]), (None, []), (Value(1.0), ["x"]), ([Value(1.0)], [])],
)
def test_gradients_are_of_values_by_values(y, xs):
    with pytest.raises(TypeError, match=r"gradients\(y, xs\) takes Values, got .* use grad\(f\)"):
        gradients(y, xs)


def test_gradients_take_a_list():
    x = Value(1.0)
    with pytest.raises(TypeError, match=r"list of .*got Value\(data=1.0.*write \[x\]"):
        gradients(x * x, x)
    with pytest.raises(TypeError, match=r"list of .*got 3; write \[x\]"):
        gradients(x * x, 3)


# functions that lose the derivative


def test_a_function_of_floats_is_refused_with_the_way_out():
    import math

    with pytest.raises(TypeError, match=r"read \.data for the number, use microgradlike\.sin"):
        grad(math.sin)(1.0)
    with pytest.raises(TypeError, match=r"read \.primal .* microgradlike\.sin"):
        derivative(math.sin)(1.0)
    with pytest.raises(TypeError, match=r"read \.data"):
        grad(lambda x: np.asarray(x, float).sum())(np.ones(2))
