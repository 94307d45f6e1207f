"""Expressions as text: Python's grammar where it is ours, and an error that points elsewhere."""

from __future__ import annotations

import ast
import math
import operator
import pickle
import sys
import warnings

import pytest
from hypothesis import given, settings, strategies as st

from microgradlike import Value, ops
from microgradlike.expressions.grammar import CONSTANTS, FUNCTIONS, MAX_DEPTH, MAX_LENGTH, arity
from microgradlike.expressions.parser import Expression, ParseError, parse

WORDS = [
    *(
        "x",
        "y",
        "w1",
        "pi",
        "e",
        "2",
        "0.5",
        "1e3",
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "**",
        "<",
        ">=",
        "(",
        ")",
    ),
    *(",", "sin(", "max(", "where(", "hypot(", "tanh", "f(", " "),
]

PYTHON = {
    ast.Add: ops.add, ast.Sub: ops.sub, ast.Mult: ops.mul, ast.Div: ops.div, ast.Pow: ops.power,
    ast.FloorDiv: ops.floor_divide, ast.Mod: ops.mod,
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
}  # fmt: skip


class NotOurs(Exception):
    """Python has a meaning for it, we do not."""


def python_steps(text):
    """The steps of `text` by Python's own parser; None outside our language."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval").body
        if isinstance(tree, ast.Compare) or ",)" in text.replace(" ", ""):
            return None
        return list(steps_of(tree))
    except (SyntaxError, NotOurs):
        return None


def steps_of(node, *, condition_allowed=False):
    match node:
        case ast.Constant(value=float() | int()) if math.isfinite(node.value):
            yield None, float(node.value)
        case ast.Name(id=name) if name not in FUNCTIONS:
            yield None, CONSTANTS.get(name, name)
        case ast.UnaryOp(op=ast.UAdd(), operand=x):
            yield from steps_of(x, condition_allowed=condition_allowed)
        case ast.UnaryOp(op=ast.USub(), operand=x):
            yield from steps_of(x)
            yield ops.neg, 1
        case ast.BinOp(left=a, op=op, right=b) if type(op) in PYTHON:
            yield from steps_of(a)
            yield from steps_of(b)
            yield PYTHON[type(op)], 2
        case ast.Compare(left=a, ops=[op], comparators=[b]) if condition_allowed:
            yield from steps_of(a)
            yield from steps_of(b)
            yield PYTHON[type(op)], 2
        case ast.Call(func=ast.Name(id=name), args=args) if name in FUNCTIONS:
            yield from steps_of_call(FUNCTIONS[name], args)
        case _:
            raise NotOurs


def steps_of_call(f, args):
    if len(args) != arity(f):
        raise NotOurs
    for i, x in enumerate(args):
        yield from steps_of(x, condition_allowed=f is ops.where and i == 0)
    yield f, len(args)


def our_steps(text):
    try:
        return list(parse(text)._steps)
    except ParseError:
        return None


@settings(max_examples=500)
@given(st.lists(st.sampled_from(WORDS), max_size=12).map("".join))
def test_a_soup_of_words_is_parsed_exactly_as_python_parses_it_or_refused_as_well(text):
    assert our_steps(text) == python_steps(text)


operands = st.sampled_from(["x", "y", "w1", "pi", "2", "0.5", "1e3"])


def larger(inner):
    return st.one_of(
        st.tuples(inner, st.sampled_from([" + ", "-", "*", " / ", "//", " % ", "**"]), inner).map(
            "".join
        ),
        inner.map("-{}".format),
        inner.map("({})".format),
        inner.map("tanh( {} )".format),
        st.tuples(inner, inner).map("max({0[0]}, {0[1]})".format),
        st.tuples(inner, inner, inner).map("where({0[0]} < {0[1]}, {0[1]}, {0[2]})".format),
    )


@given(st.recursive(operands, larger, max_leaves=15))
def test_every_expression_that_is_well_formed_is_parsed_as_python_parses_it(text):
    steps = our_steps(text)
    assert steps is not None
    assert steps == python_steps(text)


@given(st.text(max_size=60) | st.lists(st.sampled_from([*WORDS, "@", "=", "\n"])).map("".join))
def test_any_text_is_an_expression_or_an_error_whose_caret_stands_under_a_place_in_it(text):
    try:
        result = parse(text)
    except ParseError as error:
        result = error
    if isinstance(result, ParseError):
        message, shown, caret = str(result).split("\n")
        assert result.message == message
        assert 0 <= result.position <= len(text)
        assert caret.strip() == "^"
        if result.position < len(text) and text.isascii() and text.isprintable():
            assert shown[len(caret) - 1] == text[result.position]
    else:
        assert isinstance(result, Expression)


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("", 0, "expected a number, a name or '(', but the expression ends"),
        ("tanh(w*x + ", 10, "expected a number, a name or '(', but the expression ends"),
        ("2 * / x", 4, "expected a number, a name or '(', but found '/'"),
        ("2x", 1, "expected an operator before 'x'; write a product with *"),
        ("x 2", 2, "expected an operator before '2'"),
        ("(x + 1", 0, "unclosed bracket: expected ')'"),
        ("x + 1)", 5, "')' without an open '('"),
        ("x, y", 1, "a ',' separates a call's operands; decimals have a '.'"),
        ("½*x", 0, "unexpected '½'"),
        ("x₁½", 2, "unexpected '½'"),
        ("²x", 0, "expected a number, a name or '(', but found '²'"),
        ("x⁻", 1, "unexpected '⁻'"),
        ("x²y", 2, "expected an operator before 'y'; write a product with *"),
        ("2√x", 1, "expected an operator before '√'; write a product with *"),
        ("2·sin³(x)", 2, "sin is a function: a power goes after the bracket, sin(...)²"),
        ("x" + "⁹" * 309, 1, "this number exceeds the largest double, 1.8e308; write inf"),
        ("x⁻" + "⁹" * 309, 1, "this number exceeds the largest double, 1.8e308; write inf"),
        ("|x", 0, "unclosed bar: expected '|'"),
        ("sin(|x)", 4, "unclosed bar: expected '|'"),
        ("|(x|)", 1, "unclosed bracket: expected ')'"),
        ("|x||y|", 3, "expected an operator before '|'; write a product with *"),
        ("x || y", 2, "expected an operator before '|'; write a product with *"),
        ("|x, y|", 2, "a ',' separates a call's operands; decimals have a '.'"),
        ("(x > 0)²", 3, "a comparison is not a number; write where(a < b, x, y)"),
        ("[x]", 0, "unexpected '['; write round brackets"),
        ("1 + tahn(x)", 4, "unknown function 'tahn'; did you mean tan, tanh, atan?"),
        ("zzz(x)", 0, "unknown function 'zzz'; write a product with *"),
        ("x + exp", 4, "exp is a function: expected exp(...)"),
        ("hypot(3)", 0, "hypot takes 2 operand(s), got 1"),
        ("sin()", 0, "sin takes 1 operand(s), got 0"),
        ("(x > 0) + 1", 3, "a comparison is not a number; write where(a < b, x, y)"),
        ("0 < x < 1", 2, "a comparison is not a number; write where(a < b, x, y)"),
        ("x > 0", 2, "a comparison is not a number; write where(a < b, x, y)"),
        ("x == 1", 2, "unexpected '='; compare with <, <=, > or >="),
        ("x.data", 1, "unexpected '.'; expressions have no attributes"),
        ("1e999", 0, "this number exceeds the largest double, 1.8e308; write inf"),
        ("__import__('os')", 0, "unknown function '__import__'; write a product with *"),
    ],
)
def test_an_error_says_what_was_expected_and_where(text, position, message):
    with pytest.raises(ParseError) as caught:
        parse(text)
    assert (caught.value.position, caught.value.message) == (position, message)


def test_an_error_shows_the_neighbourhood_of_a_long_line_on_one_line():
    error = ParseError("wrong", "a" * 500 + "\n@" + "b" * 500, 501)
    shown, caret = str(error).split("\n")[1:]
    assert len(shown) < 100
    assert shown[len(caret) - 1] == "@"


def test_the_caret_stands_under_wide_characters():
    shown, caret = str(ParseError("wrong", "宽+@", 2)).split("\n")[1:]
    assert (shown, caret) == ("  宽+@", "     ^")


def test_an_error_survives_pickling():
    error = ParseError("wrong", "x @", 2)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_length_and_depth_are_bounded_and_the_error_states_the_limit():
    assert parse("x" * MAX_LENGTH).names == ("x" * MAX_LENGTH,)
    with pytest.raises(ParseError, match="at most 10,000 characters, this one has 10,001"):
        parse("x" * (MAX_LENGTH + 1))
    deep = "(" * MAX_DEPTH + "x" + ")" * MAX_DEPTH
    assert parse(deep)({"x": 1.0}) == 1.0
    for opening in ("(", "-", "sin(", "2**"):
        with pytest.raises(ParseError, match="at most 200 brackets and operators"):
            parse(opening * (MAX_DEPTH + 1) + "x")


def calls_of(f, *args):
    """The number of calls that f makes, of Python's functions and of C's."""
    count, before = 0, sys.getprofile()

    def note(frame, event, arg):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        f(*args)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "word", ["(", "-", "2+", "sin(", "1", "<", "2**", ")", "x,", "é", "[", "|x|-", "x²+", "√", "|"]
)
def test_the_longest_texts_are_parsed_in_a_dozen_calls_a_character_and_a_small_stack(word):
    text = (word * MAX_LENGTH)[: MAX_LENGTH - 1] + "1"
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(200)
        calls = calls_of(our_steps, text)
    finally:
        sys.setrecursionlimit(limit)
    assert calls <= 12 * len(text)


@pytest.mark.parametrize(
    ("textbook", "plain"),
    [
        ("x²", "x**2.0"),
        ("x²³", "x**23"),
        ("-x²", "-(x**2)"),
        ("2^x²", "2**(x**2)"),
        ("x² ³", "(x**2)**3"),
        ("|x|² + sin(x)³", "abs(x)**2 + sin(x)**3"),
        ("√x² + ∛-x", "sqrt(x**2) + cbrt(-x)"),
        ("√x*y + 2**√x", "sqrt(x)*y + 2**sqrt(x)"),
        ("√(x + 1)/2", "sqrt(x + 1)/2"),
        ("||x| - |y||", "abs(abs(x) - abs(y))"),
        ("|x|*|y| - |-1|", "abs(x)*abs(y) - abs(-1)"),
        ("|x - (|y| + 1)|", "abs(x - (abs(y) + 1))"),
        ("2·x⋅y × 3 ÷ x − 1", "2*x*y*3/x - 1"),
        ("2∙x•y", "2*x*y"),
        ("−π + ∞", "-pi + inf"),
        ("where(x ≤ 1, 2, where(x ≥ y, 3, 4))", "where(x <= 1, 2, where(x >= y, 3, 4))"),
        ("x₁ + log₁₀(w₁₂)", "x1 + log10(w12)"),
    ],
)
def test_signs_of_textbooks_are_second_spellings(textbook, plain):
    assert our_steps(textbook) == our_steps(plain)


def test_a_superscript_may_have_a_sign_which_makes_no_step():
    assert our_steps("x⁻¹²") == [(None, "x"), (None, -12.0), (ops.power, 2)]


def test_text_that_is_no_str_is_a_type_error():
    with pytest.raises(TypeError, match="parse takes a str, got 3 of type int"):
        parse(3)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_can_be_called_by_its_name(name):
    f = FUNCTIONS[name]
    point = {f"x{i}": 0.25 + i / 2 for i in range(arity(f))}
    got = parse(f"{name}({', '.join(point)})")(point)
    assert got == f(*point.values()) or math.isnan(got)


@pytest.mark.parametrize(
    "op", [op for op in ops.TABLE.values() if op.infix], ids=lambda op: op.name
)
def test_every_infix_sign_of_the_table_may_be_written_as_pictures_print_it(op):
    assert parse(f"a {op.infix} b")._steps == parse(f"a {op.symbol} b")._steps
    assert parse(f"a {op.infix} b")._steps[-1] == (op, 2)


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_over_values_the_result_is_the_graph_that_python_builds(a, b):
    f = parse("tanh(w*x + 0.5) ** 2 / (1 + exp(-w))")
    w, x = Value(a, "w"), Value(b, "x")
    y, want = f({"w": w, "x": x}), (w * x + 0.5).tanh() ** 2 / (1 + (-w).exp())
    y.backward()
    got = w.grad, x.grad
    w.grad = x.grad = 0.0
    want.backward()
    assert (y.data, got) == (want.data, (w.grad, x.grad))
    assert f({"w": a, "x": b}) == y.data


def test_numbers_among_numbers_make_no_nodes():
    x = Value(3.0)
    assert parse("x ** (1/2 + 1)")({"x": x}).operands == (x, 1.5)


def test_floats_follow_ieee_and_never_raise():
    assert parse("1/0")({}) == math.inf
    assert math.isnan(parse("(-8) ** (1/3)")({}))


def test_the_untaken_branch_of_where_does_not_poison():
    x = Value(-1.0)
    y = parse("where(x > 0, sqrt(x), x * 0)")({"x": x})
    y.backward()
    assert (y.data, x.grad) == (0.0, 0.0)


def test_names_are_listed_once_in_order_of_appearance():
    assert parse("b*a + b + pi + c(1)".replace("c(1)", "cos(c)")).names == ("b", "a", "c")


def test_a_name_without_a_value_is_named():
    with pytest.raises(ValueError, match=r"no value for w, b in 'tanh\(w\*x \+ b\)'"):
        parse("tanh(w*x + b)")({"x": 1.0})
