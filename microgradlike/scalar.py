"""Scalar: the methods that every kind of number shares, one per primitive."""

from __future__ import annotations

import contextlib
import sys
from typing import NoReturn, Self

from microgradlike import ops
from microgradlike._help import called_name
from microgradlike._mypyc import mypyc_attr
from microgradlike.op import Kind, Number
from microgradlike.operators import Operators


@mypyc_attr(allow_interpreted_subclasses=True, acyclic=True)
class Scalar(Operators):
    """The base class of every kind of number: a subclass defines `apply`.

    `apply(op, *operands)` gives `op` of the operands, NotImplemented if one is a stranger.
    Methods have NumPy's names too, by which `np.exp` of an object array finds them. A NumPy
    function of a number, such as `np.logaddexp(v, 0.0)`, is the primitive of that name. `round`,
    `math.floor`, `math.ceil` and `math.trunc` are primitives too, with derivative 0.
    """

    __slots__ = ()

    def constant(self, x: float) -> Self:
        """The number `x` as one of this kind, a constant.

        >>> from microgradlike import Value
        >>> Value(1.0).constant(2.0).data
        2.0
        """
        return type(self)(x)  # type: ignore[call-arg]

    def detach(self) -> Self:
        """The same number without history: a constant to every derivative."""
        raise NotImplementedError(f"{type(self).__name__} has no detach()")

    def _nearby(self) -> Self:
        """A number close to this one, without a derivative in any mode."""
        return self._unary(ops.floor)

    def _require_usable(self) -> None:
        """Raise an error if the number is of no use here, as one kept from a recording is."""

    def __array_ufunc__(self, ufunc: Number, method: str, *xs: Number, **kwargs: Number) -> Number:
        from microgradlike.number_array import apply_ufunc

        return apply_ufunc(ufunc, method, xs, kwargs)

    def _sympy_(self) -> NoReturn:
        # SymPy asks here in `sympy.Float(2) * v`; after its own error it leaves the product to us
        raise sys.modules["sympy"].SympifyError("a Value, which has no formula; read .data")

    # a method per primitive of one operand

    def exp(self) -> Self:
        return self._unary(ops.exp)

    def exp2(self) -> Self:
        return self._unary(ops.exp2)

    def expm1(self) -> Self:
        return self._unary(ops.expm1)

    def exprel(self) -> Self:
        return self._unary(ops.exprel)

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

    def sinc(self) -> Self:
        return self._unary(ops.sinc)

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

    def rint(self) -> Self:
        return self._unary(ops.rint)

    def trunc(self) -> Self:
        return self._unary(ops.trunc)

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

    def floor_divide(self, other: Kind | float) -> Self:
        return ops.floor_divide(self, other)

    def mod(self, other: Kind | float) -> Self:
        return ops.mod(self, other)

    def fmod(self, other: Kind | float) -> Self:
        return ops.fmod(self, other)

    def maximum(self, other: Kind | float) -> Self:
        return ops.maximum(self, other)

    def minimum(self, other: Kind | float) -> Self:
        return ops.minimum(self, other)

    def logaddexp(self, other: Kind | float) -> Self:
        return ops.logaddexp(self, other)

    def xlogy(self, other: Kind | float) -> Self:
        return ops.xlogy(self, other)

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

    def remainder(self, other: Kind | float) -> Self:
        return ops.mod(self, other)

    def deg2rad(self) -> Self:
        """The angle in radians, of one in degrees.

        >>> from microgradlike import Value
        >>> Value(180.0).deg2rad().data
        3.141592653589793
        """
        return self * ops.DEGREE

    def radians(self) -> Self:
        """The angle in radians, of one in degrees; NumPy's other name for `deg2rad`.

        >>> from microgradlike import Value
        >>> Value(180.0).radians().data
        3.141592653589793
        """
        return self * ops.DEGREE

    def rad2deg(self) -> Self:
        """The angle in degrees, of one in radians.

        >>> from microgradlike import Value
        >>> round(Value(0.5).rad2deg().data, 6)
        28.64789
        """
        return self * (1 / ops.DEGREE)

    def degrees(self) -> Self:
        """The angle in degrees, of one in radians; NumPy's other name for `rad2deg`.

        >>> from microgradlike import Value
        >>> round(Value(0.5).degrees().data, 6)
        28.64789
        """
        return self * (1 / ops.DEGREE)

    # a real number as a complex one: `np.std`, `np.var`, `np.vdot` and `np.linalg.norm` ask for it

    def conjugate(self) -> Self:
        """The number itself, as it is real.

        >>> from microgradlike import Value
        >>> x = Value(1.0); x.conjugate() is x
        True
        """
        return self

    @property
    def real(self) -> Self:
        """The number itself, as it is real."""
        return self

    @property
    def imag(self) -> float:
        """The imaginary part, 0.0."""
        return 0.0


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
