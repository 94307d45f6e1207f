"""Tracer: a number that is not known yet, in the recording of a function."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn, TypeAlias

from microgradlike import ops
from microgradlike.coerce import as_float
from microgradlike.compile.trace_error import refuse
from microgradlike.op import Number, Op
from microgradlike.scalar import Scalar

if TYPE_CHECKING:
    from microgradlike.compile.trace import Trace

Operand: TypeAlias = Number  # a Tracer or a float


class Tracer(Scalar):
    """A number that is not known yet: an input of a recording, or a primitive of such numbers.

    Equal expressions are one object. An expression of plain numbers only is a plain number, with
    the bits that it has eagerly. Code that needs the number, such as `if x > 0:`, is refused with a
    TraceError.

    >>> from microgradlike.compile.trace import Trace
    >>> x = Trace().input()
    >>> x * x + 1 is x * x + 1, x * 1.0 is x
    (True, True)
    """

    __slots__ = ("index", "op", "operands", "trace")
    label = ""  # as Values have; a tracer has none

    trace: Trace
    index: int  # its place in the recording, where operands come before users
    op: Op | None
    operands: tuple[Operand, ...]

    def __init__(
        self, trace: Trace, index: int, op: Op | None, operands: tuple[Operand, ...]
    ) -> None:
        self.trace = trace
        self.index = index
        self.op = op
        self.operands = operands

    @classmethod
    def apply(cls, op: Op, *operands: Number) -> Number:
        """Return the expression `op(*operands)`: a tracer, or a float where it folds."""
        for x in operands:
            if type(x) is Tracer:
                return x.trace.apply(op, operands)
        return NotImplemented

    def constant(self, x: float) -> Number:
        """Return x as an expression, which is computed at run time instead of folded."""
        return self.trace.intern(ops.mul, (x, 1.0))

    # Operators are written out: routing them through `apply` doubles the time of a recording.

    def __add__(self, other: Number) -> Number:
        if type(other) is Tracer:
            return self.trace.intern(ops.add, (self, other))
        return self.apply(ops.add, self, other)

    def __sub__(self, other: Number) -> Number:
        if type(other) is Tracer:
            return self.trace.intern(ops.sub, (self, other))
        return self.apply(ops.sub, self, other)

    def __mul__(self, other: Number) -> Number:
        if type(other) is Tracer:
            return self.trace.intern(ops.mul, (self, other))
        return self.apply(ops.mul, self, other)

    def __truediv__(self, other: Number) -> Number:
        if type(other) is Tracer:
            return self.trace.intern(ops.div, (self, other))
        return self.apply(ops.div, self, other)

    def __neg__(self) -> Number:
        return self.trace.intern(ops.neg, (self,))

    def __lt__(self, other: Number) -> Number:
        return self.apply(ops.less, self, other)

    def __le__(self, other: Number) -> Number:
        return self.apply(ops.less_equal, self, other)

    def __gt__(self, other: Number) -> Number:
        return self.apply(ops.less, other, self)

    def __ge__(self, other: Number) -> Number:
        return self.apply(ops.less_equal, other, self)

    # Operations that need the number raise TraceError, with the way out.

    def __eq__(self, other: object) -> bool:
        if as_float(other) is not None:
            self._refuse(
                "x == y, or x in a list, needs the number",
                "write where(abs(x - y) <= 0, a, b)",
            )
        return self is other

    def __hash__(self) -> int:
        self._refuse(
            "a look-up of x by its hash, as in a dict, a set or lru_cache, needs the number",
            "write where(abs(x - 1) <= 0, a, b), or look it up outside and pass the result",
        )

    def __bool__(self) -> bool:
        compared = self.op is ops.less or self.op is ops.less_equal
        self._refuse(
            f"the truth of {'a comparison' if compared else 'x'} needs the number",
            "write where(x > 0, a, b), or use maximum, minimum, clip or relu",
        )

    def __float__(self) -> float:
        self._refuse(
            "float(x), or a function of the math module, needs the number",
            "use microgradlike.sin(x) and so on in place of math.sin(x)",
        )

    def __complex__(self) -> complex:
        self._refuse(
            "complex(x) needs the number", "numbers are real here; use one number for each part"
        )

    def __int__(self) -> int:
        self._refuse("int(x) needs the number", "use microgradlike.trunc(x)")

    def __index__(self) -> int:
        self._refuse(
            "an index, or range(x), needs the number",
            "pass the count as a plain number that the function closes over, or bind it with"
            " functools.partial(f, n=3); to choose by x, write where(x > 0, a, b)",
        )

    def __format__(self, spec: str) -> str:
        if spec:
            self._refuse(
                f"the format {spec!r} needs the number", "format the result after the call"
            )
        return repr(self)

    @property
    def data(self) -> float:
        """Raise TraceError: there is no number yet."""
        self._refuse(".data needs the number", "calculate with the Value itself")

    @data.setter
    def data(self, x: float) -> NoReturn:
        self.trace.refuse_change("an assignment to .data")

    @property
    def primal(self) -> float:
        """Raise TraceError: there is no number yet."""
        self._refuse(".primal needs the number", "calculate with the number itself")

    @property
    def grad(self) -> float:
        """Raise TraceError: there is no number yet."""
        self._refuse(
            ".grad needs the number", "use grad(f) inside, or .backward(...) of the jit function"
        )

    @grad.setter
    def grad(self, x: float) -> NoReturn:
        self.trace.refuse_change("an assignment to .grad")

    def detach(self) -> NoReturn:
        """Raise TraceError: there is no number yet."""
        self._refuse(
            "detach() needs the number", "detach outside, and pass the number as an argument"
        )

    def backward(self, upstream: Number = 1.0) -> None:
        """Raise TraceError: there is no number yet."""
        self._refuse(
            "backward() needs the number", "use grad(f) inside, or .backward(...) of the function"
        )

    def _require_usable(self) -> None:
        self.trace.require_open()

    def _refuse(self, reason: str, way_out: str) -> NoReturn:
        self.trace.require_open()
        refuse(reason, way_out)

    def __copy__(self) -> Tracer:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Tracer:
        return self

    def __reduce__(self) -> NoReturn:
        self._refuse("a pickle needs the number", "pickle what the jit function returns")

    def __repr__(self) -> str:
        return f"<recorded {'input' if self.op is None else self.op.name} {self.index}>"


for _name in ("__index__",):  # mypyc leaves its slot empty, and an assignment fills it
    setattr(Tracer, _name, vars(Tracer)[_name])
