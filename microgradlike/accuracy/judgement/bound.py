"""The bound: digits of values and gradients that can be counted on, from doubles alone.

To first order, a rounding moves a result by its own size times a derivative, so a bound is a sum
over roundings. Values carry a running error forward, adjoints one in reverse: partials and products
round, and the error of an operand moves a partial by a second derivative, here a divided
difference. A running error adds up paths that may cancel. For the root, and for leaves if there are
few, the sum over all roundings replaces it; for leaves that takes a tangent sweep each.

Glossary: `off` is the error of a value, `slack` that of an adjoint, `noise` the part of it that
begins there; g is an adjoint, p a partial, s a second partial, j and m are operands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from microgradlike import ops
from microgradlike.accuracy.judgement.rounding import (
    FLAT,
    PRODUCTS,
    partial_rounding,
    product_rounding,
    rounding,
    two_sum,
)
from microgradlike.engine import Value
from microgradlike.ieee_float import partial_at
from microgradlike.indeterminate_form import absorbing_product
from microgradlike.op import Op, inf, nan

LINEAR: dict[Op, tuple[float, ...]] = {
    ops.add: (1.0, 1.0),
    ops.sub: (1.0, -1.0),
    ops.neg: (-1.0,),
}
STEP = 2.0**-36  # of a divided difference: larger ones miss poles, smaller ones see roundings
STEEP = 2.0**-4  # change of a partial by a step, beyond which a pole may be near
LIKELY = 2.0  # 3.4 standard deviations of roundings spread evenly over their range
SECOND = 2.0**-24  # of a running error, for terms of second order
FEW = 4  # leaves: a tangent sweep costs about a backward pass
SAFETY = 0.01  # digits


@dataclass(frozen=True, slots=True)
class Bounds:
    """The largest error of each `value` of a graph and of each `gradient`; inf if not bounded."""

    value: list[float]
    gradient: list[float]


# a node: its rounding, (j, p, error of p) for each operand, (j, m, s) for each second partial
_Edge: TypeAlias = tuple[int, float, float]
_Step: TypeAlias = tuple[float, list[_Edge], Sequence[tuple[int, int, float]]]


def counted_on(error: float, computed: float) -> float:
    """The decimal digits, 0.0 to 16.0, of a number with that largest error."""
    if not error < abs(computed) < inf:
        return 0.0 if error or computed != computed else 16.0
    if error == 0:
        return 16.0
    return min(16.0, max(0.0, math.log10(abs(computed) - error) - math.log10(error) - SAFETY))


def bounds(order: Sequence[Value], root: Value) -> Bounds:
    """The Bounds of the nodes in `order`, operands before users, and of the root's gradient."""
    index = {id(v): i for i, v in enumerate(order)}
    off: list[float] = []
    steps: list[_Step | None] = []
    for v in order:
        step, error = None, 0.0
        if v.op is not None:
            step = _step(v, v.op, index, off)
            error = step[0]
            for j, p, _ in step[1]:
                if p and off[j]:  # no 0·∞ from a branch not taken
                    error += abs(p) * off[j]
        steps.append(step)
        off.append(error)
    top = index[id(root)]
    adjoints, slack, noise = _reverse(steps, off, top)
    moves = [g * step[0] for g, step in zip(adjoints, steps) if step]
    off[top] = _sharpened(moves, off[top])
    leaves = [i for i, step in enumerate(steps) if step is None]
    for i in leaves if len(leaves) <= FEW else ():
        slack[i] = _sharpened(_moves(steps, adjoints, noise, i), slack[i])
    return Bounds(*([e if e == e else inf for e in errors] for errors in (off, slack)))


def _sharpened(moves: Sequence[float], running: float) -> float:
    """The largest sum of the moves by all roundings, or the running error if that is smaller.

    Many roundings rarely agree in sign, so a multiple of the root of the sum of squares bounds them
    (Higham and Mary, SIAM J. Sci. Comput. 41, 2019).
    """
    error = min(sum(map(abs, moves)), LIKELY * math.hypot(*moves)) + SECOND * running
    return error if error < running else running


def _step(v: Value, op: Op, index: dict[int, int], off: Sequence[float]) -> _Step:
    at, where = list[float](), list[int]()
    for x in v.operands:
        at.append(x if isinstance(x, float) else x.data)
        where.append(-1 if isinstance(x, float) else index[id(x)])
    if op in LINEAR:
        edges = [(j, p, 0.0) for j, p in zip(where, LINEAR[op]) if j >= 0]
        return rounding(op, v.data, at), edges, ()
    if op in PRODUCTS:
        i, j = where
        edges = [(m, p, 0.0) for m, p in ((i, at[1]), (j, at[0])) if m >= 0]
        bends = [(i, j, 1.0), (j, i, 1.0)] if len(edges) == 2 else ()
        return rounding(op, v.data, at), edges, bends
    return _curved(op, v.data, at, where, off)


def _curved(op: Op, y: float, at: list[float], where: list[int], off: Sequence[float]) -> _Step:
    """The step of a primitive whose partials are not constants or operands."""
    places = [k for k, j in enumerate(where) if j >= 0]
    own, edges, reach = rounding(op, y, at), list[_Edge](), 0.0
    for k in places:
        p = partial_at(op, k, y, *at)
        edges.append((where[k], p, partial_rounding(op, k, p, y, at)))
        reach += off[where[k]]

    moved = partial(_moved, op, at, places)
    if op in FLAT and reach:
        jumps = not op.kink or not op.kink(*at) > reach + 16 * math.ulp(max(at, key=abs))
        moves = [(k, s * (reach + math.ulp(at[k]))) for k in places for s in (1, -1) if jumps]
        for k, h in moves:
            z, slopes = moved(k, h)
            p = edges[places.index(k)][1]
            own = max(own, abs(z - y) - 2 * abs(p * h))
            edges = [(j, p, max(e, abs(q - p))) for (j, p, e), q in zip(edges, slopes)]
        return own, edges, ()
    if not reach < inf:  # a result may be finite all the same, as that of 1 / inf
        return inf, [(j, p, inf) for j, p, _ in edges], ()
    bends: list[tuple[int, int, float]] = []
    for k in places if reach else ():
        if e := off[m := where[k]]:
            for (j, p, _), s in zip(edges, _bent(partial(moved, k), at[k], e, edges)):
                if off[j]:
                    own += min(abs(s) / 2 * off[j], abs(p)) * e  # of second order
                bends += [(j, m, s)] if off[j] else [(j, m, s), (m, j, s)]  # by symmetry
    return own, edges, bends


def _moved(
    op: Op, at: list[float], places: list[int], k: int, h: float
) -> tuple[float, list[float]]:
    """Value and partials with operand k moved by h."""
    near = [*at[:k], at[k] + h, *at[k + 1 :]]
    try:
        z = op.forward(*near)
        return z, [partial_at(op, i, z, *near) for i in places]
    except Exception:  # a user's primitive may be known at this point alone
        return nan, [nan] * len(places)


def _bent(
    moved: Callable[[float], tuple[float, list[float]]], x: float, off: float, edges: list[_Edge]
) -> list[float]:
    """The second partials by an operand x that has an error."""

    def differences(h: float) -> list[float]:
        """Divided differences; a partial that falls is taken to fall as 1/x does."""
        return [
            (q - p) / h * (p / q if 0 < abs(q) < abs(p) < inf else 1.0)
            for q, (_, p, _) in zip(moved(h)[1], edges)
        ]

    h = max(off, STEP * min(abs(x), 1.0), 16 * math.ulp(x))
    found = differences(h)
    if any(s != s for s in found):  # outside the domain
        found = differences(-h)
    if all(abs(s * h) <= STEEP * abs(p) for s, (_, p, _) in zip(found, edges)):
        return found
    h = max(off, math.ulp(x))  # a pole may be near
    sides = found, differences(h), differences(-h)
    return [max(s, key=lambda x: abs(x) if x == x else 0.0) for s in zip(*sides)]


def _reverse(
    steps: Sequence[_Step | None], off: Sequence[float], top: int
) -> tuple[list[float], list[float], list[float]]:
    """Adjoints as a backward pass computes them, their errors, and the errors that begin there."""
    adjoints, slack, noise = ([0.0] * len(steps) for _ in range(3))
    adjoints[top] = 1.0
    for i in range(top, -1, -1):
        step = steps[i]
        if step is None:
            continue
        g, error = adjoints[i], slack[i]
        _, edges, bends = step
        for j, p, own in edges:
            if not p and not own:
                continue
            before, c = adjoints[j], absorbing_product(g, p)
            e = own and abs(g) * own
            if p not in (1.0, -1.0):
                e += product_rounding(g, p, c)
            adjoints[j] = before + c
            if before:
                e += abs(two_sum(before, c, before + c))
            noise[j] += e
            slack[j] += e + abs(p) * error
        for j, m, s in bends:
            if off[m]:
                slack[j] += abs(g * s) * off[m]
    return adjoints, slack, noise


def _moves(
    steps: Sequence[_Step | None], adjoints: Sequence[float], noise: Sequence[float], leaf: int
) -> list[float]:
    """The moves of the gradient by a leaf, by each rounding of a value and of an adjoint.

    A rounding of a value counts with the derivative of the node's adjoint by the leaf, one of an
    adjoint with the derivative of the node by the leaf.
    """
    tangents, turns = [0.0] * len(steps), [0.0] * len(steps)
    tangents[leaf] = 1.0
    for i in range(leaf + 1, len(steps)):
        step = steps[i]
        if step:
            tangents[i] = sum([p * tangents[j] for j, p, _ in step[1]])
    moves = [t * e for t, e in zip(tangents, noise) if t]
    for i in range(len(steps) - 1, -1, -1):
        step = steps[i]
        if step is None:
            continue
        g, d = adjoints[i], turns[i]
        if d:
            moves.append(d * step[0])
            for j, p, _ in step[1]:
                turns[j] += d * p
        for j, m, s in step[2]:
            turns[j] += g * s * tangents[m]
    return moves
