"""Names: the nodes of a scene under names that tell them apart, in every text about a graph."""

import random

import pytest

from microgradlike import Value, nn
from viz import draw, explain, to_mermaid
from viz.dot.tooltips import tooltips
from viz.fold.fold import fit
from viz.scene.names import distinct_names
from viz.scene.scene import scene


def network(*sizes):
    y = nn.MLP(2, list(sizes), rng=random.Random(0))([Value(1.0, "x1"), Value(-1.0, "x2")])
    y.backward()
    return y


@pytest.mark.parametrize("sizes", [(1,), (4, 1), (3, 3, 1)])
def test_every_node_has_a_name_of_its_own_that_ends_in_the_drawn_one(sizes):
    shot = scene(network(*sizes))
    names = distinct_names(shot)
    nodes = [n for n in shot.nodes if n.role != "constant"]
    assert len({names[n.id] for n in nodes}) == len(nodes)
    assert all(f".{names[n.id]}".endswith(f".{n.name}") for n in shot.nodes)


def test_only_as_many_modules_are_named_as_are_needed():
    assert {"w.0", "w.1", "b"} <= set(distinct_names(scene(network(1))).values())
    names = set(distinct_names(scene(network(4, 1))).values())
    assert {"neurons.3.w.1", "layers.0.neurons.0.b", "layers.1.neurons.0.b", "w.3"} <= names


def test_equal_labels_and_folded_boxes_stay_as_they_are():
    y = Value(1.0, "a") * Value(2.0, "a")
    assert list(distinct_names(scene(y)).values()) == ["a", "a", "v3"]
    small = fit(scene(network(3, 1)), depth=1)
    assert {n.name for n in small.nodes} == set(distinct_names(small).values())


def test_explain_tells_whose_parameter_it_is():
    text = explain(network(4, 1))
    assert "/∂neurons.3.w.1: 1 path" in text
    assert "/∂w.1" not in text


def test_an_expression_is_bracketed_in_derivatives_and_formulas():
    x, w = Value(2.0, "x1"), Value(3.0, "w1")
    p = x * w
    p.label = "x1*w1"
    y = (p * p).tanh()
    y.label = "tanh(x1*w1)"
    text = explain(y)
    assert "x1*w1 = x1 * w1 = 6" in text
    assert "= (x1*w1) * (x1*w1) = 36" in text
    assert "∂tanh(x1*w1)/∂x1: 2 paths" in text
    assert "∂(x1*w1)/∂x1" in text
    said = tooltips(scene(y)).values()
    assert "∂(x1*w1)/∂w1 = 2.0" in said
    assert "∂v4/∂(x1*w1) = 6.0" in said


def test_a_path_of_0_through_a_relu_says_that_it_is_off_here():
    x = Value(-1.0, "x")
    h = x.relu()
    h.label = "h"
    assert "  = 0, since h is off here\n" in explain(h * 3.0, x)
    assert "off here" not in explain(h * 3.0 + x.relu() * 0.0 + (x * 0.0).exp(), Value(1.0))
    assert "off here" not in explain((-x).relu(), x)


def test_mermaid_draws_the_note_on_changed_numbers_and_no_other():
    x = Value(2.0, "x")
    y = x * x
    assert "stale" not in to_mermaid(y)
    x.data = 3.0
    with pytest.warns(UserWarning, match="was computed as 4.0 and is 9.0 now"):
        text = to_mermaid(y)
    assert 'stale["mul#40;3.0#44; 3.0#41; was computed as 4.0 and is 9.0 now#58;' in text
    assert 'mix old and new"]\nstyle stale color:#000,fill:#ffe95c\n' in text
    with pytest.warns(UserWarning, match="mix old and new"):
        assert "until then these numbers and derivatives mix old and new" in draw(y).source


def test_two_models_with_the_same_names_get_no_further_than_their_modules():
    models = [nn.MLP(1, [1], rng=random.Random(k)) for k in range(2)]
    y = models[0]([1.0]) + models[1]([1.0])
    names = list(distinct_names(scene(y)).values())
    assert names.count("layers.0.neurons.0.b") == 2
