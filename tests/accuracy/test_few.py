"""Few digits: most graphs pass by the bound alone; the others get a report and sentences."""

import math

import pytest

from microgradlike import Value, cos, diagnose, digits, expm1, log, nn, sin, sqrt
from microgradlike.accuracy import few
from microgradlike.accuracy.few import few_digits

pytest.importorskip("mpmath")


def cancelled(x):
    return (1 - cos(x)) / (x * x)


def test_a_graph_with_enough_digits_is_not_computed_again(monkeypatch):
    monkeypatch.setattr(few, "digits", lambda y: pytest.fail("the bound was enough"))
    x = Value(0.5, "x")
    assert few_digits(cancelled(x)) == []
    assert few_digits(nn.MLP(2, [4, 1])([x, 1.0])) == []


def test_the_numbers_with_few_digits_come_with_sentences():
    few = few_digits(cancelled(Value(1e-8, "x")))
    assert [x.quantity for x in few] == ["value", "∂/∂x"]
    text = "0.0 of 16 digits of it are right; lost at 1 - cos(x)"
    assert [x.sentence("it") for x in few] == [text, text]


def test_an_undecided_number_is_said_to_be_so():
    x = Value(0.3, "x")
    few = few_digits(sin(x) ** 2 + cos(x) ** 2 - 1)
    assert (
        few[0].sentence("y").startswith("the right digits of y are undecided; can be counted on: ")
    )


def residuals(targets):
    """The loss of a line, after a training that has come to its minimum."""
    w, b = Value(0.1, "w"), Value(0.2, "b")
    for _ in range(400):
        y = sum((w * x + b - t) ** 2 for x, t in targets)
        w.grad = b.grad = 0.0
        y.backward()
        w.data, b.data = w.data - 0.1 * w.grad, b.data - 0.1 * b.grad
    return sum((w * x + b - t) ** 2 for x, t in targets)


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_the_noise_at_a_minimum_is_no_finding(noise):
    y = residuals([(x, 1.7 * x + 0.6 + noise * x * x) for x in (0.3, 0.7, 1.3, -0.4)])
    assert digits(y).worst < 4
    assert few_digits(y) == []
    assert not diagnose(y)


def quadratic(b):
    return (sqrt(b * b - 4) - b) / 2


def variance(x):
    xs = [x + d for d in (4.0, 7.0, 13.0, 16.0)]
    return sum(v * v for v in xs) / 4 - (sum(xs) / 4) ** 2


@pytest.mark.parametrize(
    ("f", "at"),
    [
        (cancelled, 1e-8),
        (quadratic, 1e8),
        (variance, 1e9),
        (lambda x: expm1(x) / x, 1e-15),
        (lambda x: 1 - cos(x), 1e-8),
        (lambda x: log(1 + x), 1e-17),
    ],
)
def test_a_formula_that_loses_digits_of_its_own_is_a_finding(f, at):
    assert diagnose(f(Value(at, "x"))).digits is not None


def test_large_graphs_and_those_with_a_nan_are_left_out(monkeypatch):
    assert few_digits(cancelled(Value(math.nan))) == []
    monkeypatch.setattr(few, "MOST", 4)
    assert few_digits(cancelled(Value(1e-8))) == []


def test_a_derivative_that_is_not_finite_is_no_matter_of_digits():
    assert few_digits(Value(0.0, "x").sqrt()) == []
