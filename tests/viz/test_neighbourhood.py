"""Neighbourhood: the nodes near a start, with boxes for the rest."""

from collections import Counter
from graphlib import TopologicalSorter

from hypothesis import given, settings, strategies as st

from microgradlike import Value, nn
from microgradlike.graph import topological
from microgradlike.testing.strategies.programs import programs
from viz.fold.fold import fit
from viz.fold.neighbourhood import MOST_PARTS, neighbourhood
from viz.scene.scene import id_of, scene


def built(program):
    return program(*map(Value, program.point)) + 0.0


def distances(shot, start):
    """Distances by Bellman-Ford, without a queue; constants count as near as their users."""
    constants = {n.id for n in shot.nodes if n.role == "constant"}
    far = {start: 0}
    for _ in shot.nodes:
        for e in shot.edges:
            for a, b in ((e.source, e.target), (e.target, e.source)):
                if a in far:
                    step = far[a] + (b not in constants)
                    far[b] = min(far.get(b, step), step)
    return far


@given(programs(max_size=30), st.integers(0, 4), st.data())
def test_hops_are_edges_in_either_direction(program, hops, data):
    y = built(program)
    shot = scene(y)
    start = id_of(y, data.draw(st.sampled_from(topological(y))))
    shown = {n.id for n in neighbourhood(shot, start, max_nodes=1000, hops=hops).nodes}
    far = distances(shot, start)
    near = {name for name, hop in far.items() if hop <= hops}
    assert near <= shown
    beyond = {n.id for n in shot.nodes} - near
    assert len(shown & beyond) <= MOST_PARTS  # a single node is no box


@settings(max_examples=50)
@given(programs(min_size=5, max_size=40), st.integers(2, 20))
def test_the_limit_is_kept_and_no_arrow_goes_back(program, limit):
    shot = scene(built(program))
    small = neighbourhood(shot, shot.root, max_nodes=limit)
    assert len(small.nodes) <= limit or small is shot
    if limit >= 16:  # with fewer, there is one box for all that is not shown
        place = {n.id: i for i, n in enumerate(small.nodes)}
        parts = [n for n in small.nodes if n.fold]
        assert all(e.source != e.target for e in small.edges)
        assert len(parts) <= max(1, limit // 8)
        assert set(place) >= {end for e in small.edges for end in (e.source, e.target)}


def test_a_leaf_goes_with_the_hidden_nodes_that_use_it():
    x, far = Value(1.0, "x"), Value(2.0, "far")
    near = x.exp()
    y = near
    for _ in range(5):
        y = 3.0 * y.sin() + far
    shot = scene(y)
    small = neighbourhood(shot, id_of(y, near), max_nodes=100, hops=1)
    assert [n.role for n in small.nodes if n.role in ("constant", "input")] == ["input"]
    assert sum(n.fold is not None for n in small.nodes) == 1


def test_of_equally_near_nodes_those_with_the_largest_gradients_stay():
    xs = [Value(1.0, f"x{i}") for i in range(30)]
    y = Value(0.0)
    terms = [x * float(i) for i, x in enumerate(xs)]
    while len(terms) > 1:
        terms = [a + b for a, b in zip(terms[::2], terms[1::2])] + terms[len(terms) // 2 * 2 :]
    y = terms[0]
    y.backward()
    shot = scene(y)
    gradient = {n.id: abs(n.grad) for n in shot.nodes if n.role == "input"}
    kept = {n.id for n in neighbourhood(shot, shot.root, max_nodes=80).nodes} & gradient.keys()
    assert 0 < len(kept) < 30
    assert sum(gradient[k] for k in kept) > len(kept) * sum(gradient.values()) / 30


def test_a_shortcut_past_visible_nodes_does_not_join_the_parts_on_both_sides():
    a = (Value(1.0) * 2.0).sin()
    shown = a.exp()
    y = (a * shown).cos()
    small = neighbourhood(scene(y), id_of(y, shown), max_nodes=100, hops=0)
    arrows = {(e.source, e.target) for e in small.edges}
    assert len([n for n in small.nodes if n.fold]) == 2
    assert not {(target, source) for source, target in arrows} & arrows


def test_what_lies_before_and_behind_is_two_boxes():
    y = Value(1.0)
    for _ in range(50):
        y = y * y
    small = neighbourhood(scene(y), "n25", max_nodes=40, hops=1)
    boxes = [n.id for n in small.nodes if n.fold]
    assert len(boxes) == 2
    assert [(e.source, e.target) for e in small.edges if e.target in boxes] == [("n26", boxes[1])]
    assert {e.target for e in small.edges if e.source == boxes[0]} == {"n24"}


def balanced(level):
    while len(level) > 1:
        level = [a + b for a, b in zip(level[::2], level[1::2])]
    return level[0]


def test_a_constant_is_as_near_as_its_user():
    shot = scene(balanced([Value(float(i), "x") * i for i in range(32)]))
    small = neighbourhood(shot, shot.root, max_nodes=1000, hops=5)
    roles = Counter(n.role for n in small.nodes)
    assert roles["constant"] == 32
    assert roles["input"] == 0


def test_the_start_is_shown_before_any_box():
    y = nn.Neuron(1)([Value(1.0)])
    for _ in range(9):
        y = y.sin()
    boxed = fit(scene(y), depth=0)
    small = neighbourhood(boxed, boxed.root, max_nodes=2)
    assert [n.role for n in small.nodes] == ["folded", "result"]


def test_many_parts_become_one_for_each_stage():
    shot = scene(balanced([Value(float(i)).sin() for i in range(64)]))
    small = neighbourhood(shot, shot.root, max_nodes=30)
    [box] = [n for n in small.nodes if n.fold]
    assert len(small.nodes) == 28  # 30 less three places for parts, and one part
    assert box.fold.size == len(shot.nodes) - 27


@given(st.integers(2, 30))
def test_boxes_of_modules_are_folded_too_if_there_are_too_many(limit):
    boxed = fit(scene(nn.MLP(2, [4, 4, 1])([Value(1.0), Value(2.0)])), depth=2)
    assert sum(n.fold is not None for n in boxed.nodes) == 9
    small = neighbourhood(boxed, boxed.root, max_nodes=limit)
    assert len(small.nodes) <= limit
    assert small.root in {n.id for n in small.nodes}
    assert sum(n.fold.size if n.fold else 1 for n in small.nodes) == sum(
        n.fold.size if n.fold else 1 for n in boxed.nodes
    )


@settings(max_examples=100)
@given(programs(max_size=30), st.integers(0, 3), st.data())
def test_the_arrows_around_a_node_make_no_circle(program, hops, data):
    y = built(program)
    start = id_of(y, data.draw(st.sampled_from(topological(y))))
    small = neighbourhood(scene(y), start, max_nodes=1000, hops=hops)
    operands = {n.id: set() for n in small.nodes}
    for e in small.edges:
        operands[e.target].add(e.source)
    assert len(list(TopologicalSorter(operands).static_order())) == len(small.nodes)


def test_a_single_node_is_no_part():
    shot = scene(Value(1.0).sin().cos())
    assert neighbourhood(shot, shot.root, max_nodes=100, hops=1) == shot


def test_a_part_lies_in_the_frame_of_all_its_nodes_or_in_none():
    y = nn.Neuron(2)([Value(1.0), Value(2.0)])
    for _ in range(9):
        y = y.sin()
    for hops, inside in ((9, False), (10, True)):  # True if all hidden nodes are in the neuron
        shot = scene(y)
        small = neighbourhood(shot, shot.root, max_nodes=100, hops=hops)
        clusters = {n.cluster for n in small.nodes if n.fold}
        hidden = {n.cluster for n in shot.nodes} if inside else {None}
        assert clusters <= hidden


def test_without_hops_what_lies_near_is_what_the_result_is_made_of_first():
    a = Value(1.0, "a").sin()
    b = a * 2.0
    b.label = "b"
    long = b
    for _ in range(40):
        long = long.cos()
    shot = scene(long + a)  # b is two steps away only by way of its operand
    assert "b" not in {n.name for n in neighbourhood(shot, shot.root, max_nodes=20).nodes}
    assert "b" in {n.name for n in neighbourhood(shot, shot.root, max_nodes=20, hops=2).nodes}


def test_a_gradient_of_nan_is_no_reason_to_stay():
    xs = [Value(1.0, f"x{i}") for i in range(32)]
    y = balanced([x * float(i) for i, x in enumerate(xs)])
    y.backward()
    for x in xs[::3]:
        x.grad = float("nan")
    shot = scene(y)
    # 31 sums, 32 products and their constants lie before the inputs
    small = neighbourhood(shot, shot.root, max_nodes=31 + 64 + 20)
    kept = {n.name for n in small.nodes if n.role == "input"}
    largest = [f"x{i}" for i in range(31, 0, -1) if i % 3]
    assert 5 < len(kept) < 20
    assert kept == set(largest[: len(kept)])


def test_boxes_of_modules_that_would_take_over_half_of_it_are_as_good_as_nodes():
    def picture(count):
        y = sum(nn.Neuron(1)([Value(float(i))]) for i in range(count))
        for _ in range(20):
            y = y.sin()
        boxed = fit(scene(y), depth=0)
        small = neighbourhood(boxed, boxed.root, max_nodes=30)
        return Counter(n.op for n in small.nodes if n.op), sum(n.name != "" for n in small.nodes)

    few, _ = picture(4)
    many, _ = picture(20)
    assert few["sin"] == many["sin"] == 20
