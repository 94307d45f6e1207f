"""Every rule is an equation: both sides agree to 1e-30 wherever the left one is defined."""

import random

import pytest

pytest.importorskip("mpmath")

from microgradlike.accuracy.rewriting.candidates import agree
from microgradlike.accuracy.rewriting.rewrite import condition_of
from microgradlike.accuracy.rewriting.rules import RULES, Rule, formula
from microgradlike.accuracy.rewriting.terms import variables

POINTS = 15


def outcomes(rule):
    """True or False at points for which the condition holds, until there are enough."""
    rng = random.Random(str(rule))
    holds = [condition_of(rule.condition, {})[1]] if rule.condition else []
    names = variables([rule.left, rule.right])
    found = []
    for _ in range(500):
        size = rng.choice([1, 1, 30])
        point = {name: rng.choice([-1, 1]) * size * rng.random() for name in names}
        found.append(agree(rule.left, rule.right, holds, point))
        if len(found) - found.count(None) == POINTS:
            break
    return [x for x in found if x is not None]


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_both_sides_of_a_rule_agree_to_30_digits(rule):
    assert outcomes(rule) == [True] * POINTS


def test_a_false_rule_does_not_agree():
    assert False in outcomes(Rule("sqrt(x**2)", "x"))


def test_no_rule_is_listed_twice():
    sides = [(rule.left, rule.right) for rule in RULES]
    assert len(set(sides)) == len(sides)


def test_numbers_of_a_formula_stay_exact():
    assert str(formula("log(2)").op) == "<primitive log>"
