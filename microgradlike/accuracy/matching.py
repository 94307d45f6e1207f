"""Matching of a rule with a term, up to order, factors and like terms, and replacement."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from microgradlike.accuracy.rules import Rule
from microgradlike.accuracy.terms import (
    PRODUCTS,
    SUMS,
    Items,
    Key,
    Term,
    collected,
    product,
    product_view,
    substituted,
    sum_view,
    tidy,
    total,
)

Item: TypeAlias = "tuple[Term, Fraction]"
Bindings: TypeAlias = "dict[Term, Term]"  # of the variables of a rule
Found: TypeAlias = "tuple[Bindings, Fraction, Items]"  # with the factor and the items left over


def rewritten(rule: Rule, t: Term, key: Key) -> Iterator[tuple[Term, Bindings]]:
    """The terms that a rule makes of `t`, with what its variables stand for.

    A sum matches if some of its terms do, in any order and up to a common factor; likewise a
    product.

    >>> from microgradlike.accuracy.python_text import expression
    >>> from microgradlike.accuracy.rules import formula
    >>> rule = Rule("1 - cos(x)", "2*sin(x/2)**2")
    >>> [expression(new) for new, _ in rewritten(rule, formula("3 - cos(x)*3 + y"), id)]
    ['6*sin(x/2)**2 + y']
    """
    try:
        for bindings, factor, rest in _matches(rule.left, t, {}, key):
            new = substituted(rule.right, bindings, key)
            if _is_sum(rule.left):
                new = tidy(total([(new, factor), *rest]), key)
            elif rest or factor != 1:
                new = tidy(product(factor, [(new, Fraction(1)), *rest]), key)
            yield new, bindings
    except OverflowError:  # a coefficient that is not exact as a float
        return


def _is_sum(p: Term) -> bool:
    return p.op in SUMS


def _is_product(p: Term) -> bool:
    return p.op in PRODUCTS and product_view(p)[1] != [(p, Fraction(1))]


def _matches(p: Term, t: Term, bound: Bindings, key: Key) -> Iterator[Found]:
    """The ways in which a part of `t` matches the pattern `p`."""
    if _is_sum(p):
        yield from _assigned(sum_view(p), collected(sum_view(t), key), bound, None, key)
    elif _is_product(p):
        (c, factors), (k, items) = product_view(p), product_view(t)
        yield from _assigned(collected(factors, id), collected(items, key), bound, k / c, key)
    elif isinstance(p.leaf, str):
        if key(bound.get(p, t)) == key(t):
            yield {**bound, p: bound.get(p, t)}, Fraction(1), []
    elif p.leaf is not None:
        if t.leaf == p.leaf:
            yield bound, Fraction(1), []
    elif p.op is t.op:
        states = [bound]
        for q, x in zip(p.operands, t.operands):
            states = [b for state in states for b in _whole(q, x, state, key)]
        yield from ((b, Fraction(1), []) for b in states)


def _whole(p: Term, t: Term, bound: Bindings, key: Key) -> Iterator[Bindings]:
    """The ways in which all of `t` matches."""
    yield from (b for b, factor, rest in _matches(p, t, bound, key) if factor == 1 and not rest)


@dataclass(frozen=True, slots=True)
class _State:
    """A match under way: patterns that have items, items left, variables, the common factor."""

    given: int
    left: Items
    bound: Bindings
    factor: Fraction | None  # None for a sum in which nothing has matched yet


def _assigned(
    patterns: Items, items: Items, bound: Bindings, factor: Fraction | None, key: Key
) -> Iterator[Found]:
    """The ways to give each pattern an item of a sum (`factor` None) or of a product."""
    is_sum = factor is None
    queue = sorted(patterns, key=lambda item: isinstance(item[0].leaf, str))  # variables last
    states = [_State(0, items, bound, factor)]
    while states:
        s = states.pop()
        if s.given == len(queue):
            yield s.bound, Fraction(1) if s.factor is None else s.factor, s.left
            continue
        p, c = queue[s.given]
        if p in s.bound:
            states += _without(s, (p, c), is_sum, key)
        elif isinstance(p.leaf, str):
            last = s.given == len(queue) - 1
            states += _in_sum(s, (p, c), last) if is_sum else _in_product(s, (p, c), last)
        else:
            for j, (t, d) in enumerate(s.left):
                scale = d / c if s.factor is None else s.factor
                if d == (scale * c if is_sum else c):
                    others = s.left[:j] + s.left[j + 1 :]
                    found = _whole(p, t, s.bound, key)
                    states += [_State(s.given + 1, others, b, scale) for b in found]


def _without(s: _State, item: Item, is_sum: bool, key: Key) -> Iterator[_State]:
    """The state without the items that a variable stands for, if they are all there."""
    p, c = item
    scale = Fraction(1) if s.factor is None else s.factor
    if is_sum:
        gone = [(t, -d * c * scale) for t, d in sum_view(s.bound[p])]
    else:
        k, factors = product_view(s.bound[p])
        if not k or not scale:
            return
        gone = [(t, -d * c) for t, d in factors]
        scale = scale / k ** int(c) if c.denominator == 1 else scale
    rest = collected(s.left + gone, key)
    if len(rest) <= len(s.left) - len(gone):
        yield _State(s.given + 1, rest, s.bound, scale)


def _in_sum(s: _State, item: Item, last: bool) -> Iterator[_State]:
    """States in which a new variable stands for one term of a sum, or for all that are left."""
    p, c = item
    scale = Fraction(1) if s.factor is None else s.factor
    choices = [([x], s.left[:j] + s.left[j + 1 :]) for j, x in enumerate(s.left)]
    if last and len(s.left) > 1:
        choices.append((s.left, []))
    for taken, others in choices:
        x = total([(t, d / (c * scale)) for t, d in taken])
        yield _State(s.given + 1, others, {**s.bound, p: x}, scale)


def _in_product(s: _State, item: Item, last: bool) -> Iterator[_State]:
    """States in which a new variable stands for one factor, or for the rest of the product."""
    (p, c), factor = item, s.factor or Fraction(0)
    one = Fraction(1)
    choices = [([x], s.left[:j] + s.left[j + 1 :], one) for j, x in enumerate(s.left)]
    # 1 is a square, and no root
    whole = s.left or factor != 1 or (not s.given and c.denominator == 1)
    if last and whole and (len(s.left) != 1 or factor != 1):
        choices.append((s.left, [], factor))
    for taken, others, k in choices:
        root = _root(k, c)
        powers = [(t, d / c) for t, d in taken]
        if root and all(e == 1 or e.denominator == c.denominator for _, e in powers):
            x = product(root, powers)
            yield _State(s.given + 1, others, {**s.bound, p: x}, factor / k)


def _root(k: Fraction, c: Fraction) -> Fraction | None:
    """The c-th root of k, if it is a fraction."""
    if not k:
        return None
    if c == 1 or k == 1:
        return k
    if c == -1:
        return 1 / k
    if c != 2 or k < 0:
        return None
    p, q = math.isqrt(k.numerator), math.isqrt(k.denominator)
    return Fraction(p, q) if Fraction(p * p, q * q) == k else None
