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
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from microgradlike import ops
from microgradlike.accuracy.rounding import (
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
from microgradlike.op import Op, inf

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
_Step: TypeAlias = tuple[float, list[tuple[int, float, float]], Sequence[tuple[int, int, float]]]


def counted_on(error: float, computed: float) -> float:
    """The decimal digits, 0.0 to 16.0, of a number with that largest error.

    >>> round(counted_on(1e-6, 1.0), 2), counted_on(0.0, 0.0), counted_on(1e-6, 0.0)
    (5.99, 16.0, 0.0)
    """
    if not error < abs(computed) < inf:
        return 0.0 if error or computed != computed else 16.0
    if error == 0:
        return 16.0
    return min(16.0, max(0.0, math.log10(abs(computed) - error) - math.log10(error) - SAFETY))


def bounds(order: Sequence[Value], root: Value) -> Bounds:
    """The Bounds of the nodes in `order`, operands before users, and of the root's gradient.

    >>> from microgradlike.graph import topological
    >>> x = Value(0.1); y = x * 2 - x
    >>> bounds(topological(y), y)
    Bounds(value=[0.0, 0.0, 0.0], gradient=[0.0, 0.0, 0.0])
    """
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
    y, at, where = v.data, list[float](), list[int]()
    for x in v.operands:
        at.append(x if isinstance(x, float) else x.data)
        where.append(-1 if isinstance(x, float) else index[id(x)])
    own = rounding(op, y, at)
    if op in LINEAR:
        return own, [(j, p, 0.0) for j, p in zip(where, LINEAR[op]) if j >= 0], ()
    if op in PRODUCTS:
        i, j = where
        edges = [(m, p, 0.0) for m, p in ((i, at[1]), (j, at[0])) if m >= 0]
        return own, edges, [(i, j, 1.0), (j, i, 1.0)] if len(edges) == 2 else ()
    places = [k for k, j in enumerate(where) if j >= 0]
    edges, reach = [], 0.0
    for k in places:
        p = partial_at(op, k, y, *at)
        edges.append((where[k], p, partial_rounding(op, k, p, y, at)))
        reach += off[where[k]]
    if not reach:
        return own, edges, ()
    if op in FLAT:
        return _jumped(op, at, places, reach, (own, edges, ()))
    if not reach < inf:  # a result may be finite all the same, as that of 1 / inf
        return inf, [(j, p, inf) for j, p, _ in edges], ()
    bends = _bends(op, at, places, edges, off)
    for j, m, s in bends:
        own += abs(s) / 2 * off[j] * off[m]
    return own, edges, bends


def _bends(
    op: Op,
    at: list[float],
    places: list[int],
    edges: list[tuple[int, float, float]],
    off: Sequence[float],
) -> list[tuple[int, int, float]]:
    """The second partials along operands that have errors."""
    bends = []
    for k, (m, _, _) in zip(places, edges):
        if off[m]:
            unit = math.ulp(at[k])
            h = max(off[m], STEP * min(abs(at[k]), 1.0), 16 * unit)
            found = _differences(op, at, places, k, h, edges)
            if any(s != s for s in found):  # outside the domain
                found = _differences(op, at, places, k, -h, edges)
            if not all(abs(s * h) <= STEEP * abs(p) for s, (_, p, _) in zip(found, edges)):
                h = max(off[m], unit)  # a pole may be near
                sides = [_differences(op, at, places, k, d, edges) for d in (h, -h)]
                found = [
                    max(*s, key=lambda x: abs(x) if x == x else 0.0) for s in zip(found, *sides)
                ]
            for (j, _, _), s in zip(edges, found):
                if s:
                    bends.append((j, m, s))
                    if not off[j]:  # by symmetry
                        bends.append((m, j, s))
    return bends


def _differences(
    op: Op,
    at: list[float],
    places: list[int],
    k: int,
    h: float,
    edges: list[tuple[int, float, float]],
) -> list[float]:
    """The second partials by operand k, from partials at a distance h.

    A partial that falls is taken to fall as 1/x does.
    """
    slopes = _moved(op, at, places, k, h)[1]
    return [
        (q - p) / h * (p / q if 0 < abs(q) < abs(p) < inf else 1.0)
        for q, (_, p, _) in zip(slopes, edges)
    ]


def _jumped(op: Op, at: list[float], places: list[int], reach: float, step: _Step) -> _Step:
    """The step with the jumps of its value and partials that are within reach of the errors."""
    own, edges, _ = step
    if op.kink and op.kink(*at) > reach + 16 * math.ulp(max(at, key=abs)):
        return step
    errors, y = [0.0] * len(places), op.forward(*at)
    for k, (_, p, _) in zip(places, edges):
        for h in (reach + math.ulp(at[k]), -reach - math.ulp(at[k])):
            z, slopes = _moved(op, at, places, k, h)
            own = max(own, abs(z - y) - 2 * abs(p * h))
            errors = [max(e, abs(q - p)) for e, q, (_, p, _) in zip(errors, slopes, edges)]
    return own, [(j, p, error) for (j, p, _), error in zip(edges, errors)], ()


def _moved(
    op: Op, at: list[float], places: list[int], k: int, h: float
) -> tuple[float, list[float]]:
    """Value and partials with operand k moved by h."""
    near = [*at[:k], at[k] + h, *at[k + 1 :]]
    z = op.forward(*near)
    return z, [partial_at(op, i, z, *near) for i in places]


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
