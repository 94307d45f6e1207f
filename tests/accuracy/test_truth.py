"""Values and adjoints of many digits: right where they are known, undecided where they are not."""

import math

import mpmath
import pytest

from microgradlike import Value, cos, exp, graph, log, sin, sqrt, unary, where
from microgradlike.accuracy.digits import digits
from microgradlike.accuracy.judgement.judge import UNDECIDED, computed_adjoints
from microgradlike.accuracy.truth.truth import truth
from tests.accuracy import programs


def muller(a, b, steps=100):
    for _ in range(steps):
        a, b = b, 108 - (815 - 1500 / a) / b
    return b


def test_the_recurrence_of_muller_ends_at_5_and_doubles_say_100():
    found = digits(muller(Value(4.0), Value(17.0) / 4))
    assert found.value.right == 0.0
    assert abs(found.value.exact - 5) < 1e-7
    assert found.value.computed == 100.0


def test_kahans_zero_is_undecided():
    x = Value(15.0)
    root = sqrt(x * x + 1)
    q = abs(x - root) - 1 / (x + root)
    z = q * q
    found = digits((exp(z) - 1) / z)
    assert found.value.right is found.value.exact is None
    assert math.isnan(found.worst)
    assert UNDECIDED in found.notes


def test_a_root_times_itself_is_undecided_as_a_difference_alone():
    x = Value(2.0)
    y = sqrt(x) * sqrt(x) - 2
    assert digits(y).value.right is None
    assert str(digits(y)).startswith("value   undecided (4.441e-16)")
    assert digits(exp(y)).value.right > 15
    assert digits(where(y > 0, y, x) + 3).value.right is not None


def test_a_textbook_that_cancels_is_decided():
    x = Value(300.0)
    assert digits(x.tanh()).worst == 16.0


@pytest.mark.parametrize("kind", ["friendly", "nasty"])
@pytest.mark.parametrize("number", range(6))
def test_computed_adjoints_have_the_bits_of_a_backward_pass(kind, number):
    _, y = programs.graph(getattr(programs, kind)(number))
    order = graph.topological(y)
    for i, v in enumerate(order):
        v.grad = float(i)
    found = computed_adjoints(order)
    assert [v.grad for v in order] == list(range(len(order)))
    for v in order:
        v.grad = 0.0
    y.backward()
    assert found == [v.grad for v in order]


def test_a_primitive_of_the_users_is_followed_if_it_takes_any_number():
    double = unary("double", lambda x: x + x, lambda y, x: 2.0)
    wave = unary("wave", lambda x: cos(x) * 2, lambda y, x: -2 * sin(x))
    x = Value(1e-8)
    found = digits(2 - wave(double(x)))
    assert found.value.right < 1
    assert found.exact


@pytest.mark.parametrize(
    ("forward", "partial"),
    [(math.sin, lambda y, x: cos(x)), (lambda x: x * 2, lambda y, x: math.cos(x))],
)
def test_a_primitive_over_doubles_only_is_named_and_undecided(forward, partial):
    x = Value(0.5)
    found = digits(unary("mine", forward, partial)(x) * x)
    assert math.isnan(found.worst)
    assert any(note.startswith("mine cannot be computed with more digits") for note in found.notes)
    assert found.value.bound > 15


@pytest.mark.parametrize("at", [2.0, 3.0])
def test_a_primitive_may_compare_for_equality(at):
    step = unary("step", lambda x: 1.0 if x == 2 else x + 5, lambda y, x: 0.0 if x == 2 else 1.0)
    assert digits(step(Value(at, "x"))).worst == 16.0


def test_a_primitive_that_compares_unknown_digits_is_undecided():
    x = Value(2.0)
    step = unary("step", lambda x: 1.0 if x == 0 else x, lambda y, x: 1.0)
    found = digits(step(x.sqrt() * x.sqrt() - 2))
    assert math.isnan(found.worst)
    assert any("(a choice depends on digits that are not known)" in n for n in found.notes)
    assert not any("in place of" in n for n in found.notes)


def test_a_softplus_by_hand_is_known_beyond_its_overflow():
    for at in 800.0, 2900.0, 50_000.0:
        assert abs(digits(log(exp(Value(at)) + 1)).value.exact - at) < 1e-15


@pytest.mark.parametrize("f", [lambda x: x**0, lambda x: 1.5 + 2 * x**1 + x**0])
def test_a_partial_at_an_edge_that_the_table_knows_is_decided(f):
    found = digits(f(Value(0.0, "x")))
    assert found.gradients["x"].right == 16.0


def test_another_threads_precision_stays_its_own():
    seen = []
    wave = unary("wave", lambda x: seen.append(mpmath.mp.prec) or sin(x), lambda y, x: cos(x))
    with mpmath.workdps(5):
        assert digits(wave(Value(0.5))).worst > 15
        assert set(seen) == {mpmath.mp.prec}


def test_more_digits_are_taken_until_they_suffice():
    x = Value(1.0)
    assert truth(graph.topological(exp(x) - 1)).digits == 60
    assert truth(graph.topological(exp(x + 1e-60) - exp(x))).digits == 120
    assert truth(graph.topological(exp(x + 1e-90) - exp(x)), precision=100).digits == 200


def test_a_long_chain_is_no_recursion():
    y = Value(1.5)
    for _ in range(3_000):
        y = y * 0.999
    found = digits(y)
    assert found.worst > 10


@pytest.mark.long
def test_a_chain_of_a_million():
    y = Value(1.5)
    for _ in range(1_000_000):
        y = y + 1e-6
    assert digits(y).worst > 9
