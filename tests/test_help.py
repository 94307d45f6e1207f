"""Help: docstrings, signatures and names of everything public."""

import contextlib
import doctest
import importlib
import inspect
import pydoc
import re
import subprocess
import sys

import pytest

import microgradlike
from microgradlike import Value, __compiled__, ops, primitive, unary
from microgradlike._help import called_name, kinks
from microgradlike.op import Op
from microgradlike.ops import TABLE
from microgradlike.scalar import Scalar

# reached by operators, or by the chain rule alone
OPERATORS = {ops.add, ops.sub, ops.mul, ops.div, ops.neg, ops.mul_no_nan}
each_primitive = pytest.mark.parametrize("op", TABLE.values(), ids=list(TABLE))


@each_primitive
def test_a_primitive_has_a_docstring_from_its_line(op):
    lines = op.__doc__.splitlines()
    names = list(inspect.signature(op).parameters)
    assert lines[0] == f"{called_name(op)}({', '.join(names)}): {op.doc}."
    partials = [line.partition(" = ") for line in lines if line.startswith("    dy/d")]
    assert [name.strip() for name, _, _ in partials] == [f"dy/d{name}" for name in names]
    assert [rule for _, _, rule in partials] == list(op.textbook) or not op.textbook
    assert ("Kinks:" in op.__doc__) == (op.kink is not None)
    assert ("Domain:" in op.__doc__) == (op.domain != (ops.REAL,) * op.arity)
    assert all(alias in op.__doc__ for alias in op.aliases)


@each_primitive
def test_the_example_of_a_primitive_runs(op):
    test = doctest.DocTestParser().get_doctest(op.__doc__, vars(ops) | {}, op.name, None, 0)
    assert test.examples
    assert doctest.DocTestRunner().run(test).failed == 0


@each_primitive
def test_a_primitive_is_named_like_a_function(op):
    assert op.__name__ == op.__qualname__ == op.name
    assert op.__module__ == "microgradlike.ops"
    assert len(inspect.signature(op).parameters) == op.arity


def test_signatures_have_the_names_of_the_table():
    assert str(inspect.signature(ops.tanh)) == "(x, /)"
    assert str(inspect.signature(ops.hypot)) == "(a, b, /)"
    assert str(inspect.signature(ops.clip)) == "(x, lo, hi, /)"


def test_derivatives_are_written_as_in_a_textbook():
    for op, rules in [
        (ops.exp, ["y"]), (ops.log, ["1 / x"]), (ops.cos, ["-sin(x)"]), (ops.tanh, ["1 - y ** 2"]),
        (ops.div, ["1 / b", "-y / b"]), (ops.where, ["0", "where(c, 1, 0)", "where(c, 0, 1)"]),
        (ops.maximum, ["where(a > b, 1, where(a < b, 0, 0.5))",
                       "where(b > a, 1, where(b < a, 0, 0.5))"]),
    ]:  # fmt: skip
        assert [s.partition(" = ")[2] for s in op.__doc__.splitlines() if "dy/d" in s] == rules


@pytest.mark.parametrize(
    ("op", "place"),
    [(ops.relu, "x = 0"), (ops.trunc, "x a whole number other than 0"), (ops.minimum, "a = b"),
     (ops.fmod, "a a multiple of b other than 0"), (ops.hypot, "a = b = 0"), (ops.exp, ""),
     (ops.clip, "x = lo, x = hi or lo = hi")],
    ids=lambda x: getattr(x, "name", ""),
)  # fmt: skip
def test_the_place_of_the_kinks_is_told(op, place):
    assert kinks(op) == place
    assert (f"Kinks: {place};" in op.__doc__) == bool(place)


@pytest.mark.parametrize("kink", [lambda x: abs(x - 1.25), lambda x: 1 / 0], ids=["odd", "raises"])
def test_kinks_of_a_user_at_a_place_of_their_own_are_not_guessed(kink):
    op = unary("bent", lambda x: x, lambda y, x: 1.0, kink=kink)
    assert kinks(op) == ""
    assert "\nKinks: `.kink(x)` is the distance to the nearest one.\n" in op.__doc__


def test_help_shows_the_docstring_of_a_primitive():
    text = pydoc.plain(pydoc.render_doc(microgradlike.tanh))
    assert "tanh(x): hyperbolic tangent" in text
    assert "dy/dx = 1 - y ** 2" in text
    assert "frozen" not in text  # the record's fields are of no interest here


def test_a_primitive_of_the_user_has_help_too():
    cube = unary("cube", lambda t: t * t * t, lambda y, t: 3 * t * t, "third power")
    assert cube.__doc__.startswith("cube(t): third power.")
    assert "    dy/dt = 3 * t * t\n" in cube.__doc__
    wave = unary("wave", lambda t: t % 2 * (t // 2), lambda y, t: t % 2 // (2 % t))
    assert "    dy/dt = t % 2 // (2 % t)\n" in wave.__doc__
    assert cube.__doc__.endswith(">>> cube(0.5)\n0.125")
    assert cube.__module__ == __name__
    assert str(inspect.signature(cube)) == "(t, /)"


@pytest.mark.parametrize("partial", [lambda y, *xs: float(xs[0]), max], ids=["floats", "builtin"])
def test_a_partial_that_cannot_be_written_is_left_out(partial):
    op = primitive("odd", lambda a, b: 1 / 0, partial, partial)
    assert str(inspect.signature(op)) == "(a, b, /)"
    assert op.__doc__.startswith("odd(a, b): a primitive.")
    assert ">>>" not in op.__doc__


def test_the_record_itself_keeps_its_docstring():
    assert inspect.getdoc(ops.Op).startswith("A primitive: one step")


@pytest.mark.skipif(__compiled__, reason="compiled methods have no docstrings")
def test_methods_take_their_docstrings_from_the_table():
    for op in TABLE.values():
        if hasattr(Scalar, op.name):
            assert inspect.getdoc(getattr(Value, op.name)).startswith(f"{op.doc};")
    assert inspect.getdoc(Value.arcsin).startswith(f"{ops.asin.doc};")


def test_every_primitive_that_a_user_may_call_is_public():
    public = [getattr(microgradlike, name) for name in microgradlike.__all__]
    missing = [op.name for op in TABLE.values() if op not in OPERATORS and op not in public]
    assert missing == [], "export these from microgradlike/__init__.py, and name them in __all__"


def test_dir_shows_the_public_names_alone():
    assert dir(microgradlike) == sorted(microgradlike.__all__)
    assert len(set(microgradlike.__all__)) == len(microgradlike.__all__)


@pytest.mark.skipif(__compiled__, reason="compiled methods have no docstrings")
def test_every_name_that_a_docstring_refers_to_is_there():
    methods = [method for kind in (Scalar, Value, Op) for method in vars(kind).values()]
    public = [getattr(microgradlike, name) for name in microgradlike.__all__]
    texts = [inspect.getdoc(x) or "" for x in (*methods, *public)]
    found = {name for text in texts for name in re.findall(r"help\(microgradlike\.(\w+)\)", text)}
    assert {"absolute", "tanh"} <= found <= set(microgradlike.__all__)


@pytest.mark.parametrize(
    ("op", "call"), [(ops.power, "power(a, b)"), (ops.absolute, "absolute(x)")]
)
def test_help_calls_a_primitive_by_the_name_that_is_exported(op, call):
    head, example = op.__doc__.splitlines()[0], op.__doc__.splitlines()[-2]
    name = call.partition("(")[0]
    assert head.startswith(f"{call}: ")
    assert example.startswith(f">>> {name}(")
    assert getattr(microgradlike, name) is op
    assert name not in op.__doc__.partition("Other names: ")[2].partition(".")[0].split(", ")


@pytest.mark.skipif(__compiled__, reason="compiled modules have no docstrings")
def test_help_of_the_package_names_the_modules_that_are_imported_apart():
    for name in ("microgradlike.testing", "viz"):
        assert f"\n    {name} " in microgradlike.__doc__
        importlib.import_module(name)


@pytest.mark.skipif(__compiled__, reason="compiled modules have no docstrings")
def test_help_of_the_package_has_a_line_for_each_name():
    lines = microgradlike.__doc__.splitlines()
    for name in microgradlike.__all__:
        (line,) = [line for line in lines if line.startswith(f"    {name} ")]
        assert len(line.split()) > 1


@pytest.mark.skipif(__compiled__, reason="compiled modules have no docstrings")
def test_every_public_object_has_a_docstring():
    for name in microgradlike.__all__:
        assert inspect.getdoc(getattr(microgradlike, name)), name


def test_a_star_brings_the_public_names():
    found = {}
    exec("from microgradlike import *", found)
    assert set(found) - {"__builtins__"} == set(microgradlike.__all__)


def test_it_imports_without_docstrings():
    subprocess.run([sys.executable, "-OO", "-c", "import microgradlike"], check=True)


def test_nothing_of_a_wrong_number_of_functions_is_a_primitive():
    with pytest.raises(ValueError, match="f: a primitive has a partial per operand, got none"):
        primitive("f", lambda: 1.0)
    with contextlib.suppress(AttributeError):
        ops.tanh.name = "x"
    assert ops.tanh.name == "tanh"


def test_a_partial_with_an_absolute_value_is_written_so():
    bent = unary("bent", lambda x: x * abs(x), lambda y, x: 2 * abs(x))
    assert "abs(x)" in bent.__doc__
