"""A second opinion: digits that are right, lost or wrong, held against what the formula allows."""

import math
import warnings

import numpy as np
import pytest

from microgradlike import Value, cos, expm1, ops, sin, sqrt, tanh
from microgradlike.testing import GradientError, GradientWarning, check_gradients


def judged(f, *point, gradient):
    """The entries of a check, wrong ones too."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GradientWarning)  # about our own derivative
            return check_gradients(f, *point, order=1, gradient=gradient).given
    except GradientError as error:
        return error.report.given


def verdicts(f, *point, gradient):
    return [entry.verdict for entry in judged(f, *point, gradient=gradient)]


def test_a_derivative_that_is_rounded_once_has_all_digits():
    (entry,) = judged(tanh, 20.0, gradient=float(1 / math.cosh(20.0) ** 2))
    assert (entry.verdict, entry.precision) == ("agrees", "float64")
    assert entry.right > 15
    assert entry.allowed > 15
    assert entry.exact == pytest.approx(1.6993417021166355e-17, rel=1e-15)


@pytest.mark.parametrize(("x", "right"), [(5.0, 12), (10.0, 7), (20.0, 0)])
def test_a_formula_that_loses_digits_is_said_to_and_is_no_error(x, right):
    report = check_gradients(tanh, x, order=1, gradient=lambda x: 1 - math.tanh(x) ** 2)
    (entry,) = report.given_lost
    assert math.floor(entry.right) == right
    assert (
        f"0 of 1 given derivatives wrong, at least {entry.right:.1f} digits right, 1 with"
        in str(report)
    )
    line = str(report).splitlines()[1]
    assert line == (
        f"digits lost: gradient: dtanh/dx is given as {entry.given:.10g}; exactly"
        f" {entry.exact:.10g}; {entry.right:.1f} digits right of {entry.allowed:.1f} that tanh"
        " allows in float64"
    )


@pytest.mark.parametrize("factor", [1 + 1e-7, 1.5, -3.0, 0.0])
def test_a_number_that_rounding_does_not_explain_is_wrong(factor):
    right = 1 / math.cosh(3.0) ** 2
    assert verdicts(tanh, 3.0, gradient=factor * right) == ["differs"]
    assert verdicts(tanh, 3.0, gradient=right) == ["agrees"]


def f(a, b):
    return a * a * b * b * b


@pytest.mark.parametrize(
    ("gradient", "notes"),
    [
        ((48.0, 108.0), ["", ""]),
        ((96.0, 108.0), ["twice the derivative", ""]),
        ((24.0, 54.0), ["half the derivative", "half the derivative"]),
        ((-48.0, 108.0), ["of the wrong sign", ""]),
        ((108.0, 48.0), ["the derivative by b", "the derivative by a"]),
        ((math.nan, math.inf), ["0·∞ or ∞ - ∞ on the way gives that"] * 2),
    ],
)
def test_a_familiar_mistake_is_named(gradient, notes):
    assert [entry.note for entry in judged(f, 3.0, 2.0, gradient=gradient)] == notes


def test_the_formula_itself_may_allow_fewer_digits():
    def versine(x):
        return (1 - cos(x)) / (x * x)

    x = 0.01
    (ours,) = judged(versine, x, gradient=grad_of(versine, x))
    assert ours.verdict == "agrees"
    assert ours.allowed < 10
    series = -x / 12 + x**3 / 180 - x**5 / 6720
    (better,) = judged(versine, x, gradient=series)
    assert better.verdict == "agrees"
    assert better.right > ours.allowed
    with pytest.warns(GradientWarning) as caught:
        check_gradients(versine, 1e-8, order=1, gradient=grad_of(versine, 1e-8))
    text = "0.0 digits right of 0.0 that versine allows in float64"
    assert any(str(warning.message).endswith(text) for warning in caught)
    assert verdicts(versine, 1e-8, gradient=grad_of(versine, 1e-8)) == ["undecided"]
    assert verdicts(versine, 1e-8, gradient=1e20) == ["differs"]


def grad_of(f, x):
    x = Value(x)
    f(x).backward()
    return x.grad


def test_a_point_nearby_explains_an_error_where_the_derivative_is_steep():
    x = 1 + 3 * 2.0**-52
    right = 1 / math.sqrt((x - 1) * (x + 1))
    assert verdicts(ops.acosh, x, gradient=right) == ["agrees"]
    assert verdicts(ops.acosh, x, gradient=0.9 * right) == ["digits lost"]
    assert verdicts(ops.acosh, 1.5, gradient=0.9 / math.sqrt(1.25)) == ["differs"]


def test_the_exact_gradient_decides_where_ours_is_infinite():
    def norm(x, y):
        return sqrt(x * x + y * y)  # x * x underflows, the derivative of the root at 0 is inf

    at = 1e-170, 1e-170
    assert verdicts(norm, *at, gradient=(0.5**0.5,) * 2) == ["agrees"] * 2
    assert verdicts(norm, *at, gradient=(math.inf, math.nan)) == ["undecided", "differs"]


def test_infinite_and_tiny_derivatives():
    assert verdicts(sqrt, 0.0, gradient=math.inf) == ["agrees"]
    assert verdicts(lambda x: 1e200 * x * 1e200 * 1e-250, 1e-100, gradient=1e150) == ["agrees"]
    tiny = 1e-310
    assert verdicts(lambda x: x * tiny, 1.0, gradient=0.0) == ["agrees"]  # flushed to zero
    assert verdicts(ops.atan, 3e161, gradient=0.0) == ["agrees"]
    assert verdicts(lambda x: x * 1e-300, 1.0, gradient=0.0) == ["differs"]


def test_the_report_has_the_fewest_digits_and_what_counts_as_exact():
    report = check_gradients(f, 3.0, 2.0, order=1, gradient=(48.0, 108.00000000001))
    assert "0 of 2 given derivatives wrong, at least 13.0 digits right, 1 with" in str(report)
    assert report.notes == ("inputs and constants count as exact",)


def test_a_kink_and_a_rule_that_differences_contradict_keep_their_verdicts():
    assert verdicts(ops.maximum, 2.0, 2.0, gradient=(0.25, 1.0)) == ["kink", "kink"]
    assert verdicts(ops.maximum, 2.0, 2.0, gradient=(1.5, -0.1)) == ["differs", "differs"]


# precision


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("x", [0.1, 3.0])
def test_the_digits_of_a_narrow_type_are_all_that_it_owes(dtype, x):
    (entry,) = judged(sin, x, gradient=np.cos(dtype(x)))
    assert (entry.verdict, entry.precision) == ("agrees", np.dtype(dtype).name)
    assert entry.right > 0.9 * entry.allowed
    (doubled,) = judged(sin, x, gradient=float(np.cos(dtype(x))))
    assert (doubled.precision, doubled.verdict != "agrees") == ("float64", True)


def test_digits_are_lost_in_a_narrow_type_too():
    t = np.tanh(np.float32(6.0))
    (entry,) = judged(tanh, 6.0, gradient=np.float32(1) - t * t)
    assert (entry.verdict, entry.precision) == ("digits lost", "float32")
    assert entry.right < 4 < 6 < entry.allowed < 8


def test_the_least_precise_number_decides_for_all():
    def product(p):
        return p["w"][0] * p["w"][1] * p["b"]

    point = {"w": np.array([0.1, 0.2]), "b": 0.3}
    w = np.float32([0.2, 0.1]) * np.float32(0.3)
    entries = judged(product, point, gradient={"b": 0.1 * 0.2, "w": w})
    assert [entry.verdict for entry in entries] == ["agrees"] * 3
    assert {entry.precision for entry in entries} == {"float32"}


def test_a_tuple_of_one_is_the_gradient_by_the_only_argument():
    assert verdicts(expm1, 0.0, gradient=(1.0,)) == ["agrees"]
    assert verdicts(lambda w: w[0] * w[1], [2.0, 3.0], gradient=(np.array([3.0, 2.0]),)) == [
        "agrees",
        "agrees",
    ]
    assert verdicts(lambda w: 2 * w[0], [3.0], gradient=(2.0,)) == ["agrees"]
    assert verdicts(lambda w: 2 * w[0], (3.0,), gradient=(2.0,)) == ["agrees"]
    assert verdicts(lambda w: 2 * w[0], [3.0], gradient=([2.0],)) == ["agrees"]


# without mpmath; nothing of the user's changes


def test_without_mpmath_differences_judge_and_the_report_says_so(monkeypatch):
    monkeypatch.setattr(
        "microgradlike.accuracy.judgement.judge._truth_if_installed", lambda *graph: None
    )
    report = check_gradients(tanh, 20.0, order=1, gradient=0.0)
    assert report.given[0].verdict == "agrees"
    assert math.isnan(report.given[0].right)
    assert "held against differences, which see 8 digits" in str(report)
    assert "pip install 'microgradlike[digits]'" in str(report)


def test_values_that_f_closes_over_keep_their_gradients():
    w = Value(2.0, "x")  # of the same name
    (w * w).backward()
    report = check_gradients(lambda x: x * w, 3.0, order=1, gradient=2.0)
    assert (report.given[0].verdict, w.grad) == ("agrees", 4.0)


def test_a_number_without_a_path_has_the_derivative_zero():
    assert verdicts(lambda a, b: a * 2, 1.0, 1.0, gradient=(2.0, 0.0)) == ["agrees", "agrees"]
    assert verdicts(lambda a, b: a * 2, 1.0, 1.0, gradient=(2.0, 1e-3)) == ["agrees", "differs"]


def test_a_primitive_that_knows_doubles_only_is_left_to_differences():
    from microgradlike import unary

    own = unary("own", lambda x: math.sin(x), lambda y, x: math.cos(x))
    (entry,) = judged(own, 0.5, gradient=math.cos(0.5) * (1 + 1e-12))
    assert entry.verdict == "agrees"
    assert math.isnan(entry.exact)
