"""Every backend computes what the reference does: the whole table, every edge, every program."""

import math
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from microgradlike import Value, jit, ops
from microgradlike.compile.backends import llvm, numpy as numpy_backend, python as reference
from microgradlike.compile.build import build_program
from microgradlike.compile.executable import Executable
from microgradlike.compile.llvm import executable as native
from microgradlike.compile.trace import Trace
from microgradlike.derivatives.linear_map import LinearMap
from microgradlike.expressions.parser import parse
from microgradlike.graph import topological
from microgradlike.ops import TABLE
from microgradlike.testing import programs
from tests.bits import same_bits
from tests.test_edge_points import ROWS, agrees, name
from tests.test_modes import formula
from tests.ulps import draw

# only numbers are compared here
pytestmark = pytest.mark.filterwarnings("ignore::microgradlike.IndeterminateWarning")

BACKENDS = {"python": reference, "numpy": numpy_backend, "llvm": llvm}
FAST = {key: backend for key, backend in BACKENDS.items() if key != "python"}
# IEEE-754 fixes these results to the bit; the others only select an operand
EXACT = [
    "add",
    "sub",
    "mul",
    "mul_no_nan",
    "div",
    "neg",
    "abs",
    "sign",
    "floor",
    "ceil",
    "rint",
    "trunc",
    "floor_divide",
    "mod",
    "fmod",
    "sqrt",
    "maximum",
    "minimum",
    "clip",
    "where",
    "less",
    "less_equal",
    "relu",
]
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.5, math.inf, -math.inf, math.nan, 5e-324, 1e308, -1e-300]


def by_name(x):
    return getattr(x, "name", x)


def recorded(f, count, *, gradient=False):
    """A function of some numbers as a program, with its gradient if wanted."""
    trace = Trace()
    xs = [trace.input() for _ in range(count)]
    y = trace.as_operand(f(*xs))
    outputs = [y]
    if gradient and type(y) is not float:
        outputs += [0.0 + g for g in LinearMap(topological(y), xs).vjp([(y, 1.0)])]
    return build_program(xs, outputs)


def same(a, b):
    """Equal to the sign of a zero, nan to nan."""
    return np.array_equal(a, b, equal_nan=True) and np.array_equal(np.signbit(a), np.signbit(b))


def unsigned_nan(x):
    return np.where(np.isnan(x), np.nan, x)


def within(a, b, ulps):
    return a == b or (a != a and b != b) or abs(a - b) <= ulps * math.ulp(b)


def arguments(op, count=600):
    """Points for a primitive: of its domain, and every combination of special numbers."""
    points = draw(op, count) if op not in (ops.where, ops.clip) else []
    rng = random.Random(op.name)
    points += [tuple(rng.choice(SPECIAL) for _ in op.domain) for _ in range(count // 2)]
    return np.array(points).T


@pytest.mark.parametrize("backend", FAST)
@pytest.mark.parametrize("op", TABLE.values(), ids=by_name)
def test_a_primitive_gives_the_results_of_the_reference(op, backend):
    rows = arguments(op)
    built = recorded(op, op.arity)
    want = reference.build(built, op.arity)(rows, np.empty(0))
    got = FAST[backend].build(built, op.arity)(rows, np.empty(0))
    if op.name in EXACT:
        assert same(unsigned_nan(got), unsigned_nan(want))
    else:
        wrong = [p for p, a, b in zip(rows.T, got[0], want[0]) if not within(a, b, 2)]
        assert not wrong, (len(wrong), wrong[:5])
        zero = want == 0
        assert np.array_equal(np.signbit(got[zero]), np.signbit(want[zero]))


@pytest.mark.parametrize("backend", FAST)
@pytest.mark.parametrize("op", [op for op in TABLE.values() if op.arity == 2], ids=by_name)
def test_a_constant_operand_changes_no_result(op, backend):
    """Not even the sign of a zero: libraries have other code for some constants."""
    rows = np.array([SPECIAL])
    for i in (0, 1):
        for c in SPECIAL:
            built = recorded(lambda x: op(c, x) if i == 0 else op(x, c), 1)  # noqa: B023
            want = reference.build(built, 1)(rows, np.empty(0))
            got = FAST[backend].build(built, 1)(rows, np.empty(0))
            for x, a, b in zip(SPECIAL, got[0], want[0]):
                assert within(a, b, 2), (i, c, x, a, b)
                assert b != 0 or math.copysign(1, a) == math.copysign(1, b), (i, c, x, a, b)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("row", ROWS, ids=name)
def test_a_row_of_the_edge_table_holds(row, backend):
    f, at = formula(row)
    leaves = [Value(x) for x in at]
    value = jit(f, backend=backend).backward(*leaves)
    assert agrees(value, float(row["value"]), 4)
    for leaf, (k, want) in zip(leaves, row["grad"].items()):
        assert agrees(leaf.grad, 0.0 + float(want), 8), (k, leaf.grad)


def test_the_edge_table_is_as_in_eager_mode_where_a_leaf_is_shared():
    for text, at in [("sqrt(relu(x))", -1.0), ("log(relu(x)) * 0", 2.0), ("x * (1 / x)", 1e-320)]:
        x = Value(at)
        y = parse(text)({"x": x})
        y.backward()
        for backend in BACKENDS:
            z = Value(at)
            jit(lambda v, text=text: parse(text)({"x": v}), backend=backend).backward(z)
            assert same_bits(z.grad, x.grad), (text, backend)


PROGRAMS = settings(max_examples=100, suppress_health_check=list(HealthCheck), deadline=None)


@settings(PROGRAMS, max_examples=300)
@given(programs(max_size=40), st.sampled_from([1.0, 1.0, 30.0, 1e200]))
def test_the_reference_is_eager_arithmetic_to_the_bit(program, scale):
    """The gradient too, but for `where`, which gathers the gradients of its users."""
    point = [x * scale for x in program.point]
    leaves, others = [Value(x) for x in point], [Value(x) for x in point]
    y = program(*leaves)
    y.backward()
    value = jit(program, backend="python").backward(*others)
    assert same_bits(value, y.data)
    if ops.where not in {i.op for i in program.instructions}:
        assert same_bits([v.grad for v in others], [v.grad for v in leaves])


@pytest.mark.parametrize("f", [lambda x: x.sin() / x.sin(), lambda x: (x * 1.0) * x + x * 1.0])
@given(st.floats(-4, 4))
def test_the_reference_adds_gradients_up_in_the_order_of_eager_arithmetic(f, x):
    leaf, other = Value(x), Value(x)
    f(leaf).backward()
    jit(f, backend="python").backward(other)
    assert same_bits(other.grad, leaf.grad)


EXACT_OPS = [TABLE[name] for name in EXACT if name != "mul_no_nan"]


@pytest.mark.parametrize("backend", FAST)
@PROGRAMS
@given(
    program=programs(ops=EXACT_OPS, max_size=40), seed=st.integers(0, 9), count=st.integers(1, 40)
)
def test_of_exact_primitives_every_backend_gives_the_same_bits(backend, program, seed, count):
    inputs = len(program.point)
    built = recorded(program, inputs, gradient=True)
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(inputs, count)) + np.array(program.point)[:, None]
    for batched in (inputs, 1):
        rows, shared = numbers[:batched], numbers[batched:, 0]
        want = Executable(built, batched, reference).outputs(rows, shared)
        got = Executable(built, batched, FAST[backend]).outputs(rows, shared)
        assert np.array_equal(got, want, equal_nan=True)


@pytest.mark.parametrize("backend", FAST)
@PROGRAMS
@given(program=programs(max_size=30, smooth=True), seed=st.integers(0, 9), count=st.integers(1, 20))
def test_of_any_primitives_every_backend_agrees(backend, program, seed, count):
    inputs = len(program.point)
    built = recorded(program, inputs, gradient=True)
    rng = np.random.default_rng(seed)
    rows = np.array(program.point)[:, None] + rng.uniform(-5e-3, 5e-3, size=(inputs, count))
    want = Executable(built, inputs, reference).outputs(rows, np.empty(0))
    got = Executable(built, inputs, FAST[backend]).outputs(rows, np.empty(0))
    there = np.isfinite(want)
    assert np.array_equal(got[~there], want[~there], equal_nan=True)
    size = np.abs(want[there]).max(initial=1.0)
    assert np.allclose(got[there], want[there], rtol=1e-9, atol=1e-10 * size)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_users_primitive_runs_everywhere(backend):
    cube = ops.unary("cube", lambda x: x**3, lambda y, x: 3 * x * x)
    x = Value(2.0)
    assert jit(cube, backend=backend).backward(x) == 8
    assert x.grad == 12
    assert jit(cube, batch=0, reduce=None, backend=backend)([1.0, 2.0]).tolist() == [1, 8]


# 0·∞


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_nan_in_one_block_has_that_block_run_with_absorbing_products(backend):
    built = recorded(lambda x: ops.sqrt(ops.relu(x)), 1, gradient=True)
    executable = Executable(built, 1, BACKENDS[backend])
    executable.per_row.block = 4
    rows = np.array([[4.0, 1.0, 9.0, 16.0, -1.0, 4.0]])
    value, gradient = executable.outputs(rows, np.empty(0))
    assert value.tolist() == [2, 1, 3, 4, 0, 2]
    assert gradient.tolist() == [1 / 4, 1 / 2, 1 / 6, 1 / 8, 0, 1 / 4]


def test_plain_products_give_what_absorbing_ones_do_or_a_nan():
    built = recorded(lambda x, y: ops.sqrt(ops.relu(x)) * y.exp(), 2, gradient=True)
    assert ops.mul_no_nan in built.ops
    executable = Executable(built, 2, numpy_backend)
    assert "mul_no_nan" not in str(executable.per_row.plain)
    assert "mul_no_nan" in str(replace(built))


def test_where_a_nan_could_get_lost_products_absorb():
    """A gradient that decides something: as 0 · ∞ it is 0, which is not less than 0."""

    def f(x):
        g = ops.mul_no_nan(ops.relu(x), 1 / x)
        return ops.where(g < 1, 5.0, 7.0)

    for backend in BACKENDS:
        assert jit(f, backend=backend)(0.0) == 5


# Large programs


def straight_line(monkeypatch, chunk):
    """Machine code in functions of `chunk` equations each."""
    monkeypatch.setattr(native, "SMALL", 0)
    monkeypatch.setattr(native, "CHUNK", chunk)
    monkeypatch.setattr(native, "MIN_STRIP", math.inf)


def loops(monkeypatch):
    """Loops over strided blocks, whatever the program."""
    monkeypatch.setattr(native, "SMALL", 0)
    monkeypatch.setattr(native, "HUGE", 0)


def wide(op, count, arrangement):
    """A program with many equations of a primitive, whose operands stand one way or another."""
    trace = Trace()
    inputs = [trace.input() for _ in range(op.arity * count)]
    operands = {
        "neighbours": lambda i, j: inputs[j * count + i],
        "interleaved": lambda i, j: inputs[i * op.arity + j],
        "backwards": lambda i, j: inputs[(j + 1) * count - 1 - i],
        "one for all": lambda i, j: inputs[j * count + (i if j == 0 else 0)],
        "scattered": lambda i, j: inputs[(j * count + i * 7919) % len(inputs)],
    }[arrangement]
    made = [trace.intern(op, tuple(operands(i, j) for j in range(op.arity))) for i in range(count)]
    return build_program(inputs, made)


@pytest.mark.parametrize(
    "arrangement", ["neighbours", "interleaved", "backwards", "one for all", "scattered"]
)
@pytest.mark.parametrize("op", TABLE.values(), ids=by_name)
def test_strips_of_a_primitive_give_the_results_of_the_reference(op, arrangement, monkeypatch):
    loops(monkeypatch)
    count = 37
    built = wide(op, count, arrangement)
    shared = arguments(op, 2 * count)[:, :count].ravel()
    want = reference.build(built, 0)(np.empty((0, 1)), shared)[:, 0]
    run = llvm.build(built, 0)
    assert run.shared.tables
    got = run(np.empty((0, 1)), shared)[:, 0]
    bound = 0 if op.name in EXACT else 2
    assert not [(a, b) for a, b in zip(got, want) if not within(a, b, bound)]


@PROGRAMS
@given(program=programs(ops=EXACT_OPS, max_size=30), count=st.integers(1, 20))
def test_strips_of_any_program_give_the_same_bits(program, count):
    """One program over many points without a batch, so each equation occurs `count` times."""
    inputs = len(program.point)

    def f(*xs):
        return ops.add(sum(program(*xs[i::count]) for i in range(count)), 0.5)

    built = recorded(f, inputs * count, gradient=True)
    numbers = np.random.default_rng(count).normal(size=inputs * count)
    want = Executable(built, 0, reference).outputs(np.empty((0, 1)), numbers)
    for backend in FAST.values():
        with pytest.MonkeyPatch.context() as patch:
            loops(patch)
            got = Executable(built, 0, backend).outputs(np.empty((0, 1)), numbers)
        assert np.array_equal(got, want, equal_nan=True)


def test_operands_far_apart_and_sums_of_scattered_terms_are_found():
    trace = Trace()
    inputs = [trace.input() for _ in range(8 * 2100)]
    far = [inputs[i] * inputs[2100 * i] for i in range(8)]
    rng = random.Random(0)
    scattered = [sum(rng.sample(inputs, 5)[1:], rng.choice(inputs)) for _ in range(40)]
    built = build_program(inputs, far + scattered)
    numbers = np.random.default_rng(0).normal(size=len(inputs))
    want = reference.build(built, 0)(np.empty((0, 1)), numbers)
    for backend in FAST.values():
        with pytest.MonkeyPatch.context() as patch:
            loops(patch)
            assert same(backend.build(built, 0)(np.empty((0, 1)), numbers), want)


def test_strips_call_a_users_primitive_for_its_own_numbers_only(monkeypatch):
    loops(monkeypatch)
    seen = []

    def forward(x):
        seen.append(x)
        return x**3

    cube = ops.unary("cube", forward, lambda y, x: 3 * x * x)
    xs = [1.0, 2.0, 3.0, 4.0, 5.0]
    f = jit(lambda xs: [cube(x) for x in xs], backend="llvm")
    assert f(xs) == [1, 8, 27, 64, 125]
    assert seen == xs


@pytest.mark.parametrize("backend", FAST)
@pytest.mark.parametrize("chunk", [1, 3, 7, None])
def test_a_program_in_chunks_is_the_same_program(backend, chunk, monkeypatch):
    straight_line(monkeypatch, chunk) if chunk else loops(monkeypatch)

    def f(x, y, w):
        total = w * w
        for k in range(8):
            total = total * 0.5 + ops.tanh(x * k + total) * y - ops.exp(w * k - 9)
        return total

    built = recorded(f, 3, gradient=True)
    rng = np.random.default_rng(0)
    rows, shared = rng.normal(size=(2, 19)), rng.normal(size=1)
    for batched, a, b in ((2, rows, shared), (0, np.empty((0, 1)), rng.normal(size=3))):
        want = Executable(built, batched, reference).outputs(a, b)
        got = Executable(built, batched, FAST[backend]).outputs(a, b)
        assert np.allclose(got, want, rtol=1e-12, atol=1e-13)


def test_a_users_primitive_that_is_used_twice_is_called_by_one_name():
    cube = ops.unary("cube", lambda x: x**3, lambda y, x: 3 * x * x)
    f = jit(lambda x, y: cube(x) + cube(y) + cube(2.0), backend="llvm")
    assert f(2.0, 3.0) == 8 + 27 + 8


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_primitive_of_four_operands_of_which_some_vary(backend):
    def forward(a, b, c, d):
        return a + 10 * b + 100 * c + 1000 * d

    one = (lambda *_: 1.0,) * 4
    quad = ops.Op("quad", forward, one, "", "", "q", (ops.REAL,) * 4, None)
    w = Value(5.0)

    def f(x):
        return [quad(x, x, x, x + 1), quad(x, x, x, w), quad(x, x, x, w * w), quad(x, x, x, x * 2)]

    rows = jit(f, batch=0, reduce=None, backend=backend)([1.0, 2.0, 3.0])
    assert [row.tolist() for row in rows] == [
        [2111, 3222, 4333],
        [5111, 5222, 5333],
        [25111, 25222, 25333],
        [2111, 4222, 6333],
    ]
