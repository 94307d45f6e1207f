"""Grammar of formulas for a page, as JavaScript."""

from __future__ import annotations

import json

from microgradlike import ops
from microgradlike.expressions import grammar as g
from microgradlike.expressions.composites import composites, refusals
from microgradlike.op import Op


def step_name(function: g.Function) -> str:
    """Name a step's function: as the table does, or by the sign of a comparison.

    >>> step_name(ops.log), step_name(g.FUNCTIONS["gelu"]), step_name(g.COMPARISONS["<"])
    ('log', 'gelu', '<')
    """
    signs = {compare: sign for sign, compare in g.COMPARISONS.items()}
    return function.name if isinstance(function, Op) else signs.get(function, function.__name__)


def grammar_text() -> str:
    """Write the global GRAMMAR, for the parser of formulas; see `composites` and `refusals`.

    >>> grammar_text()[:40]
    'const GRAMMAR = {"length":10000,"depth":'
    """
    data = {
        "length": g.MAX_LENGTH,
        "depth": g.MAX_DEPTH,
        "number": g.NUMBER,
        "space": g.SPACE,
        "exponent": g.EXPONENT,
        "superscripts": g.SUPERSCRIPTS,
        "subscripts": g.SUBSCRIPTS,
        "constants": g.CONSTANTS,
        "functions": {  # arities, and names of aliases
            name: g.arity(f) if step_name(f) == name else step_name(f)
            for name, f in g.FUNCTIONS.items()
        },
        "infix": {sign: (step_name(f), rank) for sign, (f, rank) in g.INFIX.items()},
        "openers": {sign: (rank, f and step_name(f)) for sign, (rank, f) in g.OPENERS.items()},
        "symbol": g.SYMBOL,
        "signs": g.SIGNS,
        "ranks": {"comparison": g.COMPARISON, "power": g.POWER},
        "power": ops.power.name,
        "bar": g.BAR,
        "choosing": [op.name for op in ops.TABLE.values() if op.chooses],
        "hints": g.HINTS,
        "messages": g.MESSAGES,
        "composites": composites(),
        "refusals": refusals(),
    }
    return f"const GRAMMAR = {json.dumps(data, separators=(',', ':'), ensure_ascii=False)};"
