"""The decided answers at 0, inf, nan and ties, as rows about one primitive."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from microgradlike import ops
from microgradlike.op import Op


@dataclass(frozen=True, slots=True)
class EdgeRow:
    """A formula at a point, with its value, its derivatives there, and the reason.

    `derivatives` are by name, in the order of `at`. `indeterminate` marks a product 0·∞ whose limit
    may be another number: `backward()` warns of it.
    """

    formula: str
    at: dict[str, float]
    value: float
    derivatives: dict[str, float]
    indeterminate: bool
    note: str

    def rules(self) -> list[int]:
        """The numbers of the rules that the note cites."""
        return [int(number) for number in re.findall(r"\brule (\d)", self.note)]


def edge_rows(op: Op) -> list[EdgeRow]:
    """The rows about a primitive, in the order of the table; none for one of a user's own.

    >>> row = edge_rows(ops.relu)[0]
    >>> row.formula, row.at, row.value, row.derivatives
    ('relu(x)', {'x': 0.0}, 0.0, {'x': 0.0})
    """
    rows = _table()["row"]
    return [_row(decided) for decided in rows if primitive_of(decided["expr"]) == op.name]


def edge_rules() -> dict[int, str]:
    """The rules by which the rows are decided, by number.

    >>> edge_rules()[4]
    'No Python exception leaks, and complex never appears.'
    """
    return dict(enumerate(_table()["rules"], 1))


def primitive_of(formula: str) -> str:
    """The name of the one primitive in a formula; "" for a composition.

    >>> primitive_of("a // b"), primitive_of("sqrt(x) ** 2")
    ('floor_divide', '')
    """
    called = re.findall(r"(\w+)\(", formula)
    infix = re.findall(r"(?<=[\w)] )(\*\*|//|[-+*/%])(?= )", formula)
    if called[:1] == [ops.where.name]:
        return ops.where.name
    if len(called) + len(infix) != 1:
        return ""
    return (
        called[0] if called else next(op.name for op in ops.TABLE.values() if op.infix == infix[0])
    )


@cache
def _table() -> dict[str, Any]:
    text = (files("microgradlike.testing") / "edge_points.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _row(decided: dict[str, Any]) -> EdgeRow:
    return EdgeRow(
        decided["expr"],
        {name: float(x) for name, x in decided["at"].items()},
        float(decided["value"]),
        {name: float(x) for name, x in decided["grad"].items()},
        decided.get("indeterminate", False),
        decided.get("note", ""),
    )
