"""Trace: the recording of a function that runs once on tracers, numbers not known yet."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable
from typing import Final, NoReturn

from microgradlike import ops
from microgradlike.coerce import as_float
from microgradlike.compile.trace_error import TraceError, fail, refuse_other_trace
from microgradlike.compile.tracer import Operand, Tracer
from microgradlike.context import active_trace
from microgradlike.derivatives.traversal import is_older
from microgradlike.engine import Value, begin_run
from microgradlike.op import Number, Op

__all__ = ["Operand", "Trace", "TraceError", "Tracer"]

SPREAD: Final = 2654435761  # makes one key of two operands; odd, so that its last bits vary


class Trace:
    """The recording of a function: its `nodes`, operands before users.

    `values` are the Values that the function used; each is an input, at the same place in `inputs`.
    Values that the function itself makes are constants. Once the recording is `closed`, its numbers
    are of no use to other code.

    >>> w, trace = Value(2.0), Trace()
    >>> y = w * trace.input() + w * Value(3.0)
    >>> trace.nodes
    [<recorded input 0>, <recorded input 1>, <recorded mul 2>, <recorded mul 3>, <recorded add 4>]
    """

    def __init__(self, *, merging: bool = True) -> None:
        self.nodes: list[Tracer] = []
        self.values: list[Value] = []
        self.inputs: list[Tracer] = []
        self._recorded: dict[int, Operand] = {}
        self._alive: list[Value] = []
        self.merging, self.closed = merging, False
        self._constants: dict[float | str, int] = {}  # -1, -2 ... in order
        # by primitive and operands, for which the indices of tracers and these numbers stand
        self._tables: defaultdict[Op, dict[int | tuple[int, ...], Tracer]] = defaultdict(dict)
        self._run = begin_run()

    def close(self) -> list[Value]:
        """End the recording; return the Values made in it that its function has kept."""
        self.merging = self.closed = True
        self._recorded.clear()
        kept = []
        while self._alive:  # users before operands, so that none is kept by another
            if _references_to_last(self._alive) > ALONE and self._is_young(self._alive[-1]):
                kept.append(self._alive[-1])
            self._alive.pop()
        return kept

    def require_open(self) -> None:
        """Raise TraceError if the recording is closed, unless its gradient is being made."""
        if self.closed and active_trace.get() is not self:
            refuse_other_trace()

    def refuse_change(self, change: str) -> NoReturn:
        """Raise TraceError: the program would not repeat a change of numbers."""
        self.require_open()
        fail(
            f"{change} happens once, while the function is recorded, and not at later calls; move"
            " it out of the function, use grad(f) or .backward(...) of the jit function for"
            ' gradients, or pass backend="eager"'
        )

    def refuse_assignment(self, x: Number, attribute: str) -> None:
        """Raise TraceError for an assignment to a Value that is older than the recording."""
        if not self._is_young(x):
            self.refuse_change(f"an assignment to .{attribute}")

    def input(self) -> Tracer:
        """Return a new input."""
        return self.node(None, ())

    def fresh_copy(self, x: Number) -> Tracer:
        """Return a new expression equal to x, on which nothing depends yet."""
        return self.node(ops.mul, (x if type(x) is Tracer else self.as_operand(x), 1.0))

    def node(self, op: Op | None, operands: tuple[Operand, ...]) -> Tracer:
        """Return a new expression, even if there is an equal one."""
        x = Tracer(self, len(self.nodes), op, operands)
        self.nodes.append(x)
        return x

    def intern(self, op: Op, operands: tuple[Operand, ...]) -> Tracer:
        """Return the expression `op(*operands)`: the same object for equal operands."""
        if self.closed:
            self.require_open()
        key: int | tuple[int, ...]
        if len(operands) == 2:
            key = self._number(operands[0]) * SPREAD + self._number(operands[1])
        else:
            key = tuple([self._number(x) for x in operands])
        table = self._tables[op]
        found = table.get(key) if self.merging else None
        if found is None:
            found = table[key] = self.node(op, operands)
        return found

    def _number(self, x: Operand) -> int:
        """Return the index of a tracer, and for equal numbers the same negative integer."""
        if type(x) is Tracer:
            return x.index if x.trace is self else refuse_other_trace()
        # 0.0 == -0.0: not equal numbers
        return self._constants.setdefault(x or repr(x), -1 - len(self._constants))

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
        recorded, neutral = 0, op.neutral if self.merging else ()
        for i, x in enumerate(kept):
            if type(x) is Tracer:
                recorded += 1
            elif neutral and x == neutral[i] and (x or str(x) == str(neutral[i])):
                return kept[1 - i]
        return self.intern(op, tuple(kept)) if recorded else op.forward(*kept)

    def as_operand(self, x: Number) -> Number:
        """Return `x` as a Tracer or a float; None for a stranger."""
        if self.closed:
            self.require_open()
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


# PyPy counts none: Values that a recorded function keeps are not found there
_references: Final[Callable[[object], int]] = getattr(sys, "getrefcount", lambda x: 0)


def _references_to_last(values: list[Value]) -> int:
    return _references(values[-1])


ALONE = _references_to_last([Value(0.0)])  # if nothing but the list refers to it
