"""improve finds a better formula, or says that it does not; it never returns another function."""

import math
import sys

import pytest

pytest.importorskip("mpmath")

import microgradlike as mg
from microgradlike import TraceError, Value, cos, digits, exp, improve, log, sin, sqrt, tan, unary
from microgradlike.accuracy.rewriting import candidates, rewrite, search
from microgradlike.accuracy.rewriting.candidates import Score, agree, agree_everywhere, drawn
from microgradlike.accuracy.rewriting.rules import formula


def quotient(x):
    return (1 - cos(x)) / (x * x)


def test_the_new_function_has_the_digits_that_the_rewrite_promises():
    better = improve(quotient, 1e-8)
    x = Value(1e-8, "x")
    found = digits(better.f(x))
    assert better.after == Score(found.value.right, {"x": found.gradients["x"].right})
    assert better.before.worst == 0
    assert better.after.worst > 15
    assert better.rules == ("1 - cos(x) = x**2/2*sinc(x/2)**2",)
    assert better.f(1e-8) == 0.5


def test_the_text_is_the_function_with_the_names_of_the_arguments():
    better = improve(lambda a, b, c: (-b + sqrt(b * b - 4 * a * c)) / (2 * a), 1.0, c=1.0, b=1e8)
    names = {}
    exec(better.text, names)
    assert names["f"](1.0, c=1.0, b=1e8) == better.f(1.0, 1e8, 1.0) == -1e-8
    assert "sqrt(b*b - 4*a*c)" in better.text
    assert better.conditions == ("sqrt(b*b - 4*a*c) + b != 0",)
    assert "holds if sqrt(b*b - 4*a*c) + b != 0" in str(better)


@pytest.mark.parametrize(
    ("f", "args", "text"),
    [
        (lambda xs: xs[0] ** 2 / 2 + xs[1] ** 2 / 2 - mg.mean(xs) ** 2, [[1e8, 1e8 + 3]], "xs["),
        (lambda p: p["a"] ** 2 - p["b"] ** 2, [{"a": 1e8 + 1, "b": 1e8}], "p['a'] - p['b']"),
        (lambda y, *xs: log(exp(xs[0]) + exp(xs[1])) + y, [1.0, 1000.0, 1001.0], "def f(y, *xs)"),
        (lambda **p: sqrt(p["x"] + 1) - sqrt(p["x"]), [], "def f(x)"),
        (lambda x, e: tan(x + e) - tan(x), [1.0, 1e-10], "sin(e)"),
    ],
)  # fmt: skip
def test_arguments_are_what_jit_takes(f, args, text):
    keywords = {} if args else {"x": 1e15}
    better = improve(f, *args, **keywords)
    assert better.found
    assert text in better.text
    assert better.after.worst > better.before.worst + 4
    assert math.isfinite(float(better.f(*args, **keywords)))


def test_a_formula_without_a_better_one_is_returned_as_it_is():
    def f(x):
        return x - sin(x)

    same = improve(f, 1e-5)
    assert not same.found
    assert same.f is f
    assert same.before == same.after
    assert str(same).startswith("nothing better found; another formula may exist\nvalue ")


def test_a_formula_that_keeps_its_digits_needs_no_other():
    assert str(improve(sin, 1.0)).startswith("nothing to improve: at least 15 digits are right\n")


def test_digits_that_are_undecided_are_left_out():
    better = improve(lambda x, y: sqrt(x + 1) - sqrt(x) + exp(log(y)) - y, 1e15, 1.5)
    assert better.found
    assert math.isnan(better.before.gradients["y"])
    assert "∂/∂y   undecided" in str(better)


def test_a_range_counts_the_fewest_digits_in_it():
    better = improve(quotient, x=(1e-9, 1))
    assert better.before.worst == 0
    assert better.after.worst > 14
    assert improve(quotient, (1e-9, 1)).text == better.text
    assert not improve(quotient, (2.0, 3.0)).found


def test_small_numbers_of_a_range_with_0_are_drawn():
    for x in (-1, 1), (0, 1):
        better = improve(quotient, x=x)
        assert better.before.worst == 0
        assert better.after.worst > 15


def test_ranges_may_be_in_any_arguments():
    texts = {
        improve(f, *args, **kwargs).text.partition("def ")[2]
        for f, args, kwargs in [
            (lambda x: sqrt(x + 1) - sqrt(x), [(1, 1e15)], {}),
            (lambda **p: sqrt(p["x"] + 1) - sqrt(p["x"]), [], {"x": (1, 1e15)}),
            (lambda x, y=1.0: sqrt(x + y) - sqrt(x), [], {"x": (1, 1e15)}),
        ]
    }
    assert texts == {"f(x):\n    return 1/(sqrt(x) + sqrt(x + 1))"}
    better = improve(lambda *xs: sqrt(xs[0] + 1) - sqrt(xs[0]), (1, 1e15))
    assert better.ranges == {"xs[0]": (1.0, 1e15)}


def test_arguments_that_are_no_numbers_are_conditions():
    better = improve(lambda x, kind: log(1 + x) if kind == "log" else x, 1e-10, "log")
    assert better.conditions == ("kind == 'log'",)


def test_digits_over_a_range_are_plotted():
    pytest.importorskip("matplotlib")
    better = improve(lambda x, y: sqrt(x + y) - sqrt(x), x=(1.0, 1e15), y=(1.0, 2.0))
    figure = better.plot()
    assert [axes.get_xscale() for axes in figure.axes] == ["log", "linear"]
    before, after = figure.axes[0].lines
    assert min(before.get_ydata()) < 1 < 14 < min(after.get_ydata())


def test_a_plot_needs_a_range_and_matplotlib(monkeypatch):
    with pytest.raises(ValueError, match="needs a range"):
        improve(quotient, 1e-8).plot()
    better = improve(quotient, x=(1e-9, 1))
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match="plot"):
        better.plot()


def test_without_mpmath_the_error_names_the_extra(monkeypatch):
    monkeypatch.delitem(sys.modules, "microgradlike.accuracy.rewriting.rewrite")
    monkeypatch.setitem(sys.modules, "microgradlike.accuracy.rewriting.candidates", None)
    with pytest.raises(ModuleNotFoundError, match="candidates"):
        improve(quotient, 1e-8)
    monkeypatch.delitem(sys.modules, "microgradlike.accuracy.rewriting.candidates")
    monkeypatch.delitem(sys.modules, "microgradlike.accuracy.truth.multiprecision")
    monkeypatch.setitem(sys.modules, "mpmath", None)
    with pytest.raises(ImportError, match=r"microgradlike\[digits\]"):
        improve(quotient, 1e-8)


SLOPE = Value(2.0, "slope")


@pytest.mark.parametrize(
    ("f", "point", "error", "message"),
    [
        (3, (1.0,), TypeError, "takes a function, got 3"),
        (lambda x: x * SLOPE, (1.0,), TypeError, "uses slope, a Value that is no argument"),
        (lambda x: [x, x], (1.0,), TypeError, "one number, got a list"),
        (lambda x: {"loss": x}, (1.0,), TypeError, "one number, got a dict"),
        (lambda x: x if x > 0 else -x, (1.0,), TraceError, "write where"),
        (lambda x: log(x), (-1.0,), ValueError, "choose another point"),
        (lambda x: x, ((2.0, 1.0),), ValueError, r"two numbers lo < hi, got \(2.0, 1.0\)"),
        (lambda x: x, (), TypeError, "missing"),
    ],
)
def test_errors_name_the_rule_and_the_way_out(f, point, error, message):
    with pytest.raises(error, match=message):
        improve(f, *point)


def test_constants_and_unused_arguments_have_digits():
    assert improve(lambda x, y: x * 2.0, 1.0, 2.0).before == Score(16.0, {"x": 16.0})
    assert not improve(lambda x: 2.0, 1.0).found


cube = unary("cube", lambda x: x * x * x, lambda y, x: 3 * x * x)
odd = unary("odd", lambda x: math.sin(float(x)), lambda y, x: cos(x))


def test_primitives_of_the_user_stay():
    better = improve(lambda x: cube(sqrt(x + 1) - sqrt(x)), 1e15)
    assert better.text.startswith("# cube is a primitive of yours\nfrom microgradlike import sqrt")
    assert better.f(1e15) == cube(1 / (sqrt(1e15) + sqrt(1e15 + 1)))
    assert math.isnan(improve(lambda x: odd(x), 1.0).before.value)


def test_formulas_that_differ_are_not_accepted():
    old, same, other = formula("sqrt(x**2)"), formula("abs(x)"), formula("x")
    point = {"x": 3.0}
    assert agree(old, other, [], point) is True
    assert agree(old, other, [], {"x": -3.0}) is False
    assert agree(old, other, [other], {"x": -3.0}) is None
    assert agree_everywhere(old, same, [], point, drawn(point, {}))
    assert not agree_everywhere(old, other, [], point, drawn(point, {}))
    assert not agree_everywhere(old, other, [], {"x": -3.0}, drawn(point, {}))
    assert agree_everywhere(old, other, [], point, drawn(point, {"x": (1.0, 2.0)}))


def test_points_at_which_the_formula_is_undefined_or_unknown_do_not_count():
    assert agree(formula("log(x)"), formula("x"), [], {"x": -1.0}) is None
    assert agree(formula("x"), formula("log(x)"), [], {"x": -1.0}) is False
    assert agree(formula("sin(x)**2 + cos(x)**2 - 1"), formula("0*x"), [], {"x": 1.5}) is None
    assert agree(formula("exp(log(x)) - x"), formula("0*x"), [], {"x": 1.7}) is None
    assert agree(formula("1 - cos(x)"), formula("2*sin(x/2)**2"), [], {"x": 1e-70}) is True
    point = {"x": 0.5}
    far = iter([{"x": -1.0}] * candidates.TRIES)
    assert not agree_everywhere(formula("log(x)"), formula("log(x)"), [], point, far)


def test_a_gain_that_may_be_chance_is_none(monkeypatch):
    monkeypatch.setattr(rewrite, "GAIN", 17)
    assert not improve(quotient, 1e-8).found


def heron(a, b, c):
    s = (a + b + c) / 2
    return sqrt(s * (s - a) * (s - b) * (s - c))


def test_the_work_of_a_search_is_bounded(monkeypatch):
    needle = 1e8, 1e8 - 0.5 + 1e-7, 0.7
    assert improve(heron, *needle).after.worst > 15
    monkeypatch.setattr(search, "WORK", 500)
    assert improve(heron, *needle).after.worst < 10


def test_a_candidate_that_differs_is_passed_over(monkeypatch):
    monkeypatch.setattr(rewrite, "agree_everywhere", lambda *args: False)
    assert not improve(quotient, 1e-8).found


def test_the_range_of_negative_numbers_is_drawn_by_its_logarithm():
    assert -1e-4 < candidates.between(0.5, -1.0, -1e-10) < -1e-6


@pytest.mark.long
def test_accepted_rewrites_agree_at_points_that_the_search_has_not_seen(monkeypatch):
    from tests.accuracy.classics import CLASSICS
    from tests.accuracy.formulas import FORMULAS

    accepted = 0
    for formula_ in [x for x in CLASSICS if not x.known] + FORMULAS:
        monkeypatch.setattr(candidates, "SEED", 0)
        found = improve(formula_.f, *formula_.point)
        monkeypatch.setattr(candidates, "SEED", 1)
        accepted += found.found
        holds = [rewrite.condition_of(text, {})[1] for text in found.conditions if "[" not in text]
        for _, point in zip(range(100), drawn(found._point, {})):
            assert agree(*found._formulas, holds, point) is not False, (formula_.name, point)
    assert accepted >= 70


def test_formulas_agree_to_30_digits_and_no_fewer():
    x = formula("x")
    near = x * 2.0 * (1 + x * 2.0**-90)  # off by 1e-27
    assert agree(x * 2.0, x * 3.0 - x, [], {"x": 1.5}) is True
    assert agree(x * 2.0, near, [], {"x": 1.5}) is False
