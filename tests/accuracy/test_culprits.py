"""Of the classics, `digits` counts the right digits and names a primitive that analysts blame."""

import math

import pytest

from microgradlike import Value, digits
from tests.accuracy.classics import CLASSICS
from tests.accuracy.truth import digits as right_digits, truth


def report(classic):
    return digits(classic.f(*[Value(x, f"x{i}") for i, x in enumerate(classic.point)]))


@pytest.mark.parametrize("classic", CLASSICS, ids=lambda classic: classic.name)
def test_digits_are_counted_as_by_differences_at_300_digits(classic):
    found = report(classic)
    if classic.known:
        assert math.isnan(found.worst)  # 0 on paper, so no precision decides
        return
    value, partials = truth(classic.f, classic.point)
    gradients = [found.gradients[f"x{i}"] for i in range(len(partials))]
    for x, want in zip([found.value, *gradients], [value, *partials]):
        assert x.right == pytest.approx(right_digits(x.computed, want), abs=0.05)


def test_a_blamed_primitive_is_named_for_9_of_10_classics():
    decided = [classic for classic in CLASSICS if not classic.known]
    named = {
        classic.name: {loss.node.op.name for loss in report(classic).lost if loss.node.op}
        for classic in decided
    }
    missed = [c.name for c in decided if not named[c.name] & set(c.blamed)]
    assert len(missed) <= len(decided) / 10, {name: named[name] for name in missed}
