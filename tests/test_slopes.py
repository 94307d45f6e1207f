"""The derivatives of sinc and exprel, to any order, at 0, at zeros and where exp(x) overflows."""

import math

import numpy as np
import pytest
from mpmath import mp, mpf

from microgradlike import Value, derivative, grad, jit, ops
from microgradlike.ieee_float import partial_at
from tests.ulps import exact, ulps


@pytest.fixture(autouse=True)
def _sixty_digits():
    with mp.workdps(60):
        yield


def slope(x):
    """sinc'(x) in doubles."""
    return partial_at(ops.sinc, 0, ops.sinc(x), x)


def true_slope(x):
    x = mpf(x)
    return (mp.cos(x) - mp.sin(x) / x) / x


def zero(k):
    """The double nearest to the k-th positive zero of sinc', where tan z = z."""
    q = (k + mpf(1) / 2) * mp.pi
    return float(mp.findroot(lambda z: mp.sin(z) - z * mp.cos(z), q - 1 / q))


@pytest.mark.parametrize("k", range(1, 7))
def test_the_slope_of_sinc_keeps_its_digits_up_to_the_doubles_next_to_its_first_zeros(k):
    for step in (0, 1, -1, 2, 5, 1e3, -1e6, 1e9, 1e12):
        x = zero(k) + step * math.ulp(zero(k))
        assert ulps(slope(x), true_slope(x)) <= 4
        assert slope(-x) == -slope(x)


@pytest.mark.parametrize("k", [7, 8, 20, 100, 500, 1900])
def test_at_further_zeros_the_slope_of_sinc_is_off_by_3e_22_at_most(k):
    for step in (0, 1, -1, 1e2, 1e5):
        x = zero(k) + step * math.ulp(zero(k))
        assert abs(slope(x) - true_slope(x)) <= 3e-22
    x = zero(k) * (1 + 1e-5)
    assert ulps(slope(x), true_slope(x)) <= 4


TAYLOR = {ops.sinc: [1.0, 0.0, -1 / 3, 0.0, 1 / 5, 0.0], ops.exprel: [1 / n for n in range(1, 7)]}


@pytest.mark.parametrize("mode", [grad, derivative])
@pytest.mark.parametrize("op", TAYLOR, ids=lambda op: op.name)
def test_every_derivative_at_0_is_the_limit(op, mode):
    f = op
    for want in TAYLOR[op]:
        assert abs(f(0.0) - want) <= math.ulp(want)
        f = mode(f)


@pytest.mark.parametrize("backend", ["python", "numpy", "llvm"])
@pytest.mark.parametrize("op", TAYLOR, ids=lambda op: op.name)
def test_derivatives_compiled_are_those_of_eager_mode(op, backend):
    for f in (grad(op), grad(grad(op))):
        for x in (0.0, 1e-200, -1.4, 1.6, 4.5, -7.7, 30.0, 1e30, 1e200):
            want, got = f(x), float(jit(f, backend=backend)(x))
            assert got == want or abs(got - want) <= 8 * math.ulp(want), x


@pytest.mark.parametrize("op", TAYLOR, ids=lambda op: op.name)
def test_second_derivatives_keep_their_digits_near_0_and_across_the_choices(op):
    for x in (1e-12, -1e-5, 0.3, -0.9, 1.4999, 1.5001, -1.9999, -2.0001, 2.0001, 3.99, 4.5, 30.0):
        want = mp.diff(exact(op), mpf(x), 2)
        size = max(abs(want), min(1.0, abs(op(x))))
        assert abs(grad(grad(op))(x) - want) <= 16 * 2.0**-53 * size


def test_exprel_and_its_slope_are_finite_as_long_as_they_are_doubles():
    for x in (700.1, 709.0, 712.5, 716.3):
        want = mp.exp(x) / x
        assert ulps(ops.exprel(x), want) <= 2
        assert ulps(partial_at(ops.exprel, 0, ops.exprel(x), x), want - (want - 1) / x) <= 4
    assert ops.exprel(716.4) == grad(ops.exprel)(716.4) == math.inf


def test_numpys_sinc_is_the_one_with_pi():
    assert np.sinc(np.array([Value(0.5)]))[0].data == np.sinc(0.5)
    assert ops.sinc(0.5) == math.sin(0.5) / 0.5
