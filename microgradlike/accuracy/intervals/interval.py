"""Interval: all numbers between two, as a kind of number. Ends are rounded outward."""

from __future__ import annotations

import math

from microgradlike import ops
from microgradlike.accuracy.intervals.primitive_range import (
    WHOLE,
    Range,
    around,
    is_inside,
    middle,
    range_of,
)
from microgradlike.coerce import as_float
from microgradlike.engine import Value
from microgradlike.op import Number, Op
from microgradlike.scalar import Scalar


class Interval(Scalar):
    """All real numbers from `lo` to `hi`, as a node of a graph.

    A primitive of intervals holds its values for all numbers in them, with ends rounded outward:
    by one step for + - × ÷ √, which is proven, and by two for other primitives, which are measured
    to be within 2 ulp. Operands outside the domain of a primitive are left out. Both ends are nan
    if none is inside. Raises ValueError unless lo ≤ hi.

    >>> x = Interval(-1.0, 2.0)
    >>> x * x, abs(x), x < 3
    (Interval(0.0, 4.000000000000001), Interval(0.0, 2.0), True)
    """

    __slots__ = ("hi", "lo", "op", "operands")

    op: Op | None
    operands: tuple[Number, ...]

    def __init__(self, lo: float, hi: float | None = None) -> None:
        hi = lo if hi is None else hi
        if not lo <= hi:
            raise ValueError(f"({lo!r}, {hi!r}) is not an interval; give the lower end first")
        self.lo, self.hi, self.op, self.operands = lo, hi, None, ()

    @classmethod
    def apply(cls, op: Op, *operands: Number) -> Number:
        """The interval that holds `op` of all numbers in the `operands`; a Value is constant."""
        parts = [_operand(x) for x in operands]
        if any(x is None for x in parts):
            return NotImplemented
        at = [ends(x) for x in parts]
        if op in {ops.mul, ops.mul_no_nan} and parts[0] is parts[1]:
            at = [range_of(ops.absolute, at[:1]) or WHOLE] * 2  # a square is never negative
        y: Interval = cls.__new__(cls)
        y.lo, y.hi = range_of(op, at) or _by_partials(op, at)
        y.op, y.operands = op, tuple(parts)
        return y

    def detach(self) -> Interval:
        """The same interval without history, a constant to every derivative."""
        return Interval(self.lo, self.hi)

    def _nearby(self) -> Interval:
        return Interval(middle(self.lo, self.hi))

    def __contains__(self, x: float) -> bool:
        return self.lo <= x <= self.hi

    def __bool__(self) -> bool:
        if self.lo == self.hi == 0 or not (0 in self or math.isnan(self.lo)):
            return self.lo != 0
        raise ValueError(
            f"a condition is undecided: its number may be anything from {self.lo} to {self.hi};"
            " write where(condition, a, b), or give smaller boxes"
        )

    def __eq__(self, other: object) -> bool:
        return (
            NotImplemented if _operand(other) is None else bool((self <= other) * (self >= other))
        )

    def __hash__(self) -> int:  # by identity; defining a comparison removes the default
        return object.__hash__(self)

    def __lt__(self, other: Number) -> Number:
        return _compared(ops.less, self, other)

    def __le__(self, other: Number) -> Number:
        return _compared(ops.less_equal, self, other)

    def __gt__(self, other: Number) -> Number:
        return _compared(ops.less, other, self)

    def __ge__(self, other: Number) -> Number:
        return _compared(ops.less_equal, other, self)

    def __repr__(self) -> str:
        return f"Interval({self.lo!r}, {self.hi!r})"


def ends(x: Number) -> Range:
    """The lower and the upper end of an interval or a number."""
    return (x.lo, x.hi) if isinstance(x, Interval) else (x, x)


def _compared(op: Op, a: Number, b: Number) -> Number:
    """True or False where all numbers agree, else the interval from 0 to 1."""
    y = Interval.apply(op, a, b)
    return bool(y.lo) if y is not NotImplemented and y.lo == y.hi else y


def _operand(x: Number) -> Number:
    if isinstance(x, (Interval, Value)):
        return x.data if isinstance(x, Value) else x
    return float(x) if type(x).__name__ in {"bool", "bool_"} else as_float(x)


def _by_partials(op: Op, at: list[Range]) -> Range:
    """The range of a primitive of the user's, by the mean value theorem."""
    if op.kink is not None or not is_inside(op, at):
        return WHOLE
    points, operands = [middle(*x) for x in at], [Interval(*x) for x in at]
    y = Interval(*around(op, *points))
    for rule, x, m in zip(op.partials, operands, points):
        y = y + rule(Interval(*WHOLE), *operands) * (x - m)
    return (y.lo, y.hi) if y.lo <= y.hi else WHOLE
