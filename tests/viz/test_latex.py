"""Formulas of an explanation in a notebook: typeset, and no label can change them."""

import math
import re

import pytest
from hypothesis import example, given

from microgradlike import Value, relu, sqrt
from tests.viz.test_hostile_labels import HOSTILE, LABELS
from viz import explain
from viz.text.latex import latex


def shown(y, x=None):
    return explain(y, x)._repr_mimebundle_()["text/latex"]


def balanced(text):
    depth = 0
    for brace in re.findall(r"(?<!\\)(?:\\\\)*([{}])", text):
        depth += 1 if brace == "{" else -1
        assert depth >= 0
    return depth == 0


def test_the_chain_rule_is_typeset():
    x, w = Value(2.0, "x1"), Value(-3.0, "w")
    y = sqrt(x * w * w) + x**3
    y.label = "y"
    y.backward()
    text = shown(y, x)
    for formula in (
        r"\frac{\partial y}{\partial ",
        r"\sqrt{",
        r"{x_{1}}^{3}",
        r"{x_{1}} \to ",
        r"\text{: 2 paths}",
        r"{3} \cdot  {x_{1}}^{2}",
        r"the sum is",
    ):
        assert formula in text


@pytest.mark.parametrize(
    ("line", "typeset"),
    [
        ("a = exp(b) / c = −1.5e−9", r"a = \text{exp}(b) / c = -{1.5\times 10^{-9}}"),
        ("a = log_softmax(b) = 2", r"a = \text{log}\_\text{softmax}(b) = {2}"),
        ("  = n * x^(n - 1)", r"\ \ \ = n \cdot  x^{(n - {1})}"),
        ("∂loss/∂w_1 = 0: a b", r"\frac{\partial \text{loss}}{\partial {w_{1}}} = {0}\text{: a b}"),
        ("  x → y (as operand 1)", r"\ \ \ x \to  y\text{ (as operand 1)}"),
        ("  the sum is 3", r"\ \ \ \text{the sum is 3}"),
        ("= ∞ · nan", r"= \infty  \ \cdot\  \text{nan}"),
        ("a b = 1 + c*d", r"\text{a b} = {1} + \text{c*d}"),
    ],
)
def test_a_line_is_typeset(line, typeset):
    assert latex(line, ["a b", "c*d"]) == (
        rf"$\displaystyle\begin{{aligned}}&{typeset}\end{{aligned}}$"
    )


def test_sections_are_apart():
    one, two = latex("a = b\nb = c\n\nc = d", []).split("\n\n")
    assert one == r"$\displaystyle\begin{aligned}&a = b\\&b = c\end{aligned}$"
    assert two == r"$\displaystyle\begin{aligned}&c = d\end{aligned}$"


@given(LABELS, LABELS)
@example("}", "\\")
@example("$$", "<script>")
@example("a (as operand 1)", ", the x")
def test_no_label_ends_the_formula_or_is_markup(one, two):
    x, y = Value(2.0, one), Value(0.5, two)
    z = relu(x * y) ** y + x
    z.backward()
    text = shown(z)
    for block in text.split("\n\n"):
        assert balanced(block)
        assert not re.search("[<>\n]", block)
        assert re.findall(r"(?<!\\)\$", block) == ["$", "$"]
        assert (block[0], block[-1]) == ("$", "$")


def test_formulas_of_long_names_are_within_what_mathjax_and_katex_take():
    leaves = [Value(1.0, f"a name of thirty characters, {i}") for i in range(20)]
    y = sum(leaves) ** 3
    for i in range(20):
        y = (y + leaves[0]).tanh()
        y.label = f"another name as long as it is {i}"
    y.backward()
    assert max(map(len, shown(y).split("\n\n"))) < 5 * 1024
    assert not re.search(r"\\(quad|[,:;>!]|operatorname|dots)", shown(y))  # macros to KaTeX


@pytest.mark.parametrize("label", HOSTILE)
def test_text_in_a_notebook_is_the_printed_text(label):
    x = Value(2.0, label)
    explanation = explain(x * x)
    assert explanation._repr_mimebundle_()["text/plain"] == str(explanation)


# for a document


def test_a_document_gets_formulas_that_amsmath_and_its_fonts_have():
    w, x = Value(math.inf, "a<b ∞"), Value(-0.5, "→∂")
    y = w * x + sqrt(x * x)
    y.backward()
    text = explain(y, x, format="latex")
    assert type(text) is str
    assert balanced(text)
    assert not re.search(r"\\[lg]t |[∂→∞−·]", text)
    assert r"\text{a}<\text{b $\infty$}" in text
    assert text.count("\n\n") == explain(y, x).count("\n\n")


@pytest.mark.parametrize("word", ["tex", "LaTeX", None])
def test_another_format_is_refused(word):
    with pytest.raises(ValueError, match="format must be 'text' or 'latex', got"):
        explain(Value(1.0), format=word)
