"""RowStrips: what varies over the batch, as loops over strided blocks of vectors of rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from microgradlike.compile.arrays import IndexArray
from microgradlike.compile.llvm.builder import IRBuilder
from microgradlike.compile.llvm.kernel_table import KernelTable
from microgradlike.compile.llvm.loops import INDEXED, STRIDED, LoopKernels
from microgradlike.compile.llvm.module import WIDTH, Equation, LLVMModule
from microgradlike.compile.llvm.row_blocks import ARGUMENTS, row_loop
from microgradlike.compile.passes.product_fusion import fuse_products
from microgradlike.compile.program import Program, varies
from microgradlike.compile.schedule.access import strided_blocks
from microgradlike.compile.schedule.schedule import Group, Schedule

SHARED = {STRIDED: "S", INDEXED: "I"}  # the same modes for operands that all rows share


class RowStrips:
    """The functions `per_row` and `sum_rows`, as in `row_blocks.RowBlocks`.

    The code of a primitive is a kernel for all its equations. A buffer of `buffer_size` doubles
    holds the addresses of the `tables`, and then all results, a vector of rows at each place.
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
        varying = varies(program, batched)
        fused, slots = fuse_products(program, varying)
        schedule = Schedule(fused, batched)
        shared = np.zeros(schedule.sizes[False], dtype=np.int64)
        for r in {r for _, _, operands in equations for r in operands if not varying[r]}:
            shared[schedule.place[r if r < 0 else slots[r]]] = place[r]
        groups = [_moved(group, shared) for group in schedule.groups if group.varying]
        table = KernelTable([(g, strided_blocks(g.places)) for g in groups], RowKernels(module))
        there, places = schedule.outputs()
        self.outputs = places[there]
        self.tables = [table.calls, table.lists, self.outputs]
        self.buffer_size = WIDTH * (1 + schedule.sizes[True])
        text = VECTOR.replace("LAST", SUM if summed else PUT).replace("ARGUMENTS", ARGUMENTS)
        counts = WIDTH, batched, len(self.outputs), *table.calls.shape[::-1]
        for word, count in zip(("WIDTH", "INPUTS", "OUTPUTS", "FIELDS", "CALLS"), counts):
            text = text.replace(word, str(count))
        module.add_text(text)
        module.add_text(row_loop(len(self.outputs), WIDTH, summed=summed))


def _moved(group: Group, shared: IndexArray) -> Group:
    """Return the group with these places of what all rows share, in place of the schedule's."""
    both = zip(map(np.asarray, group.places), group.from_varying)
    return group._replace(places=tuple([p if varying else shared[p] for p, varying in both]))


class RowKernels(LoopKernels):
    """Kernels whose lanes are the rows of a vector, at each place of `state`."""

    by_rows = True

    def mode(self, varying: bool, stride: int | None) -> str:
        """Return the access mode of an operand, for which any stride will do."""
        mode = INDEXED if stride is None else STRIDED
        return mode if varying else SHARED[mode]

    def operand(self, ir: IRBuilder, mode: str, at: str, step: str) -> str:
        """Append the load of an operand: a vector of rows, or a number that they share."""
        if mode in (INDEXED, SHARED[INDEXED]):
            address = ir.assign(f"getelementptr i64, ptr %lists, i64 {at}")
            at = ir.assign(f"load i64, ptr {address}, align 8")
        if mode in SHARED.values():
            return ir.load_splat("%shared", at)
        return ir.load("%state", at)


VECTOR = """\
define internal void @block(ARGUMENTS, i64 %count) #0 {
  %calls = load ptr, ptr %buffer, align 8
  %second = getelementptr ptr, ptr %buffer, i64 1
  %lists = load ptr, ptr %second, align 8
  %third = getelementptr ptr, ptr %buffer, i64 2
  %places = load ptr, ptr %third, align 8
  %state = getelementptr <WIDTH x double>, ptr %buffer, i64 1
  br label %input
input:
  %i = phi i64 [ 0, %0 ], [ %nexti, %input ]
  %line = mul i64 %i, %stride
  %from = getelementptr double, ptr %rows, i64 %line
  %x = load <WIDTH x double>, ptr %from, align 8
  %to = getelementptr <WIDTH x double>, ptr %state, i64 %i
  store <WIDTH x double> %x, ptr %to, align 8
  %nexti = add i64 %i, 1
  %morei = icmp ult i64 %nexti, INPUTS
  br i1 %morei, label %input, label %compute
compute:
  call void @run(ptr %state, ptr %shared, ptr %calls, ptr %lists, i64 FIELDS, i64 CALLS)
  br label %output
output:
  %k = phi i64 [ 0, %compute ], [ %nextk, %put ]
  %morek = icmp ult i64 %k, OUTPUTS
  br i1 %morek, label %put, label %end
put:
  %entry = getelementptr i64, ptr %places, i64 %k
  %place = load i64, ptr %entry, align 8
  %found = getelementptr <WIDTH x double>, ptr %state, i64 %place
  %y = load <WIDTH x double>, ptr %found, align 8
LAST
  %nextk = add i64 %k, 1
  br label %output
end:
  ret void
}
"""
PUT = """\
  %target = mul i64 %k, %stride
  %out = getelementptr double, ptr %into, i64 %target
  store <WIDTH x double> %y, ptr %out, align 8"""
SUM = """\
  %out = getelementptr <WIDTH x double>, ptr %into, i64 %k
  %sum = load <WIDTH x double>, ptr %out, align 8
  %longer = fadd <WIDTH x double> %sum, %y
  store <WIDTH x double> %longer, ptr %out, align 8"""
