"""The C library musl, as Pyodide has it: values within 2 ulp and derivatives within 4."""

import json

import pytest
from mpmath import mp, mpf

from tests.pyodide import pyodide
from tests.test_accuracy import DRAWN
from tests.ulps import Exact, draw, exact, ulps, unwrap, value_ulps

__all__ = ["pyodide"]

PROGRAM = """
import json
from microgradlike import ops
from microgradlike.ieee_float import partial_at

def numbers(name, point):
    op, xs = ops.TABLE[name], [float.fromhex(x) for x in point]
    y = op(*xs)
    return [float(x).hex() for x in (y, *[partial_at(op, i, y, *xs) for i in range(op.arity)])]

points = json.loads({points!r})
print(json.dumps({{name: [numbers(name, p) for p in found] for name, found in points.items()}}))
"""


@pytest.mark.looks
def test_primitives_on_musl_are_within_2_ulp_and_their_partials_within_4(pyodide):
    points = {op: draw(op, 400, 7) for op in DRAWN}
    given = {op.name: [[float(x).hex() for x in p] for p in found] for op, found in points.items()}
    answers = json.loads(pyodide(PROGRAM.format(points=json.dumps(given))))
    with mp.workdps(60):
        for op, found in points.items():
            for point, answer in zip(found, answers[op.name], strict=True):
                value, *partials = map(float.fromhex, answer)
                y = exact(op)(*map(mpf, point))
                assert value_ulps(op, point, value, y) <= 2, (op.name, point, value)
                for i, (partial, got) in enumerate(zip(op.partials, partials, strict=True)):
                    want = unwrap(partial(Exact(y), *map(Exact, point)))
                    assert ulps(got, want) <= 4, (op.name, i, point, got)
