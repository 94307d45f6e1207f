"""The arithmetic of a page is the table's: each primitive and each partial, within 4 ulp."""

import itertools

import pytest

from microgradlike import Value, ops, unary
from microgradlike.compile.arithmetic import arithmetic
from microgradlike.ieee_float import partial_at
from microgradlike.ops import TABLE
from tests.bits import same_bits
from tests.compile.test_backends import EXACT, SPECIAL, arguments, by_name
from tests.compile.test_export_javascript import allowed_in_gradient, difference
from tests.node import node as node  # a fixture
from tests.trust.javascript import asked, whole


def pythons(op, point):
    y = op.forward(*point)
    return [y, *(partial_at(op, i, y, *point) for i in range(op.arity))]


@pytest.mark.parametrize("op", TABLE.values(), ids=by_name)
def test_a_primitive_and_its_partials_are_pythons(op, node):
    """Over its domain, and at every combination of special numbers, alone and beside the others."""
    points = arguments(op, 400).T.tolist()
    points += [list(p) for p in itertools.product(SPECIAL, repeat=op.arity)]
    alone = arithmetic([op], "PRIMITIVES", {})
    got = node.run(whole() + asked(op.name), points)
    assert same_bits(node.run(alone + asked(op.name), points), got)
    for point, (y, *slopes) in zip(points, got):
        value, *wanted = pythons(op, point)
        assert difference(op, point, y, value) <= (0 if op.name in EXACT else 4), (point, y)
        for slope, want in zip(slopes, wanted):
            assert difference(None, point, slope, want) <= allowed_in_gradient(op), (point, slope)


def test_nothing_is_written_that_is_not_used():
    text = arithmetic([ops.power], "PRIMITIVES", {})
    assert "erf" not in text.replace("//", "")
    assert "function pow" in text
    assert arithmetic([], "PRIMITIVES", {}) == (
        "const PRIMITIVES = (() => {\n  return {\n  };\n})();\n"
    )


def cubed(x):
    return x**3


cube = unary("cube", cubed, lambda y, x: 3 * x * x)
proto = unary("__proto__", cubed, lambda y, x: 3 * x * x)


@pytest.mark.parametrize("op", [cube, proto], ids=by_name)
def test_a_spelling_is_the_forward_of_a_primitive_of_ones_own(op, node):
    text = arithmetic([op, ops.mul], "PRIMITIVES", {op: "(x) => x * x * x"})
    assert node.run(text + asked(op.name), [[2.0]]) == [[8.0, 12.0]]


def test_without_a_spelling_it_is_refused():
    with pytest.raises(TypeError, match="cube has no spelling in JavaScript"):
        arithmetic([cube], "PRIMITIVES", {})


def test_a_derivative_that_wants_floats_is_refused_by_name():
    rough = unary("rough", cubed, lambda y, x: 0.0 if x > 0 else 1.0)
    with pytest.raises(TypeError, match="where") as caught:
        arithmetic([rough], "PRIMITIVES", {rough: "(x) => x * x * x"})
    assert any("'rough'" in note for note in caught.value.__notes__)


def test_a_derivative_that_uses_a_value_from_outside_is_refused_by_name():
    w = Value(3.0)
    scaled = unary("scaled", lambda x: 3 * x, lambda y, x: w)
    with pytest.raises(TypeError, match="not Values from outside") as caught:
        arithmetic([scaled], "PRIMITIVES", {scaled: "(x) => 3 * x"})
    assert any("'scaled'" in note for note in caught.value.__notes__)
