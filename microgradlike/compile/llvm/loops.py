"""LoopKernels: a loop over strided blocks for each primitive, in LLVM's language."""

from __future__ import annotations

from microgradlike.compile.llvm.builder import IRBuilder
from microgradlike.compile.llvm.module import WIDTH, LLVMModule
from microgradlike.compile.passes.product_fusion import is_sum_of_products
from microgradlike.op import Op

# Access modes of an operand along a strip: consecutive places, one place for all equations, equal
# distances, or a list of places.
CONTIGUOUS, BROADCAST, STRIDED, INDEXED = "cbsi"
MAX_STRIDE = 2048  # places between neighbors in a strip; operands further apart are listed
UNIT = {CONTIGUOUS: "1", INDEXED: "1"}  # steps that are known without a field
HEADER_FIELDS = 5  # kernel, place of the first result, strips, equations in a strip, products
OPERAND_FIELDS = 4  # first place, in the array or its list; steps to the next strip, equation, term
ARGUMENTS = "ptr %state, ptr %shared, ptr %call, ptr %lists"


class LoopKernels:
    """The requested kernels, as functions `kernel0`, `kernel1` ... of a module.

    A kernel works in the array `state` by the fields of a call, a row of integers; the function
    `run` makes one call after the other. Beyond the end of a strip, the lanes of a whole vector are
    computed too. Sums of products share kernels, whatever the number of their terms;
    they occur by rows only.
    """

    by_rows = False  # True if the lanes are rows, not equations

    def __init__(self, module: LLVMModule) -> None:
        self.module = module
        self._numbers: dict[tuple[str | Op, str], int] = {}
        module.add_text(RUN)

    def number(self, op: Op, modes: str) -> int:
        """Return the number of the kernel of a primitive with operands in these access modes."""
        key = "products" if is_sum_of_products(op) else op, modes
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self._numbers)
            # a user's own function is called for the equations alone, never for further lanes
            width = WIDTH if self.by_rows or op in self.module.spellings else 1
            self._define(f"kernel{found}", op, modes, IRBuilder(width))
        return found

    def mode(self, varying: bool, stride: int | None) -> str:
        """Return the access mode of an operand with this stride along a strip, None without one."""
        if stride is None or abs(stride) > MAX_STRIDE:
            return INDEXED
        return {0: BROADCAST, 1: CONTIGUOUS}.get(stride, STRIDED)

    def operand(self, ir: IRBuilder, mode: str, at: str, step: str) -> str:
        """Append the load of a vector of operands, the first of them at this place."""
        if mode == CONTIGUOUS:
            return ir.load_lanes("%state", at)
        if mode == STRIDED:
            return ir.gather("%state", ir.progression(at, step))
        address = ir.assign(f"getelementptr i64, ptr %lists, i64 {at}")
        return ir.gather("%state", ir.assign(f"load {ir.integer_type}, ptr {address}, align 8"))

    def _define(self, name: str, op: Op, modes: str, ir: IRBuilder) -> None:
        out, outer, inner, terms = (_field(ir, i) for i in range(1, HEADER_FIELDS))
        fields = [
            [_field(ir, HEADER_FIELDS + OPERAND_FIELDS * j + i) for i in range(OPERAND_FIELDS)]
            for j in range(len(modes))
        ]
        ir.lines += ["  br label %strip", "strip:"]
        ir.lines += ["  %i = phi i64 [ 0, %0 ], [ %nexti, %stripend ]"]
        target = _moved(ir, out, "%i", inner)
        starts = [_moved(ir, first, "%i", step) for first, step, _, _ in fields]
        constant = {
            j: ir.load_splat("%state", starts[j])
            for j, mode in enumerate(modes)
            if mode == BROADCAST
        }
        ir.lines += ["  br label %cell", "cell:"]
        ir.lines += ["  %k = phi i64 [ 0, %strip ], [ %nextk, %cellend ]"]
        operands = [
            (mode, _moved(ir, start, "%k", UNIT.get(mode, step)), step, of_term)
            for mode, start, (_, _, step, of_term) in zip(modes, starts, fields)
        ]
        if is_sum_of_products(op):
            y = self._sum_of_products(ir, operands, terms)
        else:
            loaded = [constant.get(j) or self.operand(ir, *x[:3]) for j, x in enumerate(operands)]
            y = self.module.spelled(ir, op, loaded)
            ir.lines += ["  br label %cellend", "cellend:"]
        store, cells = (ir.store, 1) if self.by_rows else (ir.store_lanes, ir.width)
        store(y, "%state", ir.assign(f"add i64 {target}, %k"))
        ends = ENDS.replace("CELLS", str(cells))
        ir.lines += ends.replace("INNER", inner).replace("OUTER", outer).splitlines()
        self.module.define(name, ARGUMENTS, ir)

    def _sum_of_products(
        self, ir: IRBuilder, operands: list[tuple[str, str, str, str]], terms: str
    ) -> str:
        """Append the loop over the terms, and the start of the block after it; return the sum."""
        first = self.operand(ir, *operands[0][:3])
        ir.lines += ["  br label %term", "term:", "  %t = phi i64 [ 0, %cell ], [ %nextt, %term ]"]
        ir.lines += [f"  %sum = phi {ir.type} [ {first}, %cell ], [ %longer, %term ]"]
        a, b = (
            self.operand(ir, mode, _moved(ir, at, "%t", of_term), step)
            for mode, at, step, of_term in operands[1:]
        )
        ir.lines += [f"  %longer = fadd {ir.type} %sum, {ir.mul(a, b)}"]
        ir.lines += TERMEND.replace("TERMS", terms).splitlines()
        return "%longer"


def _field(ir: IRBuilder, i: int) -> str:
    address = ir.assign(f"getelementptr i64, ptr %call, i64 {i}")
    return ir.assign(f"load i64, ptr {address}, align 8")


def _moved(ir: IRBuilder, start: str, count: str, step: str) -> str:
    """Append start + count · step."""
    return ir.assign(f"add i64 {start}, {ir.assign(f'mul i64 {count}, {step}')}")


TERMEND = """\
  %nextt = add i64 %t, 1
  %further = icmp ult i64 %nextt, TERMS
  br i1 %further, label %term, label %cellend
cellend:"""
ENDS = """\
  %nextk = add i64 %k, CELLS
  %more = icmp ult i64 %nextk, INNER
  br i1 %more, label %cell, label %stripend
stripend:
  %nexti = add i64 %i, 1
  %again = icmp ult i64 %nexti, OUTER
  br i1 %again, label %strip, label %end
end:"""
RUN = """\
define void @run(ptr %state, ptr %shared, ptr %calls, ptr %lists, i64 %size, i64 %count) #0 {
entry:
  br label %next
next:
  %n = phi i64 [ 0, %entry ], [ %nextn, %next ]
  %place = mul i64 %n, %size
  %call = getelementptr i64, ptr %calls, i64 %place
  %kernel = load ptr, ptr %call, align 8
  call void %kernel(ptr %state, ptr %shared, ptr %call, ptr %lists)
  %nextn = add i64 %n, 1
  %again = icmp ult i64 %nextn, %count
  br i1 %again, label %next, label %end
end:
  ret void
}
"""
