"""compat.Value: operations that a program writes by hand, beside the engine's own."""

import copy
import functools
import gc
import itertools
import math
import pickle
import weakref

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import microgradlike
from microgradlike import (
    compat,
    engine,
    grad,
    gradients,
    hessian,
    jit,
    jvp,
    local_derivatives,
    nn,
    ops,
)
from microgradlike.compat import Value
from microgradlike.graph import topological
from tests.bits import same_bits
from viz import draw, explain, page, to_mermaid

NUMBERS = st.floats(-2, 2, allow_nan=False)


class ByHand(Value):
    """The operations of a lecture: a child per operand, a function that pushes the gradient."""

    called = None  # a list to which each function adds the number of its node
    serial = itertools.count()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.number = next(ByHand.serial)

    def __add__(self, other):
        other = other if isinstance(other, ByHand) else ByHand(other)
        out = ByHand(self.data + other.data, (self, other), "+")

        def _backward():
            note(out)
            self.grad += 1.0 * out.grad
            other.grad += 1.0 * out.grad

        out._backward = _backward
        return out

    def __mul__(self, other):
        other = other if isinstance(other, ByHand) else ByHand(other)
        out = ByHand(self.data * other.data, (self, other), "*")

        def _backward():
            note(out)
            self.grad += other.data * out.grad
            other.grad += self.data * out.grad

        out._backward = _backward
        return out

    def tanh(self):
        t = math.tanh(self.data)
        out = ByHand(t, _children=(self,), _op="tanh")

        def _backward():
            note(out)
            self.grad += (1 - t**2) * out.grad

        out._backward = _backward
        return out

    __radd__, __rmul__ = __add__, __mul__


def note(out):
    if ByHand.called is not None:
        ByHand.called.append(out.number)


class WithNumbers(Value):
    """The operations of a small GPT: the local derivatives as numbers."""

    def __add__(self, other):
        other = other if isinstance(other, WithNumbers) else WithNumbers(other)
        return WithNumbers(self.data + other.data, (self, other), (1, 1))

    def __mul__(self, other):
        other = other if isinstance(other, WithNumbers) else WithNumbers(other)
        children = (self, other)
        return WithNumbers(self.data * other.data, children, local_grads=(other.data, self.data))

    def tanh(self):
        t = math.tanh(self.data)
        return WithNumbers(t, (self,), (1 - t**2,))

    __radd__, __rmul__ = __add__, __mul__


KINDS = [ByHand, WithNumbers]


def program(steps, a, b):
    """A program of + × tanh over shared results."""
    made = [a, b]
    for kind, i, j in steps:
        x, y = made[i % len(made)], made[j % len(made)]
        made.append(x + y if kind == 0 else x * y if kind == 1 else x.tanh())
    return made[-1] + a * b


STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8
)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=50, deadline=None)
@given(steps=STEPS, a=NUMBERS, b=NUMBERS)
def test_operations_by_hand_give_the_gradients_of_the_engine(kind, steps, a, b):
    ours = engine.Value(a), engine.Value(b)
    by_hand = kind(a), kind(b)
    want, got = program(steps, *ours), program(steps, *by_hand)
    want.backward()
    got.backward()
    assert got.data == want.data
    for x, y in zip(by_hand, ours):  # 1 - t² has fewer digits than the engine's tanh
        assert x.grad == pytest.approx(y.grad, rel=1e-9, abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(steps=STEPS, a=NUMBERS, b=NUMBERS)
def test_the_functions_are_called_once_each_and_users_before_operands(steps, a, b):
    ByHand.called = order = []
    try:
        y = program(steps, ByHand(a), ByHand(b))
        y.backward()
    finally:
        ByHand.called = None
    nodes = [v for v in topological(y) if v.op is not None]
    assert sorted(order) == sorted(v.number for v in nodes)
    for v in nodes:
        for x in v._children:
            assert x.op is None or order.index(v.number) < order.index(x.number)


def neuron():
    """The neuron that lectures compute by hand."""
    x1, x2 = ByHand(2.0, label="x1"), ByHand(0.0, label="x2")
    w1, w2 = ByHand(-3.0, label="w1"), ByHand(1.0, label="w2")
    bias = ByHand(6.8813735870195432, label="b")
    n = x1 * w1 + x2 * w2 + bias
    n.label, n.anything = "n", "at all"
    return (x1, x2, w1, w2, bias), n, n.tanh()


def test_the_neuron_of_the_lecture():
    inputs, n, o = neuron()
    o.backward()
    assert [x.grad for x in inputs] == pytest.approx([-1.5, 0.5, 1.0, 0.0, 0.5])
    assert (n.grad, o.grad, n.anything) == (pytest.approx(0.5), 1.0, "at all")
    assert (o._prev, o._op, n._op, o._children) == ({n}, "tanh", "+", (n,))
    assert o.reached
    assert n.reached


def test_functions_called_by_hand_do_the_same():
    inputs, n, o = neuron()
    o.grad = 1.0
    for v in (o, n, n.operands[0], *n.operands[0].operands):
        v._backward()
    assert [x.grad for x in inputs] == pytest.approx([-1.5, 0.5, 1.0, 0.0, 0.5])


def test_ordinary_operations_push_when_called_by_hand():
    x = Value(3.0)
    y = x * x + 1
    y.grad = 2.0
    y._backward()
    y.operands[0]._backward()
    assert x.grad == 12.0


def test_a_second_pass_doubles_the_leaves_and_not_the_rest():
    inputs, n, o = neuron()
    o.backward()
    o.backward(1.0)
    assert [x.grad for x in inputs] == pytest.approx([-3.0, 1.0, 2.0, 0.0, 1.0])
    assert n.grad == pytest.approx(0.5)
    with pytest.raises(TypeError, match=r"backward\(upstream\) takes a number, got 'x'"):
        o.backward("x")


def test_the_same_operand_twice_has_the_sum():
    for kind in KINDS:
        a = kind(3.0)
        y = a * a + a
        y.backward()
        assert a.grad == 7.0
        ours = ops.mul(engine.Value(2.0), y)  # not of this class: the derivatives are asked for
        a.grad = 0.0
        ours.backward()
        assert a.grad == 14.0


# beside the ordinary operations


def test_ordinary_operations_are_the_engines_and_of_this_class():
    def formula(x):
        return ((2 * x + 1 - x) / (3 - x)).tanh() ** 2 - (-x).exp() * abs(1 / x)

    x, ours = Value(0.75), engine.Value(0.75)
    y, want = formula(x), formula(ours)
    y.backward()
    want.backward()
    assert type(y) is Value
    assert same_bits([y.data, x.grad], [want.data, ours.grad])
    assert x + 1 > x
    with pytest.raises(TypeError, match="unsupported operand"):
        x + "a"
    assert microgradlike.where(True, x, 0.0) is x


def test_they_mix_with_values_of_the_engine():
    w, x = engine.Value(2.0, "w"), ByHand(0.5, "x")
    y = ops.add(ops.mul(Value(w.data * 3, (w,), (3.0,)), x.tanh()), w)
    y.backward()
    slope = 1 - math.tanh(0.5) ** 2
    assert (w.grad, x.grad) == (pytest.approx(3 * math.tanh(0.5) + 1), pytest.approx(6 * slope))
    mixed = microgradlike.hypot(w, x.tanh())
    assert type(mixed) is engine.Value
    before = x.grad
    mixed.backward()
    t = math.tanh(0.5)
    assert x.grad - before == pytest.approx(t / math.hypot(2, t) * slope)


def test_it_is_a_parameter_and_trains():
    class Line(nn.Module):
        def __init__(self):
            self.w = ByHand(0.0, label="w")

        def __call__(self, x):
            return self.w * x

    line = Line()
    for _ in range(60):
        line.zero_grad()
        loss = (line(2.0) + -3.0) * (line(2.0) + -3.0)
        loss.backward()
        for p in line.parameters():
            p.data -= 0.05 * p.grad
    assert line.w.data == pytest.approx(1.5)


def test_the_first_derivative_of_a_function_sees_what_was_made_by_hand():
    def square(x):
        return Value(x.data**2, (x,), (2 * x.data,)) * 3

    assert grad(square)(4.0) == 24.0
    assert grad(lambda x: ByHand.tanh(x) * 2)(ByHand(0.5).data) == pytest.approx(
        2 * (1 - math.tanh(0.5) ** 2)
    )


@pytest.mark.parametrize(
    "take",
    [
        lambda f: hessian(f)(0.5),
        lambda f: grad(grad(f))(0.5),
        lambda f: gradients(*at_half(f)),
    ],
)
def test_a_second_derivative_is_refused(take):
    with pytest.raises(TypeError, match=r"'tanh' was made by hand at \(0.5,\) and has no formula"):
        take(ByHand.tanh)


def at_half(f):
    x = Value(0.5)
    return f(x), [x]


def test_forward_mode_and_recordings_are_refused():
    with pytest.raises(AttributeError, match="'Dual' object has no attribute 'data'"):
        jvp(ByHand.tanh, (0.5,), (1.0,))
    with pytest.raises(microgradlike.TraceError, match=r"\.data needs the number"):
        jit(ByHand.tanh)(0.5)


def test_the_value_made_by_hand_is_known_at_its_numbers_only():
    x = Value(0.5)
    y = Value(0.25, (x,), (1.0,))
    assert y.op.forward(0.5) == 0.25
    with pytest.raises(TypeError, match=r"an operation was made by hand at \(0.5,\)"):
        y.op.forward(0.75)


# what is refused


def test_a_node_without_derivative_is_named():
    x = Value(2.0)
    y = Value(4.0, (x,), "square")
    with pytest.raises(
        TypeError, match=r"'square' was made by hand and has no derivative; set out"
    ):
        (y * 2).backward()
    assert x.grad == 0.0
    assert math.isnan(*local_derivatives(y))  # so that it can be drawn


def test_a_function_that_raises_leaves_the_leaves_as_they_were():
    x = ByHand(2.0)
    x.grad = 5.0
    y = x * 3
    z = y * y

    def fails():
        x.grad += 1.0
        raise RuntimeError("in between")

    y._backward = fails
    with pytest.raises(RuntimeError, match="in between"):
        z.backward()
    assert x.grad == 5.0


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda x: Value(1.0, (3.0,), "f"), r"children of a Value are Values, but child 0 is 3\.0"),
        (lambda x: Value(1.0, (x, x), (1.0,)), r"must be 2 number\(s\), one per child, got 1"),
        (lambda x: Value(1.0, (x,), ("a",)), r"must be 1 number\(s\)"),
        (lambda x: Value("1", (x,), "f"), "Value takes a real number"),
        (lambda x: engine.Value(1.0, (x,), "f"), r"no operands or operation.*compat\.Value"),
        (lambda x: engine.Value(1.0, (x,)), r"make an operation with unary, binary or primitive"),
        (lambda x: engine.Value(1.0, "a", "f"), r"no operands or operation, got 'a'"),
    ],
)
def test_what_is_no_operation_is_refused(make, said):
    with pytest.raises(TypeError, match=said):
        make(Value(2.0))


# as an object


def test_labels_and_attributes():
    assert Value(1.0, "a").label == Value(1.0, label="a").label == Value(1.0, (), "", "a").label
    v = Value(1.0, (), "ignored")
    assert (v.op, v._op, v.operands) == (None, "", ())
    v.extra = 3
    again = pickle.loads(pickle.dumps(v))
    assert (type(again), again.extra, copy.deepcopy(v).extra) == (Value, 3, 3)


def test_three_children():
    a, b, c = Value(1.0), Value(2.0), engine.Value(3.0)
    y = compat.Value(6.0, [a, b, c], (6.0, 3.0, 2.0), "product")
    assert y.operands == (a, b, c)
    y.backward(2.0)
    assert (a.grad, b.grad, c.grad, y.label) == (12.0, 6.0, 4.0, "product")


def test_pictures_show_it_and_leave_gradients_alone():
    inputs, _, o = neuron()
    o.backward()
    before = [x.grad for x in inputs]
    assert "tanh" in to_mermaid(o)
    assert "∂n/∂" in str(explain(o))
    draw(o)
    page(o)
    assert [x.grad for x in inputs] == before
    inputs[0].data = 5.0  # as a training step does
    with pytest.warns(UserWarning, match="cannot be computed now: a .data has changed"):
        draw(o)


def test_graphs_made_by_hand_are_freed_without_the_collector():
    gc.collect()
    gc.disable()
    try:
        _, n, o = neuron()
        seen = weakref.ref(n)
        o.backward()
        del n, o
        assert seen() is None
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_any_function_is_taken():
    x = Value(2.0)
    y = Value(4.0, (x,), "square")
    y._backward = functools.partial(setattr, x, "grad", 4.0)
    y.backward()
    assert x.grad == 4.0

    def _backward():
        x.grad += later * y.grad

    y._backward = _backward  # `later` is not bound yet
    later = 5.0
    y.backward()
    assert x.grad == 9.0


def test_numpy_meets_it_like_any_other():
    x = ByHand(0.5)
    y = np.sum(np.exp(np.array([x, x * 2])))
    y.backward()
    assert x.grad == pytest.approx(math.exp(0.5) + 2 * math.exp(1.0))


def test_an_operation_by_hand_that_is_out_of_date_is_refused_on_request():
    inputs, _, o = neuron()
    o.backward(check=True)
    inputs[0].data = 5.0
    with pytest.raises(ValueError, match=r"a \.data has changed since"):
        o.backward(check=True)
