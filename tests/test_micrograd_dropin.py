"""Programs for micrograd run on this engine: its README's, its tests', its notebooks'.

Gradients are compared with forward-mode arithmetic over fractions, which does not round, and
training with micrograd's design written out: a closure per node, a set of operands, recursion.
"""

import math
import random
from fractions import Fraction

import numpy as np
import pytest

from microgradlike import Value, nn
from microgradlike.engine import Value as EngineValue
from microgradlike.nn import MLP, Layer, Module, Neuron

EPS = 2.0**-52


class Exact:
    """A fraction and its derivative."""

    def __init__(self, x, dx=0):
        self.x, self.dx = Fraction(x), Fraction(dx)

    def __add__(self, other):
        other = other if isinstance(other, Exact) else Exact(other)
        return Exact(self.x + other.x, self.dx + other.dx)

    def __mul__(self, other):
        other = other if isinstance(other, Exact) else Exact(other)
        return Exact(self.x * other.x, self.dx * other.x + self.x * other.dx)

    def __pow__(self, n):
        return Exact(self.x**n, n * self.x ** (n - 1) * self.dx)

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, n):
        return self * (1 / Fraction(n))

    def __rtruediv__(self, n):
        return self**-1 * Fraction(n)

    def relu(self):
        return self if self.x > 0 else Exact(0)


def readme(a, b):
    """The expression of micrograd's README and of its second engine test."""
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    f = (c - d) ** 2
    return f / 2.0 + 10.0 / f


def sanity(x):
    """The expression of its first engine test."""
    z = 2 * x + 2 + x
    q = z.relu() + z * x
    return (z * z).relu() + q + q * x


def test_the_readme_prints_what_micrograd_prints():
    a, b = Value(-4.0), Value(2.0)
    g = readme(a, b)
    assert f"{g.data:.4f}" == "24.7041"
    g.backward()
    assert (f"{a.grad:.4f}", f"{b.grad:.4f}") == ("138.8338", "645.5773")


def test_the_readme_is_right_to_rounding():
    a, b = Value(-4.0), Value(2.0)
    g = readme(a, b)
    g.backward()
    by_a, by_b = readme(Exact(-4, 1), Exact(2)), readme(Exact(-4), Exact(2, 1))
    for got, exact in [(g.data, by_a.x), (a.grad, by_a.dx), (b.grad, by_b.dx)]:
        assert math.isclose(got, exact, rel_tol=8 * EPS)


def test_the_sanity_check_is_exact():
    x = Value(-4.0)
    y = sanity(x)
    y.backward()
    exact = sanity(Exact(-4, 1))
    assert (y.data, x.grad) == (exact.x, exact.dx) == (-20.0, 46.0)


@pytest.mark.parametrize("x", [-1.0, 0.123, 2.0])
def test_tanh_and_exp_are_methods(x):
    t, e = Value(x), Value(x)
    t.tanh().backward()
    e.exp().backward()
    assert math.isclose(t.grad, 1 - math.tanh(x) ** 2, rel_tol=32 * EPS)
    assert e.grad == math.exp(x)


def test_the_modules_are_where_micrograd_has_them():
    assert EngineValue is Value
    assert (nn.Module, nn.Neuron, nn.Layer, nn.MLP) == (Module, Neuron, Layer, MLP)


# the demo: a classifier of two moons, with hinge loss and weight decay


class Node:
    """micrograd's design: the operands in a set, the derivative in a closure."""

    def __init__(self, data, operands=(), push=lambda g: None):
        self.data, self.grad, self.operands, self.push = data, 0.0, set(operands), push

    def __add__(self, other):
        other = other if isinstance(other, Node) else Node(other)

        def push(g):
            self.grad += g
            other.grad += g

        return Node(self.data + other.data, (self, other), push)

    def __mul__(self, other):
        other = other if isinstance(other, Node) else Node(other)

        def push(g):
            self.grad += other.data * g
            other.grad += self.data * g

        return Node(self.data * other.data, (self, other), push)

    __radd__, __rmul__ = __add__, __mul__

    def relu(self):
        def push(g):
            self.grad += (self.data > 0) * g

        return Node(max(self.data, 0.0), (self,), push)

    def backward(self):
        order, seen = [], set()

        def visit(v):
            if v not in seen:
                seen.add(v)
                for operand in v.operands:
                    visit(operand)
                order.append(v)

        visit(self)
        self.grad = 1.0
        for v in reversed(order):
            v.push(v.grad)


class NodeMLP:
    """The same network over Nodes, weights drawn in the same order."""

    def __init__(self, nin, nouts):
        self.layers = [
            [([Node(random.uniform(-1, 1)) for _ in range(m)], Node(0)) for _ in range(n)]
            for m, n in zip([nin, *nouts], nouts)
        ]

    def __call__(self, x):
        for depth, layer in enumerate(self.layers, 1):
            x = [sum([wi * xi for wi, xi in zip(w, x)], b) for w, b in layer]
            x = x if depth == len(self.layers) else [a.relu() for a in x]
        return x[0]

    def parameters(self):
        return [p for layer in self.layers for w, b in layer for p in [*w, b]]

    def zero_grad(self):
        for p in self.parameters():
            p.grad = 0.0


def demo(number, network, points, labels, steps):
    """The losses and accuracies of the demo notebook's training loop."""
    random.seed(1337)
    model, history = network(2, [6, 6, 1]), []
    for k in range(steps):
        inputs = [list(map(number, row)) for row in points]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * score).relu() for yi, score in zip(labels, scores)]
        data_loss = sum(losses) * (1.0 / len(losses))
        total = data_loss + 1e-4 * sum(p * p for p in model.parameters())
        accuracy = [bool(yi > 0) == (score.data > 0) for yi, score in zip(labels, scores)]
        model.zero_grad()
        total.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
        history.append((total.data, sum(accuracy) / len(accuracy)))
    return history


def test_the_demo_trains_as_under_micrograd():
    points, labels = nn.moons(24)
    signs = [2 * y - 1 for y in labels]
    ours, theirs = demo(Value, MLP, points, signs, 12), demo(Node, NodeMLP, points, signs, 12)
    assert ours[0] == theirs[0]  # the same draws, the same bits
    # then gradients are added up in another order, since micrograd's follows a set
    assert [loss for loss, _ in ours] == pytest.approx([loss for loss, _ in theirs], rel=1e-9)
    assert [accuracy for _, accuracy in ours] == [accuracy for _, accuracy in theirs]


def test_the_demo_runs_on_numpy_rows_and_labels():
    points, labels = nn.moons(24)
    signs = [2 * y - 1 for y in labels]
    by_numpy = demo(Value, MLP, np.array(points), np.array(signs), 3)
    assert by_numpy == demo(Value, MLP, points, signs, 3)


# the drawing notebook: nodes and edges by `_prev`, boxes by `_op`


def trace(root):
    nodes, edges, stack = {root}, set(), [root]
    while stack:
        v = stack.pop()
        edges |= {(operand, v) for operand in v._prev}
        stack += v._prev - nodes
        nodes |= v._prev
    return nodes, edges


def test_the_drawing_notebook_finds_what_it_draws():
    random.seed(1337)
    y = nn.Neuron(2)([Value(1.0), Value(-2.0)])
    y.backward()
    nodes, edges = trace(y)
    assert sorted(v._op for v in nodes) == ["", "", "", "", "", "*", "*", "+", "+", "ReLU"]
    assert len(edges) == 9
    assert all("%.4f %.4f" % (v.data, v.grad) for v in nodes)  # noqa: UP031  (as it does)


def test_the_simple_example_of_the_drawing_notebook_makes_no_node_for_a_number():
    nodes, edges = trace((Value(1.0) * 2 + 1).relu())
    assert sorted(v._op for v in nodes) == ["", "*", "+", "ReLU"]
    assert len(edges) == 3
