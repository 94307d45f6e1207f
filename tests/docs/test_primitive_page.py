"""The table of primitives on the site: typeset formulas, curves and edges, all from the table."""

import importlib
import re
import sys

import pytest

from microgradlike import ops
from microgradlike._help import derivatives
from microgradlike.ops import TABLE
from microgradlike.testing.edge_rows import edge_rows
from tests import ROOT

sys.path.insert(0, str(ROOT / "docs" / "_extensions"))
typeset, curves, page = map(importlib.import_module, ("typeset", "curves", "primitive_page"))
each_primitive = pytest.mark.parametrize("op", TABLE.values(), ids=list(TABLE))


@each_primitive
def test_formula_and_derivatives_of_every_primitive_are_typeset(op):
    formulas = [typeset.call(op), *(typeset.typeset(rule) for _, rule in derivatives(op))]
    assert len(formulas) == 1 + op.arity
    for formula in formulas:
        assert formula.count("{") == formula.count("}")
        assert "**" not in formula
        assert formula == formula.strip()


@pytest.mark.parametrize(
    ("expression", "latex"),
    [
        ("1 / (2 * y)", r"\frac{1}{2 \cdot y}"),
        ("-y / b", r"-\frac{y}{b}"),
        ("(a - b) - (a + b)", r"a - b - \left(a + b\right)"),
        ("(a + b) ** 2", r"{\left(a + b\right)}^{2}"),
        ("a // b % 2", r"\left\lfloor\frac{a}{b}\right\rfloor \bmod 2"),
        ("abs(x) * exp(-x)", r"\left\vert x\right\vert \cdot e^{-x}"),
    ],
)  # fmt: skip
def test_an_expression_is_typeset_with_the_brackets_that_it_needs(expression, latex):
    assert typeset.typeset(expression) == latex


def test_nested_choices_are_rows_of_one_brace():
    nested = typeset.typeset("where(x > lo, where(x < hi, 1, 0), 0)")
    assert nested.count("cases") == 2
    assert r"1 & \text{if } x > \mathrm{lo} \text{ and } x < \mathrm{hi} \\ 0 &" in nested


def test_a_phrase_with_a_formula_gives_the_definition():
    assert typeset.definition(ops.sigmoid) == r"\frac{1}{1 + e^{-x}}"
    assert typeset.definition(ops.hypot) == r"\sqrt{{a}^{2} + {b}^{2}}"
    assert typeset.definition(ops.relu) == r"\max\left(x, 0\right)"
    assert typeset.definition(ops.tanh) == typeset.definition(ops.add) == ""


def test_a_primitive_that_latex_writes_out_has_its_formula_once():
    assert page._formula(ops.hypot) == typeset.definition(ops.hypot)
    assert page._formula(ops.sigmoid).startswith(r"\sigma\left(x\right) = ")


@pytest.mark.parametrize("op", [ops.tanh, ops.floor, ops.clip, ops.where], ids=lambda op: op.name)
def test_curves_have_a_title_and_no_colour_or_id_of_their_own(op):
    svg = curves.curves(op)
    assert svg.startswith(f'<svg class="curves" role="img" aria-labelledby="curves-{op.name}"')
    assert f'<title id="curves-{op.name}">Curves of {op.name} (y) and its derivative' in svg
    ids = re.findall(r'\bid="([^"]+)"', svg)
    assert len(ids) == len(set(ids))
    assert "#0000" not in svg
    assert "<style" not in svg
    assert "NaN" not in svg


def test_an_entry_has_all_that_the_table_and_the_edges_say():
    entry = page._entry(ops.maximum)
    assert ":::{py:function} microgradlike.maximum(a, b, /)" in entry
    assert "- Kinks: a = b\n" in entry
    assert "- In formulas also: `max`\n" in entry
    assert "- NumPy: `numpy.maximum`\n" in entry
    assert entry.count("\n| `maximum") == len(edge_rows(ops.maximum))
    assert '<a href="#edge-rule-2">rule 2</a>' in entry
    assert ">>> maximum(0.5, 1.5)\n1.5\n" in entry


def test_names_of_numpy_are_those_that_numpy_calls():
    assert page._ufuncs(ops.atan2) == ["arctan2", *(["atan2"] if hasattr(page.np, "atan2") else [])]
    assert "subtract" in page._ufuncs(ops.sub)
    assert page._ufuncs(ops.relu) == []
