"""Formulas of several lines: names for numbers that later lines share."""

import re

import pytest

from microgradlike import Value
from microgradlike.expressions.formula import parse_formula
from microgradlike.expressions.parser import ParseError


def test_a_name_of_a_line_is_one_number_for_all_lines_after_it():
    a = Value(3.0)
    made = parse_formula("b = a + a; c = b + b")({"a": a})
    made["c"].backward()
    assert list(made) == ["b", "c"]
    assert made["c"].operands == (made["b"], made["b"])
    assert (made["c"].data, a.grad) == (12.0, 4.0)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a = 3; b = a*2; b²", 36.0),
        ("a = 3", 3.0),
        ("\n a = 3\n\n b = (a +\n 1);; \n", 4.0),
        ("x₁ = 2; x1*x₁", 4.0),
        ("가 = 2; 가 + 1", 3.0),
        ("b = -2^2; |b|", 4.0),
        ("where(2 >= 1, 1, 2)", 1.0),
    ],
)
def test_lines_end_with_semicolons_and_line_ends_outside_brackets(text, result):
    formula = parse_formula(text)
    assert [*formula({}).values()][-1] == result
    assert set(formula.names) == set(formula.numbers)


def test_a_given_value_goes_before_the_number_of_a_line():
    formula = parse_formula("a = 3; a*x")
    assert (formula.names, formula.numbers) == (("a", "x"), {"a": 3.0})
    assert formula({"a": 2.0, "x": 5.0}) == {"": 10.0}


@pytest.mark.parametrize(
    ("text", "message", "position"),
    [
        ("b = a; 2*b; b", "only the last line goes without a name", 7),
        ("b = a + a; b = 2", "b has a meaning already", 11),
        ("c = b + 1; b = 2", "b has a meaning already", 11),
        ("x = x + 1", "x has a meaning already", 0),
        ("  e = 2", "expected a new name before '='", 2),
        ("a + b = 2", "expected a new name before '='", 0),
        ("sin = 2", "sin is a function: expected sin(...)", 0),
        ("y = 2*\nx", "expected a number, a name or '(', but the expression ends", 6),
        ("b = 2; = 3", "expected a number", 6),
        ("b = a == 2", "unexpected '='; compare with <", 6),
        ("b = 2; c = (b", "unclosed bracket", 11),
        ("", "expected a number", 0),
        (" ;\n", "unexpected ';'", 1),
    ],
)
def test_a_mistake_points_into_the_whole_text(text, message, position):
    with pytest.raises(ParseError, match=f"^{re.escape(message)}") as caught:
        parse_formula(text)
    assert (caught.value.text, caught.value.position) == (text, position)


@pytest.mark.parametrize(("text", "error"), [(3, TypeError), ("x" * 10_001, ParseError)])
def test_a_formula_has_the_limits_of_an_expression(text, error):
    with pytest.raises(error):
        parse_formula(text)
