"""Kinks closer to each other than a step of differences are no sign of a wrong rule."""

import pytest

from microgradlike import ops
from microgradlike.testing import GradientError, GradientWarning, check_gradients


@pytest.mark.parametrize("op", [ops.floor_divide, ops.mod, ops.fmod])
def test_the_steps_of_a_remainder_are_too_close_for_differences(op):
    with pytest.warns(GradientWarning):
        report = check_gradients(lambda a: op(a, 1e-214), 1.0)
    (entry,) = report.undecided
    assert entry.name == "a"
    assert op is not ops.floor_divide or "kink after kink" in entry.note


def test_a_wrong_rule_at_a_single_kink_is_still_found():
    wrong = ops.unary("wrong", lambda x: abs(x), lambda y, x: 2.0, kink=abs)
    with pytest.raises(GradientError):
        check_gradients(lambda x: wrong(x), 0.0)
