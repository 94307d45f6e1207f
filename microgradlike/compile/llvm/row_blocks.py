"""RowBlocks: all that varies over a batch, as loops over the rows of a block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from microgradlike import ops
from microgradlike.compile.arrays import IndexArray
from microgradlike.compile.llvm.builder import IRBuilder
from microgradlike.compile.llvm.module import (
    WIDTH,
    Equation,
    LLVMModule,
    chunks,
)
from microgradlike.compile.program import Program
from microgradlike.compile.schedule.demand import by_demand

SUMS = 5  # sums in the registers of a loop: 10 of the 16 of AVX2, and operands take the others
BLOCK = 17  # vectors in a block; an even number would put many slots into the same cache sets
BUFFER = 1 << 11  # vectors that slots between loops may take: 128 KB, within the second cache
# primitives that take one or a few instructions, as the last step of a sum
LAST_STEPS = {ops.add, ops.sub, ops.mul, ops.mul_no_nan, ops.neg}


class Phase(NamedTuple):
    """A loop over the vectors of a block: equations, and the outputs that are summed on the way.

    A sum is the number of an output and its reference.
    """

    equations: Sequence[Equation]
    sums: Sequence[tuple[int, int]] = ()


class RowBlocks:
    """The functions `per_row` and `sum_rows`: the equations that depend on the rows.

    Both read vectors of rows, and the array of `SharedCode` at the places in `place`. They go
    through a block of rows in phases, one loop after the other; `buffer_size` doubles hold the
    slots that one phase computes and another uses. `per_row` writes each slot in `outputs` to its
    own line of `into`, one number per row. `sum_rows` adds each vector to the output's vector in
    `into`, in the order of the rows; the vectors of a few outputs stay in registers for a loop.
    """

    def __init__(
        self,
        module: LLVMModule,
        program: Program,
        *,
        batched: int,
        equations: Sequence[Equation],
        place: dict[int, int] | IndexArray,
        chunk: int,
        summed: bool,
    ) -> None:
        self.module, self.program, self.batched, self.place = module, program, batched, place
        own = {slot for slot, _, _ in equations} | set(range(batched))
        self.outputs = [r for r in program.outputs if r in own]
        if all(
            op in module.spellings for _, op, _ in equations
        ):  # users' functions keep their order
            equations = by_demand(equations, self.outputs)
        functions = _functions(equations, list(enumerate(self.outputs)) if summed else [], chunk)
        self.buffer = {slot: k for k, slot in enumerate(_exchanged_slots(functions))}
        vectors = max(1, min(BLOCK, BUFFER // max(1, len(self.buffer))))
        self.block = WIDTH * (vectors - 1 + vectors % 2)
        self.buffer_size = self.block * len(self.buffer)
        self.targets: dict[int, list[int]] = {}
        for k, r in enumerate(() if summed else self.outputs):
            self.targets.setdefault(r, []).append(k)
        block = IRBuilder(WIDTH)
        for i, phases in enumerate(functions):
            ir = IRBuilder(WIDTH)
            for k, phase in enumerate(phases):
                self._append(ir, phase, k, inputs=i == k == 0)
            module.define(f"block{i}", ARGUMENTS, ir, internal=True)
            block.lines.append(f"  call void @block{i}({ARGUMENTS})")
        module.define("block", ARGUMENTS, block, internal=True)
        module.add_text(row_loop(len(self.outputs), self.block, summed=summed))

    def _append(self, ir: IRBuilder, phase: Phase, number: int, *, inputs: bool) -> None:
        """Append the loop of a phase; the first one stores `inputs` that are outputs."""
        before, here, after = f"%phase{number}", f"%vectors{number}", f"%phase{number + 1}"
        if number == 0:
            ir.lines += [f"  br label {before}", f"{before[1:]}:"]
        starts = [ir.load("%into", k) for k, _ in phase.sums]
        row, sums = f"%j{number}", [f"%sum{k}" for k, _ in phase.sums]
        ir.lines += [f"  br label {here}", f"{here[1:]}:"]
        ir.lines += [f"  {row} = phi i64 [ 0, {before} ], [ {row}next, {here} ]"]
        for name, start in zip(sums, starts):
            ir.lines += [f"  {name} = phi {ir.type} [ {start}, {before} ], [ {name}next, {here} ]"]
        vector = _Vector(self, row)
        for slot in range(self.batched if inputs else 0):
            if slot in self.targets:
                vector.store(ir, slot, vector.load(ir, slot))
        names = self.module.straight_line(ir, phase.equations, vector)
        for name, (_, r) in zip(sums, phase.sums):
            x = names[r] if r in names else vector.load(ir, r)
            ir.lines += [f"  {name}next = fadd {ir.type} {name}, {x}"]
        ir.lines += [f"  {row}next = add i64 {row}, {WIDTH}"]
        more = ir.assign(f"icmp ult i64 {row}next, %count")
        ir.lines += [f"  br i1 {more}, label {here}, label {after}", f"{after[1:]}:"]
        for name, (k, _) in zip(sums, phase.sums):
            ir.store(f"{name}next", "%into", k)


class _Vector:
    """The memory of a phase for the vector of rows that begins at the row named `row`."""

    def __init__(self, code: RowBlocks, row: str) -> None:
        self.code, self.row = code, row

    def load(self, ir: IRBuilder, r: int) -> str:
        """Append the load of a constant, an input, a shared slot or a slot of another phase."""
        code = self.code
        if r < 0:
            return ir.constant(code.program.constants[-1 - r])
        if r < code.batched:
            return ir.load_lanes("%rows", self._in_line(ir, r))
        if r in code.buffer:
            return ir.load_lanes("%buffer", self._in_buffer(ir, r))
        return ir.load_splat("%shared", str(code.place[r]))

    def store(self, ir: IRBuilder, slot: int, x: str) -> None:
        """Append the stores of a slot for other phases, and for each output that it is."""
        if slot in self.code.buffer:
            ir.store_lanes(x, "%buffer", self._in_buffer(ir, slot))
        for k in self.code.targets.get(slot, ()):
            ir.store_lanes(x, "%into", self._in_line(ir, k))

    def _in_buffer(self, ir: IRBuilder, slot: int) -> str:
        return ir.assign(f"add i64 {self.row}, {self.code.buffer[slot] * self.code.block}")

    def _in_line(self, ir: IRBuilder, line: int) -> str:
        start = ir.assign(f"mul i64 %stride, {line}")
        return ir.assign(f"add i64 {self.row}, {start}")


def _functions(
    equations: Sequence[Equation], sums: Sequence[tuple[int, int]], chunk: int
) -> list[Sequence[Phase]]:
    """Return the phases of each function, which has about `chunk` equations at most.

    Where there are more sums than registers, their last steps are left to phases of their own.
    """
    if len(sums) <= SUMS and len(equations) <= chunk:
        return [[Phase(equations, sums)]]
    wanted = {r for _, r in sums}.difference(r for _, _, operands in equations for r in operands)
    last = {e[0]: e for e in equations if e[0] in wanted and e[1] in LAST_STEPS}
    phases = []
    for part in (sums[i : i + SUMS] for i in range(0, len(sums), SUMS)):
        phases.append(
            Phase([last[r] for r in dict.fromkeys(r for _, r in part) if r in last], part)
        )
    first = chunks([e for e in equations if e[0] not in last], chunk)
    together = max(1, chunk // SUMS)
    groups = (phases[i : i + together] for i in range(0, len(phases), together))
    return [*([Phase(part)] for part in first), *groups]


def _exchanged_slots(functions: Sequence[Sequence[Phase]]) -> list[int]:
    """Return the slots that another phase than their own uses."""
    phases = [phase for phases in functions for phase in phases]
    computed = {slot for phase in phases for slot, _, _ in phase.equations}
    found: dict[int, None] = {}
    for phase in phases:
        uses = {r for _, r in phase.sums}.union(*(operands for _, _, operands in phase.equations))
        own = {slot for slot, _, _ in phase.equations}
        found.update(dict.fromkeys(sorted(uses & computed - own)))
    return list(found)


def row_loop(count: int, block: int, *, summed: bool) -> str:
    """Return the function over all rows, for a number of outputs and of rows in a block.

    >>> "define void @sum_rows(" in row_loop(3, 136, summed=True)
    True
    """
    words = {
        "BLOCKS": BLOCKS,
        "ROWS": str(block),
        "STEP": "0" if summed else "%j",
        "LAST": str(WIDTH - 1),
        "COUNT": str(count),
        "APART": str(count + 1),
        "WIDTH": str(WIDTH),
        "LANES": ", ".join(f"i64 {i}" for i in range(WIDTH)),
    }
    text = SUM_ROWS if summed else PER_ROW
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    return text


ARGUMENTS = "ptr %rows, i64 %stride, ptr %shared, ptr %buffer, ptr %into, i64 %count"
BLOCKS = """\
blocks:
  %j = phi i64 [ 0, %start ], [ %nextj, %blocks ]
  %rows = getelementptr double, ptr %all, i64 %j
  %left = sub i64 %whole, %j
  %short = icmp ult i64 %left, ROWS
  %count = select i1 %short, i64 %left, i64 ROWS
  %into = getelementptr double, ptr %outputs, i64 STEP
  call void @block(ptr %rows, i64 %stride, ptr %shared, ptr %buffer, ptr %into, i64 %count)
  %nextj = add i64 %j, ROWS
  %again = icmp ult i64 %nextj, %whole
  br i1 %again, label %blocks, label %end
end:
"""
PER_ROW = """\
define void @per_row(ptr %all, i64 %stride, ptr %shared, ptr %buffer, ptr %outputs,
                     i64 %rowcount) #0 {
start:
  %beyond = add i64 %rowcount, LAST
  %whole = and i64 %beyond, -WIDTH
  br label %blocks
BLOCKS  ret void
}
"""
# `outputs` starts as vectors of 0.0 and one of -0.0, which changes no sum, and the same again. The
# first vectors get the sums over whole vectors of rows, the second ones the last rows if they fill
# no vector; lanes without a row are left out. In the end, total k is the sum of the lanes of a
# vector, in their order, plus a shared number times the number of rows. The k-th pair of `pairs`
# holds the indices of that vector and of that number.
SUM_ROWS = """\
define void @sum_rows(ptr %all, i64 %stride, ptr %shared, ptr %buffer, ptr %outputs,
                      i64 %rowcount, ptr %pairs, ptr %totals, i64 %size) #0 {
  %apart = getelementptr <WIDTH x double>, ptr %outputs, i64 APART
  br label %zeros
zeros:
  %z = phi i64 [ 0, %0 ], [ %nextz, %zeros ]
  %zero = icmp ult i64 %z, COUNT
  %neutral = select i1 %zero, <WIDTH x double> zeroinitializer, <WIDTH x double> splat (double -0.0)
  %cleared = getelementptr <WIDTH x double>, ptr %outputs, i64 %z
  %also = getelementptr <WIDTH x double>, ptr %apart, i64 %z
  store <WIDTH x double> %neutral, ptr %cleared, align 8
  store <WIDTH x double> %neutral, ptr %also, align 8
  %nextz = add i64 %z, 1
  br i1 %zero, label %zeros, label %start
start:
  %rest = and i64 %rowcount, LAST
  %whole = sub i64 %rowcount, %rest
  %any = icmp ugt i64 %whole, 0
  br i1 %any, label %blocks, label %end
BLOCKS  %some = icmp ugt i64 %rest, 0
  br i1 %some, label %last, label %sums
last:
  %lastrows = getelementptr double, ptr %all, i64 %whole
  call void @block(ptr %lastrows, i64 %stride, ptr %shared, ptr %buffer, ptr %apart, i64 WIDTH)
  br label %sums
sums:
  %first = insertelement <WIDTH x i64> poison, i64 %rest, i64 0
  %rests = shufflevector <WIDTH x i64> %first, <WIDTH x i64> poison, <WIDTH x i32> zeroinitializer
  %there = icmp ugt <WIDTH x i64> %rests, <LANES>
  %times = uitofp i64 %rowcount to double
  br label %total
total:
  %k = phi i64 [ 0, %sums ], [ %nextk, %total ]
  %pair = getelementptr [2 x i64], ptr %pairs, i64 %k
  %from = load i64, ptr %pair, align 8
  %source = getelementptr <WIDTH x double>, ptr %outputs, i64 %from
  %others = getelementptr <WIDTH x double>, ptr %apart, i64 %from
  %x = load <WIDTH x double>, ptr %source, align 8
  %y = load <WIDTH x double>, ptr %others, align 8
  %added = fadd <WIDTH x double> %x, %y
  %lanes = select <WIDTH x i1> %there, <WIDTH x double> %added, <WIDTH x double> %x
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
