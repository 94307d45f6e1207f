"""A program as JavaScript text computes what Python does: to the bit, or within 4 ulp."""

import importlib.resources
import itertools
import math
import random
import re

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from mpmath import mp, mpf

from microgradlike import Value, jit, ops
from microgradlike.compile.backends import python as reference
from microgradlike.compile.build import build_program
from microgradlike.compile.trace import Trace
from microgradlike.ops import TABLE, unary
from microgradlike.testing import programs
from tests.bits import same_bits
from tests.compile.long_programs import long_program
from tests.compile.test_backends import EXACT, EXACT_OPS, SPECIAL, arguments, by_name, recorded
from tests.node import node as node  # a fixture
from tests.test_edge_points import ROWS, agrees, name
from tests.test_modes import formula
from tests.ulps import Exact, draw, exact, ulps, unwrap, value_ulps

LIBRARY = importlib.resources.files("microgradlike.compile.export") / "primitives.js"
PROGRAMS = settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)


def both(node, built, points):
    """Return the results of JavaScript and of the reference at some points."""
    run = reference.build(built, built.inputs)
    return node.run(built.to_javascript(), points), [run.row(list(p)) for p in points]


def assert_same(node, built, points):
    for point, got, want in zip(points, *both(node, built, points)):
        assert same_bits(list(got), list(want)), point


def near(got, want):
    """Outputs of a program that differ by no more than those of its primitives passed on."""
    size = max([1.0, *(abs(x) for x in want if math.isfinite(x))])
    return all(
        same_bits(a, b) or (math.isfinite(b) and abs(a - b) <= 1e-9 * abs(b) + 1e-10 * size)
        for a, b in zip(got, want)
    )


def difference(op, point, got, want):
    """In ulps of Python's value; of logaddexp's larger term, as its two terms may cancel."""
    if same_bits(got, want):
        return 0.0
    if want == 0 or not math.isfinite(got - want):
        return math.inf
    largest = max(map(abs, (*point, want))) if op is ops.logaddexp else want
    return abs(got - want) / math.ulp(largest)


def allowed_in_gradient(op):
    """Two cube roots may be neighbours, and their inverse square has twice that in other ulps."""
    return 8 if op is ops.cbrt else 4


@pytest.mark.parametrize("op", TABLE.values(), ids=by_name)
def test_a_primitive_and_its_gradient_are_pythons(op, node):
    """Over its domain, and at every combination of special numbers."""
    points = arguments(op, 400).T.tolist()
    points += [list(p) for p in itertools.product(SPECIAL, repeat=op.arity)]
    built = recorded(op, op.arity, gradient=True)
    bound = 0 if op.name in EXACT else 4
    for point, got, want in zip(points, *both(node, built, points)):
        assert difference(op, point, got[0], want[0]) <= bound, (point, got, want)
        for a, b in zip(got[1:], want[1:]):
            assert difference(None, point, a, b) <= allowed_in_gradient(op), (point, got, want)


@pytest.mark.parametrize("op", [op for op in TABLE.values() if op.name not in EXACT], ids=by_name)
def test_a_primitive_and_its_gradient_are_the_truth_within_4_ulp(op, node):
    points = draw(op, 200, seed=7)
    built = recorded(op, op.arity, gradient=True)
    with mp.workdps(60):
        for point, got in zip(points, node.run(built.to_javascript(), points)):
            y = exact(op)(*map(mpf, point))
            assert value_ulps(op, point, got[0], y) <= 4, (point, got)
            for partial, slope in zip(op.partials, got[1:]):
                want = unwrap(partial(Exact(y), *map(Exact, point)))
                assert ulps(slope, want) <= 4, (point, got)


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_a_row_of_the_edge_table_holds(row, node):
    f, at = formula(row)
    text = recorded(f, len(at), gradient=True).to_javascript()
    ((value, *gradient),) = node.run(text, [[float(x) for x in at]])
    assert agrees(value, float(row["value"]), 4)
    for (k, want), got in zip(row["grad"].items(), gradient):
        assert agrees(got, 0.0 + float(want), 4), (k, got)


@PROGRAMS
@given(programs(ops=EXACT_OPS, max_size=40), st.sampled_from([1.0, 30.0, 1e200]))
def test_of_exact_primitives_a_random_program_and_its_gradient_have_the_same_bits(
    node, line, scale
):
    built = recorded(line, len(line.point), gradient=True)
    assert_same(node, built, [[x * scale for x in line.point]])


@PROGRAMS
@given(programs(max_size=30, smooth=True))
def test_of_any_primitives_a_random_program_and_its_gradient_are_pythons(node, line):
    """As near as rounding allows: a program passes on what its primitives differ by."""
    built = recorded(line, len(line.point), gradient=True)
    ((got,), (want,)) = both(node, built, [line.point])
    assert near(got, want)


# the table and the library


def test_only_what_is_used_is_written():
    assert jit(lambda x: -x * x + 1).program(1.0).to_javascript("line") == (
        "// x0 is x\n"
        "const line = (() => {\n  return (x0) => {\n    x0 = Number(x0);\n    const v1 = -x0;\n"
        "    const v2 = v1 * x0;\n    const v3 = v2 + 1.0;\n    return v3;\n  };\n})();\n"
    )
    text = jit(lambda x: x.clip(0, 1)).program(1.0).to_javascript()
    assert re.findall(r"function (\w+)", text) == ["maximum", "minimum", "clip"]


def numbers_of(array):
    """The numbers of an array in the library."""
    (inside,) = re.findall(rf"const {array} = \[(.*?)\]", LIBRARY.read_text("utf-8"), re.DOTALL)
    return [float(x) for x in inside.split(",") if x.strip()]


def test_the_coefficients_of_erf_are_those_of_its_series():
    with mp.workdps(40):
        for n, got in enumerate(numbers_of("NEAR")):
            term = 2 / mp.sqrt(mp.pi) * (-1) ** n / (mp.factorial(n) * (2 * n + 1))
            assert got == float(term - 1 if n == 0 else term)


def test_the_coefficients_of_erfc_are_those_of_chebyshevs_polynomials():
    def scaled(t):
        x = mpf(7) / 2 * (1 + t) / (1 - t)
        return (1 + 2 * x) * mp.exp(x * x) * mp.erfc(x)

    with mp.workdps(40):
        angles = [mp.pi * (k + mpf(1) / 2) / 48 for k in range(48)]
        values = [scaled(mp.cos(a)) for a in angles]
        for n, got in enumerate(numbers_of("FAR")):
            mean = mp.fsum(y * mp.cos(n * a) for y, a in zip(values, angles)) / 48
            assert abs(got - (2 * mean if n else mean)) <= math.ulp(got) / 2 + 2.0**-60


# the text


@pytest.mark.parametrize("x", SPECIAL)
def test_any_number_may_be_a_constant(x, node):
    trace = Trace()
    v = trace.input()
    negated = trace.intern(ops.neg, (x,))
    assert_same(node, build_program([v], [x, v + x, x - v, v * x, negated]), [(2.0,)])


def test_one_output_is_a_number_and_others_are_an_array(node):
    for f, kind in [
        (lambda x: x, "number"),
        (lambda x: (x, 7), "object"),
        (lambda x: [], "object"),
    ]:
        text = jit(f).program(2.0).to_javascript("g") + "const f = (x) => (typeof g(x)).length;"
        assert node.run(text, [(2.0,)]) == [[len(kind)]]
    assert node.run(jit(lambda: 7).program().to_javascript(), [()]) == [[7.0]]


def test_what_goes_in_becomes_a_number(node):
    text = jit(lambda x, y: x + y).program(1.0, 2.0).to_javascript("g")
    assert node.run(text + "const f = (x) => g(String(x), '2');", [(1.0,)]) == [[3.0]]


def test_a_gradient_comes_along(node):
    w, b = Value(2.0), Value(0.5)
    f = jit(lambda x: (w * x + b).relu())
    value = f.backward(1.0)
    text = f.program(1.0, gradient=True).to_javascript()
    assert node.run(text, [(1.0, 2.0, 0.5)]) == [[value, w.grad, b.grad]]


@pytest.mark.parametrize("count", [999, 1000, 1001, 2000, 100_000])
def test_a_program_of_any_size_is_exported_and_runs(count, node):
    built = long_program(count)
    assert_same(node, built, [(0.1, -0.2, 0.3), (1.0, 2.0, 3.0)])


def test_a_program_of_very_many_inputs_runs(node):
    trace = Trace()
    xs = [trace.input() for _ in range(100_000)]
    y = xs[0]
    for x in xs[1:]:
        y = y + x
    rng = random.Random(0)
    assert_same(node, build_program(xs, [y, xs[-1]]), [[rng.random() for _ in xs]])


@pytest.mark.parametrize("word", ["", "1f", "for", "a b", "Math", "é", None, "f()", "f\n"])
def test_a_name_that_is_none_or_javascripts_own_is_refused(word):
    with pytest.raises(ValueError, match="choose another name, such as 'f'"):
        jit(lambda x: x.exp()).program(1.0).to_javascript(word)


def test_a_function_may_be_called_as_a_helper_or_an_input_is(node):
    built = jit(lambda x: x.relu() * x).program(0.5)
    for call in ("relu", "x0", "v1", "v", "$f_2"):
        assert node.run(built.to_javascript(call), [(3.0,)], call) == [[9.0]]


def test_a_users_primitive_wants_a_spelling(node):
    cube = unary("cube", lambda x: x**3, lambda y, x: 3 * x * x)
    built = recorded(lambda x: cube(x) + cube(cube(2 * x)), 1, gradient=True)
    with pytest.raises(TypeError, match=r"cube has no spelling in JavaScript; .*spellings=\{cube:"):
        built.to_javascript()
    spelled = "(x) => {\n  const square = x * x;\n\n  return square * x;\n}"
    text = built.to_javascript(spellings={cube: spelled})
    assert node.run(text, [(0.5,)]) == [[1.125, 0.75 + 3 * 3 * 2]]


def test_a_spelling_of_ones_own_goes_before_that_of_the_table(node):
    text = jit(lambda x: x.exp()).program(1.0).to_javascript(spellings={ops.exp: "(x) => x + 1"})
    assert node.run(text, [(1.0,)]) == [[2.0]]
