"""Gates: lines that cross frames, and the order of what they lead to, measured in the layout."""

import random
import re
import shutil
import time
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings, strategies as st

from microgradlike import Value, gradients, nn, sin
from microgradlike.cli.demo import neuron
from tests.viz.picture import Picture
from viz import Drawing, draw
from viz.dot.gates import columns, places, routes
from viz.scene.scene import scene

pytestmark = pytest.mark.skipif(shutil.which("dot") is None, reason="wants Graphviz")
DIRECTIONS = ("LR", "TB", "RL", "BT")


def values(n):
    return [Value(random.Random(i).uniform(-2, 2), f"x{i}") for i in range(n)]


def network(inputs, sizes):
    y = nn.MLP(inputs, sizes, rng=random.Random(1))(values(inputs))
    return sum(y) if isinstance(y, list) else y


def loss(points, sizes):
    model, rng = nn.MLP(2, sizes, rng=random.Random(1)), random.Random(2)
    rows = [(rng.uniform(-1, 1), rng.uniform(-1, 1)) for _ in range(points)]
    return sum((model(row) - 1) ** 2 for row in rows) * (1 / points)


def cross_entropy():
    logits = nn.MLP(3, [4, 3], rng=random.Random(1))(values(3))
    exps = [z.exp() for z in logits]
    return -(exps[1] / sum(exps)).log()


class Cell(nn.Module):
    def __init__(self):
        self.wx, self.wh, self.b = Value(0.5), Value(-0.3), Value(0.1)

    def __call__(self, x, h):
        return (self.wx * x + self.wh * h + self.b).tanh()


def recurrent():
    cell, h = Cell(), Value(0.0, "h0")
    for x in values(4):
        h = cell(x, h)
    return h


def chain():
    y = Value(0.5, "x")
    for i in range(60):
        y = y.tanh() if i % 2 else y * 1.1
    return y


def second():
    x = Value(0.5, "x")
    (slope,) = gradients(sin(x).exp(), [x])
    return gradients(slope, [x])[0]


GRAPHS = {
    "neuron": neuron,
    "network": lambda: network(3, [4, 4, 1]),
    "constants": lambda: nn.MLP(3, [4, 4, 1], rng=random.Random(1))([1.0, 2.0, -1.0]),
    "wide": lambda: network(4, [10, 10, 1]),
    "loss of 3": lambda: loss(3, [2, 1]),
    "loss of 20": lambda: loss(20, [4, 4, 1]),
    "loss of 200": lambda: loss(200, [4, 4, 1]),
    "cross-entropy": cross_entropy,
    "recurrent": recurrent,
    "chain": chain,
    "second": second,
}


def is_clear(drawing, picture, direction):
    """Nothing lies on anything else, and lists of modules, boxes and leaves are in order."""
    assert picture.overlapping() == []
    assert picture.struck() == []
    along, across = (0, 1) if direction in ("LR", "RL") else (1, 0)
    lists = {}
    for c in drawing.scene.clusters:
        if c.name.startswith("neurons."):
            lists.setdefault((c.parent, c.call), []).append((c.name, picture.frames[c.id]))
    for n in drawing.scene.nodes:
        name = n.name.partition(" · ")[0]
        if n.role in ("input", "parameter", "folded") and re.search(r"[a-z.]\d+$", name):
            box = picture.nodes[n.id]
            column = round(box.middle()[along] / 20)
            stem = name.rstrip("0123456789")
            if stem != "layers." and not name.startswith("v"):
                lists.setdefault((n.cluster, stem, column), []).append((name, box))
    for found in lists.values():
        found.sort(key=lambda pair: int(re.search(r"\d+$", pair[0])[0]))
        places = [box.middle()[across] * (-1 if across else 1) for _, box in found]
        assert places == sorted(places), [name for name, _ in found]


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", GRAPHS)
def test_nothing_overlaps_and_everything_is_in_order(name, direction):
    y = GRAPHS[name]()
    y.backward()
    drawing = draw(y, direction=direction)
    assert len(drawing.scene.nodes) <= 60
    is_clear(drawing, Picture(drawing.source), direction)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", ["network", "constants", "loss of 3", "cross-entropy", "chain"])
def test_a_picture_of_more_nodes_is_clear_too(name, direction):
    drawing = draw(GRAPHS[name](), direction=direction, max_nodes=200)
    assert len(drawing.scene.nodes) > 60
    is_clear(drawing, Picture(drawing.source), direction)


def test_the_layout_of_a_large_graph_takes_seconds_at_most():
    y = network(24, [32, 24, 4])  # 5,500 nodes
    start = time.perf_counter()
    Picture(draw(y, depth=1).source)
    Picture(draw(y, max_nodes=400).source)
    assert time.perf_counter() - start < 20


@pytest.mark.parametrize("name", ["network", "recurrent", "cross-entropy"])
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_folded_modules_are_in_order_too(name, depth):
    drawing = draw(GRAPHS[name](), depth=depth)
    is_clear(drawing, Picture(drawing.source), "LR")


@settings(deadline=None, max_examples=12)
@given(
    inputs=st.integers(1, 4),
    sizes=st.lists(st.integers(1, 5), min_size=1, max_size=3),
    depth=st.integers(0, 3),
    direction=st.sampled_from(DIRECTIONS),
    wheel=st.booleans(),
)
def test_networks_of_any_shape_are_clear(inputs, sizes, depth, direction, wheel):
    drawing = draw(network(inputs, sizes), depth=depth, direction=direction, max_nodes=200)
    is_clear(drawing, Picture(drawing.source, wheel=wheel), direction)


def test_one_line_crosses_a_frame_for_all_uses_of_a_node():
    shot = scene(network(2, [3, 1]))
    found = routes(shot)
    by_id = {n.id: n for n in shot.nodes}
    for e, route in zip(shot.edges, found):
        assert {gate.source for gate in route} <= {e.source}
        assert [gate.side for gate in route] == sorted((g.side for g in route), reverse=True)
        assert len({gate.cluster for gate in route}) == len(route)
        if by_id[e.source].cluster == by_id[e.target].cluster:
            assert route == []
    source = Drawing(shot).source
    for gate in {gate for route in found for gate in route}:
        assert len(re.findall(rf"-> {gate.id}:", source)) == 1


def test_names_that_end_in_numbers_sort_by_them_and_others_as_in_the_formula():
    x = [Value(float(i), f"x{i}") for i in range(12)]
    b, a = Value(1.0, "b"), Value(2.0, "a")
    shot = scene(b + sum(reversed(x)) + a)
    place = places(shot)
    names = {n.id: n.name for n in shot.nodes if n.role == "input"}
    ordered = [names[i] for i in sorted(names, key=place.__getitem__)]
    numbered = [name for name in ordered if name.startswith("x")]
    assert numbered == [f"x{i}" for i in range(12)]
    assert ordered.index("b") < ordered.index("x0") < ordered.index("a")


def test_a_name_of_a_thousand_digits_has_a_place():
    x = Value(1.0, "9" * 5000)
    assert len(places(scene(nn.Neuron(1)([x])))) == 6


def test_two_inputs_of_one_name_have_places_of_their_own():
    shot = scene(nn.Neuron(2)([Value(1.0, "x"), Value(2.0, "x")]))
    place = places(shot)
    assert len(set(place.values())) == len(shot.nodes)


def test_a_column_holds_no_node_that_depends_on_another_one():
    shot = draw(network(2, [3, 3, 1]), depth=2).scene
    operands = {}
    for e in shot.edges:
        operands.setdefault(e.target, set()).add(e.source)
    for group in columns(shot, routes(shot)):
        for name in group:
            reached, stack = set(), [name]
            while stack:
                for x in operands.get(stack.pop(), ()):
                    if x not in reached:
                        reached.add(x)
                        stack.append(x)
            assert reached.isdisjoint(group)


def test_the_line_of_an_animated_edge_is_whole():
    y = network(2, [2, 1])
    y.backward()
    drawing = draw(y)
    root = ET.fromstring(drawing.animation())
    groups = {
        g.get("id", "").rpartition("-")[2]: g for g in root.iter() if "push" in g.get("class", "")
    }
    assert len(groups) > 20
    for i, route in enumerate(routes(drawing.scene)):
        if f"e{i}" in groups:
            pieces = [part for part in groups[f"e{i}"] if part.tag.endswith("path")]
            assert len(pieces) == 1 + len(route)
