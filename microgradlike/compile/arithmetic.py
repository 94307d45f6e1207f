"""Arithmetic of a page: primitives and their partials as a JavaScript object."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from microgradlike.compile.build import build_program
from microgradlike.compile.export.javascript import (
    JAVASCRIPT,
    closure_text,
    equation_lines,
    function_text,
    result_text,
)
from microgradlike.compile.program import Program
from microgradlike.compile.trace import Trace
from microgradlike.derivatives.chain_rule import partial
from microgradlike.op import Op


def arithmetic(used: Iterable[Op], name: str, spellings: Mapping[Op, str]) -> str:
    """Return the text of an object `{ exp: { forward, partials } }` with these primitives.

    `name` is the constant that holds it, `spellings` has the JavaScript functions of a user's
    primitives. `partials` has a function of the value and the operands for each operand, made from
    the table's partial. Raises TypeError if a primitive has no spelling, or if a partial works with
    plain floats only.

    >>> from microgradlike import ops
    >>> print(arithmetic([ops.exp, ops.neg], "PRIMITIVES", {}))
    const PRIMITIVES = (() => {
      return {
        ["exp"]: { forward: (x) => Math.exp(x), partials: [(y, x) => y] },
        ["neg"]: { forward: (x) => -x, partials: [(y, x) => (-1.0)] },
      };
    })();
    <BLANKLINE>
    """
    rules = {op: [_forward(op), *(_partial(op, i) for i in range(op.arity))] for op in used}
    needed = dict.fromkeys(op for programs in rules.values() for p in programs for op in p.ops)
    spelled, own = JAVASCRIPT.templates(needed, spellings)
    lines = []
    for op, (forward, *partials) in rules.items():
        names = ["x"] if op.arity == 1 else [*"abcdefgh"[: op.arity]]
        value = _arrow(forward, spelled, names)
        slopes = ", ".join(_arrow(p, spelled, ["y", *names]) for p in partials)
        key = json.dumps(op.name)  # in brackets, as __proto__ is a special key
        lines += f"[{key}]: {{ forward: {value}, partials: [{slopes}] }},".split("\n")
    helpers = JAVASCRIPT.paragraphs(" ".join(spelled.values()))
    return closure_text(name, [*helpers, *own, function_text("return {", lines, "};")])


def _forward(op: Op) -> Program:
    trace = Trace()
    xs = tuple(trace.input() for _ in range(op.arity))
    return build_program(xs, [trace.intern(op, xs)])


def _partial(op: Op, index: int) -> Program:
    """Return the table's partial as a program of the value and the operands."""
    trace = Trace()
    y, *xs = [trace.input() for _ in range(1 + op.arity)]
    try:
        slope = trace.as_operand(partial(op, index, y, tuple(xs)))
        if slope is None or trace.values:
            raise TypeError("a partial uses its arguments only, not Values from outside")
        return build_program([y, *xs], [slope])
    except TypeError as error:
        error.add_note(f"in a partial of {op.name!r}, for JavaScript")
        raise


def _arrow(program: Program, spelled: Mapping[Op, str], inputs: list[str]) -> str:
    """Return an arrow function: of one expression if the program is one equation, else a block."""
    names = [*inputs, *(f"v{i}" for i in range(len(program)))]
    templates = [spelled[op] for op in program.ops]
    head = f"({', '.join(inputs)}) =>"
    lines = list(equation_lines(program, templates, names))
    if len(lines) == 1:
        return f"{head} {lines[0].removeprefix('v0 = ').removesuffix(';')}"
    if not lines:
        return f"{head} {result_text(program, names)}"
    block = [*(f"const {line}" for line in lines), f"return {result_text(program, names)};"]
    return function_text(f"{head} {{", block, "}")
