"""Prepared calls: the same results, warnings and errors as without them."""

import threading

import numpy as np
import pytest

from microgradlike import IndeterminateWarning, Value, grad, indeterminate, jit, value_and_grad
from microgradlike.compile import recordings
from microgradlike.compile.jitted import Jitted
from tests.bits import outcome, same_bits

A = np.array([0.5, -2.0, 3.0])
SHARED = [
    (1.5,),
    (2,),
    (True,),
    (None,),
    ([0.5, -2.0, 3.0],),
    ((0.5, 2, 3.0),),
    (A,),
    (A[::-1],),
    (A.astype(np.float32),),
    (np.array(2.0),),
    (np.arange(6.0).reshape(2, 3),),
    ([1.0, 2.0, 3.0, 4.0],),
    ([True, 2.0],),
    ([[1.0], [2.0]],),
    ({"x": 3.0},),
    (np.float64(0.5),),
    (1 << 70,),
]
ROWS = [
    np.arange(8.0).reshape(4, 2),
    np.arange(6).reshape(3, 2),
    [[1.0, 2.0], [3, 4.0]],
    [(1.0, 2.0), (3.0, 4.0)],
    ([1.0, 2.0], [3.0, 4.0]),
    [[True, 2.0], [3.0, 4.0]],
    [[1.0, 2.0, 5.0], [3.0, 4.0, 6.0]],
    [1.0, 2.0, 3],
    np.arange(3.0),
    {"a": [1.0, 2.0]},
]


def numbers_in(x):
    if x is None or isinstance(x, (bool, str)):
        return [1.0]
    if isinstance(x, dict):
        return list(x.values())
    if isinstance(x, (list, tuple)):
        return [number for part in x for number in numbers_in(part)]
    return list(x.flat) if isinstance(x, np.ndarray) else [x]


def results(x, w=2.0):
    total = sum(y * y * w for y in numbers_in(x))
    return {"total": total, "all": [total, (total + 1,)]}


@pytest.fixture
def without(monkeypatch):
    """A function that runs another one without prepared calls."""

    def run(f, *args, **kwargs):
        with monkeypatch.context() as patch:
            patch.setattr(recordings, "enabled", False)
            return f(*args, **kwargs)

    return run


def compared(make, calls, without):
    """Call two equal functions with each of the arguments, three times in turn."""
    with_it, long_way = make(), make()
    for _ in range(3):
        for args in calls:
            assert same_bits(outcome(with_it, *args), without(outcome, long_way, *args)), args


@pytest.mark.parametrize("backend", ["python", "numpy", "llvm"])
def test_results_and_errors_are_those_of_the_long_way(backend, without):
    compared(lambda: jit(results, backend=backend), SHARED, without)
    compared(lambda: jit(results, backend=backend), [(*args, 3.0) for args in SHARED[:8]], without)


@pytest.mark.parametrize("reduce", ["mean", "sum", None])
def test_batches_are_those_of_the_long_way(reduce, without):
    one = [(x,) for x in ROWS]
    compared(lambda: jit(results, batch=0, reduce=reduce), one, without)
    two = [(x, np.arange(float(n))) for x in ROWS[:5] for n in (0, 2, 3, 4)]
    compared(lambda: jit(results, batch=(0, 1), reduce=reduce), two, without)
    compared(lambda: jit(results, batch=0), [([],), (np.empty((0, 2)),), (A, 1.0), (A,)], without)


def test_results_nest_as_the_function_nests_them(without):
    for f in (
        lambda x: x.sum(),
        lambda x: (x.sum(), x * 2),
        lambda x: [x, (x[0], x.sum()), {"x": x}],
        lambda x: ((x[0] * 1.0).sum(), np.array(x.sum() * 2)),
        lambda x: (),
    ):
        compared(lambda f=f: jit(f), [(A,), (np.ones((2, 2)),)], without)


def test_each_result_is_an_array_of_its_own():
    f = jit(value_and_grad(lambda x: (x * x).sum()))
    first, second = (f(A)[1] for _ in range(2))
    first[:] = 0.0
    assert second.tolist() == (2 * A).tolist()
    assert second.flags.owndata


def test_a_prepared_call_is_forgotten_with_its_recording():
    scale = 2.0
    f = jit(lambda x: scale * x)
    assert [f(1.0), f(1.0)] == [2.0, 2.0]
    scale = 3.0
    f.clear()
    assert [f(1.0), f(1.0)] == [3.0, 3.0]


def test_a_recording_that_another_thread_has_forgotten_is_not_prepared(monkeypatch):
    f = jit(lambda x: 2.0 * x)
    run = Jitted._run

    def run_and_clear(self, *args):
        found = run(self, *args)
        f.clear()
        return found

    monkeypatch.setattr(Jitted, "_run", run_and_clear)
    assert f(1.0) == 2.0
    assert f._recordings.calls[False] == ()


def test_few_structures_are_prepared():
    f = jit(lambda x: sum(x))
    for n in range(1, 10):
        assert [f([1.0] * n), f([1.0] * n)] == [n, n]
    assert len(f._recordings.calls[False]) == recordings.PREPARED


def test_a_call_within_a_derivative_or_a_recording_takes_the_long_way():
    f = jit(lambda x: x * x)
    assert [f(3.0), f(3.0)] == [9.0, 9.0]
    assert grad(lambda x: f(x) + f(3.0) * x)(2.0) == 13.0
    assert jit(lambda x: f(x) + f(3.0))(2.0) == 13.0
    v = Value(2.0)
    assert jit(lambda x: f(3.0) * x)(v).data == 18.0


def test_values_are_read_at_each_call():
    w = Value(2.0)
    for f in (jit(lambda: w * w), jit(lambda x: w * x)):
        args = [3.0] if f._recordings is not None and f.f.__code__.co_argcount else []
        f(*args)
        w.data = 5.0
        assert f(*args) == (15.0 if args else 25.0)
        w.data = 2.0


@pytest.mark.parametrize("policy", ["warn", "zero", "nan", "raise"])
def test_indeterminate_products_are_settled_in_the_same_way(policy, without):
    def call(f, *args):
        with indeterminate(policy):
            return f(*args)

    f, g = (jit(value_and_grad(lambda x: 1 / (1 / x))) for _ in range(2))
    for x in (2.0, 0.0, 0.0):
        assert same_bits(outcome(call, f, x), without(outcome, call, g, x))


def test_an_indeterminate_product_is_reported_at_the_caller():
    f = jit(grad(lambda x: 1 / (1 / x)))
    f(2.0), f(2.0)
    with pytest.warns(IndeterminateWarning) as caught:
        f(0.0)
    assert caught[0].filename == __file__


def losses():
    w, b = Value(2.0, "w"), Value(-1.0, "b")
    return jit(lambda x, y: (w * x + b - y) ** 2, batch=(0, 1)), (w, b)


@pytest.mark.parametrize("upstream", [1.0, -0.5, 0.0])
def test_backward_adds_the_same_gradients(upstream, without):
    (f, with_it), (g, long_way) = losses(), losses()
    for rows in (A, A.tolist(), A, [1, 2.0], A[:2], A.tolist()):
        found = outcome(f.backward, rows, rows, upstream=upstream)
        assert same_bits(found, without(outcome, g.backward, rows, rows, upstream=upstream))
        states = [[(v.grad, v.reached) for v in values] for values in (with_it, long_way)]
        assert same_bits(*states)


def test_backward_of_a_value_among_the_arguments_takes_the_long_way():
    w = Value(3.0)
    f = jit(lambda a, b: a * b * w)
    for _ in range(2):
        v = Value(2.0)
        assert f.backward(v, v) == 12.0
        assert v.grad == 12.0
    assert [f.backward(2.0, 2.0) for _ in range(2)] == [12.0, 12.0]
    assert w.grad == 16.0


def test_gradients_of_results_are_passed_on():
    w = Value(3.0)
    square = w * w
    f = jit(lambda x: square * x + w)
    for k in range(1, 4):
        assert f.backward(2.0) == 21.0
        assert w.grad == 13.0 * k


def test_threads_share_a_prepared_call():
    f = jit(value_and_grad(lambda x: (x * x).sum()))
    f(A)
    wrong = []

    def work(k):
        x = A + k
        for _ in range(200):
            y, g = f(x)
            if y != float(np.sum(x * x)) and g.tolist() != (2 * x).tolist():
                wrong.append(k)

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_split_and_reduce_hold_for_prepared_calls(without):
    f, g = (jit(lambda x: x.exp(), batch=0) for _ in range(2))
    x = np.linspace(-1, 1, 100)
    for split in (None, 7, 16):
        f.split = g.split = split
        assert same_bits(f(x), without(g, x))
