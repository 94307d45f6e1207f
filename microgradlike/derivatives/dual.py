"""Dual: forward mode."""

from __future__ import annotations

import itertools
import operator
from functools import reduce
from typing import Any

from microgradlike import ops
from microgradlike._mypyc import mypyc_attr
from microgradlike.coerce import as_float
from microgradlike.derivatives.chain_rule import partial, product
from microgradlike.ops import Op
from microgradlike.scalar import Scalar

STILL = -1  # the tag of a number that moves in no direction
fresh_tag = itertools.count(1).__next__  # one per derivative taken; next() is one step to threads


@mypyc_attr(allow_interpreted_subclasses=True, acyclic=True)
class Dual(Scalar):
    """A number and its derivative in one direction: `primal` + `tangent`·ε, where ε² is 0.

    Both may be numbers, Values, or Duals of another `tag`. The tag says which derivative the ε
    belongs to: of two, the later one is outermost, and the earlier one a constant to it. That is
    what keeps nested derivatives apart (Siskind & Pearlmutter, IFL 2005).

    >>> ops.tanh(Dual(0.5, 1.0))
    Dual(0.46211715726000974, 0.7864477329659274)
    """

    __slots__ = ("primal", "tag", "tangent")

    def __init__(self, primal: Any, tangent: Any = 0.0, tag: int = 0) -> None:
        self.primal = _part(primal, tag)
        self.tangent = _part(tangent, tag)
        self.tag = tag

    @classmethod
    def apply(cls, op: Op, *operands: Any) -> Any:
        """`op` of the primals, and the sum of each tangent times its partial."""
        numbers = [_operand(x, op.chooses and i == 0) for i, x in enumerate(operands)]
        if any(x is None for x in numbers):
            return NotImplemented
        tag = max(x.tag for x in numbers if isinstance(x, Dual))
        pairs = [split(x, tag) for x in numbers]
        at = tuple(primal for primal, _ in pairs)
        y = op(*at)
        if op is ops.where:  # not by the chain rule: the other branch must not come in
            chosen, tangent = pairs[1 if base(at[0]) else 2] if _is_plain(at[0]) else (y, y)
            if tangent is None:  # no derivative, and not one of 0, which times a nan were a nan
                return chosen if isinstance(chosen, Scalar) else _dual(chosen, 0.0, STILL)
            branches = [0.0 if t is None else t for _, t in pairs[1:]]
            return _dual(y, op(at[0], *branches), tag)
        terms = [
            product(t, partial(op, i, y, at)) for i, (_, t) in enumerate(pairs) if t is not None
        ]
        return _dual(y, reduce(operator.add, terms), tag)

    def constant(self, x: float) -> Any:
        """The number `x` as a Dual of the same tag, which moves in no direction."""
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

    def __hash__(self) -> int:  # by identity, as by default; compiled, an order would take it away
        return object.__hash__(self)

    def __lt__(self, other: Any) -> Any:
        x = _operand(other)
        return NotImplemented if x is None else base(self) < base(x)

    def __le__(self, other: Any) -> Any:
        x = _operand(other)
        return NotImplemented if x is None else base(self) <= base(x)

    def __gt__(self, other: Any) -> Any:
        x = _operand(other)
        return NotImplemented if x is None else base(self) > base(x)

    def __ge__(self, other: Any) -> Any:
        x = _operand(other)
        return NotImplemented if x is None else base(self) >= base(x)

    def __float__(self) -> float:
        # defined only to refuse, as Value does
        raise TypeError(
            "a Dual does not turn into a float by itself, that would lose its tangent; read .primal"
            " for the number, or use microgradlike.sin(x) and its like in place of math.sin(x)"
        )

    def __format__(self, spec: str) -> str:
        return format(base(self), spec) if spec else repr(self)

    def __reduce__(self) -> tuple[Any, ...]:  # as by default; compiled, the slots are not seen
        state = getattr(self, "__dict__", None)
        return type(self), (self.primal, self.tangent, self.tag), state

    def __repr__(self) -> str:
        tag = f", tag={self.tag}" if self.tag else ""
        return f"Dual({self.primal!r}, {self.tangent!r}{tag})"


def base(x: Any) -> Any:
    """The number below every Dual: a float, or a Scalar of another kind.

    >>> base(Dual(Dual(3.0, 1.0, tag=1), 1.0, tag=2))
    3.0
    """
    while isinstance(x, Dual):
        x = x.primal
    return x


def _is_plain(x: Any) -> bool:
    """Whether it is a plain number below every Dual, so that it is known."""
    return not isinstance(base(x), Scalar)


def split(x: Any, tag: int) -> tuple[Any, Any]:
    """`x` as the derivative of that tag sees it: primal and tangent, None where it is a constant.

    >>> split(Dual(3.0, 1.0, tag=2), 2), split(Dual(3.0, 1.0, tag=1), 2), split(5.0, 2)
    ((3.0, 1.0), (Dual(3.0, 1.0, tag=1), None), (5.0, None))
    """
    if isinstance(x, Dual) and x.tag == tag:
        return x.primal, x.tangent
    return (x.primal if isinstance(x, Dual) and x.tag == STILL else x), None


def _dual(primal: Any, tangent: Any, tag: int) -> Dual:
    x: Dual = Dual.__new__(Dual)  # not Dual(...): that checks
    x.primal, x.tangent, x.tag = primal, tangent, tag
    return x


def _operand(x: Any, condition: bool = False) -> Any:
    """`x` as something to calculate with; None for a stranger."""
    if isinstance(x, Scalar):
        return x
    if condition and type(x).__name__ in ("bool", "bool_"):
        return bool(x)
    return as_float(x)


def _part(x: Any, tag: int) -> Any:
    part = _operand(x)
    if part is None:
        raise TypeError(
            f"a Dual is made of real numbers, Values or other Duals, got {x!r:.60} of type"
            f" {type(x).__name__}"
        )
    if isinstance(part, Dual) and part.tag >= tag:
        raise ValueError(
            f"a Dual of tag {tag} is outside of one of tag {part.tag}; an outer one, of the later"
            " derivative, has the larger tag"
        )
    return part
