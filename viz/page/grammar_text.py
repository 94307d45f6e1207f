"""Grammar of formulas for a page, as JavaScript."""

from __future__ import annotations

import json

from microgradlike import ops
from microgradlike.expressions import grammar as g
from microgradlike.expressions.composites import composites, refusals
from microgradlike.op import Op


def step_name(function: g.Function) -> str:
    """Name a step's function: as the table does, or by the sign of a comparison.

    >>> from microgradlike.expressions.parser import parse
    >>> [step_name(f) for f, _ in parse("where(x > 0, ln(x), gelu(x))")._steps if f]
    ['>', 'log', 'gelu', 'where']
    """
    comparisons = {compare: sign for sign, compare in g.COMPARISONS.items()}
    if function in comparisons:
        return comparisons[function]
    return function.name if isinstance(function, Op) else function.__name__


def grammar_text() -> str:
    """Write the global GRAMMAR, which the parser of formulas in a page reads.

    `composites` has the cases of `composites()`, `refusals` those of `refusals()`. Numbers are
    JavaScript's, with NaN and Infinity.

    >>> grammar_text()[:40]
    'const GRAMMAR = {"length":10000,"depth":'
    """
    names = {name: step_name(f) for name, f in g.FUNCTIONS.items()}
    data = {
        "length": g.MAX_LENGTH,
        "depth": g.MAX_DEPTH,
        "number": g.NUMBER,
        "space": g.SPACE,
        "exponent": g.EXPONENT,
        "superscripts": g.SUPERSCRIPTS,
        "subscripts": g.SUBSCRIPTS,
        "constants": g.CONSTANTS,
        "arities": {name: g.arity(f) for name, f in g.FUNCTIONS.items() if names[name] == name},
        "aliases": {alias: name for alias, name in names.items() if alias != name},
        "infix": {sign: (step_name(f), rank) for sign, (f, rank) in g.INFIX.items()},
        "prefix": {sign: f and step_name(f) for sign, f in g.PREFIX.items()},
        "symbols": g.SYMBOLS,
        "ranks": {"comparison": g.COMPARISON, "sign": g.SIGN, "power": g.POWER},
        "power": ops.power.name,
        "bar": (g.BAR, ops.absolute.name),
        "choosing": [op.name for op in ops.TABLE.values() if op.chooses],
        "hints": g.HINTS,
        "messages": g.MESSAGES,
        "composites": composites(),
        "refusals": refusals(),
    }
    return f"const GRAMMAR = {json.dumps(data, separators=(',', ':'), ensure_ascii=False)};"
