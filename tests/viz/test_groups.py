"""Groups: the calls of a module and the terms of a sum in one frame, without a cycle of frames."""

import random
from collections import Counter
from graphlib import TopologicalSorter

import pytest
from hypothesis import given, settings, strategies as st

from microgradlike import Value, mean, nn, sum as balanced_sum
from tests.viz.test_fold import network
from viz.fold.calls import FEW
from viz.fold.collapse import collapse
from viz.fold.fold import fit
from viz.fold.frames import turns_around
from viz.fold.groups import groups, page_groups
from viz.fold.parts import EACH, ROOM
from viz.fold.plan import plans
from viz.scene.scene import Cluster, Scene, SceneEdge, SceneNode, scene


class Twice(nn.Module):
    """A module that calls another one a number of times, each on the result before."""

    def __init__(self, inner, times):
        self.inner, self.times = inner, times

    def __call__(self, x):
        for _ in range(self.times):
            x = self.inner(x) * 0.5
        return x


class Scaled(nn.Module):
    def __init__(self):
        self.w = Value(0.5)

    def __call__(self, x):
        return (self.w * x).tanh()


def random_program(seed):
    """A result of random operations and calls of random modules, most of them many times."""
    draw = random.Random(seed)
    modules = [Scaled(), Scaled(), Twice(Scaled(), draw.randint(1, 7)), nn.MLP(1, [2, 1])]
    modules += [Twice(modules[0], 2), nn.Neuron(1)]
    pool = [Value(draw.uniform(-1, 1), f"x{i}") for i in range(draw.randint(1, 6))]
    near = draw.choice([1, 3, 30])  # a chain, or a wide graph
    for _ in range(draw.randint(0, 50)):
        a, b = draw.choice(pool[-near:]), draw.choice(pool)
        kind = draw.randrange(8)
        module = draw.choice(modules)
        if kind < 4:
            made = module([a]) if isinstance(module, (nn.MLP, nn.Neuron)) else module(a)
        else:
            made = [a + b, a * b, a.sin(), (a - draw.random()) ** 2][kind - 4]
        pool.append(made)
    join = draw.choice([sum, balanced_sum, mean])
    return join(pool[-draw.randint(1, len(pool)) :]) + pool[-1]


def assert_no_cycle(nodes, edges, box_of):
    needs = {}
    for e in edges:
        if box_of[e.source] != box_of[e.target]:
            needs.setdefault(box_of[e.target], set()).add(box_of[e.source])
    TopologicalSorter(needs).prepare()  # raises CycleError
    assert {box_of[n.id] for n in nodes}


def boxes_of(grouped, folded, chosen):
    """The box of each node, as the page draws it: the others of a call in one box, or in two."""
    parents = {c.id: c.parent for c in grouped.scene.clusters}
    box_of = {}
    for n in grouped.scene.nodes:
        box, at = n.id, n.cluster
        for t in turns_around(grouped.turns.get(n.id)):
            shown = min(chosen.get(grouped.choices[t.frame], 1), t.calls)
            if t.call != shown:
                box = t.frame, t.frame in grouped.chained and t.call > shown
                at = t.frame
        while at is not None:
            box = at if at in folded else box
            at = parents[at]
        box_of[n.id] = box
    return box_of


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9), st.booleans(), st.data())
def test_frames_form_no_cycle_whichever_are_folded_and_whichever_call_is_shown(seed, whole, data):
    shot = scene(random_program(seed))
    grouped = (groups if whole else page_groups)(shot)
    frames = [c.id for c in grouped.scene.clusters]
    folded = data.draw(st.sets(st.sampled_from(frames))) if frames else set()
    calls = st.integers(1, 8)
    chosen = {choice: data.draw(calls) for choice in set(grouped.choices.values())}
    assert_no_cycle(shot.nodes, shot.edges, boxes_of(grouped, folded, chosen))


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9))
def test_a_group_keeps_nodes_edges_and_numbers(seed):
    shot = scene(random_program(seed))
    found = page_groups(shot)
    assert [(n.id, n.data, n.role) for n in found.scene.nodes] == [
        (n.id, n.data, n.role) for n in shot.nodes
    ]
    assert found.scene.edges == shot.edges
    before = set()
    for c in found.scene.clusters:  # those around a frame come before it
        assert c.parent is None or c.parent in before
        before.add(c.id)
    assert {n.cluster for n in found.scene.nodes} - {None} <= before
    parents = {c.id: c.parent for c in found.scene.clusters}
    for n in found.scene.nodes:
        around, at = set(), n.cluster
        while at is not None:
            around.add(at)
            at = parents[at]
        assert {t.frame for t in turns_around(found.turns.get(n.id))} <= around


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_folded_a_page_has_room(seed):
    found = page_groups(scene(random_program(seed))).scene
    assert sum(x.cluster is None for x in found.nodes) + sum(
        c.parent is None for c in found.clusters
    ) <= max(ROOM, EACH)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9), st.none() | st.integers(0, 4))
def test_a_picture_has_no_cycle_of_boxes(seed, depth):
    shot = scene(random_program(seed))
    for plan in plans(shot, depth, None):
        small = collapse(plan.scene, plan.boxes)
        assert_no_cycle(small.nodes, small.edges, {n.id: n.id for n in small.nodes})


# calls of modules


def frames(y):
    found = groups(scene(y))
    return {
        c.title: (c, [n for n in found.scene.nodes if n.cluster == c.id])
        for c in found.scene.clusters
    }


def test_a_model_called_many_times_holds_its_parameters_by_their_short_names():
    found = frames(network([2, 1], 6))
    assert {"MLP · 6 calls", "layers.0 · Layer", "neurons.1 · Neuron"} <= set(found)
    _, nodes = found["neurons.1 · Neuron"]
    assert {n.name for n in nodes if n.role == "parameter"} == {"w.0", "w.1", "b"}


def test_a_call_comes_after_those_that_it_uses():
    x = Value(1.0)
    cell = Scaled()
    for _ in range(6):
        x = cell(x)
    grouped = groups(scene(x))
    assert len(grouped.chained) == 1
    calls = [
        grouped.turns[n.id].call
        for n in grouped.scene.nodes
        if n.op == "tanh" and n.id in grouped.turns
    ]
    assert calls == [1, 2, 3, 4, 5, 6]


def test_calls_and_terms_are_numbered_as_they_are_written():
    model = Scaled()
    xs = [Value(float(i), f"x{i}") for i in range(6)]
    grouped = groups(scene(sum((model(x) - 1) ** 2 for x in xs)))
    by_name = {n.name: grouped.turns[n.id] for n in grouped.scene.nodes if n.name.startswith("x")}
    assert [by_name[f"x{i}"].call for i in range(6)] == [1, 2, 3, 4, 5, 6]
    assert len(set(grouped.choices.values())) == 1  # one choice for model, inputs and terms


def test_a_module_that_feeds_itself_from_outside_stays_in_single_calls():
    a, h = Scaled(), Value(1.0)
    for _ in range(6):
        h = a(h).exp()
    found = groups(scene(h)).scene
    assert sorted(c.call for c in found.clusters) == [1, 2, 3, 4, 5, 6]


def test_calls_within_a_call_are_counted_within_it():
    class Chain(nn.Module):
        def __init__(self):
            self.cell = Scaled()

        def __call__(self, x):
            for _ in range(5):
                x = self.cell(x)
            return x

    model = Chain()
    grouped = groups(scene(mean([model(Value(float(i))) for i in range(7)])))
    turns = {turn for turn in grouped.turns.values() if turn.around is not None}
    assert {(t.call, t.calls) for t in turns} == {(k, 5) for k in range(1, 6)}
    assert {(t.around.call, t.around.calls) for t in turns} == {(k, 7) for k in range(1, 8)}


def test_few_calls_within_many_have_a_frame_each():
    class Both(nn.Module):
        def __init__(self):
            self.act = Scaled()

        def __call__(self, x):
            return self.act(self.act(x) + 1)

    both = Both()
    found = frames(mean([both(Value(float(i))) for i in range(6)]))
    assert {"act · Scaled · call 1 of 2", "act · Scaled · call 2 of 2"} <= set(found)


def test_calls_that_need_each_other_stay_apart():
    """Coroutines could make such a graph: call 1 uses call 2, and call 2 uses call 1."""
    clusters = tuple(Cluster(f"c{k}", "m", None, "M", "m1", k, 6) for k in range(1, 7))
    nodes, edges = [], []
    for i in range(12):
        op = "sin" if i else ""
        cluster = f"c{i % 6 + 1}"
        nodes.append(SceneNode(f"n{i}", f"v{i}", "operation", op, op, 1.0, None, cluster, (), "m1"))
        if i:
            edges.append(SceneEdge(f"n{i - 1}", f"n{i}", 0, 1.0))
    found = groups(Scene(tuple(nodes), tuple(edges), clusters, "n11"))
    assert [c.id for c in found.scene.clusters] == [c.id for c in clusters]


def test_two_modules_that_need_each_other_keep_no_other_module_apart():
    """Coroutines could make such a graph, too."""
    calls = [Cluster(f"c{k}", "m", None, "M", "m1", k, 5) for k in range(1, 6)]
    pair = [Cluster("a", "a", None, "A", "ma"), Cluster("b", "b", None, "B", "mb")]
    homes = ["a", "b", "a", "c1", "c2", "c3", "c4", "c5"]
    nodes = [
        SceneNode(f"n{i}", f"v{i}", "operation", "sin", "sin", 1.0, None, home, ())
        for i, home in enumerate(homes)
    ]
    edges = [SceneEdge(f"n{i}", f"n{i + 1}", 0, 1.0) for i in range(7)]
    found = groups(Scene(tuple(nodes), tuple(edges), (*pair, *calls), "n7"))
    assert [c.title for c in found.scene.clusters] == ["a · A", "b · B", "m · M · 5 calls"]


# sums


@pytest.mark.parametrize("join", [sum, balanced_sum])
@pytest.mark.parametrize("calls", [FEW, FEW + 1, 20])
def test_a_sum_of_more_than_a_few_terms_is_one_frame(join, calls):
    w = Value(0.5, "w")
    y = join([(w * k - 1) ** 2 for k in range(calls)]).exp()
    grouped = groups(scene(y))
    titles = [c.title for c in grouped.scene.clusters]
    assert (f"sum of {calls}" in titles) is (calls > FEW)
    terms = Counter(t.call for t in grouped.turns.values())
    assert terms == (dict.fromkeys(range(1, calls + 1), 6) if calls > FEW else {})


@pytest.mark.parametrize(
    ("scale", "what"),
    [
        (lambda s: s / 6, "mean of 6"),
        (lambda s: s * (1 / 6), "mean of 6"),
        (lambda s: (1 / 6) * s, "mean of 6"),
        (lambda s: s * 6, "sum of 6"),
        (lambda s: 6 / s, "sum of 6"),
        (lambda s: s * s, "sum of 6"),
        (lambda s: s.exp(), "sum of 6"),
    ],
)
def test_a_sum_divided_by_the_number_of_its_terms_is_a_mean(scale, what):
    w = Value(0.5, "w")
    y = scale(sum(((w * k) ** 2 for k in range(6)), Value(0.0))).sin()
    assert what in frames(y)


def test_a_named_result_names_its_sum():
    w = Value(0.5, "w")
    y = sum((w * k) ** 2 for k in range(6)) / 6
    y.label = "loss"
    assert "loss · mean of 6" in frames(y)


def test_a_term_used_elsewhere_stays_outside_of_the_sum():
    ws = [Value(float(k), f"w{k}") for k in range(7)]
    squares = [w * w for w in ws]
    found = frames(sum(squares) * squares[0])
    assert "w0" not in {n.name for _, nodes in found.values() for n in nodes}
    assert "w1" in {n.name for n in found["sum of 7"][1]}


def test_a_sum_of_leaves_is_one_box_without_terms():
    w = Value(2.0, "w")
    grouped = groups(scene(sum([w * w] * 6).exp()))
    assert [c.title for c in grouped.scene.clusters] == ["sum of 6"]
    assert not grouped.turns


def test_a_neuron_with_many_inputs_shows_one_of_them_with_its_weight():
    y = nn.Neuron(30)([Value(0.1 * i, f"x{i}") for i in range(30)])
    grouped = groups(scene(y))
    weights = {
        n.name: grouped.turns.get(n.id) for n in grouped.scene.nodes if n.role == "parameter"
    }
    assert {name for name, turn in weights.items() if turn is None} <= {"b"}
    assert "inputs" in {c.title for c in grouped.scene.clusters}


def test_the_weights_of_a_wide_neuron_stand_with_their_terms_in_every_call():
    neuron = nn.Neuron(20)
    calls = [neuron([Value(0.1 * i + k) for i in range(20)]) for k in range(6)]
    grouped = groups(scene(mean(calls)))
    turns = [grouped.turns[n.id] for n in grouped.scene.nodes if n.name.startswith("w.")]
    assert len({t.call for t in turns}) == 20
    assert {t.around for t in turns} == {None}
    assert not page_groups(scene(mean(calls))).chained  # no term needs another one


# pictures


def test_the_picture_of_a_loss_shows_one_term_of_it():
    y = network([2, 1], 30)
    small = fit(scene(y))
    assert len(small.nodes) < 20
    (others,) = [n for n in small.nodes if n.name == "29 other terms"]
    assert others.fold.outputs == 29
    assert "sum of 30 · term 1 of 30" in {c.title for c in small.clusters}
    named = fit(scene(y, names={y: "loss"}))
    assert "loss · sum of 30 · term 1 of 30" in {c.title for c in named.clusters}


def test_the_terms_of_a_folded_sum_are_in_its_box():
    small = fit(scene(network([2, 1], 30)), depth=0)
    assert "sum of 30" in {n.name for n in small.nodes}


def test_a_page_of_any_length_is_cut_into_even_parts():
    y = Value(1.0)
    for _ in range(5000):
        y = y.sin()
    found = page_groups(scene(y))
    held = Counter(n.cluster for n in found.scene.nodes)
    assert max(held.values()) <= 2 * EACH
    assert sum(c.parent is None for c in found.scene.clusters) <= EACH
    (result,) = [n for n in found.scene.nodes if n.role == "result"]
    assert result.cluster not in found.closed


def test_modules_too_many_to_stand_beside_each_other_are_cut_as_well():
    h = Value(1.0)
    for _ in range(100):
        h = Scaled()(h).exp()
    found = page_groups(scene(h)).scene
    assert sum(c.parent is None for c in found.clusters) <= EACH
    assert sum(c.kind == "Scaled" for c in found.clusters) == 100
