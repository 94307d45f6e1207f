"""Dual: a number with its tangent, for forward mode."""

from __future__ import annotations

import itertools
import operator
from functools import reduce

from microgradlike import ops
from microgradlike._mypyc import mypyc_attr
from microgradlike._validate import shown
from microgradlike.coerce import as_float
from microgradlike.derivatives.chain_rule import partial, product
from microgradlike.op import Number
from microgradlike.ops import Op
from microgradlike.scalar import Scalar

CONSTANT = -1  # the tag of a constant, whose tangent is zero
fresh_tag = itertools.count(1).__next__  # one per derivative; next() of a count is atomic


@mypyc_attr(allow_interpreted_subclasses=True, acyclic=True)
class Dual(Scalar):
    """A number and its derivative in one direction: `primal` + `tangent`·ε, with ε² = 0.

    `primal` and `tangent` are numbers, Values, or Duals of a smaller `tag`. The tag names the
    derivative that ε belongs to. A later derivative has a larger tag, stands outermost, and sees
    the Duals of earlier ones as constants, so nested derivatives are never confused (Siskind &
    Pearlmutter, IFL 2005).

    Raises TypeError where a part is not a real number, Value or Dual, and ValueError where it is a
    Dual of the same tag or a larger one.

    >>> ops.tanh(Dual(0.5, 1.0))
    Dual(0.46211715726000974, 0.7864477329659274)
    """

    __slots__ = ("primal", "tag", "tangent")

    def __init__(self, primal: Number, tangent: Number = 0.0, tag: int = 0) -> None:
        self.primal = _checked_part(primal, tag)
        self.tangent = _checked_part(tangent, tag)
        self.tag = tag

    @classmethod
    def apply(cls, op: Op, *operands: Number) -> Number:
        """`op` of the primals; its tangent is the sum of tangent × partial over the operands."""
        numbers = [_operand(x, op.chooses and i == 0) for i, x in enumerate(operands)]
        if any(x is None for x in numbers):
            return NotImplemented
        tag = max(x.tag for x in numbers if isinstance(x, Dual))
        pairs = [split(x, tag) for x in numbers]
        at = tuple(primal for primal, _ in pairs)
        y = op(*at)
        if op is ops.where:  # without the chain rule, so that the other branch has no effect
            chosen, tangent = pairs[1 if base(at[0]) else 2] if _is_plain(at[0]) else (y, y)
            if tangent is None:  # a constant; a tangent of 0 would give nan times a nan
                return chosen if isinstance(chosen, Scalar) else _dual(chosen, 0.0, CONSTANT)
            branches = [0.0 if t is None else t for _, t in pairs[1:]]
            return _dual(y, op(at[0], *branches), tag)
        terms = [
            product(t, partial(op, i, y, at)) for i, (_, t) in enumerate(pairs) if t is not None
        ]
        return _dual(y, reduce(operator.add, terms), tag)

    def constant(self, x: float) -> Number:
        """The number `x` as a Dual of the same tag with a zero tangent."""
        return _dual(x, 0.0, self.tag)

    def detach(self) -> Dual:
        """The same number with a zero tangent, a constant to every derivative.

        >>> Dual(3.0, 1.0).detach() * Dual(3.0, 1.0)
        Dual(9.0, 3.0)
        """
        x = self.primal
        return _dual(x.detach() if isinstance(x, Scalar) else x, 0.0, self.tag)

    def __bool__(self) -> bool:
        return bool(self.primal)

    def __eq__(self, other: object) -> bool:  # as for a Value: with a number by value
        x = as_float(other)
        return NotImplemented if x is None else bool(base(self) == x)

    def __hash__(self) -> int:  # by identity; defining a comparison removes the default
        return object.__hash__(self)

    def __lt__(self, other: Number) -> Number:
        x = _operand(other)
        return NotImplemented if x is None else base(self) < base(x)

    def __le__(self, other: Number) -> Number:
        x = _operand(other)
        return NotImplemented if x is None else base(self) <= base(x)

    def __gt__(self, other: Number) -> Number:
        x = _operand(other)
        return NotImplemented if x is None else base(self) > base(x)

    def __ge__(self, other: Number) -> Number:
        x = _operand(other)
        return NotImplemented if x is None else base(self) >= base(x)

    def __float__(self) -> float:
        # defined only to refuse, as Value does
        raise TypeError(
            "float(Dual) would lose the tangent; read .primal for the number, or use functions of"
            " this package, such as microgradlike.sin(x) instead of math.sin(x)"
        )

    def __format__(self, spec: str) -> str:
        return format(base(self), spec) if spec else repr(self)

    def __reduce__(self) -> tuple[object, ...]:  # as by default, which misses compiled slots
        state = getattr(self, "__dict__", None)
        return type(self), (self.primal, self.tangent, self.tag), state

    def __repr__(self) -> str:
        tag = f", tag={self.tag}" if self.tag else ""
        return f"Dual({self.primal!r}, {self.tangent!r}{tag})"


def base(x: Number) -> Number:
    """The innermost primal of a Dual: a float, or a Scalar of another kind.

    >>> base(Dual(Dual(3.0, 1.0, tag=1), 1.0, tag=2))
    3.0
    """
    while isinstance(x, Dual):
        x = x.primal
    return x


def _is_plain(x: Number) -> bool:
    """True if the innermost primal is a plain number, known while the function runs."""
    return not isinstance(base(x), Scalar)


def split(x: Number, tag: int) -> tuple[Number, Number]:
    """Primal and tangent of `x` for the derivative of that tag; the tangent of a constant is None.

    >>> split(Dual(3.0, 1.0, tag=2), 2), split(Dual(3.0, 1.0, tag=1), 2), split(5.0, 2)
    ((3.0, 1.0), (Dual(3.0, 1.0, tag=1), None), (5.0, None))
    """
    if isinstance(x, Dual) and x.tag == tag:
        return x.primal, x.tangent
    return (x.primal if isinstance(x, Dual) and x.tag == CONSTANT else x), None


def _dual(primal: Number, tangent: Number, tag: int) -> Dual:
    x: Dual = Dual.__new__(Dual)  # skips the checks of Dual(...)
    x.primal, x.tangent, x.tag = primal, tangent, tag
    return x


def _operand(x: Number, condition: bool = False) -> Number:
    """`x` as a float or Scalar (a condition may be a bool), or None for anything else."""
    if isinstance(x, Scalar):
        return x
    if condition and type(x).__name__ in ("bool", "bool_"):
        return bool(x)
    return as_float(x)


def _checked_part(x: Number, tag: int) -> Number:
    part = _operand(x)
    if part is None:
        raise TypeError(
            f"a Dual takes real numbers, Values or other Duals, got {shown(x)} of type"
            f" {type(x).__name__}"
        )
    if isinstance(part, Dual) and part.tag >= tag:
        raise ValueError(
            f"a Dual of tag {tag} cannot hold one of tag {part.tag}; give the outer Dual the larger"
            " tag, as from fresh_tag()"
        )
    return part
