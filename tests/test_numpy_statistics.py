"""NumPy's statistics, norms, remainders and roundings over numbers of every kind."""

import math
import operator

import numpy as np
import pytest
from hypothesis import given, strategies as st

from microgradlike import Dual, Value, grad, hessian, jit, ops
from microgradlike.compile.trace import Trace
from microgradlike.ieee_float import IeeeFloat
from microgradlike.testing import check_gradients
from tests.bits import same_bits

POINT = [1.25, -0.5, 3.0, 0.75]
OTHER = np.array([0.5, 2.0, -1.0, 4.0])


def rows(xs):
    return np.reshape(xs, (2, 2))


# functions of four numbers, each to one number
FUNCTIONS = {
    "std": np.std,
    "std ddof": lambda xs: np.std(xs, ddof=1),
    "std axis": lambda xs: np.std(rows(xs), axis=0).sum(),
    "std mixed": lambda xs: np.std(np.array([xs[0], 1.0, xs[1], 2])),
    "var": np.var,
    "var axis": lambda xs: np.var(rows(xs), axis=1, keepdims=True).sum() * np.var(xs, ddof=1),
    "norm": np.linalg.norm,
    "norm axis": lambda xs: np.linalg.norm(rows(xs), axis=1).prod(),
    "norm ord": lambda xs: (
        np.linalg.norm(rows(xs), ord=3, axis=1).sum() + np.linalg.norm(xs, ord=1)
    ),
    "vector_norm": lambda xs: np.linalg.vector_norm(rows(xs), axis=0).sum(),
    "matrix_norm": lambda xs: np.linalg.matrix_norm(rows(xs)),
    "vdot": lambda xs: np.vdot(xs, xs[::-1] * xs),
    "vecdot": lambda xs: np.vecdot(rows(xs), rows(xs) ** 2).sum(),
    "conj": lambda xs: (rows(xs).conj().T @ np.conjugate(xs[:2])).sum(),
    "real": lambda xs: (np.real(xs) * xs).sum() + np.real(xs[0]) + np.imag(xs[0]),
    "standardized": lambda xs: (((xs - np.mean(xs)) / np.std(xs)) ** 3).mean(),
    "cosine": lambda xs: xs @ OTHER / (np.linalg.norm(xs) * np.linalg.norm(OTHER)),
    "angles": lambda xs: np.sin(np.deg2rad(xs) + np.radians(xs)).sum(),
    "degrees": lambda xs: np.rad2deg(xs).sum() + np.degrees(xs**2).sum(),
    "exp2": lambda xs: np.exp2(xs).sum(),
    "mod": lambda xs: (np.mod(xs, OTHER) * xs).sum() + np.remainder(5.0, xs).sum(),
    "%": lambda xs: (xs % 0.7 + 7.25 % xs + OTHER % xs).prod(),
    "fmod": lambda xs: (np.fmod(xs, OTHER) * np.fmod(xs, 0.7)).sum(),
    "//": lambda xs: (xs // 0.7 * xs + np.floor_divide(OTHER * xs, xs)).sum(),
    "divmod": lambda xs: operator.mul(*divmod(xs[2], xs[0])) + sum(divmod(7.25, xs[0])),
    "rint": lambda xs: (np.rint(xs * 1.1) * xs + np.round(xs, 1) * xs**2).sum(),
    "trunc": lambda xs: (np.trunc(xs * 1.1) * xs + np.trunc(xs * 2.3)).sum(),
    "built in": lambda xs: round(xs[0]) * xs[1] + math.trunc(xs[2] * 1.1) * xs[0] + xs[3] * 1.0,
}
each_function = pytest.mark.parametrize("f", FUNCTIONS.values(), ids=FUNCTIONS)


def of_list(f):
    return lambda xs: f(np.array(xs))


def close(got, want):
    return got == pytest.approx(want, rel=1e-13, abs=1e-13)


@each_function
def test_the_number_is_numpys(f):
    want = f(np.array(POINT))
    y = f(np.array([Value(x) for x in POINT]))
    assert type(y) is Value
    assert close(y.data, want)
    forward = f(np.array([Dual(x, 1.0) for x in POINT]))
    assert type(forward) is Dual
    assert same_bits(forward.primal, y.data)


@each_function
@pytest.mark.filterwarnings("ignore::microgradlike.testing.GradientWarning")
def test_derivatives_to_the_second_order_are_those_of_the_differences(f):
    assert check_gradients(of_list(f), POINT, order=2)


@each_function
@pytest.mark.parametrize("backend", ["python", "numpy", "llvm"])
def test_a_recording_has_the_number_and_the_derivatives(f, backend):
    f = of_list(f)
    assert close(jit(f, backend=backend)(POINT), f(POINT))
    assert close(jit(grad(f), backend=backend)(POINT), grad(f)(POINT))
    flat = [h for row in hessian(f)(POINT) for h in row]
    found = jit(hessian(f), backend=backend)(POINT)
    assert [h for row in found for h in row] == pytest.approx(flat, rel=1e-11, abs=1e-11)


def test_a_spread_and_a_norm_have_the_gradients_of_the_textbook():
    x = np.array(POINT)
    assert close(grad(of_list(np.var))(POINT), list(2 * (x - x.mean()) / 4))
    assert close(grad(of_list(np.std))(POINT), list((x - x.mean()) / (4 * x.std())))
    assert close(grad(of_list(np.linalg.norm))(POINT), list(x / np.linalg.norm(x)))


# the real number as a complex one, at no cost


def kinds(x):
    return [Value(x), Dual(x, 1.0), IeeeFloat(x), Trace().input()]


def test_a_number_is_its_own_conjugate():
    for x in kinds(2.5):
        assert x.conjugate() is x.real is x
        assert x.imag == 0.0


# operators


doubles = st.floats() | st.integers(-20, 20).map(float) | st.integers(-40, 40).map(lambda n: n / 4)


def python(sign, a, b):
    """Python's answer, or NumPy's where Python raises."""
    try:
        return sign(a, b)
    except ZeroDivisionError:
        with np.errstate(all="ignore"):
            return float(sign(np.float64(a), np.float64(b)))


@given(doubles, doubles)
def test_remainder_and_whole_quotient_are_pythons_to_the_bit(a, b):
    for sign, op in [(operator.mod, ops.mod), (operator.floordiv, ops.floor_divide)]:
        want = python(sign, a, b)
        assert same_bits(op(a, b), want)
        x, y = Value(a), Value(b)
        assert same_bits([z.data for z in (sign(x, y), sign(x, b), sign(a, y))], [want] * 3)
        assert [sign(x, y).op, sign(a, y).op] == [op, op]
    quotient, rest = divmod(Value(a), b)
    assert same_bits([quotient.data, rest.data], [ops.floor_divide(a, b), ops.mod(a, b)])
    quotient, rest = divmod(a, Value(b))
    assert same_bits([quotient.data, rest.data], [ops.floor_divide(a, b), ops.mod(a, b)])
    with np.errstate(all="ignore"):
        assert same_bits(ops.fmod(a, b), float(np.fmod(a, b)))


@given(doubles)
def test_roundings_are_numpys_to_the_bit(x):
    for f, op in [(np.rint, ops.rint), (np.trunc, ops.trunc)]:
        assert same_bits(op(x), float(f(x)))
    assert same_bits(round(Value(x)).data, ops.rint(x))
    assert same_bits(math.trunc(Value(x)).data, ops.trunc(x))
    if math.isfinite(x):
        assert same_bits(round(Value(x), 0).data, round(x, 0))


@pytest.mark.parametrize("stranger", ["2", None, 2j, True])
def test_a_remainder_with_a_stranger_is_a_type_error(stranger):
    for x in kinds(2.5):
        if type(x) is IeeeFloat:  # floats only, inside the engine
            continue
        for sign in (operator.mod, operator.floordiv, divmod):
            for pair in ((x, stranger), (stranger, x)):
                with pytest.raises(TypeError):
                    sign(*pair)


@pytest.mark.parametrize("digits", [2, -1])
def test_a_decimal_rounding_names_the_way_out(digits):
    for x in kinds(2.5):
        with pytest.raises(
            TypeError, match=rf"write round\(x \* 10\*\*{digits}\) / 10\*\*{digits}"
        ):
            round(x, digits)


def test_a_remainder_has_the_partial_of_its_sign_rule():
    """Other libraries have 5 for -7.5 % 2, whose derivative by the divisor is 4."""
    for a, b in [(-7.5, 2.0), (7.5, -2.0), (-7.5, -2.0), (7.5, 2.0)]:
        assert grad(lambda a, b: a % b, argnums=(0, 1))(a, b) == (1.0, -math.floor(a / b))
        assert grad(ops.fmod, argnums=(0, 1))(a, b) == (1.0, -math.trunc(a / b))
        assert hessian(lambda v: v[0] % v[1])([a, b]) == [[0.0, 0.0], [0.0, 0.0]]


@given(st.floats(-100, 100), st.floats(-100, 100).filter(lambda b: abs(b) > 1e-3))
def test_the_kink_of_a_remainder_is_the_nearest_multiple(a, b):
    """Within it no quotient changes; a little beyond, along the shortest way, one does."""
    for op, whole in [(ops.mod, math.floor), (ops.fmod, math.trunc)]:
        margin = op.kink(a, b)
        for da, db in [(0.99, 0.0), (-0.99, 0.0), (0.0, 0.99), (0.0, -0.99)]:
            moved = a + da * margin, b + db * margin
            assert margin < 1e-9 or whole(moved[0] / moved[1]) == whole(a / b)
        beyond = [(1.01, 0.0), (-1.01, 0.0), (0.0, 1.01), (0.0, -1.01)]
        moves = [(a + da * margin, b + db * margin) for da, db in beyond]
        assert margin < 1e-9 or any(whole(p / q) != whole(a / b) for p, q in moves if q)


def test_the_kinks_of_roundings_are_where_they_jump():
    assert (ops.rint.kink(2.25), ops.rint.kink(2.5), ops.rint.kink(0.0)) == (0.25, 0.0, 0.5)
    assert (ops.trunc.kink(0.25), ops.trunc.kink(-0.25), ops.trunc.kink(2.25)) == (0.75, 0.75, 0.25)
    assert (ops.mod.kink(0.25, 1.0), ops.fmod.kink(0.25, 1.0)) == (0.25, 0.75)
    assert ops.mod.kink(math.inf, 1.0) == ops.rint.kink(math.inf) == math.inf
    assert ops.mod.kink(1.0, 0.0) == 0.0
