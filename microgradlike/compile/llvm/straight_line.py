"""Straight-line code of a program, in LLVM's language: what all rows share, and what varies."""

from __future__ import annotations

from collections.abc import Sequence

from microgradlike.compile.arrays import IndexArray
from microgradlike.compile.llvm.builder import IRBuilder
from microgradlike.compile.llvm.module import (
    WIDTH,
    Equation,
    LLVMModule,
    chunks,
    exchanged_slots,
)
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
            ir.lines.append(module.define_straight_line(f"shared{i}", 1, arguments, part, self))
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


class VaryingCode:
    """The functions `per_row` and `sum_rows`: the equations that depend on the rows, in a loop.

    Both read vectors of rows, and the array of `SharedCode` at the places in `place`. `per_row`
    writes each slot in `outputs` to its own line of `into`, one number per row. `sum_rows` adds
    each vector to the slot's vector in `into`; the mask `there` excludes the lanes of the last
    vector that hold no row.
    """

    def __init__(
        self,
        module: LLVMModule,
        program: Program,
        *,
        batched: int,
        equations: Sequence[Equation],
        place: dict[int, int] | IndexArray,
        summed: bool,
    ) -> None:
        self.program, self.batched, self.place, self.summed = program, batched, place, summed
        own = {slot for slot, _, _ in equations} | set(range(batched))
        self.outputs = [r for r in program.outputs if r in own]
        self._targets: dict[int, list[int]] = {}
        for k, r in enumerate(self.outputs):
            self._targets.setdefault(r, []).append(k)
        ir = IRBuilder(WIDTH)
        for slot in range(batched):  # an input may be an output
            if slot in self._targets:
                self.store(ir, slot, self.load(ir, slot))
        ir.lines.append(module.define_straight_line("rows", WIDTH, ARGUMENTS, equations, self))
        module.define("vector", ARGUMENTS, ir, internal=True)
        module.add_text(row_loop(len(self.outputs), summed=summed))

    def load(self, ir: IRBuilder, r: int) -> str:
        """Append the load of a constant, an input or a shared slot."""
        if r < 0:
            return ir.constant(self.program.constants[-1 - r])
        if r < self.batched:
            return ir.load_lanes("%rows", ir.assign(f"mul i64 %stride, {r}"))
        return ir.load_splat("%shared", str(self.place[r]))

    def store(self, ir: IRBuilder, slot: int, x: str) -> None:
        """Append the stores of a slot for each output that it is."""
        for k in self._targets.get(slot, ()):
            if self.summed:
                row = ir.assign(
                    f"select {ir.bool} %there, {ir.type} {x}, {ir.type} zeroinitializer"
                )
                ir.store(ir.add(ir.load("%into", k), row), "%into", k)
            else:
                ir.store_lanes(x, "%into", ir.assign(f"mul i64 %stride, {k}"))


def row_loop(count: int, *, summed: bool) -> str:
    """Return the function over all rows, for a number of outputs.

    >>> "define void @sum_rows(" in row_loop(3, summed=True)
    True
    """
    words = {
        "BODY": LOOP,
        "STEP": "0" if summed else "%j",
        "COUNT": str(count),
        "WIDTH": str(WIDTH),
        "LANES": ", ".join(f"i64 {i}" for i in range(WIDTH)),
    }
    text = SUM_ROWS if summed else PER_ROW
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    return text


ARGUMENTS = f"ptr %rows, i64 %stride, ptr %shared, ptr %buffer, ptr %into, <{WIDTH} x i1> %there"

LOOP = """\
  br label %vectors
vectors:
  %j = phi i64 [ 0, %start ], [ %nextj, %vectors ]
  %rows = getelementptr double, ptr %all, i64 %j
  %left = sub i64 %rowcount, %j
  %first = insertelement <WIDTH x i64> poison, i64 %left, i64 0
  %lefts = shufflevector <WIDTH x i64> %first, <WIDTH x i64> poison, <WIDTH x i32> zeroinitializer
  %there = icmp ugt <WIDTH x i64> %lefts, <LANES>
  %into = getelementptr double, ptr %outputs, i64 STEP
  call void @vector(ptr %rows, i64 %stride, ptr %shared, ptr %buffer, ptr %into,
                    <WIDTH x i1> %there)
  %nextj = add i64 %j, WIDTH
  %again = icmp ult i64 %nextj, %rowcount
  br i1 %again, label %vectors, label %end
end:
"""
PER_ROW = """\
define void @per_row(ptr %all, i64 %stride, ptr %shared, ptr %buffer, ptr %outputs,
                     i64 %rowcount) #0 {
start:
BODY  ret void
}
"""
# `outputs` starts as vectors of 0.0, followed by one of -0.0, which changes no sum. In the end,
# total k is the sum of the lanes of a vector, in their order, plus a shared number times the number
# of rows. The k-th pair of `pairs` holds the indices of that vector and of that number.
SUM_ROWS = """\
define void @sum_rows(ptr %all, i64 %stride, ptr %shared, ptr %buffer, ptr %outputs,
                      i64 %rowcount, ptr %pairs, ptr %totals, i64 %size) #0 {
  br label %zeros
zeros:
  %z = phi i64 [ 0, %0 ], [ %nextz, %zeros ]
  %zero = icmp ult i64 %z, COUNT
  %neutral = select i1 %zero, <WIDTH x double> zeroinitializer, <WIDTH x double> splat (double -0.0)
  %cleared = getelementptr <WIDTH x double>, ptr %outputs, i64 %z
  store <WIDTH x double> %neutral, ptr %cleared, align 8
  %nextz = add i64 %z, 1
  br i1 %zero, label %zeros, label %start
start:
BODY  %times = uitofp i64 %rowcount to double
  br label %total
total:
  %k = phi i64 [ 0, %end ], [ %nextk, %total ]
  %pair = getelementptr [2 x i64], ptr %pairs, i64 %k
  %from = load i64, ptr %pair, align 8
  %source = getelementptr <WIDTH x double>, ptr %outputs, i64 %from
  %lanes = load <WIDTH x double>, ptr %source, align 8
  %sum = call double @llvm.vector.reduce.fadd.vWIDTHf64(double -0.0, <WIDTH x double> %lanes)
  %second = getelementptr i64, ptr %pair, i64 1
  %place = load i64, ptr %second, align 8
  %where = getelementptr double, ptr %shared, i64 %place
  %once = load double, ptr %where, align 8
  %all_rows = fmul double %once, %times
  %both = fadd double %sum, %all_rows
  %target = getelementptr double, ptr %totals, i64 %k
  store double %both, ptr %target, align 8
  %nextk = add i64 %k, 1
  %more = icmp ult i64 %nextk, %size
  br i1 %more, label %total, label %done
done:
  ret void
}
"""
