"""Intervals hold the values and partials of every primitive at the points inside them."""

import math

import pytest
from hypothesis import given, settings, strategies as st

from microgradlike import Value, binary, ops, primitive, unary, where
from microgradlike.accuracy.intervals.interval import Interval
from microgradlike.accuracy.intervals.pieces import breaks, slope
from microgradlike.accuracy.intervals.primitive_range import around, middle, range_of
from microgradlike.derivatives.dual import Dual
from microgradlike.graph import topological
from microgradlike.ieee_float import partial_at

TABLE = list(ops.TABLE.values())
ENDS = (
    st.integers(-6, 6).map(lambda n: n / 2)
    | st.floats(-5, 5, allow_subnormal=False)
    | st.floats(-1e300, 1e300, allow_subnormal=False)
)
SHARES = st.sampled_from([0.0, 1.0]) | st.floats(0, 1)


def ranges():
    """Ranges of all widths, points among them."""
    pair = st.tuples(ENDS, ENDS) | st.tuples(ENDS, st.floats(0, 0.2)).map(lambda x: (x[0], sum(x)))
    return pair.map(lambda x: (min(x), max(x))) | ENDS.map(lambda x: (x, x))


@st.composite
def boxes_with_points(draw, op):
    box = [draw(ranges()) for _ in range(op.arity)]
    shares = [draw(st.tuples(*[SHARES] * op.arity)) for _ in range(4)]
    points = [
        tuple(min(max(lo + (hi - lo) * s, lo), hi) for (lo, hi), s in zip(box, share))
        for share in shares
    ]
    return box, points


def hold(x, y, *, ulps=0):
    lo, hi = (x.lo, x.hi) if isinstance(x, Interval) else (x, x)
    slack = ulps * math.ulp(y) if ulps else 0.0
    return lo - slack <= y <= hi + slack


@pytest.mark.parametrize("op", TABLE, ids=lambda op: op.name)
@settings(max_examples=20)
@given(data=st.data())
def test_the_range_of_a_primitive_holds_its_values(op, data):
    box, points = data.draw(boxes_with_points(op))
    y = op(*[Interval(*x) for x in box])
    for point in points:
        value = op.forward(*point)
        at_pole = math.isinf(value) and 0 in point
        assert value != value or at_pole or hold(y, value), point


@pytest.mark.parametrize("op", [op for op in TABLE if op is not ops.where], ids=lambda op: op.name)
@settings(max_examples=20)
@given(data=st.data())
def test_the_slopes_of_a_primitive_hold_its_partials(op, data):
    box, points = data.draw(boxes_with_points(op))
    constant = data.draw(st.sampled_from([None, *range(op.arity)]))
    xs = [x[0] if i == constant and x[0] == x[1] else Interval(*x) for i, x in enumerate(box)]
    y = op(*xs)
    if not isinstance(y, Interval) or "domain" in [kind for _, kind in breaks(topological(y))]:
        return
    for i, x in enumerate(xs):
        if isinstance(x, Interval):
            p = slope(y, i)
            for point in points:
                value = partial_at(op, i, op.forward(*point), *point)
                # the partials over floats are within 4 ulp
                assert not math.isfinite(value) or hold(p, value, ulps=4), point


@pytest.mark.parametrize("op", [op for op in TABLE if op.kink is not None], ids=lambda op: op.name)
@settings(max_examples=20)
@given(data=st.data())
def test_no_kink_inside_an_interval_is_overlooked(op, data):
    box, points = data.draw(boxes_with_points(op))
    if any(op.kink(*point) == 0 for point in points):
        assert breaks([op(*[Interval(*x) for x in box])])


def test_one_number_times_itself_is_a_square():
    x = Interval(-1.0, 2.0)
    assert (x * x).lo == 0
    assert (x * Interval(-1.0, 2.0)).lo <= -2


@pytest.mark.parametrize(
    ("op", "at", "want"),
    [
        (ops.div, [(1.0, 2.0), (0.0, 4.0)], (0.25, math.inf)),
        (ops.div, [(1.0, 2.0), (-4.0, 0.0)], (-math.inf, -0.25)),
        (ops.tan, [(1.0, 2.0)], (-math.inf, math.inf)),
        (ops.power, [(-2.0, 1.0), (2.0, 2.0)], (0.0, 4.0)),
        (ops.power, [(-2.0, 1.0), (-2.0, -2.0)], (0.25, math.inf)),
        (ops.power, [(-2.0, 4.0), (0.5, 0.5)], (0.0, 2.0)),
        (ops.power, [(-2.0, 1.0), (1.0, 2.0)], (-math.inf, math.inf)),
        (ops.mod, [(3.25, 3.75), (2.0, 2.0)], (1.25, 1.75)),
        (ops.mod, [(3.0, 5.0), (2.0, 2.0)], (0.0, 2.0)),
        (ops.fmod, [(-1.0, 1.0), (2.0, 2.0)], (-1.0, 1.0)),
        (ops.fmod, [(-3.0, 1.0), (2.0, 2.0)], (-2.0, 1.0)),
        (ops.sin, [(0.0, 100.0)], (-1.0, 1.0)),
        (ops.sinc, [(-2.0, 1.0)], (math.sin(2.0) / 2, 1.0)),
        (ops.sinc, [(5.0, 9.0)], (-0.217234, 0.2)),
        (ops.sinc, [(-9.0, 9.0)], (-0.217234, 1.0)),
        (ops.atan2, [(-1.0, 1.0), (-1.0, 1.0)], (-math.pi, math.pi)),
        (ops.where, [(0.0, 1.0), (2.0, 3.0), (5.0, 6.0)], (2.0, 6.0)),
        (ops.less, [(0.0, 1.0), (1.0, 2.0)], (0.0, 1.0)),
        (ops.log, [(-1.0, 1.0)], (-math.inf, 0.0)),
        (ops.floor_divide, [(5.0, 7.0), (2.0, 2.0)], (2.0, 3.0)),
        (ops.floor_divide, [(5.0, 7.0), (-1.0, 2.0)], (-math.inf, math.inf)),
    ],
    ids=str,
)
def test_ranges_are_tight(op, at, want):
    lo, hi = range_of(op, at)
    assert lo <= want[0]
    assert hi >= want[1]
    assert (lo, hi) == pytest.approx(want, rel=1e-14, abs=1e-15)


def test_operands_outside_the_domain_have_no_value():
    y = Interval(-2.0, -1.0).log() + 1
    assert math.isnan(y.lo)
    assert math.isnan(y.hi)
    assert math.isnan((Interval(-2.0, -1.0) ** 0.5).lo)
    assert math.isnan((y**2).lo)
    assert [repr(where(Interval(0.0, 1.0), y, x)) for x in (3.0, y)] == [
        "Interval(3.0, 3.0)",
        "Interval(nan, nan)",
    ]
    with pytest.raises(ValueError, match="undecided"):
        bool(y < 1)


def test_the_sign_of_a_value_survives_rounding():
    assert around(ops.exp, -800.0) == (0.0, 2 * math.ulp(0.0))
    assert around(ops.mul, -1e-200, 1e-200) == (-math.ulp(0.0), -0.0)
    assert around(ops.mul, 0.0, -1.0) == (0.0, 0.0)


def test_comparisons_are_decided_or_raise():
    x = Interval(1.0, 2.0)
    assert (x < 3, x <= 0.5, x > 2.5, x >= 1) == (True, False, False, True)
    assert isinstance(x <= 1.5, Interval)
    assert (x == 3, x == Interval(5.0), Interval(2.0) == 2, x != 0) == (False, False, True, True)
    assert x != "text"
    with pytest.raises(ValueError, match=r"may be anything from 0.0 to 1.0; write where"):
        bool(x < 1.5)
    with pytest.raises(ValueError, match="undecided"):
        assert x == 1.5
    assert bool(x)
    assert not Interval(0.0)


def test_an_interval_mixes_with_values_and_refuses_strangers():
    x = Interval(1.0, 2.0)
    assert (Value(3.0) * x).lo == (x * 3).lo == x.constant(3.0).lo - math.ulp(2.0)
    assert x.detach().operands == ()
    assert where(True, x, 0.0).hi == 2
    assert isinstance(x * Dual(1.0, 1.0), Dual)
    with pytest.raises(TypeError, match="unsupported"):
        x + "text"
    assert {x: 1}[x] == 1


def test_bad_ends_are_errors():
    with pytest.raises(ValueError, match=r"\(2.0, 1.0\) is not an interval"):
        Interval(2.0, 1.0)
    with pytest.raises(ValueError, match="not an interval"):
        Interval(math.nan)


def test_the_middle_of_an_endless_range_is_finite():
    assert middle(-math.inf, math.inf) == 0
    assert middle(-math.inf, -2.0) == -2
    assert middle(-1.7e308, 1.7e308) == 0


# primitives without a rule

cube = unary("cube", lambda x: x**3, lambda y, x: 3 * x * x)
grown = unary("grown", math.exp, lambda y, x: y)
kinked = unary("kinked", abs, lambda y, x: ops.sign(x), kink=abs)
area = binary("area", lambda a, b: a * b, lambda y, a, b: b, lambda y, a, b: a)
root = unary("root", math.sqrt, lambda y, x: 0.5 / ops.sqrt(x), domain=(((0.0, math.inf),),))
flag = primitive("flag", lambda x: x, lambda y, x: 1.0)


def test_a_primitive_of_ones_own_is_enclosed_by_its_partials():
    y = cube(Interval(1.0, 1.5))
    assert y.lo <= 1
    assert 1.5**3 <= y.hi < 4.3
    both = area(Interval(1.0, 2.0), Interval(3.0, 4.0))
    assert both.lo <= 3
    assert 8 <= both.hi < 11
    assert (root(Interval(4.0, 4.5)).hi < 2.2, flag(Interval(0.0, 1.0)).hi) == (
        True,
        pytest.approx(1),
    )


@pytest.mark.parametrize(
    "y", [grown(Interval(0.0, 1.0)), kinked(Interval(1.0, 2.0)), root(Interval(0.0, 1.0))]
)
def test_a_primitive_of_ones_own_may_be_anything_where_its_partials_do_not_tell(y):
    assert (y.lo, y.hi) == (-math.inf, math.inf)


def test_a_quotient_too_large_to_be_rounded_down_exactly_keeps_its_rest():
    a, b = -2.2310586842028572e16, 2.5
    assert a % b == 0.5 in Interval(a) % b
