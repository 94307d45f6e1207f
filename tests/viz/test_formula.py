"""Formula: the text has the value that was computed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings, strategies as st

from microgradlike.expressions.grammar import SIGN
from microgradlike.expressions.parser import parse
from microgradlike.ieee_float import partial_at
from microgradlike.ops import TABLE, add, div, mul, neg, power, sub, unary, where
from microgradlike.testing.strategies.points import points
from viz.text.formula import MAX_LENGTH, Formula, derivative_formula, formula_of

RULES = [(op, i) for op in TABLE.values() if op is not where for i in range(op.arity)]


def same(got, want, relative=0.0):
    return got == want or math.isclose(got, want, rel_tol=relative) or (got != got and want != want)


@pytest.mark.parametrize(("op", "i"), RULES, ids=lambda x: getattr(x, "name", x))
@settings(max_examples=40)
@given(data=st.data())
def test_the_rule_of_every_primitive_is_written_as_it_computes(op, i, data):
    at = dict(zip("abc", data.draw(points(op))))
    y = op.forward(*at.values())
    operands = [Formula(x, name) for name, x in at.items()]
    rule = derivative_formula(op, i, Formula(y, "y"), operands)
    if rule is None:  # too long to be read
        return
    assert len(rule.text) <= MAX_LENGTH
    assert same(rule.data, partial_at(op, i, y, *at.values()), 1e-15)
    if op.textbook:  # test_ops.py compares the textbook's form, away from where it has no digits
        return
    # constants are written with four digits, and in brackets they may be cancelled against operands
    assert same(parse(rule.text)({**at, "y": y}), rule.data, 1e-3)


BINARY = [add, sub, mul, div, power]
names = st.sampled_from("abc").map(lambda name: Formula(ord(name) - 96.5, name))
trees = st.recursive(
    names | st.sampled_from([Formula(2.0), Formula(-3.0), Formula(0.5)]),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(BINARY), inner, inner).map(
            lambda t: formula_of(t[0], t[0].forward(t[1].data, t[2].data), [t[1], t[2]])
        ),
        inner.map(lambda x: formula_of(neg, -x.data, [x])),
        inner.map(lambda x: formula_of(TABLE["tanh"], math.tanh(x.data), [x])),
    ),
    max_leaves=8,
)


@given(trees)
def test_brackets_stand_where_they_must_so_the_text_parses_back_to_the_same_number(tree):
    assert same(parse(tree.text)({name: ord(name) - 96.5 for name in "abc"}), tree.data)


@pytest.mark.parametrize(
    ("name", "index", "text"),
    [
        ("mul", 0, "b"),
        ("div", 1, "−y / b"),
        ("exp", 0, "y"),
        ("sigmoid", 0, "y * (1 - y)"),
        ("tanh", 0, "1 - y^2"),
        ("relu", 0, "1"),
        ("logaddexp", 1, "exp(b - y)"),
        ("cos", 0, "−sin(a)"),
        ("log", 0, "1 / a"),
        ("maximum", 1, "0"),
        ("clip", 0, "1"),
        ("asin", 0, "1 / sqrt(1 - a^2)"),
    ],
)
def test_a_rule_reads_as_in_a_calculus_book(name, index, text):
    op = TABLE[name]
    operands = [Formula(0.5, "a"), Formula(0.25, "b"), Formula(0.75, "c")][: op.arity]
    if op.name == "clip":
        operands[1:] = [0.0, 1.0]
    y = Formula(op.forward(*[float(getattr(x, "data", x)) for x in operands]), "y")
    rule = derivative_formula(op, index, y, operands)
    assert rule is not None
    assert rule.text == text


@pytest.mark.parametrize(
    ("exponent", "text"),
    [(2.0, "2 * x"), (3.0, "3 * x^2"), (1.0, "1"), (0.0, "0"), (-1.0, "−1 * x^(−2)")],
)
def test_a_power_by_a_number_has_the_rule_of_school(exponent, text):
    x, y = Formula(3.0, "x"), Formula(3.0**exponent, "y")
    rule = derivative_formula(power, 0, y, [x, exponent])
    assert rule is not None
    assert rule.text == text


@pytest.mark.parametrize(
    ("name", "operands", "text"),
    [
        ("hypot", ("x", 3.0), "x / y"),
        ("hypot", (3.0, "x"), "x / y"),
        ("logaddexp", ("x", 1.0), "exp(x - y)"),
        ("logaddexp", (1.0, "x"), "exp(x - y)"),
        ("atan2", ("x", 2.0), "2 / (x^2 + 4)"),
        ("atan2", (-2.0, "x"), "2 / (4 + x^2)"),
        ("pow", (2.0, "x"), "y * 0.6931"),
    ],
)
def test_beside_a_number_a_rule_reads_as_in_a_calculus_book_too(name, operands, text):
    op, x = TABLE[name], Formula(1.5, "x")
    at = [1.5 if operand == "x" else operand for operand in operands]
    i = operands.index("x")
    y = op.forward(*at)
    rule = derivative_formula(
        op, i, Formula(y, "y"), [x if operand == "x" else operand for operand in operands]
    )
    assert rule is not None
    assert rule.text == text
    assert rule.data == partial_at(op, i, y, *at)


def test_nan_needs_no_brackets():
    assert [Formula(x).bracketed(SIGN + 1) for x in (math.nan, 2.0, -2.0)] == ["nan", "2", "(−2)"]


def test_a_division_by_the_number_zero_is_written_and_infinite():
    rule = derivative_formula(div, 0, Formula(math.inf, "y"), [Formula(1.0, "x"), 0.0])
    assert rule is not None
    assert rule.data == math.inf


def test_a_rule_over_floats_only_or_beyond_reading_is_not_written():
    floats_only = unary("f", math.sin, lambda y, x: math.cos(x))
    lengthy = unary(
        "g", lambda x: x, lambda y, x: 1 + x + x + x + x + x + x + x + x + x + x + x + x + x
    )
    for op in (floats_only, lengthy):
        assert derivative_formula(op, 0, Formula(1.0, "y"), [Formula(1.0, "x")]) is None
