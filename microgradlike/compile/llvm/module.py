"""Unit: functions in LLVM's language, and the declarations of what they call."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from microgradlike.compile.llvm import vector_math
from microgradlike.compile.llvm.builder import Emitter, symbol
from microgradlike.compile.program import Program
from microgradlike.op import Op

WIDTH = 8  # rows in a vector, whatever the machine's own vectors are
Spelling = Callable[..., str]
Equation = tuple[int, Op, tuple[int, ...]]
_users = itertools.count()


class Others(Protocol):
    """Where what is computed elsewhere comes from, and what is computed goes to."""

    def load(self, e: Emitter, r: int, /) -> str:
        """What is computed elsewhere."""

    def store(self, e: Emitter, slot: int, x: str, /) -> None:
        """Take what is computed."""


class Unit:
    """The text of a module: functions, of primitives in these spellings.

    `externals` are the functions of scalars that it calls: None for one of the C library, else the
    primitive, whose own function is meant.
    """

    def __init__(self, spellings: Mapping[Op, Spelling]) -> None:
        self.spellings = spellings
        self.externals: dict[str, Op | None] = {}
        self._declared: dict[str, str] = {}
        self._functions: list[str] = []

    def text(self) -> str:
        """All of it."""
        return "\n".join([*self._declared.values(), *self._functions, ENDING])

    def define(self, name: str, arguments: str, e: Emitter, *, internal: bool = False) -> None:
        """Add a function that gives nothing back, with these instructions."""
        head = f"define {'internal ' if internal else ''}void @{name}({arguments}) #0 {{"
        self._functions.append("\n".join([head, *e.lines, "  ret void", "}"]))
        self._declare(e)

    def add(self, text: str) -> None:
        """Add functions as they are written."""
        self._functions.append(text)

    def spelled(self, e: Emitter, op: Op, operands: Sequence[str]) -> str:
        """A primitive of operands; of a user's own, a call of its function."""
        spelling = self.spellings.get(op)
        if spelling is not None:
            return spelling(e, *operands)
        name = next((name for name, known in self.externals.items() if known is op), None)
        if name is None:
            name = f"user{next(_users)}"
            self.externals[name] = op
        return e.library(name, *operands)

    def straight(
        self,
        name: str,
        width: int,
        arguments: str,
        equations: Sequence[Equation],
        others: Others,
    ) -> str:
        """Add a function of these equations, one after the other; the call of it."""
        e = Emitter(width)
        names: dict[int, str] = {}
        for slot, op, operands in equations:
            found = [names[r] if r in names else others.load(e, r) for r in operands]
            names[slot] = self.spelled(e, op, found)
            others.store(e, slot, names[slot])
        self.define(name, arguments, e, internal=True)
        return f"  call void @{name}({arguments})"

    def _declare(self, e: Emitter) -> None:
        for name, arity in e.libraries.items():
            self.externals.setdefault(name, None)
            operands = ", ".join(["double"] * arity)
            self._declared[name] = f"declare double @{symbol(name, 1)}({operands})"
            if e.width > 1:
                inside = Emitter(e.width)
                self._declared[f"{name} of vectors"] = of_vectors(inside, name, arity)
                e.intrinsics.update(inside.intrinsics)
        for name, arity in e.intrinsics.items():
            operands = ", ".join([e.type] * arity)
            self._declared[name] = f"declare {e.type} @{name}({operands})"


def of_vectors(e: Emitter, name: str, arity: int) -> str:
    """A function of vectors: in their own instructions, or by one of scalars for each lane."""
    width = e.width
    if name in vector_math.EVERYWHERE:
        result = vector_math.EVERYWHERE[name](e, "%x0")
        return _function(symbol(name, width), e, ["%x0"], result)
    if name not in vector_math.NEAR_0:
        return by_lanes(symbol(name, width), name, arity, width)
    size = e.intrinsic("fabs", "%x0")
    far = e.test("ugt", size, e.constant(vector_math.LARGE))
    any_far = e.new(f"call i1 @llvm.vector.reduce.or.v{width}i1({e.bool} {far})")
    near = vector_math.NEAR_0[name](e, "%x0")
    e.lines += [f"  br i1 {any_far}, label %far, label %end", "far:"]
    called = e.new(f"call {e.type} @{symbol(name, width)}_by_lanes({e.type} %x0)")
    mixed = e.select(far, called, near)
    e.lines += ["  br label %end", "end:"]
    result = e.new(f"phi {e.type} [ {near}, %0 ], [ {mixed}, %far ]")
    lanes = by_lanes(f"{symbol(name, width)}_by_lanes", name, arity, width)
    return lanes + "\n" + _function(symbol(name, width), e, ["%x0"], result)


def by_lanes(full: str, name: str, arity: int, width: int) -> str:
    """A function of vectors that calls one of scalars for each lane."""
    e = Emitter(width)
    arguments = [f"%x{j}" for j in range(arity)]
    result = "poison"
    for lane in range(width):
        parts = [e.new(f"extractelement {e.type} {x}, i64 {lane}") for x in arguments]
        typed = ", ".join(f"double {x}" for x in parts)
        y = e.new(f"call double @{symbol(name, 1)}({typed})")
        result = e.new(f"insertelement {e.type} {result}, double {y}, i64 {lane}")
    return _function(full, e, arguments, result)


def _function(name: str, e: Emitter, arguments: list[str], result: str) -> str:
    typed = ", ".join(f"{e.type} {x}" for x in arguments)
    head = f"define internal {e.type} @{name}({typed}) noinline #0 {{"
    return "\n".join([head, *e.lines, f"  ret {e.type} {result}", "}"])


def pieces(equations: Sequence[Equation], size: int) -> list[Sequence[Equation]]:
    """The equations, at most `size` at a time.

    >>> [len(piece) for piece in pieces([()] * 5, 2)]
    [2, 2, 1]
    """
    return [equations[i : i + size] for i in range(0, len(equations), size)]


def crossing(parts: Sequence[Sequence[Equation]]) -> list[int]:
    """The slots that are used in another of the parts than they are computed in, once each."""
    home = {slot: i for i, part in enumerate(parts) for slot, _, _ in part}
    uses = ((i, r) for i, part in enumerate(parts) for _, _, operands in part for r in operands)
    return list(dict.fromkeys(r for i, r in uses if home.get(r, i) != i))


def parted(program: Program, varying: Sequence[bool]) -> tuple[list[Equation], list[Equation]]:
    """The equations that no row of the batch has a part in, and the others."""
    parts: tuple[list[Equation], list[Equation]] = [], []
    for equation in program.equations():
        parts[varying[equation[0]]].append(equation)
    return parts


ENDING = """\
declare i1 @llvm.vector.reduce.or.vWIDTHi1(<WIDTH x i1>)
declare <WIDTH x double> @llvm.masked.gather.vWIDTHf64.vWIDTHp0(<WIDTH x ptr>, i32, <WIDTH x i1>,
                                                                <WIDTH x double>)
declare double @llvm.vector.reduce.fadd.vWIDTHf64(double, <WIDTH x double>)
attributes #0 = { nounwind "prefer-vector-width"="512" }
""".replace("WIDTH", str(WIDTH))
