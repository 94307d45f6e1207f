"""Perturbation confusion where functions give functions, and are given to functions.

The derivative of a function that gives a function is a function. The cases are those of Manzyuk,
Pearlmutter, Radul, Rush & Siskind, "Perturbation confusion in forward automatic differentiation of
higher-order functions", JFP 29, 2019 [4], and variations on them. `derivative` stands where a
function comes out; the operators that the case is run for, where a number does.
"""

import pytest

from microgradlike import Value, derivative
from tests.derivatives.test_confusion import OPERATORS, by_graph, cube, wrong

D = derivative


def shift(u):
    """[4], section 1: s u f x = f(x + u), so that D s 0 is the derivative as an operator."""
    return lambda f: lambda x: f(x + u)


# as in a language of functions of one argument
def pair(a):
    return lambda b: lambda k: k(a)(b)


def first(a):
    return lambda b: a


def second(a):
    return lambda b: b


def two(f):
    return lambda x: f(f(x))


def three(f):
    return lambda x: f(f(f(x)))


def compose(f):
    return lambda g: lambda x: f(g(x))


def substitute(f):
    """The combinator S."""
    return lambda g: lambda x: f(x)(g(x))


def fix(f):
    """The combinator Y, for functions."""
    return (lambda x: x(x))(lambda x: f(lambda n: x(x)(n)))


def after_the_fact(d):
    slope = D(lambda x: lambda y: x * y)(3.0)  # y
    return d(lambda t: slope(t) * t)(4.0)


def at_several_points():
    slope = D(shift)(0.0)(cube)
    return slope(1.0) + 10 * slope(2.0) + 100 * slope(1.0)


def twice_the_operator():
    one, other = D(shift)(0.0), D(shift)(0.0)
    return one(other(cube))(2.0) + other(one(cube))(2.0) + one(one(cube))(2.0)


# fmt: off
CASES = {
    # [4], the amazing bug: the second derivative 6x came out as 0
    "amazing_bug": (12, lambda: D(shift)(0.0)(D(shift)(0.0)(cube))(2.0)),
    "amazing_bug_with_one_closure": (12, lambda: (lambda d: d(d(cube))(2.0))(D(shift)(0.0))),
    "amazing_bug_thrice": (6, lambda: (lambda d: d(d(d(cube)))(2.0))(D(shift)(0.0))),
    "closures_in_any_order": (36, twice_the_operator),
    "one_closure_at_several_points": (423, at_several_points),
    "closure_twice_with_others_between": (  # 3x² · x
        36, lambda: (lambda d: d(lambda x: d(cube)(x) * x)(2.0))(D(shift)(0.0))),
    "closure_inside_an_operator": (12, lambda d: d(D(shift)(0.0)(cube))(2.0)),
    "operator_inside_a_closure": (12, lambda inner: D(shift)(0.0)(inner(cube))(2.0)),
    "closure_between_operators": (6, lambda d, inner: d(D(shift)(0.0)(inner(cube)))(2.0)),
    "closure_made_inside": (12, lambda d: d(lambda x: D(shift)(0.0)(cube)(x))(2.0)),
    "closure_made_at_x": (18, lambda d: d(lambda x: D(shift)(x)(cube)(1.0))(2.0)),  # 3(1 + x)²
    # a product in three arguments, one after another
    "curried": (30, lambda: D(lambda x: lambda y: x * x * y)(3.0)(5.0)),
    "curried_thrice": (12, lambda: D(lambda x: lambda y: lambda z: x * x * y * z)(1.0)(2.0)(3.0)),
    "argument_one": (10, lambda: D(lambda a, b: lambda c: a * b * c, 1)(2.0, 3.0)(5.0)),
    "keyword": (15, lambda: D(lambda x, *, s: lambda y: x * y * s)(2.0, s=3.0)(5.0)),
    "slope_of_a_slope": (10, lambda d: d(D(lambda x: lambda y: x * y * y)(2.0))(5.0)),
    "closure_of_a_closure": (
        5, lambda: D(lambda x: D(lambda y: lambda z: x * y * z))(2.0)(3.0)(5.0)),
    "both_at_z": (8, lambda d: d(lambda z: D(lambda x: lambda y: x * x * y)(z)(z))(2.0)),  # 2z · z
    "over_an_outer_variable": (
        2, lambda d: d(lambda a: D(lambda x: lambda y: a * x * y)(1.0)(2.0))(3.0)),
    "inner_slope_at_the_outer": (
        5, lambda inner: D(lambda x: lambda y: inner(lambda z: x * y * z)(x))(3.0)(5.0)),
    "escaped": (8, after_the_fact),
    # functions as arguments: (x²)², t, 2v²
    "a_function_goes_in": (108, lambda: D(lambda x: lambda k: k(x * x))(3.0)(lambda v: v * v)),
    "over_t_goes_in": (
        1, lambda d: d(lambda t: D(lambda x: lambda k: k(x))(3.0)(lambda v: v * t))(2.0)),
    "an_operator_goes_in": (
        8, lambda inner: D(lambda x: lambda k: k(x))(2.0)(lambda v: inner(lambda w: w * w * v)(v))),
    "slope_of_an_argument": (12, lambda inner: D(lambda x: lambda f: inner(f)(x))(2.0)(cube)),
    "operators_go_in": (12, lambda d, e: (lambda p: lambda q: p(q(cube)))(d)(e)(2.0)),
    # Church's pairs and numerals
    "first_of_a_pair": (1, lambda: D(lambda x: pair(x)(x * x))(3.0)(first)),
    "second_of_a_pair": (6, lambda: D(lambda x: pair(x)(x * x))(3.0)(second)),
    "pair_of_a_slope": (12, lambda inner: D(lambda x: pair(x)(inner(cube)(x)))(2.0)(second)),
    "two_derivatives": (12, lambda d: two(d)(cube)(2.0)),
    "three_derivatives": (6, lambda d: three(d)(cube)(2.0)),
    "two_closures": (12, lambda: two(D(shift)(0.0))(cube)(2.0)),
    "two_of_a_closure": (30, lambda: D(lambda x: two(lambda v: x * v))(3.0)(5.0)),  # 5x²
    "three_of_two": (  # two³ f is f applied 8 times: x⁸ by x at 1
        8, lambda: D(lambda x: three(two)(lambda v: x * v))(1.0)(1.0)),
    # combinators: 5u², x · x², x⁴
    "composed": (30, lambda: D(lambda u: compose(lambda v: v * u)(lambda v: v * u))(3.0)(5.0)),
    "substituted": (12, lambda d: d(substitute(lambda a: lambda b: a * b)(lambda c: c * c))(2.0)),
    "recursive": (
        32, lambda: D(
            lambda x: fix(lambda power: lambda n: x * power(n - 1) if n else 1.0))(2.0)(4)),
}
# fmt: on


@pytest.mark.parametrize("name", CASES)
def test_the_answer_is_the_known_one_whatever_takes_the_derivatives(name):
    want, f = CASES[name]
    assert wrong(f, want) == {}


@pytest.mark.parametrize("operator", [d for d in OPERATORS if d is not by_graph])
def test_the_operator_by_hand_is_the_closure(operator):
    """The amazing bug with D s 0 written out: D of a function of u that gives a number."""

    def slope(f):
        return lambda x: operator(lambda u: shift(u)(f)(x))(0.0)

    assert slope(slope(cube))(2.0) == 12
    assert slope(slope(slope(cube)))(2.0) == 6


def test_a_function_that_gives_a_function_is_evaluated_anew_at_every_call():
    calls = []
    slope = D(lambda x: calls.append(x) or (lambda y: x * y))(3.0)
    before = len(calls)
    assert [slope(5.0), slope(7.0)] == [5.0, 7.0]
    assert len(calls) == before + 2


def test_values_go_through_closures():
    w = Value(7.0)
    slope = D(lambda x: lambda y: x * x * y * w)(3.0)(5.0)
    slope.backward()
    assert (slope.data, w.grad) == (210.0, 30.0)


def test_a_list_of_functions_is_a_stranger():
    with pytest.raises(TypeError, match="the result of the function"):
        D(lambda x: [lambda y: x * y])(3.0)
