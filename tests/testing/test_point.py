"""The point of a check: nested arguments with names from the signature."""

import math
import operator
import random
from collections import OrderedDict

import numpy as np
import pytest

from microgradlike import Value, nn, ops
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


def test_arguments_are_dicts_and_arrays_too_and_f_gets_what_it_was_given():
    def f(p, a):
        assert isinstance(p, OrderedDict)
        assert a.shape == (2, 2)
        return p["b"] * (a @ a)[0, 1] + p["w"][1] * p["w"][0]

    report = check_gradients(f, OrderedDict(w=(2.0, 3.0), b=0.5), np.array([[1, 2], [3, 4]]))
    names = ["p['w'][0]", "p['w'][1]", "p['b']", "a[0, 0]", "a[0, 1]", "a[1, 0]", "a[1, 1]"]
    assert [p.name for p in report.partials] == names
    assert [p.analytic for p in report.partials] == [3.0, 2.0, 10.0, 1.0, 2.5, 0.0, 1.0]


def test_an_array_without_dimensions_is_a_number():
    (x,) = check_gradients(lambda x: x[()] ** 2, np.array(3.0)).partials
    assert (x.name, x.analytic) == ("x", 6.0)


def test_a_module_contributes_its_parameters_and_stays_as_it_was():
    random.seed(1)
    model = nn.MLP(2, [2, 1])
    before = [(id(p), p.data, p.grad) for p in model.parameters()]
    report = check_gradients(lambda model, x: model(x).tanh(), model, [0.5, -1.0])
    names = [f"model.{name}" for name, _ in model.named_parameters()]
    assert [p.name for p in report.partials] == [*names, "x[0]", "x[1]"]
    model([0.5, -1.0]).tanh().backward()
    slopes = [p.grad for p in model.parameters()]
    assert [p.analytic for p in report.partials[:-2]] == slopes
    model.zero_grad()
    assert [(id(p), p.data, p.grad) for p in model.parameters()] == before


def test_the_drawing_code_writes_dicts_and_arrays_and_names_modules():
    line = nn.Neuron(1, nonlin=False)
    f = lambda p, net: p["a"][1] * net([p["it's"]])  # noqa: E731
    report = check_gradients(f, {"a": np.array([1.0, 2.0]), "it's": 3.0}, line)
    lines = [
        x.strip() for x in report.drawing.splitlines()[1:] if "viz" not in x and "draw" not in x
    ]
    scope = {"f": f, "net": line}
    exec("\n".join(lines), scope)
    assert scope["y"].data == report.value
    assert "import numpy as np" in lines


@pytest.mark.parametrize(
    ("f", "names"),
    [
        (lambda *w: w[0] * w[1], ["w0", "w1"]),
        (lambda x, *rest: x * rest[0], ["x", "rest0"]),
        (ops.mul, ["a", "b"]),
        (operator.neg, ["a"]),
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
        (np.array(["1"]), TypeError, r"x\[0\] is .*'1'.* of type str_?; a point"),
        (np.array([Value(1.0)]), TypeError, r"x\[0\] is Value.*; pass its .data"),
        ({"w": [None]}, TypeError, r"x\['w'\]\[0\] is None of type NoneType"),
        (math.nan, ValueError, "x is nan; choose a point of finite numbers"),
        (10**400, ValueError, "beyond the largest double"),
    ],
)
def test_an_argument_other_than_a_number_is_a_clear_error(argument, error, message):
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
