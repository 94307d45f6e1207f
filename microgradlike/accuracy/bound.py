"""The adjoint bound: the digits that can be counted on, from doubles alone.

A rounding moves a result by its own size times a derivative, to first order. So a bound is a sum
over roundings. Those of + - * / and √ are computed exactly, hence exact steps count as exact; the
other values and partials have the ulps that the table promises.

Values carry a running error forward, adjoints one in reverse. The second has two sources: partials
and products round, and the error of an operand moves a partial by a second derivative, which is a
divided difference here. A running error adds magnitudes path by path, and so ignores that paths
cancel. The bounds of the root, and of leaves if there are few, are sums over roundings instead, with
one tangent sweep per leaf.

Glossary: `off` is the error of a value, `slack` that of an adjoint, `own` the rounding of a node,
`noise` that of an adjoint; p is a partial, s a second one, g an adjoint.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from microgradlike import ops
from microgradlike.engine import Value
from microgradlike.ieee_float import partial_at
from microgradlike.indeterminate_form import absorbing_product
from microgradlike.op import Op, inf

VALUE_ULPS, PARTIAL_ULPS = 2.0, 4.0  # what the table promises
HALF_ULP = 2.0**-53  # relative
LEAST = 5e-324  # an error of subnormal products and quotients
UNDERFLOW = 1e-290  # below it, the rest of a product may be subnormal
SPLIT = 2.0**27 + 1
STEP = 2.0**-26  # of a divided difference: the root of a double's resolution
KEPT = 2.0**-20  # part of a running error that no cancellation removes
FEW = 4  # leaves
NONLINEAR = 0.01  # digits, for terms beyond the first order
LINEAR = frozenset({ops.add, ops.sub, ops.neg})
EXACT = frozenset({ops.neg, ops.where, *(x for x in ops.TABLE.values() if x.flat)} - {ops.mod})


@dataclass(frozen=True, slots=True)
class Bounds:
    """The errors of a graph's numbers, in the order of its nodes.

    `value` has the largest error of each value, `adjoint` the derivative of the root by each node
    as a backward pass computes it, `gradient` its largest error; inf where there is no bound.
    """

    value: list[float]
    adjoint: list[float]
    gradient: list[float]


class _Step(NamedTuple):
    """A node: its rounding, (operand, partial, error) and (operand, other one, second partial)."""

    own: float
    edges: list[tuple[int, float, float]]
    bends: list[tuple[int, int, float]]


def counted_on(error: float, computed: float) -> float:
    """The decimal digits, 0 to 16, of a number with that largest error.

    >>> counted_on(1e-6, 1.0), counted_on(0.0, 0.0), counted_on(1e-6, 0.0)
    (5.99, 16.0, 0.0)
    """
    if error == 0:
        return 16.0
    if not error < abs(computed) < inf:
        return 0.0
    return min(16.0, max(0.0, math.log10(abs(computed)) - math.log10(error) - NONLINEAR))


def bounds(order: Sequence[Value], root: Value) -> Bounds:
    """The Bounds of the nodes of `order`, operands before their users; inputs are exact.

    >>> from microgradlike.graph import topological
    >>> x = Value(0.1); y = x * 2 - x
    >>> bounds(topological(y), y).value, bounds(topological(x * x), x * x).value[-1] < 1e-18
    ([0.0, 0.0, 0.0], True)
    """
    index = {id(v): i for i, v in enumerate(order)}
    off: list[float] = []
    steps: list[_Step | None] = []
    for v in order:
        step = None if v.op is None else _step(v, v.op, index, off)
        steps.append(step)
        off.append(_sum(step, off) if step else 0.0)
    top = index[id(root)]
    adjoint, slack, noise = _reverse(steps, off, top)
    sharp = math.fsum([abs(g) * step.own for g, step in zip(adjoint, steps) if step])
    off[top] = _sharpened(sharp, off[top])
    leaves = [i for i, step in enumerate(steps) if step is None]
    for i in leaves if len(leaves) <= FEW else ():
        slack[i] = _sharpened(_along(steps, adjoint, noise, i), slack[i])
    return Bounds([_bound(x) for x in off], adjoint, [_bound(x) for x in slack])


def _sum(step: _Step, off: Sequence[float]) -> float:
    total = step.own
    for j, p, _ in step.edges:
        if p and off[j]:
            total += abs(p) * off[j]
    return total


def _bound(error: float) -> float:
    return error if error == error else inf


def _sharpened(sharp: float, running: float) -> float:
    sharp += KEPT * running
    return sharp if sharp < running else running


def _step(v: Value, op: Op, index: dict[int, int], off: Sequence[float]) -> _Step:
    y, at = v.data, [x if type(x) is float else x.data for x in v.operands]
    where = [-1 if type(x) is float else index[id(x)] for x in v.operands]
    own = rounding(op, y, at)
    if op is ops.mul or op is ops.mul_no_nan:
        i, j = where
        edges = [(k, p, 0.0) for k, p in ((i, at[1]), (j, at[0])) if k >= 0]
        bent = i >= 0 and j >= 0 and (off[i] or off[j])
        return _Step(own, edges, [(i, j, 1.0), (j, i, 1.0)] if bent else [])
    ulps = 0.0 if op in LINEAR or op in EXACT else PARTIAL_ULPS
    edges = []
    for k, j in enumerate(where):
        if j >= 0:
            p = partial_at(op, k, y, *at)
            edges.append((j, p, ulps and ulps * math.ulp(p)))
    step = _Step(own, edges, [])
    if op in LINEAR or not any([off[j] for j, _, _ in edges]):
        return step
    moved = _jumped if op.flat or op.chooses else _bent
    return moved(op, y, at, where, off, step)


def _bent(
    op: Op, y: float, at: list[float], where: list[int], off: Sequence[float], step: _Step
) -> _Step:
    """The step with its second partials, by divided differences along operands with an error."""
    places = [k for k, j in enumerate(where) if j >= 0]
    for k in places:
        m, a = where[k], at[k]
        if not off[m]:
            continue
        h = max(off[m], STEP * min(abs(a), 1.0), 16 * math.ulp(a))
        slopes = _partials_near(op, at, places, k, h)
        for i, p, (j, q, _) in zip(places, slopes, step.edges):
            s = (p - q) / h
            if s:
                step.bends.append((j, m, s))
                if not off[j]:  # by symmetry
                    step.bends.append((m, j, s))
    return step


def _partials_near(op: Op, at: list[float], places: list[int], k: int, h: float) -> list[float]:
    """The partials at operand k + h, or - h outside the domain."""
    for signed in (h, -h):
        near = [*at[:k], at[k] + signed, *at[k + 1 :]]
        y = op.forward(*near)
        slopes = [partial_at(op, i, y, *near) for i in places]
        if y == y and all([p == p for p in slopes]):
            break
    return slopes


def _jumped(
    op: Op, y: float, at: list[float], where: list[int], off: Sequence[float], step: _Step
) -> _Step:
    """The step with the jumps of value and partials at a kink within reach of the errors."""
    own, jumps = step.own, [0.0] * len(step.edges)
    reach = sum([off[j] for j, _, _ in step.edges])
    places = [k for k, j in enumerate(where) if j >= 0]
    for k, (_, p, _) in zip(places, step.edges):
        h = max(reach, math.ulp(at[k]))
        for signed in (h, -h):
            near = [*at[:k], at[k] + signed, *at[k + 1 :]]
            z = op.forward(*near)
            if abs(z - y) > 2 * abs(p) * h:
                own = max(own, abs(z - y))
            for i, (_, q, _) in enumerate(step.edges):
                jumps[i] = max(jumps[i], abs(partial_at(op, places[i], z, *near) - q))
    edges = [(j, p, e + jump) for (j, p, e), jump in zip(step.edges, jumps)]
    return _Step(own, edges, [])


def rounding(op: Op, y: float, at: Sequence[float]) -> float:
    """The largest rounding error of y = op(*at); that of + - * / and √ itself."""
    if op is ops.add:
        e = two_sum(at[0], at[1], y)
    elif op is ops.sub:
        e = two_sum(at[0], -at[1], y)
    elif op is ops.mul or op is ops.mul_no_nan:
        return product_rounding(at[0], at[1], y)
    elif op is ops.div or op is ops.sqrt:
        b, factor = (at[1], 1.0) if op is ops.div else (y, 2.0)
        p = y * b
        e = ((at[0] - p) - two_product(y, b, p)) / (factor * b) if b else math.nan
        if abs(p) < UNDERFLOW:
            e = math.nan
    elif op in EXACT:
        return 0.0
    else:
        largest = max(map(abs, (*at, y))) if op is ops.logaddexp else y  # its terms may cancel
        return VALUE_ULPS * math.ulp(largest)
    return abs(e) if e == e else HALF_ULP * abs(y) + LEAST


def product_rounding(a: float, b: float, p: float) -> float:
    """The rounding error of p = a * b: itself, or half an ulp near over- and underflow."""
    if abs(p) > UNDERFLOW:
        e = abs(two_product(a, b, p))
        if e == e:
            return e
    return HALF_ULP * abs(p) + LEAST if a and b else 0.0


def two_sum(a: float, b: float, s: float) -> float:
    """The rounding error of s = a + b, exactly (Knuth).

    >>> two_sum(1.0, 1e-30, 1.0)
    1e-30
    """
    c = s - a
    return (a - (s - c)) + (b - c)


def two_product(a: float, b: float, p: float) -> float:
    """The rounding error of p = a * b, exactly (Dekker, Veltkamp); nan for factors above 1e300.

    >>> two_product(0.1, 10.0, 1.0) == 10 * 2.0**-54 * 0.2
    True
    """
    t = SPLIT * a
    a1 = t - (t - a)
    a2 = a - a1
    t = SPLIT * b
    b1 = t - (t - b)
    b2 = b - b1
    return a2 * b2 - (((p - a1 * b1) - a2 * b1) - a1 * b2)


def _reverse(
    steps: Sequence[_Step | None], off: Sequence[float], top: int
) -> tuple[list[float], list[float], list[float]]:
    """Adjoints as a backward pass computes them, their running errors and their roundings."""
    adjoint, slack, noise = ([0.0] * len(steps) for _ in range(3))
    adjoint[top] = 1.0
    for i in range(top, -1, -1):
        step = steps[i]
        if step is None:
            continue
        g, error = adjoint[i], slack[i]
        for j, p, own in step.edges:
            if not p and not own:
                continue
            before = adjoint[j]
            if p == 1.0 or p == -1.0:
                c, e = (g if p > 0 else -g), own and abs(g) * own
            else:
                c = absorbing_product(g, p)
                e = abs(g) * own + product_rounding(g, p, c)
            adjoint[j] = after = before + c
            if before:
                e += abs(two_sum(before, c, after))
            noise[j] += e
            slack[j] += e + abs(p) * error
        for j, m, s in step.bends:
            slack[j] += abs(g * s) * off[m]
    return adjoint, slack, noise


def _along(
    steps: Sequence[_Step | None], adjoint: Sequence[float], noise: Sequence[float], leaf: int
) -> float:
    """The error of the gradient by a leaf, a sum over all roundings of values and adjoints.

    A rounding of a node's value moves it by the derivative of the node's adjoint by the leaf, one
    of the adjoint by the derivative of the node by the leaf.
    """
    tangent, turned = [0.0] * len(steps), [0.0] * len(steps)
    tangent[leaf] = 1.0
    total = noise[leaf]
    for i in range(leaf + 1, len(steps)):
        step = steps[i]
        if step:
            tangent[i] = t = sum([p * tangent[j] for j, p, _ in step.edges])
            if t:
                total += abs(t) * noise[i]
    for i in range(len(steps) - 1, -1, -1):
        step = steps[i]
        if step is None:
            continue
        g, d = adjoint[i], turned[i]
        if d:
            total += abs(d) * step.own
            for j, p, _ in step.edges:
                turned[j] += d * p
        for j, m, s in step.bends:
            turned[j] += g * s * tangent[m]
    return total
