"""Groups, totals and strips: every equation once, after its operands, and the same numbers."""

import functools
import operator
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from microgradlike import ops
from microgradlike.compile.backends import python as reference
from microgradlike.compile.build import build_program
from microgradlike.compile.passes.simplify import (
    with_shared_terms_apart,
    with_squares_as_products,
    without_zero_terms,
)
from microgradlike.compile.passes.sum_fusion import fuse_sums, is_fused_sum
from microgradlike.compile.program import varies
from microgradlike.compile.schedule.access import strided_blocks
from microgradlike.compile.schedule.agenda import ordered_groups
from microgradlike.compile.schedule.schedule import Schedule
from microgradlike.compile.trace import Trace
from microgradlike.testing import programs
from tests.compile.test_backends import recorded, same

SMALL = settings(max_examples=100, deadline=None)


def places_of(block, j):
    return [
        block.base[j] + i * block.outer_stride[j] + k * block.inner_stride[j]
        for i in range(block.outer)
        for k in range(block.inner)
    ]


def rectangles(draw):
    """Places as code has them: strips of one length, a few irregular ones, in up to 3 operands."""
    operands, runs = draw(st.integers(1, 3)), draw(st.integers(1, 6))
    places = [[] for _ in range(operands)]
    for _ in range(runs):
        outer, inner = draw(st.integers(1, 4)), draw(st.integers(1, 5))
        for p in places:
            base, across, along = (draw(st.integers(-9, 9)) for _ in range(3))
            p += [base + i * across + k * along for i in range(outer) for k in range(inner)]
    return [np.array(p) for p in places]


@SMALL
@given(st.composite(rectangles)())
def test_strided_blocks_cover_all_places_in_order(places):
    found = strided_blocks(places)
    assert [g.first for g in found] == np.cumsum(
        [0, *(g.outer * g.inner for g in found[:-1])]
    ).tolist()
    for j, p in enumerate(places):
        assert [x for block in found for x in places_of(block, j)] == p.tolist()


def test_a_matrix_by_a_vector_is_one_strided_block():
    rows, columns = 7, 5
    weights = np.arange(rows * columns)
    inputs = np.tile(np.arange(100, 100 + columns), rows)
    assert len(strided_blocks([weights, inputs])) == 1


@SMALL
@given(programs(max_size=40), st.booleans())
def test_groups_have_every_equation_once_after_its_operands(f, gradient):
    built = recorded(f, len(f.point), gradient=gradient)
    done = set()
    for group in ordered_groups(built, built.code):
        assert len({built.code[k] for k in group}) == 1
        for k in group:
            references = built.operands[built.starts[k] : built.starts[k + 1]]
            assert all(r < built.inputs or r - built.inputs in done for r in references)
        assert done.isdisjoint(group)
        done.update(group)
    assert len(done) == len(built)


def sums(seed):
    """A program of sums of all shapes, some of which are used twice."""
    rng = random.Random(seed)
    trace = Trace()
    inputs = [trace.input() for _ in range(6)]
    found = [*inputs, *[x * 2.0 for x in inputs]]
    for _ in range(rng.randint(1, 60)):
        recent = rng.choice(found[-3:])
        other = rng.choice([*found, 1.0])
        found.append(recent + other if rng.random() < 0.8 else other * recent)
    return build_program(inputs, [found[-1], rng.choice(found)])


@pytest.mark.parametrize("seed", range(200))
def test_totals_add_in_the_order_that_was_written(seed):
    built = sums(seed)
    rows = np.random.default_rng(seed).normal(size=(6, 5)) * 10.0 ** np.arange(-2, 3)
    want = reference.build(built, 6)(rows, np.empty(0))
    for batched in (0, 3, 6):
        short = fuse_sums(built, varies(built, batched))
        assert same(reference.build(short, 6)(rows, np.empty(0)), want)


def test_a_chain_of_sums_is_one_group():
    built = recorded(lambda *xs: functools.reduce(operator.add, xs), 50)
    (group,) = Schedule(built, 50, fuse=True).groups
    assert is_fused_sum(group.op)
    assert group.op.arity == 50


def test_a_sum_that_is_used_twice_is_kept():
    built = recorded(lambda a, b, c, d: (a + b + c) * (a + b + c + d), 4)
    assert len(fuse_sums(built, [False] * 20)) == 3


def test_the_terms_of_a_total_differ_over_the_batch_all_or_none():
    built = recorded(lambda x, z, *ws: x + z + ws[0] + ws[1] + ws[2] + x.sin() + ws[3], 6)
    for batched in range(6):
        varying = varies(built, batched)
        short = fuse_sums(built, varying)
        now = varies(short, batched)
        for _, op, operands in short.equations():
            if is_fused_sum(op):
                assert len({now[r] for r in operands}) == 1


def test_what_is_ready_waits_for_others_of_its_kind():
    """Two chains of the same primitives, one of them a step behind: they are computed together."""
    x = Trace().input()
    ahead, behind = x, x.exp()
    for _ in range(10):
        ahead, behind = ahead.sin().cos(), behind.sin().cos()
    built = build_program([x], [ahead, behind])
    assert [len(group) for group in ordered_groups(built, built.code)] == [1] + [2] * 20


def test_the_kind_goes_first_whose_least_urgent_equation_is_farthest_from_the_end():
    x, y = (trace := Trace()).input(), trace.input()
    far, near = x.exp().sin().cos().sin().cos(), y.exp()
    built = build_program([x, y], [far, near, x.tanh().sin().cos(), y.tanh().cos().sin()])
    first = next(ordered_groups(built, built.code))
    assert [built.ops[built.code[k]].name for k in first] == ["tanh"] * 2  # one exp can wait


def test_the_way_to_the_end_is_the_longest_of_several():
    x, y = (trace := Trace()).input(), trace.input()
    far = x.exp()
    built = build_program([x, y], [far.sin().cos().sin().cos(), y.tanh().sqrt().cbrt(), far + 1.0])
    first = next(ordered_groups(built, built.code))
    assert [built.ops[built.code[k]].name for k in first] == ["exp"]


@pytest.mark.parametrize("lengths", [(3, 4, 5), (5, 4, 3), (6, 3, 7, 4), (40, 30, 50)])
def test_runs_of_neighbours_are_as_many_grids(lengths):
    places, at = [], 0
    for i, length in enumerate(lengths):
        places += range(at, at + length)
        at += length + 7 * (i + 1)
    found = strided_blocks([np.array(places)])
    assert [(g.outer, g.inner) for g in found] == [(1, length) for length in lengths]


@SMALL
@given(programs(max_size=40), st.integers(0, 9))
def test_cheaper_programs_give_the_same_bits(f, seed):
    inputs = len(f.point)
    built = recorded(f, inputs, gradient=True)
    rows = np.random.default_rng(seed).normal(size=(inputs, 3)) + np.array(f.point)[:, None]
    want = reference.build(built, inputs)(rows, np.empty(0))
    short, zeros = without_zero_terms(built)
    got = reference.build(short, inputs)(rows, np.empty(0))
    assert same(got if zeros is None else got + zeros[:, None], want)
    assert len(short) <= len(built)
    batched = inputs // 2
    short, add_to = with_shared_terms_apart(built, varies(built, batched))
    got = reference.build(short, inputs)(rows, np.empty(0))
    parts = got[: len(want)].copy()
    parts[add_to] += got[len(want) :]
    every = replace(built, outputs=tuple(range(inputs + len(built))))  # and all intermediates
    values = np.abs(reference.build(every, inputs)(rows, np.empty(0)))
    if np.isfinite(values).all():
        assert np.allclose(parts, want, rtol=0, atol=1e-14 * values.max())


def test_an_output_that_another_one_needs_is_computed_all_the_same():
    trace = Trace()
    x, w = trace.input(), trace.input()
    total = ops.tanh(x) + ops.mul_no_nan(2.0, w)
    built = build_program([x, w], [total, total * 2.0])
    short, add_to = with_shared_terms_apart(built, varies(built, 1))
    assert add_to.tolist() == [0]
    assert len(short) == len(built)


def test_a_sum_of_zero_that_another_one_needs_is_computed_all_the_same():
    x = Trace().input()
    total = 0.0 + -x
    built = build_program([x], [-x, total, total * 2.0, x + 0.0])
    short, zeros = without_zero_terms(built)
    assert str(short).splitlines()[-1] == "return v1, v1, v3, x0"
    rows = np.array([[0.0, -0.0, 3.0]])
    want = reference.build(built, 1)(rows, np.empty(0))
    assert same(reference.build(short, 1)(rows, np.empty(0)) + zeros[:, None], want)


def test_a_penalty_whose_gradient_comes_in_two_parts_is_no_part_of_a_row():

    def parts(f):
        short, _ = without_zero_terms(recorded(f, 2, gradient=True))
        return with_shared_terms_apart(short, varies(short, 1))

    short, add_to = parts(lambda x, w: ops.tanh(x * w) + 0.5 * w * w)
    plain, _ = parts(lambda x, w: ops.tanh(x * w))
    assert add_to.tolist() == [2]
    assert sum(varies(short, 1)) == sum(varies(plain, 1)) + 1  # the value


def test_a_square_is_a_product_and_other_powers_are_powers():
    built = recorded(lambda x: x**2 + x**3 + 2**x, 1)
    assert str(with_squares_as_products(built)).count("x0 * x0") == 1
    assert str(with_squares_as_products(built)).count("**") == 2
    x = np.array([[3.0]])
    assert reference.build(with_squares_as_products(built), 1)(x, np.empty(0)) == 9 + 27 + 8


def test_what_no_row_has_a_part_in_is_added_up_once():
    built = recorded(lambda x, w: ops.tanh(x * w) + ops.mul_no_nan(w, w), 2)
    short, add_to = with_shared_terms_apart(built, varies(built, 1))
    assert add_to.tolist() == [0]
    assert str(short).splitlines()[-1] == "return v3, v4"


def test_what_cancels_row_by_row_is_not_added_up_with_shared_terms_apart():
    built = recorded(lambda x, w: x + w, 2)
    assert with_shared_terms_apart(built, varies(built, 1))[0] is built
