"""Rows of the edge table by primitive."""

from microgradlike import ops, unary
from microgradlike.testing.edge_rows import edge_rows, edge_rules


def test_a_row_tells_its_point_its_answer_and_its_reason():
    row = next(row for row in edge_rows(ops.power) if row.at == {"a": 0.0, "b": 0.5})
    assert (row.value, row.derivatives) == (0.0, {"a": float("inf"), "b": 0.0})
    assert row.rules() == [5]
    assert not row.indeterminate
    assert "limit" in edge_rules()[5]


def test_a_primitive_of_a_users_own_has_no_rows():
    assert edge_rows(unary("mine", lambda x: x, lambda y, x: 1.0)) == []


def test_rows_of_an_operator_are_those_of_its_primitive():
    assert {row.formula for row in edge_rows(ops.div)} >= {"a / b"}
    assert all("//" not in row.formula for row in edge_rows(ops.div))
