"""`improve` on the classics and on formulas that were frozen before its rules were finished."""

import pytest

from microgradlike import improve
from tests.accuracy.classics import CLASSICS
from tests.accuracy.formulas import FORMULAS
from tests.accuracy.truth import agree, truth
from tests.trust.classics import ours, right

SOLVED = 12  # digits of the worst of value and gradient; before, all have fewer
pytestmark = pytest.mark.long


def solved(formula):
    """True if `improve` makes the formula right to SOLVED digits; it must be the same function."""
    if getattr(formula, "known", None):
        return False  # 0 on paper
    found = improve(formula.f, *formula.point)
    want = truth(formula.f, formula.point)
    assert not found.found or agree(truth(found.f, formula.point), want), found.text
    return min(right(ours(found.f, *formula.point), want)) >= SOLVED


@pytest.mark.parametrize(
    ("formulas", "least"), [(CLASSICS, 22), (FORMULAS, 27)], ids=["31 classics", "60 frozen"]
)
def test_improve_solves_most(formulas, least):
    names = [formula.name for formula in formulas if solved(formula)]
    assert len(names) >= least, names
