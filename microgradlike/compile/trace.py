"""Recording: a function run once on numbers that are not known yet."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from types import FrameType
from typing import Any, NoReturn

from microgradlike import ops
from microgradlike.coerce import as_float
from microgradlike.derivatives.traversal import is_older
from microgradlike.engine import Value, begin_run
from microgradlike.ops import Op
from microgradlike.scalar import Scalar

_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
Operand = Any  # an Tracer or a float


class TraceError(TypeError):
    """Code that is recorded asked for a number that is not known yet: where, and what to do."""


class Tracer(Scalar):
    """A number that is not known yet: an input of a recording, or a primitive of such numbers.

    Equal expressions are one object. What depends on plain numbers only is a plain number, with the
    bits that it has eagerly. What needs the number itself, such as `if x > 0:`, is a TraceError.

    >>> x = Trace().input()
    >>> x * x + 1 is x * x + 1, x * 1.0 is x
    (True, True)
    """

    __slots__ = ("index", "op", "operands", "trace")
    label = ""  # it has none

    trace: Trace
    index: int  # its place in the recording, where operands come before users
    op: Op | None
    operands: tuple[Operand, ...]

    @classmethod
    def apply(cls, op: Op, *operands: Any) -> Any:
        """The expression of a primitive: the one there is, or a new one."""
        for x in operands:
            if type(x) is Tracer:
                return x.trace.apply(op, operands)
        return NotImplemented

    def constant(self, x: float) -> Any:
        """The number as an expression, so that it is calculated with when the program runs."""
        return self.trace.known(ops.mul, (x, 1.0))

    # Operators are written out: routing them through `apply` doubles the time of a recording.

    def __add__(self, other: Any) -> Any:
        if type(other) is Tracer:
            return self.trace.known(ops.add, (self, other))
        return self.apply(ops.add, self, other)

    def __sub__(self, other: Any) -> Any:
        if type(other) is Tracer:
            return self.trace.known(ops.sub, (self, other))
        return self.apply(ops.sub, self, other)

    def __mul__(self, other: Any) -> Any:
        if type(other) is Tracer:
            return self.trace.known(ops.mul, (self, other))
        return self.apply(ops.mul, self, other)

    def __truediv__(self, other: Any) -> Any:
        if type(other) is Tracer:
            return self.trace.known(ops.div, (self, other))
        return self.apply(ops.div, self, other)

    def __neg__(self) -> Any:
        return self.trace.known(ops.neg, (self,))

    def __lt__(self, other: Any) -> Any:
        return self.apply(ops.less, self, other)

    def __le__(self, other: Any) -> Any:
        return self.apply(ops.less_equal, self, other)

    def __gt__(self, other: Any) -> Any:
        return self.apply(ops.less, other, self)

    def __ge__(self, other: Any) -> Any:
        return self.apply(ops.less_equal, other, self)

    # What needs the number is refused, and named.

    def __eq__(self, other: object) -> bool:
        if as_float(other) is not None:
            _refuse(
                "x == y, or x in a list, decides what is computed",
                "where(abs(x - y) <= 0, a, b) is recorded as such",
            )
        return self is other

    __hash__ = object.__hash__  # by identity, as by default; no call of Python's

    def __bool__(self) -> bool:
        compared = self.op is ops.less or self.op is ops.less_equal
        _refuse(
            f"the truth of {'a comparison' if compared else 'a number'} decides what is computed",
            "where(condition, a, b), maximum, minimum, clip and relu are recorded as such",
        )

    def __float__(self) -> float:
        _refuse(
            "float(x), or a function of the math module, wants the number",
            "use microgradlike.sin(x) and its like in place of math.sin(x)",
        )

    def __complex__(self) -> complex:
        _refuse("complex(x) wants the number", "the engine is real; use two numbers")

    def __int__(self) -> int:
        _refuse("int(x) wants the number", "use microgradlike.floor(x)")

    def __index__(self) -> int:
        _refuse("an index, or range(x), wants the number", "choose with where(condition, a, b)")

    def __round__(self, digits: int | None = None) -> int:
        _refuse("round(x) wants the number", "use microgradlike.floor(x + 0.5)")

    def __format__(self, spec: str) -> str:
        if spec:
            _refuse(f"the format {spec!r} wants the number", "print it without a format")
        return repr(self)

    @property
    def data(self) -> float:
        """Refused: there is no number yet."""
        _refuse(".data wants the number", "calculate with the Value itself")

    @property
    def primal(self) -> float:
        """Refused: there is no number yet."""
        _refuse(".primal wants the number", "calculate with the number itself")

    @property
    def grad(self) -> float:
        """Refused: there is no number yet."""
        _refuse(".grad wants a number", "use grad(f) inside, or .backward(...) of the jit function")

    def detach(self) -> NoReturn:
        """Refused: there is no number yet."""
        _refuse("detach() wants the number", "detach outside, and pass the number as an argument")

    def backward(self, upstream: Any = 1.0) -> None:
        """Refused: there is no number yet."""
        _refuse(
            "backward() fills in numbers", "use grad(f) inside, or .backward(...) of the function"
        )

    def __copy__(self) -> Tracer:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Tracer:
        return self

    def __reduce__(self) -> NoReturn:
        _refuse("a pickle wants the number", "pickle what the jit function gives")

    def __repr__(self) -> str:
        return f"<recorded {'input' if self.op is None else self.op.name} {self.index}>"


class Trace:
    """What a function does, as far as it is recorded: `nodes`, operands before users.

    `values` are the Values that it used, which became inputs, the `inputs` of the same places.
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
        self._of_value: dict[int, Operand] = {}
        self._alive: list[Value] = []
        self._tables: defaultdict[Op, dict[tuple[Any, ...], Tracer]] = defaultdict(dict)
        self._run = begin_run()

    def input(self) -> Tracer:
        """A new input."""
        return self.node(None, ())

    def fresh(self, x: Any) -> Tracer:
        """A number as an expression of its own, which nothing depends on yet."""
        return self.node(ops.mul, (x if type(x) is Tracer else self.operand(x), 1.0))

    def node(self, op: Op | None, operands: tuple[Operand, ...]) -> Tracer:
        """A new expression, also where there is an equal one."""
        x: Tracer = Tracer.__new__(Tracer)
        x.trace = self
        x.index = len(self.nodes)
        x.op = op
        x.operands = operands
        self.nodes.append(x)
        return x

    def known(self, op: Op, operands: tuple[Operand, ...]) -> Tracer:
        """The expression `op(*operands)`, one for equal operands."""
        key = operands
        for x in operands:
            if type(x) is not Tracer:
                if x == 0:  # 0.0 equals -0.0, but they are two numbers
                    key = tuple([x if type(x) is Tracer else repr(x) for x in operands])
                    break
            elif x.trace is not self:
                _refuse_kept()
        table = self._tables[op]
        found = table.get(key)
        if found is None:
            found = table[key] = self.node(op, operands)
        return found

    def apply(self, op: Op, operands: tuple[Any, ...]) -> Any:
        """`op(*operands)`, as simple as it is without a bit less; NotImplemented for a stranger."""
        kept: list[Operand] = []
        for x in operands:
            if type(x) is not Tracer and type(x) is not float:
                condition = op.chooses and not kept and type(x).__name__ in ("bool", "bool_")
                x = float(x) if condition else self.operand(x)
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
        return self.known(op, tuple(kept))

    def operand(self, x: Any) -> Any:
        """`x` as an Tracer or a float; None for a stranger."""
        if type(x) is Tracer:
            return x if x.trace is self else _refuse_kept()
        if not isinstance(x, Value):
            return as_float(x)
        if id(x) not in self._of_value:
            self._record_value(x)
        return self._of_value[id(x)]

    def _record_value(self, root: Value) -> None:
        """A Value that was there before is an input; one that the function made, what it is."""
        stack = [root]
        while stack:
            v = stack[-1]
            missing = [
                x
                for x in (v.operands if self._is_young(v) else ())
                if isinstance(x, Value) and id(x) not in self._of_value
            ]
            stack += missing
            if not missing and id(stack.pop()) not in self._of_value:  # x * x has it twice
                self._alive.append(v)  # so that its id stays its own
                self._of_value[id(v)] = self._expression_of(v)

    def _expression_of(self, v: Value) -> Any:
        if not self._is_young(v):
            self.values.append(v)
            self.inputs.append(self.input())
            return self.inputs[-1]
        if v.op is None:
            return v.data
        operands = [self._of_value[id(x)] if isinstance(x, Value) else x for x in v.operands]
        return self.apply(v.op, tuple(operands))

    def _is_young(self, v: Value) -> bool:
        return not (v.reached or is_older(v, self._run))  # made since the recording began


def _refuse_kept() -> NoReturn:
    _refuse(
        "a number of an earlier recording, or of one outside of this one, was kept",
        "pass it as an argument; nothing recorded is of use after the function's end",
    )


def _is_no_users(frame: FrameType) -> bool:
    """Whether the line is one of ours, or of NumPy's, which a user's line led to."""
    module = str(frame.f_globals.get("__name__", "")).partition(".")[0]
    return frame.f_code.co_filename.startswith(_HERE) or module == "numpy"


def _refuse(why: str, way_out: str) -> NoReturn:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and _is_no_users(frame):
        frame = frame.f_back
    place = "" if frame is None else f"{frame.f_code.co_filename}, line {frame.f_lineno}: "
    raise TraceError(f"{place}{why}, but it is not known while the function is recorded; {way_out}")
