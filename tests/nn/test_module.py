"""Module: parameters, their names, copies."""

import copy
import gc
import pickle
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, strategies as st

from microgradlike import Value
from microgradlike.nn import MLP, Module
from tests.bits import same_bits


class Affine(Module):
    """slope × x + offset"""

    def __init__(self, slope=2.0, offset=1.0):
        self.slope = Value(slope)
        self.offset = Value(offset)

    def __call__(self, x, *, twice=False):
        """slope × x + offset, once or twice"""
        y = self.slope * x + self.offset
        return y + y if twice else y


class Chain(Module):
    def __init__(self, *parts):
        self.parts = parts

    def __call__(self, x):
        for part in self.parts:
            x = part(x)
        return x


class Frozen(Affine):
    def parameters(self):
        return [self.slope]


# parameters


def nests(leaf):
    inner = st.recursive(
        leaf,
        lambda part: st.one_of(
            st.lists(part, max_size=3),
            st.lists(part, max_size=3).map(tuple),
            st.dictionaries(st.sampled_from("abc"), part, max_size=3),
        ),
        max_leaves=12,
    )
    return st.dictionaries(st.sampled_from(["p", "q", "r"]), inner, max_size=3)


def leaves_by_path(nest, prefix=""):
    """A recursion that says what the walk should find, in order."""
    if isinstance(nest, Value):
        return [(prefix, nest)]
    items = nest.items() if isinstance(nest, dict) else enumerate(nest)
    dot = prefix and prefix + "."
    return [found for key, part in items for found in leaves_by_path(part, f"{dot}{key}")]


@given(nests(st.builds(Value, st.just(1.0))))
def test_every_leaf_is_found_in_order_under_its_path(nest):
    module = Module()
    vars(module).update(nest)
    assert module.named_parameters() == leaves_by_path(nest)
    assert module.parameters() == [p for _, p in leaves_by_path(nest)]


def test_names_follow_attributes_and_indices():
    names = [name for name, _ in MLP(2, [4, 1]).named_parameters()]
    assert names[:3] == ["layers.0.neurons.0.w.0", "layers.0.neurons.0.w.1", "layers.0.neurons.0.b"]
    assert "layers.0.neurons.3.w.1" in names


def test_a_shared_parameter_is_found_once():
    first, second = Affine(), Affine()
    second.slope = first.slope
    both = Chain(first, second, first)
    assert both.parameters() == [first.slope, first.offset, second.offset]
    assert [n for n, _ in both.named_parameters()] == [
        "parts.0.slope",
        "parts.0.offset",
        "parts.1.offset",
    ]


def test_only_leaves_are_parameters():
    module = Affine()
    module.scale, module.name, module.none = 3.0, "affine", None
    module.data = [(1.0, 2.0), (3.0, 4.0)]
    module.last = module(2.0)
    assert module.parameters() == [module.slope, module.offset]


def test_a_class_may_hold_parameters_back():
    frozen = Frozen()
    assert frozen.parameters() == [frozen.slope]
    assert Chain(frozen, Affine()).named_parameters()[0] == ("parts.0.slope", frozen.slope)
    assert len(Chain(frozen, Affine()).parameters()) == 3


def test_a_class_may_give_parameters_that_no_attribute_holds():
    hidden = Value(1.0)

    class Odd(Module):
        def parameters(self):
            return [hidden]

    assert Odd().named_parameters() == [("parameters.0", hidden)]
    assert Chain(Odd()).named_parameters() == [("parameters.0", hidden)]


def test_object_arrays_are_searched():
    module = Module()
    module.matrix = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    module.scalar = np.array(Value(5.0))
    module.numbers = np.zeros(3)
    assert [(n, p.data) for n, p in module.named_parameters()] == [
        ("matrix.0.0", 1.0),
        ("matrix.0.1", 2.0),
        ("matrix.1.0", 3.0),
        ("matrix.1.1", 4.0),
        ("scalar.item", 5.0),
    ]


def test_slots_and_dataclasses_are_searched():
    @dataclass(slots=True)
    class Pair(Module):
        left: Value
        right: Value

        def __call__(self, x):
            return self.left * x + self.right

    pair = Pair(Value(1.0), Value(2.0))
    assert [n for n, _ in pair.named_parameters()] == ["left", "right"]
    assert {v.scope.path for v in pair(3.0).operands[:1]} == {("Pair",)}


def test_a_circle_of_modules_ends():
    child = Affine()
    parent = Chain(child)
    child.parent = parent
    parent.self = parent
    assert parent.parameters() == [child.slope, child.offset]


def test_a_nest_of_ten_thousand_lists_is_walked():
    module = Module()
    module.nest = [Value(1.0)]
    for _ in range(10_000):
        module.nest = [module.nest]
    assert len(module.parameters()) == 1


def test_zero_grad_clears_every_parameter():
    model = MLP(2, [3, 1])
    model([1.0, 2.0]).backward()
    assert any(p.grad for p in model.parameters())
    model.zero_grad()
    assert same_bits([p.grad for p in model.parameters()], [0.0] * 13)


# states


@given(nests(st.floats().map(Value)))
def test_a_state_loaded_is_the_state_given(nest):
    module, twin = Module(), Module()
    vars(module).update(nest)
    vars(twin).update(copy.deepcopy(nest))
    for p in twin.parameters():
        p.data = 0.5
    state = module.state_dict()
    assert list(state) == [name for name, _ in module.named_parameters()]
    twin.load_state_dict(state)
    assert repr(twin.state_dict()) == repr(state)  # nan too


@pytest.mark.parametrize(
    ("state", "error", "says"),
    [
        ({}, ValueError, "another model: missing 'slope', 'offset'"),
        ({"slope": 3.0}, ValueError, "missing 'offset'$"),
        ({"slope": 3.0, "bias": 1.0}, ValueError, "missing 'offset'; unexpected 'bias'"),
        ({"slope": 3.0, "offset": 1.0, "a": 1.0}, ValueError, "unexpected 'a'"),
        ({"slope": 3.0, "offset": "1"}, TypeError, "got '1' of type str"),
        ([3.0, 1.0], TypeError, r"state_dict\(\) gave, got \[3.0, 1.0\] of type list"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(state, error, says):
    module = Affine()
    with pytest.raises(error, match=says):
        module.load_state_dict(state)
    assert module.state_dict() == {"slope": 2.0, "offset": 1.0}


def test_a_state_leaves_gradients_alone():
    module = Affine()
    module.slope.grad = 3.0
    module.load_state_dict({"offset": 5, "slope": 4})
    assert (module.slope.grad, module.slope.data, module.offset.data) == (3.0, 4.0, 5.0)


def test_two_parameters_of_one_name_have_no_state():
    module = Module()
    module.by_key = {1: Value(1.0), "1": Value(2.0)}
    with pytest.raises(ValueError, match=r"two parameters are called 'by_key\.1'"):
        module.state_dict()


# copies and memory


@pytest.mark.parametrize("way", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
@pytest.mark.parametrize("activation", ["relu", "sigmoid", "gelu"])
def test_a_copy_computes_the_same_and_shares_nothing(way, activation):
    model = MLP(2, [3, 1], activation=activation)
    twin = way(model)
    assert repr(twin) == repr(model)
    assert twin([1.0, -2.0]).data == model([1.0, -2.0]).data
    assert not {id(p) for p in twin.parameters()} & {id(p) for p in model.parameters()}
    assert twin([1.0, -2.0]).scope.path[0] == "MLP"


def test_a_training_step_leaves_nothing_for_the_collector():
    model = MLP(2, [4, 1])
    gc.collect()
    gc.disable()
    try:
        for _ in range(3):
            model.zero_grad()
            loss = sum((1.0 - model([x, 1.0])).relu() for x in (0.5, -0.5)) + sum(
                p * p for p in model.parameters()
            )
            loss.backward()
            del loss
        assert gc.collect() == 0
        del model
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_with_parameters_wants_one_for_each():
    with pytest.raises(ValueError, match=r"has 3 parameter\(s\), got 2"):
        MLP(2, [1]).with_parameters([1.0, 2.0])
