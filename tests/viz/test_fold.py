"""Fold: a large scene fits into a picture, and a note tells what was folded."""

import math

import pytest
from hypothesis import given, settings, strategies as st

from microgradlike import Value, indeterminate, nn
from microgradlike.testing.strategies.programs import programs
from viz.fold.fold import MAX_NODES, PART, fit
from viz.scene.scene import id_of, scene


def network(layers, calls, penalty=False):
    """The loss of a small network over a batch, differentiated."""
    model = nn.MLP(2, layers)
    for i, p in enumerate(model.parameters()):
        p.data = math.sin(i + 1)
    outputs = [model([Value(0.1 * i, "x0"), Value(-0.2, "x1")]) for i in range(calls)]
    sums = [sum(y) if isinstance(y, list) else y for y in outputs]
    loss = sum((1 - y) ** 2 for y in sums)
    if penalty:
        loss = loss + 0.1 * sum(p * p for p in model.parameters())
    loss.backward()
    return loss


LAYERS = st.lists(st.integers(1, 4), min_size=1, max_size=3)


def sizes(shot):
    return sum(n.fold.size if n.fold else 1 for n in shot.nodes)


def boxes(shot):
    return {n.name: n for n in shot.nodes if n.fold is not None}


@settings(max_examples=40, deadline=None)
@given(
    st.tuples(LAYERS, st.integers(1, 6), st.booleans()),
    st.none() | st.integers(0, 4),
    st.none() | st.integers(2, 60),
    st.booleans(),
    st.integers(0, 3),
    st.data(),
)
def test_nothing_is_lost_and_the_limit_is_kept(net, depth, max_nodes, focused, hops, data):
    shot = scene(network(*net))
    values = [n.id for n in shot.nodes if n.role != "constant"]
    focus = data.draw(st.sampled_from(values)) if focused else None
    small = fit(shot, depth=depth, focus=focus, hops=hops, max_nodes=max_nodes)
    ids = {n.id for n in small.nodes}
    assert len(small.nodes) <= (max_nodes or MAX_NODES)
    assert sizes(small) == len(shot.nodes)
    assert sum(n.fold.parameters if n.fold else n.role == "parameter" for n in small.nodes) == sum(
        n.role == "parameter" for n in shot.nodes
    )
    assert len(ids) == len(small.nodes)
    assert small.root in ids
    assert focus is None or focus in ids
    assert {end for e in small.edges for end in (e.source, e.target)} <= ids
    frames = {c.id for c in small.clusters} | {None}
    assert {n.cluster for n in small.nodes} | {c.parent for c in small.clusters} <= frames
    assert bool(boxes(small)) == (small.notes != shot.notes)


@settings(max_examples=20, deadline=None)
@given(programs())
def test_a_small_graph_is_left_as_it_is(program):
    shot = scene(program(*map(Value, program.point)) + 0.0)
    assert fit(shot) is shot


def test_the_color_of_a_box_is_that_of_its_largest_gradient():
    y = network([4, 4, 1], 6)
    y.backward()
    for n in fit(scene(y), max_nodes=20).nodes:
        if n.fold is not None and n.fold.grad is not None:
            assert n.grad in n.fold.grad
            assert abs(n.grad) == max(map(abs, n.fold.grad))


def test_the_picture_says_what_it_folded():
    small = fit(scene(network([4, 4, 1], 1)), depth=1)
    assert small.notes == ("… 101 of 109 nodes folded: depth=1",)
    small = fit(scene(network([4, 4, 1], 6)), max_nodes=20)
    assert small.notes == (
        "… 460 of 464 nodes folded: depth=2, all calls of a module together, one term of a sum",
    )


def test_a_folded_module_tells_its_size_its_parameters_and_its_outputs():
    shot = scene(network([3, 1], 1))
    small = fit(shot, depth=1)
    assert list(boxes(small)) == ["layers.0 · Layer", "layers.1 · Layer"]
    first = boxes(small)["layers.0 · Layer"].fold
    outputs = [n for n in shot.nodes if n.op == "relu"]
    assert first.parameters == 9
    assert first.outputs == len(outputs) == 3
    assert first.data == (min(n.data for n in outputs), max(n.data for n in outputs))
    assert first.grad == (min(n.grad for n in outputs), max(n.grad for n in outputs))
    assert first.calls == 1
    assert dict(first.flagged) == {"off here": sum(n.data == 0 for n in outputs)}
    assert first.flagged[0][1] > 0


def test_one_output_gives_a_box_its_number_and_its_gradient():
    y = (1 - nn.MLP(2, [2, 1])([Value(0.5), Value(-2.0)])) ** 2
    y.backward()
    box = boxes(fit(scene(y), depth=0))["MLP"]
    inner = next(n for n in scene(y).nodes if n.id == id_of(y, y.operands[0].operands[1]))
    assert (box.data, box.grad) == (inner.data, inner.grad)
    assert (box.fold.data, box.fold.grad) == ((box.data,) * 2, (box.grad,) * 2)
    assert box.fold.outputs == 1


def test_the_calls_of_a_batch_are_drawn_together_and_a_few_apart():
    few = fit(scene(network([2, 1], 3)), depth=0)
    assert sum(name.startswith("MLP · call ") for name in boxes(few)) == 3
    many = fit(scene(network([2, 1], 6)), depth=0)
    assert boxes(many)["MLP · 6 calls"].fold.calls == 6
    assert boxes(many)["MLP · 6 calls"].fold.parameters == 9
    assert boxes(many)["inputs"].fold.size == 12


def test_arrows_into_a_box_are_merged_and_counted():
    small = fit(scene(network([2, 1], 1)), depth=1)
    by_name = {n.id: n.name for n in small.nodes}
    merged = {(by_name[e.source], by_name[e.target]): e.count for e in small.edges if e.count > 1}
    assert merged == {
        ("x0", "layers.0 · Layer"): 2,
        ("x1", "layers.0 · Layer"): 2,
        ("layers.0 · Layer", "layers.1 · Layer"): 2,
    }


class Root(nn.Module):
    """The square of a root, twice."""

    def __call__(self, x):
        return x.sqrt() ** 2 + x.sqrt() ** 2


def test_an_arrow_into_a_box_keeps_the_mark_of_an_indeterminate_product():
    x = Value(0.0, "x")
    y = 2 * Root()(x)
    with indeterminate("zero"):
        y.backward()
    (arrow,) = [e for e in fit(scene(y), depth=0).edges if e.count == 2]
    assert arrow.indeterminate


def test_a_focus_shows_what_lies_within_the_hops():
    y = Value(1.0)
    for _ in range(20):
        y = y.sin()
    y.backward()
    small = fit(scene(y), focus="n11", hops=3)
    assert [n.id for n in small.nodes] == ["part1", *(f"n{i}" for i in range(8, 15)), "part2"]
    assert small.nodes[0].fold.size == small.nodes[-1].fold.size == 7
    assert small.root == "part2"
    assert small.notes == ("… 14 of 21 nodes folded: only nodes within hops=3 of v11 are shown",)


def test_the_modules_around_a_focus_stay_open():
    shot = scene(network([3, 3, 1], 1))
    neuron = next(c for c in shot.clusters if c.kind == "Neuron")
    inside = next(n.id for n in shot.nodes if n.cluster == neuron.id and n.op == "mul")
    small = fit(shot, depth=0, focus=inside, hops=50)
    assert inside in {n.id for n in small.nodes}
    assert {c.kind for c in small.clusters} == {"MLP", "Layer", "Neuron"}
    assert {n.name.split(" · ")[-1] for n in small.nodes if n.fold} == {"Layer", "Neuron"}


def test_a_focus_is_not_folded_with_the_batch():
    y = network([2, 1], 6)
    shot = scene(y)
    focus = next(n.id for n in shot.nodes if n.name == "x0")
    small = fit(shot, depth=0, focus=focus, hops=1)
    assert "x0" in {n.name for n in small.nodes if n.fold is None}


def test_what_would_be_a_tangle_is_folded_further():
    small = fit(scene(network([16, 16, 1], 1)))  # 33 neurons, but 320 arrows between them
    assert small.notes == ("… 977 of 985 nodes folded: depth=1",)


def test_the_largest_gradients_stay_among_equally_near_nodes():
    xs = [Value(float(i), f"x{i}") for i in range(40)]
    level = [x * i for i, x in enumerate(xs)]
    while len(level) > 1:
        level = [a - b for a, b in zip(level[::2], level[1::2])] + level[len(level) // 2 * 2 :]
    y = level[0]
    y.backward()
    small = fit(scene(y), max_nodes=100)
    shown = {n.name for n in small.nodes if n.role == "input"}
    assert shown
    assert "x0" not in shown


def test_nan_does_not_hide_a_range():
    class Both(nn.Module):
        def __call__(self, x):
            return [x.log(), x.exp(), x.relu()]

    low, high, dead = Both()(Value(-1.0))
    small = fit(scene(low + high + dead), depth=0)
    box = boxes(small)["Both"]
    assert box.fold.data == (0.0, math.exp(-1.0))
    assert box.fold.grad is None
    assert dict(box.fold.flagged) == {"nan": 1, "off here": 1}


@pytest.mark.parametrize("shape", ["chain", "tree", "batch"])
def test_twenty_thousand_nodes_of_any_shape_are_fitted_to_a_picture(shape):
    if shape == "chain":
        y = Value(1.0)
        for _ in range(20_000):
            y = y.sin()
    elif shape == "tree":
        level = [Value(float(i)) for i in range(10_000)]
        while len(level) > 1:
            level = [a + b for a, b in zip(level[::2], level[1::2])] + level[len(level) // 2 * 2 :]
        y = level[0]
    else:
        y = network([16, 16, 1], 30)
    small = fit(scene(y))
    assert len(small.nodes) <= MAX_NODES
    if shape != "batch":
        assert len(small.nodes) <= PART


@pytest.mark.parametrize(
    ("option", "error", "message"),
    [
        ({"depth": -1}, ValueError, "depth must be at least 0, got -1"),
        ({"depth": 1.5}, TypeError, "depth must be a whole number, got 1.5 of type float"),
        ({"hops": -1}, ValueError, "hops must be at least 0, got -1"),
        ({"hops": True}, TypeError, "hops must be a whole number, got True of type bool"),
        ({"hops": None}, TypeError, "hops must be a whole number, got None of type NoneType"),
        ({"max_nodes": 1}, ValueError, "max_nodes must be at least 2, got 1"),
        ({"max_nodes": "9"}, TypeError, "max_nodes must be a whole number, got '9' of type str"),
    ],
)
def test_an_option_out_of_range_is_named(option, error, message):
    with pytest.raises(error) as caught:
        fit(scene(Value(1.0) + 1), **option)
    assert str(caught.value).startswith(message)
