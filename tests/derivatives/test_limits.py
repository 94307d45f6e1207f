"""Derivatives of long chains, in little memory, and in several threads at once."""

import contextlib
import gc
import sys
import threading

import pytest

from microgradlike import (
    Dual,
    Value,
    derivative,
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jvp,
    nn,
    ops,
    value_and_grad,
    vjp,
)

LONG = 100_000


@pytest.fixture
def shallow():
    """Few frames: what recurs per node fails."""
    limit = sys.getrecursionlimit()
    frame, depth = sys._getframe(), 0
    while frame is not None:
        frame, depth = frame.f_back, depth + 1
    sys.setrecursionlimit(depth + 120)
    yield
    sys.setrecursionlimit(limit)


def chain(x, length=LONG):
    y = x
    for _ in range(length):
        y = y + 1.0
    return y


def curved(x, length=LONG // 2):
    """Its gradient is a chain as well, as each partial depends on x: 2x, the long way."""
    y = x
    for _ in range(length):
        y = y.relu()
    return y * y


def by_graph(x):
    v = Value(x)
    (slope,) = gradients(curved(v), [v])
    slope.backward()
    return v.grad


@pytest.mark.parametrize(
    ("take", "want"),
    [
        (lambda: grad(chain)(1.0), 1.0),
        (lambda: grad(lambda x: chain(x) * Value(3.0))(Value(1.0)).data, 3.0),
        (lambda: jvp(chain, (1.0,), (1.0,))[1], 1.0),
        (lambda: vjp(chain, 1.0)[1](1.0)[0], 1.0),
        (lambda: jacobian(lambda x: [chain(x), x])(1.0)[0], 1.0),
        (lambda: by_graph(1.0), 2.0),
        (lambda: hvp(curved, (1.0,), (1.0,))[0], 2.0),
    ],
    ids=["grad", "grad of a Value", "jvp", "vjp", "jacobian", "gradients", "hvp"],
)
def test_a_chain_of_a_hundred_thousand_nodes_needs_no_recursion(take, want, shallow):
    assert take() == want


@pytest.mark.parametrize("inner", [grad, derivative], ids=lambda d: d.__name__)
@pytest.mark.parametrize("outer", [grad, derivative, jacobian, hessian], ids=lambda d: d.__name__)
def test_nor_do_derivatives_of_derivatives(outer, inner, shallow):
    of_curve = outer(inner(lambda x: curved(x, 1000) * x))(2.0)  # x³
    assert of_curve == (6.0 if outer is hessian else 12.0)


# memory


def alive():
    return sum(type(x) in (Value, Dual) for x in gc.get_objects())


def short(x):
    return ops.sin(x * x) * x


W = Value(2.0)
MODEL = nn.MLP(2, [2, 1], activation="tanh")
USES = {
    "grad": lambda: grad(short)(1.5),
    "grad by a closed-over Value": lambda: grad(lambda x: short(x) * W)(1.5),
    "grad of a Module": lambda: grad(lambda m: m([1.0, 2.0]))(MODEL),
    "value_and_grad": lambda: value_and_grad(short)(1.5),
    "jacobian": lambda: jacobian(lambda x: [short(x)] * 3)(1.5),
    "hessian": lambda: hessian(lambda x: short(x[0]) * x[1])([1.5, 2.0]),
    "jvp": lambda: jvp(short, (1.5,), (1.0,)),
    "vjp": lambda: [vjp(short, 1.5)[1](u) for u in (1.0, 2.0)],
    "hvp": lambda: hvp(short, (1.5,), (1.0,)),
    "derivative": lambda: derivative(derivative(short))(1.5),
    "nested": lambda: grad(lambda x: derivative(grad(short))(x))(1.5),
    "gradients": lambda: gradients(short(W), [W]),
    "closure": lambda: derivative(lambda x: lambda y: short(x) * y)(1.5)(2.0),
}


@pytest.mark.parametrize("name", USES)
def test_without_the_garbage_collector_everything_is_freed(name):
    use = USES[name]
    use()  # fills caches that are made once, such as that of attributes
    gc.collect()
    gc.disable()
    try:
        before = alive()
        for _ in range(3):
            use()
        assert alive() == before
    finally:
        gc.enable()


def test_after_an_error_in_f_everything_is_freed():
    def f(x):
        y = x * x
        if y > 0:
            raise LookupError("no table here")
        return y

    def use():
        for take in (grad(f), derivative(f), lambda x: vjp(f, x)):
            with contextlib.suppress(LookupError):
                take(2.0)

    use()
    gc.collect()
    gc.disable()
    try:
        before = alive()
        use()
        assert alive() == before
    finally:
        gc.enable()


# threads


def in_threads(tasks):
    """Every task in a thread of its own, with more switches between them than usual."""
    threads = [threading.Thread(target=task) for task in tasks]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)


def test_threads_do_not_see_one_anothers_derivatives():
    """More switches than usual; each thread's functions have a slope of their own."""
    wrong, together = [], threading.Barrier(4)

    def work(k):
        w = Value(float(k))

        def f(x):
            return x * x * x * float(k)

        together.wait()
        for _ in range(600):
            found = [
                grad(grad(f))(2.0),
                derivative(grad(f))(2.0),
                jvp(derivative(f), (2.0,), (1.0,))[1],
                hessian(f)(2.0),
                hvp(f, (2.0,), (1.0,))[0],
                grad(lambda x: x * w)(2.0),
            ]
            types = [type(x) for x in found]
            numbers = [*found[:-1], found[-1].data]
            if types != [float] * 5 + [Value] or numbers != [12.0 * k] * 5 + [k]:
                wrong.append((k, found))
                break

    in_threads([lambda k=k: work(k) for k in range(1, 5)])
    assert wrong == []


def test_one_pull_may_be_called_by_several_threads_at_once():
    def f(x):
        y = x
        for _ in range(30):
            y = ops.sin(y) * x + x
        return y

    _, pull = vjp(f, 0.5)
    (want,) = pull(1.0)
    wrong = []

    def work(u):
        for _ in range(100):
            (found,) = pull(u)
            if found != u * want:
                wrong.append((u, found))

    # powers of two scale exactly
    in_threads([lambda u=u: work(u) for u in (1.0, 2.0, 4.0, 8.0)])
    assert wrong == []


def test_a_derivative_in_one_thread_goes_on_in_another():
    """The outer function starts a thread for each inner derivative, and waits for it."""

    def f(x):
        found = []
        threads = [
            threading.Thread(target=lambda k=k: found.append(grad(lambda y: x * y**k)(1.0)))
            for k in (1, 2, 3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return found[0] * found[1] * found[2]  # x · 2x · 3x, in whatever order

    assert grad(f)(2.0) == 72.0
    assert derivative(f)(2.0) == 72.0
