"""The report of digits: what it says, and what it refuses."""

import math
import sys

import pytest

import microgradlike
from microgradlike import Value, cos, digits, exp, floor, log, maximum, relu
from microgradlike.accuracy.judgement.judge import EXACT_INPUTS, NO_MPMATH, NOT_FINITE
from microgradlike.accuracy.report import Accuracy


def flat_cosine(at=1e-8):
    x = Value(at, "x")
    return (1 - cos(x)) / (x * x)


def test_the_public_function_is_light_to_import():
    assert microgradlike.digits is digits
    assert digits.__module__ == "microgradlike.accuracy.digits"


def test_a_leaf_alone_has_all_digits():
    found = digits(Value(0.1, "x"))
    assert found.worst == 16.0
    assert found.gradients["x"].exact == 1
    assert found.lost == ()


def test_inputs_count_as_exact_and_the_report_says_so():
    assert digits(flat_cosine()).notes == (EXACT_INPUTS,)


def test_gradients_have_unique_names():
    a, b, c = Value(1.0, "x"), Value(2.0, "x"), Value(3.0)
    assert set(digits(a * b + c).gradients) == {"x", "x_2", "v1"}


def test_nodes_have_digits_gradients_and_shares():
    y = flat_cosine()
    nodes = {n.name: n for n in digits(y).nodes}
    assert nodes["x"].value.right == 16.0
    cosine = next(n for n in nodes.values() if n.node.op is not None and n.node.op.name == "cos")
    assert cosine.share > 0.99
    assert cosine.gradient.exact == pytest.approx(-1e16)
    assert digits(Value(1.0)).nodes[0].share == 0.0


def test_digits_leaves_gradients_alone():
    y = flat_cosine()
    y.backward()
    before = y.operands[0].grad
    digits(y)
    assert y.operands[0].grad == before != 0


def test_only_few_gradients_are_printed_the_worst_first():
    xs = [Value(1.0 + i / 7, f"x{i}") for i in range(20)]
    text = str(digits(sum((x * x for x in xs), 0.0)))
    assert text.count("∂/∂") == 8
    assert "12 more gradients" in text


def test_a_label_of_two_lines_takes_one():
    x = Value(1e-8, "the\ninput")
    assert "∂/∂the input" in str(digits(x + 1 - x))
    assert "lost at 1 + the input - 1" in str(digits(1 + x - 1))


def test_a_stale_graph_is_refused():
    x = Value(1.0)
    y = x * x
    x.data = 2.0
    with pytest.raises(ValueError, match="build the expression anew"):
        digits(y)


@pytest.mark.parametrize(
    ("precision", "error"), [(29, ValueError), (301, ValueError), (1.5, TypeError)]
)
def test_another_precision_is_refused(precision, error):
    with pytest.raises(error, match="precision"):
        digits(Value(1.0), precision=precision)


def test_a_number_is_no_graph():
    with pytest.raises(TypeError, match=r"digits\(y\) takes a Value, got 2.0"):
        digits(2.0)


def test_numbers_that_are_not_finite_are_said():
    x = Value(-1.0, "x")
    found = digits(log(x))
    assert NOT_FINITE in found.notes
    assert math.isnan(found.worst)
    assert digits(log(Value(0.0))).value.right == 16.0  # -inf it is
    overflow = digits(exp(Value(1000.0, "x")))
    assert overflow.value.right == 0.0
    assert "(inf, is 1.97e+434)" in str(overflow)
    assert "its own overflow" in str(overflow)
    assert "(inf, is 2.49…e+…)" in str(digits(exp(Value(1e300, "x"))))
    assert digits(Value(math.nan)).value.bound == 0.0


def test_indeterminate_products_are_said():
    x = Value(0.0, "x")
    assert any("0.0 × inf" in note for note in digits(x.sqrt() ** 2).notes)


@pytest.mark.parametrize(
    "flip",
    [
        lambda x: floor(x / 49 * 49),
        lambda x: relu(x * 0.1 + 0.2 - 0.3 - 3e-17),
        lambda x: maximum(0.3 + 5e-17, x * 0.1 + 0.2) * 2,
    ],
)
def test_a_flip_at_a_kink_is_said(flip):
    notes = digits(flip(Value(1.0, "x"))).notes
    assert any("another side of a kink" in note for note in notes)


def test_no_flip_is_said_away_from_kinks_or_where_the_exact_side_is_undecided():
    y = relu(Value(1.0)) + floor(Value(2.5)) + maximum(Value(1.0), 0.5)
    assert len(digits(y).notes) == 1
    x = Value(2.0)
    assert not any("kink or jump than" in n for n in digits(relu(x.sqrt() * x.sqrt() - 2)).notes)
    assert not any("kink or jump than" in n for n in digits(floor(x.sqrt() * x.sqrt())).notes)
    assert not any("kink or jump than" in n for n in digits(abs(exp(log(x)) - x)).notes)


def test_without_mpmath_there_are_bounds(monkeypatch):
    monkeypatch.delitem(sys.modules, "microgradlike.accuracy.truth.truth", raising=False)
    monkeypatch.setitem(sys.modules, "mpmath", None)
    found = digits(flat_cosine())
    assert not found.exact
    assert found.worst == found.value.bound == 0.0
    assert NO_MPMATH in found.notes
    assert found.value.right is found.value.exact is None
    assert {n.share for n in found.nodes} == {0.0}
    assert "undecided" not in str(found)


def test_another_missing_module_is_an_error(monkeypatch):
    monkeypatch.delitem(sys.modules, "microgradlike.accuracy.truth.truth", raising=False)
    monkeypatch.setitem(sys.modules, "microgradlike.accuracy.truth.textbook", None)
    with pytest.raises(ModuleNotFoundError, match="textbook"):
        digits(flat_cosine())


def test_an_accuracy_says_both_numbers_where_digits_are_few():
    assert Accuracy(1.0, 1.0, 16.0, 15.0).text() == "16.0 right"
    assert str(Accuracy(1.5, 2.0, 0.6, 0.5)) == (
        "0.6 of 16 digits right (1.5, is 2); can be counted on: 0.5"
    )
