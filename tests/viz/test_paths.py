"""Paths: count and sum are those of an enumeration, without enumerating."""

from __future__ import annotations

import math

from hypothesis import given, strategies as st

from microgradlike import Value, ops
from microgradlike.engine import local_derivatives
from microgradlike.graph import count_paths, leaves, node_operands
from microgradlike.ops import mul_no_nan
from microgradlike.testing.strategies.programs import programs
from viz.text.paths import Paths, all_paths

EPSILON = 2.0**-52


def enumerated(root, node):
    """The product of every path from `node` to `root`, by walking all of them."""
    products, stack = [], [(root, 1.0)]
    while stack:
        v, product = stack.pop()
        if v is node:
            products.append(product)
            continue
        partials = local_derivatives(v)
        stack.extend((x, mul_no_nan(product, partials[i])) for i, x in node_operands(v))
    return products


@given(programs(max_size=9), st.integers(1, 6))
def test_count_greatest_and_rest_are_those_of_the_enumerated_paths(program, limit):
    xs = [Value(x) for x in program.point]
    y = program(*xs)
    table = all_paths(y, xs, limit=limit)
    for x in xs:
        paths, want = table.get(id(x), Paths()), enumerated(y, x)
        assert paths.count == len(want) == count_paths(y, x)
        by_size = sorted(map(abs, want), reverse=True)
        assert [abs(p.product) for p in paths.greatest] == by_size[:limit]
        allowed = 4 * len(want) * EPSILON * math.fsum(by_size)
        listed = math.fsum(p.product for p in paths.greatest)
        assert abs(paths.total - math.fsum(want)) <= allowed
        assert abs(paths.rest + listed - math.fsum(want)) <= allowed
        assert abs(paths.magnitude - math.fsum(by_size)) <= allowed


@given(programs(max_size=9))
def test_the_total_is_the_gradient_of_a_backward_pass(program):
    xs = [Value(x) for x in program.point]
    y = program(*xs)
    y.backward()
    table = all_paths(y, leaves(y), limit=4)
    for x in leaves(y):
        paths = table[id(x)]
        assert abs(paths.total - x.grad) <= 40 * EPSILON * paths.magnitude


@given(programs(max_size=9))
def test_the_steps_of_a_path_lead_from_the_node_to_the_root_and_multiply_to_its_product(program):
    xs = [Value(x) for x in program.point]
    y = program(*xs)
    table = all_paths(y, xs, limit=3)
    for x in [x for x in xs if id(x) in table]:
        for path in table[id(x)].greatest:
            below, product = x, 1.0
            for step in path.steps():
                assert step.user.operands[step.position] is below
                assert step.local == local_derivatives(step.user)[step.position]
                below = step.user
            assert below is y
            for step in reversed(list(path.steps())):
                product = mul_no_nan(product, step.local)
            assert product == path.product


def test_the_rest_does_not_lose_small_paths_beside_great_ones_that_cancel():
    x = Value(1.0)
    y = (x * 1e20 - x * 1e20) + (x * 0.25 + x * 0.5)
    paths = all_paths(y, [x], limit=2)[id(x)]
    assert [p.product for p in paths.greatest] == [1e20, -1e20]
    assert paths.rest == 0.75
    assert paths.total == 0.75


def test_a_path_with_a_zero_factor_contributes_nothing_beside_infinity():
    x = Value(0.0)
    paths = all_paths(x * ops.sqrt(x), [x], limit=1)[id(x)]
    assert (paths.count, paths.total, paths.magnitude) == (2, 0.0, 0.0)


def test_a_path_that_is_nan_is_listed_first():
    x = Value(0.0)
    paths = all_paths(x * 1e300 + ops.atan2(x, x), [x], limit=1)[id(x)]
    assert math.isnan(paths.greatest[0].product)
    assert math.isnan(paths.total)


def test_a_node_with_very_many_users_keeps_few_of_its_paths_at_a_time():
    x = Value(1.0)
    y = Value(0.0)
    for i in range(1000):
        y = y + x * float(i)
    paths = all_paths(y, [x], limit=3)[id(x)]
    assert [p.product for p in paths.greatest] == [999.0, 998.0, 997.0]
    assert (paths.count, paths.rest) == (1000, sum(range(997)))


def test_only_wanted_nodes_that_the_root_depends_on_are_in_the_table():
    x, w, stranger = Value(1.0), Value(2.0), Value(3.0)
    y = x * w
    assert set(all_paths(y, [x, stranger], limit=1)) == {id(x)}
    assert all_paths(y, [y], limit=1)[id(y)].total == 1.0


def test_a_rest_of_zero_times_an_infinite_derivative_is_zero():
    x = Value(0.0)
    root = x.sqrt()
    y = root * 0.0 + root * 0.0 + root * 0.0
    (paths,) = all_paths(y, [x], limit=1).values()
    assert (paths.count, len(paths.greatest)) == (3, 1)
    assert (paths.rest, paths.total, paths.magnitude) == (0.0, 0.0, 0.0)
