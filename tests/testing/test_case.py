"""The test for pytest that a report offers."""

import math

import numpy as np
import pytest

from microgradlike import tanh
from microgradlike.testing import GradientError, check_gradients


def wave(p, x):
    return (np.tanh(p["w"]) * x).sum() if x > 0 else p["w"].sum() * x


def by_hand(p, x):
    t = np.tanh(p["w"])
    return ({"w": (1 - t * t) * x}, float(t.sum()))


def report_on(f, *point, gradient):
    try:
        return check_gradients(f, *point, order=1, gradient=gradient)
    except GradientError as error:
        return error.report


def run(report, **names):
    """The offered test, run; it fails as the check did."""
    heading, *lines = report.pytest_case.splitlines()
    assert heading == "to keep it as a test:"
    assert report.pytest_case in str(report)
    exec("\n".join(line.removeprefix("    ") for line in lines), names)
    with pytest.raises(AssertionError):
        names["test_the_gradient"]()
    return lines


def test_functions_of_a_module_are_imported():
    point = {"w": np.array([0.1, 19.0])}, 2.0
    report = report_on(wave, *point, gradient=by_hand)
    assert len(report.given_lost) == 1
    lines = run(report)
    assert f"    from {__name__} import wave" in lines
    assert lines[-2].endswith(
        "check_gradients(wave, {'w': np.array([0.1, 19.0])}, 2.0, order=1, gradient=by_hand)"
    )
    assert lines[-1].endswith("# gradient[0]['w'][1] is 2.5113062336384237e-16")


def test_other_gradients_stand_as_numbers_in_the_test():
    lines = run(report_on(tanh, 20.0, gradient=lambda x: 1 - math.tanh(x) ** 2))
    assert lines[-2].endswith('check_gradients(ops.TABLE["tanh"], 20.0, order=1, gradient=0.0)')
    lines = run(report_on(tanh, 1.0, gradient=math.nan))
    assert "    from math import inf, nan" in lines


def test_a_function_without_a_module_is_to_be_pasted():
    def cube(x):
        return x * x * x

    report = report_on(cube, 2.0, gradient=[24.0][0])
    assert "    # define cube here, as the check got it" in run(report, cube=cube)
    report = report_on(lambda x: x * x * x, 2.0, gradient=24.0)
    assert "    # define f here, as the check got it" in run(report, f=cube)


def test_a_wrong_choice_at_a_kink_has_a_test_too():
    lines = run(report_on(abs, 0.0, gradient=2.0), f=abs)
    assert lines[-1].endswith("# gradient is 0.0")


def test_a_right_gradient_has_no_test():
    report = check_gradients(tanh, 1.0, order=1, gradient=1 / math.cosh(1.0) ** 2)
    assert report.pytest_case == ""
    assert "to keep it" not in str(report)
