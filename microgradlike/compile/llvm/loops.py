"""Kernels: for each primitive, loops over strips of operands, in LLVM's language."""

from __future__ import annotations

from microgradlike.compile.llvm.builder import Emitter
from microgradlike.compile.llvm.module import WIDTH, Unit
from microgradlike.op import Op

# How an operand of a strip is found: neighbours, one for all, at equal distances, or by a list.
NEIGHBOURS, ONE, APART, LISTED = "nocl"
FIELDS = 4  # of a record, before those of the operands: kernel, result, strips, their length
EACH = 3  # fields of an operand: its place, or that of its list; from strip to strip; along a strip


class Kernels:
    """The kernels that were asked for, as functions `kernel0`, `kernel1` ... of a unit.

    A kernel works in an array, as a record says: a row of whole numbers. `run` takes one record
    after the other. What is beyond the end of a strip, up to a whole vector, is computed too.
    """

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self._numbers: dict[tuple[Op, str], int] = {}
        unit.add(RUN)

    def number(self, op: Op, ways: str) -> int:
        """The number of the kernel of a primitive whose operands are found in these ways."""
        found = self._numbers.get((op, ways))
        if found is None:
            found = self._numbers[op, ways] = len(self._numbers)
            width = WIDTH if op in self.unit.spellings else 1  # a user's own sees no other number
            self._define(f"kernel{found}", op, ways, Emitter(width))
        return found

    def __len__(self) -> int:
        return len(self._numbers)

    def _define(self, name: str, op: Op, ways: str, e: Emitter) -> None:
        out, outer, inner = (_field(e, i) for i in range(1, FIELDS))
        fields = [[_field(e, FIELDS + EACH * j + i) for i in range(EACH)] for j in range(len(ways))]
        e.lines += [
            "  br label %strip",
            "strip:",
            "  %i = phi i64 [ 0, %0 ], [ %nexti, %stripend ]",
        ]
        target = e.new(f"add i64 {out}, {e.new(f'mul i64 %i, {inner}')}")
        rows = [
            e.new(f"add i64 {base}, {e.new(f'mul i64 %i, {across}')}") for base, across, _ in fields
        ]
        shared = {j: e.splat_at("%state", rows[j]) for j, way in enumerate(ways) if way == ONE}
        e.lines += ["  br label %cell", "cell:", "  %k = phi i64 [ 0, %strip ], [ %nextk, %cell ]"]
        operands = [
            shared[j] if way == ONE else _found(e, way, rows[j], fields[j][2])
            for j, way in enumerate(ways)
        ]
        y = self.unit.spelled(e, op, operands)
        e.store_at(y, "%state", e.new(f"add i64 {target}, %k"))
        e.lines += (
            ENDS.replace("WIDTH", str(e.width))
            .replace("INNER", inner)
            .replace("OUTER", outer)
            .splitlines()
        )
        self.unit.define(name, "ptr %state, ptr %record, ptr %lists", e)


def _field(e: Emitter, i: int) -> str:
    return e.new(f"load i64, ptr {e.new(f'getelementptr i64, ptr %record, i64 {i}')}, align 8")


def _found(e: Emitter, way: str, row: str, along: str) -> str:
    """A vector of operands, the first of them the k-th of a strip."""
    if way == NEIGHBOURS:
        return e.load_at("%state", e.new(f"add i64 {row}, %k"))
    if way == APART:
        first = e.new(f"add i64 {row}, {e.new(f'mul i64 %k, {along}')}")
        return e.gather("%state", e.progression(first, along))
    place = e.new(f"add i64 {row}, %k")
    address = e.new(f"getelementptr i64, ptr %lists, i64 {place}")
    return e.gather("%state", e.new(f"load {e.integer_type}, ptr {address}, align 8"))


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
define void @run(ptr %state, ptr %records, ptr %lists, i64 %size, i64 %count) #0 {
entry:
  br label %next
next:
  %n = phi i64 [ 0, %entry ], [ %nextn, %next ]
  %place = mul i64 %n, %size
  %record = getelementptr i64, ptr %records, i64 %place
  %kernel = load ptr, ptr %record, align 8
  call void %kernel(ptr %state, ptr %record, ptr %lists)
  %nextn = add i64 %n, 1
  %again = icmp ult i64 %nextn, %count
  br i1 %again, label %next, label %end
end:
  ret void
}
"""
