"""LinearMap: the derivative of a graph as a linear map, in either direction."""

import math
import sys

import pytest
from hypothesis import given, strategies as st

from microgradlike import Value, ops, unary
from microgradlike.derivatives.linear_map import LinearMap
from microgradlike.graph import topological
from microgradlike.scalar import Scalar
from microgradlike.testing import Instruction, StraightLine

SMALL = st.integers(-3, 3).map(float)


def data(v):
    return v.data


@st.composite
def polynomials(draw, *, inputs=3, max_size=8):
    """A program of sums and products with sharing, at a point of small whole numbers.

    All that is computed in it, and in its derivatives up to the third order, is a whole number
    below 2**53, so doubles are exact: the order of operations cannot matter. (Its value with every
    number replaced by its size, at least 1, is below 2**30, and its degree is at most 8.)
    """
    point = draw(st.tuples(*[SMALL] * inputs))
    sizes = [(max(1.0, abs(x)), 1) for x in point]
    steps = []
    slots = st.integers(0, 6).map(lambda back: max(0, len(sizes) - 1 - back))
    for _ in range(draw(st.integers(1, max_size))):
        op = draw(st.sampled_from([ops.mul, ops.add, ops.sub, ops.mul]))
        a, b = draw(slots), draw(slots | SMALL)
        (size, degree), (other, more) = sizes[a], sizes[b] if isinstance(b, int) else (3.0, 0)
        grown = (size * other, degree + more) if op is ops.mul else (size + other, degree)
        if grown[0] < 2**30 and grown[1] <= 8:
            steps.append(Instruction(op, (a, b)))
            sizes.append((grown[0], max(grown[1], more)))
    return StraightLine(point, tuple(steps or [Instruction(ops.mul, (0, 0))]))


@st.composite
def graphs(draw):
    """Some leaves, and two nodes above them."""
    program = draw(polynomials())
    xs = [Value(x) for x in program.point]
    y = program(*xs)
    return xs, [y, y * xs[0] + xs[2]]


@given(graphs(), st.tuples(SMALL, SMALL), st.tuples(SMALL, SMALL, SMALL))
def test_pull_is_the_transpose_of_push(graph, u, v):
    xs, ys = graph
    derivative = LinearMap(topological(*ys), xs, at=data)
    pulled = derivative.vjp(zip(ys, u))
    pushed = derivative.jvp(v, ys)
    assert sum(a * b for a, b in zip(pulled, v)) == sum(a * b for a, b in zip(pushed, u))


@given(graphs())
def test_pull_gives_what_backward_gives(graph):
    xs, (y, _) = graph
    pulled = LinearMap(topological(y), xs, at=data).vjp([(y, 1.0)])
    y.backward()
    assert pulled == [x.grad for x in xs]


@given(graphs())
def test_over_nodes_it_gives_the_same_numbers_as_nodes(graph):
    xs, ys = graph
    over_numbers, over_nodes = (
        LinearMap(topological(*ys), xs, at=data),
        LinearMap(topological(*ys), xs),
    )
    for a, b in [
        (over_numbers.vjp([(ys[1], 1.0)]), over_nodes.vjp([(ys[1], 1.0)])),
        (over_numbers.jvp([1.0, 2.0, 3.0], ys), over_nodes.jvp([1.0, 2.0, 3.0], ys)),
    ]:
        assert a == [x.data if isinstance(x, Value) else x for x in b]


def test_over_nodes_the_result_can_be_differentiated():
    x = Value(2.0)
    y = x * x * x
    (g,) = LinearMap(topological(y), [x]).vjp([(y, 1.0)])
    g.backward()
    assert (g.data, x.grad) == (12.0, 12.0)


def test_without_a_path_there_is_a_plain_zero():
    x, other = Value(2.0), Value(3.0)
    y = x * x
    derivative = LinearMap(topological(y), [x, other])
    assert derivative.vjp([(other * other, 1.0)]) == [0.0, 0.0]
    gradient = derivative.vjp([(y, 1.0)])[1]
    assert type(gradient) is float
    assert gradient == 0.0
    assert derivative.jvp([None, 1.0], [y, other, Value(1.0)]) == [0.0, 1.0, 0.0]


def test_a_result_may_be_one_of_the_xs():
    x = Value(2.0)
    derivative = LinearMap(topological(x), [x])
    assert derivative.vjp([(x, 5.0)]) == [5.0]
    assert derivative.jvp([5.0], [x]) == [5.0]


def test_an_x_may_be_given_twice():
    x = Value(2.0)
    y = x * x
    derivative = LinearMap(topological(y), [x, x], at=data)
    assert derivative.vjp([(y, 1.0)]) == [4.0, 4.0]
    assert derivative.jvp([1.0, 10.0], [y]) == [44.0]  # it moves by both


def test_an_x_may_be_an_interior_node_above_another():
    x = Value(2.0)
    y = x * x
    z = y * 3.0 + x
    derivative = LinearMap(topological(z), [x, y], at=data)
    assert derivative.vjp([(z, 1.0)]) == [13.0, 3.0]  # by x along every path, through y too


def test_upstreams_of_one_node_add_up():
    x = Value(2.0)
    y = x * x
    assert LinearMap(topological(y), [x], at=data).vjp([(y, 1.0), (y, 2.0), (x, 5.0)]) == [17.0]


def test_the_order_may_have_nodes_above_the_result():
    x = Value(2.0)
    y = x * x
    derivative = LinearMap(topological(y.exp()), [x], at=data)
    assert derivative.vjp([(y, 1.0)]) == [4.0]


def counting(calls):
    def rule(y, x):
        calls.append(x)
        return 2 * x

    return unary("counted", lambda x: x * x, rule)


def test_a_partial_is_computed_once_for_any_number_of_pulls_and_pushes():
    calls = []
    x = Value(3.0)
    y = counting(calls)(x)
    derivative = LinearMap(topological(y), [x], at=data)
    assert [derivative.vjp([(y, u)]) for u in (1.0, 2.0)] == [[6.0], [12.0]]
    assert [derivative.jvp([t], [y]) for t in (1.0, 2.0)] == [[6.0], [12.0]]
    assert calls == [3.0]


def test_off_the_path_from_the_xs_no_partial_is_computed():
    calls = []
    x, other = Value(3.0), Value(4.0)
    y = x * counting(calls)(other)
    assert LinearMap(topological(y), [x], at=data).vjp([(y, 1.0)]) == [16.0]
    assert calls == []


def test_an_error_says_which_primitive_at_which_point():
    def broken(y, x):
        raise LookupError("no table here")

    x = Value(3.0)
    y = unary("broken", lambda x: x, broken)(x)
    with pytest.raises(LookupError) as info:
        LinearMap(topological(y), [x], at=data)
    assert info.value.__notes__ == ["in the derivative of 'broken' at (3.0,)"]


def test_a_zero_upstream_absorbs_an_infinite_partial_in_either_direction():
    x = Value(0.0)
    y = x.sqrt()
    derivative = LinearMap(topological(y), [x], at=data)
    assert derivative.vjp([(y, 0.0)]) == [0.0]
    assert derivative.jvp([0.0], [y]) == [0.0]
    assert derivative.vjp([(y, 1.0)]) == [math.inf]


class Text(Scalar):
    """A formula: a kind of node that has nothing to do with Value, but for op and operands."""

    def __init__(self, name, op=None, operands=()):
        self.name, self.op, self.operands = name, op, operands

    @classmethod
    def apply(cls, op, *operands):
        shown = ", ".join(x.name if isinstance(x, Text) else f"{float(x):g}" for x in operands)
        kept = tuple(x if isinstance(x, Text) else float(x) for x in operands)
        return cls(f"{op.name}({shown})", op, kept)


def test_it_serves_any_node_with_an_op_and_operands():
    x = Text("x")
    y = ops.sin(x * 2.0)
    (g,) = LinearMap(topological(y), [x]).vjp([(y, 1.0)])
    assert g.name == "mul_no_nan(cos(mul(x, 2)), 2)"
    (second,) = LinearMap(topological(g), [x]).vjp([(g, 1.0)])
    assert second.name == "mul_no_nan(mul_no_nan(2, neg(sin(mul(x, 2)))), 2)"


def test_a_chain_of_a_hundred_thousand_nodes_needs_no_recursion():
    x = y = Value(1.0)
    for _ in range(100_000):
        y = y + 1.0
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(200)
    try:
        derivative = LinearMap(topological(y), [x], at=data)
        found = derivative.vjp([(y, 1.0)]), derivative.jvp([1.0], [y])
    finally:
        sys.setrecursionlimit(limit)
    assert found == ([1.0], [1.0])
