"""Explain: the chain rule in words, for any graph and any labels."""

from __future__ import annotations

import math
import re
import sys
import unicodedata

import pytest
from hypothesis import given, strategies as st

from microgradlike import Value, cos, indeterminate, nn, ops
from microgradlike.graph import count_paths, leaves
from microgradlike.ops import unary
from microgradlike.testing.strategies.programs import programs
from viz.numbers import short
from viz.text.explain import MAX_LEAVES, MAX_NAME, explain


def neuron():
    w, x, b = Value(2.0, "w"), Value(1.0, "x"), Value(0.5, "b")
    y = (w * x + b).exp()
    y.label = "y"
    return y, w, x, b


def test_a_neuron_is_explained_step_by_step():
    y, w, _, _ = neuron()
    y.backward()
    assert explain(y, w).splitlines() == [
        "v4 = w * x = 2",
        "v5 = v4 + b = 2.5",
        "y = exp(v5) = 12.18",
        "",
        "∂y/∂w: 1 path",
        "",
        "  w → v4 → v5 → y",
        "    ∂y/∂v5 · ∂v5/∂v4 · ∂v4/∂w",
        "  = y · 1 · x",
        "  = 12.18 · 1 · 1",
        "  = 12.18",
        "",
        "  backward gave w.grad = 12.18, the same",
    ]


def test_without_x_there_is_a_section_for_each_leaf_in_the_order_of_writing():
    titles = [line for line in explain(neuron()[0]).splitlines() if line.startswith("∂")]
    assert titles == ["∂y/∂w: 1 path", "∂y/∂x: 1 path", "∂y/∂b: 1 path"]


@given(programs(max_size=10), st.integers(1, 4))
def test_every_section_counts_its_paths_and_agrees_with_the_backward_pass(program, max_paths):
    xs = [Value(x, f"x{i}") for i, x in enumerate(program.point)]
    y = program(*xs)
    y.backward()
    text = explain(y, max_paths=max_paths)
    for x in leaves(y):
        if not x.label or x is y:  # a constant that `where` took; or nothing lies between
            continue
        section = re.search(rf"^∂[^/]*/∂{x.label}: ([\d,]+) paths?(, .*)?$", text, re.MULTILINE)
        assert section
        count = count_paths(y, x)
        assert section[1] == f"{count:,}"
        assert (section[2] is not None) == (count > max_paths)
        assert f"backward gave {x.label}.grad = {short(x.grad)}, the same" in text


def test_of_very_many_paths_the_greatest_are_listed_and_the_rest_is_summed():
    x = y = Value(1.0, "x")
    for _ in range(50):
        y = y + y
    text = explain(y, x, max_paths=2)
    assert "1,125,899,906,842,624 paths, the 2 greatest first" in text
    assert "and 1,125,899,906,842,622 more paths, which sum to 1.126e15" in text
    assert text.count("… 42 more …") == 8  # the way and three products of two paths


def test_both_uses_of_an_operand_used_twice_are_told_apart():
    x = Value(3.0, "x")
    text = explain(x * x, x)
    assert "x → v2 (as operand 1)\n" in text
    assert "x → v2 (as operand 2)\n" in text


def test_an_infinite_derivative_behind_a_zero_is_said_to_contribute_nothing():
    x = Value(0.0, "x")
    y = x * ops.sqrt(x)
    with indeterminate("zero"):
        y.backward()
    text = explain(y, x)
    assert "= 0 · ∞\n  = 0, since 0 · ∞ counts as 0 here; it is indeterminate" in text
    assert "the sum is 0; backward gave x.grad = 0, the same" in text


def test_before_a_backward_pass_there_is_nothing_to_compare_with():
    y, w, _, _ = neuron()
    assert explain(y, w).endswith("no backward pass has reached w yet")


def test_a_gradient_that_was_scaled_or_accumulated_is_not_called_the_same():
    y, w, _, _ = neuron()
    y.backward(3.0)
    assert explain(y, w).endswith("backward gave w.grad = 36.55, 3 times that")
    y.backward(3.0)
    assert "backward gave w.grad = 73.09, which differs: it ran more than once" in explain(y, w)


def test_a_gradient_that_is_nan_on_both_sides_is_the_same():
    x = Value(0.0, "x")
    y = ops.atan2(x, x)
    y.backward()
    assert explain(y, x).endswith(
        "the sum is nan; backward gave x.grad = nan, the same\n\n"
        "a number is nan or infinite: diagnose(y) names the node it began in"
    )


def test_explain_of_finite_numbers_does_not_speak_of_diagnose():
    assert "diagnose" not in explain(neuron()[0])


def test_the_result_itself_and_a_stranger_have_a_section_too():
    y, w, _, _ = neuron()
    assert explain(y, y) == "∂y/∂y = 1: they are the same node"
    assert explain(w) == "∂w/∂w = 1: they are the same node"
    assert explain(y, Value(1.0, "z")) == "∂y/∂z = 0: y does not depend on z here"
    assert explain(y, Value(1.0)) == "∂y/∂x = 0: y does not depend on x here"


def test_an_interior_node_is_explained_as_well():
    x = Value(2.0, "x")
    square = x * x
    square.label = "square"
    assert "∂v3/∂square: 1 path\n\n  square → v3\n  = v3\n" in explain(square.exp(), square)


def test_a_rule_that_cannot_be_written_leaves_its_symbol():
    f = unary("f", math.sin, lambda y, x: math.cos(x))
    x = Value(0.0, "x")
    assert "  = ∂v2/∂x\n  = 1\n" in explain(f(x), x)


@pytest.mark.parametrize(
    ("f", "lines"),
    [
        (ops.tanh, ["= 1 - y^2", "= 1"]),
        (ops.neg, ["= −1"]),
        (lambda x: ops.maximum(x, -1.0), ["= 1"]),
        (lambda x: 3 + x, ["= 1"]),
        (lambda x: x / 0.25, ["= 4"]),
        (lambda x: 2 * -x, ["  ∂y/∂v2 · ∂v2/∂x", "= 2 · (−1)", "= 2 · (−1)", "= −2"]),
    ],
)
def test_brackets_stand_only_between_factors_and_a_single_number_is_said_once(f, lines):
    x = Value(0.0, "x")
    y = f(x)
    y.label = "y"
    (block,) = [block for block in explain(y, x).split("\n\n") if block.startswith("  x → ")]
    assert block.splitlines()[1:] == [f"  {line}" for line in lines]


def test_beyond_a_number_of_leaves_the_others_are_only_named():
    xs = [Value(1.0, f"x{i}") for i in range(MAX_LEAVES + 5)]
    y = xs[0]
    for x in xs[1:]:
        y = y + x
    text = explain(y)
    assert text.count("1 path\n") == MAX_LEAVES
    assert text.endswith("and 5 more leaves (x20, x21, x22, …): explain(y, x) shows one of them")


@given(st.text(), st.text())
def test_no_label_changes_the_lines_of_an_explanation(a, b):
    x, w = Value(2.0, a), Value(3.0, b)
    lines = explain(x * w + x).split("\n")
    unlabelled = Value(2.0)
    assert len(lines) == len(explain(unlabelled * Value(3.0) + unlabelled).split("\n"))
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for line in lines for c in line)


def test_a_long_label_is_shortened():
    text = explain(Value(2.0, "x" * 10_000).exp())
    assert "…" + "x" * (MAX_NAME - 1) in text
    assert "x" * MAX_NAME not in text


def test_a_long_chain_is_explained_within_a_small_stack():
    x = y = Value(1.0, "x")
    for _ in range(20_000):
        y = y * 1.0
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(200)
        assert "… 19,992 more …" in explain(y, x)
    finally:
        sys.setrecursionlimit(limit)


@pytest.mark.parametrize(
    ("max_paths", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), ("3", TypeError)]
)
def test_a_limit_below_one_or_not_whole_is_refused(max_paths, error):
    with pytest.raises(error, match=f"max_paths .*{max_paths}"):
        explain(Value(1.0), max_paths=max_paths)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((3.0,), r"y must be a Value, got 3.0 .*without \.data"),
        ((Value(1.0), 2.0), r"x must be a Value, got 2.0 .*without \.data"),
        ((Value(1.0), "x"), "x must be a Value, got 'x' .*not its label"),
        ((nn.MLP(2, [1]),), r"y must be a Value, got MLP .*call the model .*model\(x\)"),
        (([Value(1.0)],), "y must be a Value, got .*one of its elements, or their sum"),
        ((None,), "y must be a Value, got None .*that a computation ends in"),
    ],
)
def test_anything_but_a_value_is_a_type_error(arguments, says):
    with pytest.raises(TypeError, match=says):
        explain(*arguments)


@pytest.mark.parametrize(("part", "same"), [(0.9, True), (1.1, False), (-0.9, True), (-1.1, False)])
def test_a_gradient_is_the_same_within_four_roundings_for_each_node(part, same):
    x = Value(3.0, "x")
    y = x * x
    y.backward()
    x.grad += part * 4 * 2 * 2.0**-52 * 6.0  # the bound for two nodes, around a derivative of 6
    assert explain(y, x).endswith("the same") is same


def test_where_the_sum_of_sizes_overflows_no_gradient_is_the_same_by_chance():
    x = Value(1.0, "x")
    y = x * 1.7e308 - x * 1.7e308
    y.backward()
    assert explain(y, x).endswith("the sum is 0; backward gave x.grad = 0, the same")
    x.grad = 5.0
    assert "backward gave x.grad = 5, which differs" in explain(y, x)


def test_a_gradient_by_way_of_another_result_may_be_the_same():
    x = Value(3.0, "x")
    y = x * x
    (x * 6.0).backward()
    assert explain(y, x).endswith("backward gave x.grad = 6, the same")


@pytest.mark.parametrize("steps", [8, 9, 12])
def test_of_a_long_path_four_nodes_are_written_at_either_end(steps):
    x = y = Value(0.5, "x")
    for i in range(steps):
        y = y.sin()
        y.label = f"s{i}"
    (way,) = re.findall("^  x → (.*)$", explain(y, x), re.MULTILINE)
    ends = [f"s{i}" for i in range(steps) if i < 4 or i >= steps - 4]
    assert re.findall(r"s\d+", way) == ends
    assert ("more" in way) == (steps > 8)


def test_only_a_factor_of_zero_absorbs_an_infinity():
    nothing = "since 0 · ∞ counts as 0 here"
    x = Value(0.0, "x")
    assert nothing in explain(x.sqrt() * 0.0, x)
    assert nothing not in explain(x.sqrt() * 2.0, x)
    product = ops.mul_no_nan(Value(math.nan, "a"), Value(1.0, "b"))
    assert nothing not in explain(product)
    assert nothing in explain(ops.mul_no_nan(Value(math.inf, "a"), Value(0.0, "b")))


def test_a_product_that_underflows_on_the_way_may_lose_digits():
    x = Value(1.0, "x")
    y = (x * 3.0e8 + x * 0.1) * 1.0e-165 * 1.1e-158  # subnormal halfway, from the result down
    y.backward(3.0)
    assert "3 times that\n\n  1.0 of 16 digits of ∂v6/∂x are right" in explain(y, x)
    x.grad *= 3
    assert "which differs" in explain(y, x)


def test_lines_tell_of_lost_digits():
    pytest.importorskip("mpmath")
    x = Value(1e-8, "x")
    y = (1 - cos(x)) / (x * x)
    y.label = "y"
    text = explain(y)
    assert "\n\n0.0 of 16 digits of y are right; lost at 1 - cos(x)\n\n" in text
    assert text.endswith("\n\n  0.0 of 16 digits of ∂y/∂x are right; lost at 1 - cos(x)")
    assert r"\text{0.0 of 16 digits of $\partial$y/" in explain(y, format="latex")
    assert "of 16 digits" not in explain(neuron()[0])


def test_a_derivative_with_all_its_digits_has_no_such_line():
    pytest.importorskip("mpmath")
    x, w = Value(1e-8, "x"), Value(3.0, "w")
    y = (1 - cos(x)) / (x * x) + w
    assert "digits of" not in explain(y, w).partition("∂")[2]


@pytest.mark.parametrize("label", ["a\nb", "\u202e", "=→", "x" * 300])
def test_no_label_changes_the_lines_about_lost_digits(label):
    pytest.importorskip("mpmath")
    a, b = Value(1e-8, label), Value(1e-8, "x")
    text, plain = (explain((1 - cos(x)) / (x * x)) for x in (a, b))
    assert text.count("0.0 of 16 digits of") == 2
    assert len(text.splitlines()) == len(plain.splitlines())
