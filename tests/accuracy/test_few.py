"""Few digits: most graphs pass by the bound alone; the others get a report and sentences."""

import math

import pytest

from microgradlike import Value, cos, nn, sin
from microgradlike.accuracy import few
from microgradlike.accuracy.few import few_digits, losing, sentence

pytest.importorskip("mpmath")


def cancelled(x):
    return (1 - cos(x)) / (x * x)


def test_a_graph_with_enough_digits_is_not_computed_again(monkeypatch):
    monkeypatch.setattr(few, "digits", lambda y: pytest.fail("the bound was enough"))
    x = Value(0.5, "x")
    assert few_digits(cancelled(x)) is None
    assert few_digits(nn.MLP(2, [4, 1])([x, 1.0])) is None


def test_the_numbers_with_few_digits_come_with_sentences():
    report = few_digits(cancelled(Value(1e-8, "x")))
    assert [name for name, _ in losing(report)] == ["value", "∂/∂x"]
    for name, number in losing(report):
        assert (
            sentence(report, name, number, "it")
            == "0.0 of 16 digits of it are right; lost at 1 - cos(x)"
        )


def test_an_undecided_number_is_said_to_be_so():
    x = Value(0.3, "x")
    report = few_digits(sin(x) ** 2 + cos(x) ** 2 - 1)
    assert sentence(report, "value", report.value, "y").startswith(
        "the right digits of y are undecided; can be counted on: "
    )


def test_large_graphs_and_those_with_a_nan_are_left_out(monkeypatch):
    assert few_digits(cancelled(Value(math.nan))) is None
    monkeypatch.setattr(few, "MOST", 4)
    assert few_digits(cancelled(Value(1e-8))) is None


def test_a_derivative_that_is_not_finite_is_no_matter_of_digits():
    assert few_digits(Value(0.0, "x").sqrt()) is None
