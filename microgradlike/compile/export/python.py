"""Python export: a program as the text of a self-contained function."""

from __future__ import annotations

import builtins
import keyword
import operator
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from microgradlike._validate import shown
from microgradlike.compile.export.source import Source

if TYPE_CHECKING:
    from microgradlike.compile.program import Program

SIGNS: dict[Callable[..., float], str] = {
    operator.add: "{} + {}",
    operator.sub: "{} - {}",
    operator.mul: "{} * {}",
    operator.neg: "-{}",
}


def text(program: Program, name: str) -> str:
    """Return the program as Python; see `Program.to_python`."""
    if not (isinstance(name, str) and name.isidentifier()) or keyword.iskeyword(name):
        raise ValueError(
            f"{shown(name)} is not a Python identifier; choose another name, such as 'f'"
        )
    source = Source(name)
    body = list(_body(program, source))
    if hasattr(builtins, name) or name in {module.split(".")[0] for module in source.imports}:
        raise ValueError(
            f"{name!r} shadows a builtin or module that the text uses; choose another name, such as"
            " 'f'"
        )
    imports = "".join(f"import {module}\n" for module in sorted(source.imports))
    parameters = ", ".join(program.name(i) for i in range(program.inputs))
    function = "\n    ".join([f"def {name}({parameters}):", *program.legend("#"), *body])
    return (
        "\n\n\n".join([*([imports.rstrip()] if imports else []), *source.functions, function])
        + "\n"
    )


def _body(program: Program, source: Source) -> Iterator[str]:
    templates = []
    for op in program.ops:
        template = SIGNS.get(op.forward)
        if template is None:
            called = source.name_of(op.forward, f"_{op.name}")
            template = f"{called}({', '.join(['{}'] * op.arity)})"
        templates.append(template)
    constants = [source.expression(x, "a constant") for x in reversed(program.constants)]
    inputs = [program.name(i) for i in range(program.inputs)]
    yield from (f"{x} = float({x})" for x in inputs)
    names = [*inputs, *(f"v{program.inputs + k}" for k in range(len(program))), *constants]
    for k, (slot, _, operands) in enumerate(program.equations()):
        right = templates[program.code[k]].format(*[names[r] for r in operands])
        yield f"{names[slot]} = {right}"
    results = ", ".join([names[r] for r in program.outputs])
    yield f"return {results if len(program.outputs) == 1 else f'({results})'}"
