"""Derivatives of order 1 to 4 of every primitive, by every way to nest modes, against mpmath.

The bound is of each point: a derivative of order k is a sum of terms of the sizes |f⁽ᵐ⁾| / ρᵏ⁻ᵐ,
0 < m ≤ k, where ρ is the length over which f changes (`tests.oracle.bound.scales`); these may
cancel, and each is right to `UNIT`, twice the 4 ulp of a partial. So in the tails, where all of
them are small, all digits are asked for.
"""

import math
import random
from itertools import product

import mpmath
import pytest
from mpmath import mp, mpf

from microgradlike import ops
from microgradlike.derivatives.api import derivative, grad, gradients, hessian
from microgradlike.engine import Value
from tests.oracle.bound import UNDERFLOW, UNIT, scales
from tests.oracle.textbook import derivatives
from tests.test_accuracy import moderate
from tests.ulps import exact

ORDERS = (1, 2, 3, 4)
UNARY = [op for op in ops.TABLE.values() if op.arity == 1]
BINARY = [op for op in ops.TABLE.values() if op.arity == 2]
ZERO_AND_TAILS = (
    0.0,
    1e-20,
    1e-8,
    1e-3,
    2.0**-10,
    0.5,
    1.0,
    2.0,
    6.0,
    20.0,
    25.0,
    30.0,
    40.0,
    300.0,
)
LARGEST = 1e290
REFERENCE = mpf(10) ** -85  # to which mpmath's own differences are right


@pytest.fixture(autouse=True)
def _many_digits():
    with mp.workdps(100):  # taylor takes differences: erf' at 10 is 1e-44
        yield


def by_name(op):
    return op.name


def points_of(op):
    """Drawn ones, and 0, tails and neighbours of the ends, as far as they are in the domain."""
    rng = random.Random(op.name)
    drawn = [moderate(rng, op.domain[0]) for _ in range(8)]
    ends = {end for interval in op.domain[0] for end in interval if math.isfinite(end)}
    special = [center + s * x for center in (0.0, *ends) for x in ZERO_AND_TAILS for s in (1, -1)]
    inside = [x for x in special if any(lo < x < hi for lo, hi in op.domain[0])]
    return [
        x
        for x in dict.fromkeys([*drawn, *inside])
        if (op.kink is None or op.kink(x) > 0) and math.isfinite(op(x))
    ]


def nested(op, modes):
    f = op
    for mode in modes:
        f = mode(f)
    return f


def ways(order):
    """All reverse, all forward, and the two that alternate."""
    yield (grad,) * order
    yield (derivative,) * order
    yield ((grad, derivative) * order)[:order]
    yield ((derivative, grad) * order)[:order]


def by_graph(op, x):
    """The derivatives of order 1 to 4, each the gradient of the graph of the one before."""
    leaf = Value(x)
    y = op(leaf)
    for _ in ORDERS:
        (y,) = gradients(y, [leaf])
        yield y.data


@pytest.mark.parametrize("op", UNARY, ids=by_name)
def test_every_way_to_nest_modes_gives_the_derivatives_of_order_1_to_4(op):
    for x in points_of(op):
        taylor = mpmath.taylor(exact(op), mpf(x), ORDERS[-1], chop=False)
        want = [c * math.factorial(k) for k, c in enumerate(taylor)]
        (length,) = scales(op, [x])
        for order, graph in zip(ORDERS, by_graph(op, x)):
            size = sum(abs(want[m]) / mpf(length) ** (order - m) for m in range(1, order + 1))
            if size > LARGEST:
                break
            got = [graph, *(nested(op, modes)(x) for modes in ways(order))]
            worst = max(abs(g - want[order]) for g in got)
            allowed = UNIT * size + UNDERFLOW + REFERENCE * max(map(abs, want))
            assert worst <= allowed, (op.name, order, x, got, float(want[order]))


@pytest.mark.parametrize("op", [op for op in UNARY if op.kink], ids=by_name)
def test_beyond_the_first_order_a_kink_has_no_derivative_but_0(op):
    for order in ORDERS[1:]:
        assert {nested(op, modes)(0.0) for modes in ways(order)} == {0.0}


OUTSIDE = [(op, x) for op in UNARY for x in (-5.0, -1.5, 0.5, 1.5, 5.0) if math.isnan(op(x))]


@pytest.mark.parametrize(("op", "x"), OUTSIDE, ids=lambda p: getattr(p, "name", p))
def test_outside_the_domain_derivatives_of_every_order_are_nan(op, x):
    for order in ORDERS:
        assert all(math.isnan(nested(op, modes)(x)) for modes in ways(order)), order


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, 4, 5, 8, 9])
@pytest.mark.parametrize("x", [-2.0, 0.0, 1.0, 3.0])
def test_derivatives_of_whole_powers_are_exact(x, exponent):
    """n (n-1) ... x^(n-k): exact in doubles up to x⁸; of x⁹ on, a^(b/2) is in between."""
    for order in ORDERS:
        want = math.perm(exponent, order) * x ** max(0, exponent - order)
        got = [nested(lambda v: v**exponent, modes)(x) for modes in ways(order)]
        assert all(abs(g - want) <= (exponent > 8) * UNIT * abs(want) for g in got), order


SPECIAL = (0.0, 1e-8, 0.1, 0.5, 1.0, 1.5, 2.0, 3.0, 7.5, 8.0, 9.0, 20.25)


def pairs_of(op):
    """Drawn operands, and pairs of special ones; ties and other kinks excluded."""
    rng = random.Random(op.name)
    signed = [s * x for x in SPECIAL for s in (1, -1)]
    special = [pair for pair in product(signed, signed) if fits(op, *pair)]
    drawn = [tuple(moderate(rng, domain) for domain in op.domain) for _ in range(10)]
    return [*(pair for pair in drawn if fits(op, *pair)), *rng.sample(special, 20)]


def fits(op, a, b):
    """True if the primitive is smooth and finite there; atan2 is, but for half of the b-axis."""
    if op is ops.atan2:
        return a != 0 or b > 0
    inside = all(any(lo < x < hi for lo, hi in d) for x, d in zip((a, b), op.domain))
    return inside and (op.kink is None or op.kink(a, b) > 0) and math.isfinite(op(a, b))


def truth(op, a, b):
    """By (m, n), up to the third order: the derivative m times by a and n times by b."""
    y = exact(op)(mpf(a), mpf(b))
    rows = derivatives(op, y, (mpf(a), mpf(b)))
    found = {(k - n, n): mpf(row[n]) for k, row in enumerate(rows, 1) for n in range(k + 1)}
    # the derivatives of a power by its exponent are its value times a logarithm
    return {(0, 0): y if op is ops.power else mpf(0), **found}


def mixed(op, by, modes):
    """The function that gives the derivative by operands `by`, one after the other."""
    f = op
    for mode, i in zip(modes, by):
        f = mode(f, i)
    return f


def check_mixed(op, a, b, by, got):
    want = truth(op, a, b)
    m, n = by.count(0), by.count(1)
    p, q = map(mpf, scales(op, [a, b]))
    size = sum(
        abs(x) / p ** (m - i) / q ** (n - j) for (i, j), x in want.items() if i <= m and j <= n
    )
    worst = max(abs(g - want[m, n]) for g in got)
    assert worst <= UNIT * size + UNDERFLOW, (op.name, (a, b), by, got, float(want[m, n]))


@pytest.mark.parametrize("op", BINARY, ids=by_name)
@pytest.mark.parametrize("order", [1, 2, 3])
def test_partials_by_both_operands_in_any_sequence_and_mode(op, order):
    """Against the textbook, which `tests/oracle/test_exact.py` holds to mpmath's differences."""
    for a, b in pairs_of(op):
        for by in product((0, 1), repeat=order):
            got = [mixed(op, by, modes)(a, b) for modes in ways(order)]
            check_mixed(op, a, b, by, got)


@pytest.mark.parametrize("op", BINARY, ids=by_name)
def test_hessians_are_those_of_mpmath_differences(op):
    rng = random.Random(op.name)
    for _ in range(5):
        a, b = (moderate(rng, domain) for domain in op.domain)
        if not fits(op, a, b):
            continue
        matrix = hessian(op, (0, 1))(a, b)
        for i, j in product((0, 1), repeat=2):
            orders = (2 - i - j, i + j)
            want = mpmath.diff(exact(op), (mpf(a), mpf(b)), orders)
            assert abs(truth(op, a, b)[orders] - want) <= REFERENCE * (1 + abs(want))
            check_mixed(op, a, b, (i, j), [matrix[i][j]])


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0, 3.0, 0.5, -1.0, 1e-8])
@pytest.mark.parametrize("base", [1e-8, 0.1, 1.0, 2.0])
@pytest.mark.parametrize("order", [2, 3])
def test_partials_of_a_power_where_the_rule_for_its_exponent_changes(base, exponent, order):
    for by in product((0, 1), repeat=order):
        got = [
            mixed(ops.power, by, modes)(base, exponent)
            for modes in product((grad, derivative), repeat=order)
        ]
        check_mixed(ops.power, base, exponent, by, got)


@pytest.mark.parametrize(("exponent", "second"), [(0.0, 0.0), (1.0, 0.0), (2.0, 2.0), (3.0, 0.0)])
def test_second_partials_of_a_power_at_base_0(exponent, second):
    """By the base, and by the exponent; the mixed ones too where a^(b-1) log a tends to a limit."""
    matrix = hessian(ops.power, (0, 1))(0.0, exponent)
    assert matrix[0][0] == second
    assert matrix[1][1] == 0
    if exponent > 1:
        assert matrix[0][1] == matrix[1][0] == 0


@pytest.mark.parametrize("exponent", [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0])
def test_a_power_of_a_negative_base_has_derivatives_by_the_base_only(exponent):
    for modes in ways(2):
        assert mixed(ops.power, (0, 0), modes)(-2.0, exponent) == pytest.approx(
            exponent * (exponent - 1) * (-2.0) ** (exponent - 2), rel=UNIT
        )
        for by in ((0, 1), (1, 0), (1, 1)):
            assert math.isnan(mixed(ops.power, by, modes)(-2.0, exponent)), (by, modes)


@pytest.mark.parametrize("x", [1e-10, -1e-10, 3e-200, -3e-200])
@pytest.mark.parametrize(("op", "sign"), [(ops.erf, 1.0), (ops.erfc, -1.0)])
def test_the_second_derivative_of_erf_is_odd_and_keeps_its_digits_near_0(op, sign, x):
    want = sign * -2 * x * ops.TWO_OVER_ROOT_PI  # but for x³
    assert abs(grad(grad(op))(x) - want) <= 4 * math.ulp(want)


@pytest.mark.parametrize(
    ("exponent", "want"), [(0.5, -math.inf), (1.0, -math.inf), (-1.0, math.inf)]
)
def test_a_power_at_base_0_by_exponent_and_then_base_is_the_limit(exponent, want):
    assert grad(grad(ops.power, 1), 0)(0.0, exponent) == want
