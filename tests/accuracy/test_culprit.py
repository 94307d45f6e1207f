"""The node that is blamed is the one that a numerical analyst would point at."""

import math

import pytest

from microgradlike import Value, atan, cos, digits, exp, log, sin, sqrt, tanh, unary
from microgradlike.accuracy.judgement import walk
from microgradlike.accuracy.judgement.names import formula

CASES = {
    "1 - cos(x)": (lambda x: (1 - cos(x)) / (x * x), 1e-8),
    "sqrt(x + 1) - sqrt(x)": (lambda x: sqrt(x + 1) - sqrt(x), 1e15),
    "atan(x + 1) - atan(x)": (lambda x: atan(x + 1) - atan(x), 1e8),
    "x - sin(x)": (lambda x: x - sin(x), 1e-5),
    "exp(x) - 1": (lambda x: (exp(x) - 1) / x, 1e-12),
    "1 - tanh(x)**2": (lambda x: 1 - tanh(x) ** 2, 20.0),
    "exp(x)": (lambda x: log(exp(x) + 1), 800.0),
    "log(1 + x)": (lambda x: log(1 + x), 1e-12),
}


def losses(name):
    f, at = CASES[name]
    return {loss.quantity: loss for loss in digits(f(Value(at, "x"))).lost}


@pytest.mark.parametrize("name", CASES)
def test_every_lost_quantity_is_blamed_on_the_node(name):
    found = losses(name)
    assert found
    assert {loss.text for loss in found.values()} == {name}
    assert all(loss.operands > loss.result + 2 for loss in found.values())


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("1 - cos(x)", "the rounding of cos(x)"),
        ("exp(x)", "its own overflow"),
        ("log(1 + x)", "the rounding of 1 + x"),
    ],
)
def test_the_rounding_that_the_error_is_from_is_named(name, source):
    assert losses(name)["value"].source == source


def test_an_overflow_on_the_way_to_0_is_blamed():
    x, y = Value(1e200, "x"), Value(1e200, "y")
    assert {loss.source for loss in digits(x / sqrt(x * x + y * y)).lost} == {"its own overflow"}


def test_digits_that_underflow_are_lost_at_the_node_that_loses_them():
    x = Value(27.2, "x")
    assert {loss.text for loss in digits(exp(-x * x)).lost} == {"exp(-x * x)"}


def test_an_underflow_is_named():
    x = Value(-800.0, "x")
    assert digits(log(exp(x) * 2)).lost[0].source == "its own underflow"


def test_many_small_roundings_have_no_single_source():
    x = Value(20.0, "x")
    term = total = x * 0 + 1
    for k in range(1, 60):
        term = -term * x / k
        total = total + term
    assert digits(total).lost[0].source.startswith("many roundings")


def test_a_derivative_that_amplifies_is_blamed_on_its_node():
    x = Value(1e-9, "x")
    y = (1 + x) ** 1e9
    assert {loss.text for loss in digits(y).lost} == {"(1 + x)**1e+09"}


def test_a_gradient_through_a_node_at_a_pole_is_blamed_on_it():
    x = Value(1e-17, "x")
    assert {loss.text for loss in digits(log(1 - exp(-x))).lost} == {"1 - exp(-x)"}


def test_a_primitive_over_doubles_only_is_blamed_for_nothing():
    x = Value(1e-8, "x")
    mine = unary("mine", lambda x: x * 2, lambda y, x: math.cos(x))
    found = digits(mine(x) * 0.0 + (1 - cos(x)) / (x * x))
    assert {loss.text for loss in found.lost} == {"1 - cos(x)"}


def test_a_walk_has_an_end(monkeypatch):
    monkeypatch.setattr(walk, "LONGEST", 1)
    assert len(digits((1 - cos(Value(1e-8))) * 3).lost) == 1


def test_nothing_is_blamed_where_digits_are_right():
    x = Value(0.5, "x")
    assert digits(exp(x) * sin(x)).lost == ()


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda x, y: (x + y) * (x - (y - 1)), "(x + y) * (x - (y - 1))"),
        (lambda x, y: -(x + y), "-(x + y)"),
        (lambda x, y: x / (y * y) - x, "x / (y * y) - x"),
        (lambda x, y: (x**2) ** y + Value(3.0), "(x**2)**y + 3"),
        (lambda x, y: x * -2.0, "x * (-2)"),
        (lambda x, y: x.hypot(y).sqrt().exp().sin().cos(), "cos(sin(exp(sqrt(…))))"),
    ],
)
def test_formulas_are_short(make, text):
    assert formula(make(Value(1.5, "x"), Value(2.5, "y"))) == text


def test_a_label_stands_for_its_formula():
    x = Value(2.0, "x")
    s = x + 1
    s.label = "s"
    assert formula(s * s) == "s * s"
    assert formula(s) == "x + 1"


def test_a_formula_of_long_names_is_cut():
    x = Value(2.0, "a_very_long_name_for_an_input")
    assert formula((x + x) * (x + x)) == "… * …"
