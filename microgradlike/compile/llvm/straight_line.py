"""SharedCode: straight-line code for all that rows share, in LLVM's language."""

from __future__ import annotations

from collections.abc import Sequence

from microgradlike.compile.llvm.builder import IRBuilder
from microgradlike.compile.llvm.module import Equation, LLVMModule, chunks, exchanged_slots
from microgradlike.compile.program import Program


class SharedCode:
    """A function `compute_shared(shared)` of scalars: all that is the same for all rows.

    It works in an array that holds the shared inputs, then the slots that are `wanted` elsewhere or
    exchanged between functions; `place` maps a slot to its place there. It calls functions of at
    most `chunk` equations.
    """

    def __init__(
        self,
        module: LLVMModule,
        program: Program,
        *,
        batched: int,
        equations: Sequence[Equation],
        wanted: Sequence[int],
        chunk: int,
    ) -> None:
        self.program = program
        parts = chunks(equations, chunk)
        own = {slot for slot, _, _ in equations}
        kept = [*range(batched, program.inputs), *(r for r in wanted if r in own)]
        kept += exchanged_slots(parts)
        self.place = {slot: place for place, slot in enumerate(dict.fromkeys(kept))}
        ir, arguments = IRBuilder(1), "ptr %shared"
        for i, part in enumerate(parts):
            inside = IRBuilder(1)
            module.straight_line(inside, part, self)
            module.define(f"shared{i}", arguments, inside, internal=True)
            ir.lines.append(f"  call void @shared{i}({arguments})")
        module.define("compute_shared", arguments, ir)

    def load(self, ir: IRBuilder, r: int) -> str:
        """Append the load of a constant, an input or a slot of another chunk."""
        if r < 0:
            return ir.constant(self.program.constants[-1 - r])
        return ir.load("%shared", self.place[r])

    def store(self, ir: IRBuilder, slot: int, x: str) -> None:
        """Append a store into the array if the slot has a place there."""
        if slot in self.place:
            ir.store(x, "%shared", self.place[slot])
