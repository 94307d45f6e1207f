"""Checks raise no false alarm on everyday formulas, and leave few derivatives undecided."""

import functools
from collections import Counter

import pytest
from hypothesis import Phase, settings

from microgradlike import unary
from microgradlike.testing import GradientError, gradient_property
from tests.testing.everyday import EVERYDAY

NAMES = [name for name, _, _ in EVERYDAY]
# ties and zeros are drawn often; there the derivatives of these are 0·∞, or change within an ulp
MOST_UNDECIDED = 0.3


def verdicts(f, ranges, **options):
    test = gradient_property(ranges, **options)(f)
    test()
    found = Counter()
    for (_, _, verdict), n in test.statistics.verdicts.items():
        found[verdict] += n
    return found


def test_there_are_two_hundred_formulas_each_with_its_name():
    assert len(set(NAMES)) == len(NAMES) >= 200


@pytest.mark.filterwarnings("ignore::microgradlike.testing.GradientWarning")
@pytest.mark.parametrize("order", [1, 2])
def test_no_everyday_formula_raises_a_false_alarm_and_few_derivatives_are_undecided(order):
    total = Counter()
    for _, f, ranges in EVERYDAY:
        total += verdicts(f, ranges, order=order, examples=8 if order == 1 else 3)
    assert total["undecided"] < 0.02 * total.total()


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::microgradlike.testing.GradientWarning")
@pytest.mark.parametrize(("name", "f", "ranges"), EVERYDAY, ids=NAMES)
def test_no_formula_raises_a_false_alarm_at_a_thousand_points(name, f, ranges):
    found = verdicts(f, ranges, examples=1000, seed=1)
    assert found["undecided"] <= MOST_UNDECIDED * found.total()


@pytest.mark.filterwarnings("ignore::microgradlike.testing.GradientWarning")
def test_a_last_step_with_a_wrong_rule_is_found_after_every_formula():
    """All of its derivatives are a hundredth too large."""
    wrong = unary("wrong", lambda x: x, lambda y, x: 1.01)
    once = settings(phases=[Phase.generate], max_examples=100)
    missed = []
    for name, f, ranges in EVERYDAY:
        test = once(gradient_property(ranges, order=1)(with_last_step(f, wrong)))
        try:
            test()
        except GradientError:
            continue
        missed.append(name)
    assert not missed


def with_last_step(f, step):
    @functools.wraps(f)
    def changed(*arguments):
        return step(f(*arguments))

    return changed
