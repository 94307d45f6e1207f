"""The table of primitives, and an entry for each: all from the table and its neighbours."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import numpy as np
import typeset
from api_names import path_of
from curves import curves

from microgradlike import ufuncs
from microgradlike._help import called_name, derivatives, domain, kinks, other_names
from microgradlike.compile.export import javascript
from microgradlike.op import Op
from microgradlike.ops import TABLE
from microgradlike.testing.edge_rows import EdgeRow, edge_rows, edge_rules
from viz.numbers import short

OPEN = 8  # a longer table of edges is folded


def primitives(text: str) -> str:
    """The overview, the rules at the edges, and the entries."""
    head = "| primitive | formula | derivatives | domain, and kinks |\n|---|---|---|---|"
    overview = "\n".join([head, *map(_row, TABLE.values())])
    rules = "\n".join(
        f'<p id="edge-rule-{number}">Rule {number}. {rule}</p>\n'
        for number, rule in edge_rules().items()
    )
    entries = "\n\n".join(map(_entry, TABLE.values()))
    return f"{overview}\n\n## Rules at the edges\n\n{rules}\n\n## Every primitive\n\n{entries}"


def _row(op: Op) -> str:
    link = f"{{py:obj}}`{called_name(op)} <{path_of(op)}>`"
    slopes = "<br>".join(f"${s}$" for s in _slopes(op))
    bends = kinks(op) and f"kinks: {kinks(op)}"
    limits = "<br>".join(filter(None, [domain(op), bends]))
    return f"| {link}<br>{op.doc} | ${_formula(op)}$ | {slopes} | {limits} |"


def _formula(op: Op) -> str:
    call, definition = typeset.call(op), typeset.definition(op)
    return f"{call} = {definition}" if definition not in ("", call) else call


def _slopes(op: Op) -> list[str]:
    d = "d" if op.arity == 1 else r"\partial "
    return [
        rf"\frac{{{d}y}}{{{d}{typeset.name(x)}}} = {typeset.typeset(rule)}"
        for x, rule in derivatives(op)
    ]


def _entry(op: Op) -> str:
    signature = f"{path_of(op)}{inspect.signature(op)}"
    facts = "\n".join(f"- {name}: {fact}" for name, fact in _facts(op) if fact)
    formulas = "\n\n".join(
        f"$$\n{formula}\n$$" for formula in [f"y = {_formula(op)}", *_slopes(op)]
    )
    picture = " ".join(curves(op).split("\n"))
    example = "\n".join(op.__doc__.splitlines()[-2:])
    return "\n\n".join(
        [f":::{{py:function}} {signature}", f"{op.doc[0].upper()}{op.doc[1:]}.", formulas,
         f"<figure>{picture}</figure>", facts, f"```pycon\n{example}\n```", _edges(op), ":::"]
    )  # fmt: skip


def _facts(op: Op) -> Iterator[tuple[str, str]]:
    yield "Written", op.infix and f"`{f' {op.infix} '.join(op.operand_names)}`"
    yield "Domain", domain(op)
    yield "Kinks", kinks(op)
    yield "In formulas also", ", ".join(f"`{name}`" for name in other_names(op))
    yield "NumPy", ", ".join(f"`numpy.{name}`" for name in _ufuncs(op))
    spelled = javascript.SPELLINGS[op].format(*op.operand_names)
    yield (
        "In JavaScript",
        f"`{spelled}`" + (", a function of the export" if op in javascript.LIBRARY else ""),
    )


def _ufuncs(op: Op) -> list[str]:
    """The names of NumPy's functions that are this primitive on arrays of Values."""
    found = {name: f for name, f in vars(np).items() if isinstance(f, np.ufunc)}
    return sorted(name for name, f in found.items() if ufuncs.of_numbers(f) in (op, op.forward))


def _edges(op: Op) -> str:
    rows = edge_rows(op)
    if not rows:
        return ""
    head = "| at | y | derivatives | why |\n|---|---|---|---|"
    table = "\n".join([head, *map(_edge, rows)])
    opened = " open" if len(rows) <= OPEN else ""
    count = f"{len(rows)} decided point{'s' if len(rows) > 1 else ''}"
    return f"<details{opened}><summary>At the edges: {count}</summary>\n\n{table}\n\n</details>"


def _edge(row: EdgeRow) -> str:
    at = ", ".join(f"{name} = {short(x)}" for name, x in row.at.items())
    slopes = ", ".join(f"by {name} {short(x)}" for name, x in row.derivatives.items())
    note = re.sub(r"rule (\d)", r'<a href="#edge-rule-\1">rule \1</a>', row.note)
    note = note.replace("|", r"\|").replace("*", r"\*")
    return f"| `{row.formula}` at {at} | {short(row.value)} | {slopes} | {note} |"
