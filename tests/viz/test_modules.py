"""Clusters, and names of parameters."""

import pytest

from microgradlike import Value, nn
from microgradlike.scope import Scope, current
from viz.scene.scene import scene


class Shared(nn.Module):
    """A module that calls another one in two places, and one that no attribute holds."""

    def __init__(self):
        self.line = nn.Neuron(1)

    def __call__(self, x):
        return self.line([self.line([x])])


class Stranger:
    """An owner of a scope that is not a Module and has no parameters."""

    def name_of(self, child):
        return None


def nodes(shot, role):
    return {n.name: n for n in shot.nodes if n.role == role}


def test_each_call_is_a_cluster_within_that_of_its_caller():
    shot = scene(nn.MLP(2, [2, 1])([Value(1.0), Value(2.0)]))
    by_id = {c.id: c for c in shot.clusters}
    paths = []
    for c in shot.clusters:
        path = [c.name]
        while c.parent:
            c = by_id[c.parent]
            path.append(c.name)
        paths.append("/".join(reversed(path)))
    assert sorted(paths) == [
        "MLP",
        "MLP/layers.0",
        "MLP/layers.0/neurons.0",
        "MLP/layers.0/neurons.1",
        "MLP/layers.1",
        "MLP/layers.1/neurons.0",
    ]
    place = {c.id: i for i, c in enumerate(shot.clusters)}
    assert all(c.parent is None or place[c.parent] < place[c.id] for c in shot.clusters)


def test_a_parameter_is_named_and_placed_by_the_module_that_uses_it():
    shot = scene(nn.MLP(1, [1])([Value(2.0, "x")]))
    neuron = next(c for c in shot.clusters if c.kind == "Neuron")
    parameters = nodes(shot, "parameter")
    assert set(parameters) == {"w.0", "b"}
    assert {n.cluster for n in parameters.values()} == {neuron.id}
    assert nodes(shot, "input")["x"].cluster is None
    assert {n.cluster for n in nodes(shot, "operation").values()} == {neuron.id}


def test_a_parameter_that_calls_share_belongs_to_their_module():
    model = nn.MLP(1, [1])
    shot = scene(model([Value(1.0)]) + model([Value(2.0)]))
    neurons = [c for c in shot.clusters if c.kind == "Neuron"]
    assert sorted((c.call, c.calls) for c in neurons) == [(1, 2), (2, 2)]
    assert neurons[0].module == neurons[1].module
    weight = nodes(shot, "parameter")["layers.0.neurons.0.w.0"]
    assert (weight.cluster, weight.module) == (None, neurons[0].module)


def test_a_penalty_does_not_take_parameters_out_of_their_module():
    model = nn.Neuron(1)
    shot = scene(model([Value(1.0)]) + sum(p * p for p in model.parameters()))
    assert {n.cluster for n in nodes(shot, "parameter").values()} == {shot.clusters[0].id}


def test_a_module_called_twice_in_one_call_shares_within_it():
    shot = scene(Shared()(Value(1.0)))
    outer = shot.clusters[0]
    assert [(c.title, c.parent) for c in shot.clusters] == [
        ("Shared", None),
        ("line · Neuron · call 1 of 2", outer.id),
        ("line · Neuron · call 2 of 2", outer.id),
    ]
    assert {n.cluster for n in nodes(shot, "parameter").values()} == {outer.id}
    assert set(nodes(shot, "parameter")) == {"line.w.0", "line.b"}


def test_a_label_goes_before_the_name_of_a_parameter():
    model = nn.Neuron(1)
    model.w[0].label = "slope"
    assert set(nodes(scene(model([Value(1.0)])), "parameter")) == {"slope", "b"}


def test_a_constant_is_drawn_with_its_user():
    shot = scene(nn.Neuron(1)([3.0]))
    assert nodes(shot, "constant")["3"].cluster == shot.clusters[0].id


def test_an_owner_without_parameters_is_a_cluster_all_the_same():
    token = current.set(Scope(Stranger(), None))
    try:
        x = Value(1.0, "x")
        y = x * x
    finally:
        current.reset(token)
    shot = scene(y)
    assert [c.title for c in shot.clusters] == ["Stranger"]
    assert [(n.role, n.cluster) for n in shot.nodes] == [("input", "c1"), ("result", "c1")]


@pytest.mark.parametrize("calls", [1, 3])
def test_names_do_not_depend_on_the_order_of_parameters(calls):
    model = nn.MLP(3, [2, 1])
    y = sum(model([Value(float(i))] * 3) for i in range(calls))
    names = [n.name for n in scene(y).nodes if n.role == "parameter"]
    assert len(names) == len(model.parameters())
    if calls > 1:
        assert sorted(names) == sorted(name for name, _ in model.named_parameters())


class Holder(nn.Module):
    """Calls a module that others hold, too."""

    def __init__(self, part):
        self.part = part

    def __call__(self, x):
        return self.part([x])


def test_a_module_in_two_places_is_two_and_its_parameters_belong_to_neither():
    part = nn.Neuron(1)
    one, other = Holder(part), Holder(part)
    shot = scene(one(Value(1.0)) + other(Value(2.0)) + other(Value(3.0)))
    found = [(c.module, c.call, c.calls) for c in shot.clusters if c.kind == "Neuron"]
    assert len({module for module, *_ in found}) == 2
    assert sorted(numbers for _, *numbers in found) == [[1, 1], [1, 2], [2, 2]]
    assert {(n.cluster, n.module) for n in nodes(shot, "parameter").values()} == {(None, None)}


def test_a_constant_belongs_to_the_module_of_its_user():
    shot = scene(nn.Neuron(1)([3.0]))
    assert nodes(shot, "constant")["3"].module == shot.clusters[0].module
