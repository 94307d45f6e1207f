"""Perturbation confusion: nested derivatives never mistake one another's perturbations.

Cases from, and in the manner of,
  [1] Siskind & Pearlmutter, "Perturbation confusion and referential transparency", IFL 2005;
  [2] Siskind & Pearlmutter, "Nesting forward-mode AD in a functional framework", HOSC 21, 2008;
  [3] Pearlmutter & Siskind, "Lazy multivariate higher-order forward-mode AD", POPL 2007;
  [4] Manzyuk, Pearlmutter, Radul, Rush & Siskind, "Perturbation confusion in forward automatic
      differentiation of higher-order functions", JFP 29, 2019.

A case is a function of the operators that take its derivatives, outermost first, and is run for
every choice of these. The numbers are small and whole, so that the answers, derived by hand in the
comments, come out exactly. Functions that give functions are in test_confusion_closures.py.
"""

import inspect
import itertools

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
    value_and_grad,
    vjp,
    where,
)
from microgradlike.derivatives import api

# operators: each gives df/dx as a function of x, in a mode of its own


def by_jvp(f):
    return lambda x: jvp(f, (x,), (1.0,))[1]


def by_vjp(f):
    return lambda x: vjp(f, x)[1](1.0)[0]


def by_columns(f):
    """As one entry of a matrix with more rows than columns, which is made forward."""
    return lambda x: jacobian(lambda v: [0.0, f(v)])(x)[1]


def by_graph(f):
    """By `gradients` on a Value of one's own; not inside of forward mode, where x is a Dual."""

    def slope(x):
        v = x * 1.0 if isinstance(x, Value) else Value(x)
        y = f(v)
        return gradients(y, [v])[0] if isinstance(y, Value) else 0.0

    return slope


OPERATORS = [derivative, grad, by_jvp, by_vjp, by_columns, by_graph]
FORWARD = (derivative, by_jvp)


def choices(places):
    """Every choice of operators that has a meaning. A place named `inner` is in forward mode."""
    for chosen in itertools.product(OPERATORS, repeat=len(places)):
        inside_forward = False
        for place, operator in zip(places, chosen):
            if operator is by_graph and (inside_forward or place == "inner"):
                break
            inside_forward = inside_forward or operator in FORWARD
        else:
            yield chosen


def wrong(f, want):
    """The wrong results of a case, by the choice of operators."""
    places = list(inspect.signature(f).parameters)
    found = {tuple(d.__name__ for d in chosen): f(*chosen) for chosen in choices(places)}
    return {
        chosen: got
        for chosen, got in found.items()
        if number(got) != want or not (type(got) is float or "by_graph" in chosen)
    }


def number(x):
    return x.data if isinstance(x, Value) else x


def newton(outer, inner, f, y):
    """A step of Newton's method towards an extremum of f: exact where f is quadratic."""
    return y - inner(f)(y) / outer(inner(f))(y)


def cube(x):
    return x * x * x


def through_a_cell(outer, inner):
    kept = []

    def f(x):
        kept.append(inner(lambda y: x * y)(1.0))  # x
        return kept[-1] * x

    return outer(f)(3.0)


def by_a_loop(outer, inner):
    def f(x):
        total = 0.0
        for k in range(4):
            total = total + inner(lambda y, k=k: x**k * y)(1.0)  # x^k
        return total

    return outer(f)(2.0)


def with_one_function_for_both(outer, inner):
    return outer(lambda x: cube(x) * inner(cube)(x))(2.0)


def by_euler(outer, field):
    """Four steps of ½ along x'' = -dp/dx, p = w x²/2, from rest at 1, by w.

    x = 1, 1, 1 - w/4, 1 - 3w/4, 1 - 3w/2 + w²/16; the derivative at w = 4 is -3/2 + w/8.
    """

    def last(w):
        x, v = 1.0, 0.0
        for _ in range(4):
            x, v = x + v / 2, v - field(lambda at: w * at * at / 2)(x) / 2
        return x

    return outer(last)(4.0)


# fmt: off
CASES = {
    # [1], its first example: 2 in a system that confuses, and 1 in truth
    "x_times_slope_of_x_plus_y": (1, lambda d, e: d(lambda x: x * e(lambda y: x + y)(1.0))(1.0)),
    "slope_of_x_plus_y_times_x": (1, lambda d, e: d(lambda x: e(lambda y: x + y)(1.0) * x)(1.0)),
    # x · x
    "x_times_slope_of_x_times_y": (2, lambda d, e: d(lambda x: x * e(lambda y: x * y)(2.0))(1.0)),
    # x · 2xy at y = 3: 6x²
    "x_times_slope_of_x_y_y": (24, lambda d, e: d(lambda x: x * e(lambda y: x * y * y)(3.0))(2.0)),
    "inner_without_y": (0, lambda d, e: d(lambda x: e(lambda y: x)(1.0))(1.0)),
    "inner_without_x": (6, lambda d, e: d(lambda x: x * e(lambda y: y * y)(3.0))(1.0)),
    "inner_constant": (1, lambda d, e: d(lambda x: x + e(lambda y: 3.0)(x))(1.0)),
    "both_names_are_x": (6, lambda d, e: d(lambda x: x * e(lambda x: x * x)(3.0))(2.0)),
    # the inner one at a point that depends on x: 3x², 2x·x = 2x², 2xy at y = x²
    "inner_at_x": (12, lambda d, e: d(lambda x: e(cube)(x))(2.0)),
    "inner_of_both_at_x": (12, lambda d, e: d(lambda x: e(lambda y: x * y * y)(x))(3.0)),
    "inner_at_square_of_x": (24, lambda d, e: d(lambda x: e(lambda y: x * y * y)(x * x))(2.0)),
    # [2]: the derivative of a derivative is the second derivative, 6x
    "of_each_other": (12, lambda d, e: d(e(cube))(2.0)),
    "thrice": (6, lambda d, e, f: d(e(f(cube)))(2.0)),
    "one_function_twice": (240, with_one_function_for_both),  # x³ · 3x²
    # x · (x + 1): two inner derivatives side by side, then nested in a product of all
    "side_by_side": (
        7, lambda d, e: d(lambda x: e(lambda y: x * y)(1.0) * e(lambda y: x * y + y)(1.0))(3.0)),
    "side_by_side_and_at_once": (
        54, lambda d, e, f: d(
            lambda x: x * e(lambda y: x * y)(1.0) * f(lambda y: 2 * x * y)(5.0))(3.0)),
    # x · d/dy [y · xy] = x · 2xy at y = 2, then xyz in every order of nesting
    "three_levels": (
        8, lambda d, e, f: d(lambda x: x * e(lambda y: y * f(lambda z: x * y * z)(3.0))(2.0))(1.0)),
    "mixed_partial": (
        1, lambda d, e, f: d(lambda x: e(lambda y: f(lambda z: x * y * z)(5.0))(7.0))(3.0)),
    "innermost_without_y": (
        0, lambda d, e, f: d(lambda x: e(lambda y: f(lambda z: x * z)(5.0))(7.0))(3.0)),
    # x · d/dy [xy · 1]
    "three_sums": (
        6, lambda d, e, f: d(
            lambda x: x * e(lambda y: x * y * f(lambda z: x + y + z)(1.0))(1.0))(3.0)),
    # at y = x, z = y: d/dz (xyz²) = 2xy·y, by y 4xy = 4x², by x 8x
    "three_levels_at_each_other": (
        24, lambda d, e, f: d(lambda x: e(lambda y: f(lambda z: x * y * z * z)(y))(x))(3.0)),
    "in_a_loop": (17, by_a_loop),  # 1 + 2x + 3x²
    "through_a_cell": (6, through_a_cell),  # x²
    # branches by comparison of numbers of two levels; then by `where`: x
    "comparison_across_levels": (
        1, lambda d, e: d(lambda x: e(lambda y: x * y if y > x else y)(2 * x))(3.0)),
    "where_across_levels": (
        1, lambda d, e: d(lambda x: e(lambda y: where(y > x, x * y, y))(2 * x))(3.0)),
    # [2] argmin and min of (x-2)² + (y-3x)² by y: 3x, and (x-2)²
    "argmin": (3, lambda d, e, f: d(
        lambda x: newton(e, f, lambda y: (x - 2) ** 2 + (y - 3 * x) ** 2, 0.0))(5.0)),
    "minimum": (6, lambda d, e, f: d(lambda x: (lambda h: h(newton(e, f, h, 0.0)))(
        lambda y: (x - 2) ** 2 + (y - 3 * x) ** 2))(5.0)),
    # [2] saddle: max over y of x² + 2xy - y² is 2x², at y = x; a step towards its minimum is at 0
    "saddle": (12, lambda d, e, f: d(lambda x: (lambda h: h(newton(e, f, h, 1.0)))(
        lambda y: x * x + 2 * x * y - y * y))(3.0)),
    "saddle_found": (0, lambda d, e: newton(d, d, lambda x: (lambda h: h(newton(e, e, h, 1.0)))(
        lambda y: x * x + 2 * x * y - y * y), 3.0)),
    "particle": (-1, by_euler),  # [2], with a field of one dimension
    # [2] a root by Newton's method: √x is 2 at 4, its derivative 1/(2·2)
    "root": (0.25, lambda d, e: d(lambda x: (lambda h: 2.0 - h(2.0) / e(h)(2.0))(
        lambda y: y * y - x))(4.0)),
    # other derivatives inside: 6xy, then at y = x, 12x², the value x³ times the gradient 2x²
    "hessian_inside": (12, lambda d: d(lambda x: hessian(lambda y: x * cube(y))(2.0))(1.0)),
    "hessian_at_x": (24, lambda d: d(lambda x: hessian(lambda y: x * cube(y))(x))(2.0)),
    "hvp_inside": (24, lambda d: d(lambda x: hvp(lambda y: x * cube(y), (2.0,), (x,))[0])(1.0)),
    "value_and_grad_inside": (
        10, lambda d: d(
            lambda x: (lambda v, g: v * g)(*value_and_grad(lambda y: x * y * y)(x)))(1.0)),
    # a pull kept and used later: 2y · x at y = 3; with the result itself, 2x³
    "pull_inside": (6, lambda d: d(lambda x: vjp(lambda y: y * y, 3.0)[1](x)[0])(7.0)),
    "pull_of_both": (24, lambda d: d(lambda x: vjp(lambda y: x * y * y, 3.0)[1](x)[0])(2.0)),
    # u · 2xa at x = 3, by the upstream u and by a: 6
    "pull_of_the_inner_by_the_outer": (
        6, lambda d, e: d(lambda a: e(lambda u: vjp(lambda x: x * x * a, 3.0)[1](u)[0])(2.0))(5.0)),
    "pull_of_the_outer_by_the_inner": (
        6, lambda d, e: d(lambda u: e(lambda a: vjp(lambda x: x * x * a, 3.0)[1](u)[0])(2.0))(5.0)),
    "pull_of_the_result": (
        54, lambda d: d(lambda x: (lambda y, pull: pull(y)[0])(*vjp(lambda v: v * v, x)))(3.0)),
}
# fmt: on


@pytest.mark.parametrize("name", CASES)
def test_the_answer_is_the_known_one_whatever_takes_the_derivatives(name):
    want, f = CASES[name]
    assert wrong(f, want) == {}


def of_values(operator):
    """The operator, with a Value in the place of a plain number that the derivative is taken at."""
    return lambda f: lambda x: operator(f)(Value(x) if type(x) is float else x)


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("name", CASES)
def test_the_answer_is_the_same_where_values_go_in(name, operator):
    want, f = CASES[name]
    count = len(inspect.signature(f).parameters)
    for place in range(count):
        operators = [of_values(operator) if i == place else grad for i in range(count)]
        assert number(f(*operators)) == want


def test_with_one_tag_for_all_the_first_example_would_come_out_as_2(monkeypatch):
    want, f = CASES["x_times_slope_of_x_plus_y"]
    monkeypatch.setattr(api, "fresh_tag", lambda: 1)
    assert (want, f(derivative, derivative)) == (1, 2)


def test_there_are_enough_cases():
    assert len(CASES) >= 25
