"""LLVMModule: functions in LLVM's language, and the declarations of their callees."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from microgradlike.compile.llvm import vector_math
from microgradlike.compile.llvm.builder import IRBuilder, symbol
from microgradlike.compile.program import Program
from microgradlike.op import Op

WIDTH = 8  # rows in a vector, whatever the width of the machine's own vectors
Spelling = Callable[..., str]  # appends a primitive of operands to an IRBuilder
Equation = tuple[int, Op, tuple[int, ...]]  # slot, primitive, references
_primitives = itertools.count()


class SlotStorage(Protocol):
    """The memory through which a function exchanges slots with other functions."""

    def load(self, ir: IRBuilder, r: int, /) -> str:
        """Append the load of a reference that this function does not compute."""

    def store(self, ir: IRBuilder, slot: int, x: str, /) -> None:
        """Append the stores of a computed slot that others use, if any."""


class LLVMModule:
    """The text of a module: functions over primitives in the given spellings.

    `externals` are the functions of scalars that it calls: None stands for one of the C library, an
    Op for a primitive whose forward function is called in Python.
    """

    def __init__(self, spellings: Mapping[Op, Spelling]) -> None:
        self.spellings = spellings
        self.externals: dict[str, Op | None] = {}
        self._declared: dict[str, str] = {}
        self._functions: list[str] = []

    def text(self) -> str:
        """Return the module in LLVM's language."""
        return "\n".join([*self._declared.values(), *self._functions, ENDING])

    def define(self, name: str, arguments: str, ir: IRBuilder, *, internal: bool = False) -> None:
        """Add a function without a result that consists of the builder's instructions."""
        head = f"define {'internal ' if internal else ''}void @{name}({arguments}) #0 {{"
        self._functions.append("\n".join([head, *ir.lines, "  ret void", "}"]))
        self._declare_callees(ir)

    def add_text(self, text: str) -> None:
        """Add functions that are written in LLVM's language."""
        self._functions.append(text)

    def spelled(self, ir: IRBuilder, op: Op, operands: Sequence[str]) -> str:
        """Append a primitive: in its spelling, or as a call of the user's Python function."""
        spelling = self.spellings.get(op)
        if spelling is not None:
            return spelling(ir, *operands)
        name = next((name for name, known in self.externals.items() if known is op), None)
        if name is None:
            name = f"user{next(_primitives)}"
            self.externals[name] = op
        return ir.library(name, *operands)

    def calls(self, op: Op) -> bool:
        """Return whether a primitive takes calls of functions."""
        spelling, ir = self.spellings.get(op), IRBuilder(1)
        if spelling is not None:
            spelling(ir, *["%x"] * op.arity)
        return spelling is None or bool(ir.libraries)

    def straight_line(
        self, ir: IRBuilder, equations: Sequence[Equation], storage: SlotStorage
    ) -> dict[int, str]:
        """Append the equations in order; return the name of each slot."""
        names: dict[int, str] = {}
        for slot, op, operands in equations:
            found = [names[r] if r in names else storage.load(ir, r) for r in operands]
            names[slot] = self.spelled(ir, op, found)
            storage.store(ir, slot, names[slot])
        return names

    def _declare_callees(self, ir: IRBuilder) -> None:
        for name, arity in ir.libraries.items():
            self.externals.setdefault(name, None)
            operands = ", ".join(["double"] * arity)
            self._declared[name] = f"declare double @{symbol(name, 1)}({operands})"
            if ir.width > 1:
                inside = IRBuilder(ir.width)
                self._declared[f"{name} of vectors"] = vector_function(inside, name, arity)
                ir.intrinsics.update(inside.intrinsics)
        for name, arity in ir.intrinsics.items():
            operands = ", ".join([ir.type] * arity)
            self._declared[name] = f"declare {ir.type} @{name}({operands})"


def vector_function(ir: IRBuilder, name: str, arity: int) -> str:
    """Return a function of vectors: from `vector_math`, or a call of the scalar one per lane."""
    width = ir.width
    if name in vector_math.EVERYWHERE:
        result = vector_math.EVERYWHERE[name](ir, "%x0")
        return _function(symbol(name, width), ir, ["%x0"], result)
    if name not in vector_math.NEAR_0:
        return lanewise_function(symbol(name, width), name, arity, width)
    size = ir.intrinsic("fabs", "%x0")
    far = ir.compare("ugt", size, ir.constant(vector_math.LARGE))
    any_far = ir.assign(f"call i1 @llvm.vector.reduce.or.v{width}i1({ir.bool} {far})")
    near = vector_math.NEAR_0[name](ir, "%x0")
    ir.lines += [f"  br i1 {any_far}, label %far, label %end", "far:"]
    called = ir.assign(f"call {ir.type} @{symbol(name, width)}_by_lanes({ir.type} %x0)")
    mixed = ir.select(far, called, near)
    ir.lines += ["  br label %end", "end:"]
    result = ir.assign(f"phi {ir.type} [ {near}, %0 ], [ {mixed}, %far ]")
    lanes = lanewise_function(f"{symbol(name, width)}_by_lanes", name, arity, width)
    return lanes + "\n" + _function(symbol(name, width), ir, ["%x0"], result)


def lanewise_function(full: str, name: str, arity: int, width: int) -> str:
    """Return a function of vectors that calls the function of scalars `name` for each lane."""
    ir = IRBuilder(width)
    arguments = [f"%x{j}" for j in range(arity)]
    result = "poison"
    for lane in range(width):
        parts = [ir.assign(f"extractelement {ir.type} {x}, i64 {lane}") for x in arguments]
        typed = ", ".join(f"double {x}" for x in parts)
        y = ir.assign(f"call double @{symbol(name, 1)}({typed})")
        result = ir.assign(f"insertelement {ir.type} {result}, double {y}, i64 {lane}")
    return _function(full, ir, arguments, result)


def _function(name: str, ir: IRBuilder, arguments: list[str], result: str) -> str:
    typed = ", ".join(f"{ir.type} {x}" for x in arguments)
    head = f"define internal {ir.type} @{name}({typed}) noinline #0 {{"
    return "\n".join([head, *ir.lines, f"  ret {ir.type} {result}", "}"])


def chunks(equations: Sequence[Equation], size: int) -> list[Sequence[Equation]]:
    """Cut the equations into chunks of at most `size`.

    >>> [len(chunk) for chunk in chunks([()] * 5, 2)]
    [2, 2, 1]
    """
    return [equations[i : i + size] for i in range(0, len(equations), size)]


def exchanged_slots(parts: Sequence[Sequence[Equation]]) -> list[int]:
    """Return the slots that a later chunk than their own uses, each once, in order of use.

    >>> first, second = [(1, None, (0,))], [(2, None, (1, 1)), (3, None, (2,))]
    >>> exchanged_slots([first, second])
    [1]
    """
    home = {slot: i for i, part in enumerate(parts) for slot, _, _ in part}
    uses = ((i, r) for i, part in enumerate(parts) for _, _, operands in part for r in operands)
    return list(dict.fromkeys(r for i, r in uses if home.get(r, i) != i))


def equations_of(program: Program, chosen: Sequence[bool]) -> list[Equation]:
    """Return the equations whose result, by its slot, is chosen."""
    inputs, codes, operands, starts = program.inputs, program.code, program.operands, program.starts
    return [
        (inputs + k, program.ops[codes[k]], tuple(operands[starts[k] : starts[k + 1]]))
        for k in range(len(program))
        if chosen[inputs + k]
    ]


ENDING = """\
declare i1 @llvm.vector.reduce.or.vWIDTHi1(<WIDTH x i1>)
declare <WIDTH x double> @llvm.masked.gather.vWIDTHf64.vWIDTHp0(<WIDTH x ptr>, i32, <WIDTH x i1>,
                                                                <WIDTH x double>)
declare double @llvm.vector.reduce.fadd.vWIDTHf64(double, <WIDTH x double>)
attributes #0 = { nounwind "prefer-vector-width"="512" }
""".replace("WIDTH", str(WIDTH))
