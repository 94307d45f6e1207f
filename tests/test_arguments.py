"""The point of a check: numbers, lists and tuples of them, with names from the signature."""

import math

import numpy as np
import pytest

from microgradlike import Value, ops
from microgradlike.testing import check_gradients


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


@pytest.mark.parametrize(
    ("argument", "error", "message"),
    [
        ("1", TypeError, "x is '1' of type str; a point is made of numbers"),
        (True, TypeError, "x is True of type bool"),
        (Value(1.0), TypeError, "pass its .data"),
        (np.ones(2), TypeError, r"pass its .tolist\(\)"),
        (math.nan, ValueError, "x is nan: a derivative is checked where"),
        (10**400, ValueError, "beyond the largest double"),
    ],
)
def test_an_argument_that_is_no_number_is_a_clear_error(argument, error, message):
    with pytest.raises(error, match=message):
        check_gradients(ops.tanh, argument)


def test_a_list_that_contains_itself_is_a_clear_error():
    endless = [1.0]
    endless.append(endless)
    with pytest.raises(ValueError, match=r"x\[1\]\[1\].* 50 deep; does it contain itself"):
        check_gradients(lambda x: x[0], endless)


def test_a_list_may_be_nested_50_deep_and_no_deeper():
    def innermost(x):
        while isinstance(x, list):
            (x,) = x
        return x * 2.0

    deep = 1.5
    for _ in range(50):
        deep = [deep]
    assert check_gradients(innermost, deep).partials[0].name == "x" + "[0]" * 50
    with pytest.raises(ValueError, match="nested more than 50 deep"):
        check_gradients(innermost, [deep])
