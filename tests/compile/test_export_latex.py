"""A program as LaTeX: what is used twice has a name, and the rest is written where it is used."""

import re

import pytest

from microgradlike import Value, jit, ops, where
from microgradlike.compile.build import build_program
from microgradlike.compile.export.latex import SPELLINGS
from microgradlike.compile.trace import Trace
from microgradlike.ops import TABLE, unary
from tests.compile.test_backends import by_name, recorded

FIVE = r"y &= \frac{x_{0}}{x_{1} - x_{2}} + \frac{x_{3}}{x_{4}}"


def lines_of(text):
    """The equations of a text."""
    first, *lines, last = text.splitlines()
    assert (first, last) == (r"\begin{aligned}", r"\end{aligned}")
    return [line.removesuffix(r" \\") for line in lines]


def formula(f, *numbers):
    """The right side of a function's only equation."""
    (line,) = lines_of(jit(f).program(*numbers).to_latex())
    return line.removeprefix("y &= ")


@pytest.mark.parametrize("op", TABLE.values(), ids=by_name)
def test_a_primitive_and_its_gradient_are_written_with_every_bracket_closed(op):
    for gradient in (False, True):
        text = recorded(op, op.arity, gradient=gradient).to_latex()
        assert text.count("{") == text.count("}")
        assert text.count(r"\left") == text.count(r"\right")
        assert not re.search(r"[+\-] -|\d_|None", text)


def test_a_spelling_has_a_rank_for_each_operand():
    for op, spelling in SPELLINGS.items():
        assert len(spelling.operands) == op.arity
        assert spelling.template.format(*["OPERAND"] * op.arity).count("OPERAND") == op.arity


@pytest.mark.parametrize(
    ("f", "want"),
    [
        (lambda a, b: a - (a - b), r"a - \left(a - b\right)"),
        (lambda a, b: a + b * 2, r"a + b \cdot 2"),
        (lambda a, b: (a + b) * -b, r"\left(a + b\right) \cdot \left(-b\right)"),
        (lambda a, b: a - -b, r"a - \left(-b\right)"),
        (lambda a, b: -a * b - (-2.0 * a), r"-a \cdot b - \left(-2 \cdot a\right)"),
        (lambda a, b: ops.neg(-a) + (-b) ** 3, r"-\left(-a\right) + {\left(-b\right)}^{3}"),
        (lambda a, b: -(a + b) / -b, r"\frac{-\left(a + b\right)}{-b}"),
        (lambda a, b: (a / b) ** b, r"{\left(\frac{a}{b}\right)}^{b}"),
        (lambda a, b: (a**b) ** 2, r"{\left({a}^{b}\right)}^{2}"),
        (lambda a, b: a * 1 + 0 - b / 1, "a - b"),
        (lambda a, b: ops.mod(-a, b) * 2, r"\left(\left(-a\right) \bmod b\right) \cdot 2"),
        (lambda a, b: -ops.mod(a, b), r"-\left(a \bmod b\right)"),
        (lambda a, b: -1.5e-9 * a + b, r"-1.5 \times 10^{-9} \cdot a + b"),
        (lambda a, b: a * float("inf") + b, r"a \cdot \infty + b"),
        (lambda a, b: b + a * float("nan"), r"b + a \cdot \mathrm{nan}"),
        (
            lambda a, b: where(a < b, a, 0.0),
            r"\begin{cases} a & a < b \\ 0 & \text{otherwise} \end{cases}",
        ),
        (
            lambda a, b: where(a, b, 0.0),
            r"\begin{cases} b & a \ne 0 \\ 0 & \text{otherwise} \end{cases}",
        ),
    ],
)
def test_operands_are_in_brackets_where_a_reader_needs_them(f, want):
    assert formula(f, 2.0, 3.0) == want


def test_a_result_used_twice_has_a_name_and_so_has_a_long_one():
    assert lines_of(jit(lambda x: x.exp() * (x.exp() + 1)).program(2.0).to_latex()) == [
        "t_{1} &= e^{x}",
        r"y &= t_{1} \cdot \left(t_{1} + 1\right)",
    ]

    def deep(x):
        for _ in range(200):
            x = x.sin()
        return x

    lines = lines_of(jit(deep).program(2.0).to_latex())
    assert len(lines) > 10
    assert max(map(len, lines)) < 200


def test_a_gradient_has_the_left_sides_that_were_asked_for():
    w = Value(2.0, "w")
    program = jit(lambda x: (w * x).exp()).program(1.0, gradient=True)
    assert lines_of(program.to_latex(outputs=["y", r"\frac{\partial y}{\partial w}"])) == [
        r"y &= e^{w \cdot x}",
        r"\frac{\partial y}{\partial w} &= y \cdot x",
    ]
    assert lines_of(program.to_latex())[1:] == [r"y_{2} &= y_{1} \cdot x"]


@pytest.mark.parametrize("outputs", [["a", "b"], [], [None], "ab"])
def test_as_many_left_sides_as_outputs_are_texts(outputs):
    with pytest.raises(ValueError, match="outputs must be a list of 1 texts, one for each output"):
        jit(lambda x: x * 2).program(1.0).to_latex(outputs=outputs)


def test_names_of_inputs_stay_and_others_keep_away_from_them():
    program = jit(lambda y, t, rate_1: (y * t, y * t + rate_1)).program(1.0, 2.0, 3.0)
    assert lines_of(program.to_latex()) == [
        r"f_{1} &= y \cdot t",
        r"f_{2} &= f_{1} + \text{rate}\_\text{1}",
    ]


def test_inputs_without_names_of_their_own_are_numbered():
    trace = Trace()
    a, b = trace.input(), trace.input()
    assert lines_of(build_program([a, b], [a - b]).to_latex()) == ["y &= x_{0} - x_{1}"]


@pytest.mark.parametrize(
    ("f", "want"),
    [
        (lambda e: e + ops.exp(e), "y &= x_{0} + e^{x_{0}}"),
        (lambda y, f, g, Y: (y - f) / (g - Y), r"y &= \frac{x_{0} - x_{1}}{x_{2} - x_{3}}"),
        (lambda t, u, v, s, T: t / (u - v) + s / T, FIVE),
    ],
)
def test_inputs_whose_names_have_another_meaning_are_numbered(f, want):
    program = jit(f).program(*range(1, 1 + f.__code__.co_argcount))
    (line,) = lines_of(program.to_latex())
    assert line == want


def test_a_label_of_several_lines_stays_in_its_formula():
    w = Value(2.0, "a\n\r\nb\0")
    assert formula(lambda x: x * w, 3.0) == r"x \cdot \text{a???b?}"


def test_signs_in_a_label_are_those_that_amsmath_has():
    w = Value(2.0, "a<b>")
    assert formula(lambda x: x * w, 3.0) == r"x \cdot \text{a}< \text{b}> \text{}"


def test_a_program_without_outputs_has_no_equations():
    assert lines_of(jit(lambda x: []).program(1.0).to_latex()) == [""]


def test_a_users_primitive_is_written_by_its_name():
    my_op = unary("my_op", lambda x: x, lambda y, x: 1.0)
    assert formula(lambda x: my_op(x + 1), 2.0) == r"\operatorname{my\_op}\left(x + 1\right)"


def test_a_sum_with_a_zero_is_no_zero():
    assert formula(lambda x: ops.maximum(x, 0.0) * 0.5, 2.0) == r"\max\left(x, 0\right) \cdot 0.5"
