"""Trace: the recording of a function that runs once on tracers, numbers not known yet."""

from __future__ import annotations

from collections import defaultdict
from typing import NoReturn, TypeAlias

from microgradlike import ops
from microgradlike.coerce import as_float
from microgradlike.compile.trace_error import TraceError, refuse, refuse_other_trace
from microgradlike.derivatives.traversal import is_older
from microgradlike.engine import Value, begin_run
from microgradlike.op import Number, Op
from microgradlike.scalar import Scalar

__all__ = ["Operand", "Trace", "TraceError", "Tracer"]

Operand: TypeAlias = Number  # a Tracer or a float


class Tracer(Scalar):
    """A number that is not known yet: an input of a recording, or a primitive of such numbers.

    Equal expressions are one object. An expression of plain numbers only is a plain number, with
    the bits that it has eagerly. Code that needs the number, such as `if x > 0:`, is refused with a
    TraceError.

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
            refuse(
                "x == y, or x in a list, needs the number",
                "write where(abs(x - y) <= 0, a, b)",
            )
        return self is other

    __hash__ = object.__hash__  # by identity, as by default; no call of Python's

    def __bool__(self) -> bool:
        compared = self.op is ops.less or self.op is ops.less_equal
        refuse(
            f"the truth of {'a comparison' if compared else 'x'} needs the number",
            "write where(x > 0, a, b), or use maximum, minimum, clip or relu",
        )

    def __float__(self) -> float:
        refuse(
            "float(x), or a function of the math module, needs the number",
            "use microgradlike.sin(x) and so on in place of math.sin(x)",
        )

    def __complex__(self) -> complex:
        refuse("complex(x) needs the number", "numbers are real here; use two numbers")

    def __int__(self) -> int:
        refuse("int(x) needs the number", "use microgradlike.trunc(x)")

    def __index__(self) -> int:
        refuse(
            "an index, or range(x), needs the number",
            "pass the count as a plain number that the function closes over, or bind it with"
            " functools.partial(f, n=3); to choose by x, write where(x > 0, a, b)",
        )

    def __format__(self, spec: str) -> str:
        if spec:
            refuse(f"the format {spec!r} needs the number", "print it without a format")
        return repr(self)

    @property
    def data(self) -> float:
        """Raise TraceError: there is no number yet."""
        refuse(".data needs the number", "calculate with the Value itself")

    @property
    def primal(self) -> float:
        """Raise TraceError: there is no number yet."""
        refuse(".primal needs the number", "calculate with the number itself")

    @property
    def grad(self) -> float:
        """Raise TraceError: there is no number yet."""
        refuse(
            ".grad needs the number", "use grad(f) inside, or .backward(...) of the jit function"
        )

    def detach(self) -> NoReturn:
        """Raise TraceError: there is no number yet."""
        refuse("detach() needs the number", "detach outside, and pass the number as an argument")

    def backward(self, upstream: Number = 1.0) -> None:
        """Raise TraceError: there is no number yet."""
        refuse(
            "backward() needs the number", "use grad(f) inside, or .backward(...) of the function"
        )

    def __copy__(self) -> Tracer:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Tracer:
        return self

    def __reduce__(self) -> NoReturn:
        refuse("a pickle needs the number", "pickle what the jit function returns")

    def __repr__(self) -> str:
        return f"<recorded {'input' if self.op is None else self.op.name} {self.index}>"


class Trace:
    """The recording of a function: its `nodes`, operands before users.

    `values` are the Values that the function used; each is an input, at the same place in `inputs`.
    Values that the function itself makes are constants.

    >>> w, trace = Value(2.0), Trace()
    >>> y = w * trace.input() + w * Value(3.0)
    >>> trace.nodes
    [<recorded input 0>, <recorded input 1>, <recorded mul 2>, <recorded mul 3>, <recorded add 4>]
    """

    def __init__(self) -> None:
        self.nodes: list[Tracer] = []
        self.values: list[Value] = []
        self.inputs: list[Tracer] = []
        self._recorded: dict[int, Operand] = {}
        self._alive: list[Value] = []
        self._tables: defaultdict[Op, dict[tuple[Operand | str, ...], Tracer]] = defaultdict(dict)
        self._run = begin_run()

    def input(self) -> Tracer:
        """Return a new input."""
        return self.node(None, ())

    def fresh_copy(self, x: Number) -> Tracer:
        """Return a new expression equal to x, on which nothing depends yet."""
        return self.node(ops.mul, (x if type(x) is Tracer else self.as_operand(x), 1.0))

    def node(self, op: Op | None, operands: tuple[Operand, ...]) -> Tracer:
        """Return a new expression, even if there is an equal one."""
        x: Tracer = Tracer.__new__(Tracer)
        x.trace = self
        x.index = len(self.nodes)
        x.op = op
        x.operands = operands
        self.nodes.append(x)
        return x

    def intern(self, op: Op, operands: tuple[Operand, ...]) -> Tracer:
        """Return the expression `op(*operands)`: the same object for equal operands."""
        key = operands
        for x in operands:
            if type(x) is not Tracer:
                if x == 0:  # 0.0 == -0.0, but they are different numbers
                    key = tuple([x if type(x) is Tracer else repr(x) for x in operands])
                    break
            elif x.trace is not self:
                refuse_other_trace()
        table = self._tables[op]
        found = table.get(key)
        if found is None:
            found = table[key] = self.node(op, operands)
        return found

    def apply(self, op: Op, operands: tuple[Number, ...]) -> Number:
        """Return `op(*operands)`, folded where that keeps the bits; a stranger: NotImplemented."""
        kept: list[Operand] = []
        for x in operands:
            if type(x) is not Tracer and type(x) is not float:
                condition = op.chooses and not kept and type(x).__name__ in ("bool", "bool_")
                x = float(x) if condition else self.as_operand(x)
                if x is None:
                    return NotImplemented
            kept.append(x)
        if op is ops.where:
            c, a, b = kept
            if type(c) is float or a is b:
                return a if a is b or c else b
        for x, neutral, other in zip(kept, op.neutral, reversed(kept)):
            if type(x) is float and x == neutral and (x or str(x) == str(neutral)):
                return other
        if not any(type(x) is Tracer for x in kept):
            return op.forward(*kept)
        return self.intern(op, tuple(kept))

    def as_operand(self, x: Number) -> Number:
        """Return `x` as a Tracer or a float; None for a stranger."""
        if type(x) is Tracer:
            return x if x.trace is self else refuse_other_trace()
        if not isinstance(x, Value):
            return as_float(x)
        if id(x) not in self._recorded:
            self._record_value(x)
        return self._recorded[id(x)]

    def _record_value(self, root: Value) -> None:
        """Record a Value: as an input if it is older than the recording, else as an expression."""
        stack = [root]
        while stack:
            v = stack[-1]
            missing = [
                x
                for x in (v.operands if self._is_young(v) else ())
                if isinstance(x, Value) and id(x) not in self._recorded
            ]
            stack += missing
            if not missing and id(stack.pop()) not in self._recorded:  # x * x has it twice
                self._alive.append(v)  # kept alive, so that no other object gets its id
                self._recorded[id(v)] = self._expression_of(v)

    def _expression_of(self, v: Value) -> Number:
        if not self._is_young(v):
            self.values.append(v)
            self.inputs.append(self.input())
            return self.inputs[-1]
        if v.op is None:
            return v.data
        operands = [self._recorded[id(x)] if isinstance(x, Value) else x for x in v.operands]
        return self.apply(v.op, tuple(operands))

    def _is_young(self, v: Value) -> bool:
        return not (v.reached or is_older(v, self._run))  # made since the recording began
