"""Numbers of many digits are right to their own error, and know what is exactly 0."""

import math
import random

import mpmath
import pytest

from microgradlike import Value, maximum, ops, unary, where
from microgradlike.accuracy.truth import multiprecision
from microgradlike.accuracy.truth.exact import (
    UNKNOWN,
    Exact,
    applied,
    of,
)
from microgradlike.accuracy.truth.multiprecision import exact, mp, mpf, nearest, right_digits
from microgradlike.accuracy.truth.textbook import textbook
from tests.test_accuracy import moderate
from tests.ulps import Exact as Plain, draw, unwrap

DRAWN = [op for op in ops.TABLE.values() if op not in (ops.where, ops.clip)]
BITS, MORE = 200, 500


@pytest.fixture(autouse=True)
def _two_hundred_bits():
    with mp.workprec(BITS):
        yield


def rough(x):
    """A number of a double's size with an error of 2^40 units, as its digits are from elsewhere."""
    return Exact((mpf(x) * (1 + mpf(2) ** (40 - BITS)))._mpf_, 2.0**40, hash(x) + 12345)


@pytest.mark.parametrize("op", DRAWN, ids=lambda op: op.name)
def test_a_value_of_inexact_numbers_is_right_to_the_error_that_it_counts(op):
    for at in draw(op, 40, seed=3):
        if max(map(abs, at)) > 1e200:
            continue
        y = applied(op, [rough(x) for x in at])
        if y.loss == math.inf:
            continue
        with mp.workprec(MORE):
            want = exact(op)(*map(mpf, at))
            assert abs(y.data - want) <= 1.01 * abs(y.data) * y.loss * mpf(2) ** -BITS, at


@pytest.mark.parametrize("op", DRAWN, ids=lambda op: op.name)
def test_a_value_of_exact_numbers_is_rounded_once_or_exact(op):
    for at in draw(op, 20, seed=4):
        y = applied(op, [of(x) for x in at])
        assert y.loss <= 4 or y.loss == math.inf


def zeros():
    x, t = of(0.1), of(0.7).exp()
    return {
        "a sum of doubles": (x + 0.2) - 0.2 - x,
        "an inexact number and a constant": (t + 1) - 1 - t,
        "a quotient": t / t - 1,
        "a product": (t + 1) * (t - 1) - (t * t - 1),
        "a square": t**2 - t * t,
        "the same function twice": of(0.7).exp() - t,
        "a root of a square": of(4.0).sqrt() - 2,
        "a whole power": of(3.0) ** 4 - 81,
        "a logarithm of 1000": of(1000.0).log10() - 3,
        "a logarithm of 1": of(1.0).log(),
        "a negative number's relu": ops.relu(-t),
    }


@pytest.mark.parametrize("name", zeros())
def test_zero_by_the_rules_of_arithmetic_is_exactly_zero(name):
    y = zeros()[name]
    assert y.data == 0
    assert y.loss == 0


def test_zero_on_paper_alone_is_not_known():
    y = of(2.0).sqrt() * of(2.0).sqrt() - 2
    assert y.relative >= 1
    assert (of(1.0) / y).loss == math.inf
    assert (y < 0).loss == y.sign().loss == y.floor().loss == math.inf
    assert y.log().loss == math.inf
    with pytest.raises(ArithmeticError, match="digits that are not known"):
        bool(y < 0)


def test_a_number_that_may_be_zero_does_not_spoil_what_hardly_depends_on_it():
    y = of(2.0).sqrt() * of(2.0).sqrt() - 2
    assert y.exp().relative < 1e-55
    assert (of(3.0) + y).relative < 1e-55
    assert maximum(y, -1.0).relative >= 1  # it is the larger one
    assert maximum(y, 0.0).relative >= 1


def test_choices_follow_the_numbers():
    x = of(3.0).log()
    assert where(x > 1, x, 0.0).data == x.data
    assert where(x <= 1, x, 0.0).data == 0
    assert (x >= 2).data == 0
    assert bool(x < 2)
    assert ops.clip(x, 0.0, 1.0).data == 1
    assert abs(-x).data == x.data
    assert where(Exact(x.number, math.inf, 1), x, 0.0).loss == math.inf


@pytest.mark.parametrize(("a", "b"), [(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (6.0, 2.0), (0.6, 0.2)])
def test_remainders_are_those_of_doubles_where_these_are_exact(a, b):
    assert applied(ops.mod, [of(a), of(b)]).data == exact(ops.mod)(mpf(a), mpf(b))
    assert applied(ops.fmod, [of(a), of(b)]).data == math.fmod(a, b)
    assert applied(ops.floor_divide, [of(a), of(b)]).data == a // b


@pytest.mark.parametrize(
    ("op", "at"),
    [
        (ops.log, (-1.0,)), (ops.div, (1.0, 0.0)), (ops.sqrt, (-1.0,)), (ops.floor, (math.nan,)),
        (ops.less, (math.nan, 1.0)), (ops.maximum, (math.nan, 1.0)), (ops.power, (0.0, -1.0)),
    ],
)  # fmt: skip
def test_outside_the_domain_nothing_is_known(op, at):
    assert applied(op, [of(x) for x in at]).loss == math.inf


def test_an_infinity_is_exact_until_it_meets_an_inexact_number():
    x, t = of(0.0).log(), of(0.7).exp()
    assert (x.loss, x.data) == (0, -mp.inf)
    assert (x * t).data == -mp.inf
    assert (x * t + t).loss == (x * t - x).loss == (x * 0.0).loss == math.inf
    assert (x * 2 - x * 3 + 1).data != 0


def test_a_primitive_without_a_value_is_named():
    with pytest.raises(LookupError, match="mpmath has no mine; add its value"):
        exact(unary("mine", math.sin, lambda y, x: y))


def test_a_number_too_large_for_memory_is_not_known():
    assert of(10.0).exp().exp().loss < math.inf
    assert of(1e5).exp().exp().loss == math.inf
    assert UNKNOWN.exp().loss == math.inf


@pytest.mark.parametrize("op", sorted(multiprecision.UNLIMITED, key=lambda op: op.name), ids=str)
def test_a_primitive_that_hardly_grows_takes_any_number(op):
    huge = of(5e4).exp()
    y = applied(op, [huge] * op.arity)
    assert y.relative < 1e-50
    assert 0 < y.data < huge.data * 2


def test_errors_beyond_the_doubles_are_counted():
    y = (of(-300.0) - of(3.0).log()).exp() ** 3  # 1e-392
    assert y.relative < 1e-55
    far = (rough(40.0) + 1).erfc()
    assert far.relative < 1e-40


@pytest.mark.parametrize("x", [1e4, 3e5, 1e9])
def test_erfc_far_out_is_its_continued_fraction(x):
    x = mpf(x)
    tail = x
    for k in range(60, 0, -1):
        tail = x + mpf(k) / 2 / tail
    want = mp.exp(-x * x) / mp.sqrt(mp.pi) / tail
    assert abs(exact(ops.erfc)(x) / want - 1) < mpf(10) ** -50


def test_an_exact_number_is_not_a_float():
    with pytest.raises(TypeError, match="many digits"):
        math.sin(of(1.0))


@pytest.mark.parametrize("x", [0.1, -3e300, 5e-324, 2.2e-308, 0.0, math.inf, -math.inf])
def test_the_nearest_double_of_a_double_is_itself(x):
    assert nearest(of(x).number) == x


def test_the_nearest_double_is_correctly_rounded():
    rng = random.Random(0)
    for _ in range(300):
        x = math.ldexp(rng.uniform(1, 2), rng.randint(-1074, 1020))
        up = math.nextafter(x, math.inf)
        middle = (mpf(x) + mpf(up)) / 2
        assert nearest((middle * (1 - mpf(2) ** -150))._mpf_) == x
        assert nearest((-middle * (1 + mpf(2) ** -150))._mpf_) == -up
    assert nearest((mpf(2) ** 1100)._mpf_) == math.inf
    assert nearest((-(mpf(2) ** -1100))._mpf_) == nearest((mpf(2) ** -1075)._mpf_) == 0
    assert nearest((-0.6 * mpf(2) ** -1074)._mpf_) == -5e-324


@pytest.mark.parametrize(
    ("computed", "number", "want"),
    [
        (0.1, mpf(1) / 10, 16.0), (0.0, mpf(0), 16.0), (1e-300, mpf(0), 0.0), (2.0, mpf(1), 0.0),
        (1.001, mpf(1), 3.0), (math.inf, mpf(10) ** 400, 0.0), (math.nan, mpf(1), 0.0),
        (0.0, mpf(10) ** -400, 16.0), (math.inf, mpf("inf"), 16.0), (1.0, mpf(10) ** -400, 0.0),
        (1.0, mp.exp(mpf(10) ** 30), 0.0), (1.0, mp.exp(-(mpf(10) ** 30)), 0.0),
    ],
)  # fmt: skip
def test_right_digits(computed, number, want):
    assert right_digits(computed, number._mpf_) == pytest.approx(want, abs=1e-6)


def test_right_digits_of_numbers_of_any_length():
    with mp.workprec(1200):
        assert right_digits(1.0, (1 + mpf(2) ** -1100)._mpf_) == 16.0
        assert 9.9 < right_digits(1 + 1e-10, (1 + mpf(2) ** -1100)._mpf_) < 10.1


@pytest.mark.parametrize("op", ops.TABLE.values(), ids=lambda op: op.name)
def test_no_double_constant_enters_a_textbook_partial(op):
    """Against the numerical derivative to 50 digits: log(2) as a double would leave 16."""
    rng = random.Random(op.name)
    for _ in range(5):
        at = [moderate(rng, domain) for domain in op.domain]
        if op.kink is not None and op.kink(*at) < 1e-2:
            continue
        y = applied(op, [of(x) for x in at])
        for i in range(op.arity):
            got = unwrapped(textbook(op, i)(y, *[of(x) for x in at]))
            orders = tuple(int(j == i) for j in range(op.arity))
            want = mp.diff(exact(op), tuple(map(mpf, at)), orders)
            assert abs(got - want) <= mpf(10) ** -45 * (1 + abs(want)), (op.name, i, at)


def unwrapped(x):
    return x.data if isinstance(x, Exact) else mpf(x)


@pytest.mark.parametrize("op", [ops.tanh, ops.sigmoid], ids=lambda op: op.name)
def test_a_text_that_loses_digits_gives_way_to_the_tables_partial(op):
    for x in 1.0, -200.0, 200.0, 5000.0:
        got = textbook(op, 0)(applied(op, [of(x)]), of(x))
        with mp.workprec(MORE), mpmath.mp.workprec(MORE):
            y = exact(op)(mpf(x))
            want = unwrap(op.partials[0](Plain(y), Plain(x)))
        assert abs(got.data / want - 1) < mpf(10) ** -40


def test_an_exact_number_is_equal_to_numbers_only():
    t = of(0.7).exp()
    assert of(2.0) == 2 == of(2.0) * 1
    assert t != of(2.0)
    assert t == t + 1 - 1
    assert t != "2"


def test_values_do_not_mix_with_exact_numbers():
    with pytest.raises(TypeError):
        Value(1.0) + of(1.0)
