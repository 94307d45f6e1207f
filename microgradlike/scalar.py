"""Scalar: the operators and methods that every kind of number shares."""

from __future__ import annotations

import contextlib
from typing import Self, TypeVar, overload

from microgradlike import ops
from microgradlike._help import called_name
from microgradlike._mypyc import mypyc_attr
from microgradlike.op import Kind, Number, Op

N = TypeVar("N", bound="Scalar")  # another kind, which accepts this one


@mypyc_attr(allow_interpreted_subclasses=True, acyclic=True)
class Scalar:
    """The base class of every kind of number: a subclass defines `apply`.

    `apply(op, *operands)` gives `op` of the operands, NotImplemented if one is a stranger.
    Methods have NumPy's names too, by which `np.exp` of an object array finds them. A few functions
    of NumPy use no methods: `np.maximum` picks an operand by comparison (a tie is not shared),
    `np.sign` gives ints, `np.logaddexp` refuses objects. Use the primitives of those names.
    """

    __slots__ = ()

    @classmethod
    def apply(cls, op: Op, *operands: Number) -> Number:
        """`op` of the operands, of which at least one is of this class."""
        raise NotImplementedError(f"{cls.__name__} has no apply(op, *operands)")

    def constant(self, x: float) -> Self:
        """The number `x` as one of this kind, a constant."""
        return type(self)(x)  # type: ignore[call-arg]

    def detach(self) -> Self:
        """The same number without history: a constant to every derivative."""
        raise NotImplementedError(f"{type(self).__name__} has no detach()")

    def _require_usable(self) -> None:
        """Raise an error if the number is of no use here, as one kept from a recording is."""

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
    def __pow__(self, other: float) -> Self: ...
    @overload
    def __pow__(self, other: N) -> N: ...
    def __pow__(self, other: Number) -> Number:
        return self.apply(ops.power, self, other)

    @overload
    def __rpow__(self, other: float) -> Self: ...
    @overload
    def __rpow__(self, other: Self) -> Self: ...
    def __rpow__(self, other: Number) -> Number:
        return self.apply(ops.power, other, self)

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

    # a method per primitive of one operand

    def exp(self) -> Self:
        return self._unary(ops.exp)

    def expm1(self) -> Self:
        return self._unary(ops.expm1)

    def log(self) -> Self:
        return self._unary(ops.log)

    def log1p(self) -> Self:
        return self._unary(ops.log1p)

    def log2(self) -> Self:
        return self._unary(ops.log2)

    def log10(self) -> Self:
        return self._unary(ops.log10)

    def sqrt(self) -> Self:
        return self._unary(ops.sqrt)

    def cbrt(self) -> Self:
        return self._unary(ops.cbrt)

    def sin(self) -> Self:
        return self._unary(ops.sin)

    def cos(self) -> Self:
        return self._unary(ops.cos)

    def tan(self) -> Self:
        return self._unary(ops.tan)

    def asin(self) -> Self:
        return self._unary(ops.asin)

    def acos(self) -> Self:
        return self._unary(ops.acos)

    def atan(self) -> Self:
        return self._unary(ops.atan)

    def sinh(self) -> Self:
        return self._unary(ops.sinh)

    def cosh(self) -> Self:
        return self._unary(ops.cosh)

    def tanh(self) -> Self:
        return self._unary(ops.tanh)

    def asinh(self) -> Self:
        return self._unary(ops.asinh)

    def acosh(self) -> Self:
        return self._unary(ops.acosh)

    def atanh(self) -> Self:
        return self._unary(ops.atanh)

    def erf(self) -> Self:
        return self._unary(ops.erf)

    def erfc(self) -> Self:
        return self._unary(ops.erfc)

    def sign(self) -> Self:
        return self._unary(ops.sign)

    def floor(self) -> Self:
        return self._unary(ops.floor)

    def ceil(self) -> Self:
        return self._unary(ops.ceil)

    def relu(self) -> Self:
        return self._unary(ops.relu)

    def sigmoid(self) -> Self:
        return self._unary(ops.sigmoid)

    def softplus(self) -> Self:
        return self._unary(ops.softplus)

    # a method per primitive of several: op(...) and not apply, which makes a stranger a TypeError

    def atan2(self, other: Kind | float) -> Self:
        return ops.atan2(self, other)

    def hypot(self, other: Kind | float) -> Self:
        return ops.hypot(self, other)

    def maximum(self, other: Kind | float) -> Self:
        return ops.maximum(self, other)

    def minimum(self, other: Kind | float) -> Self:
        return ops.minimum(self, other)

    def logaddexp(self, other: Kind | float) -> Self:
        return ops.logaddexp(self, other)

    def less(self, other: Kind | float) -> Self:
        return ops.less(self, other)

    def less_equal(self, other: Kind | float) -> Self:
        return ops.less_equal(self, other)

    def clip(self, lo: Kind | float, hi: Kind | float) -> Self:
        return ops.clip(self, lo, hi)

    # NumPy's spellings

    def arcsin(self) -> Self:
        return self._unary(ops.asin)

    def arccos(self) -> Self:
        return self._unary(ops.acos)

    def arctan(self) -> Self:
        return self._unary(ops.atan)

    def arctan2(self, other: Kind | float) -> Self:
        return ops.atan2(self, other)

    def arcsinh(self) -> Self:
        return self._unary(ops.asinh)

    def arccosh(self) -> Self:
        return self._unary(ops.acosh)

    def arctanh(self) -> Self:
        return self._unary(ops.atanh)

    def absolute(self) -> Self:
        return self._unary(ops.absolute)

    def fabs(self) -> Self:
        return self._unary(ops.absolute)


def _document_methods() -> None:
    """Take the docstrings of methods from the table; compiled methods cannot have any."""
    for op in ops.TABLE.values():
        for name in (op.name, *op.aliases):
            method = vars(Scalar).get(name)
            with contextlib.suppress(AttributeError):
                method.__doc__ = (
                    f"{op.doc}; `help(microgradlike.{called_name(op)})` has its derivatives."
                )


_document_methods()
