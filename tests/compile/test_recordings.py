"""The recordings of a jit function: made once for a structure, kept while they are in use."""

import random
import threading

import numpy as np
import pytest

from microgradlike import TraceError, Value, gradients, jit, nn
from microgradlike.compile import jitted, recordings
from microgradlike.compile.recordings import CACHE_SIZE


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


# Values made while a function is recorded

BACKENDS = ["python", "numpy", "llvm"]


class Lazy(nn.Module):
    """A layer whose parameters are made by its first call."""

    def __init__(self, make):
        self.made, self.make = None, make

    def __call__(self, x):
        if self.made is None:
            self.made = self.make()
        return self.made(x) if callable(self.made) else self.made * x


LAZY = {
    "leaf": lambda: Value(0.5),
    "layer": lambda: nn.Neuron(1, nonlin=False, rng=random.Random(0)),
    "result": lambda: W * 3.0,
}
W = Value(2.0)


@pytest.mark.parametrize("make", LAZY.values(), ids=LAZY)
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_parameter_made_by_the_first_call_trains(make, backend):
    W.data, W.grad = 2.0, 0.0
    eager, lazy = Lazy(make), Lazy(make)
    f = jit(lambda x: lazy([x] if make is LAZY["layer"] else x) ** 2, backend=backend)
    for _ in range(3):
        W.grad = 0.0
        y = eager([3.0] if make is LAZY["layer"] else 3.0) ** 2
        y.backward()
        wanted, W.grad = [W.grad, *(p.grad for p in eager.parameters())], 0.0
        assert f.backward(3.0) == pytest.approx(y.data, rel=1e-15)
        assert [W.grad, *(p.grad for p in lazy.parameters())] == pytest.approx(wanted, rel=1e-15)
        for p, q in zip(eager.parameters(), lazy.parameters(), strict=True):
            p.data = q.data = q.data - 0.01 * q.grad
            p.grad = q.grad = 0.0
        W.data -= 0.25  # a result that is kept does not follow it, as in eager code


def test_a_parameter_made_in_a_call_that_fails_trains_too():
    made = []

    @jit
    def f(x):
        if not made:
            made.append(Value(2.0))
            return made[0] * float(x)
        return made[0] * x

    with pytest.raises(TraceError):
        f(3.0)
    assert f.backward(3.0) == 6.0
    assert made[0].grad == 3.0


def test_values_that_die_with_the_call_cost_no_second_recording():
    calls = []

    @jit
    def f(x):
        calls.append(1)
        total = Value(0.0)
        for _ in range(3):
            total = total + W * 2
        return total * x

    f(1.0)
    assert calls == [1]


def test_a_value_that_is_kept_and_not_used_again_changes_nothing():
    kept = []

    @jit
    def f(x):
        kept.append(W * 2)
        return kept[-1] * x

    W.data = 2.0
    assert f(1.0) == 4.0
    W.data = 3.0
    assert f(1.0) == 6.0
    assert len(kept) == 2


@pytest.mark.parametrize("nested", [list, tuple, lambda ys: dict(enumerate(ys))])
def test_a_value_that_is_a_result_only_is_not_kept(nested):
    calls = []

    @jit(backend="python")
    def f(x):
        calls.append(1)
        return nested([W * x, Value(2.0)])

    W.data = 2.0
    assert f(3.0) == nested([6.0, 2.0])
    assert calls == [1]


def test_a_value_in_a_result_that_the_function_keeps_is_found_by_its_next_call():
    made = []

    @jit(backend="python")
    def f(x):
        if not made:
            made.append(Value(2.0))
        made[0] * x
        return made

    assert f(3.0) == [2.0]
    made[0].data = 5.0
    assert f(3.0) == [5.0]


def test_a_new_parameter_at_each_call_is_refused():
    made = []

    def f(x):
        made.append(Value(1.0))
        return sum(made) * x

    with pytest.raises(TraceError, match=r"each call makes a Value .* before the first call"):
        jit(f)(1.0)
    made.clear()
    assert [jit(f, backend="eager")(1.0) for _ in range(3)] == [1.0, 2.0, 3.0]


def test_an_error_half_way_through_a_recording_leaves_nothing_behind():
    fails = [True]

    @jit
    def f(x):
        y = x * W
        if fails[0]:
            raise KeyError("mine")
        return y

    W.data, W.grad = 2.0, 0.0
    with pytest.raises(KeyError):
        f.backward(3.0)
    fails[0] = False
    assert (gradients(W * W, [W])[0].data, (W > 1), f.backward(3.0), W.grad) == (4, True, 6, 3)


def test_a_function_that_calls_itself_is_recorded_whole():
    @jit
    def power(x, n=5.0):
        return x if n == 1.0 else x * power(x, n - 1.0)

    with pytest.raises(TraceError, match="x == y"):
        power(2.0, 3.0)  # n is a number of the program
    assert power(2.0) == 32.0


def test_threads_that_record_at_once_make_one_recording():
    recorded, answers = [], []

    @jit
    def f(x):
        recorded.append(1)
        return x * W

    def call():
        answers.append(f(3.0))

    W.data = 2.0
    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [6.0] * 8
    assert recorded == [1]


def test_a_recording_with_a_shorter_way_outlives_many_other_structures(monkeypatch):
    monkeypatch.setattr(jitted, "HOT", 1)
    scale = 2.0
    f = jit(lambda xs: scale * xs[0])
    for _ in range(3):
        f([1.0])
    scale = 3.0
    for n in range(2, 2 * CACHE_SIZE):
        f([1.0] * n)
    assert [f([1.0]), f([1]), f.backward([1.0]), f(np.ones(1))] == [2.0, 2.0, 2.0, 3.0]
    assert len(f._recordings) == CACHE_SIZE


def test_a_call_is_prepared_once_and_tried_a_few_times(monkeypatch):
    made = []

    class Counted(recordings.PreparedCall):
        def __init__(self, *args):
            made.append(args)
            super().__init__(*args)

    monkeypatch.setattr(recordings, "PreparedCall", Counted)
    f = jit(lambda x: x["a"] * 2.0)  # a dict is nothing that a prepared call reads
    assert [f({"a": float(i)}) for i in range(20)] == [2.0 * i for i in range(20)]
    assert len(made) == recordings.TRIES
    made.clear()
    first = jit(lambda xs: xs[0])
    for _ in range(3):  # more structures than are tried, each prepared again when it comes back
        for n in range(1, 2 * recordings.PREPARED):
            assert first([float(n)] * n) == n
    assert len(made) == 2 * recordings.PREPARED - 1
