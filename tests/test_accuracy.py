"""Values within 2 ulp and derivatives within 4 ulp of the truth, over the domain and its tails."""

import math
import os
import random

import mpmath
import pytest
from mpmath import mp, mpf

from microgradlike import ops
from microgradlike.ieee_float import partial_at
from tests.ulps import Exact, draw, exact, ulps, unwrap, value_ulps

POINTS = int(os.environ.get("POINTS", "400"))
DRAWN = [op for op in ops.TABLE.values() if op not in (ops.where, ops.clip)]  # those only choose


@pytest.fixture(autouse=True)
def _sixty_digits():
    with mp.workdps(60):
        yield


def by_name(op):
    return op.name


def allowed_in_value(op, point, want):
    """2 ulp, or what the C library itself is off by."""
    library = getattr(math, op.name, None)
    return 2.0 if library is None or op.arity == 2 else max(2.0, ulps(library(*point), want))


def check(op, count, seed):
    for point in draw(op, count, seed):
        y = exact(op)(*map(mpf, point))
        error = value_ulps(op, point, op(*point), y)
        assert error <= allowed_in_value(op, point, y), (op.name, point)
        for i, partial in enumerate(op.partials):
            want = unwrap(partial(Exact(y), *map(Exact, point)))
            got = partial_at(op, i, op(*point), *point)
            assert ulps(got, want) <= 4, (op.name, i, point, got, float(want))


@pytest.mark.parametrize("op", DRAWN, ids=by_name)
def test_value_within_2_ulp_and_every_partial_within_4(op):
    check(op, POINTS, seed=0)


@pytest.mark.parametrize("op", [ops.erf, ops.erfc], ids=by_name)
def test_the_normal_distribution_keeps_its_digits_far_out(op):
    rng = random.Random(0)
    for x in [rng.uniform(20, 26) for _ in range(2000)]:
        want = op.partials[0](None, Exact(x)).data
        assert ulps(partial_at(op, 0, op(x), x), want) <= 2.3


def test_a_cube_root_is_the_nearest_double_or_the_next():
    for x in [point[0] for point in draw(ops.cbrt, 4000)]:
        assert ulps(ops.cbrt(x), mp.cbrt(mpf(abs(x))) * (1 if x > 0 else -1)) <= 0.8


@pytest.mark.long
@pytest.mark.parametrize("op", DRAWN, ids=by_name)
def test_value_within_2_ulp_and_every_partial_within_4_at_100_000_points(op):
    check(op, 100_000, seed=1)


@pytest.mark.parametrize("op", DRAWN, ids=by_name)
def test_every_partial_is_the_derivative_of_the_value(op):
    """The formula against mpmath's numerical derivative: to 1e-15, as its constants are doubles."""
    rng = random.Random(op.name)
    for _ in range(20):
        point = [mpf(moderate(rng, domain)) for domain in op.domain]
        y = exact(op)(*point)
        for i, partial in enumerate(op.partials):
            orders = tuple(int(j == i) for j in range(op.arity))
            want = mpmath.diff(exact(op), tuple(point), orders)
            got = unwrap(partial(Exact(y), *map(Exact, point)))
            assert abs(got - want) <= 1e-15 * (1 + abs(want)), (op.name, i, point)


def moderate(rng, domain):
    """A point well inside the domain."""
    lo, hi = rng.choice(domain)
    lo, hi = max(lo, -3.0), min(hi, max(lo, -3.0) + 4.0)
    return lo + (hi - lo) * rng.uniform(0.05, 0.95)


def test_the_measure_sees_half_an_ulp():
    assert ulps(1.0, mpf(1)) == 0
    assert ulps(1.0 + 2**-52, mpf(1)) == 1
    assert ulps(math.inf, mpf(10) ** 400) == 0
    assert ulps(math.nan, mpf(1)) == math.inf
