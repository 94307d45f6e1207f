"""Loops over vectors of rows give the bits of straight-line code, whatever the program."""

import random

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from microgradlike import jit, ops
from microgradlike.compile.backends import llvm, python as reference
from microgradlike.compile.build import build_program
from microgradlike.compile.executable import Executable
from microgradlike.compile.llvm import executable as native
from microgradlike.compile.llvm.row_strips import RowStrips
from microgradlike.compile.passes.product_fusion import fuse_products, is_sum_of_products
from microgradlike.compile.program import varies
from microgradlike.compile.schedule.schedule import Schedule
from microgradlike.compile.trace import Trace
from microgradlike.testing import programs
from tests.bits import same_bits
from tests.compile.test_backends import PROGRAMS, recorded

# only numbers are compared here
pytestmark = pytest.mark.filterwarnings("ignore::microgradlike.IndeterminateWarning")


def both_ways(program, batched, rows, shared):
    """Outputs per row and their sums, by straight-line code and by strips for all that varies."""
    found = []
    for small in (native.SMALL, 0):
        varying = any(varies(program, batched)[program.inputs :][: len(program)])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(native, "SMALL", small)
            runs = llvm.build(program, batched), llvm.build(program, batched, [])
        found.append([run(rows, shared) for run in runs])
        assert bool(runs[1].loop.tables) is (varying and not small)
    return found


def weighted_sums(vary, scattered):
    """Sums of 12 products with a number before or after them, and what uses some of them again."""
    rng = random.Random(0)
    trace = Trace()
    xs, ws = ([trace.input() for _ in range(48)] for _ in range(2))
    if not vary:
        ws = ws[:20] * 3
    sums = []
    for i in range(30):
        a, b = (rng.sample(xs, 12), rng.sample(ws, 12)) if scattered else (xs[i : i + 12], ws[:12])
        sums.append(sum((x * w for x, w in zip(a, b)), 0.0 if i % 3 else xs[i]))
    used = sums[0] * xs[0]
    mixed = xs[1] * xs[2] + xs[3] * ws[0] + used + used + ws[0] * ws[1]
    return build_program(xs + ws[: 48 if vary else 20], [*sums, used, mixed, mixed, xs[5], ws[1]])


@pytest.mark.parametrize("scattered", [False, True])
@pytest.mark.parametrize("vary", [False, True])
def test_sums_of_products_are_one_equation_each_and_keep_their_bits(vary, scattered):
    program = weighted_sums(vary, scattered)
    batched = 96 if vary else 48
    numbers = np.random.default_rng(0).normal(size=(program.inputs, 13))
    rows, shared = numbers[:batched], numbers[batched:, 0]
    first, second = both_ways(program, batched, rows, shared)
    assert same_bits(list(first), list(second))
    fused, slots = fuse_products(program, varies(program, batched))
    assert len(fused) < len(program) / 2
    assert np.array_equal(
        reference.build(fused, batched)(rows, shared),
        reference.build(program, batched)(rows, shared),
    )
    assert any(map(is_sum_of_products, fused.ops))
    outputs = [slots[r] for r in program.outputs]
    assert outputs == list(fused.outputs)
    groups = Schedule(fused, batched).groups
    assert all(
        g.from_varying[1::2] == (True,) * len(g.from_varying[1::2])
        for g in groups
        if g.op.arity > 3
    )


FEW = settings(PROGRAMS, max_examples=5)  # each compiles four modules


@FEW
@given(program=programs(max_size=30), one=st.booleans(), count=st.integers(1, 20))
def test_any_program_gives_the_same_bits(program, one, count):
    inputs = len(program.point)
    built = recorded(program, inputs, gradient=True)
    rng = np.random.default_rng(count)
    numbers = rng.normal(size=(inputs, count)) + np.array(program.point)[:, None]
    batched = 1 if one else inputs
    first, second = both_ways(built, batched, numbers[:batched], numbers[batched:, 0])
    assert same_bits(list(first), list(second))


@FEW
@given(program=programs(max_size=12), one=st.booleans(), count=st.integers(2, 12))
def test_many_equations_of_a_kind_give_the_same_bits(program, one, count):
    inputs = len(program.point)

    def f(*xs):
        return sum(program(*xs[i::count]) * xs[0] for i in range(count)) + 0.5

    built = recorded(f, inputs * count, gradient=True)
    numbers = np.random.default_rng(count).normal(size=(inputs * count, 9))
    batched = count if one else inputs * count
    first, second = both_ways(built, batched, numbers[:batched], numbers[batched:, 0])
    assert same_bits(list(first), list(second))


@settings(PROGRAMS, max_examples=40)
@given(programs(max_size=20), st.sampled_from([1.0, 1e200]))
def test_fused_products_are_the_same_program(program, scale):
    inputs = len(program.point)
    built = recorded(program, inputs, gradient=True)
    fused, _ = fuse_products(built, varies(built, inputs))
    rows = scale * np.array(program.point)[:, None]
    a, b = (reference.build(p, inputs)(rows, np.empty(0)) for p in (built, fused))
    assert same_bits(a, b)


def test_a_large_program_over_a_batch_runs_as_strips(monkeypatch):
    monkeypatch.setattr(native, "SMALL", 50)
    program = weighted_sums(vary=False, scattered=False)
    executable = Executable(program, 48, llvm)
    rows, shared = np.ones((48, 3)), np.ones(20)
    assert executable.sums(rows, shared)[:3].tolist() == [39, 36, 36]
    assert executable.summed.run.loop.buffer > 48


def test_a_users_primitive_and_its_exception_pass_through(monkeypatch):
    monkeypatch.setattr(native, "SMALL", 0)

    def forward(x):
        if x > 2:
            raise KeyError("too large")
        return x**3

    cube = ops.unary("cube", forward, lambda y, x: 3 * x * x)
    f = jit(lambda xs: cube(xs[0]) * xs[1] + xs[0], batch=0, reduce=None, backend="llvm")
    assert f([[1.0, 2.0], [2.0, 3.0]]).tolist() == [3, 26]
    with pytest.raises(KeyError, match="too large"):
        f([[1.0, 2.0], [3.0, 3.0]])


def test_an_absorbed_product_in_a_large_program_is_as_in_a_small_one(monkeypatch):
    def f(x):
        return ops.sqrt(ops.relu(x)) * x + x * x

    rows = np.array([[4.0, -1.0, 9.0]])
    found = []
    for small in (native.SMALL, 0):
        monkeypatch.setattr(native, "SMALL", small)
        executable = Executable(recorded(f, 1, gradient=True), 1, llvm)
        found.append(executable.outputs(rows, np.empty(0)))
    assert same_bits(*found)


def test_outputs_that_do_not_vary_need_no_place_among_the_rows(monkeypatch):
    trace = Trace()
    x, w = trace.input(), trace.input()
    program = build_program([x, w], [w * 2.0])
    code = RowStrips(
        native.LLVMModule(llvm.SPELLINGS),
        program,
        batched=1,
        equations=[],
        place={},
        summed=True,
    )
    assert len(code.outputs) == 0
