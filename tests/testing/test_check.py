"""check_gradients: right derivatives pass, wrong ones raise with a table, unknown ones warn."""

import math
import os
import random
import subprocess
import sys
import warnings
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from microgradlike import Value, nn, ops
from microgradlike.ops import TABLE, unary
from microgradlike.testing import (
    GradientError,
    GradientWarning,
    Instruction,
    StraightLine,
    check_gradients,
    check_primitive,
    programs,
)

wrong_cube = unary("cube", lambda x: x * x * x, lambda y, x: 2 * x * x)


@pytest.mark.parametrize("op", TABLE.values(), ids=TABLE.keys())
def test_every_primitive_agrees_with_differences(op):
    check_primitive(op, examples=25)  # to order 2


@settings(max_examples=150, deadline=None)
@given(programs())
def test_random_programs_agree_with_differences(program):
    assert not check_gradients(program, *program.point).undecided


@settings(max_examples=100, deadline=None)
@given(programs(smooth=True), st.floats(1e-6, 1e6))
def test_a_wrong_factor_outside_any_program_is_found(program, factor):
    scale = unary("scale", lambda x: x, lambda y, x: 1.0 + factor)
    slopes = [p.numeric for p in check_gradients(program, *program.point).partials]
    if max(map(abs, slopes)) * min(factor, 1) > 1e-3:
        with pytest.raises(GradientError):
            check_gradients(lambda *x: scale(program(*x)), *program.point)


def test_an_unused_argument_has_derivative_zero_analytically_and_numerically():
    x, unused = check_gradients(lambda x, unused: x, 2.0, 3.0).partials
    assert (x.analytic, unused.analytic, unused.numeric, unused.error) == (
        1.0,
        0.0,
        0.0,
        pytest.approx(0.0, abs=1e-300),
    )


def test_a_wrong_derivative_is_an_assertion_error_with_a_table_and_drawing_code():
    with pytest.raises(AssertionError) as caught:
        check_gradients(wrong_cube, 2.0)
    message = str(caught.value)
    assert "gradient of cube, value 8: 1 of 1 first derivatives wrong" in message
    assert "dcube/dx    8        8        12" in message
    assert "differs" in message
    assert 'y = cube(Value(2.0, "x"))' in message
    assert caught.value.report.wrong[0].difference == pytest.approx(4.0, rel=1e-9)


def drawing_code(report):
    lines = report.drawing.splitlines()[1:]
    kept = [line.removeprefix("    ") for line in lines if "viz" not in line and "draw" not in line]
    return "\n".join(kept)


@pytest.mark.parametrize(
    ("f", "point"),
    [
        (ops.tanh, (0.5,)),
        (ops.absolute, (0.5,)),
        (lambda x, w: x * w[0] + w[1][0], (0.5, [1.0, (2.0,)])),
        (lambda pair: pair[0] * pair[1], ((1.5, 2.5),)),
        (StraightLine((0.5,), (Instruction(ops.mul, (0, 0)),)), (0.5,)),
    ],
)
def test_the_drawing_code_builds_the_same_graph(f, point):
    report = check_gradients(f, *point)
    scope = {} if isinstance(f, StraightLine) else {"f": f}
    exec(drawing_code(report), scope)
    assert scope["y"].data == report.value


def test_a_long_table_shows_the_mistakes_first_and_counts_the_rest():
    def f(w):
        return sum((x * i for i, x in enumerate(w)), start=wrong_cube(w[-1]))

    with pytest.raises(GradientError) as caught:
        check_gradients(f, [1.0] * 30)
    table = str(caught.value).splitlines()
    assert table[2].startswith("df/dw[29]")
    assert "and 10 more" in table


def test_gradients_of_values_that_f_closes_over_are_left_alone():
    w = Value(3.0)
    (w * w).backward()
    check_gradients(lambda x: w * x, 2.0)
    assert w.grad == 6.0


def test_a_network_is_checked_through_its_inputs():
    random.seed(1)
    model = nn.MLP(3, [4, 1])
    check_gradients(lambda x: model(x), [1.0, -2.0, 0.5])


@given(st.floats(1e-3, 1e3))
def test_cancellation_inside_widens_the_error_instead_of_failing(x):
    report = check_gradients(lambda x: (x + 1e10) - 1e10, x)
    assert report.partials[0].error > 1e-8


def test_a_derivative_that_rounding_hides_is_a_warning_not_a_pass():
    with pytest.warns(GradientWarning, match=r"to x at 1.0 could not be checked: rounding hides"):
        report = check_gradients(lambda x: (x + 1e16) - 1e16, 1.0)
    assert report.partials[0].verdict == "undecided"


@pytest.mark.parametrize(
    ("f", "x"),
    [(lambda x: x.tanh() * 1e17, 20.0), (lambda x: (x * 1e-200).exp() * 1e200, 1e3)],
)
def test_an_error_larger_than_the_derivative_decides_nothing(f, x):
    with pytest.warns(GradientWarning, match="could not be checked: rounding hides"):
        check_gradients(f, x)


@pytest.mark.parametrize("x", [0.3, 1.1, 2.5])
def test_the_tolerance_is_the_reported_error(x):
    def f(shift):  # a derivative that is wrong by `shift`
        return unary("f", math.sin, lambda y, x: math.cos(x) + shift)

    (right,) = check_gradients(f(0.0), x, order=1).partials
    spare = right.error - right.difference
    assert check_gradients(f(spare / 2), x, order=1).partials[0].verdict == "agrees"
    with pytest.raises(GradientError):
        check_gradients(f(2 * right.error + right.difference), x, order=1)


NOISY = "lambda x, w: ((x + 1e7) * w[0]).sin() - (x * w[1]).exp() / 3.0 + (1e5 * x).relu()"


def test_the_same_check_gives_the_same_report_in_any_process():
    reports = [repr(check_gradients(eval(NOISY), 0.3, [1.7, -0.2])) for _ in range(2)]
    script = f"from microgradlike.testing import *; f = {NOISY}\n"
    script += "print(repr(check_gradients(f, 0.3, [1.7, -0.2])))"
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", script]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        reports.append(done.stdout.strip())
    assert len(set(reports)) == 1


@pytest.mark.parametrize(("numbers", "order", "most"), [(8, 1, 240), (8, 2, 640), (30, 2, 1500)])
def test_a_check_takes_30_runs_for_a_number_and_50_for_a_direction(numbers, order, most):
    runs = []

    def f(w):
        runs.append(1)
        return sum((x * 0.5 + x * y).tanh() for x, y in pairwise(w))

    check_gradients(f, [0.1 * i for i in range(numbers)], order=order)
    assert len(runs) <= most  # 30 * numbers, and from order 2 on 50 * min(numbers, 10)


# functions and points that cannot be checked


@pytest.mark.parametrize(
    ("f", "point", "error", "message"),
    [
        (3, (1.0,), TypeError, "needs a function first, got 3"),
        (ops.tanh, (), TypeError, r"the point has no numbers.*check_gradients\(f, 0.5"),
        (lambda w: Value(1.0), ([],), TypeError, "the point has no numbers"),
        (
            lambda x: x.data,
            (1.0,),
            TypeError,
            r"f returned 1.0 of type float, not a Value; .* not from their .data",
        ),
        (lambda x: [x, x], (1.0,), TypeError, "of type list, not a Value; sum the outputs"),
        (
            lambda x: x.log() * 2,
            (-1.0,),
            ValueError,
            r"f is nan at this point \(log\(-1.0\) is nan\); choose a",
        ),
        (lambda x: x * math.inf, (1.0,), ValueError, "f is inf at this point; choose a point"),
        (
            lambda x: x * random.random(),
            (1.0,),
            ValueError,
            "and then .* at the same point; fix its",
        ),
    ],
)
def test_an_impossible_check_is_a_clear_error(f, point, error, message):
    with pytest.raises(error, match=message):
        check_gradients(f, *point)


@pytest.mark.parametrize("order", [0, -1, True, 1.5, "1"])
def test_an_order_other_than_a_whole_number_from_1_on_is_refused(order):
    error = ValueError if type(order) is int else TypeError
    with pytest.raises(error, match=f"order must be .*, got {order!r}"):
        check_gradients(ops.tanh, 0.5, order=order)


def test_a_report_without_findings_gives_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = check_gradients(lambda x: x.tanh(), 0.5)
    assert "no derivative is wrong" in str(report)
