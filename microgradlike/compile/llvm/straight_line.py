"""Assembly: straight-line code, in LLVM's language, of what is the same for all rows or is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from microgradlike.compile.llvm.builder import Emitter
from microgradlike.compile.llvm.module import WIDTH, Equation, Unit, crossing, pieces
from microgradlike.compile.program import Program


class Fixed:
    """A function `fix(fixed)` of scalars: what no row of the batch has a part in.

    It works in an array, where the inputs that are the same for all rows come first, and then what
    is `wanted` elsewhere; `place` says where. It calls functions of at most `chunk` equations.
    """

    def __init__(
        self,
        unit: Unit,
        program: Program,
        batched: int,
        equations: Sequence[Equation],
        wanted: Sequence[int],
        chunk: int,
    ) -> None:
        self.program = program
        parts = pieces(equations, chunk)
        own = {slot for slot, _, _ in equations}
        kept = [*range(batched, program.inputs), *(r for r in wanted if r in own), *crossing(parts)]
        self.place = {slot: place for place, slot in enumerate(dict.fromkeys(kept))}
        e, arguments = Emitter(1), "ptr %fixed"
        for i, part in enumerate(parts):
            e.lines.append(unit.straight(f"fix{i}", 1, arguments, part, self))
        unit.define("fix", arguments, e)

    def load(self, e: Emitter, r: int) -> str:
        """What is computed elsewhere."""
        if r < 0:
            return e.constant(self.program.constants[-1 - r])
        return e.load("%fixed", self.place[r])

    def store(self, e: Emitter, slot: int, x: str) -> None:
        """Take what is computed, and put it where it is wanted."""
        if slot in self.place:
            e.store(x, "%fixed", self.place[slot])


class Varying:
    """The functions `each` and `sum`: what the rows of the batch have a part in, over all of these.

    They read the array that `fix` filled, where `place` says, and vectors of rows. Of the outputs,
    the slots in `outputs`, `each` leaves a line of `into` for each, as long as the rows, and `sum`
    adds a vector of rows after the other to the vectors of `into`. In the last vector, only `left`
    lanes are rows. `buffer` has what one function hands to another; it is used again.
    """

    def __init__(
        self,
        unit: Unit,
        program: Program,
        batched: int,
        equations: Sequence[Equation],
        place: Any,
        chunk: int,
        *,
        summed: bool,
    ) -> None:
        self.program, self.batched, self.place, self.summed = program, batched, place, summed
        parts = pieces(equations, chunk)
        self.buffer = {slot: k for k, slot in enumerate(crossing(parts))}
        own = {slot for slot, _, _ in equations} | set(range(batched))
        self.outputs = [r for r in program.outputs if r in own]
        self._targets: dict[int, list[int]] = {}
        for k, r in enumerate(self.outputs):
            self._targets.setdefault(r, []).append(k)
        e = Emitter(WIDTH)
        for slot in range(batched):  # an input may be an output
            if slot in self._targets:
                self.store(e, slot, self.load(e, slot))
        for i, part in enumerate(parts):
            e.lines.append(unit.straight(f"vector{i}", WIDTH, ARGUMENTS, part, self))
        unit.define("vector", ARGUMENTS, e, internal=True)
        unit.add(driver(len(self.outputs), summed=summed))

    def load(self, e: Emitter, r: int) -> str:
        """What is computed elsewhere."""
        if r < 0:
            return e.constant(self.program.constants[-1 - r])
        if r < self.batched:
            return e.load_at("%rows", e.new(f"mul i64 %stride, {r}"))
        if r in self.buffer:
            return e.load("%buffer", self.buffer[r])
        return e.load_scalar("%fixed", int(self.place[r]))

    def store(self, e: Emitter, slot: int, x: str) -> None:
        """Take what is computed, and put it where it is wanted."""
        if slot in self.buffer:
            e.store(x, "%buffer", self.buffer[slot])
        for k in self._targets.get(slot, ()):
            if self.summed:
                row = e.new(f"select {e.bool} %there, {e.type} {x}, {e.type} zeroinitializer")
                e.store(e.add(e.load("%into", k), row), "%into", k)
            else:
                e.store_at(x, "%into", e.new(f"mul i64 %stride, {k}"))


def driver(count: int, *, summed: bool) -> str:
    """The function over all rows, for that many outputs.

    >>> "define void @sum(" in driver(3, summed=True)
    True
    """
    words = {
        "BODY": LOOP,
        "STEP": "0" if summed else "%j",
        "COUNT": str(count),
        "WIDTH": str(WIDTH),
        "LANES": ", ".join(f"i64 {i}" for i in range(WIDTH)),
    }
    text = SUM if summed else EACH
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    return text


ARGUMENTS = f"ptr %rows, i64 %stride, ptr %fixed, ptr %buffer, ptr %into, <{WIDTH} x i1> %there"

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
  call void @vector(ptr %rows, i64 %stride, ptr %fixed, ptr %buffer, ptr %into,
                    <WIDTH x i1> %there)
  %nextj = add i64 %j, WIDTH
  %again = icmp ult i64 %nextj, %rowcount
  br i1 %again, label %vectors, label %end
end:
"""
EACH = """\
define void @each(ptr %all, i64 %stride, ptr %fixed, ptr %buffer, ptr %outputs, i64 %rowcount) #0 {
start:
BODY  ret void
}
"""
# Vectors of 0.0, and one of -0.0 after these, which changes no sum. At the end, total k is that of
# the lanes of one vector, in the order of the lanes, and of a fixed number as often as there are
# rows: which ones, the k-th pair of `parts` says.
SUM = """\
define void @sum(ptr %all, i64 %stride, ptr %fixed, ptr %buffer, ptr %outputs, i64 %rowcount,
                 ptr %parts, ptr %totals, i64 %size) #0 {
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
  %pair = getelementptr [2 x i64], ptr %parts, i64 %k
  %from = load i64, ptr %pair, align 8
  %source = getelementptr <WIDTH x double>, ptr %outputs, i64 %from
  %lanes = load <WIDTH x double>, ptr %source, align 8
  %sum = call double @llvm.vector.reduce.fadd.vWIDTHf64(double -0.0, <WIDTH x double> %lanes)
  %second = getelementptr i64, ptr %pair, i64 1
  %place = load i64, ptr %second, align 8
  %where = getelementptr double, ptr %fixed, i64 %place
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
