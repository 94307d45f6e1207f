"""The exported JavaScript has 4 ulp and the right signs, in the engines of all browsers."""

import itertools

import pytest

from microgradlike import ops
from microgradlike.ieee_float import partial_at
from microgradlike.ops import TABLE
from tests.compile.test_backends import EXACT, SPECIAL, by_name, recorded
from tests.compile.test_export_javascript import allowed_in_gradient, difference
from tests.engines import ENGINES
from tests.node import node as node  # a fixture
from tests.test_edge_points import ROWS, agrees
from tests.test_modes import formula
from tests.trust.javascript import errors, task

pytestmark = pytest.mark.looks
# beside SPECIAL: results that over- and underflow with either sign
ENDS = [3.0, -3.0, 2.0, 1e-160, -1e-160, 1e160, -1e160, -5e-324, -1.7e308, 1 / 3]


@pytest.fixture(params=[e for e in ENGINES if e.in_ci or e.exists()], ids=lambda e: e.title)
def engine(request):
    """An engine; those that CI installs are missed there."""
    if not request.param.exists():
        pytest.skip(f"no {request.param.home}")
    return request.param


def test_every_primitive_and_partial_is_the_truth_within_4_ulp(engine):
    found = errors(engine, 100)
    far = {op.name: row for op, row in found.items() if any(u > 4 for u, _ in row)}
    assert far == {}


def test_at_zeros_infinities_and_ends_every_primitive_and_partial_is_pythons(engine):
    points = {op: [*corners(op)] for op in TABLE.values()}
    for op, rows in zip(points, engine.call([task(op, points[op]) for op in points])):
        for point, (y, *slopes) in zip(points[op], rows):
            value = op.forward(*point)
            assert difference(op, point, y, value) <= (0 if op.name in EXACT else 4), (op, point)
            for i, slope in enumerate(slopes):
                want = partial_at(op, i, value, *point)
                assert difference(None, point, slope, want) <= allowed_in_gradient(op), (op, point)


def corners(op):
    return map(
        list, itertools.product([*SPECIAL, *(ENDS if op.arity < 3 else ())], repeat=op.arity)
    )


def test_every_row_of_the_edge_table_holds(engine):
    tasks = []
    for row in ROWS:
        f, at = formula(row)
        built = recorded(f, len(at), gradient=True)
        tasks.append((built.to_javascript(), [list(at)], "f"))
    for row, ((value, *gradient),) in zip(ROWS, engine.call(tasks)):
        assert agrees(value, float(row["value"]), 4), row
        for (k, want), got in zip(row["grad"].items(), gradient):
            assert agrees(got, 0.0 + float(want), 4), (row, k, got)


# Math's functions as the poorest of engines have them, and worse
POOR = {
    ops.atan2: ("(a, b) => (Math.abs(a / b) < 1e-310 ? 0 : a / b)", [[-1e-300, 1e300]]),
    ops.cbrt: (
        "(x) => globalThis.Math.cbrt(x) * (1 + 3 * 2 ** -52)",
        [[-5.4e-285], [-1e-310], [5e-324], [1.7e308], [2.0], [-0.0]],
    ),
}


@pytest.mark.parametrize("op", POOR, ids=by_name)
def test_a_poor_function_of_math_is_mended(op, node):
    poor, points = POOR[op]
    math = f"const Math = {{ __proto__: globalThis.Math, {op.name}: {poor} }};"
    text, _, name = task(op, points)
    for point, (got, *_) in zip(points, node.run(math + text, points, name)):
        assert difference(op, point, got, op.forward(*point)) <= 1, point
