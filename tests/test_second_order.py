"""Second derivatives at edges: as decided, and the same in every order, mode and backend."""

import itertools
import math
import sys

import numpy as np
import pytest
from hypothesis import given, strategies as st
from mpmath import mp, mpf

from microgradlike import (
    Value,
    derivative,
    erf,
    gelu,
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jit,
    ops,
)
from tests.bits import same_bits
from tests.test_edge_points import DECIDED, ROWS, agrees, name
from tests.test_modes import MODES, formula, units

# only numbers are compared here
pytestmark = pytest.mark.filterwarnings("ignore::microgradlike.IndeterminateWarning")

SECOND = DECIDED["second"]
BACKENDS = ("python", "numpy", "llvm")
SPECIAL = (0.0, 1.0, 0.5, 2.0, 9.5, 5e-324, 1e-310, 1e-200, 1e200, 1.7e308, math.inf)
SIGNED = (*SPECIAL, *[-x for x in SPECIAL], 3.0, math.nan)
FEW = (0.0, -0.0, 1.0, -1.0, 2.0, 5e-324, math.inf, -math.inf, math.nan)


def close(x, y):
    """Equal but for the rounding of a few operations, nan to nan; zeros of either sign."""
    return x == y or (x != x and y != y) or math.isclose(x, y, rel_tol=2.0**-44, abs_tol=5e-323)


def same(numbers):
    return all(close(numbers[0], x) for x in numbers)


def nested(f, by, modes):
    for mode, i in zip(modes, by):
        f = mode(f, i)
    return f


TWICE = list(itertools.product((grad, derivative), repeat=2))


def grid(op):
    """Points of special operands at which the second derivatives are doubles, or limits."""
    points = list(itertools.product(SIGNED if op.arity == 2 else FEW, repeat=op.arity))
    least = {ops.atan2: 1e-150, ops.hypot: 1e-300}.get(op, 0.0)
    # closer to the origin they are quotients by squares that underflow
    points = [p for p in points if not 0 < max(map(abs, p)) < least]
    # (a² - b²) / r⁴ is all rounding where a² = b²
    return [p for p in points if op is not ops.atan2 or abs(p[0]) != abs(p[1])]


TABLE = [op for op in ops.TABLE.values() if op.arity > 1]


@pytest.mark.parametrize("op", TABLE, ids=lambda op: op.name)
def test_a_mixed_derivative_depends_neither_on_order_nor_on_mode(op):
    for at in grid(op):
        for i, j in itertools.combinations_with_replacement(range(op.arity), 2):
            found = {
                (by, modes): nested(op, by, modes)(*at)
                for by in {(i, j), (j, i)}
                for modes in TWICE
            }
            assert same(list(found.values())), (at, found)


def entries(f, n):
    """The Hessian of a function of n numbers in many ways, each a function of the point."""
    every = tuple(range(n))

    def by_values(*x):
        leaves = [Value(number) for number in x]
        first = gradients(f(*leaves), leaves)
        return [[d.data for d in gradients(g, leaves)] for g in first]

    def by_directions(*x):
        return [hvp(f, x, unit) for unit in units(x)]

    ways = {
        "hessian": hessian(f, every),
        "gradients of gradients": by_values,
        "jacobian of grad": jacobian(grad(f, every), every),
        "jacobian of jacobian": jacobian(jacobian(f, every), every),
    }
    for modes in TWICE:
        ways[f"{modes[1].__name__} of {modes[0].__name__}"] = lambda *x, modes=modes: [
            [nested(f, (i, j), modes)(*x) for j in every] for i in every
        ]
    return ways | {"hvp": by_directions}


@pytest.mark.parametrize("row", SECOND, ids=name)
def test_a_row_of_second_derivatives_holds_in_every_mode(row):
    f, at = formula(row)
    want = [float(x) + 0.0 for entry in row["hessian"] for x in entry]
    for way, f2 in entries(f, len(at)).items():
        if way == "hvp" and len(at) > 1 and not all(map(math.isfinite, want)):
            continue  # along one name, 0 times the infinite or nan derivative by another
        got = [x + 0.0 for entry in f2(*at) for x in entry]
        assert all(map(agrees, got, want, [8] * len(want))), (way, got)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("row", SECOND, ids=name)
def test_a_row_of_second_derivatives_holds_compiled(row, backend):
    f, at = formula(row)
    compiled = jit(hessian(f, tuple(range(len(at)))), backend=backend)
    want = [float(x) for entry in row["hessian"] for x in entry]
    assert all(map(close, [float(x) for entry in compiled(*at) for x in entry], want))


@pytest.mark.parametrize("row", SECOND, ids=name)
def test_a_row_of_second_derivatives_is_complete_and_symmetric(row):
    n = len(row["at"])
    assert set(row) <= {"expr", "at", "hessian", "note", "others"}
    assert [len(entry) for entry in row["hessian"]] == [n] * n
    assert set(row.get("others", {})) <= set(DECIDED["versions"])
    for i, j in itertools.product(range(n), repeat=2):
        assert close(row["hessian"][i][j], row["hessian"][j][i])


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_the_second_derivatives_of_every_row_are_symmetric(row):
    f, at = formula(row)
    for i, j in itertools.combinations(range(len(at)), 2):
        found = [nested(f, by, modes)(*at) for by in ((i, j), (j, i)) for modes in TWICE]
        assert same(found), (i, j, found)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("op", [op for op in TABLE if op.arity == 2], ids=lambda op: op.name)
def test_the_hessian_of_a_primitive_is_the_same_compiled(op, backend):
    eager, compiled = hessian(op, (0, 1)), jit(hessian(op, (0, 1)), backend=backend)
    for at in itertools.product(FEW, repeat=2):
        for want, got in zip(eager(*at), compiled(*at)):
            assert all(map(close, map(float, got), want)), (at, got, want)


# a power against the truth, to the ends of the doubles


def truth(a, b):
    """The second derivatives of a ** b with 40 digits, and the sizes of their terms."""
    a, b = mpf(a), mpf(b)
    log, lowered = mp.log(a), a ** (b - 1)
    return [
        (b * (b - 1) * a ** (b - 2), (b * b + abs(b)) * a ** (b - 2)),
        (lowered * (1 + b * log), lowered * (1 + abs(b * log))),
        (a**b * log * log, a**b * log * log),
    ]


MAX = sys.float_info.max


@given(st.floats(-1000, 1000), st.floats(1, 2), st.floats(-2, 3) | st.sampled_from([0.5, 1, 2]))
def test_the_second_derivatives_of_a_power_keep_their_digits_where_it_over_or_underflows(e, m, b):
    a = m * 2.0**e
    with mp.workdps(40):
        for by, (want, size) in zip([(0, 0), (0, 1), (1, 1)], truth(a, b)):
            if size > MAX / 1000:
                continue
            for order, modes in itertools.product({by, by[::-1]}, TWICE):
                got = nested(ops.power, order, modes)(a, b)
                if abs(b) > 1e-3 or math.isfinite(got):
                    assert abs(got - want) <= 32 * 2.0**-52 * size + 1e-305, (order, modes)


# derivatives of order three at edges


@pytest.mark.parametrize("modes", list(itertools.product((grad, derivative), repeat=3)))
@pytest.mark.parametrize(
    ("op", "at", "want"),
    [
        (ops.acosh, 1.0, math.inf),
        (ops.asin, 1.0, math.inf),
        (ops.sqrt, 0.0, math.inf),
        (ops.log, 0.0, math.inf),
        (ops.cbrt, 0.0, math.inf),
        (ops.cbrt, -0.0, math.inf),
        (ops.tanh, 400.0, 0.0),
        (ops.sigmoid, -800.0, 0.0),
        (ops.softplus, 800.0, 0.0),
        (ops.tanh, 20.0, 6.797366808466542e-17),
        (ops.sigmoid, 40.0, 4.248354255291589e-18),
        (lambda x: x**3, 0.0, 6.0),
        (lambda x: x**2, 0.0, 0.0),
        (lambda x: x**2.5, 0.0, math.inf),
        (ops.relu, 0.0, 0.0),
        (lambda x: ops.clip(x, 0.0, 1.0), 1.0, 0.0),
    ],
)
def test_the_third_derivative_at_an_edge_is_the_limit(op, at, want, modes):
    assert agrees(nested(op, (0, 0, 0), modes)(at) + 0.0, want, 4)


@pytest.mark.parametrize("op", [ops.logaddexp, ops.maximum, ops.minimum, ops.hypot])
@pytest.mark.parametrize("at", [0.0, 1.0, 1e200, math.inf, -math.inf])
def test_third_derivatives_at_ties_are_the_same_in_every_order_and_mode(op, at):
    for by in ((0, 0, 1), (0, 1, 1)):
        found = {
            nested(op, order, modes)(at, at) + 0.0
            for order in set(itertools.permutations(by))
            for modes in itertools.product((grad, derivative), repeat=3)
        }
        assert same(list(found)), found


def test_the_slope_of_erf_and_gelu_at_0():
    for mode in MODES.values():
        assert same_bits(list(mode(erf, (0.0,))), [2 / math.sqrt(math.pi)])
        assert same_bits(list(mode(gelu, (0.0,))), [0.5])


# integers

INTEGERS = [3, 4], (3, 4), np.array([3, 4]), np.array([3, 4], np.int32), np.array([3, 4], np.uint8)


def curved(v):
    return v[0] ** 2 / v[1] + v[0] ** v[1] / 7 + v[1]


@pytest.mark.parametrize(
    "x", INTEGERS, ids=lambda x: f"{type(x).__name__} {getattr(x, 'dtype', '')}"
)
def test_integers_are_not_truncated_to(x):
    """Over integers a result is that of the same doubles, in every transform and compiled."""
    at = [3.0, 4.0]
    first, second = list(grad(curved)(at)), [list(row) for row in hessian(curved)(at)]
    assert not all(g.is_integer() for g in first)
    for f, want in [
        (grad(curved), first),
        (jacobian(curved), first),
        (hessian(curved), second),
        (jit(grad(curved)), first),
        (jit(hessian(curved)), second),
        (lambda v: hvp(curved, (v,), (v,)), [np.array(second) @ at]),
    ]:
        got = np.array(f(x), dtype=float)
        assert np.allclose(got, want, rtol=2.0**-48, atol=0.0)
    assert float(jit(curved)(x)) == pytest.approx(curved(at), rel=2.0**-48)


@pytest.mark.parametrize("mode", [grad, derivative])
def test_a_slope_at_an_integer_is_that_at_the_double(mode):
    for op in ops.TABLE.values():
        for at in itertools.product((0, 1, -2, 3), repeat=op.arity):
            for i in range(op.arity):
                got, want = mode(op, i)(*at), mode(op, i)(*map(float, at))
                assert same_bits(got, want), (op.name, at)


# identities of algebra that do not hold for nan and infinities

IDENTITIES = {
    "x - x": lambda x, y: x - x,
    "x / x": lambda x, y: x / x,
    "0 * x": lambda x, y: 0 * x,
    "x * 0 + y": lambda x, y: x * 0 + y,
    "sqrt(x) ** 2": lambda x, y: ops.sqrt(x) ** 2,
    "sqrt(x) * sqrt(x)": lambda x, y: ops.sqrt(x) * ops.sqrt(x),
    "sqrt(x * x)": lambda x, y: ops.sqrt(x * x),
    "log(exp(x))": lambda x, y: ops.log(ops.exp(x)),
    "exp(log(x))": lambda x, y: ops.exp(ops.log(x)),
    "x + y - y": lambda x, y: x + y - y,
    "x * y / y": lambda x, y: x * y / y,
    "1 / (1 / x)": lambda x, y: 1 / (1 / x),
    "0 - (0 - x)": lambda x, y: 0.0 - (0.0 - x),
    "x + 0.0": lambda x, y: x + 0.0,
    "x - -x": lambda x, y: x - -x,
    "max(x, x)": lambda x, y: ops.maximum(x, x),
    "x ** 0": lambda x, y: x**0 * y,
    "x ** 2": lambda x, y: x**2,
    "where(x > x, y, x)": lambda x, y: ops.where(x > x, y, x),
    "x * (y - y)": lambda x, y: x * (y - y),
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("identity", IDENTITIES)
def test_no_identity_folds_a_nan_away(identity, backend):
    f = IDENTITIES[identity]
    compiled = jit(f, backend=backend), jit(grad(f, (0, 1)), backend=backend)
    for at in itertools.product((0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan), repeat=2):
        assert close(float(compiled[0](*at)), f(*map(Value, at)).data), at
        slopes = [float(g) for g in compiled[1](*at)]
        assert all(map(close, slopes, grad(f, (0, 1))(*at))), at


def test_where_algebra_would_say_a_number_the_result_is_nan():
    for f, at in [("x - x", math.inf), ("0 * x", math.inf), ("x / x", 0.0)]:
        assert math.isnan(IDENTITIES[f](Value(at), 1.0).data)
        assert math.isnan(float(jit(lambda x, f=f: IDENTITIES[f](x, 1.0))(at)))
    assert math.isnan(IDENTITIES["sqrt(x) * sqrt(x)"](Value(-1.0), 1.0).data)
