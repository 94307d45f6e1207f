"""Rearrangements: rewrites by computation, for which a formula of fixed length does not do."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Hashable, Iterator
from fractions import Fraction
from typing import TypeAlias

from microgradlike import ops
from microgradlike.accuracy.candidates import Point, values_at
from microgradlike.accuracy.terms import (
    ONE,
    SUMS,
    Items,
    Key,
    Term,
    collected,
    ordered,
    product,
    product_view,
    substituted,
    sum_view,
    term,
    total,
    variables,
)

Monomial: TypeAlias = "frozenset[tuple[Hashable, Fraction]]"
Polynomial: TypeAlias = "dict[Monomial, Fraction]"
LARGEST = 60  # monomials


def like_terms(t: Term, key: Key, point: Point) -> Iterator[Term]:
    """The polynomial multiplied out, with its common factor in front."""
    if t.op not in SUMS:
        return
    atoms: dict[Hashable, Term] = {}
    poly = expanded(t, key, atoms)
    yield from _safe(lambda: _factored(poly, atoms))
    items = collected(sum_view(t), key)
    yield from _safe(lambda: total(items))


def _safe(made: Callable[[], Term]) -> Iterator[Term]:
    try:
        yield made()
    except OverflowError:  # a coefficient that is not exact as a float
        return


def expanded(t: Term, key: Key, atoms: dict[Hashable, Term]) -> Polynomial:
    """The polynomial of a term in its atoms, by key; what has too many monomials is an atom."""
    poly: dict[Term, Polynomial] = {}
    for part in ordered(t):
        poly[part] = _polynomial(part, poly, key, atoms)
    return poly[t]


def _polynomial(
    t: Term, poly: dict[Term, Polynomial], key: Key, atoms: dict[Hashable, Term]
) -> Polynomial:
    if t.number is not None and math.isfinite(t.number):
        return {frozenset(): Fraction(t.number)} if t.number else {}
    found = None
    if t.op in SUMS:
        a, b = t.operands
        found = _added(poly[a], poly[b], 1 if t.op is ops.add else -1)
    elif t.op is ops.neg:
        found = _added({}, poly[t.operands[0]], -1)
    elif t.op is ops.mul:
        found = _multiplied(poly[t.operands[0]], poly[t.operands[1]])
    elif t.op is ops.div and len(poly[t.operands[1]]) == 1:
        ((monomial, c),) = poly[t.operands[1]].items()
        below = {frozenset((x, -e) for x, e in monomial): 1 / c}
        found = _multiplied(poly[t.operands[0]], below)
    elif t.op is ops.div:
        found = _multiplied(poly[t.operands[0]], _atom(t.operands[1], -1, key, atoms))
    elif t.op is ops.power and (n := t.operands[1].number) in (2, 3, 4, 5, 6, 7, 8):
        found = poly[t.operands[0]]
        for _ in range(int(n) - 1):
            found = _multiplied(found, poly[t.operands[0]])
    elif t.op is ops.sqrt:
        found = _atom(t.operands[0], Fraction(1, 2), key, atoms)
    return _atom(t, 1, key, atoms) if found is None or len(found) > LARGEST else found


def _atom(t: Term, e: Fraction | int, key: Key, atoms: dict[Hashable, Term]) -> Polynomial:
    atoms.setdefault(key(t), t)
    return {frozenset([(key(t), Fraction(e))]): Fraction(1)}


def _added(a: Polynomial, b: Polynomial, sign: int) -> Polynomial:
    found = dict(a)
    for monomial, c in b.items():
        found[monomial] = found.get(monomial, Fraction(0)) + sign * c
    return {monomial: c for monomial, c in found.items() if c}


def _multiplied(a: Polynomial, b: Polynomial) -> Polynomial:
    found: Polynomial = {}
    if len(a) * len(b) > 10 * LARGEST:
        return dict.fromkeys(
            (frozenset([(i, Fraction(1))]) for i in range(LARGEST + 1)), Fraction(1)
        )
    for m, c in a.items():
        for n, d in b.items():
            exponents = dict(m)
            for x, e in n:
                exponents[x] = exponents.get(x, Fraction(0)) + e
            both = frozenset((x, e) for x, e in exponents.items() if e)
            found[both] = found.get(both, Fraction(0)) + c * d
    return {monomial: c for monomial, c in found.items() if c}


def _factored(poly: Polynomial, atoms: dict[Hashable, Term]) -> Term:
    """The term of a polynomial: its common factor times the rest."""
    monomials = [dict(m) for m in poly]
    names = dict.fromkeys(x for m in monomials for x in m)
    common = {x: min(m.get(x, Fraction(0)) for m in monomials) for x in names}
    items: Items = []
    for m, c in zip(monomials, poly.values()):
        rest = [(atoms[x], e) for x in names if (e := m.get(x, Fraction(0)) - common[x])]
        items.append((product(Fraction(1), rest) if rest else ONE, c))
    factors = [(atoms[x], e) for x, e in common.items() if e]
    return product(Fraction(1), [(total(items), Fraction(1)), *factors])


def common_denominator(t: Term, key: Key, point: Point) -> Iterator[Term]:
    """A sum of fractions as one fraction."""
    if t.op not in SUMS:
        return
    views = [(c, product_view(x)) for x, c in sum_view(t)]
    below: dict[Hashable, tuple[Term, Fraction]] = {}
    for _, (_, items) in views:
        for base, e in items:
            most = below.get(key(base), (base, Fraction(0)))[1]
            below[key(base)] = base, max(most, -e)
    denominator = [(base, e) for base, e in below.values() if e > 0]
    if not denominator:
        return

    def made() -> Term:
        tops: Items = []
        for c, (k, items) in views:
            tops.append((product(Fraction(1), collected([*items, *denominator], key)), c * k))
        top = total(tops)
        atoms: dict[Hashable, Term] = {}
        poly = expanded(top, key, atoms)
        top = _factored(poly, atoms)
        under = [(base, -e) for base, e in denominator]
        k, items = product_view(top)
        return product(k, collected([*items, *under], key))

    yield from _safe(made)


def other_order(t: Term, key: Key, point: Point) -> Iterator[Term]:
    """A sum in the order in which the numbers that cancel most come first."""
    if t.op not in SUMS:
        return
    items = collected(sum_view(t), key)
    if not 3 <= len(items) <= 12:
        return
    try:
        sizes = {abs(c) for _, c in items}
        size = sizes.pop() if len(sizes) == 1 else Fraction(1)
        parts = [product(c / size, [] if x is ONE else [(x, Fraction(1))]) for x, c in items]
        while len(parts) > 1:
            found = [values_at(x, point)[x] for x in parts]
            pairs = [(i, j) for i in range(len(parts)) for j in range(i)]
            i, j = min(pairs, key=lambda p: _left(found[p[0]], found[p[1]]))
            a, b = parts.pop(i), parts.pop(j)
            parts.append(total([*sum_items(b), *sum_items(a)]))
        yield product(size, [(parts[0], Fraction(1))])
    except OverflowError:
        return


def sum_items(t: Term) -> Items:
    """The term as one item, its sign apart."""
    if t.op is ops.neg:
        return [(t.operands[0], Fraction(-1))]
    c, items = product_view(t)
    if c < 0:
        return [(product(-c, items), Fraction(-1))]
    return [(t, Fraction(1))]


def _left(a: float, b: float) -> float:
    """The part of two numbers that their sum leaves."""
    return abs(a + b) / (abs(a) + abs(b) or 1.0)


def shifted(t: Term, key: Key, point: Point) -> Iterator[Term]:
    """Every variable less the first of its list, as for a variance."""
    if t.op not in SUMS:
        return
    lists: dict[str, list[str]] = {}
    for name in variables([t]):
        lists.setdefault(name.partition("[")[0] if "[" in name else "", []).append(name)
    new = {
        term(name): term(name) - term(names[0]) if name != names[0] else term(0.0)
        for names in lists.values()
        if len(names) > 1
        for name in names
    }
    if new:
        yield substituted(t, new, key)


def sum_of_exponentials(t: Term, key: Key, point: Point) -> Iterator[Term]:
    """The logarithm of a sum of exponentials by `logaddexp`, which does not overflow."""
    if t.op is not ops.log:
        return
    exponents = []
    for x, c in sum_view(t.operands[0]):
        if c <= 0 or not (x.op is ops.exp or x is ONE):
            return
        exponent = term(0.0) if x is ONE else x.operands[0]
        exponents.append(exponent if c == 1 else exponent + ops.log(product(c, [])))
    if len(exponents) > 2:
        yield functools.reduce(ops.logaddexp, exponents)


def order_of_product(t: Term, key: Key, point: Point) -> Iterator[Term]:
    """A product in an order in which no partial result is larger or smaller than it has to be."""
    c, items = product_view(t) if t.op in (ops.mul, ops.div) else (Fraction(1), [])
    parts = [(x, Fraction(1 if e > 0 else -1)) for x, e in items for _ in range(int(abs(e)))]
    if not 3 <= len(parts) <= 12 or any(e.denominator != 1 for _, e in items):
        return
    sizes = {x: math.log2(abs(values_at(x, point)[x]) or 1.0) for x, _ in parts}
    if not all(map(math.isfinite, sizes.values())):
        return
    made, size = product(c, []), 0.0
    while parts:
        fits = [part for part in parts if part[1] > 0 or made is not ONE] or parts
        x, e = min(fits, key=lambda part: abs(size + float(part[1]) * sizes[part[0]]))
        parts.remove((x, e))
        size += float(e) * sizes[x]
        made = (x if made is ONE else made * x) if e > 0 else made / x
    yield made


Rearrangement: TypeAlias = Callable[[Term, Key, Point], Iterator[Term]]
REARRANGEMENTS: dict[str, Rearrangement] = {
    "like terms": like_terms,
    "common denominator": common_denominator,
    "order of a sum": other_order,
    "shift of a list": shifted,
    "sum of exponentials": sum_of_exponentials,
    "order of a product": order_of_product,
}
