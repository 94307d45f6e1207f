"""Rearrangements: rewrites by computation, for which a formula of fixed length does not do."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterator
from fractions import Fraction

from microgradlike import ops
from microgradlike.accuracy.rewriting.candidates import Point, values_at
from microgradlike.accuracy.rewriting.terms import (
    ONE,
    SUMS,
    Items,
    Key,
    Term,
    collected,
    product,
    product_view,
    substituted,
    sum_view,
    term,
    total,
    variables,
)
from microgradlike.graph import topological

LARGEST = 60  # products in a sum that is multiplied out
_1 = Fraction(1)


def common_factors(t: Term, key: Key, point: Point) -> Iterator[Term]:
    """The sum with like terms collected, then multiplied out, with its common factors in front."""
    yield total(collected(sum_view(t), key))
    factors: Items = []
    for _ in range(2):  # a common denominator makes new products to multiply out
        items = expanded(t, key)
        views = [dict(product_view(x)[1]) for x, _ in items]
        bases = dict.fromkeys(x for view in views for x in view)
        common = {x: min(view.get(x, 0 * _1) for view in views) for x in bases}
        factors = collected([*factors, *common.items()], key)
        rests = [[(x, e) for x in bases if (e := v.get(x, 0) - common[x])] for v in views]
        t = total([(product(_1, rest), c) for rest, (_, c) in zip(rests, items)])
        yield product(_1, [(t, _1), *factors])


def expanded(root: Term, key: Key) -> Items:
    """The products whose sum is the root, with coefficients; a sum of too many stays a factor."""
    found: dict[Term, Items] = {}
    atoms: dict[Hashable, Term] = {}
    for t in topological(root):
        made = _expanded(t, [found[x] for x in t.operands], atoms, key)
        if made is None or len(made) > LARGEST:
            made = [(atoms.setdefault(key(t), t), _1)]
        found[t] = collected(made, _powers)
    return found[root]


def _expanded(t: Term, parts: list[Items], atoms: dict[Hashable, Term], key: Key) -> Items | None:
    """The products of a term from those of its operands; None for a term that is a factor."""
    if t.number is not None and math.isfinite(t.number):
        return [(ONE, Fraction(t.number))]
    if t.op in SUMS or t.op is ops.neg:
        sign = 1 if t.op is ops.add else -1
        return [*(x for part in parts[:-1] for x in part), *((x, sign * c) for x, c in parts[-1])]
    if t.op is ops.mul:
        return _multiplied(parts[0], parts[1], key)
    if t.op is ops.div:
        below = t.operands[1]
        under = parts[1] if len(parts[1]) == 1 else [(atoms.setdefault(key(below), below), _1)]
        return _multiplied(parts[0], [(ONE / x, 1 / c) for x, c in under], key)
    if t.op is ops.power and (n := t.operands[1].number) in range(2, 9):
        made: Items | None = parts[0]
        for _ in range(int(n or 0) - 1):
            made = made and _multiplied(made, parts[0], key)
        return made
    return None


def _multiplied(a: Items, b: Items, key: Key) -> Items | None:
    """The product of two sums of products; None for one that is too large."""
    if len(a) * len(b) > 10 * LARGEST:
        return None
    found = []
    for x, c in a:
        for y, d in b:
            k, items = product_view(x * y)
            found.append((product(_1, collected(items, key)), c * d * k))
    return collected(found, _powers)


def _powers(t: Term) -> Hashable:
    """Equal for products of the same factors."""
    return frozenset(product_view(t)[1])


def other_order(t: Term, key: Key, point: Point) -> Iterator[Term]:
    """A sum in the order in which the numbers that cancel most come first."""
    items = collected(sum_view(t), key)
    if not 3 <= len(items) <= 12:
        return
    sizes = {abs(c) for _, c in items}
    size = sizes.pop() if len(sizes) == 1 else _1
    parts = [product(c / size, [] if x is ONE else [(x, _1)]) for x, c in items]
    while len(parts) > 1:
        at = [values_at(x, point)[x] for x in parts]
        pairs = [(i, j) for i in range(len(parts)) for j in range(i)]
        i, j = min(
            pairs, key=lambda p: abs(at[p[0]] + at[p[1]]) / (abs(at[p[0]]) + abs(at[p[1]]) or 1.0)
        )
        a, b = parts.pop(i), parts.pop(j)
        parts.append(total([*signed(b), *signed(a)]))
    yield product(size, [(parts[0], _1)])


def signed(t: Term) -> Items:
    """The term as one item, its sign apart."""
    c, items = product_view(t)
    if t.op is ops.neg:
        return [(t.operands[0], -_1)]
    return [(product(-c, items), -_1)] if c < 0 else [(t, _1)]


def shifted(t: Term, key: Key, point: Point) -> Iterator[Term]:
    """Every variable less the first of its list, as for a variance."""
    lists: dict[str, list[Term]] = {}
    for name in variables([t]):
        lists.setdefault(name.partition("[")[0] if "[" in name else "", []).append(term(name))
    new = {
        x: x - xs[0] if x is not xs[0] else term(0.0) for xs in lists.values() if xs[1:] for x in xs
    }
    yield substituted(t, new, key)


# of a sum; they raise OverflowError if a coefficient is not exact as a float
REARRANGEMENTS: dict[str, Callable[[Term, Key, Point], Iterator[Term]]] = {
    "common factors": common_factors,
    "order of a sum": other_order,
    "shift of a list": shifted,
}
