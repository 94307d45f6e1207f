"""The backend "javascript": a program as the text of a function that stands by itself, for a page.

Sums, products and roots have the bits of Python's, as they are IEEE-754's; what Math offers is as
good as the browser's. What it lacks, or has otherwise than Python, stands in `primitives.js`.
"""

from __future__ import annotations

import importlib.resources
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping

from microgradlike import ops
from microgradlike.compile.program import Program, program as program_of
from microgradlike.compile.record import Recording
from microgradlike.derivatives.chain_rule import partial
from microgradlike.op import Op

CHUNK = 1_000  # equations in one function: a browser does not optimise longer ones
# what a function cannot be called: the words of the language, and what the text itself uses
WORDS = """
    arguments await break case catch class const continue debugger default delete do else enum eval
    export extends false finally for function if implements import in instanceof interface let new
    null package private protected public return static super switch this throw true try typeof
    undefined var void while with yield Math Number Float64Array Infinity NaN
"""
# what Math has under the same name
MATH: tuple[Op, ...] = (ops.absolute, ops.sign, ops.floor, ops.ceil, ops.exp, ops.expm1, ops.log)
MATH += (ops.log1p, ops.log2, ops.log10, ops.sqrt, ops.sin, ops.cos, ops.tan, ops.asin)
MATH += (ops.acos, ops.atan, ops.atan2, ops.sinh, ops.cosh, ops.tanh, ops.asinh, ops.acosh)
MATH += (ops.atanh,)
# and what stands in primitives.js
OURS: tuple[Op, ...] = (ops.power, ops.maximum, ops.minimum, ops.clip, ops.chain, ops.relu)
OURS += (ops.cbrt, ops.hypot, ops.sigmoid, ops.softplus, ops.logaddexp, ops.erf, ops.erfc)


def _call(function: str, op: Op) -> str:
    return f"{function}({', '.join(['{}'] * op.arity)})"


SPELLINGS: dict[Op, str] = {
    **{op: f"{{}} {op.infix} {{}}" for op in (ops.add, ops.sub, ops.mul, ops.div)},
    **{op: _call(f"Math.{op.name}", op) for op in MATH},
    **{op: _call(op.name, op) for op in OURS},
    ops.neg: "-{}",
    ops.where: "{} !== 0 ? {} : {}",
    ops.less: "{} < {} ? 1 : 0",
    ops.less_equal: "{} <= {} ? 1 : 0",
}


def text(program: Program, name: str, spellings: Mapping[Op, str]) -> str:
    """The program as JavaScript, which needs nothing else; see `Program.to_javascript`."""
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z_$][\w$]*", name, re.ASCII):
        raise ValueError(
            f"a function's name is a JavaScript identifier, got {name!r:.60}; name it f"
        )
    if name in WORDS.split():
        raise ValueError(f"{name} is a word of JavaScript's own; name it f")
    spelled, own = _templates(program.ops, spellings)
    templates = [spelled[op] for op in program.ops]
    small = max(len(program), program.inputs) <= CHUNK
    function = _straight(program, templates) if small else _parts(program, templates)
    legend = "".join(f"{line}\n" for line in program.legend("//"))
    return legend + _closed(name, [*_primitives(" ".join(templates)), *own, *function])


def arithmetic(used: Iterable[Op], name: str, spellings: Mapping[Op, str]) -> str:
    """Primitives and their derivatives as an object, `{ exp: { forward, partials } }`.

    `partials` has a function for each operand, of the value and the operands, made from the table's
    own. TypeError where a primitive has no spelling, or a derivative wants plain floats.

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
    spelled, own = _templates(needed, spellings)
    lines = []
    for op, (forward, *partials) in rules.items():
        names = ["x"] if op.arity == 1 else [*"abcdefgh"[: op.arity]]
        value = _arrow(forward, spelled, names)
        slopes = ", ".join(_arrow(p, spelled, ["y", *names]) for p in partials)
        key = json.dumps(op.name)  # in brackets: __proto__ is no key like others
        lines += f"[{key}]: {{ forward: {value}, partials: [{slopes}] }},".split("\n")
    helpers = _primitives(" ".join(spelled.values()))
    return _closed(name, [*helpers, *own, _function("return {", lines, "};")])


def _closed(name: str, paragraphs: list[str]) -> str:
    """What the last of the paragraphs returns, under a name, and nothing else of them."""
    inside = "\n\n".join(paragraphs).replace("\n", "\n  ").replace("\n  \n", "\n\n")
    return f"const {name} = (() => {{\n  {inside}\n}})();\n"


def _forward(op: Op) -> Program:
    recording = Recording()
    xs = tuple(recording.input() for _ in range(op.arity))
    return program_of(xs, [recording.known(op, xs)])


def _partial(op: Op, index: int) -> Program:
    """dy/d(operand) of the value and the operands, as the table has it."""
    recording = Recording()
    y, *xs = [recording.input() for _ in range(1 + op.arity)]
    try:
        slope = recording.operand(partial(op, index, y, tuple(xs)))
        if slope is None or recording.values:
            raise TypeError("it is made of numbers only, and of no Value from outside")
        return program_of([y, *xs], [slope])
    except TypeError as error:
        error.add_note(f"in the derivative of {op.name!r}, which is to be JavaScript")
        raise


def _arrow(program: Program, spelled: Mapping[Op, str], inputs: list[str]) -> str:
    """A function that is an expression where the program is one."""
    names = [*inputs, *(f"v{i}" for i in range(len(program)))]
    templates = [spelled[op] for op in program.ops]
    head = f"({', '.join(inputs)}) =>"
    lines = list(_equations(program, templates, names))
    if len(lines) == 1:
        return f"{head} {lines[0].removeprefix('v0 = ').removesuffix(';')}"
    if not lines:
        return f"{head} {_results(program, names)}"
    block = [*(f"const {line}" for line in lines), f"return {_results(program, names)};"]
    return _function(f"{head} {{", block, "}")


def _templates(used: Iterable[Op], spellings: Mapping[Op, str]) -> tuple[dict[Op, str], list[str]]:
    """How each primitive is spelled, and the functions that a user gave for that."""
    templates: dict[Op, str] = {}
    own: list[str] = []
    for op in used:
        if op in spellings:
            call = f"own{len(own)}"
            own.append(f"const {call} = {spellings[op]};")
            templates[op] = _call(call, op)
        elif op in SPELLINGS:
            templates[op] = SPELLINGS[op]
        else:
            raise TypeError(
                f"{op.name} has no spelling in JavaScript; give it one, a function, such as"
                f' to_javascript(spellings={{{op.name}: "x => x * x"}})'
            )
    return templates, own


def _primitives(used: str) -> list[str]:
    """The paragraphs of primitives.js that the text `used` names, and those that they name."""
    library = importlib.resources.files(__package__) / "primitives.js"
    _, *paragraphs = library.read_text(encoding="utf-8").strip().split("\n\n")
    names = [re.findall(r"^(?:function|const) (\w+)", p, re.MULTILINE)[0] for p in paragraphs]
    wanted: set[str] = set()
    found = set(re.findall(r"\w+", used)) & set(names)
    while found - wanted:
        wanted |= found
        needed = " ".join(p for p, name in zip(paragraphs, names) if name in wanted)
        needed = re.sub("//.*", "", needed)  # a comment says near, and means no function
        found = set(re.findall(r"\w+", needed)) & set(names)
    return [p for p, name in zip(paragraphs, names) if name in wanted]


def _straight(program: Program, templates: list[str]) -> list[str]:
    """A function with a variable for each equation."""
    inputs = [f"x{i}" for i in range(program.inputs)]
    names = [*inputs, *(f"v{program.inputs + k}" for k in range(len(program)))]
    lines = [f"{x} = Number({x});" for x in inputs]
    lines += [f"const {line}" for line in _equations(program, templates, names)]
    lines.append(f"return {_results(program, names)};")
    return [_function(f"return ({', '.join(inputs)}) => {{", lines, "};")]


def _parts(program: Program, templates: list[str]) -> list[str]:
    """A function that calls others, over one array: so many variables have no place on a stack."""
    names = [f"v[{i}]" for i in range(program.inputs + len(program))]
    equations = list(_equations(program, templates, names))
    parts = [
        _function(f"function part{i // CHUNK}() {{", equations[i : i + CHUNK], "}")
        for i in range(0, len(equations), CHUNK)
    ]
    lines = [f"for (let i = 0; i < {program.inputs}; i++) v[i] = Number(x[i]);"]
    lines += [f"part{i}();" for i in range(len(parts))]
    lines.append(f"return {_results(program, names)};")
    return [
        f"const v = new Float64Array({len(names)});",
        *parts,
        _function("return (...x) => {", lines, "};"),
    ]


def _equations(program: Program, templates: list[str], names: list[str]) -> Iterator[str]:
    known = [*names, *map(_number, reversed(program.constants))]
    for k, (slot, _, operands) in enumerate(program.equations()):
        right = templates[program.code[k]].format(*[known[r] for r in operands])
        yield f"{known[slot]} = {right};"


def _results(program: Program, names: list[str]) -> str:
    known = [*names, *map(_number, reversed(program.constants))]
    results = ", ".join([known[r] for r in program.outputs])
    return results if len(program.outputs) == 1 else f"[{results}]"


def _number(x: float) -> str:
    if x != x:
        return "NaN"
    size = "Infinity" if math.isinf(x) else repr(abs(x))
    return f"(-{size})" if math.copysign(1.0, x) < 0 else size  # -(-1) is no --1


def _function(head: str, lines: list[str], end: str) -> str:
    return "\n".join([head, *(f"  {line}" for line in lines), end])
