"""Matching of a rule with a term, up to order, factors and like terms, and replacement."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import TypeAlias

from microgradlike.accuracy.rules import Rule
from microgradlike.accuracy.terms import (
    ONE,
    PRODUCTS,
    SUMS,
    Items,
    Key,
    Term,
    collected,
    product,
    product_view,
    sum_view,
    substituted,
    tidy,
    total,
)

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
    return p.op in PRODUCTS and product_view(p)[1] != [(p, 1)]


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


def _assigned(
    patterns: Items, items: Items, bound: Bindings, factor: Fraction | None, key: Key
) -> Iterator[Found]:
    """The ways to give each pattern an item; the factor is None for a sum until one is found."""
    is_sum = factor is None
    queue = sorted(patterns, key=lambda item: isinstance(item[0].leaf, str))  # variables last
    states: list[tuple[int, Items, Bindings, Fraction | None]] = [(0, items, bound, factor)]
    while states:
        i, left, bound, factor = states.pop()
        if i == len(queue):
            yield bound, factor or Fraction(1), left
            continue
        p, c = queue[i]
        if isinstance(p.leaf, str) and p in bound:
            states += _without(p, c, i, left, bound, factor, is_sum, key)
        elif isinstance(p.leaf, str):
            last = i == len(queue) - 1
            states += _given(p, c, i, left, bound, factor, is_sum, last, last and not i)
        else:
            for j, (t, d) in enumerate(left):
                scale = d / c if factor is None else factor
                if d == (scale * c if is_sum else c):
                    others = left[:j] + left[j + 1 :]
                    states += [(i + 1, others, b, scale) for b in _whole(p, t, bound, key)]


def _without(p, c, i, left, bound, factor, is_sum, key):
    """The state without the items that a variable stands for, if they are all there."""
    if is_sum:
        scale = Fraction(1) if factor is None else factor
        gone = [(t, -d * c * scale) for t, d in sum_view(bound[p])]
    else:
        k, gone = product_view(bound[p])
        if not k or not factor:
            return
        gone = [(t, -d * c) for t, d in gone]
        scale = factor / k ** int(c) if c.denominator == 1 else factor
    rest = collected(left + gone, key)
    if len(rest) <= len(left) - len(gone):
        yield i + 1, rest, bound, scale


def _given(p, c, i, left, bound, factor, is_sum, last, alone):
    """States in which a new variable stands for one item, or for all that are left."""
    if is_sum:
        scale = Fraction(1) if factor is None else factor
        choices = [([item], left[:j] + left[j + 1 :]) for j, item in enumerate(left)]
        if last and len(left) > 1:
            choices.append((left, []))
        for taken, others in choices:
            x = total([(t, d / (c * scale)) for t, d in taken])
            yield i + 1, others, {**bound, p: x}, scale
        return
    choices = [([item], left[:j] + left[j + 1 :], Fraction(1)) for j, item in enumerate(left)]
    if last and (left or (alone and c.denominator == 1)) and (len(left) != 1 or factor != 1):
        choices.append((left, [], factor))
    for taken, others, k in choices:
        root = _root(k, c)
        powers = [(t, d / c) for t, d in taken]
        if root is not None and all(e == 1 or e.denominator == c.denominator for _, e in powers):
            yield i + 1, others, {**bound, p: product(root, powers)}, factor / k


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
