"""Every mode gives the same derivatives: as decided at the edges, to the last bit in reverse."""

import itertools
import math

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from microgradlike import (
    Value,
    derivative,
    grad,
    gradients,
    indeterminate,
    jacobian,
    jvp,
    ops,
    value_and_grad,
    vjp,
    where,
)
from microgradlike.expressions.parser import parse
from microgradlike.graph import node_operands, topological
from microgradlike.ieee_float import partial_at
from microgradlike.testing import Instruction, StraightLine, programs
from tests.bits import same_bits
from tests.test_edge_points import ROWS, agrees, name

EPS = 2.0**-52


@pytest.fixture(autouse=True)
def _silent_about_0_times_inf():
    """Only numbers are compared here; nested modes go through second derivatives at poles."""
    with indeterminate("zero"):
        yield


def every(x):
    return tuple(range(len(x)))


def units(x):
    return [tuple(float(i == j) for j in every(x)) for i in every(x)]


# modes: each gives the partial derivatives of f, a function of some numbers, at x


def by_backward(f, x):
    leaves = [Value(number) for number in x]
    f(*leaves).backward()
    return [v.grad for v in leaves]


def by_gradients(f, x):
    leaves = [Value(number) for number in x]
    return [0.0 + g.data for g in gradients(f(*leaves), leaves)]


def by_grad(f, x):
    return grad(f, every(x))(*x)


def by_grad_of_values(f, x):
    return [0.0 + g.data for g in grad(f, every(x))(*map(Value, x))]


def by_vjp(f, x):
    return vjp(f, *x)[1](1.0)


def by_rows(f, x):
    return jacobian(f, every(x))(*x)


def by_many_rows(f, x):
    """More rows than columns, so column by column."""
    return jacobian(lambda *v: [f(*v)] * (len(x) + 1), every(x))(*x)[0]


def by_derivative(f, x):
    return [0.0 + derivative(f, i)(*x) for i in every(x)]


def by_jvp(f, x):
    return [0.0 + jvp(f, x, unit)[1] for unit in units(x)]


def inside(inner, outer):
    """The derivative by `inner` as the value of a function that `outer` differentiates."""

    def mode(f, x):
        return [0.0 + outer(inner(f, i), x) for i in every(x)]

    return mode


def value_in_grad(f, x):
    return value_and_grad(f, every(x))(*x)[0]


def value_in_jvp(f, x):
    return jvp(f, x, (0.0,) * len(x))[0]


NESTED = {
    f"{inner.__name__} in {outer.__name__[9:]}": inside(inner, outer)
    for inner in (grad, derivative)
    for outer in (value_in_grad, value_in_jvp)
}
REVERSE = [by_gradients, by_grad, by_grad_of_values, by_vjp, by_rows]
MODES = {f.__name__: f for f in (by_backward, *REVERSE, by_many_rows, by_derivative)} | NESTED

# the edge table


def formula(row):
    """The row's expression as a function of its names, and the point."""
    expression, names = parse(row["expr"]), list(row["at"])
    return lambda *x: expression(dict(zip(names, x))), tuple(map(float, row["at"].values()))


def wanted(row):
    return [0.0 + float(row["grad"][k]) for k in row["at"]]


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_a_row_of_the_edge_table_holds_in_every_mode(row):
    f, at = formula(row)
    found = {name: mode(f, at) for name, mode in MODES.items()}
    want = wanted(row)
    assert {n: x for n, x in found.items() if not all(map(agrees, x, want, [4] * len(at)))} == {}
    assert {type(x) for numbers in found.values() for x in numbers} == {float}


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_a_row_holds_along_a_direction(row):
    """A direction by one name is 0 by the others, and 0·nan stays nan."""
    f, at = formula(row)
    for i, found in enumerate(by_jvp(f, at)):
        others = [g for j, g in enumerate(wanted(row)) if j != i]
        want = math.nan if any(map(math.isnan, others)) else wanted(row)[i]
        assert agrees(found, want, 4), (found, want)


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_the_value_of_a_row_is_the_same_in_every_mode(row):
    f, at = formula(row)
    values = [value_in_grad(f, at), value_in_jvp(f, at), vjp(f, *at)[0]]
    values += [
        v.data for v in (value_and_grad(f, every(at))(*map(Value, at))[0], f(*map(Value, at)))
    ]
    assert same_bits(values, [values[0]] * 5)
    assert agrees(values[0], float(row["value"]), 2)


EXTREMES = (0.0, -0.0, 1.0, -2.0, 5e-324, 1.7e308, math.inf, -math.inf, math.nan)


@pytest.mark.parametrize("op", ops.TABLE.values(), ids=lambda op: op.name)
def test_at_extremes_every_mode_agrees_on_one_primitive_and_nothing_is_raised(op):
    for at in itertools.product(EXTREMES if op.arity < 3 else EXTREMES[::2], repeat=op.arity):
        for k in range(op.arity):  # by operand k; the others are plain numbers

            def f(x, k=k, at=at):
                return op(*[x if i == k else c for i, c in enumerate(at)])

            want = by_backward(f, at[k : k + 1])
            for mode in (by_gradients, by_grad, by_derivative, *NESTED.values()):
                found = mode(f, at[k : k + 1])
                assert same_bits(list(found), list(want)), (at, k)
            for second in (grad(grad(f)), derivative(grad(f)), derivative(derivative(f))):
                assert type(second(at[k])) is float, (at, k)


# random programs


@st.composite
def rough(draw, max_size=10):
    """A program over the whole table at a point of small round numbers, where kinks and ties, poles
    and edges of domains are hit all the time; values that are not finite are left out.
    """
    number = st.sampled_from([0.0, 1.0, -1.0, 2.0, 0.5, -0.0, -0.5, 3.0, -2.0, 1e-3])
    slots = list(draw(st.lists(number | st.floats(-3, 3), min_size=1, max_size=3)))
    point, steps = tuple(slots), []
    for op in draw(st.lists(st.sampled_from(TABLE), min_size=1, max_size=max_size)):
        back = st.integers(0, 5).map(lambda k: max(0, len(slots) - 1 - k))
        operands = [draw(back), *[draw(back | number) for _ in range(op.arity - 1)]]
        shift = draw(st.integers(0, op.arity - 1))  # so that a number may stand in any place
        operands = tuple(operands[shift:] + operands[:shift])
        y = op(*[slots[x] if isinstance(x, int) else x for x in operands])
        if math.isfinite(y):
            steps.append(Instruction(op, operands))
            slots.append(y)
    return StraightLine(point, tuple(steps or [Instruction(ops.neg, (0,))]))


TABLE = list(ops.TABLE.values())
ANY = st.one_of(programs(), programs(smooth=True), rough(), rough(max_size=40))


@settings(max_examples=300)
@given(ANY)
def test_every_reverse_mode_agrees_with_backward_to_the_last_bit(program):
    want = by_backward(program, program.point)
    for mode in REVERSE:
        assert same_bits(list(mode(program, program.point)), list(want)), mode.__name__
    for nested in ("grad in grad", "grad in jvp"):
        assert same_bits(list(NESTED[nested](program, program.point)), list(want)), nested


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])  # to draw them takes time
@given(programs(min_size=40, max_size=80))
def test_so_it_does_on_larger_programs(program):
    want = by_backward(program, program.point)
    for mode in REVERSE:
        assert same_bits(list(mode(program, program.point)), list(want)), mode.__name__


@settings(max_examples=100)
@given(ANY, st.integers(0, 100))
def test_an_interior_node_may_be_an_x_and_another_one_the_result(program, k):
    leaves = [Value(x) for x in program.point]
    order = [v for v in topological(program(*leaves)) if v.op]
    middle = order[k % len(order)] if order else leaves[0]
    middle.backward()
    found = [0.0 + g.data for g in gradients(middle, leaves)]
    assert same_bits(found, [v.grad for v in leaves])


def absolute_gradient(y, leaves):
    """The sum over paths of |product of partials|, and how many nodes there are."""
    size, order = {id(y): 1.0}, topological(y)
    for v in reversed(order):
        at = [x.data if isinstance(x, Value) else x for x in v.operands]
        for i, x in node_operands(v):
            p = abs(partial_at(v.op, i, v.data, *at))
            size[id(x)] = size.get(id(x), 0.0) + size[id(v)] * p
    return [size.get(id(x), 0.0) for x in leaves], len(order)


@pytest.mark.parametrize("other", [-2.0, 0.0])
def test_a_constant_that_where_takes_has_no_derivative_not_even_0_times_a_nan(other):
    def f(x):
        y = where(x, x, other)
        return (y**y).relu() + 0.0 * x

    assert derivative(f)(0.0) == 0.0
    assert derivative(derivative(f))(0.0) == 0.0
    assert jvp(f, (0.0,), (1.0,)) == (abs(other) ** other, 0.0)
    x = Value(0.0)
    f(x).backward()
    assert x.grad == 0.0


@settings(max_examples=300)
@given(ANY)
def test_forward_mode_agrees_with_backward_but_for_rounding(program):
    """Either mode rounds twice a node, a product and a sum, in each path's product of partials."""
    leaves = [Value(x) for x in program.point]
    sizes, n = absolute_gradient(program(*leaves), leaves)
    want = by_backward(program, program.point)
    for mode in (by_derivative, by_many_rows, by_jvp):
        for got, g, size in zip(mode(program, program.point), want, sizes):
            if math.isfinite(size) and all(map(math.isfinite, sizes)):
                assert abs(got - g) <= 4 * n * EPS * size + n * 2.0**-1000, mode.__name__
