"""Scalar: the operators and methods every kind of number here shares; Ieee, the plain kind."""

from __future__ import annotations

from microgradlike import ops
from microgradlike._mypyc import mypyc_attr
from microgradlike.op import Number, Op


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

    def constant(self, x: float) -> Number:
        """The number `x` as one of this kind, which depends on nothing."""
        return type(self)(x)  # type: ignore[call-arg]

    def __getstate__(
        self,
    ) -> object:  # as by default; compiled, that forgets the slots of subclasses
        return object.__getstate__(self)

    def _one(self, op: Op) -> Number:
        """`op` of this number alone: for a subclass that has a shorter way."""
        return self.apply(op, self)

    def __add__(self, other: Number) -> Number:
        return self.apply(ops.add, self, other)

    def __radd__(self, other: Number) -> Number:
        return self.apply(ops.add, other, self)

    def __sub__(self, other: Number) -> Number:
        return self.apply(ops.sub, self, other)

    def __rsub__(self, other: Number) -> Number:
        return self.apply(ops.sub, other, self)

    def __mul__(self, other: Number) -> Number:
        return self.apply(ops.mul, self, other)

    def __rmul__(self, other: Number) -> Number:
        return self.apply(ops.mul, other, self)

    def __truediv__(self, other: Number) -> Number:
        return self.apply(ops.div, self, other)

    def __rtruediv__(self, other: Number) -> Number:
        return self.apply(ops.div, other, self)

    def __pow__(self, other: Number) -> Number:
        return self.apply(ops.power, self, other)

    def __rpow__(self, other: Number) -> Number:
        return self.apply(ops.power, other, self)

    def __neg__(self) -> Number:
        return self._one(ops.neg)

    def __pos__(self) -> Number:
        return self

    def __abs__(self) -> Number:
        return self._one(ops.absolute)

    def __floor__(self) -> Number:
        return self._one(ops.floor)

    def __ceil__(self) -> Number:
        return self._one(ops.ceil)

    # one method per primitive of one operand

    def exp(self) -> Number:
        return self._one(ops.exp)

    def expm1(self) -> Number:
        return self._one(ops.expm1)

    def log(self) -> Number:
        return self._one(ops.log)

    def log1p(self) -> Number:
        return self._one(ops.log1p)

    def log2(self) -> Number:
        return self._one(ops.log2)

    def log10(self) -> Number:
        return self._one(ops.log10)

    def sqrt(self) -> Number:
        return self._one(ops.sqrt)

    def cbrt(self) -> Number:
        return self._one(ops.cbrt)

    def sin(self) -> Number:
        return self._one(ops.sin)

    def cos(self) -> Number:
        return self._one(ops.cos)

    def tan(self) -> Number:
        return self._one(ops.tan)

    def asin(self) -> Number:
        return self._one(ops.asin)

    def acos(self) -> Number:
        return self._one(ops.acos)

    def atan(self) -> Number:
        return self._one(ops.atan)

    def sinh(self) -> Number:
        return self._one(ops.sinh)

    def cosh(self) -> Number:
        return self._one(ops.cosh)

    def tanh(self) -> Number:
        return self._one(ops.tanh)

    def asinh(self) -> Number:
        return self._one(ops.asinh)

    def acosh(self) -> Number:
        return self._one(ops.acosh)

    def atanh(self) -> Number:
        return self._one(ops.atanh)

    def erf(self) -> Number:
        return self._one(ops.erf)

    def erfc(self) -> Number:
        return self._one(ops.erfc)

    def sign(self) -> Number:
        return self._one(ops.sign)

    def floor(self) -> Number:
        return self._one(ops.floor)

    def ceil(self) -> Number:
        return self._one(ops.ceil)

    def relu(self) -> Number:
        return self._one(ops.relu)

    def sigmoid(self) -> Number:
        return self._one(ops.sigmoid)

    def softplus(self) -> Number:
        return self._one(ops.softplus)

    # and per primitive of more: op(...) and not apply, so that a stranger is a TypeError

    def atan2(self, other: Number) -> Number:
        return ops.atan2(self, other)

    def hypot(self, other: Number) -> Number:
        return ops.hypot(self, other)

    def maximum(self, other: Number) -> Number:
        return ops.maximum(self, other)

    def minimum(self, other: Number) -> Number:
        return ops.minimum(self, other)

    def logaddexp(self, other: Number) -> Number:
        return ops.logaddexp(self, other)

    def less(self, other: Number) -> Number:
        return ops.less(self, other)

    def less_equal(self, other: Number) -> Number:
        return ops.less_equal(self, other)

    def clip(self, lo: Number, hi: Number) -> Number:
        return ops.clip(self, lo, hi)

    # NumPy's spellings

    def arcsin(self) -> Number:
        return self._one(ops.asin)

    def arccos(self) -> Number:
        return self._one(ops.acos)

    def arctan(self) -> Number:
        return self._one(ops.atan)

    def arctan2(self, other: Number) -> Number:
        return ops.atan2(self, other)

    def arcsinh(self) -> Number:
        return self._one(ops.asinh)

    def arccosh(self) -> Number:
        return self._one(ops.acosh)

    def arctanh(self) -> Number:
        return self._one(ops.atanh)

    def absolute(self) -> Number:
        return self._one(ops.absolute)

    def fabs(self) -> Number:
        return self._one(ops.absolute)


@mypyc_attr(allow_interpreted_subclasses=True, acyclic=True)
class Ieee(Scalar):
    """A plain double that follows IEEE-754: `1 / Ieee(0.0)` is inf, not an exception."""

    __slots__ = ("data",)

    def __init__(self, data: float) -> None:
        self.data = data

    @classmethod
    def apply(cls, op: Op, *operands: Number) -> Number:
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
