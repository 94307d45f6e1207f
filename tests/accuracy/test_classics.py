"""The classics lose digits, the good forms keep them, and `digits` sees both."""

import math
import warnings

import pytest

from microgradlike import IndeterminateWarning, Value, digits
from microgradlike.ops import TABLE
from tests.accuracy.classics import CLASSICS
from tests.accuracy.formulas import FORMULAS
from tests.accuracy.truth import digits as right, truth

LOST, KEPT = 12, 14  # digits


def worst(f, point, want):
    """The fewest digits of value and gradient as this library computes them."""
    leaves = [Value(x) for x in point]
    y = f(*leaves)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IndeterminateWarning)
        y.backward()
    value, partials = want
    return min(right(y.data, value), *(right(x.grad, w) for x, w in zip(leaves, partials)))


def cases(formulas):
    return pytest.mark.parametrize("formula", formulas, ids=lambda formula: formula.name)


def test_there_are_31_classics_and_60_formulas_with_names_of_their_own():
    assert (len(CLASSICS), len(FORMULAS)) == (31, 60)
    assert len({formula.name for formula in [*CLASSICS, *FORMULAS]}) == 91


@cases([*CLASSICS, *FORMULAS])
def test_digits_are_lost(formula):
    want = getattr(formula, "known", None) or truth(formula.f, formula.point)
    assert worst(formula.f, formula.point, want) < LOST


@cases([classic for classic in CLASSICS if classic.better])
def test_the_good_form_keeps_them(formula):
    want = truth(formula.f, formula.point)
    assert worst(formula.better, formula.point, want) > KEPT


@cases(CLASSICS)
def test_the_blamed_primitives_are_in_the_graph(formula):
    y = formula.f(*map(Value, formula.point))
    stack, seen, names = [y], set(), set()
    while stack:
        node = stack.pop()
        if isinstance(node, Value) and id(node) not in seen and node.op:
            seen.add(id(node))
            names.add(node.op.name)
            stack += node.operands
    assert set(formula.blamed) <= names <= set(TABLE)


def report(classic):
    return digits(classic.f(*[Value(x, f"x{i}") for i, x in enumerate(classic.point)]))


@cases(CLASSICS)
def test_digits_are_counted_as_by_differences_at_300_digits(formula):
    found = report(formula)
    if formula.known:
        assert math.isnan(found.worst)  # 0 on paper, so no precision decides
        return
    value, partials = truth(formula.f, formula.point)
    gradients = [found.gradients[f"x{i}"] for i in range(len(partials))]
    for x, want in zip([found.value, *gradients], [value, *partials]):
        assert x.right == pytest.approx(right(x.computed, want), abs=0.05)


def test_a_blamed_primitive_is_named_for_9_of_10_classics():
    decided = [classic for classic in CLASSICS if not classic.known]
    named = {
        classic.name: {loss.node.op.name for loss in report(classic).lost if loss.node.op}
        for classic in decided
    }
    missed = [c.name for c in decided if not named[c.name] & set(c.blamed)]
    assert len(missed) <= len(decided) / 10, {name: named[name] for name in missed}
