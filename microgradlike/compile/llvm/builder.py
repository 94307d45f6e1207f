"""IRBuilder: instructions in LLVM's language, over doubles or vectors of doubles."""

from __future__ import annotations

import struct


class IRBuilder:
    """Instructions over doubles, or over vectors of `width` doubles, as lines of LLVM's language.

    Each method appends instructions and returns the name of the result, unless it is a store.
    Operands and results are names such as "%t3"; a lane is one element of a vector.

    >>> ir = IRBuilder(1)
    >>> ir.add("%x", ir.constant(1.0)), ir.lines
    ('%t1', ['  %t1 = fadd double %x, 0x3FF0000000000000'])
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.type = "double" if width == 1 else f"<{width} x double>"
        self.bool = "i1" if width == 1 else f"<{width} x i1>"
        self.integer_type = self.type.replace("double", "i64")
        self.lines: list[str] = []
        self.intrinsics: dict[str, int] = {}  # LLVM's own functions that are called: their arity
        self.libraries: dict[str, int] = {}  # functions of other libraries: their arity
        self._count = 0

    def assign(self, instruction: str) -> str:
        """Append an instruction and return the name of its result."""
        self._count += 1
        name = f"%t{self._count}"
        self.lines.append(f"  {name} = {instruction}")
        return name

    def constant(self, x: float) -> str:
        """Return x as an operand, the same in every lane."""
        bits = f"0x{struct.unpack('<Q', struct.pack('<d', x))[0]:016X}"
        return bits if self.width == 1 else f"splat (double {bits})"

    def binary(self, instruction: str, a: str, b: str) -> str:
        """Append an instruction of two operands."""
        return self.assign(f"{instruction} {self.type} {a}, {b}")

    def add(self, a: str, b: str) -> str:
        """Append a + b."""
        return self.binary("fadd", a, b)

    def sub(self, a: str, b: str) -> str:
        """Append a - b."""
        return self.binary("fsub", a, b)

    def mul(self, a: str, b: str) -> str:
        """Append a × b."""
        return self.binary("fmul", a, b)

    def div(self, a: str, b: str) -> str:
        """Append a / b."""
        return self.binary("fdiv", a, b)

    def neg(self, a: str) -> str:
        """Append -a, which flips the sign bit of nan and 0 too."""
        return self.assign(f"fneg {self.type} {a}")

    def compare(self, predicate: str, a: str, b: str) -> str:
        """Append a comparison; nan makes it false where `predicate` begins with o, true with u."""
        return self.binary(f"fcmp {predicate}", a, b)

    def logical_or(self, a: str, b: str) -> str:
        """Append the disjunction of two comparisons."""
        return self.assign(f"or {self.bool} {a}, {b}")

    def select(self, c: str, a: str, b: str) -> str:
        """Append a choice: a where the comparison c holds, else b."""
        return self.assign(f"select {self.bool} {c}, {self.type} {a}, {self.type} {b}")

    # Integers of 64 bits, one per lane.

    def bits_of(self, x: float) -> int:
        """Return the bits of x as an integer."""
        bits: int = struct.unpack("<q", struct.pack("<d", x))[0]
        return bits

    def to_bits(self, x: str) -> str:
        """Append a cast from doubles to their bits."""
        return self.assign(f"bitcast {self.type} {x} to {self.integer_type}")

    def from_bits(self, n: str) -> str:
        """Append a cast from bits to doubles."""
        return self.assign(f"bitcast {self.integer_type} {n} to {self.type}")

    def integer_to_double(self, n: str) -> str:
        """Append a conversion of signed integers to the nearest doubles."""
        return self.assign(f"sitofp {self.integer_type} {n} to {self.type}")

    def integer(self, instruction: str, a: str, b: str | int) -> str:
        """Append an instruction of two integer operands; an int is the same in every lane."""
        if isinstance(b, int):
            b = str(b) if self.width == 1 else f"splat (i64 {b})"
        return self.assign(f"{instruction} {self.integer_type} {a}, {b}")

    def has_bit(self, n: str, mask: int) -> str:
        """Append a test of the bit of n that `mask` selects."""
        zero = "0" if self.width == 1 else "zeroinitializer"
        return self.assign(f"icmp ne {self.integer_type} {self.integer('and', n, mask)}, {zero}")

    def intrinsic(self, name: str, *operands: str) -> str:
        """Append a call of a function that LLVM itself provides, such as "sqrt"."""
        full = f"llvm.{name}.{'f64' if self.width == 1 else f'v{self.width}f64'}"
        self.intrinsics[full] = len(operands)
        return self._call(full, operands)

    def library(self, name: str, *operands: str) -> str:
        """Append a call of a function of scalars, lane by lane for a vector."""
        self.libraries[name] = len(operands)
        return self._call(symbol(name, self.width), operands)

    def _call(self, name: str, operands: tuple[str, ...]) -> str:
        typed = ", ".join(f"{self.type} {x}" for x in operands)
        return self.assign(f"call {self.type} @{name}({typed})")

    def load(self, array: str, index: int | str) -> str:
        """Append a load of an element of `array`, whose elements are of the builder's type."""
        return self._load(self.type, f"getelementptr {self.type}, ptr {array}, i64 {index}")

    def load_lanes(self, array: str, index: str) -> str:
        """Append a load of consecutive scalars, one per lane, from `index` on."""
        return self._load(self.type, f"getelementptr double, ptr {array}, i64 {index}")

    def load_splat(self, array: str, index: str) -> str:
        """Append a load of one scalar into every lane."""
        x = self._load("double", f"getelementptr double, ptr {array}, i64 {index}")
        return self._splat(self.type, "double", x)

    def progression(self, first: str, step: str) -> str:
        """Append the integers first, first + step, first + 2 step ..., one per lane."""
        if self.width == 1:
            return first
        lanes = ", ".join(f"i64 {i}" for i in range(self.width))
        steps = self.integer("mul", self._splat(self.integer_type, "i64", step), f"<{lanes}>")
        return self.integer("add", self._splat(self.integer_type, "i64", first), steps)

    def gather(self, array: str, indices: str) -> str:
        """Append a load of scalars from `indices`, an integer per lane."""
        if self.width == 1:
            return self.load_lanes(array, indices)
        kind = f"v{self.width}f64.v{self.width}p0"
        address = f"getelementptr double, ptr {array}, {self.integer_type} {indices}"
        operands = f"<{self.width} x ptr> {self.assign(address)}, i32 8"
        operands += f", {self.bool} splat (i1 true), {self.type} poison"
        return self.assign(f"call {self.type} @llvm.masked.gather.{kind}({operands})")

    def _splat(self, kind: str, element: str, x: str) -> str:
        if self.width == 1:
            return x
        first = self.assign(f"insertelement {kind} poison, {element} {x}, i64 0")
        zeros = f"<{self.width} x i32> zeroinitializer"
        return self.assign(f"shufflevector {kind} {first}, {kind} poison, {zeros}")

    def _load(self, kind: str, address: str) -> str:
        return self.assign(f"load {kind}, ptr {self.assign(address)}, align 8")

    def store(self, x: str, array: str, index: int | str) -> None:
        """Append a store into an element of `array`, whose elements are of the builder's type."""
        self._store(x, f"getelementptr {self.type}, ptr {array}, i64 {index}")

    def store_lanes(self, x: str, array: str, index: str) -> None:
        """Append a store of the lanes into consecutive scalars, from `index` on."""
        self._store(x, f"getelementptr double, ptr {array}, i64 {index}")

    def _store(self, x: str, address: str) -> None:
        self.lines.append(f"  store {self.type} {x}, ptr {self.assign(address)}, align 8")


def symbol(name: str, width: int) -> str:
    """Return the symbol of a function of scalars, or of its version for vectors of `width`.

    >>> symbol("exp", 1), symbol("exp", 8)
    ('microgradlike_exp', 'lanes_exp')
    """
    return f"microgradlike_{name}" if width == 1 else f"lanes_{name}"
