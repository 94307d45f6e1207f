"""Levels: the ways to fold the modules of a scene, and what each of them leaves."""

import math
from dataclasses import replace
from itertools import permutations

import pytest

from microgradlike import Value, nn
from tests.viz.test_fold import boxes, network
from viz.fold.collapse import Box, collapse
from viz.fold.fold import fit
from viz.scene.scene import scene


@pytest.mark.parametrize(("calls", "apart"), [(1, True), (4, True), (5, False)])
def test_up_to_four_calls_are_drawn_apart_and_their_inputs_by_themselves(calls, apart):
    small = fit(scene(network([2, 1], calls)), depth=0)
    found = boxes(small)
    assert ("inputs" in found) is not apart
    modules = [n.fold.calls for name, n in found.items() if name.startswith("MLP")]
    assert modules == ([1] * calls if apart else [calls])


def test_a_plan_of_exactly_the_limit_fits():
    shot = scene(network([4, 4, 1], 1))
    small = fit(shot, depth=1)
    # as text: from Python 3.13 on, dataclasses with a nan in them are never equal
    assert repr(fit(shot, max_nodes=len(small.nodes))) == repr(small)
    assert len(fit(shot, max_nodes=len(small.nodes) - 1).nodes) < len(small.nodes)


def test_where_the_rest_is_too_much_by_itself_the_modules_get_a_small_part():
    y = network([4, 2, 1], 1)  # 7 neurons, 3 layers; a small part of 40 is 5
    for _ in range(300):
        y = y.sin()
    small = fit(scene(y), max_nodes=40)
    assert small.notes[-1].endswith(
        "folded: depth=1; only the nodes nearest to the result are shown"
    )


def test_around_a_focus_modules_are_folded_only_where_a_depth_is_given():
    shot = scene(network([8, 8, 1], 1))
    focus = next(n.id for n in shot.nodes if n.op == "relu")
    assert len(shot.nodes) > 200
    assert "depth" not in fit(shot, focus=focus).notes[-1]
    assert "depth=1; only" in fit(shot, focus=focus, depth=1).notes[-1]


# the text of a box


def test_a_box_that_holds_the_result_has_its_number():
    y = nn.Neuron(1)([Value(2.0)])
    y.backward()
    (box,) = boxes(fit(scene(y), depth=0)).values()
    assert (box.data, box.grad, box.fold.outputs) == (y.data, 1.0, 1)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_nan_hides_no_range_wherever_it_stands(order):
    class Three(nn.Module):
        def __call__(self, x):
            made = [x.log(), x.exp(), x.relu()]
            return [made[i] for i in order]

    a, b, c = Three()(Value(-1.0))
    (box,) = boxes(fit(scene(a + b + c), depth=0)).values()
    assert box.fold.data == (0.0, math.exp(-1.0))


def test_arrows_that_are_merged_twice_count_all_that_they_stand_for():
    x = Value(2.0, "x")
    folded = fit(scene(nn.Neuron(3)([x, x, x]).sin()), depth=0)
    members = [n.id for n in folded.nodes if n.name != "x"]
    again = collapse(folded, dict.fromkeys(members, Box("rest", "rest")))
    assert [(e.source, e.target, e.count) for e in again.edges] == [("n1", "rest", 3)]


def test_a_box_in_a_box_is_told_of_as_if_it_were_open():
    xs = [Value(1.0, "x"), Value(-1.0, "z")]
    for i, p in enumerate((layer := nn.Layer(2, 3)).parameters()):
        p.data = -math.sin(i)
    y = sum(layer(xs))
    y.backward()
    shot = fit(scene(y), depth=0)
    (inner,) = boxes(shot).values()
    assert (inner.fold.outputs, inner.fold.flagged) == (3, (("off here", 2),))
    (outer,) = boxes(collapse(shot, {inner.id: Box("part1", "")})).values()
    assert replace(outer.fold, calls=1) == inner.fold
