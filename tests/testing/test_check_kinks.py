"""check_gradients at kinks, at edges of domains, and with derivative rules that fail."""

import math

import pytest

from microgradlike import ops
from microgradlike.ops import primitive, unary
from microgradlike.testing import GradientError, GradientWarning, check_gradients


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


def test_a_tie_with_itself_is_smooth():
    assert only(lambda x: ops.maximum(x, x), 2.0).verdict == "agrees"


def test_a_tie_that_rounding_decides_has_both_sides():
    p = only(lambda x: ops.maximum(x, 2 * x - 1), 1.0)
    assert (p.verdict, p.analytic, p.left, p.right) == ("kink", 1.5, *map(pytest.approx, (1, 2)))


def test_a_derivative_outside_the_sides_of_a_tie_that_rounding_decides_is_undecided():
    first, second = ops.maximum.partials
    high = primitive(
        "high",
        ops.maximum.forward,
        lambda y, a, b: first(y, a, b) + 3 * (a == b),
        second,
        kink=ops.maximum.kink,
    )
    with pytest.warns(GradientWarning, match="from the left 1, from the right 2"):
        assert only(lambda x: high(x, 2 * x - 1), 1.0).verdict == "undecided"


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
    assert "the edge of the domain; from the left unknown" in p.note


@pytest.mark.parametrize(
    ("f", "what"), [(ops.sqrt, "the edge of the domain"), (ops.sign, "the kink")]
)
def test_a_point_without_one_sided_derivatives_is_undecided(f, what):
    with pytest.warns(
        GradientWarning, match=f"could not be checked: {what}.*left unknown.*right unknown"
    ):
        report = check_gradients(f, 0.0)
    assert [p.name for p in report.undecided] == ["x"]
    assert "undecided" in str(report)


def test_a_step_over_kinks_is_not_trusted():
    p = only(lambda x: ops.floor(x), 3.0)
    assert (p.right, p.analytic, p.verdict) == (0.0, 0.0, "kink")


def test_a_primitive_with_cancellation_inside_passes():
    versine = unary("versine", lambda x: 1 - math.cos(x), lambda y, x: math.sin(x))
    for x in (4e-131, 1e-9, 2.0**-8, 0.03125, 0.5):
        assert not check_gradients(versine, x, order=1).undecided


def test_a_nan_gradient_is_wrong_where_there_is_a_derivative():
    broken = unary("broken", lambda x: x, lambda y, x: math.nan)
    with pytest.raises(GradientError, match=r"dbroken/dx\s+nan"):
        check_gradients(broken, 1.0)


@pytest.mark.parametrize(
    ("f", "point", "edge"),
    [
        (ops.atan2, (0.0, 0.0), r"atan2\(0.0, 0.0\)"),
        (lambda x: (x.sqrt() - x.sqrt()) + x, (0.0,), r"sqrt\(0.0\)"),
    ],
)
def test_a_nan_gradient_at_the_edge_of_a_domain_is_undecided(f, point, edge):
    with pytest.warns(GradientWarning, match=f"{edge} is at or beyond the edge of its domain"):
        report = check_gradients(f, *point)
    assert {p.verdict for p in report.partials} == {"undecided"}
    assert math.isnan(report.partials[0].analytic)


def test_an_edge_elsewhere_is_no_excuse_for_a_nan_gradient():
    broken = unary("broken", lambda x: x, lambda y, x: math.nan)
    with pytest.raises(GradientError, match=r"df/dx\s+nan"):
        check_gradients(lambda x, a: broken(x) + ops.atan2(a, 0.0), 1.0, 0.0)
    with pytest.raises(GradientError, match=r"df/dx\s+nan"):  # outside, but the partial is finite
        check_gradients(lambda x: broken(x) ** 2, -1.0)


def test_a_rule_that_breaks_beside_the_point_is_undecided():
    fragile = unary("fragile", lambda x: x, lambda y, x: 1 + math.sqrt(-abs(y - 1)))
    with pytest.warns(GradientWarning, match="could not be checked"):
        check_gradients(lambda x: fragile(x * 1.0), 1.0)


def test_a_primitive_that_breaks_beside_the_point_is_undecided():
    edge = unary("edge", lambda x: math.sqrt(1 - x) + 1, lambda y, x: 0.0)
    with pytest.warns(GradientWarning, match="could not be checked"):
        check_gradients(lambda x: edge(x * 1.0), 1.0)
