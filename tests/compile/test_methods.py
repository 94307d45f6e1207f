"""Jit on a method: it binds, and each instance has its own Values and recordings."""

import gc
import inspect
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from microgradlike import TraceError, Value, grad, jit, nn, value_and_grad


class Line:
    """A class that knows nothing of Modules."""

    recorded = 0

    def __init__(self, slope):
        self.slope = Value(slope)
        self.shift = 1.0

    @jit
    def at(self, x, *, times=1.0):
        """The line at x."""
        type(self).recorded += 1
        return (self.slope * x + self.shift) * times

    @jit(batch=0, reduce="sum")
    def loss(self, x, y=0.0):
        return (self.slope * x - y) ** 2

    @jit
    @staticmethod
    def twice(x):
        return 2 * x

    largest = jit(max)


class Net(nn.Module):
    def __init__(self, w):
        self.w = Value(w)

    @jit
    def __call__(self, x):
        return self.w * x


class Deeper(Net):
    @jit
    def __call__(self, x):
        return super().__call__(x) + 1.0


def test_a_method_reads_the_values_of_its_instance_at_every_call():
    a, b = Line(2.0), Line(5.0)
    assert [a.at(3.0), b.at(3.0), a.at(4.0, times=2.0)] == [7.0, 16.0, 18.0]
    a.slope.data = 10.0
    assert [a.at(3.0), b.at(3.0)] == [31.0, 16.0]
    assert (a.loss([1.0, 2.0]), a.loss.backward([1.0, 2.0], 1.0)) == (500.0, 81.0 + 361.0)
    assert (a.slope.grad, b.slope.grad) == (2 * 9 + 2 * 19 * 2, 0.0)
    assert (a.twice(3.0), Line.twice(3.0)) == (6.0, 6.0)
    assert Line.largest is a.largest


def test_an_instance_is_recorded_once():
    Line.recorded = 0
    a, b = Line(2.0), Line(5.0)
    for _ in range(3):
        a.at(3.0)
        b.at(3.0)
    assert Line.recorded == 2
    a.shift = 100.0  # no Value: as it was when the method was recorded
    assert a.at(3.0) == 7.0
    a.at.clear()
    assert a.at(3.0) == 106.0
    assert Line.recorded == 3
    Line.at.clear()
    b.at(3.0)
    assert Line.recorded == 4


def test_a_method_looks_like_one():
    a = Line(2.0)
    assert (a.at.__name__, a.at.__doc__, repr(a.at)) == ("at", "The line at x.", "<jit of Line.at>")
    assert list(inspect.signature(a.at).parameters) == ["x", "times"]
    assert list(inspect.signature(Line.at).parameters) == ["self", "x", "times"]
    assert a.at.__self__ is a
    assert a.at.program(1.0).names == ("x", "Value 1")


def test_options_are_those_of_the_function():
    a, b = Line(2.0), Line(5.0)
    with ThreadPoolExecutor(1) as executor:
        a.loss.executor = executor
        a.loss.split = 2
        assert (b.loss.executor, b.loss.split) == (executor, 2)
        assert a.loss([1.0, 2.0, 3.0]) == 4.0 * 14
    a.loss.executor = a.loss.split = None


def test_an_instance_is_not_kept_alive():
    a, net = Line(2.0), Net(2.0)
    a.at(1.0)
    a.loss.backward([1.0])
    net(1.0)
    seen = [weakref.ref(a), weakref.ref(net)]
    del a, net
    gc.collect()
    assert [r() for r in seen] == [None, None]


def test_a_bound_method_keeps_its_instance():
    at = Line(2.0).at
    gc.collect()
    assert at(3.0) == 7.0


def test_an_instance_that_cannot_be_referred_to_weakly_says_what_to_add():
    class Slots:
        __slots__ = ("w",)

        @jit
        def f(self, x):
            return x

    with pytest.raises(TypeError, match=r"Slots does not allow; add '__weakref__' to its"):
        Slots().f(1.0)


def test_the_call_of_a_module_binds():
    a, b, c = Net(2.0), Net(5.0), Deeper(3.0)
    assert [a(3.0), b(3.0), c(3.0)] == [6.0, 15.0, 10.0]
    a.w.data = 7.0
    assert a(3.0) == 21.0
    loss = jit(lambda x: (a(x) - 1) ** 2)  # part of the function around it
    assert loss.backward(1.0) == 36.0
    assert a.w.grad == 12.0
    assert grad(lambda net: net(3.0) * net(1.0))(b) == {"w": 30.0}
    y = a(Value(3.0))
    assert isinstance(y, Value)


def test_a_branch_on_a_value_of_the_instance_is_refused():
    class Branch:
        def __init__(self):
            self.w = Value(1.0)

        @jit
        def f(self, x):
            return x if self.w > 0 else -x

    with pytest.raises(TraceError, match="where"):
        Branch().f(1.0)


def test_a_function_that_runs_eagerly_for_ever_says_so_once():
    @jit
    def loss(model, x):
        return model.w * x

    net = Net(2.0)
    with pytest.warns(UserWarning, match=r"runs eagerly .* a Net; call .backward") as caught:
        y = loss(net, 3.0)
    assert [w.filename for w in caught] == [__file__]
    y.backward()
    assert (y.data, net.w.grad) == (6.0, 3.0)
    assert loss(net, x=3.0).data == 6.0  # no second warning


@pytest.mark.parametrize(
    "call",
    [
        lambda loss, net: loss.backward(net, 3.0),
        lambda loss, net: grad(loss)(net, 3.0),
        lambda loss, net: value_and_grad(loss)(net, 3.0),
        lambda loss, net: jit(lambda x: loss(net, x))(3.0),
        lambda loss, net: jit(loss.f, backend="eager")(net, 3.0),
        lambda loss, net: loss(net.w, 3.0),
    ],
)
def test_nothing_is_said_where_eager_is_asked_for_or_does_not_last(call):
    call(jit(lambda net, x: (net.w if isinstance(net, Net) else net) * x), Net(2.0))
