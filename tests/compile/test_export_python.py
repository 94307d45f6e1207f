"""A program as Python text computes what the reference does, to the bit, and needs nothing else."""

import functools
import linecache
import math
import os
import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from microgradlike import Value, jit, nn, ops
from microgradlike.compile.backends import python as reference
from microgradlike.compile.build import build_program
from microgradlike.compile.program import Program
from microgradlike.compile.trace import Trace
from microgradlike.ops import TABLE, tanh, unary
from microgradlike.testing import programs
from tests import ROOT
from tests.bits import same_bits
from tests.compile.test_backends import SPECIAL, arguments, by_name, recorded
from tests.test_edge_points import ROWS, name
from tests.test_modes import formula


def loaded(built, call="f"):
    """The exported function; it always gives a tuple."""
    space = {}
    exec(compile(built.to_python(call), "<exported>", "exec"), space)
    f = space[call]
    return f if len(built.outputs) != 1 else lambda *x: (f(*x),)


def assert_same(built, points):
    f, run = loaded(built), reference.build(built, built.inputs)
    for point in points:
        assert same_bits(list(f(*point)), list(run.row(list(point)))), point


@pytest.mark.parametrize("op", TABLE.values(), ids=by_name)
def test_a_primitive_and_its_gradient_are_the_references_to_the_bit(op):
    assert_same(recorded(op, op.arity, gradient=True), arguments(op, 200).T.tolist())


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_a_row_of_the_edge_table_is_the_references_to_the_bit(row):
    f, at = formula(row)
    assert_same(recorded(f, len(at), gradient=True), [[float(x) for x in at]])


@settings(max_examples=100, suppress_health_check=list(HealthCheck), deadline=None)
@given(programs(max_size=40), st.sampled_from([1.0, 30.0, 1e200]))
def test_a_random_program_and_its_gradient_are_the_references_to_the_bit(line, scale):
    built = recorded(line, len(line.point), gradient=True)
    assert_same(built, [[x * scale for x in line.point]])


def test_it_needs_nothing_but_the_standard_library(tmp_path):
    """In an interpreter of its own, without site-packages and this project."""
    trace = Trace()
    xs = [trace.input() for _ in range(3)]
    built = build_program(xs, [op(*xs[: op.arity]) for op in TABLE.values()])
    path = tmp_path / "exported.py"
    path.write_text(built.to_python() + "\nprint(f(0.5, 0.25, 2.0))\n")
    done = subprocess.run(
        [sys.executable, "-I", "-S", path], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout.strip() == repr(loaded(built)(0.5, 0.25, 2.0)), done.stderr


def test_only_what_is_used_is_written():
    assert jit(lambda x: -x * x + 1 - x).program(1.0).to_python("line") == (
        "def line(x0):\n    # x0 is x\n"
        "    x0 = float(x0)\n    v1 = -x0\n    v2 = v1 * x0\n    v3 = v2 + 1.0\n"
        "    v4 = v3 - x0\n    return v4\n"
    )
    text = jit(lambda x: x.sigmoid()).program(Value(1.0)).to_python()
    assert text.count("def ") == 2
    assert text.startswith("import math\n\n\ndef _sigmoid(x):\n")


@pytest.mark.parametrize("x", SPECIAL)
def test_any_number_may_be_a_constant(x):
    trace = Trace()
    v = trace.input()
    built = build_program([v], [x, v + x, x - v, v * x])
    assert same_bits(list(loaded(built)(2.0)), [x, 2 + x, x - 2, 2 * x])


def test_a_constant_may_be_negated():
    trace = Trace()
    v = trace.input()
    built = build_program([v], [trace.intern(ops.neg, (x,)) for x in SPECIAL])
    assert same_bits(list(loaded(built)(2.0)), [-x for x in SPECIAL])


def test_what_goes_in_becomes_a_float():
    f = loaded(jit(lambda x, y: (x, x * y)).program(1.0, 2.0))
    assert same_bits(list(f(3, np.float32(0.5))), [3.0, 1.5])
    with pytest.raises(TypeError):
        f("3", None)


def test_one_output_is_a_number_and_others_are_a_tuple():
    for results, want in [(lambda x: x, 2.0), (lambda x: (x, 7), (2.0, 7.0)), (lambda x: [], ())]:
        space = {}
        exec(jit(results).program(2.0).to_python(), space)
        assert space["f"](2.0) == want
    exec(jit(lambda: 7).program().to_python(), space)
    assert space["f"]() == 7.0


def test_a_gradient_comes_along():
    w, b = Value(2.0), Value(0.5)
    f = jit(lambda x: (w * x + b).tanh())
    value = f.backward(1.0)
    assert loaded(f.program(1.0, gradient=True))(1.0, 2.0, 0.5) == (value, w.grad, b.grad)


def test_a_program_of_100_000_equations_is_exported_and_runs():
    trace, rng = Trace(), random.Random(0)
    slots = [trace.input() for _ in range(3)]
    xs = slots[:]
    while len(trace.nodes) < 100_003:
        a, b = rng.choice(slots[-9:]), rng.choice(slots[-9:])
        slots.append(a * 0.7 - b if rng.random() < 0.5 else ops.sin(a))
    built = build_program(xs, slots[3:])
    assert len(built) > 99_000
    assert_same(built, [(0.1, 0.2, 0.3)])


@pytest.mark.parametrize("word", ["", "1f", "for", "a b", "print", "float", "math", None, "f()"])
def test_a_name_that_is_none_or_pythons_own_is_refused(word):
    with pytest.raises(ValueError, match="choose another name, such as 'f'"):
        jit(lambda x: x.exp()).program(1.0).to_python(word)


def test_a_function_may_be_called_as_a_helper_or_an_input_is():
    built = jit(lambda x: x.exp().exp()).program(0.5)
    for call in ("_exp", "x0", "v1", "f"):
        assert loaded(built, call)(0.5) == (math.exp(math.exp(0.5)),)


# primitives of the user's own

THIRD = 1 / 3


def _helper(x: float) -> float:
    """With a word about it."""
    third: float = THIRD
    return tanh(x) * third + (_helper(x - 1) if x > 1 else 0.0)


def _documented(x: float, scale: float = math.inf, *, shift: float = 0.25) -> float:
    """With words, and defaults."""

    def inner(THIRD: float) -> float:
        return THIRD * 2

    near: float
    near = _helper(x)
    return min(near, scale) + inner(shift) + sum(x * k for k in (1, 2))


def scaled(factor, table):
    return lambda x: x * factor + table["shift"][0]


def recursive():
    def halved(x):
        return halved(x / 2) if x > 1 else x

    return halved


FORWARDS = {
    "lambda": lambda x: x * x * THIRD,
    "function": _documented,
    "closure": scaled(2.5, {"shift": (0.5, None)}),
    "first": (lambda x: x + 1, lambda x: x - 1)[0],
    "second": (lambda x: x + 1, lambda x: x - 1)[1],
    "library": math.erfc,
    "builtin": abs,
    "default": lambda x, k=THIRD: x * k,
    "recursive": recursive(),
    "decorated": functools.wraps(math.sin)(lambda x: x / 7),
    "environment": lambda x: x + len(os.sep),
}


@pytest.mark.parametrize("f", FORWARDS.values(), ids=FORWARDS)
def test_the_source_of_a_users_primitive_goes_along(f):
    op = unary("mine", f, lambda y, x: y)
    assert_same(recorded(lambda x: op(x) + ops.tanh(op(2 * x)), 1), [(x,) for x in (0.5, 2.5, -1)])


def test_two_primitives_of_one_name_stay_two():
    a, b = (unary("tanh", f, lambda y, x: y) for f in (lambda x: x + 1, lambda x: x * 2))
    assert_same(recorded(lambda x: a(x) - b(x) + ops.exp(x) - ops.floor(x), 1), [(0.5,)])


def _counted(x: float) -> float:
    global THIRD
    THIRD += 1
    return x


made = {"math": math}
exec(compile("def lost(x): return x", "<no file>", "exec"), made)
REFUSED = {
    "no function": (functools.partial(math.pow, 2.0), "has no Python source"),
    "no text": (made["lost"], "source file is not available"),
    "numpy": (lambda x: float(np.tanh(x)), "numpy"),
    "outside": (_counted, "assigns THIRD"),
    "object": (lambda x: x * len(REFUSED) + float(ROWS[0]["value"]), "has no Python source"),
    "nothing": (lambda x: x * missing, "missing is not defined"),  # noqa: F821
}


@pytest.mark.parametrize(("f", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_written_down_is_a_type_error_with_the_way_out(f, why):
    op = unary("mine", f, lambda y, x: y)
    trace = Trace()
    x = trace.input()
    built = build_program([x], [trace.intern(op, (x,))])
    assert isinstance(built, Program)
    with pytest.raises(TypeError, match=f"cannot be exported to Python: .*{why}.*; define its"):
        built.to_python()


def test_a_function_whose_file_has_changed_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "mine_that_changes.py"
    path.write_text("def cube(x):\n    return x * x * x\n")
    monkeypatch.syspath_prepend(tmp_path)
    import mine_that_changes

    op = unary("cube", mine_that_changes.cube, lambda y, x: y)
    built = recorded(op, 1)
    assert "x * x * x" in built.to_python()
    path.write_text("# now with a word\ndef cube(x):\n    return x * x\n")
    with pytest.raises(TypeError, match="source file has changed"):
        built.to_python()


HOSTILE = [
    "a\nimport os",
    "b\r\nraise",
    "c\u2028alert(1)",
    "</script><script>",
    "\x85",
    "*/",
    '"' * 3,
]


@pytest.mark.parametrize("label", [*HOSTILE, "x" * 200])
def test_a_label_says_what_an_input_is_and_nothing_more(label):
    w = Value(2.0, label)
    built = jit(lambda x: x["a"][1] * w).program({"a": [1.0, 3.0]})
    assert built.names == ("x['a'][0]", "x['a'][1]", label)
    text = built.to_python()
    names = {}
    exec(text, names)
    assert names["f"](1.0, 3.0, 2.0) == 6
    script = built.to_javascript()
    assert "</" not in script
    assert all(line.startswith("//") for line in script[: script.index("const f")].splitlines())
    comments = [line for line in text.splitlines() if "x2 is" in line]
    assert all(line.strip().startswith("#") for line in comments)


def test_a_module_with_plain_numbers_leaves_with_its_weights():
    model = nn.MLP(2, [3, 1], rng=random.Random(0))
    frozen = model.with_parameters([p.data for p in model.parameters()])
    built = jit(lambda point: frozen(point)).program([1.0, 2.0])
    assert built.names == ("point[0]", "point[1]")
    names = {}
    exec(built.to_python(), names)
    assert names["f"](1.0, 2.0) == model([1.0, 2.0]).data


def test_a_primitive_made_by_exec_has_no_source_also_where_the_text_of_the_command_is_known():
    program = (
        "from microgradlike import jit, unary; space = {}\n"
        "exec('def cube(x): return x*x*x', space)\n"
        "cube = unary('cube', space['cube'], lambda y, x: 3*x*x)\n"
        "try: jit(cube, backend='python').program(2.0).to_python()\n"
        "except TypeError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "its source file is not available" in done.stdout


def test_a_text_of_lines_without_the_definition_is_not_its_source():
    space = {}
    exec(compile("def cube(x):\n    return x * x * x\n", "<known text>", "exec"), space)
    linecache.cache["<known text>"] = (1, None, ["y = 3\n", "z = 4\n"], "<known text>")
    cube = unary("cube", space["cube"], lambda y, x: 3 * x * x)
    with pytest.raises(TypeError, match="its source file is not available"):
        jit(cube, backend="python").program(2.0).to_python()
    del linecache.cache["<known text>"]
