"""Sums over a batch keep their order and their bits, however the work is cut into loops."""

import functools
import itertools
import operator

import numpy as np
import pytest
from hypothesis import given, strategies as st

from microgradlike import jit, ops, relu, value_and_grad
from microgradlike.compile.backends import llvm
from microgradlike.compile.executable import Executable
from microgradlike.compile.llvm import row_blocks
from microgradlike.compile.program import varies
from microgradlike.compile.schedule.demand import by_demand
from microgradlike.op import Op
from tests.bits import same_bits
from tests.compile.test_backends import recorded, straight_line

pytestmark = pytest.mark.filterwarnings("ignore::microgradlike.IndeterminateWarning")
ROWS = [*range(1, 41), 135, 136, 137, 144, 200]
WEIGHTS = np.random.default_rng(0).normal(size=34)
POINTS = np.random.default_rng(1).normal(size=(200, 6))


def loss(w, point):
    """A network of 34 weights: more sums than a loop has registers, of few factors."""
    hidden = [relu(sum(a * x for a, x in zip(w[7 * i :], point)) + w[7 * i + 6]) for i in range(4)]
    return (sum(a * h for a, h in zip(w[28:32], hidden)) * ops.tanh(w[32] * point[0]) - w[33]) ** 2


@functools.cache
def sums_of_all_counts():
    """The value and gradient for each number of rows, of numbers and with a nan in one row."""
    f = jit(value_and_grad(loss), batch=1, backend="llvm")
    nans = POINTS.copy()
    nans[5] = np.nan
    return [f(WEIGHTS, points[:count]) for count in ROWS for points in (POINTS, nans)]


@functools.cache
def program():
    """The loss and its gradient, as a program of 6 inputs by row and 34 shared ones."""
    return recorded(lambda *xs: loss(xs[6:], xs[:6]), 40, gradient=True)


def in_one_loop(monkeypatch):
    monkeypatch.setattr(row_blocks, "LAST_STEPS", set())


def in_recorded_order(monkeypatch):
    monkeypatch.setattr(row_blocks, "by_demand", lambda equations, *_: equations)


def in_short_blocks(monkeypatch):
    monkeypatch.setattr(row_blocks, "BUFFER", 24)


def in_chunks(monkeypatch):
    straight_line(monkeypatch, 7)


ARRANGEMENTS = [in_one_loop, in_recorded_order, in_short_blocks, in_chunks]


def test_the_sums_of_the_network_come_after_the_rows_of_a_block():
    f = jit(value_and_grad(loss), batch=1, backend="llvm").executable(WEIGHTS, POINTS)
    plain = f.summed.plain
    equations = [e for e in plain.equations() if varies(plain, 6)[e[0]]]
    last, needed = row_blocks._last_steps(equations, plain.outputs)
    assert len(last) > 2 * len(needed)


@pytest.mark.parametrize("arrange", ARRANGEMENTS)
def test_sums_have_the_same_bits_in_every_arrangement(arrange, monkeypatch):
    want = sums_of_all_counts()
    arrange(monkeypatch)
    assert same_bits(sums_of_all_counts.__wrapped__(), want)


@pytest.mark.parametrize("arrange", ARRANGEMENTS)
def test_outputs_of_each_row_have_the_same_bits_in_every_arrangement(arrange, monkeypatch):
    cases = [POINTS[:count].T.copy() for count in (1, 7, 8, 9, 40, 137)]
    executable = Executable(program(), 6, llvm)
    want = [executable.outputs(rows, WEIGHTS) for rows in cases]
    arrange(monkeypatch)
    executable = Executable(program(), 6, llvm)
    assert same_bits([executable.outputs(rows, WEIGHTS) for rows in cases], want)


def test_a_sum_adds_every_eighth_row_in_order_and_then_the_eight_lanes():
    executable = Executable(program(), 6, llvm)
    for count in (1, 8, 13, 136, 139, 200):
        rows = POINTS[:count].T.copy()
        want = sum_by_lanes(executable.outputs(rows, WEIGHTS))
        assert same_bits(executable.sums(rows, WEIGHTS), want), count


def sum_by_lanes(each):
    lanes = np.zeros((len(each), 8))
    for j in range(each.shape[1]):
        lanes[:, j % 8] += each[:, j]
    return np.array([functools.reduce(operator.add, row) for row in lanes.tolist()])


def test_a_second_call_gives_the_same_bits():
    assert same_bits(sums_of_all_counts.__wrapped__(), sums_of_all_counts())


def test_users_primitives_are_called_in_the_recorded_order():
    seen = []

    def noting(name):
        def forward(x):
            seen.append(name)
            return x

        return ops.unary(name, forward, lambda y, x: x * 0 + 1)

    first, second, third = map(noting, ("first", "second", "third"))

    def f(x):
        a, b, c = first(x), second(x + 1), third(x + 2)
        return c * a + b

    jit(f, batch=0, backend="llvm")([1.0, 2.0])
    assert [name for name, _ in itertools.groupby(seen)] == ["first", "second", "third"]


CALL, PLAIN = ops.tanh, ops.add


@st.composite
def equations(draw):
    """Equations over two inputs, and the slots that are wanted, all of them needed."""
    made: list[tuple[int, Op, tuple[int, ...]]] = []
    for slot in range(2, draw(st.integers(3, 25))):
        operands = st.integers(0, slot - 1)
        op = draw(st.sampled_from([CALL, PLAIN]))
        made.append((slot, op, tuple(draw(operands) for _ in range(op.arity))))
    used = {r for _, _, operands in made for r in operands}
    wanted = [slot for slot, _, _ in made if slot not in used]
    return made, draw(st.permutations(wanted))


@given(equations())
def test_by_demand_keeps_all_equations_and_puts_operands_first(case):
    made, wanted = case
    ordered = by_demand(made, wanted, {CALL})
    assert sorted(ordered, key=lambda e: e[0]) == made
    known = {0, 1}
    for slot, _, operands in ordered:
        assert known.issuperset(operands)
        known.add(slot)


@given(equations())
def test_by_demand_keeps_the_order_of_calls(case):
    made, wanted = case
    calls = [e for e in by_demand(made, wanted, {CALL}) if e[1] is CALL]
    assert calls == [e for e in made if e[1] is CALL]


def test_an_input_may_be_an_output_of_each_row_and_a_sum():
    executable = jit(lambda x, w: [x, x * w], batch=0, backend="llvm").executable([1.0], 2.0)
    rows = np.arange(11.0)[None]
    assert same_bits(executable.outputs(rows, np.array([3.0])), np.vstack([rows, 3 * rows]))
    assert executable.sums(rows, np.array([3.0])).tolist() == [55, 165]
