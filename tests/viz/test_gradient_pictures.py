"""Gradients are graphs like any other: they are drawn, named and explained."""

from __future__ import annotations

import math

import pytest
from hypothesis import given

from microgradlike import Value, gradients, indeterminate, nn, ops
from microgradlike.graph import leaves
from microgradlike.testing.strategies.programs import programs
from tests.bits import same_bits
from viz import draw, explain, to_mermaid
from viz.numbers import short
from viz.scene.scene import scene


def square_root_beside_its_operand():
    """x √x and its derivative at 0, where the chain rule meets 0 · ∞."""
    x = Value(0.0, "x")
    y = x * ops.sqrt(x)
    with indeterminate("zero"):
        return x, gradients(y, [x])[0]


@given(programs(max_size=8))
def test_a_gradient_is_explained_and_its_own_backward_pass_agrees(program):
    xs = [Value(x, f"x{i}") for i, x in enumerate(program.point)]
    g = gradients(program(*xs) + 0.0, xs)[0]
    g.backward()
    text = explain(g)
    for x in leaves(g):
        if x.label and x is not g:
            assert f"backward gave {x.label}.grad = {short(x.grad)}, the same" in text


@given(programs(max_size=8))
def test_the_second_derivative_is_drawn_with_all_its_numbers(program):
    xs = [Value(x) for x in program.point]
    (first,) = gradients(program(*xs) + 0.0, xs[:1])
    (second,) = gradients(first, xs[:1])
    drawn = draw(second, max_nodes=10_000, names={second: "second"})
    root = next(n for n in drawn.scene.nodes if n.id == drawn.scene.root)
    assert (root.name, root.grad) == ("second", None)
    assert same_bits(root.data, second.data)
    assert drawn.source.count("\nn") >= len(drawn.scene.nodes)


def test_a_name_is_for_one_picture_and_leaves_the_labels_alone():
    w, x = Value(2.0, "w"), Value(3.0, "x")
    (g,) = gradients(w * x, [x])
    assert g is w  # a label set on the gradient would be one of the weight
    names = {g: "y'", x: "t", Value(1.0): "of another graph"}
    assert [n.name for n in scene(g * x, names=names).nodes] == ["t", "y'", "v3"]
    assert [n.name for n in scene(g * x).nodes] == ["x", "w", "v3"]
    assert (w.label, x.label) == ("w", "x")


def test_a_name_of_a_parameter_goes_before_its_path_and_an_empty_one_takes_it_back():
    neuron = nn.Neuron(1)
    y = neuron([Value(1.0, "x")])
    w = neuron.w[0]
    w.label = "slope"
    assert {n.name for n in scene(y).nodes} >= {"slope", "b"}
    assert {n.name for n in scene(y, names={w: "s", neuron.b: "o"}).nodes} >= {"s", "o"}
    assert {n.name for n in scene(y, names={w: ""}).nodes} >= {"w.0", "b"}


def test_drawing_mermaid_and_explanation_go_by_the_names_given():
    x = Value(3.0, "x")
    (g,) = gradients(x * x * x, [x])
    names = {g: "y'", x: "t"}
    assert ">y&#x27;<" in draw(g, names=names).source
    assert '["y#39; #43;<br/>' in to_mermaid(g, names=names)
    text = explain(g, x, names=names)
    assert "∂y'/∂t: 6 paths" in text
    assert "\n  t → v4 (as operand 1) → v5 → y'\n" in text
    assert explain(g, Value(1.0), names={g: "y'"}) == "∂y'/∂x = 0: y' does not depend on x here"
    stranger = Value(1.0, "u")
    assert "∂y'/∂v = 0" in explain(g, stranger, names=names | {stranger: "v"})


@pytest.mark.parametrize("names", [["y"], {"y": "y"}, {Value(1.0): 1}, "y"])
@pytest.mark.parametrize("f", [draw, explain, to_mermaid, scene])
def test_names_of_another_type_are_a_type_error(f, names):
    with pytest.raises(TypeError, match=r"names must be a dict .*, got .*[y1]"):
        f(Value(1.0), names=names)


def test_a_product_of_the_chain_rule_is_written_as_a_product_and_says_what_it_absorbs():
    x, g = square_root_beside_its_operand()
    assert "= x * v3 = 0, since 0 · ∞ counts as 0 here\n" in explain(g, x)
    assert scene(g).notes[0] == "×₀ is the product of the chain rule, in which 0 · ∞ is 0"
    assert scene(g).notes[0] in draw(g).source
    symbols = {n.op: n.symbol for n in scene(g).nodes if n.op in ("mul", "mul_no_nan")}
    assert symbols["mul_no_nan"] == "×₀"
    assert "<B>×₀ </B>" in draw(g).source
    assert " ×₀<br/>" in to_mermaid(g)


def test_a_gradient_that_is_not_the_infinite_sum_is_not_called_the_same():
    x, g = square_root_beside_its_operand()
    x.grad = 7.0
    (1.0 * x).backward()
    assert (
        "the sum is ∞; backward gave x.grad = 8, which differs: it ran more than once, or from"
        " another result too"
    ) in explain(g, x)


def test_a_product_of_the_chain_rule_that_is_nan_absorbs_nothing():
    x = Value(1.0, "x")
    y = ops.mul_no_nan(x, math.nan)
    assert "= x * nan = nan\n" in explain(y, x)
    assert not any("∞" in note for note in scene(y).notes)


def test_gradients_of_another_result_are_not_passed_off_as_those_of_this_one():
    x = Value(0.5, "x")
    y = ops.exp(ops.sin(x))
    (g,) = gradients(y, [x])
    assert scene(g).notes == ("no backward pass yet: call .backward() on the result",)
    y.backward()
    note = "the gradients are those of another result: call .backward() on this one"
    assert scene(g).notes == (note,)
    g.backward()
    assert scene(g).notes == ()
