"""JavaScript export: a program as the text of a self-contained function.

Sums, products and roots have the bits of Python's, as both follow IEEE-754; the functions of Math
are as accurate as the browser's. `primitives.js` has the primitives that Math lacks or that differ
from Python's there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from microgradlike import ops
from microgradlike._validate import shown
from microgradlike.compile.export.language import Language, call_of
from microgradlike.op import Op

if TYPE_CHECKING:
    from microgradlike.compile.program import Program

CHUNK = 1_000  # equations per function: browsers do not optimize longer ones
# names that a function cannot have: words of the language, and names that the text itself uses
RESERVED = """
    arguments await break case catch class const continue debugger default delete do else enum eval
    export extends false finally for function if implements import in instanceof interface let new
    null package private protected public return static super switch this throw true try typeof
    undefined var void while with yield Math Number Float64Array Infinity NaN
"""
# primitives that Math has under the same name
MATH: tuple[Op, ...] = (ops.absolute, ops.sign, ops.floor, ops.ceil, ops.trunc, ops.exp)
MATH += (ops.expm1, ops.log, ops.log1p, ops.log2, ops.log10, ops.sqrt, ops.sin, ops.cos, ops.tan)
MATH += (ops.asin, ops.acos, ops.atan, ops.sinh, ops.cosh, ops.tanh, ops.asinh)
MATH += (ops.acosh, ops.atanh)
# primitives in primitives.js
LIBRARY: tuple[Op, ...] = (ops.power, ops.maximum, ops.minimum, ops.clip, ops.mul_no_nan, ops.relu)
LIBRARY += (ops.cbrt, ops.atan2, ops.hypot, ops.sigmoid, ops.softplus, ops.logaddexp)
LIBRARY += (ops.erf, ops.erfc, ops.rint, ops.floor_divide, ops.mod, ops.xlogy, ops.exprel, ops.sinc)


SPELLINGS: dict[Op, str] = {
    **{op: f"{{}} {op.infix} {{}}" for op in (ops.add, ops.sub, ops.mul, ops.div)},
    **{op: call_of(f"Math.{op.name}", op) for op in MATH},
    **{op: call_of(op.name, op) for op in LIBRARY},
    ops.neg: "-{}",
    ops.fmod: "{} % {}",
    ops.exp2: "pow(2.0, {})",
    ops.where: "{} !== 0 ? {} : {}",
    ops.less: "{} < {} ? 1 : 0",
    ops.less_equal: "{} <= {} ? 1 : 0",
}
JAVASCRIPT = Language(
    name="JavaScript",
    module="javascript.py",
    spellings=SPELLINGS,
    library="primitives.js",
    defined=r"^(?:function|const) (\w+)",
    definition="const {name} = {text};",
    example="x => x * x",
)


def text(program: Program, name: str, spellings: Mapping[Op, str]) -> str:
    """Return the program as JavaScript; see `Program.to_javascript`."""
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_$][\w$]*", name, re.ASCII):
        raise ValueError(
            f"{shown(name)} is not a JavaScript identifier; choose another name, such as 'f'"
        )
    if name in RESERVED.split():
        raise ValueError(
            f"{name!r} is reserved in JavaScript or used by the text; choose another name, such as"
            " 'f'"
        )
    spelled, own = JAVASCRIPT.templates(program.ops, spellings)
    templates = [spelled[op] for op in program.ops]
    small = max(len(program), program.inputs) <= CHUNK
    function = _one_function(program, templates) if small else _many_functions(program, templates)
    legend = "".join(f"{line}\n" for line in program.legend("//"))
    library = JAVASCRIPT.paragraphs(" ".join(templates))
    return legend + closure_text(name, [*library, *own, *function])


def closure_text(name: str, paragraphs: list[str]) -> str:
    """Return a constant that holds what the last paragraph returns; the others stay local."""
    inside = "\n\n".join(paragraphs).replace("\n", "\n  ").replace("\n  \n", "\n\n")
    return f"const {name} = (() => {{\n  {inside}\n}})();\n"


def _one_function(program: Program, templates: list[str]) -> list[str]:
    """Return a function with a variable for each equation."""
    inputs = [f"x{i}" for i in range(program.inputs)]
    names = [*inputs, *(f"v{program.inputs + k}" for k in range(len(program)))]
    lines = [f"{x} = Number({x});" for x in inputs]
    lines += [f"const {line}" for line in equation_lines(program, templates, names)]
    lines.append(f"return {result_text(program, names)};")
    return [function_text(f"return ({', '.join(inputs)}) => {{", lines, "};")]


def _many_functions(program: Program, templates: list[str]) -> list[str]:
    """Return functions of CHUNK equations over one array: the stack has no room for variables."""
    names = [f"v[{i}]" for i in range(program.inputs + len(program))]
    equations = list(equation_lines(program, templates, names))
    parts = [
        function_text(f"function part{i // CHUNK}() {{", equations[i : i + CHUNK], "}")
        for i in range(0, len(equations), CHUNK)
    ]
    lines = [f"for (let i = 0; i < {program.inputs}; i++) v[i] = Number(x[i]);"]
    lines += [f"part{i}();" for i in range(len(parts))]
    lines.append(f"return {result_text(program, names)};")
    return [
        f"const v = new Float64Array({len(names)});",
        *parts,
        function_text("return (...x) => {", lines, "};"),
    ]


def equation_lines(program: Program, templates: list[str], names: list[str]) -> Iterator[str]:
    """Yield an assignment for each equation; `names` are the names of the slots."""
    known = [*names, *map(_number, reversed(program.constants))]
    for k, (slot, _, operands) in enumerate(program.equations()):
        right = templates[program.code[k]].format(*[known[r] for r in operands])
        yield f"{known[slot]} = {right};"


def result_text(program: Program, names: list[str]) -> str:
    """Return the output as an expression: a name, or an array of names."""
    known = [*names, *map(_number, reversed(program.constants))]
    results = ", ".join([known[r] for r in program.outputs])
    return results if len(program.outputs) == 1 else f"[{results}]"


def _number(x: float) -> str:
    if x != x:
        return "NaN"
    size = "Infinity" if math.isinf(x) else repr(abs(x))
    return f"(-{size})" if math.copysign(1.0, x) < 0 else size  # --1 would be a syntax error


def function_text(head: str, lines: list[str], end: str) -> str:
    """Return a function: its head, its lines indented, and its end."""
    return "\n".join([head, *(f"  {line}" for line in lines), end])
