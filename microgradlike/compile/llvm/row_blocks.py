"""RowBlocks: all that varies over a batch, in LLVM's language, as loops over blocks of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from microgradlike import ops
from microgradlike.compile.arrays import IndexArray
from microgradlike.compile.llvm.builder import IRBuilder
from microgradlike.compile.llvm.module import WIDTH, Equation, LLVMModule
from microgradlike.compile.program import Program
from microgradlike.compile.schedule.demand import by_demand

SUMS = 5  # sums in the registers of a loop: 10 of the 16 of AVX2, and operands take the others
BLOCK = 17  # vectors in a block; an even number would put many slots into the same cache sets
BUFFER = 1 << 11  # vectors that the slots of a block may take: 128 KB, within the second cache
# primitives of one or a few instructions, as the last step before a sum
LAST_STEPS = {ops.add, ops.sub, ops.mul, ops.mul_no_nan, ops.neg}


class RowBlocks:
    """The functions `per_row` and `sum_rows`: the equations that depend on the rows.

    Both read vectors of rows, and the array of `SharedCode` at the places in `place`. `per_row`
    writes each slot in `outputs` to its own line of `into`, one number per row. `sum_rows` adds
    each vector to the output's vector in `into`, in the order of the rows.

    Where many sums end in a product of a few slots, the sums come later: after the vectors of a
    block, each group of sums has a loop over the block, and stays in registers. `buffer_size`
    doubles hold these slots.
    """

    tables: Sequence[Any] = ()

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
        calls = {op for op in program.ops if module.calls(op)}
        equations = by_demand(equations, self.outputs, calls)
        last, needed = _last_steps(equations, self.outputs if summed else [])
        vectors = min(BLOCK, BUFFER // max(1, len(needed))) if last else 1
        self.block = WIDTH * (vectors - 1 + vectors % 2)
        self.buffer = {slot: k * self.block for k, slot in enumerate(needed)}
        self.buffer_size = self.block * len(needed)
        self.targets: dict[int, list[int]] = {}
        for k, r in enumerate(() if last else self.outputs):
            self.targets.setdefault(r, []).append(k)
        self._define_vector(module, [e for e in equations if e[0] not in last])
        ir, numbered = IRBuilder(WIDTH), list(enumerate(self.outputs)) if last else []
        self._append_loop(module, ir, "v", [], last)
        for i in range(0, len(numbered), SUMS):
            self._append_loop(module, ir, str(i), numbered[i : i + SUMS], last)
        module.define("block", f"{ARGUMENTS}, i64 %count", ir, internal=True)
        module.add_text(row_loop(len(self.outputs), self.block, summed=summed))

    def _define_vector(self, module: LLVMModule, equations: Sequence[Equation]) -> None:
        """Define the function of a vector of rows."""
        memory, ir = _Memory(self, "%rows", "%buffer"), IRBuilder(WIDTH)
        for slot in range(self.batched):  # an input may be an output
            if slot in self.targets:
                memory.store(ir, slot, memory.load(ir, slot))
        module.straight_line(ir, equations, memory)
        module.define("vector", ARGUMENTS, ir, internal=True)

    def _append_loop(
        self,
        module: LLVMModule,
        ir: IRBuilder,
        name: str,
        sums: Sequence[tuple[int, int]],
        last: dict[int, Equation],
    ) -> None:
        """Append a loop over the vectors of a block: for sums, number and slot, or all the rest."""
        before, here, after = f"before{name}", f"loop{name}", f"after{name}"
        ir.lines += [f"  br label %{before}", f"{before}:"]
        starts = [ir.load("%into", k) for k, _ in sums]
        ir.lines += [f"  br label %{here}", f"{here}:"]
        j, memory = f"%j{name}", _Memory(self, f"%rows{name}", f"%buffer{name}")
        ir.lines += [f"  {j} = phi i64 [ 0, %{before} ], [ {j}next, %{here} ]"]
        for (k, _), start in zip(sums, starts):
            phi = f"phi {ir.type} [ {start}, %{before} ], [ %sum{k}next, %{here} ]"
            ir.lines += [f"  %sum{k} = {phi}"]
        for address, array in ((memory.rows, "%rows"), (memory.buffer, "%buffer")):
            ir.lines += [f"  {address} = getelementptr double, ptr {array}, i64 {j}"]
        if not sums:
            call = ARGUMENTS.replace("%rows", memory.rows).replace("%buffer", memory.buffer)
            ir.lines += [f"  call void @vector({call})"]
        steps = [last[slot] for slot in dict.fromkeys(slot for _, slot in sums) if slot in last]
        names = module.straight_line(ir, steps, memory)
        for k, slot in sums:
            x = names[slot] if slot in names else memory.load(ir, slot)
            ir.lines += [f"  %sum{k}next = fadd {ir.type} %sum{k}, {x}"]
        ir.lines += [f"  {j}next = add i64 {j}, {WIDTH}"]
        more = ir.assign(f"icmp ult i64 {j}next, %count")
        ir.lines += [f"  br i1 {more}, label %{here}, label %{after}", f"{after}:"]
        for k, _ in sums:
            ir.store(f"%sum{k}next", "%into", k)


class _Memory:
    """The memory of a vector: `rows` and `buffer` are names of addresses of its first row."""

    def __init__(self, code: RowBlocks, rows: str, buffer: str) -> None:
        self.code, self.rows, self.buffer = code, rows, buffer

    def load(self, ir: IRBuilder, r: int) -> str:
        """Append the load of a constant, an input, a shared slot or a slot in the buffer."""
        code = self.code
        if r < 0:
            return ir.constant(code.program.constants[-1 - r])
        if r < code.batched:
            return ir.load_lanes(self.rows, ir.assign(f"mul i64 %stride, {r}"))
        if r in code.buffer:
            return ir.load_lanes(self.buffer, str(code.buffer[r]))
        return ir.load_splat("%shared", str(code.place[r]))

    def store(self, ir: IRBuilder, slot: int, x: str) -> None:
        """Append the stores of a slot into the buffer, and for each output that it is."""
        code = self.code
        if slot in code.buffer:
            ir.store_lanes(x, self.buffer, str(code.buffer[slot]))
        for k in code.targets.get(slot, ()):
            if code.summed:
                ir.store(ir.add(ir.load("%into", k), x), "%into", k)
            else:
                ir.store_lanes(x, "%into", ir.assign(f"mul i64 %stride, {k}"))


def _last_steps(
    equations: Sequence[Equation], outputs: Sequence[int]
) -> tuple[dict[int, Equation], list[int]]:
    """Return, by slot, the equations to put off, and the slots that they and other sums need.

    There are none unless the slots, stored and loaded again in place of sums, are half as many.
    """
    ends = set(outputs).difference(r for _, _, operands in equations for r in operands)
    last = {e[0]: e for e in equations if e[0] in ends and e[1] in LAST_STEPS}
    used = set(outputs).union(*(operands for _, _, operands in last.values())).difference(last)
    needed = [slot for slot, _, _ in equations if slot in used]
    return (last, needed) if 2 * len(needed) <= len(outputs) else ({}, [])


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


ARGUMENTS = "ptr %rows, i64 %stride, ptr %shared, ptr %buffer, ptr %into"
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
