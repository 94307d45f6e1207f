"""Unsearched: parameters in an object that a Module does not look into are named once."""

import collections
import copy
import dataclasses
import random
import threading
import types
import warnings

import numpy as np
import pytest

from microgradlike import Value, jit, nn
from microgradlike.nn.unsearched import OBJECTS, leaves_below


@dataclasses.dataclass
class Pair:
    left: object
    right: object = None


@dataclasses.dataclass(slots=True)
class Slotted:
    weights: object


class Plain:
    def __init__(self, *parts):
        self.parts = parts


def module_with(x):
    """A module of a class of its own, with `x` as its attribute `part`."""

    class Holder(nn.Module):
        def __init__(self):
            self.w = Value(1.0)
            self.part = x

    return Holder()


def module_like(module):
    """Another module of the same class, with a set of its own."""
    other = copy.copy(module)
    other.part = {Value(1.0)}
    return other


HIDING = {
    "set": lambda v: {v},
    "frozenset": lambda v: frozenset([v]),
    "deque": lambda v: collections.deque([v]),
    "Pair": lambda v: Pair(v),
    "Slotted": lambda v: Slotted([v]),
    "Plain": lambda v: Plain(0, Plain({"a": (v,)})),
    "SimpleNamespace": lambda v: types.SimpleNamespace(w=np.array([v])),
    "mappingproxy": lambda v: types.MappingProxyType({"w": v}),
    "dict_values": lambda v: {"w": v}.values(),
    "UserList": lambda v: collections.UserList([v]),
}


@pytest.mark.parametrize("kind", HIDING)
def test_a_leaf_in_another_container_is_named_with_its_attribute(kind):
    module = module_with(HIDING[kind](Value(1.0)))
    with pytest.warns(UserWarning, match=rf"Holder\.part holds 1 Value.* a {kind}\. Use a") as seen:
        assert module.parameters() == [module.w]
    assert seen[0].filename == __file__


@pytest.mark.parametrize("kind", HIDING)
def test_a_module_in_another_container_is_named_too(kind):
    with pytest.warns(UserWarning, match=r"Holder\.part holds 3 Value"):
        module_with(HIDING[kind](nn.Neuron(2))).parameters()


def test_a_set_within_a_list_or_a_module_is_named_by_its_path():
    with pytest.warns(UserWarning, match=r"Holder\.part\.1 holds 1 Value"):
        module_with([1.0, {Value(1.0)}]).parameters()
    with pytest.warns(UserWarning, match=r"Holder\.part\.part holds 1 Value"):
        module_with(module_with({Value(1.0)})).parameters()


def test_the_warning_comes_once_per_attribute_and_class():
    module = module_with({Value(1.0)})
    module.other = collections.deque([Value(2.0)])
    with pytest.warns(UserWarning, match="holds 1 Value") as seen:
        module.parameters()
    assert len(seen) == 2
    module.parameters()
    module.zero_grad()
    module_like(module).state_dict()


def test_fit_names_the_line_that_calls_it():
    module = module_with({Value(1.0)})
    type(module).__call__ = lambda self, x: self.w * x
    sgd = nn.SGD([module.w], lr=0.1)
    with pytest.warns(UserWarning, match="holds 1 Value") as seen:
        nn.fit(module, "mse", ([1.0], [1.0]), optimizer=sgd, epochs=1, progress=False)
    assert seen[0].filename == __file__


class Circle:
    def __init__(self):
        self.me = self


HARMLESS = {
    "numbers": {1.0, 2.0},
    "text": "text",
    "function": lambda x: x,
    "method": [].append,
    "class": nn.MLP,
    "module": random,
    "generator": random.Random(0),
    "lock": threading.Lock(),
    "array": np.zeros(3),
    "path": Pair(3.0, "a"),
    "circle": Circle(),
    "enum": types.SimpleNamespace(kind=int),
    "none": None,
    "result": {Value(1.0) * Value(2.0)},
    "iterator": iter([1.0]),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_an_attribute_without_parameters_is_no_matter(name):
    module = module_with(HARMLESS[name])
    assert module.parameters() == [module.w]


def test_an_object_that_holds_the_parameters_again_is_no_matter():
    module = module_with(None)
    module.optimizer = nn.SGD(module.parameters(), lr=0.1)
    module.best = Plain(module.parameters())
    module.everything = Plain(module)
    assert module.parameters() == [module.w]


def test_the_values_of_a_jit_function_are_its_own():
    other = Value(3.0)
    compiled = jit(lambda x: other * x)
    compiled(2.0)
    assert len(module_with(compiled).parameters()) == 1


def test_a_class_that_gives_its_parameters_itself_is_not_questioned():
    class Own(nn.Module):
        def __init__(self):
            self.ws = {Value(1.0)}

        def parameters(self):
            return list(self.ws)

    assert len(Own().parameters()) == 1
    assert len(module_with(Own()).parameters()) == 2
    assert len(module_with(Plain(Own())).parameters()) == 1


def test_a_large_object_is_looked_into_up_to_a_limit():
    many = {i: Plain(i) for i in range(10 * OBJECTS)}
    many[-1] = Value(1.0)
    assert len(list(leaves_below([many, Value(2.0)]))) <= 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert len(module_with(Plain(many)).parameters()) == 1
