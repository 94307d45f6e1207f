"""Graphs are freed one node after the other, also where CPython's trashcan does not hold."""

import json

import pytest

from microgradlike import Value, __compiled__, compat, freeing
from microgradlike.freeing import deleter
from tests.pyodide import pyodide

__all__ = ["pyodide"]

DEEP = """
import gc, json
from microgradlike import Value, compat, gradients, grad, jit, jvp
from viz import explain

def chain(x, count=1_000_000):
    for _ in range(count):
        x = x + 1.0
    return x

def wide(x):
    return sum(x * 1.0 for _ in range(500_000))

def shared(x):
    for _ in range(500_000):
        x = (x * 0.5 + x) * 0.5
    return x

def by_hand(x):
    for _ in range(50_000):
        x = plus_one(x)
    return x

def plus_one(x):
    y = compat.Value(x.data + 1, (x,), "plus one")
    def push():
        x.grad += y.grad
    y._backward = push
    return y

class Kept(Value):
    pass

def kept(x):
    for _ in range(50_000):
        y = Kept(1.0)
        y.past, x = x, y
    return x

found = []
for make in chain, wide, shared:
    x = Value(1.0, "x")
    y = make(x)
    y.backward()
    found.append(x.grad)
    del y
y = by_hand(x := compat.Value(1.0)); y.backward(); found.append(x.grad)
y = kept(x); y = None
y = chain(x := Value(1.0, "x"), 50_000); (slope,) = gradients(y, [x]); found.append(slope.data)
slope = explain(y, x) and None
y = None
found += [grad(chain)(1.0, 50_000), jvp(lambda x: chain(x, 50_000), (1.0,), (1.0,))[1]]
f = jit(lambda x: chain(x, 50_000), backend="python")
found.append(f(1.0)); f.clear(); gc.collect()
print(json.dumps(found))
"""


@pytest.mark.looks
def test_a_million_nodes_are_freed_in_pyodide(pyodide):
    chain, wide, shared, by_hand, slope, *functions = json.loads(pyodide(DEEP))
    assert (chain, wide, by_hand, slope, functions) == (1, 500_000, 1, 1, [1, 1, 50_001])
    assert 0 <= shared < 1e-300


def chain_of(kind):
    x = None
    for _ in range(1000):
        x = kind(x, (x, x))
    return x


@pytest.mark.parametrize("keep", [("above", "below"), ("above",)])
def test_only_the_outermost_deletion_empties_the_list(keep):
    """All references wait in the list, so no deallocator calls another one."""

    class Counted:
        def __init__(self, above, below):
            self.above, self.below = above, below

        def __del__(self):
            outermost.append(not freeing._emptying[0])
            free(self)

    free, outermost = deleter(*keep), []
    x = chain_of(Counted)
    del x
    assert (len(outermost), sum(outermost), freeing._waiting) == (1000, 1, [])


def test_an_interrupted_deletion_is_finished_by_the_next_one():
    class Node:
        __slots__ = ("above",)
        __del__ = deleter("above")

    x, y, z = Node(), Node(), Node()
    x.above = y.above = z.above = None
    freeing._waiting.append(x)
    del x, y
    assert freeing._waiting == []
    assert freeing._emptying == [False]


@pytest.mark.filterwarnings("error")
def test_an_object_whose_constructor_raised_is_deleted_in_silence():
    class Node:
        __slots__ = ("above",)
        __del__ = deleter("above")

    Node()  # Value("x") raises, and leaves a Value without links
    assert freeing._waiting == []


@pytest.mark.skipif(__compiled__, reason="a compiled class frees itself")
@pytest.mark.parametrize("kind", [Value, compat.Value])
def test_a_graph_of_values_with_the_deleter_has_the_same_gradients(kind, monkeypatch):
    def gradient():
        x = y = kind(0.5)
        for _ in range(5000):
            y = (y * x).clip(x, 2.0) + 0.25
        y.backward()
        below = y.operands[0]
        del y
        return x.grad, below.op.name, below.operands[1:]

    want = gradient()
    monkeypatch.setattr(freeing, "NEEDED", True)
    freeing.free_in_turn(Value, "_a", "_b")
    try:
        assert repr(gradient()) == repr(want)
    finally:
        del Value.__del__
    assert freeing._waiting == []
