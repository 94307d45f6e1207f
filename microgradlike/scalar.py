"""Scalar: the operators and methods every kind of number here shares; Ieee, the plain kind."""

from __future__ import annotations

from typing import Self, TypeVar, overload

from microgradlike import ops
from microgradlike._mypyc import mypyc_attr
from microgradlike.op import Kind, Number, Op

N = TypeVar("N", bound="Scalar")  # another kind, which takes this one


@mypyc_attr(allow_interpreted_subclasses=True, acyclic=True)
class Scalar:
    """A number that primitives can be applied to: a subclass says how, in `apply`.

    `apply(op, *operands)` gives op of the operands, or NotImplemented where one is a stranger.
    Methods carry NumPy's names too, which is how `np.exp` of an object array finds them. Not all of
    NumPy asks for methods: `np.maximum` picks an operand by comparison (a tie is not shared),
    `np.sign` gives ints, `np.logaddexp` refuses objects; the primitives of those names do it right.
    """

    __slots__ = ()

    @classmethod
    def apply(cls, op: Op, *operands: Number) -> Number:
        """`op` of the operands, at least one of which is of this class."""
        raise NotImplementedError(f"{cls.__name__} has no apply(op, *operands)")

    def constant(self, x: float) -> Self:
        """The number `x` as one of this kind, which depends on nothing."""
        return type(self)(x)  # type: ignore[call-arg]

    def __getstate__(
        self,
    ) -> object:  # as by default; compiled, that forgets the slots of subclasses
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

    # one method per primitive of one operand

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

    # and per primitive of more: op(...) and not apply, so that a stranger is a TypeError

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


@mypyc_attr(allow_interpreted_subclasses=True, acyclic=True)
class Ieee(Scalar):
    """A plain double that follows IEEE-754: `1 / Ieee(0.0)` is inf, not an exception."""

    __slots__ = ("data",)

    def __init__(self, data: float) -> None:
        self.data = data

    @classmethod
    def apply(cls, op: Op, *operands: Number) -> Self:
        """The value of `op` as an Ieee."""
        return cls(op.forward(*[x.data if isinstance(x, Ieee) else x for x in operands]))

    def __lt__(self, other: Number) -> bool:
        return bool(self.data < plain(other))

    def __le__(self, other: Number) -> bool:
        return bool(self.data <= plain(other))

    def __gt__(self, other: Number) -> bool:
        return bool(self.data > plain(other))

    def __ge__(self, other: Number) -> bool:
        return bool(self.data >= plain(other))


def plain(x: Number) -> float:
    """The double in an Ieee, or the number itself."""
    return x.data if isinstance(x, Ieee) else x


def partial_at(op: Op, index: int, y: float, *operands: float) -> float:
    """dy/d(operand `index`) of `op` at floats, under IEEE-754, outside its domain nan.

    >>> partial_at(ops.div, 0, ops.div(1.0, 0.0), 1.0, 0.0)
    inf
    """
    partial = op.partials[index]
    try:
        return ops.to_float(partial(y, *operands))
    except ArithmeticError:  # floats raise at a pole, an Ieee does not
        return ops.to_float(plain(partial(Ieee(y), *[Ieee(x) for x in operands])))
