"""LoopKernels: a loop over strided blocks for each primitive, in LLVM's language."""

from __future__ import annotations

from microgradlike.compile.llvm.builder import IRBuilder
from microgradlike.compile.llvm.module import WIDTH, LLVMModule
from microgradlike.op import Op

# Access modes of an operand along a strip: consecutive places, one place for all equations, equal
# distances, or a list of places.
CONTIGUOUS, BROADCAST, STRIDED, INDEXED = "cbsi"
HEADER_FIELDS = 4  # kernel, place of the first result, strips, equations in a strip
OPERAND_FIELDS = 3  # place of the first operand or of its list; stride between strips; along one


class LoopKernels:
    """The requested kernels, as functions `kernel0`, `kernel1` ... of a module.

    A kernel works in the array `state` by the fields of a call, a row of integers; the function
    `run` makes one call after the other. Beyond the end of a strip, the lanes of a whole vector are
    computed too.
    """

    def __init__(self, module: LLVMModule) -> None:
        self.module = module
        self._numbers: dict[tuple[Op, str], int] = {}
        module.add_text(RUN)

    def number(self, op: Op, modes: str) -> int:
        """Return the number of the kernel of a primitive with operands in these access modes."""
        found = self._numbers.get((op, modes))
        if found is None:
            found = self._numbers[op, modes] = len(self._numbers)
            # a user's own function is called for the equations alone, never for further lanes
            width = WIDTH if op in self.module.spellings else 1
            self._define(f"kernel{found}", op, modes, IRBuilder(width))
        return found

    def __len__(self) -> int:
        return len(self._numbers)

    def _define(self, name: str, op: Op, modes: str, ir: IRBuilder) -> None:
        out, outer, inner = (_field(ir, i) for i in range(1, HEADER_FIELDS))
        fields = [
            [_field(ir, HEADER_FIELDS + OPERAND_FIELDS * j + i) for i in range(OPERAND_FIELDS)]
            for j in range(len(modes))
        ]
        ir.lines += ["  br label %strip", "strip:"]
        ir.lines += ["  %i = phi i64 [ 0, %0 ], [ %nexti, %stripend ]"]
        target = ir.assign(f"add i64 {out}, {ir.assign(f'mul i64 %i, {inner}')}")
        starts = [
            ir.assign(f"add i64 {base}, {ir.assign(f'mul i64 %i, {stride}')}")
            for base, stride, _ in fields
        ]
        constant = {
            j: ir.load_splat("%state", starts[j])
            for j, mode in enumerate(modes)
            if mode == BROADCAST
        }
        ir.lines += ["  br label %cell", "cell:", "  %k = phi i64 [ 0, %strip ], [ %nextk, %cell ]"]
        operands = [
            constant[j] if mode == BROADCAST else _operand(ir, mode, starts[j], fields[j][2])
            for j, mode in enumerate(modes)
        ]
        y = self.module.spelled(ir, op, operands)
        ir.store_lanes(y, "%state", ir.assign(f"add i64 {target}, %k"))
        ends = ENDS.replace("WIDTH", str(ir.width)).replace("INNER", inner).replace("OUTER", outer)
        ir.lines += ends.splitlines()
        self.module.define(name, "ptr %state, ptr %call, ptr %lists", ir)


def _field(ir: IRBuilder, i: int) -> str:
    address = ir.assign(f"getelementptr i64, ptr %call, i64 {i}")
    return ir.assign(f"load i64, ptr {address}, align 8")


def _operand(ir: IRBuilder, mode: str, start: str, stride: str) -> str:
    """Append the load of a vector of operands, the first of them the k-th of a strip."""
    if mode == CONTIGUOUS:
        return ir.load_lanes("%state", ir.assign(f"add i64 {start}, %k"))
    if mode == STRIDED:
        first = ir.assign(f"add i64 {start}, {ir.assign(f'mul i64 %k, {stride}')}")
        return ir.gather("%state", ir.progression(first, stride))
    place = ir.assign(f"add i64 {start}, %k")
    address = ir.assign(f"getelementptr i64, ptr %lists, i64 {place}")
    return ir.gather("%state", ir.assign(f"load {ir.integer_type}, ptr {address}, align 8"))


ENDS = """\
  %nextk = add i64 %k, WIDTH
  %more = icmp ult i64 %nextk, INNER
  br i1 %more, label %cell, label %stripend
stripend:
  %nexti = add i64 %i, 1
  %again = icmp ult i64 %nexti, OUTER
  br i1 %again, label %strip, label %end
end:"""
RUN = """\
define void @run(ptr %state, ptr %calls, ptr %lists, i64 %size, i64 %count) #0 {
entry:
  br label %next
next:
  %n = phi i64 [ 0, %entry ], [ %nextn, %next ]
  %place = mul i64 %n, %size
  %call = getelementptr i64, ptr %calls, i64 %place
  %kernel = load ptr, ptr %call, align 8
  call void %kernel(ptr %state, ptr %call, ptr %lists)
  %nextn = add i64 %n, 1
  %again = icmp ult i64 %nextn, %count
  br i1 %again, label %next, label %end
end:
  ret void
}
"""
