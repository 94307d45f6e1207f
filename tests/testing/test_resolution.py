"""Changes of a derivative within a step are told from wrong rules."""

import math
from dataclasses import dataclass
from typing import Any

import pytest

from microgradlike import ops, sin, unary
from microgradlike.testing import GradientError, GradientWarning, check_gradients
from microgradlike.testing.check.numeric import CENTRAL, LEFT, RIGHT, Estimate
from microgradlike.testing.check.resolution import change_within_a_step


@dataclass
class KnownLine:
    """A function with a known derivative, right or wrong."""

    f: Any
    derivative: Any
    size: float = 1.0

    def value(self, component, offset):
        return self.f(offset)

    def slope(self, component, offset):
        return self.derivative(offset)


def change(line, stencil=CENTRAL, at=None, numeric=0.0):
    derivative = line.slope(0, 0.0) if at is None else at
    estimates = {stencil: Estimate(numeric, 1e-9, 0.5, math.inf)}
    return change_within_a_step(line, 0, derivative, (numeric - 1e-9, numeric + 1e-9), estimates)


@pytest.mark.parametrize("stencil", [CENTRAL, LEFT, RIGHT])
def test_a_narrow_feature_that_differences_miss_is_a_change_within_a_step(stencil):
    narrow = KnownLine(lambda x: 1.0, lambda x: 1.0 if abs(x) < 1e-9 else 0.0)
    assert "changes within 0.5 of the point, too fast" in change(narrow, stencil)


@pytest.mark.parametrize("factor", [-1.0, 0.0, 1.01, 2.0])
@pytest.mark.parametrize("stencil", [CENTRAL, LEFT, RIGHT])
def test_a_wrong_rule_is_wrong_over_the_whole_step(factor, stencil):
    wrong = KnownLine(math.exp, lambda x: factor * math.exp(x))
    assert not change(wrong, stencil, numeric=1.0)


def test_a_wrong_value_at_the_point_alone_is_no_change_within_a_step():
    isolated = KnownLine(lambda x: 0.0, lambda x: 1.0 if x == 0 else 0.0)
    assert not change(isolated)
    assert not change(KnownLine(lambda x: 0.0, lambda x: 0.0), at=math.nan)
    assert not change(KnownLine(lambda x: 0.0, lambda x: math.nan), at=math.inf)


def test_an_infinite_derivative_may_change_within_a_step():
    narrow = KnownLine(lambda x: 2 * x, lambda x: 1e200 if abs(x) < 1e-9 else 2.0)
    assert change(narrow, at=math.inf, numeric=2.0)


def test_a_derivative_that_jumps_between_neighboring_doubles_is_undecided():
    with pytest.warns(GradientWarning, match="the derivative changes within .* too fast for"):
        check_gradients(lambda x: x + sin(x), 1e17, order=1)


def test_a_wrong_rule_at_a_kink_is_found_on_both_sides():
    steep = unary("steep", ops.relu.forward, lambda y, x: 2.0, kink=abs)
    with pytest.raises(GradientError):
        check_gradients(steep, 0.0)
