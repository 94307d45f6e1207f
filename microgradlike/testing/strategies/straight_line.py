"""StraightLine: a program without branches, in which results are used more than once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from microgradlike import ops
from microgradlike.op import Number, Op


class _Printer(Protocol):
    def text(self, text: str, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Instruction:
    """One step of a program: a primitive `op` and its operands, slots (int) or constants (float).

    The inputs are slots 0, 1, ...; each instruction fills the next one.

    >>> from microgradlike import ops
    >>> Instruction(ops.mul, (0, 2.0)).operands
    (0, 2.0)
    """

    op: Op
    operands: tuple[int | float, ...]


@dataclass(frozen=True, slots=True)
class StraightLine:
    """A program without branches: its `instructions`, and a `point` where all of it is defined.

    A call takes as many numbers as the point has, of any kind that primitives take, and returns the
    result of the last instruction; TypeError for another count. `str(program)` is the program as
    Python code.

    >>> from microgradlike import ops
    >>> square = StraightLine((3.0,), (Instruction(ops.mul, (0, 0)), Instruction(ops.tanh, (1,))))
    >>> square(0.5) == ops.tanh(0.25)
    True
    >>> print(square)
    from microgradlike.ops import tanh
    def f(x0):
        v1 = x0 * x0
        v2 = tanh(v1)
        return v2
    """

    point: tuple[float, ...]
    instructions: tuple[Instruction, ...]

    def __call__(self, *x: Number) -> Number:
        """The result at other numbers; TypeError for too few or too many."""
        if len(x) != len(self.point):
            raise TypeError(f"this program takes {len(self.point)} number(s), got {len(x)}")
        slots = list(x)
        for instruction in self.instructions:
            slots.append(apply(instruction, slots))
        return slots[-1]

    def _repr_pretty_(self, printer: _Printer, cycle: bool) -> None:
        """The text that IPython and Hypothesis show: Python code and the call."""
        call = f"f({', '.join(map(repr, self.point))})"
        printer.text(f"<StraightLine: {call} where\n{self}\n>")

    def __str__(self) -> str:
        inputs = [f"x{i}" for i in range(len(self.point))]
        slots = inputs + [f"v{len(inputs) + i}" for i in range(len(self.instructions))]
        imported = sorted({_IN_MODULE[i.op] for i in self.instructions if _is_imported(i.op)})
        head = [f"from microgradlike.ops import {', '.join(imported)}"] if imported else []
        steps = zip(slots[len(inputs) :], self.instructions)
        body = [f"{result} = {_python(instruction, slots)}" for result, instruction in steps]
        lines = [*body, f"return {slots[-1]}"]
        return "\n".join(
            [*head, f"def f({', '.join(inputs)}):", *(f"    {line}" for line in lines)]
        )


def apply(instruction: Instruction, slots: Sequence[Number]) -> Number:
    """The value of an instruction, from the values of the slots before it.

    >>> apply(Instruction(ops.mul, (0, 2.0)), [3.0])
    6.0
    """
    return instruction.op(*[slots[x] if isinstance(x, int) else x for x in instruction.operands])


def live(instructions: Sequence[Instruction], inputs: int) -> tuple[Instruction, ...]:
    """The instructions that the last one depends on, with their slots renumbered.

    >>> double, unused, last = [Instruction(ops.add, slots) for slots in [(0, 0), (0, 1), (1, 1)]]
    >>> [i.operands for i in live([double, unused, last], inputs=1)]
    [(0, 0), (1, 1)]
    """
    used = {inputs + len(instructions) - 1}
    for i in reversed(range(len(instructions))):
        if inputs + i in used:
            used.update(x for x in instructions[i].operands if isinstance(x, int))
    kept = [i for i in range(len(instructions)) if inputs + i in used]
    new = {old: old for old in range(inputs)}
    new |= {inputs + i: inputs + k for k, i in enumerate(kept)}
    return tuple(
        Instruction(
            instructions[i].op,
            tuple(new[x] if isinstance(x, int) else x for x in instructions[i].operands),
        )
        for i in kept
    )


_IN_MODULE = {op: name for name, op in vars(ops).items() if isinstance(op, Op)}


def _is_imported(op: Op) -> bool:
    return not op.infix and op in _IN_MODULE  # a user's primitive is defined beside the code


def _python(instruction: Instruction, slots: list[str]) -> str:
    op = instruction.op
    operands = [slots[x] if isinstance(x, int) else repr(x) for x in instruction.operands]
    if op.infix:
        return f" {op.infix} ".join(f"({x})" if x.startswith("-") else x for x in operands)
    return f"{_IN_MODULE.get(op, op.name)}({', '.join(operands)})"
