"""Derivatives by hand: each number is held against the engine and differences."""

import random

import numpy as np
import pytest

from microgradlike import (
    Value,
    cos,
    grad,
    hessian,
    jacobian,
    nn,
    relu,
    sin,
    tanh,
    unary,
)
from microgradlike.testing import GradientError, GradientWarning, check_gradients


def product(a, b):
    return a * b * b


def squares(w):
    return sum(x * x * x for x in w)


def names(report):
    return [(entry.name, entry.verdict) for entry in report.given]


@pytest.mark.parametrize(
    "mine", [lambda a, b: (b * b, 2 * a * b), (4.0, 12), [4.0, np.float64(12.0)], np.array([4, 12])]
)
def test_a_gradient_is_a_function_or_numbers_nested_as_the_arguments(mine):
    report = check_gradients(product, 3.0, 2.0, gradient=mine)
    assert names(report) == [("gradient[0]", "agrees"), ("gradient[1]", "agrees")]


def test_one_number_is_its_own_gradient():
    report = check_gradients(tanh, 0.5, gradient=lambda x: 1 - tanh(x) ** 2)
    assert names(report) == [("gradient", "agrees")]
    assert "0 of 1 given derivatives wrong" in str(report)


@pytest.mark.parametrize("x", [0.0, 3.0, 19.0, -25.0])
def test_a_formula_may_lose_the_digits_that_its_output_lacks(x):
    check_gradients(tanh, x, order=1, gradient=lambda x: 1 - tanh(x) ** 2)


@pytest.mark.parametrize("factor", [-1.0, 2.0, 1.01, 1.000001])
@pytest.mark.parametrize("option", ["gradient", "hessian"])
def test_the_entry_that_differs_is_named_with_the_right_numbers(factor, option):
    right = {"gradient": (4.0, 12.0), "hessian": ((0.0, 4.0), (4.0, 6.0))}[option]
    wrong = {
        "gradient": (4.0, 12.0 * factor),
        "hessian": ((0.0, 4.0), (4.0, 6.0 * factor)),
    }[option]
    check_gradients(product, 3.0, 2.0, **{option: right})
    with pytest.raises(GradientError) as caught:
        check_gradients(product, 3.0, 2.0, **{option: wrong})
    (entry,) = caught.value.report.given_wrong
    place = {"gradient": "gradient[1]: df/db", "hessian": "hessian[1][1]: d²f/db²"}[option]
    place = place.replace("f/", "product/")
    value = {"gradient": 12, "hessian": 6}[option]
    assert (entry.entry.analytic, entry.given) == (value, pytest.approx(value * factor))
    line = str(caught.value).splitlines()[1]
    assert line.startswith(
        f"{place} is given as {value * factor:.10g}; the engine says {value}, diff"
    )
    assert f"differences {value} ± " in line


def test_arrays_lists_dicts_and_modules_are_nested_as_the_point_is():
    point = np.array([1.0, 2.0])
    check_gradients(squares, point, gradient=lambda w: 3 * w * w, hessian=np.diag(6 * point))
    check_gradients(squares, [1.0, 2.0], gradient=np.array([3.0, 12.0]), hessian=[[6, 0], [0, 12]])
    check_gradients(lambda a: (a * a).sum(), np.ones((2, 2)), gradient=2 * np.ones((2, 2)))
    check_gradients(
        lambda p: p["a"] * p["b"][0], {"a": 2.0, "b": [3.0]}, gradient={"b": [2.0], "a": 3.0}
    )
    random.seed(3)
    model = nn.Neuron(2)
    mine = grad(lambda model, x: model(x), (0, 1))
    assert (
        len(check_gradients(lambda model, x: model(x), model, [1.0, -2.0], gradient=mine).given)
        == 5
    )
    ones = model.with_parameters([Value(1.0), Value(-2.0), Value(1.0)])
    check_gradients(lambda model: model.w[0] - 2 * model.w[1] + model.b, model, gradient=ones)


def outputs(w):
    return [w[0] * w[1], {"s": sin(w[0])}]


def test_a_jacobian_is_nested_as_the_result_and_then_as_the_point():
    mine = [[2.0, 1.0], {"s": [cos(1.0), 0.0]}]
    report = check_gradients(outputs, [1.0, 2.0], jacobian=lambda w: mine)
    assert [entry.name for entry in report.given] == [
        "jacobian[0][0]",
        "jacobian[0][1]",
        "jacobian[1]['s'][0]",
        "jacobian[1]['s'][1]",
    ]
    assert len(report.partials) == 4
    assert len(report.higher) == 8
    report = check_gradients(
        lambda w: np.array(w) ** 2, np.array([1.0, 2.0]), jacobian=np.diag([2, 4])
    )
    assert len(report.given) == 4
    report = check_gradients(product, 3.0, 2.0, jacobian=(4.0, 12.0))
    assert [entry.name for entry in report.given] == ["jacobian[0]", "jacobian[1]"]
    check_gradients(outputs, [1.0, 2.0], jacobian=jacobian(outputs), order=1)


def test_a_wrong_jacobian_and_a_wrong_output_are_named_by_their_place():
    with pytest.raises(
        GradientError, match=r"jacobian\[1\]\['s'\]\[0\]: doutputs\[1\]\['s'\]/dw\[0\] is"
    ):
        check_gradients(outputs, [1.0, 2.0], jacobian=[[2.0, 1.0], {"s": [sin(1.0), 0.0]}])
    wrong = unary("wrong", lambda x: x * x, lambda y, x: x)
    with pytest.raises(GradientError, match=r"df\[1\]/dx +3") as caught:
        check_gradients(lambda x: [x, wrong(x)], 3.0, jacobian=[1.0, 6.0])
    report = caught.value.report
    assert [entry.verdict for entry in report.given] == ["agrees", "agrees"]  # by differences
    assert 'y = f(Value(3.0, "x"))[1]' in report.drawing


def test_a_constant_output_has_a_row_of_zeros():
    check_gradients(lambda x: [x, Value(2.0)], 3.0, jacobian=[1.0, 0.0])


def test_a_hessian_of_more_numbers_than_directions_is_held_against_the_engine():
    def f(w):
        return sum(sin(x * w[0]) for x in w)

    point = [0.1 * i + 0.1 for i in range(12)]
    matrix = hessian(f)(point)
    check_gradients(f, point, hessian=matrix)
    matrix[3][0] *= 1.01
    with pytest.raises(GradientError, match=r"hessian\[3\]\[0\]: d²f/dw\[0\] dw\[3\] is given as"):
        check_gradients(f, point, hessian=matrix)


# kinks, and derivatives that nothing decides


@pytest.mark.parametrize(("given", "right"), [(0.0, True), (0.5, True), (1.0, True), (1.1, False)])
def test_at_a_kink_a_given_derivative_lies_between_the_one_sided_ones(given, right):
    if right:
        assert names(check_gradients(relu, 0.0, gradient=given)) == [("gradient", "kink")]
    else:
        with pytest.raises(
            GradientError, match=r"is given as 1.1; .* from the left 0, from the right 1"
        ):
            check_gradients(relu, 0.0, gradient=given)


def hidden(x):
    return (x + 1e16) - 1e16


def test_a_given_derivative_that_nothing_decides_is_a_warning(monkeypatch):
    # as without mpmath
    monkeypatch.setattr(
        "microgradlike.accuracy.judgement.judge._truth_if_installed", lambda *graph: None
    )
    with pytest.warns(GradientWarning) as caught:
        report = check_gradients(hidden, 1.0, order=1, gradient=2.0)
    assert names(report) == [("gradient", "undecided")]
    assert any(
        "a given derivative could not be checked: gradient: " in str(w.message) for w in caught
    )
    with pytest.warns(GradientWarning):
        report = check_gradients(hidden, 1.0, order=1, gradient=1.0)
    assert names(report) == [("gradient", "agrees")]


def test_the_exact_derivative_decides_where_differences_do_not():
    with pytest.raises(GradientError, match=r"exactly 1 \(twice the derivative\); 0.0 digits"):
        check_gradients(hidden, 1.0, order=1, gradient=2.0)


def test_second_derivatives_at_a_kink_or_that_are_missing_are_undecided():
    with pytest.warns(GradientWarning, match="a given derivative could not be checked: hessian: "):
        check_gradients(abs, 0.0, hessian=1.0)
    versine = unary("versine", lambda x: x * x, lambda y, x: 2 * float(x))
    with pytest.warns(GradientWarning, match="takes numbers only|could not be checked: hessian"):
        report = check_gradients(versine, 0.5, hessian=2.0)
    assert names(report) == [("hessian", "undecided")]


@pytest.mark.parametrize("given", [float("nan"), float("inf")])
def test_a_given_derivative_that_is_not_finite_differs(given):
    with pytest.raises(GradientError, match=f"is given as {given}; the engine says"):
        check_gradients(tanh, 0.5, gradient=given)


# structures


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (4.0, ValueError, r"gradient must be a list of 2, got 4.0; nest a gradient like the point"),
        ((4.0,), ValueError, r"gradient must be a list of 2, got \(4.0,\)"),
        ((4.0, "x"), TypeError, r"gradient\[1\] is 'x' of type str; give one number for each"),
        ((4.0, [12.0]), TypeError, r"gradient\[1\] is \[12.0\] of type list; give one number"),
        ({"a": 4.0, "b": 12.0}, ValueError, "gradient must be a list of 2, got {'a'"),
        (lambda a, b: None, ValueError, "gradient must be a list of 2, got None"),
    ],
)
def test_another_structure_is_a_clear_error(given, error, message):
    with pytest.raises(error, match=message):
        check_gradients(product, 3.0, 2.0, gradient=given)


def test_a_dict_with_other_keys_is_a_clear_error():
    with pytest.raises(
        ValueError, match=r"gradient must be a dict with the keys 'a', 'b', got {'a'"
    ):
        check_gradients(lambda p: p["a"] * p["b"], {"a": 1.0, "b": 2.0}, gradient={"a": 2.0})
    with pytest.raises(ValueError, match=r"f returned \[\], which has no number to differentiate"):
        check_gradients(lambda x: [], 1.0, jacobian=[])
