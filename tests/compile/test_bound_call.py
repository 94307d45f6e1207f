"""Bound calls: the same results, warnings and errors as from the longer ways."""

import numpy as np
import pytest

from microgradlike import Value, indeterminate, jit, unary, value_and_grad
from microgradlike.compile import bound_call
from tests.bits import outcome, same_bits

pytest.importorskip("llvmlite")
ROOT = unary("root_in_the_bound_tests", lambda x: x**0.5, lambda y, x: 0.5 / y)
RNG = np.random.default_rng(0)
W, X, Y = RNG.normal(size=(2, 2)), RNG.normal(size=(19, 2)), RNG.normal(size=19)


def loss(w, x, y):
    return ((w @ x).sum() - y) ** 2


@pytest.fixture
def pair(monkeypatch):
    """A maker of two equal functions after a call, the second without bound calls."""

    def made(make, *args, method="__call__"):
        found = []
        for enabled in (True, False):
            monkeypatch.setattr(bound_call, "enabled", enabled)
            f = make()
            outcome(getattr(f, method), *args)
            found.append(f)
        return found

    return made


def bound(f, gradient=False):
    (call,) = f._recordings.calls[gradient]
    return call.bound


def assert_same(pair, *args):
    f, g = pair
    assert same_bits(outcome(f, *args), outcome(g, *args)), args


@pytest.mark.parametrize("reduce", ["mean", "sum"])
@pytest.mark.parametrize("count", [1, 8, 19])
def test_results_and_errors_are_those_of_the_longer_ways(pair, reduce, count):
    def make():
        return jit(value_and_grad(loss), batch=(1, 2), reduce=reduce, backend="llvm")

    both = pair(make, W, X[:count], Y[:count])
    assert bound(both[0]) is not None
    assert bound(both[1]) is None
    for w, x, y in (
        (W, X, Y),
        (W.T, X[::-1], Y[::-1]),
        (W, X.tolist(), Y),
        (W.astype(np.float32), X, Y),
        (W, X[:7], Y),
        (W, np.asfortranarray(X), Y),
        (W * np.inf, X, Y),
        (W * 1e160, X, Y),
        (W * np.nan, X, Y),
    ):
        assert_same(both, w, x[:count], y[:count])
    assert_same(both, W, X)
    assert_same(both, W, X, Y, 1.0)


def test_each_result_is_an_array_of_its_own():
    f = jit(lambda x: x * 2, batch=0, reduce="sum", backend="llvm")
    first, second = f(X), f(X)
    assert bound(f) is not None
    second[:] = 0.0
    assert same_bits(f(X), first)


def test_gradients_are_added_as_before(pair):
    values = [Value(0.5), Value(-2.0)]

    def make():
        return jit(lambda x, y: loss(np.array([values]), x, y), batch=(0, 1), backend="llvm")

    states = []
    for f in pair(make, X, Y, method="backward"):
        for v in values:
            v.grad, v.data = 0.0, 0.25
        states.append([f.backward(X, Y), f.backward(X * 2, Y, upstream=-0.5)])
        states[-1] += [v.grad for v in values]
        assert (bound(f, gradient=True) is None) == (len(states) == 2)
    assert same_bits(*states)


@pytest.mark.parametrize("policy", ["warn", "zero", "nan", "raise"])
def test_indeterminate_products_are_settled_in_the_same_way(pair, policy):
    both = pair(lambda: jit(value_and_grad(lambda x: 1 / (1 / x)), batch=0, backend="llvm"), Y)
    assert bound(both[0]) is not None
    with indeterminate(policy):
        assert_same(both, np.where(Y > 0, Y, 0.0))


def test_the_rows_of_a_shard_can_become_fewer(pair):
    both = f, g = pair(lambda: jit(lambda x: x.exp(), batch=0, backend="llvm"), Y)
    for split in (7, 30, None):
        f.split = g.split = split
        assert_same(both, Y)


def test_a_call_during_another_one_has_arrays_of_its_own():
    f = jit(lambda x: x.exp(), batch=0, backend="llvm")
    want = f(Y)
    with bound(f)._lock:
        assert f(Y) == want
        assert bound(f).sums((Y,), 19.0) is None
    assert bound(f).sums((Y,), 19.0)[0] == want


@pytest.mark.parametrize(
    ("f", "x", "options"),
    [
        (lambda x: ROOT(x), np.abs(Y), {}),
        (lambda x: x[0, 0], X.reshape(-1, 1, 2), {}),
        (lambda x: x, Y.tolist(), {}),
        (lambda x: x, Y, {"backend": "numpy"}),
        (lambda x: x, Y, {"reduce": None}),
        (lambda x: x, Y, {"split": 1}),
        (lambda x: (), Y, {}),
    ],
)
def test_functions_without_a_bound_call(pair, f, x, options):
    def make():
        return jit(f, batch=0, **{"backend": "llvm"} | options)

    both = pair(make, x)
    assert bound(both[0]) is None or "split" in options
    assert_same(both, x)
