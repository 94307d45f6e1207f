"""Every row of the edge table holds in eager reverse mode; in every other, see test_modes.py."""

import math
import tomllib
from importlib.resources import files

import pytest

from microgradlike import IndeterminateWarning, Value, ops
from microgradlike.expressions.parser import parse
from tests.bits import same_bits

TABLE = files("microgradlike.testing") / "edge_points.toml"
DECIDED = tomllib.loads(TABLE.read_text(encoding="utf-8"))
ROWS = DECIDED["row"]


def name(row):
    at = ", ".join(f"{k}={v}" for k, v in row["at"].items())
    return f"{row['expr']} at {at}"


def agrees(got, want, ulps):
    """Equal, nan to nan and zeros by sign; other numbers within `ulps` of the last place."""
    if want != want or math.isinf(want) or want == 0:
        return same_bits(got, want)
    return abs(got - want) <= ulps * math.ulp(want)


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_value_and_gradient_are_as_decided(row):
    leaves = {k: Value(v) for k, v in row["at"].items()}
    y = parse(row["expr"])(leaves)
    if row.get("indeterminate"):
        with pytest.warns(IndeterminateWarning):
            y.backward()
    else:
        y.backward()  # a warning would be an error
    assert agrees(y.data, float(row["value"]), 2)
    for k, want in row["grad"].items():
        assert agrees(leaves[k].grad, float(want), 4), (k, leaves[k].grad, want)


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_the_value_over_plain_floats_is_the_same(row):
    y = parse(row["expr"])({k: float(v) for k, v in row["at"].items()})
    assert type(y) is float
    assert agrees(y, float(row["value"]), 2)


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_a_row_is_complete(row):
    assert set(row) <= {"expr", "at", "value", "grad", "indeterminate", "note", "others"}
    assert set(row["grad"]) == set(row["at"])
    assert set(row.get("others", {})) <= set(DECIDED["versions"])
    for answer in row.get("others", {}).values():  # or in words why there is none
        assert isinstance(answer, str) or set(answer["grad"]) <= set(row["at"])


def test_no_row_is_there_twice():
    assert len(set(map(name, ROWS))) == len(ROWS)


def test_every_primitive_with_an_edge_has_a_row():
    smooth = {
        op.name
        for op in ops.TABLE.values()
        if op.infix or op.name in ("neg", "cos", "atan", "asinh", "erfc")
    }
    rows = " ".join(row["expr"] for row in ROWS)
    missing = [name for name in ops.TABLE if f"{name}(" not in rows and name not in smooth]
    assert missing == [], f"decide their edges in {TABLE}"


EXTREMES = (0.0, -0.0, 1.0, -1.0, 5e-324, -5e-324, 1.7e308, -1.7e308, math.inf, -math.inf, math.nan)


@pytest.mark.parametrize("op", ops.TABLE.values(), ids=lambda op: op.name)
def test_no_exception_leaks_at_any_combination_of_extremes(op):
    def every(n):
        return [()] if n == 0 else [(*p, x) for p in every(n - 1) for x in EXTREMES]

    for point in every(op.arity):
        leaves = [Value(x) for x in point]
        y = op(*leaves)
        y.backward()
        assert all(type(v.grad) is float for v in leaves)
        assert type(y.data) is float


def beyond(op):
    """Points outside every interval of the domain of a unary primitive."""
    ends = [end for interval in op.domain[0] for end in interval if math.isfinite(end)]
    return [
        x for x in (min(ends, default=0) - 0.5, max(ends, default=0) + 0.5) if math.isnan(op(x))
    ]


OUTSIDE = [(op, x) for op in ops.TABLE.values() if op.arity == 1 for x in beyond(op)]


@pytest.mark.parametrize(("op", "at"), OUTSIDE, ids=str)
def test_where_a_primitive_is_nan_its_partial_is_nan(op, at):
    x = Value(at)
    op(x).backward()
    assert math.isnan(x.grad)


def test_a_primitive_with_a_bounded_domain_is_nan_outside():
    unary = [op for op in ops.TABLE.values() if op.arity == 1]
    ends = {op: (op.domain[0][0][0], op.domain[0][-1][1]) for op in unary}
    bounded = {op for op in unary if ends[op] != (-math.inf, math.inf)}
    assert {op for op, _ in OUTSIDE} == bounded - {ops.tan}  # which is periodic
