"""Assembly: the text of a program in LLVM's language."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping

from microgradlike.compile import vector_math
from microgradlike.compile.ir import Emitter, symbol
from microgradlike.compile.program import Program
from microgradlike.op import Op

WIDTH = 8  # rows in a vector, whatever the machine's own vectors are
Spelling = Callable[..., str]
Equation = tuple[int, Op, tuple[int, ...]]
_users = itertools.count()


class Assembly:
    """Two functions: `fix` computes what no row of the batch has a part in, `vector` the rest.

    `fix(fixed)` works on scalars, in an array of the inputs that are the same for all rows, which
    has room for the results; `fixed` has the places of all these slots. `vector` reads this array,
    and a vector of rows from each of the `batched` inputs, and leaves vectors in `results`: those
    are the `varying` outputs, in their order. Each consists of functions of at most `chunk`
    equations; `buffer` has what one of these hands to another. `each` calls it for all rows, and
    `sum` adds the results up.
    """

    def __init__(
        self, program: Program, batched: int, spellings: Mapping[Op, Spelling], chunk: int
    ) -> None:
        self.program, self.batched, self.spellings, self.chunk = program, batched, spellings, chunk
        self.fixed = {slot: slot - batched for slot in range(batched, program.inputs)}
        self.externals: dict[str, Op | None] = {}  # None: a function of the C library
        self._declared: dict[str, str] = {}
        fixed, varying = self._parted()
        self.varying = [k for k, r in enumerate(program.outputs) if self.varies(r)]
        self._results: dict[int, list[int]] = {}
        for place, k in enumerate(self.varying):
            self._results.setdefault(program.outputs[k], []).append(place)
        self.buffer = self._crossing(varying)
        self._parts = [*self._functions("fix", "ptr %fixed", fixed, 1)]
        if batched:
            self._parts += [*self._functions("vector", VECTOR_ARGUMENTS, varying, WIDTH)]
            self._parts += [driver(len(self.varying))]

    def varies(self, reference: int) -> bool:
        """Whether a row of the batch has a part in it."""
        return reference >= 0 and reference not in self.fixed

    def text(self) -> str:
        """All of it."""
        return "\n".join([*self._declared.values(), *self._parts, ENDING])

    def _parted(self) -> tuple[list[Equation], list[Equation]]:
        """The equations that no row has a part in, and the others."""
        fixed: list[Equation] = []
        varying: list[Equation] = []
        for equation in self.program.equations():
            slot, _, operands = equation
            if any(self.varies(r) for r in operands):
                varying.append(equation)
            else:
                fixed.append(equation)
                self.fixed[slot] = len(self.fixed)
        return fixed, varying

    def _crossing(self, equations: list[Equation]) -> dict[int, int]:
        """The slots that are used in another function than they are computed in, with places."""
        home = {slot: k // self.chunk for k, (slot, _, _) in enumerate(equations)}
        away = (r for slot, _, rs in equations for r in rs if home.get(r, home[slot]) != home[slot])
        return {r: place for place, r in enumerate(dict.fromkeys(away))}

    def _functions(
        self, name: str, arguments: str, equations: list[Equation], width: int
    ) -> Iterator[str]:
        """The equations in functions of at most `chunk` of them, and one that calls these."""
        calls = []
        for i, start in enumerate(range(0, len(equations), self.chunk)):
            e = Emitter(width)
            self._emit(e, equations[start : start + self.chunk])
            body = "\n".join(e.lines)
            yield f"define internal void @{name}{i}({arguments}) #0 {{\n{body}\n  ret void\n}}"
            calls.append(f"  call void @{name}{i}({arguments})")
        e = Emitter(width)
        for slot in range(self.batched if width == WIDTH else 0):  # an input may be an output
            for place in self._results.get(slot, ()):
                e.store(self._loaded(e, slot), "%results", place)
        body = "\n".join([*calls, *e.lines])
        yield f"define void @{name}({arguments}) #0 {{\n{body}\n  ret void\n}}"

    def _emit(self, e: Emitter, equations: list[Equation]) -> None:
        names: dict[int, str] = {}
        for slot, op, operands in equations:
            for r in operands:
                if r not in names:
                    names[r] = self._loaded(e, r)
            names[slot] = name = self._spelled(e, op, [names[r] for r in operands])
            if slot in self.fixed:
                e.store(name, "%fixed", self.fixed[slot])
            if slot in self.buffer:
                e.store(name, "%buffer", self.buffer[slot])
            for place in self._results.get(slot, ()):
                e.store(name, "%results", place)
        self._declare(e)

    def _loaded(self, e: Emitter, r: int) -> str:
        if r < 0:
            return e.constant(self.program.constants[-1 - r])
        if r in self.fixed:
            return e.load_scalar("%fixed", self.fixed[r])
        if r < self.batched:
            return e.load_at("%rows", e.new(f"mul i64 %stride, {r}"))
        return e.load("%buffer", self.buffer[r])

    def _spelled(self, e: Emitter, op: Op, operands: list[str]) -> str:
        spelling = self.spellings.get(op)
        if spelling is not None:
            return spelling(e, *operands)
        name = next((name for name, known in self.externals.items() if known is op), None)
        if name is None:
            name = f"user{next(_users)}"
            self.externals[name] = op
        return e.library(name, *operands)

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


def driver(count: int) -> str:
    """The functions `each` and `sum`, for that many results.

    >>> "define void @sum(" in driver(3)
    True
    """
    lanes = ", ".join(f"i64 {i}" for i in range(WIDTH))
    words = {"COUNT": str(count), "WIDTH": str(WIDTH), "LANES": lanes}
    loops = [LOOP.replace("NAME", "each").replace("BODY", COPY)]
    loops += [LOOP.replace("NAME", "sum").replace("BODY", ADD)]
    text = "\n".join(loops)
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    return text


VECTOR_ARGUMENTS = "ptr %rows, i64 %stride, ptr %fixed, ptr %buffer, ptr %results"

# For every vector of rows: the results, and these put where they belong, or added up. In the last
# vector only `left` lanes are rows.
LOOP = """\
define void @NAME(ptr %all, i64 %stride, ptr %fixed, ptr %buffer, ptr %results, ptr %into,
                  i64 %rowcount) #0 {
entry:
  br label %vectors
vectors:
  %j = phi i64 [ 0, %entry ], [ %nextj, %done ]
  %rows = getelementptr double, ptr %all, i64 %j
  call void @vector(ptr %rows, i64 %stride, ptr %fixed, ptr %buffer, ptr %results)
  %left = sub i64 %rowcount, %j
  %first = insertelement <WIDTH x i64> poison, i64 %left, i64 0
  %lefts = shufflevector <WIDTH x i64> %first, <WIDTH x i64> poison, <WIDTH x i32> zeroinitializer
  %there = icmp ugt <WIDTH x i64> %lefts, <LANES>
  br label %results_left
results_left:
  %k = phi i64 [ 0, %vectors ], [ %nextk, %result ]
  %more = icmp ult i64 %k, COUNT
  br i1 %more, label %result, label %done
result:
  %source = getelementptr <WIDTH x double>, ptr %results, i64 %k
  %x = load <WIDTH x double>, ptr %source, align 8
BODY
  %nextk = add i64 %k, 1
  br label %results_left
done:
  %nextj = add i64 %j, WIDTH
  %again = icmp ult i64 %nextj, %rowcount
  br i1 %again, label %vectors, label %exit
exit:
  ret void
}
"""
COPY = """\
  %line = mul i64 %k, %stride
  %place = add i64 %line, %j
  %target = getelementptr double, ptr %into, i64 %place
  store <WIDTH x double> %x, ptr %target, align 8"""
ADD = """\
  %row = select <WIDTH x i1> %there, <WIDTH x double> %x, <WIDTH x double> zeroinitializer
  %target = getelementptr <WIDTH x double>, ptr %into, i64 %k
  %before = load <WIDTH x double>, ptr %target, align 8
  %after = fadd <WIDTH x double> %before, %row
  store <WIDTH x double> %after, ptr %target, align 8"""
ENDING = """\
declare i1 @llvm.vector.reduce.or.vWIDTHi1(<WIDTH x i1>)
attributes #0 = { nounwind "prefer-vector-width"="512" }
""".replace("WIDTH", str(WIDTH))
