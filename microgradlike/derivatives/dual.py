"""Dual: a number with its tangent, for forward mode."""

from __future__ import annotations

import itertools
import operator
from functools import reduce
from math import nan

from microgradlike import ops
from microgradlike._mypyc import mypyc_attr
from microgradlike._validate import shown
from microgradlike.coerce import as_float
from microgradlike.context import active_trace
from microgradlike.derivatives.chain_rule import partial, product
from microgradlike.engine import Value
from microgradlike.indeterminate_form import absorbed, settle
from microgradlike.op import Number
from microgradlike.ops import Op
from microgradlike.scalar import Scalar
from microgradlike.structural import structural_zero

CONSTANT = -1  # the tag of a constant, whose tangent is zero
STRUCTURAL = ""  # the form of a tangent of 0 that says "does not depend on it"
fresh_tag = itertools.count(1).__next__  # one per derivative; next() of a count is atomic


@mypyc_attr(allow_interpreted_subclasses=True, acyclic=True)
class Dual(Scalar):
    """A number and its derivative in one direction: `primal` + `tangent`·ε, with ε² = 0.

    `primal` and `tangent` are numbers, Values, or Duals of a smaller `tag`. The tag names the
    derivative that ε belongs to. A later derivative has a larger tag, stands outermost, and sees
    the Duals of earlier ones as constants, so nested derivatives are never confused (Siskind &
    Pearlmutter, IFL 2005).

    `form` tells of an indeterminate product 0·∞ that counted as 0 in the tangent. It is None
    without one, and "" for a structural zero, by which 0·∞ is 0.

    Raises TypeError where a part is not a real number, Value or Dual, and ValueError where it is a
    Dual of the same tag or a larger one.

    >>> from microgradlike import ops
    >>> ops.tanh(Dual(0.5, 1.0))
    Dual(0.46211715726000974, 0.7864477329659274)
    """

    __slots__ = ("form", "primal", "tag", "tangent")

    form: str | None

    def __init__(self, primal: Number, tangent: Number = 0.0, tag: int = 0) -> None:
        self.primal = _checked_part(primal, tag)
        self.tangent = _checked_part(tangent, tag)
        self.tag = tag
        self.form = None

    @classmethod
    def apply(cls, op: Op, *operands: Number) -> Number:
        """`op` of the primals; its tangent is the sum of tangent × partial over the `operands`.

        NotImplemented if an operand is not a number.

        >>> from microgradlike import ops
        >>> Dual.apply(ops.exp, Dual(0.0, 2.0)).tangent
        2.0
        """
        numbers = [_operand(x, op.chooses and i == 0) for i, x in enumerate(operands)]
        if any(x is None for x in numbers):
            return NotImplemented
        tag = max(x.tag for x in numbers if isinstance(x, Dual))
        pairs = [split(x, tag) for x in numbers]
        at = tuple(primal for primal, _ in pairs)
        y = product(*at) if op is ops.mul_no_nan else op(*at)
        if op is ops.where:  # without the chain rule, so that the other branch has no effect
            chosen, tangent = pairs[1 if base(at[0]) else 2] if _is_plain(at[0]) else (y, y)
            if tangent is None:  # a constant; a tangent of 0 would give nan times a nan
                return chosen if isinstance(chosen, Scalar) else _dual(chosen, 0.0, CONSTANT)
            taken = numbers[1 if base(at[0]) else 2] if _is_plain(at[0]) else None
            branches = [0.0 if t is None else t for _, t in pairs[1:]]
            return _dual(y, op(at[0], *branches), tag, _form_of(taken))
        terms: list[Number] = []
        form: str | None = STRUCTURAL
        for i, (_, t) in enumerate(pairs):
            if t is None:
                continue
            p = partial(op, i, y, at)
            mark = absorbed.latest
            terms.append(product(t, p))
            met = _form(op, i, at, t, p) if absorbed.latest is not mark else numbers[i].form
            if not _is_structural(op, i, numbers, pairs, p) and not form:
                form = met or None
        return _dual(y, reduce(operator.add, terms), tag, form)

    def constant(self, x: float) -> Number:
        """The number `x` as a Dual without a tangent, which 0 × nan would make one.

        >>> Dual(0.0, 2.0).constant(3.0).primal
        3.0
        """
        return _dual(x, 0.0, CONSTANT)

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

    def __int__(self) -> int:
        raise TypeError(
            "int(Dual) would lose the tangent; read .primal for the number, or use"
            " microgradlike.trunc(x)"
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


def _number(x: Number) -> Number:
    """The double in a number of any kind; nan for a number that is not known yet."""
    while isinstance(x, Scalar):
        x = x.primal if isinstance(x, Dual) else x.data if isinstance(x, Value) else nan
    return x


def _is_structural(
    op: Op, index: int, numbers: list[Number], pairs: list[tuple[Number, Number]], p: Number
) -> bool:
    """True if tangent or partial is a 0 that says "does not depend on it"."""
    if _is_constant(numbers[index], pairs[index][1]):
        return True
    if _number(p) != 0:
        return False
    constant = [1.0 if _is_constant(x, t) else 0.0 for x, (_, t) in zip(numbers, pairs)]
    return bool(structural_zero(op, [_number(primal) for primal, _ in pairs], constant))


def _is_constant(x: Number, tangent: Number) -> bool:
    if tangent is None:
        return not isinstance(x, Scalar) or (isinstance(x, Dual) and x.tag == CONSTANT)
    return x.form == STRUCTURAL and bool(_number(tangent) == 0)


def _form(op: Op, index: int, at: tuple[Number, ...], t: Number, p: Number) -> str:
    """A product 0·∞ in words."""
    call = f"{op.name}({', '.join(str(_number(x)) for x in at)})"
    return f"the chain rule meets {_number(t)} × {_number(p)} at {call}, operand {index + 1}"


def _form_of(x: Number) -> str | None:
    return x.form if isinstance(x, Dual) else None


def seed(x: Number, tangent: Number, tag: int) -> Dual:
    """An argument of forward mode; a plain tangent of 0 is structural.

    >>> seed(3.0, 0.0, 1)
    Dual(3.0, 0.0, tag=1)
    """
    trace = active_trace.get()
    if trace is not None and isinstance(x, Scalar) and not isinstance(x, (Dual, Value)):
        x = trace.fresh_copy(x)  # as in reverse mode: a node of its own, that the derivative is by
    dual = Dual(x, tangent, tag)
    dual.form = STRUCTURAL if type(tangent) is float and tangent == 0 else None
    return dual


def checked_tangent(x: Number, tag: int) -> Number:
    """The tangent of x, None for a constant; an indeterminate product 0·∞ in it is reported."""
    _, tangent = split(x, tag)
    if tangent is not None and x.form and settle([x.form]):
        return tangent * nan
    return tangent


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


def _dual(primal: Number, tangent: Number, tag: int, form: str | None = None) -> Dual:
    x: Dual = Dual.__new__(Dual)  # skips the checks of Dual(...)
    x.primal, x.tangent, x.tag, x.form = primal, tangent, tag, form
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
