"""The recordings of a jit function: made once for a structure, kept while they are in use."""

import numpy as np

from microgradlike import Value, jit
from microgradlike.compile.jitted import CACHE_SIZE


def test_the_recording_that_was_used_longest_ago_is_made_anew():
    recorded = []

    @jit
    def total(xs):
        recorded.append(len(xs))
        return sum(xs)

    for n in range(1, CACHE_SIZE + 1):
        assert total([1.0] * n) == n
    assert recorded == list(range(1, CACHE_SIZE + 1))
    total([1.0])  # used again, so that 2 is now the oldest
    total([1.0] * (CACHE_SIZE + 1))
    recorded.clear()
    total([1.0])
    total([1.0] * 3)
    assert recorded == []
    total([1.0] * 2)
    assert recorded == [2]


def test_a_gradient_is_by_the_values_of_this_call():
    f = jit(lambda a, b: a * a * b)
    a, b = Value(2.0), Value(3.0)
    assert f.backward(a, 3.0) == f.backward(2.0, b) == 12.0
    assert (a.grad, b.grad) == (12.0, 4.0)
    f.backward(a, b)
    assert (a.grad, b.grad) == (24.0, 8.0)


def test_arguments_of_another_form_are_recorded_by_themselves():
    last_of_first = jit(lambda x: x[0][-1])
    square, row = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 2.0, 3.0, 4.0]])
    assert [last_of_first(x) for x in (square, row, square)] == [2.0, 4.0, 2.0]
    each = jit(lambda x: x[0][-1], batch=0)
    assert [each(np.stack([x, x])) for x in (square, row, square)] == [2.0, 4.0, 2.0]


def test_keywords_are_told_apart_by_their_names():
    f = jit(lambda x, *, a=1.0, b=2.0: x * a - b)
    assert [f(3.0, a=5.0), f(3.0, b=5.0), f(3.0), f(3.0, b=5.0, a=7.0)] == [13.0, -2.0, 1.0, 16.0]


def test_the_parts_of_a_batch_are_told_apart_by_their_names():
    f = jit(lambda d: d["a"] - 2 * d["b"], batch=0)
    one, other = np.array([1.0, 2.0]), np.array([10.0, 20.0])
    assert f({"a": one, "b": other}) == 1.5 - 30.0
    assert f({"b": one, "a": other}) == 15.0 - 3.0


def test_a_value_after_an_array_gets_its_own_gradient():
    f = jit(lambda xs, v, y: xs[0] * v + xs[1] * y)
    for xs in (np.array([2.0, 3.0]), [2.0, 3.0], np.array([2, 3])):
        v = Value(5.0)
        assert f.backward(xs, v, 7.0) == 31.0
        assert v.grad == 2.0
    w = Value(5.0)
    assert f.backward(np.array([2.0, 3.0]), 5.0, w) == 25.0
    assert w.grad == 3.0
