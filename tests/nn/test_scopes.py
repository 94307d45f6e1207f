"""Module: each call has a Scope."""

import inspect
import threading

import pytest

from microgradlike import Value
from microgradlike.graph import topological
from microgradlike.nn import MLP, Module, Neuron
from microgradlike.scope import current
from tests.nn.test_module import Affine, Chain


def paths(y):
    return [v.scope.path if v.scope else () for v in topological(y) if v.op is not None]


def test_one_call_is_one_scope():
    neuron = Neuron(3)
    y, z = neuron([1.0, 2.0, 3.0]), neuron([1.0, 2.0, 3.0])
    assert len({id(v.scope) for v in topological(y) if v.op}) == 1
    assert y.scope is not z.scope
    assert y.scope.owner is neuron


def test_scopes_nest_as_the_calls_do():
    model = MLP(1, [2, 1])
    y = model([1.0])
    assert y.scope.path == ("MLP", "layers.1", "neurons.0")
    assert {path[:2] for path in paths(y)} == {("MLP", "layers.0"), ("MLP", "layers.1")}
    assert current.get() is None


def test_a_call_by_super_is_the_same_call():
    class Louder(Affine):
        def __call__(self, x):
            return super().__call__(x) * 2.0

    assert paths(Louder()(1.0)) == [("Louder",)] * 3


def test_a_module_that_calls_itself_is_called_again():
    class Countdown(Module):
        def __call__(self, x, n):
            return self(x * 2.0, n - 1) if n else x + 1.0

    assert Countdown()(Value(1.0), 2).scope.path == ("Countdown",) * 3


def test_an_inherited_call_has_a_scope():
    class Quiet(Affine):
        pass

    assert Quiet()(1.0).scope.path == ("Quiet",)


def test_an_error_restores_the_scope():
    class Broken(Module):
        def __call__(self, x):
            raise RuntimeError(x)

    with pytest.raises(RuntimeError, match="gone"):
        Chain(Broken())("gone")
    assert current.get() is None


def test_a_stranger_is_named_by_its_class():
    class Maker(Module):
        def __call__(self, x):
            return Affine()(x)

    assert Maker()(1.0).scope.path == ("Maker", "Affine")


def test_name_of_knows_modules_directly_below():
    model = MLP(2, [2, 1])
    assert model.name_of(model.layers[1]) == "layers.1"
    assert model.name_of(model.layers[1].neurons[0]) is None
    assert model.name_of(Affine()) is None


def test_threads_do_not_mix_scopes():
    meet = threading.Barrier(2)
    found = {}

    class Slow(Module):
        def __call__(self, x):
            meet.wait(timeout=10)
            y = x * 2.0
            meet.wait(timeout=10)
            return y

    def run(name):
        module = Slow()
        found[name] = module(Value(1.0)).scope.owner is module

    threads = [threading.Thread(target=run, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {"a": True, "b": True}


def test_a_call_keeps_its_signature_and_docstring():
    assert str(inspect.signature(Affine.__call__)) == "(self, x, *, twice=False)"
    assert Affine.__call__.__doc__ == "slope × x + offset, once or twice"
    assert Affine()(1.0, twice=True).data == 6.0
