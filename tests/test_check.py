"""check_gradients: right passes, wrong is an error with a table, and what is unknown is said."""

import math
import random
import warnings

import numpy as np
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
    check_primitive(op)


@settings(max_examples=300, deadline=None)
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


def test_arguments_are_numbers_and_nested_lists_and_tuples_of_them():
    def f(x, w, pairs):
        assert isinstance(w, list)
        assert isinstance(pairs[0], tuple)
        return x * w[0] + w[1] * pairs[0][0] - pairs[0][1]

    report = check_gradients(f, 2, [np.float64(3.0), 4.0], [(5.0, 6.0)])
    assert [p.name for p in report.partials] == ["x", "w[0]", "w[1]", "pairs[0][0]", "pairs[0][1]"]
    assert [p.analytic for p in report.partials] == [3.0, 2.0, 5.0, 4.0, -1.0]
    assert report.value == 20.0


@pytest.mark.parametrize(
    ("f", "names"),
    [
        (lambda *w: w[0] * w[1], ["w0", "w1"]),
        (lambda x, *rest: x * rest[0], ["x", "rest0"]),
        (ops.mul, ["a", "b"]),
        (abs, ["x"]),
        (max, ["x0", "x1"]),
    ],
    ids=["star", "rest", "primitive", "builtin", "builtin without a signature"],
)
def test_names_come_from_the_signature(f, names):
    partials = check_gradients(f, *[1.5, 2.5][: len(names)]).partials
    assert [p.name for p in partials] == names


def test_an_argument_that_does_not_matter_has_derivative_zero_both_ways():
    x, unused = check_gradients(lambda x, unused: x, 2.0, 3.0).partials
    assert (x.analytic, unused.analytic, unused.numeric, unused.error) == (
        1.0,
        0.0,
        0.0,
        pytest.approx(0.0, abs=1e-300),
    )


def test_a_wrong_derivative_is_an_assertion_with_a_table_that_draws_itself():
    with pytest.raises(AssertionError) as caught:
        check_gradients(wrong_cube, 2.0)
    message = str(caught.value)
    assert "gradient of cube where its value is 8: 1 of 1 partials wrong" in message
    assert "dcube/dx  8         12" in message
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
def test_the_drawing_command_builds_the_same_graph(f, point):
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
    with pytest.warns(GradientWarning, match=r"by x at 1.0 could not be checked: rounding hides"):
        report = check_gradients(lambda x: (x + 1e16) - 1e16, 1.0)
    assert report.partials[0].verdict == "undecided"


# kinks and edges


def only(f, x):
    return check_gradients(f, x).partials[0]


def test_a_gradient_at_a_kink_lies_between_the_one_sided_ones_and_is_reported():
    report = check_gradients(lambda x: x.relu(), 0.0)
    (p,) = report.kinks
    assert (p.left, p.right, p.margin, p.analytic) == (0.0, pytest.approx(1.0), 0.0, 0.0)
    assert "the kink of relu(0.0); from the left 0, from the right 1" in str(report)


def test_a_gradient_outside_the_one_sided_ones_is_wrong():
    steep = unary("steep", ops.relu.forward, lambda y, x: 2.0, kink=abs)
    with pytest.raises(GradientError, match="the kink of steep"):
        check_gradients(steep, 0.0)


def test_kinks_that_cancel_are_found_to_hide_a_derivative():
    with pytest.raises(
        GradientError, match=r"the kink of relu\(-?0.0\); from the left 1, from the right 1"
    ):
        check_gradients(lambda x: x.relu() - (-x).relu(), 0.0)


def test_a_tie_with_itself_is_no_kink():
    assert only(lambda x: ops.maximum(x, x), 2.0).verdict == "agrees"


def test_the_distance_to_a_kink_is_measured_in_the_argument():
    p = only(lambda x: (4 * x - 8).relu(), 2.25)
    assert (p.verdict, p.margin) == ("agrees", pytest.approx(0.25))


def test_a_kink_nearer_than_any_useful_step_is_told_from_a_derivative():
    assert only(lambda x: x.relu(), 1e-15).verdict in ("agrees", "kink")
    assert only(lambda x: (x - 1).relu(), 1 + 1e-14).verdict == "kink"


def test_a_branch_in_python_counts_as_a_kink():
    p = only(lambda x: x if x.data >= 0.3 else 2 * x - 0.3, 0.3)
    assert p.verdict == "kink"
    assert "another branch" in p.note


def test_a_leaf_taken_instead_of_another_counts_as_a_branch():
    x, a, b = check_gradients(lambda x, a, b: a if x.data > 0 else b, 0.0, 1.0, 2.0).partials
    assert (x.verdict, x.left, x.margin) == ("kink", 0.0, 0.0)
    assert "another branch" in x.note
    assert (a.verdict, b.verdict) == ("agrees", "agrees")


def test_an_edge_with_a_derivative_on_one_side_is_compared_with_that():
    p = only(lambda x: x**1.5, 0.0)
    assert p.verdict == "kink"
    assert "the edge of the domain; from the left none" in p.note


@pytest.mark.parametrize(
    ("f", "what"), [(ops.sqrt, "the edge of the domain"), (ops.sign, "the kink")]
)
def test_where_neither_side_has_a_derivative_nothing_is_claimed(f, what):
    with pytest.warns(
        GradientWarning, match=f"could not be checked: {what}.*left none.*right none"
    ):
        report = check_gradients(f, 0.0)
    assert [p.name for p in report.undecided] == ["x"]
    assert "undecided" in str(report)


def test_a_step_that_leaps_over_kinks_is_not_believed():
    p = only(lambda x: ops.floor(x), 3.0)
    assert (p.right, p.analytic, p.verdict) == (0.0, 0.0, "kink")


def test_a_primitive_that_cancels_inside_is_not_accused():
    versine = unary("versine", lambda x: 1 - math.cos(x), lambda y, x: math.sin(x))
    for x in (4e-131, 1e-9, 2.0**-8, 0.03125, 0.5):
        assert not check_gradients(versine, x).wrong


def test_a_nan_gradient_is_wrong_where_there_is_a_derivative():
    broken = unary("broken", lambda x: x, lambda y, x: math.nan)
    with pytest.raises(GradientError, match=r"dbroken/dx\s+nan"):
        check_gradients(broken, 1.0)


def test_a_rule_that_breaks_beside_the_point_is_undecided():
    fragile = unary("fragile", lambda x: x, lambda y, x: 1 + math.sqrt(-abs(y - 1)))
    with pytest.warns(GradientWarning, match="could not be checked"):
        check_gradients(lambda x: fragile(x * 1.0), 1.0)


def test_a_primitive_that_breaks_beside_the_point_is_undecided():
    edge = unary("edge", lambda x: math.sqrt(1 - x) + 1, lambda y, x: 0.0)
    with pytest.warns(GradientWarning, match="could not be checked"):
        check_gradients(lambda x: edge(x * 1.0), 1.0)


# what cannot be checked


@pytest.mark.parametrize(
    ("f", "point", "error", "message"),
    [
        (3, (1.0,), TypeError, "takes a function first, got 3"),
        (ops.tanh, (), TypeError, r"no number in the point.*check_gradients\(f, 0.5"),
        (lambda w: Value(1.0), ([],), TypeError, "no number in the point"),
        (ops.tanh, ("1",), TypeError, "x is '1' of type str; a point is made of numbers"),
        (ops.tanh, (True,), TypeError, "x is True of type bool"),
        (ops.tanh, (Value(1.0),), TypeError, "pass its .data"),
        (ops.tanh, (np.ones(2),), TypeError, r"pass its .tolist\(\)"),
        (ops.tanh, (math.nan,), ValueError, "x is nan: a derivative is checked where"),
        (ops.tanh, (10**400,), ValueError, "beyond the largest double"),
        (
            lambda x: x.data,
            (1.0,),
            TypeError,
            "f gave 1.0 of type float, not a Value; is it a const",
        ),
        (lambda x: [x, x], (1.0,), TypeError, "of type list, not a Value; add the outputs up"),
        (lambda x: x.log() * 2, (-1.0,), ValueError, r"f is nan at this point: log\(-1.0\) is nan"),
        (lambda x: x * math.inf, (1.0,), ValueError, "f is inf at this point; a derivative"),
        (
            lambda x: x * random.random(),
            (1.0,),
            ValueError,
            "and then .* at the same point; fix its",
        ),
    ],
)
def test_what_cannot_be_compared_is_a_clear_error(f, point, error, message):
    with pytest.raises(error, match=message):
        check_gradients(f, *point)


@pytest.mark.parametrize("order", [0, 2, True, "1"])
def test_an_order_that_is_not_there_is_refused(order):
    with pytest.raises(ValueError, match=f"order={order!r} is not available"):
        check_gradients(ops.tanh, 0.5, order=order)


def test_a_report_without_trouble_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        report = check_gradients(lambda x: x.tanh(), 0.5)
    assert "no partial is wrong" in str(report)
