"""IeeeFloat: a double whose operators do not raise; the partials of a primitive at floats."""

from __future__ import annotations

from typing import Self

from microgradlike._mypyc import mypyc_attr
from microgradlike.coerce import partial_number
from microgradlike.op import Number, Op
from microgradlike.scalar import Scalar


@mypyc_attr(allow_interpreted_subclasses=True, acyclic=True)
class IeeeFloat(Scalar):
    """A plain double that follows IEEE-754: `1 / IeeeFloat(0.0)` is inf, not an exception."""

    __slots__ = ("data",)

    def __init__(self, data: float) -> None:
        self.data = data

    @classmethod
    def apply(cls, op: Op, *operands: Number) -> Self:
        """The value of `op` as an IeeeFloat."""
        return cls(op.forward(*[x.data if isinstance(x, IeeeFloat) else x for x in operands]))

    def __eq__(self, other: object) -> bool:
        return bool(self.data == unwrapped(other))

    def __hash__(self) -> int:
        return hash(self.data)

    def __lt__(self, other: Number) -> bool:
        return bool(self.data < unwrapped(other))

    def __le__(self, other: Number) -> bool:
        return bool(self.data <= unwrapped(other))

    def __gt__(self, other: Number) -> bool:
        return bool(self.data > unwrapped(other))

    def __ge__(self, other: Number) -> bool:
        return bool(self.data >= unwrapped(other))


def unwrapped(x: Number) -> float:
    """The double in an IeeeFloat, or the number itself."""
    return x.data if isinstance(x, IeeeFloat) else x


def partial_at(op: Op, index: int, y: float, *operands: float) -> float:
    """dy/d(operand `index`) of `op` at floats, under IEEE-754; nan outside its domain.

    >>> from microgradlike import ops
    >>> partial_at(ops.div, 0, ops.div(1.0, 0.0), 1.0, 0.0)
    inf
    """
    partial = op.partials[index]
    try:
        p = partial(y, *operands)
    except ArithmeticError:  # floats raise at a pole, an IeeeFloat does not
        p = unwrapped(partial(IeeeFloat(y), *[IeeeFloat(x) for x in operands]))
    return p if type(p) is float else partial_number(op.name, p)
