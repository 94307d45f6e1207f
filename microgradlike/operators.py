"""Operators: Python's operators over every kind of number, each a primitive."""

from __future__ import annotations

from typing import Self, TypeVar, overload

from microgradlike import ops
from microgradlike._mypyc import mypyc_attr
from microgradlike.op import Number, Op

N = TypeVar("N", bound="Operators")  # another kind, which accepts this one


@mypyc_attr(allow_interpreted_subclasses=True, acyclic=True)
class Operators:
    """The base class of Scalar: each operator applies the primitive of its sign."""

    __slots__ = ()

    @classmethod
    def apply(cls, op: Op, *operands: Number) -> Number:
        """`op` of the operands, of which at least one is of this class."""
        raise NotImplementedError(f"{cls.__name__} has no apply(op, *operands)")

    def __getstate__(self) -> object:
        # the default, spelled out: the compiled form forgets the slots of subclasses
        return object.__getstate__(self)

    def _unary(self, op: Op) -> Self:
        """`op` of this number alone; a subclass may have a shorter way."""
        y: Self = self.apply(op, self)
        return y

    @overload
    def __add__(self, other: float) -> Self: ...
    @overload
    def __add__(self, other: N) -> N: ...
    def __add__(self, other: Number) -> Number:
        return self.apply(ops.add, self, other)

    @overload
    def __radd__(self, other: float) -> Self: ...
    @overload
    def __radd__(self, other: Self) -> Self: ...
    def __radd__(self, other: Number) -> Number:
        return self.apply(ops.add, other, self)

    @overload
    def __sub__(self, other: float) -> Self: ...
    @overload
    def __sub__(self, other: N) -> N: ...
    def __sub__(self, other: Number) -> Number:
        return self.apply(ops.sub, self, other)

    @overload
    def __rsub__(self, other: float) -> Self: ...
    @overload
    def __rsub__(self, other: Self) -> Self: ...
    def __rsub__(self, other: Number) -> Number:
        return self.apply(ops.sub, other, self)

    @overload
    def __mul__(self, other: float) -> Self: ...
    @overload
    def __mul__(self, other: N) -> N: ...
    def __mul__(self, other: Number) -> Number:
        return self.apply(ops.mul, self, other)

    @overload
    def __rmul__(self, other: float) -> Self: ...
    @overload
    def __rmul__(self, other: Self) -> Self: ...
    def __rmul__(self, other: Number) -> Number:
        return self.apply(ops.mul, other, self)

    @overload
    def __truediv__(self, other: float) -> Self: ...
    @overload
    def __truediv__(self, other: N) -> N: ...
    def __truediv__(self, other: Number) -> Number:
        return self.apply(ops.div, self, other)

    @overload
    def __rtruediv__(self, other: float) -> Self: ...
    @overload
    def __rtruediv__(self, other: Self) -> Self: ...
    def __rtruediv__(self, other: Number) -> Number:
        return self.apply(ops.div, other, self)

    @overload
    def __pow__(self, other: float, modulo: None = None) -> Self: ...
    @overload
    def __pow__(self, other: N, modulo: None = None) -> N: ...
    def __pow__(self, other: Number, modulo: object = None) -> Number:
        if modulo is not None:
            raise TypeError(
                f"pow(a, b, {modulo!r:.60}) takes ints only; write a ** b % c for the remainder"
            )
        y = self.apply(ops.power, self, other)
        if y is NotImplemented and isinstance(other, Operators):
            return other.apply(ops.power, self, other)  # compiled code does not ask __rpow__ then
        return y

    @overload
    def __rpow__(self, other: float) -> Self: ...
    @overload
    def __rpow__(self, other: Self) -> Self: ...
    def __rpow__(self, other: Number) -> Number:
        return self.apply(ops.power, other, self)

    @overload
    def __mod__(self, other: float) -> Self: ...
    @overload
    def __mod__(self, other: N) -> N: ...
    def __mod__(self, other: Number) -> Number:
        return self.apply(ops.mod, self, other)

    @overload
    def __rmod__(self, other: float) -> Self: ...
    @overload
    def __rmod__(self, other: Self) -> Self: ...
    def __rmod__(self, other: Number) -> Number:
        return self.apply(ops.mod, other, self)

    @overload
    def __floordiv__(self, other: float) -> Self: ...
    @overload
    def __floordiv__(self, other: N) -> N: ...
    def __floordiv__(self, other: Number) -> Number:
        return self.apply(ops.floor_divide, self, other)

    @overload
    def __rfloordiv__(self, other: float) -> Self: ...
    @overload
    def __rfloordiv__(self, other: Self) -> Self: ...
    def __rfloordiv__(self, other: Number) -> Number:
        return self.apply(ops.floor_divide, other, self)

    @overload
    def __divmod__(self, other: float) -> tuple[Self, Self]: ...
    @overload
    def __divmod__(self, other: N) -> tuple[N, N]: ...
    def __divmod__(self, other: Number) -> Number:
        quotient = self.apply(ops.floor_divide, self, other)
        if quotient is NotImplemented:
            return NotImplemented
        return quotient, self.apply(ops.mod, self, other)

    @overload
    def __rdivmod__(self, other: float) -> tuple[Self, Self]: ...
    @overload
    def __rdivmod__(self, other: Self) -> tuple[Self, Self]: ...
    def __rdivmod__(self, other: Number) -> Number:
        quotient = self.apply(ops.floor_divide, other, self)
        if quotient is NotImplemented:
            return NotImplemented
        return quotient, self.apply(ops.mod, other, self)

    def __neg__(self) -> Self:
        return self._unary(ops.neg)

    def __pos__(self) -> Self:
        return self

    def __abs__(self) -> Self:
        return self._unary(ops.absolute)

    def __floor__(self) -> Self:
        return self._unary(ops.floor)

    def __ceil__(self) -> Self:
        return self._unary(ops.ceil)

    def __trunc__(self) -> Self:
        return self._unary(ops.trunc)

    def __round__(self, digits: int | None = None) -> Self:
        if digits:
            raise TypeError(
                f"round(x, {digits}) takes plain numbers only; write"
                f" round(x * 10**{digits}) / 10**{digits}"
            )
        return self._unary(ops.rint)
