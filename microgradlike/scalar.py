"""Scalar: the operators and methods every kind of number here shares; Ieee, the plain kind."""

from __future__ import annotations

from typing import Any

from microgradlike import ops
from microgradlike._mypyc import mypyc_attr
from microgradlike.ops import Op


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
    def apply(cls, op: Op, *operands: Any) -> Any:
        """`op` of the operands, at least one of which is of this class."""
        raise NotImplementedError(f"{cls.__name__} has no apply(op, *operands)")

    def constant(self, x: float) -> Any:
        """The number `x` as one of this kind, which depends on nothing."""
        return type(self)(x)  # type: ignore[call-arg]

    def __getstate__(self) -> Any:  # as by default; compiled, that forgets the slots of subclasses
        return object.__getstate__(self)

    def _one(self, op: Op) -> Any:
        """`op` of this number alone: for a subclass that has a shorter way."""
        return self.apply(op, self)

    def __add__(self, other: Any) -> Any:
        return self.apply(ops.add, self, other)

    def __radd__(self, other: Any) -> Any:
        return self.apply(ops.add, other, self)

    def __sub__(self, other: Any) -> Any:
        return self.apply(ops.sub, self, other)

    def __rsub__(self, other: Any) -> Any:
        return self.apply(ops.sub, other, self)

    def __mul__(self, other: Any) -> Any:
        return self.apply(ops.mul, self, other)

    def __rmul__(self, other: Any) -> Any:
        return self.apply(ops.mul, other, self)

    def __truediv__(self, other: Any) -> Any:
        return self.apply(ops.div, self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return self.apply(ops.div, other, self)

    def __pow__(self, other: Any) -> Any:
        return self.apply(ops.power, self, other)

    def __rpow__(self, other: Any) -> Any:
        return self.apply(ops.power, other, self)

    def __neg__(self) -> Any:
        return self._one(ops.neg)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return self._one(ops.absolute)

    def __floor__(self) -> Any:
        return self._one(ops.floor)

    def __ceil__(self) -> Any:
        return self._one(ops.ceil)

    # one method per primitive of one operand

    def exp(self) -> Any:
        return self._one(ops.exp)

    def expm1(self) -> Any:
        return self._one(ops.expm1)

    def log(self) -> Any:
        return self._one(ops.log)

    def log1p(self) -> Any:
        return self._one(ops.log1p)

    def log2(self) -> Any:
        return self._one(ops.log2)

    def log10(self) -> Any:
        return self._one(ops.log10)

    def sqrt(self) -> Any:
        return self._one(ops.sqrt)

    def cbrt(self) -> Any:
        return self._one(ops.cbrt)

    def sin(self) -> Any:
        return self._one(ops.sin)

    def cos(self) -> Any:
        return self._one(ops.cos)

    def tan(self) -> Any:
        return self._one(ops.tan)

    def asin(self) -> Any:
        return self._one(ops.asin)

    def acos(self) -> Any:
        return self._one(ops.acos)

    def atan(self) -> Any:
        return self._one(ops.atan)

    def sinh(self) -> Any:
        return self._one(ops.sinh)

    def cosh(self) -> Any:
        return self._one(ops.cosh)

    def tanh(self) -> Any:
        return self._one(ops.tanh)

    def asinh(self) -> Any:
        return self._one(ops.asinh)

    def acosh(self) -> Any:
        return self._one(ops.acosh)

    def atanh(self) -> Any:
        return self._one(ops.atanh)

    def erf(self) -> Any:
        return self._one(ops.erf)

    def erfc(self) -> Any:
        return self._one(ops.erfc)

    def sign(self) -> Any:
        return self._one(ops.sign)

    def floor(self) -> Any:
        return self._one(ops.floor)

    def ceil(self) -> Any:
        return self._one(ops.ceil)

    def relu(self) -> Any:
        return self._one(ops.relu)

    def sigmoid(self) -> Any:
        return self._one(ops.sigmoid)

    def softplus(self) -> Any:
        return self._one(ops.softplus)

    # and per primitive of more: op(...) and not apply, so that a stranger is a TypeError

    def atan2(self, other: Any) -> Any:
        return ops.atan2(self, other)

    def hypot(self, other: Any) -> Any:
        return ops.hypot(self, other)

    def maximum(self, other: Any) -> Any:
        return ops.maximum(self, other)

    def minimum(self, other: Any) -> Any:
        return ops.minimum(self, other)

    def logaddexp(self, other: Any) -> Any:
        return ops.logaddexp(self, other)

    def less(self, other: Any) -> Any:
        return ops.less(self, other)

    def less_equal(self, other: Any) -> Any:
        return ops.less_equal(self, other)

    def clip(self, lo: Any, hi: Any) -> Any:
        return ops.clip(self, lo, hi)

    # NumPy's spellings

    def arcsin(self) -> Any:
        return self._one(ops.asin)

    def arccos(self) -> Any:
        return self._one(ops.acos)

    def arctan(self) -> Any:
        return self._one(ops.atan)

    def arctan2(self, other: Any) -> Any:
        return ops.atan2(self, other)

    def arcsinh(self) -> Any:
        return self._one(ops.asinh)

    def arccosh(self) -> Any:
        return self._one(ops.acosh)

    def arctanh(self) -> Any:
        return self._one(ops.atanh)

    def absolute(self) -> Any:
        return self._one(ops.absolute)

    def fabs(self) -> Any:
        return self._one(ops.absolute)


@mypyc_attr(allow_interpreted_subclasses=True, acyclic=True)
class Ieee(Scalar):
    """A plain double that follows IEEE-754: `1 / Ieee(0.0)` is inf, not an exception."""

    __slots__ = ("data",)

    def __init__(self, data: float) -> None:
        self.data = data

    @classmethod
    def apply(cls, op: Op, *operands: Any) -> Any:
        """The value of `op` as an Ieee."""
        return cls(op.forward(*[x.data if isinstance(x, Ieee) else x for x in operands]))

    def __lt__(self, other: Any) -> bool:
        return bool(self.data < plain(other))

    def __le__(self, other: Any) -> bool:
        return bool(self.data <= plain(other))

    def __gt__(self, other: Any) -> bool:
        return bool(self.data > plain(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self.data >= plain(other))


def plain(x: Any) -> float:
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
