"""Matching of a rule with a term, up to order, factors and like terms, and replacement."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TypeAlias

from microgradlike.accuracy.rewriting.rules import Rule
from microgradlike.accuracy.rewriting.terms import (
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

Bindings: TypeAlias = "dict[Term, Term]"  # of the variables of a rule
Found: TypeAlias = "tuple[Bindings, Fraction, Items]"  # with the factor and the items left over

ONE = Fraction(1)


def rewritten(rule: Rule, t: Term, key: Key) -> Iterator[tuple[Term, Bindings]]:
    """The terms that a rule makes of `t`, with what its variables stand for.

    A sum matches if some of its terms do, in any order and up to a common factor; likewise a
    product.

    >>> from microgradlike.accuracy.rewriting.python_text import expression
    >>> from microgradlike.accuracy.rewriting.rules import formula
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
                new = tidy(product(factor, [(new, ONE), *rest]), key)
            yield new, bindings
    except OverflowError:  # a coefficient that is not exact as a float
        return


def _is_sum(p: Term) -> bool:
    return p.op in SUMS


def _is_product(p: Term) -> bool:
    return p.op in PRODUCTS and product_view(p)[1] != [(p, ONE)]


def _matches(p: Term, t: Term, bound: Bindings, key: Key) -> Iterator[Found]:
    """The ways in which a part of `t` matches the pattern `p`."""
    if _is_sum(p):
        yield from _assigned(sum_view(p), collected(sum_view(t), key), bound, None, key)
    elif _is_product(p):
        (c, factors), (k, items) = product_view(p), product_view(t)
        yield from _assigned(collected(factors, id), collected(items, key), bound, k / c, key)
    elif isinstance(p.leaf, str):
        if key(bound.get(p, t)) == key(t):
            yield {**bound, p: bound.get(p, t)}, ONE, []
    elif p.leaf is not None:
        if t.leaf == p.leaf:
            yield bound, ONE, []
    elif p.op is t.op:
        states = [bound]
        for q, x in zip(p.operands, t.operands):
            states = [b for state in states for b in _whole(q, x, state, key)]
        yield from ((b, ONE, []) for b in states)


def _whole(p: Term, t: Term, bound: Bindings, key: Key) -> Iterator[Bindings]:
    """The ways in which all of `t` matches."""
    yield from (b for b, factor, rest in _matches(p, t, bound, key) if factor == 1 and not rest)


def _assigned(
    patterns: Items, items: Items, bound: Bindings, factor: Fraction | None, key: Key
) -> Iterator[Found]:
    """The ways to give each pattern an item of a sum (`factor` None) or of a product."""
    ways = _in_sum if factor is None else _in_product
    queue = sorted(patterns, key=lambda item: isinstance(item[0].leaf, str))  # variables last
    states = [(0, bound, ONE if factor is None else factor, items)]
    while states:
        given, bound, scale, left = states.pop()
        if given == len(queue):
            yield bound, scale, left
            continue
        p, c = queue[given]
        found: Iterable[Found] = []
        if isinstance(p.leaf, str):
            found = ways((p, c), (bound, scale, left), given == 0, given == len(queue) - 1, key)
        else:
            for j, (t, d) in enumerate(left):
                # the first term of a sum says what the common factor is
                k = d / c if factor is None and given == 0 else scale
                if d == (k * c if factor is None else c):
                    others = left[:j] + left[j + 1 :]
                    found = [*found, *((b, k, others) for b in _whole(p, t, bound, key))]
        states += [(given + 1, *state) for state in found]


def _in_sum(
    item: tuple[Term, Fraction], state: Found, first: bool, last: bool, key: Key
) -> Iterator[Found]:
    """The ways in which a variable stands for one term of a sum, or for all that are left."""
    (p, c), (bound, scale, left) = item, state
    if p in bound:
        gone = [(t, -d * c * scale) for t, d in sum_view(bound[p])]
        yield from _without(gone, scale, state, key)
        return
    choices = [([x], left[:j] + left[j + 1 :]) for j, x in enumerate(left)]
    if last and len(left) > 1:
        choices.append((left, []))
    for taken, others in choices:
        yield {**bound, p: total([(t, d / (c * scale)) for t, d in taken])}, scale, others


def _in_product(
    item: tuple[Term, Fraction], state: Found, first: bool, last: bool, key: Key
) -> Iterator[Found]:
    """The ways in which a variable stands for one factor, or for the rest of the product."""
    (p, c), (bound, scale, left) = item, state
    if p in bound:
        k, factors = product_view(bound[p])
        if k and scale:
            k = k ** int(c) if c.denominator == 1 else ONE
            yield from _without([(t, -d * c) for t, d in factors], scale / k, state, key)
        return
    choices = [([x], left[:j] + left[j + 1 :], ONE) for j, x in enumerate(left)]
    # 1 is a square, and no root
    whole = left or scale != 1 or (first and c.denominator == 1)
    if last and whole and (len(left) != 1 or scale != 1):
        choices.append((left, [], scale))
    for taken, others, k in choices:
        root = _root(k, c)
        powers = [(t, d / c) for t, d in taken]
        if root and all(e == 1 or e.denominator == c.denominator for _, e in powers):
            yield {**bound, p: product(root, powers)}, scale / k, others


def _without(gone: Items, scale: Fraction, state: Found, key: Key) -> Iterator[Found]:
    """The state without the items that a variable stands for, if they are all there."""
    bound, _, left = state
    rest = collected(left + gone, key)
    if len(rest) <= len(left) - len(gone):
        yield bound, scale, rest


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
