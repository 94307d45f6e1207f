"""exp, log, tanh, sin and cos over vectors: within 2 ulp, and as in the C library at every edge."""

import math

import numpy as np
import pytest
from mpmath import mp, mpf

from microgradlike import ops
from microgradlike.compile.backends import llvm
from microgradlike.compile.llvm import vector_math
from tests.bits import same_bits
from tests.compile.test_backends import recorded
from tests.ulps import exact, ulps

EDGES = [0.0, 1.0, 2.0**-1022, 5e-324, 1e-310, 1.7e308, 709.78, 709.79, 710.5, 745.1, 745.2, 746.5]
EDGES += [708.5, 0.55, 0.5499999, math.sqrt(2), math.sqrt(0.5), 1e5, 1e5 + 1, 1e22, math.inf]


def places(seed, count):
    """Points of every size, near 1, near multiples of π/2, and multiples of e."""
    rng = np.random.default_rng(seed)
    parts = [rng.uniform(-r, r, count) for r in (1, 20, 800, 1e5)]
    parts += [np.exp(rng.uniform(-740, 700, count)) * rng.choice([-1, 1], count)]
    parts += [np.round(rng.uniform(-6e4, 6e4, count)) * math.pi / 2]
    parts += [1 + rng.uniform(-1e-3, 1e-3, count)]
    return np.concatenate([*parts, EDGES, [-x for x in EDGES], [math.nan]])


def check(name, count, seed):
    op = ops.TABLE[name]
    xs = places(seed, count)
    got = llvm.build(recorded(op, 1), 1)(xs[None, :], np.empty(0))[0]
    worst = 0.0
    with mp.workdps(60):
        for x, y in zip(xs.tolist(), got.tolist()):
            want = op(x)
            if want == 0 or not math.isfinite(want):
                assert same_bits(y, want), x
            else:
                worst = max(worst, ulps(y, exact(op)(mpf(x))))
    assert worst <= 1.5


NAMES = [*vector_math.EVERYWHERE, *vector_math.NEAR_0]


@pytest.mark.parametrize("name", NAMES)
def test_within_2_ulp(name):
    check(name, 500, seed=0)


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_within_2_ulp_at_many_points(name):
    check(name, 50_000, seed=1)


@pytest.mark.parametrize("name", NAMES)
def test_a_row_does_not_depend_on_its_neighbours(name):
    run = llvm.build(recorded(ops.TABLE[name], 1), 1)
    xs = places(2, 20)
    alone = np.array([run(np.full((1, 1), x), np.empty(0))[0, 0] for x in xs])
    together = run(xs[None, :], np.empty(0))[0]
    assert np.array_equal(alone, together, equal_nan=True)


def test_constants_split_into_parts_that_add_up():
    for x, bits, count in ((vector_math.HALF_PI, 33, 4), (vector_math.LOG_2, 32, 2)):
        parts = vector_math._split(x, bits, count)
        assert abs(sum(map(vector_math.Fraction, parts)) - x) < abs(x) / 2 ** (bits * count)
        for p in parts[:-1]:
            mantissa, _ = math.frexp(p)
            assert (mantissa * 2**bits).is_integer()
