"""A program as C text computes what Python does: to the bit, or within 2 ulp."""

import ctypes
import itertools
import math

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from microgradlike import Value, jit, ops
from microgradlike.compile.backends import python as reference
from microgradlike.compile.build import build_program
from microgradlike.compile.trace import Trace
from microgradlike.ops import TABLE, unary
from microgradlike.testing import programs
from tests.bits import same_bits
from tests.c_library import COMPILERS, STRICT, CLibrary, compile_c, needs_c
from tests.compile.long_programs import long_program
from tests.compile.test_backends import EXACT, EXACT_OPS, SPECIAL, arguments, by_name, recorded
from tests.compile.test_export_javascript import difference, near
from tests.test_edge_points import ROWS, agrees, name
from tests.test_modes import formula

pytestmark = needs_c
BITS = [*EXACT, "sqrt"]
FAST = tuple("-O0" if option == "-O2" else option for option in STRICT)  # to compile


def wanted(built, points):
    run = reference.build(built, built.inputs)
    return [list(run.row([float(x) for x in p])) for p in points]


def run_c(folder, built, points, call="f", **options):
    library = CLibrary(folder, [built.to_c(call)], **options)
    return library.run(call, len(built.outputs), points)


def assert_same(folder, built, points):
    assert same_bits(run_c(folder, built, points), wanted(built, points))


def drawn(strategy, count):
    """Examples of a strategy, without a compiler in every one."""
    found = []

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def keep(example):
        found.append(example)

    keep()
    return found


# the table


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A function for each primitive, which gives its value and its gradient."""
    built = {op: recorded(op, op.arity, gradient=True) for op in TABLE.values()}
    texts = [program.to_c(f"op_{op.name}") for op, program in built.items()]
    return built, CLibrary(tmp_path_factory.mktemp("table"), texts)


@pytest.mark.parametrize("op", TABLE.values(), ids=by_name)
def test_a_primitive_and_its_gradient_are_pythons(op, table):
    """Over its domain, and at every combination of special numbers."""
    points = arguments(op, 400).T.tolist()
    points += [list(p) for p in itertools.product(SPECIAL, repeat=op.arity)]
    built, library = table
    bound = 0 if op.name in BITS else 2
    found = library.run(f"op_{op.name}", 1 + op.arity, points)
    for point, got, want in zip(points, found, wanted(built[op], points)):
        assert difference(op, point, got[0], want[0]) <= bound, (point, got, want)
        for a, b in zip(got[1:], want[1:]):
            assert difference(None, point, a, b) <= 4, (point, got, want)


@pytest.fixture(scope="module")
def edges(tmp_path_factory):
    texts = []
    for i, row in enumerate(ROWS):
        f, at = formula(row)
        texts.append(recorded(f, len(at), gradient=True).to_c(f"edge{i}"))
    return CLibrary(tmp_path_factory.mktemp("edges"), texts, options=FAST)


@pytest.mark.parametrize("i", range(len(ROWS)), ids=[name(row) for row in ROWS])
def test_a_row_of_the_edge_table_holds(i, edges):
    row = ROWS[i]
    at = [float(x) for x in formula(row)[1]]
    ((value, *gradient),) = edges.run(f"edge{i}", 1 + len(at), [at])
    assert agrees(value, float(row["value"]), 2)
    for (k, want), got in zip(row["grad"].items(), gradient):
        assert agrees(got, 0.0 + float(want), 4), (k, got)


# random programs

FUSING = ("-std=gnu11", "-Wall", "-O3", "-march=native")  # gcc would fuse a * b + c here


@pytest.mark.parametrize("options", [STRICT, FUSING], ids=["strict", "fusing"])
@pytest.mark.parametrize("compiler", COMPILERS)
def test_of_exact_primitives_random_programs_and_gradients_have_the_same_bits(
    compiler, options, tmp_path
):
    lines = drawn(programs(ops=[*EXACT_OPS, ops.sqrt], max_size=40), 50)
    built = [recorded(line, len(line.point), gradient=True) for line in lines]
    texts = [program.to_c(f"f{i}") for i, program in enumerate(built)]
    library = CLibrary(tmp_path, texts, compiler=compiler, options=options)
    for i, (line, program) in enumerate(zip(lines, built)):
        points = [[x * scale for x in line.point] for scale in (1.0, 30.0, 1e200)]
        got = library.run(f"f{i}", len(program.outputs), points)
        assert same_bits(got, wanted(program, points)), line


def test_of_any_primitives_random_programs_and_gradients_are_pythons(tmp_path):
    """As near as rounding allows: a program passes on what its primitives differ by."""
    lines = drawn(programs(max_size=30, smooth=True), 60)
    built = [recorded(line, len(line.point), gradient=True) for line in lines]
    library = CLibrary(tmp_path, [program.to_c(f"f{i}") for i, program in enumerate(built)])
    for i, (line, program) in enumerate(zip(lines, built)):
        (got,) = library.run(f"f{i}", len(program.outputs), [line.point])
        (want,) = wanted(program, [line.point])
        assert near(got, want), line


# the table of spellings and the library


def test_only_what_is_used_is_written():
    text = jit(lambda x: x.clip(0, 1)).program(1.0).to_c("cut")
    assert [line for line in text.splitlines() if line.endswith("{")] == [
        "static double cut_maximum(double a, double b) {",
        "static double cut_minimum(double a, double b) {",
        "static double cut_clip(double x, double lo, double hi) {",
        "void cut(const double x[1], double y[1]) {",
    ]
    assert "stdlib" not in text


# the text


def test_any_number_may_be_a_constant(tmp_path):
    trace = Trace()
    v = trace.input()
    numbers = [*SPECIAL, 0.1, -0.1, 1e22, 2.0**53 + 2, math.pi]
    outputs = [y for x in numbers for y in (x, v + x, x - v, trace.intern(ops.neg, (x,)))]
    assert_same(tmp_path, build_program([v], outputs), [(2.0,)])


def test_programs_without_inputs_or_outputs_are_functions_too(tmp_path):
    built = [
        jit(lambda: 7).program(),
        jit(lambda x: []).program(1.0),
        jit(lambda x, w: w).program(1.0, 2.0),
    ]
    texts = [program.to_c(f"f{i}") for i, program in enumerate(built)]
    library = CLibrary(tmp_path, texts)
    assert library.run("f0", 1, [()]) == [[7.0]]
    assert library.run("f1", 0, [(1.0,)]) == [[]]
    assert library.run("f2", 1, [(1.0, 2.0)]) == [[2.0]]


def test_the_outputs_may_take_the_place_of_the_inputs(tmp_path):
    swap = jit(lambda a, b: (b, a + b)).program(1.0, 2.0)
    library = CLibrary(tmp_path, [swap.to_c("swap")])
    x = (ctypes.c_double * 2)(3.0, 4.0)
    library.functions.swap(x, x)
    assert list(x) == [4.0, 7.0]


def test_a_gradient_comes_along(tmp_path):
    w, b = Value(2.0), Value(0.5)
    f = jit(lambda x: (w * x + b).relu())
    value = f.backward(1.0)
    built = f.program(1.0, gradient=True)
    assert run_c(tmp_path, built, [(1.0, 2.0, 0.5)]) == [[value, w.grad, b.grad]]


@pytest.mark.parametrize("count", [1000, 1001, 3000])
def test_a_program_of_any_size_is_exported_and_runs(count, tmp_path):
    built, points = long_program(count), [(0.1, -0.2, 0.3), (1.0, 2.0, 3.0)]
    assert same_bits(run_c(tmp_path, built, points, options=FAST), wanted(built, points))


@pytest.mark.long
def test_a_program_of_100_000_equations_runs(tmp_path):
    built, points = long_program(100_000), [(0.1, -0.2, 0.3)]
    assert same_bits(run_c(tmp_path, built, points, options=FAST), wanted(built, points))


def test_a_program_of_many_inputs_runs_in_place(tmp_path):
    trace = Trace()
    xs = [trace.input() for _ in range(1001)]
    built = build_program(xs, [xs[-1], xs[0] + xs[1], xs[0], 2.0])
    library = CLibrary(tmp_path, [built.to_c()])
    x = (ctypes.c_double * 1001)(*range(1001))
    library.functions.f(x, x)
    assert x[:5] == [1000.0, 1.0, 0.0, 2.0, 4.0]


LABELS = ["\\", "??/", "?" * 3 + "/", "*/ /*", "a\nb", "ä", "x" * 89 + " \\ b", "\u2028", "?\\"]


def test_a_label_says_what_an_input_is_and_nothing_more(tmp_path):
    texts = []
    for i, label in enumerate(LABELS):
        w = Value(2.0, label)
        built = jit(lambda x, w=w: x["a"][1] * w).program({"a": [1.0, 3.0]})
        texts.append(built.to_c(f"f{i}"))
    library = CLibrary(tmp_path, texts)
    for i, label in enumerate(LABELS):
        assert library.run(f"f{i}", 1, [(1.0, 3.0, 2.0)]) == [[6.0]], label


WORDS = [
    "",
    "1f",
    "_f",
    "for",
    "a b",
    "exp",
    "expf",
    "sqrtl",
    "sincos",
    "double_t",
    "DBL_MAX",
    "M_PI",
    "y0",
    "main",
    "printf",
    "é",
    None,
]


@pytest.mark.parametrize("word", [*WORDS, "f\n"])
def test_a_name_that_is_none_or_cs_own_is_refused(word):
    with pytest.raises(ValueError, match="choose another name, such as 'f'"):
        jit(lambda x: x.exp()).program(1.0).to_c(word)


def test_a_function_may_be_called_as_a_variable_or_a_primitive_is(tmp_path):
    built = jit(lambda x: x.relu() * x).program(0.5)
    calls = ("relu", "x0", "v1", "v", "x", "y", "f_2", "own0")
    library = CLibrary(tmp_path, [built.to_c(call) for call in calls])
    for call in calls:
        assert library.run(call, 1, [(3.0,)]) == [[9.0]]


def test_a_users_primitive_wants_a_spelling(tmp_path):
    cube = unary("cube", lambda x: x**3, lambda y, x: 3 * x * x)
    built = recorded(lambda x: cube(x) + cube(cube(2 * x)), 1, gradient=True)
    with pytest.raises(
        TypeError, match=r"cube has no spelling in C; .*spellings=\{cube: '\(double"
    ):
        built.to_c()
    spelled = "(double f_x) {\n  return f_x * f_x * f_x;\n}"
    library = CLibrary(tmp_path, [built.to_c("leaf", spellings={cube: spelled})])
    assert library.run("leaf", 2, [(0.5,)]) == [[1.125, 0.75 + 3 * 3 * 2]]


def test_a_spelling_that_is_no_function_is_refused():
    built = jit(lambda x: x.exp()).program(1.0)
    for spelled in ("x => x + 1", "double g(double x) { return x; }", None):
        with pytest.raises(
            ValueError, match="the spelling of exp must be a C function without its"
        ):
            built.to_c(spellings={ops.exp: spelled})


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("option", ["-ffast-math", "-Ofast", "-ffinite-math-only"])
def test_a_compiler_told_to_be_inexact_is_refused(compiler, option, tmp_path):
    path = tmp_path / "f.c"
    path.write_text(jit(lambda x: x + 1).program(2.0).to_c())
    code, messages = compile_c(path, tmp_path / "f.so", [option], compiler)
    assert code != 0
    assert "compile without -ffast-math" in messages
