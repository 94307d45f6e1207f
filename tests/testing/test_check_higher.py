"""check_gradients beyond the first order: coverage, missing derivatives, notes and warnings."""

import math
import random

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from microgradlike import Value, cos, exp, hessian, nn, ops, sin
from microgradlike.ops import unary
from microgradlike.testing import (
    GradientError,
    GradientWarning,
    check_gradients,
    check_primitive,
    programs,
)
from tests.testing.test_second_order import detached

versine = unary("versine", lambda x: 1 - math.cos(x), lambda y, x: math.sin(x))
detaching = unary("detaching", math.sin, lambda y, x: cos(detached(x)))


def test_every_pair_of_a_few_numbers_is_checked_in_both_orders():
    def f(x, w):
        return sin(x * w[0]) * exp(w[1]) + x

    report = check_gradients(f, 0.5, [1.0, -2.0])
    names = ["x", "w[0]", "w[1]"]
    assert {p.by for p in report.higher} == {(a, b) for a in names for b in names}
    matrix = hessian(lambda p: f(p[0], p[1:]))([0.5, 1.0, -2.0])
    flat = {(a, b): x for a, row in zip(names, matrix) for b, x in zip(names, row)}
    for p in report.higher:
        assert p.verdict == "agrees"
        assert (p.analytic, p.forward) == (pytest.approx(flat[p.by]), pytest.approx(flat[p.by]))
        assert abs(p.numeric - flat[p.by]) <= p.error < 1e-9


@given(st.floats(-2, 2), st.integers(1, 5))
def test_every_order_of_the_exponential_is_itself(x, order):
    report = check_gradients(exp, x, order=order)
    everything = [*report.partials, *report.higher]
    assert [len(p.by) for p in everything] == list(range(1, order + 1))
    for p in everything:
        assert p.verdict == "agrees"
        assert p.analytic == pytest.approx(math.exp(x), rel=1e-14)


@pytest.mark.long
@pytest.mark.parametrize(
    ("options", "order", "examples"),
    [({}, 2, 20_000), ({"max_size": 40}, 3, 2_000), ({"inputs": 14, "max_size": 40}, 2, 500)],
)
def test_random_programs_are_neither_wrong_nor_undecided(options, order, examples):
    @settings(max_examples=examples, database=None, suppress_health_check=list(HealthCheck))
    @given(programs(**options))
    def derivatives_are_right(program):
        assert not check_gradients(program, *program.point, order=order).undecided

    derivatives_are_right()


def test_an_order_is_written_as_mathematicians_do():
    report = check_gradients(lambda x, w: (x * w).sin(), 0.5, 2.0, order=3)
    written = {p.of("f") for p in report.higher}
    assert {"d²f/dx²", "d²f/dx dw", "d²f/dw dx", "d²f/dw²", "d³f/dx du0²"} <= written
    assert "u0: random directions" in str(report)


def test_many_numbers_are_checked_in_ten_directions():
    report = check_gradients(lambda w: ops.sin(sum(x * x for x in w)), [0.1 * i for i in range(12)])
    assert len(report.partials) == 12
    assert len(report.higher) == 12 * 10
    assert {p.by[1] for p in report.higher} == {f"u{i}" for i in range(1, 11)}


@pytest.mark.parametrize("place", [0, 19])
def test_one_detached_number_among_many_is_found(place):
    def f(w):
        return sum((detaching if i == place else sin)(x) * 1.5 for i, x in enumerate(w))

    with pytest.raises(GradientError) as caught:
        check_gradients(f, [0.05 * i + 0.1 for i in range(20)])
    assert {p.by[0] for p in caught.value.report.wrong} == {f"w[{place}]"}


def test_a_mistake_that_shows_from_the_third_order_on_is_found_there():
    bent = unary("bent", math.sin, lambda y, x: cos(x) + (x - detached(x)) ** 2 / 2)
    check_gradients(bent, 0.5, order=2)
    with pytest.raises(GradientError) as caught:
        check_gradients(bent, 0.5, order=3)
    assert [p.by for p in caught.value.report.wrong] == [("x", "x", "x")]


def test_second_derivatives_are_skipped_if_a_first_one_is_wrong():
    wrong = unary("wrong", math.sin, lambda y, x: -cos(x))
    with pytest.raises(GradientError) as caught:
        check_gradients(wrong, 0.5)
    assert caught.value.report.higher == ()


# a partial that takes numbers only


def test_missing_second_derivatives_are_one_warning_that_names_the_primitive():
    with pytest.warns(GradientWarning) as caught:
        report = check_gradients(lambda x, w: (versine(x * w) + x).tanh(), 0.5, 2.0)
    (message,) = [str(w.message) for w in caught]
    assert "order 2 could not be checked: the partial of versine takes numbers only" in message
    assert "microgradlike.sin(x) for math.sin(x), or check with order=1" in message
    assert [p.verdict for p in report.partials] == ["agrees", "agrees"]
    assert (report.higher, report.missing) == ((), message)
    assert message in str(report)


def test_a_partial_of_a_partial_may_leave_third_derivatives_missing():
    integral = unary("integral", lambda x: x - math.sin(x), lambda y, x: versine(x))
    assert not check_gradients(integral, 0.5, order=2).missing
    with pytest.warns(GradientWarning, match="order 3 could not .* partial of versine .* order=2"):
        check_gradients(integral, 0.5, order=3)


def test_a_partial_that_fails_only_once_is_missing_without_a_name():
    calls = []

    def fickle(y, x):
        calls.append(isinstance(x, Value))
        if sum(calls) == 1 and calls[-1]:
            raise RuntimeError("not the first time")
        return cos(x)

    with pytest.warns(GradientWarning, match=r"a partial takes numbers only \(RuntimeError: not"):
        check_gradients(unary("fickle", math.sin, fickle), 0.5)


def test_with_order_1_a_partial_that_takes_numbers_only_is_fine():
    assert not check_gradients(versine, 0.5, order=1).missing
    check_primitive(versine, order=1)


def test_check_primitive_warns_once_of_missing_second_derivatives():
    with pytest.warns(GradientWarning, match="the partial of versine takes numbers") as caught:
        check_primitive(versine)
    assert len(caught) == 1


# forward mode


def test_forward_mode_of_a_function_that_reads_data_replays_its_graph():
    report = check_gradients(lambda x: x.sin() * x if x.data > 0 else x, 0.5)
    assert [p.verdict for p in (*report.partials, *report.higher)] == ["agrees", "agrees"]
    for p in (*report.partials, *report.higher):
        assert p.forward == pytest.approx(p.analytic, rel=1e-15)
    assert report.notes == (
        "f does not accept Duals, so forward mode replayed its graph: AttributeError: 'Dual' object"
        " has no attribute 'data'",
    )


@pytest.mark.parametrize("result", [[1.0], "1", 1j, None])
def test_a_function_that_returns_no_number_for_duals_does_not_accept_them(result):
    report = check_gradients(lambda x: x * x if isinstance(x, Value) else result, 0.5)
    assert report.notes[0].startswith(
        "f does not accept Duals, so forward mode replayed its graph: it returned "
    )


def test_a_function_with_another_value_for_duals_is_found():
    with pytest.raises(
        GradientError, match=r"reverse and forward mode differ by .*, and rounding explains"
    ):
        check_gradients(lambda x: x * x if isinstance(x, Value) else 2 * x, 0.5)


def test_a_constant_does_not_spoil_the_other_tangents():
    with pytest.warns(GradientWarning, match=r"to b at 2.0 could not be checked: pow\(-3.0, 2.0\)"):
        report = check_gradients(lambda a, b: a**b, -3.0, 2.0, order=1)
    a, _ = report.partials
    assert (a.analytic, a.forward, a.verdict) == (-6.0, -6.0, "agrees")


def test_values_that_f_closes_over_keep_their_gradients_in_every_mode():
    random.seed(2)
    model, w = nn.MLP(2, [2, 1]), Value(3.0)
    (w * w).backward()
    before = [p.grad for p in model.parameters()]
    check_gradients(lambda x: (model([x, w * x]) * w).sin(), 0.5, order=3)
    assert w.grad == 6.0
    assert [p.grad for p in model.parameters()] == before


# kinks


def test_a_kink_of_the_gradient_is_reported_with_both_sides():
    report = check_gradients(lambda x: x.relu() ** 2, 0.0)
    (p,) = report.kinks
    assert (p.by, p.left, p.right, p.margin) == (("x", "x"), 0.0, pytest.approx(2.0), 0.0)
    assert "d²f/dx² at x = 0.0: the kink of relu(0.0); from the left 0, from the right 2" in str(
        report
    )


def test_the_margin_to_a_kink_is_that_of_the_function_not_of_its_partials():
    (p,) = check_gradients(lambda x: (x - 0.25).relu() ** 2 * x.erf(), 0.5).higher
    assert (p.verdict, p.margin) == ("agrees", pytest.approx(0.25))  # erf' has floor in it


def test_a_jump_without_a_declared_kink_is_a_kink_of_the_gradient():
    huber = unary(
        "huber",
        lambda x: x * x / 2 if abs(x) <= 1 else abs(x) - 0.5,
        lambda y, x: ops.clip(x, -1.0, 1.0),
    )
    (p,) = check_gradients(huber, 1.0).kinks
    assert p.by == ("x", "x")
    assert p.note.startswith("a jump of the derivative; from the left 1, from the right 0")


def test_numbers_at_a_kink_are_left_out_of_second_derivatives_with_a_note():
    report = check_gradients(lambda x, w: x.relu() * w + w * w, 0.0, 3.0)
    assert [p.by for p in report.higher] == [("w", "w")]
    assert "second derivatives in x were not checked: the first derivative is at a kink" in str(
        report
    )
    report = check_gradients(lambda x: abs(x), 0.0)
    assert report.notes == (
        "second derivatives were not checked: every first one is at a kink or undecided",
    )


def test_noise_of_other_derivatives_does_not_hide_one_that_is_identically_zero():
    report = check_gradients(lambda x, w: ((x + 1e7) * 1e3).sin() + w * w, 0.3, 0.5)
    zeros = [p for p in report.higher if p.by in (("x", "w"), ("w", "x"))]
    assert [(p.verdict, p.numeric, p.error) for p in zeros] == [("agrees", 0.0, 0.0)] * 2


def test_a_number_that_leaves_the_graph_is_found_though_both_modes_give_zero():
    with pytest.raises(GradientError):
        check_gradients(lambda x, w: x * Value(w.data) if isinstance(w, Value) else x, 0.5, 2.0)


def test_second_derivatives_that_overflow_are_undecided():
    with pytest.warns(GradientWarning, match="1 of 1 higher derivatives could not be checked"):
        (p,) = check_gradients(lambda x: x**-99.9, 0.001).higher
    assert math.isinf(p.analytic)


def test_second_derivatives_that_rounding_hides_are_one_warning_together():
    with pytest.warns(GradientWarning) as caught:
        report = check_gradients(lambda x, w: 1e17 * (x + w) + (x * w).sin(), 1.0, 2.0)
    (message,) = [str(w.message) for w in caught]
    assert message.startswith("4 of 4 higher derivatives could not be checked, the first d²f/dx²: ")
    assert len(report.undecided) == 4
