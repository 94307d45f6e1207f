"""Term: a formula as an immutable graph over the primitives; its views as a sum or a product."""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Callable, Hashable, Iterable
from fractions import Fraction
from typing import TypeAlias
from weakref import WeakValueDictionary

from microgradlike import ops
from microgradlike.graph import topological
from microgradlike.op import Number, Op
from microgradlike.scalar import Scalar

Key: TypeAlias = "Callable[[Term], Hashable]"  # equal for equal terms
Items: TypeAlias = "list[tuple[Term, Fraction]]"  # terms with coefficients, or bases with exponents

SUMS = (ops.add, ops.sub)
PRODUCTS = (ops.mul, ops.div, ops.neg, ops.power, ops.sqrt)
LARGEST_POWER = 16  # a larger whole exponent is not multiplied out
LARGE = 150  # the size of a term that is not tidied


class Term(Scalar):
    """A number or a variable (`leaf`), or a primitive of other terms; equal ones are one object.

    >>> x = term("x")
    >>> x + 1 is x + 1, (x + 1).operands == (x, ONE)
    (True, True)
    """

    def __init__(self, op: Op | None, operands: tuple[Term, ...], leaf: float | str | None) -> None:
        self.op, self.operands, self.leaf = op, operands, leaf
        self.size: int = 1 + sum([x.size for x in operands])  # as a tree

    @classmethod
    def apply(cls, op: Op, *operands: Number) -> Term:
        """The term of a primitive of terms and numbers."""
        return _interned(op, tuple(x if isinstance(x, Term) else term(x) for x in operands), None)

    @property
    def number(self) -> float | None:
        """The number of a constant; None for all else."""
        return None if isinstance(self.leaf, str) else self.leaf


_TERMS: WeakValueDictionary[Hashable, Term] = WeakValueDictionary()


def _interned(op: Op | None, operands: tuple[Term, ...], leaf: float | str | None) -> Term:
    known = (op, operands, leaf if isinstance(leaf, str) else repr(leaf))
    found = _TERMS.get(known)
    if found is None:
        found = _TERMS[known] = Term(op, operands, leaf)
    return found


def term(leaf: float | str) -> Term:
    """A constant or, for a name, a variable."""
    return _interned(None, (), leaf if isinstance(leaf, str) else float(leaf))


ONE = term(1.0)


def sum_view(t: Term) -> Items:
    """The terms of a sum with their coefficients, in order; the coefficient of 1 is the constant.

    >>> [c for _, c in sum_view((term("x") + 2) / 2 - term("x"))]
    [Fraction(1, 2), Fraction(1, 1), Fraction(-1, 1)]
    """
    items: Items = []
    stack = [(t, Fraction(1))]
    while stack:
        t, c = stack.pop()
        if t.op in SUMS:
            a, b = t.operands
            stack += [(b, c if t.op is ops.add else -c), (a, c)]
            continue
        k, factors = product_view(t)
        if len(factors) == 1 and factors[0][1] == 1 and factors[0][0] is not t:
            stack.append((factors[0][0], c * k))
        else:
            items.append((t if k == 1 else product(Fraction(1), factors), c * k))
    return items


def product_view(t: Term) -> tuple[Fraction, Items]:
    """The coefficient of a product, and its bases with their exponents, in order."""
    coefficient, items = Fraction(1), []
    stack = [(t, Fraction(1))]  # exponents on the stack are whole
    while stack:
        t, e = stack.pop()
        x, power = t.number, _power(t)
        if t.op in (ops.mul, ops.div):
            a, b = t.operands
            stack += [(b, e if t.op is ops.mul else -e), (a, e)]
        elif t.op is ops.neg:
            coefficient *= -1 if e % 2 else 1
            stack.append((t.operands[0], e))
        elif power is not None and (power * e).denominator == 1 and abs(power * e) <= LARGEST_POWER:
            stack.append((t.operands[0], power * e))
        elif power is not None:
            items.append((t.operands[0], power * e))
        elif x is not None and math.isfinite(x) and (x or e > 0):
            coefficient *= Fraction(x) ** int(e)
        else:
            items.append((t, e))
    return coefficient, items


def _power(t: Term) -> Fraction | None:
    """The constant exponent of a power or root."""
    if t.op is ops.sqrt:
        return Fraction(1, 2)
    exponent = t.operands[1].number if t.op is ops.power else None
    return None if exponent is None or not math.isfinite(exponent) else Fraction(exponent)


def product(coefficient: Fraction, items: Items) -> Term:
    """A term of a coefficient and powers; OverflowError if a number is not exact as a float."""
    above = [_raised(t, e) for t, e in items if e > 0]
    below = [_raised(t, -e) for t, e in items if e < 0]
    p, q = coefficient.numerator, coefficient.denominator
    if abs(p) != 1 and q != 1 and Fraction(float(coefficient)) == coefficient:
        above.insert(0, term(float(coefficient)))
    else:
        if q != 1:
            below.insert(0, _whole(q))
        if abs(p) != 1 or not above:
            above.insert(0, _whole(p))
        elif p == -1:
            above[0] = -above[0]
    over = functools.reduce(operator.mul, above)
    return over / functools.reduce(operator.mul, below) if below else over


def _whole(n: int) -> Term:
    if int(float(n)) != n:
        raise OverflowError(f"{n} is not exact as a float")
    return term(float(n))


def _raised(t: Term, e: Fraction) -> Term:
    if e == 1:
        return t
    if e == Fraction(1, 2):
        return ops.sqrt(t)
    return t ** float(e)


def total(items: Items) -> Term:
    """A term of terms with coefficients: first what is added, then what is subtracted."""
    sizes = {abs(c) for _, c in items}
    if len(sizes) == 1 and len(items) > 1 and sizes != {1}:
        (size,) = sizes
        return product(size, [(total([(t, c / size) for t, c in items]), Fraction(1))])
    plus = [_scaled(t, c) for t, c in items if c > 0]
    minus = [_scaled(t, -c) for t, c in items if c < 0]
    if not plus:
        plus = [-minus.pop(0)] if minus else [term(0.0)]
    return functools.reduce(operator.sub, minus, functools.reduce(operator.add, plus))


def _scaled(t: Term, c: Fraction) -> Term:
    k, items = product_view(t) if c != 1 else (1, [])
    return t if c == 1 else product(c * k, [] if t is ONE else items)


def collected(items: Items, key: Key) -> Items:
    """The items with equal terms made one, and without those of 0."""
    found: dict[Hashable, tuple[Term, Fraction]] = {}
    for t, c in items:
        first, before = found.get(key(t), (t, Fraction(0)))
        found[key(t)] = first, before + c
    return [(t, c) for t, c in found.values() if c]


def tidy(t: Term, key: Key) -> Term:
    """The term with like terms and common factors cancelled at its top, if that makes it smaller.

    >>> x = term("x")
    >>> tidy((x + 1) - x, id) is ONE
    True
    """
    while t.size <= LARGE:
        try:
            if t.op in SUMS:
                smaller = total(collected(sum_view(t), key))
            elif t.op in PRODUCTS:
                c, items = product_view(t)
                smaller = product(c, collected(items, key))
            else:
                return t
        except OverflowError:
            return t
        if len(topological(smaller)) >= len(topological(t)):
            return t
        t = smaller
    return t


def substituted(root: Term, new: dict[Term, Term], key: Key) -> Term:
    """The root with terms replaced; what changes above them is tidied."""
    made = dict(new)
    for t in topological(root):
        if t not in made:
            operands = [made[x] for x in t.operands]
            changed = any(x is not y for x, y in zip(operands, t.operands))
            made[t] = tidy(Term.apply(t.op, *operands), key) if t.op and changed else t
    return made[root]


def variables(roots: Iterable[Term]) -> list[str]:
    """The names of the variables below the roots, in order."""
    return [t.leaf for t in topological(*roots) if isinstance(t.leaf, str)]
