"""Emitter: code in LLVM's language, over doubles or vectors of them."""

from __future__ import annotations

import struct


class Emitter:
    """Instructions over doubles, or vectors of them, one line of LLVM's language each."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.type = "double" if width == 1 else f"<{width} x double>"
        self.bool = "i1" if width == 1 else f"<{width} x i1>"
        self.lines: list[str] = []
        self.intrinsics: dict[str, int] = {}  # functions of LLVM that were called: their arity
        self.libraries: dict[str, int] = {}  # and those of others
        self._count = 0

    def new(self, instruction: str) -> str:
        """The name of what an instruction gives."""
        self._count += 1
        name = f"%t{self._count}"
        self.lines.append(f"  {name} = {instruction}")
        return name

    def constant(self, x: float) -> str:
        """A number, in every lane."""
        bits = f"0x{struct.unpack('<Q', struct.pack('<d', x))[0]:016X}"
        return bits if self.width == 1 else f"splat (double {bits})"

    def binary(self, instruction: str, a: str, b: str) -> str:
        """An instruction of two operands."""
        return self.new(f"{instruction} {self.type} {a}, {b}")

    def add(self, a: str, b: str) -> str:
        """a + b."""
        return self.binary("fadd", a, b)

    def sub(self, a: str, b: str) -> str:
        """a - b."""
        return self.binary("fsub", a, b)

    def mul(self, a: str, b: str) -> str:
        """a × b."""
        return self.binary("fmul", a, b)

    def div(self, a: str, b: str) -> str:
        """a / b."""
        return self.binary("fdiv", a, b)

    def neg(self, a: str) -> str:
        """-a, also of nan and 0."""
        return self.new(f"fneg {self.type} {a}")

    def test(self, how: str, a: str, b: str) -> str:
        """A comparison; `how` begins with o where nan makes it false, with u where true."""
        return self.binary(f"fcmp {how}", a, b)

    def either(self, a: str, b: str) -> str:
        """Whether one of two comparisons holds."""
        return self.new(f"or {self.bool} {a}, {b}")

    def select(self, c: str, a: str, b: str) -> str:
        """a where the comparison c holds, else b."""
        return self.new(f"select {self.bool} {c}, {self.type} {a}, {self.type} {b}")

    # Integers of 64 bits, as many as there are lanes.

    @property
    def integer_type(self) -> str:
        """The type of these."""
        return self.type.replace("double", "i64")

    def bits_of(self, x: float) -> int:
        """The bits of a number, as an integer."""
        bits: int = struct.unpack("<q", struct.pack("<d", x))[0]
        return bits

    def to_bits(self, x: str) -> str:
        """The bits of numbers."""
        return self.new(f"bitcast {self.type} {x} to {self.integer_type}")

    def from_bits(self, n: str) -> str:
        """The numbers of these bits."""
        return self.new(f"bitcast {self.integer_type} {n} to {self.type}")

    def to_double(self, n: str) -> str:
        """The numbers equal to integers."""
        return self.new(f"sitofp {self.integer_type} {n} to {self.type}")

    def integers(self, instruction: str, a: str, b: str) -> str:
        """An instruction of integers."""
        return self.new(f"{instruction} {self.integer_type} {a}, {b}")

    def integer(self, instruction: str, a: str, b: int) -> str:
        """The same, where the second is one for all lanes."""
        return self.integers(instruction, a, str(b) if self.width == 1 else f"splat (i64 {b})")

    def has_bit(self, n: str, bit: int) -> str:
        """Whether a bit is set."""
        zero = "0" if self.width == 1 else "zeroinitializer"
        return self.new(f"icmp ne {self.integer_type} {self.integer('and', n, bit)}, {zero}")

    def intrinsic(self, name: str, *operands: str) -> str:
        """A function that LLVM has itself, such as "sqrt"."""
        full = f"llvm.{name}.{'f64' if self.width == 1 else f'v{self.width}f64'}"
        self.intrinsics[full] = len(operands)
        return self._call(full, operands)

    def library(self, name: str, *operands: str) -> str:
        """A function of scalars, for a vector lane by lane."""
        self.libraries[name] = len(operands)
        return self._call(symbol(name, self.width), operands)

    def _call(self, name: str, operands: tuple[str, ...]) -> str:
        typed = ", ".join(f"{self.type} {x}" for x in operands)
        return self.new(f"call {self.type} @{name}({typed})")

    def load(self, array: str, place: int) -> str:
        """What stands at a place of an array of such numbers."""
        return self._load(self.type, f"getelementptr {self.type}, ptr {array}, i64 {place}")

    def load_at(self, array: str, place: str) -> str:
        """What stands in an array of scalars from a place on."""
        return self._load(self.type, f"getelementptr double, ptr {array}, i64 {place}")

    def load_scalar(self, array: str, place: int) -> str:
        """The scalar at a place of an array, in every lane."""
        return self.splat_at(array, str(place))

    def splat_at(self, array: str, place: str) -> str:
        """The scalar at a place of an array, in every lane."""
        x = self._load("double", f"getelementptr double, ptr {array}, i64 {place}")
        return self._splat(self.type, "double", x)

    def progression(self, first: str, step: str) -> str:
        """The integers first, first + step, first + 2 step ..."""
        if self.width == 1:
            return first
        lanes = ", ".join(f"i64 {i}" for i in range(self.width))
        steps = self.integers("mul", self._splat(self.integer_type, "i64", step), f"<{lanes}>")
        return self.integers("add", self._splat(self.integer_type, "i64", first), steps)

    def gather(self, array: str, places: str) -> str:
        """The scalars at places of an array that are integers."""
        if self.width == 1:
            return self.load_at(array, places)
        kind = f"v{self.width}f64.v{self.width}p0"
        where = f"<{self.width} x ptr>"
        from_ = self.new(f"getelementptr double, ptr {array}, {self.integer_type} {places}")
        operands = f"{where} {from_}, i32 8, {self.bool} splat (i1 true), {self.type} poison"
        return self.new(f"call {self.type} @llvm.masked.gather.{kind}({operands})")

    def _splat(self, kind: str, element: str, x: str) -> str:
        if self.width == 1:
            return x
        first = self.new(f"insertelement {kind} poison, {element} {x}, i64 0")
        zeros = f"<{self.width} x i32> zeroinitializer"
        return self.new(f"shufflevector {kind} {first}, {kind} poison, {zeros}")

    def _load(self, kind: str, address: str) -> str:
        return self.new(f"load {kind}, ptr {self.new(address)}, align 8")

    def store(self, x: str, array: str, place: int) -> None:
        """Put a number into an array of such."""
        address = self.new(f"getelementptr {self.type}, ptr {array}, i64 {place}")
        self.lines.append(f"  store {self.type} {x}, ptr {address}, align 8")

    def store_at(self, x: str, array: str, place: str) -> None:
        """Put numbers into an array of scalars, from a place on."""
        address = self.new(f"getelementptr double, ptr {array}, i64 {place}")
        self.lines.append(f"  store {self.type} {x}, ptr {address}, align 8")


def symbol(name: str, width: int) -> str:
    """What a function of scalars is called, or the one that calls it for each lane of a vector."""
    return f"microgradlike_{name}" if width == 1 else f"lanes_{name}"
