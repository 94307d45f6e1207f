"""Piece: a function over a part of a box, with ranges for its value and its derivatives.

The range of the value is that of the intervals, cut by the one from the mean value theorem. There,
arguments in which the function is monotone stand at their ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from math import inf

from microgradlike import ops
from microgradlike.accuracy.interval import Interval
from microgradlike.accuracy.primitive_range import EXACT, WHOLE, Range, is_inside, middle
from microgradlike.derivatives.chain_rule import product
from microgradlike.expressions.parser import Expression, parse
from microgradlike.graph import node_operands, topological
from microgradlike.op import Number, Op

CONTINUOUS = {ops.absolute, ops.maximum, ops.minimum, ops.clip, ops.relu, ops.hypot}
ROUNDING = Interval(1 - 2.0**-51, 1 + 2.0**-51)  # of the constants in a textbook form
TIGHT = 0.04  # the share of a range by which either end may be too far out
EMPTY: Range = (inf, -inf)

Break = tuple[str, str]  # the name of a primitive; "kink", "jump" or "domain"
Box = Sequence[Range]
Function = Callable[[Sequence[Interval]], Interval]


class Piece:
    """A function over a box: the range of its `value`, its `slopes`, and its `breaks`.

    `known` is a range that the function surely fills, up to rounding; it may be EMPTY.

    >>> piece = Piece(lambda x: abs(x[0]), [(-1.0, 2.0)])
    >>> piece.value, piece.slopes, piece.breaks
    ((0.0, 2.0), [Interval(-1.0, 1.0)], [('abs', 'kink')])
    """

    def __init__(self, f: Function, box: Box) -> None:
        self.box, self.xs = box, [Interval(*x) for x in box]
        y = f(self.xs)
        order = topological(y)
        self.breaks = breaks(order)
        self.slopes = sweep(order, y, self.xs)
        self.value: Range = (y.lo, y.hi) if y.lo <= y.hi else EMPTY
        self.known: Range = EMPTY
        inputs = set(map(id, self.xs))
        detached = any(v.op is None and v.lo < v.hi and id(v) not in inputs for v in order)
        self.is_continuous = not detached and all(kind == "kink" for _, kind in self.breaks)
        if self.is_continuous:
            self._narrow(f)
        elif self.value != EMPTY:
            at = f([Interval(middle(*x)) for x in box])
            self.known = (at.hi, at.lo) if math.isfinite(at.hi - at.lo) else EMPTY

    def _narrow(self, f: Function) -> None:
        rest, low, high = Interval(0.0), [], []
        for x, g, (lo, hi) in zip(self.xs, self.slopes, self.box):
            if g.lo >= 0 or g.hi <= 0:
                start, end = (lo, hi) if g.lo >= 0 else (hi, lo)
            else:
                start = end = middle(lo, hi)
                rest = rest + g * (x - start)
            low.append(Interval(start))
            high.append(Interval(end))
        least, most = f(low), f(high)
        self.known = (least.hi, most.lo)
        self.value = max(self.value[0], (least + rest).lo), min(self.value[1], (most + rest).hi)

    def halves(self, f: Function) -> list[Piece]:
        """The two halves, cut in the argument that changes the value most; [] for a point."""

        def effect(i: int) -> tuple[float, float]:
            g, (lo, hi) = self.slopes[i], self.box[i]
            steepest = max(-g.lo, g.hi)
            return (steepest * (hi - lo) if steepest < inf else inf), hi - lo

        cuttable = [i for i, (lo, hi) in enumerate(self.box) if lo < middle(lo, hi) < hi]
        i = max(cuttable, key=effect, default=0)
        return [Piece(f, replaced(self.box, i, x)) for x in halves(self.box[i]) if cuttable]

    def curvature(self) -> Range:
        """A range with the sign of the second derivatives: from 0 on for a convex function.

        A function is convex if, in each row of its Hessian, the number on the diagonal is at least
        the sum of the magnitudes beside it (Gershgorin).
        """
        lo = hi = 0.0
        for i, g in enumerate(self.slopes):
            row = sweep(topological(g), g, self.xs)
            beside = sum(max(-h.lo, h.hi) for j, h in enumerate(row) if j != i)
            lo, hi = min(lo, row[i].lo - beside), max(hi, row[i].hi + beside)
            if not (lo == 0 or hi == 0):
                return WHOLE
        return lo, hi


def halves(x: Range) -> list[Range]:
    """The two halves of a range."""
    m = middle(*x)
    return [(x[0], m), (m, x[1])]


def replaced(box: Box, i: int, x: Range) -> list[Range]:
    """The box with another range for argument `i`."""
    return [*box[:i], x, *box[i + 1 :]]


def cover(f: Function, box: Box, count: int) -> list[Piece]:
    """At most `count` pieces that make up the box, smaller where a range is wide otherwise."""
    parts = [Piece(f, box)]
    while len(parts) < count and (chosen := _next(parts)) is not None:
        smaller = chosen.halves(f)
        if not smaller:
            break
        parts.remove(chosen)
        parts += smaller
    return parts


def _next(parts: Sequence[Piece]) -> Piece | None:
    """The piece to cut next; None if the range is tight and the signs of all slopes are known."""
    parts = [p for p in parts if p.value != EMPTY]
    if not parts:
        return None
    low, high = min(parts, key=lambda p: p.value[0]), max(parts, key=lambda p: p.value[1])
    least, most = min(p.known[0] for p in parts), max(p.known[1] for p in parts)
    below, above = least - low.value[0], high.value[1] - most
    if not max(below, above) <= max(TIGHT * (most - least), 1e-14 * max(abs(least), abs(most))):
        return low if below >= above else high
    for slopes in zip(*[p.slopes for p in parts]):
        if any(g.lo > 0 for g in slopes) and any(g.hi < 0 for g in slopes):
            continue
        widest = max(range(len(parts)), key=lambda k: min(-slopes[k].lo, slopes[k].hi))
        if slopes[widest].lo < 0 < slopes[widest].hi:
            return parts[widest]
    return None


def sweep(order: Sequence[Interval], y: Interval, xs: Sequence[Interval]) -> list[Interval]:
    """The derivatives of y with respect to `xs`, as a graph, by a backward pass over intervals."""
    gradients: dict[int, Number] = {id(y): 1.0}
    for v in reversed(order):
        u = gradients.get(id(v))
        if u is None or v.op is None:
            continue
        for i, x in node_operands(v):
            term = _branch(v, i, u) if v.op is ops.where else product(u, slope(v, i))
            term = Interval(term) if type(term) is float else term
            if term.lo <= term.hi:  # else there is no value where x matters
                known = gradients.get(id(x))
                gradients[id(x)] = term if known is None else known + term
    found = [gradients.get(id(x), 0.0) for x in xs]
    return [Interval(g) if type(g) is float else g for g in found]


def _branch(v: Interval, i: int, u: Number) -> Number:
    """The gradient of operand `i` of a `where` with the upstream gradient u."""
    return ops.where(v.operands[0], *((u, 0.0) if i == 1 else (0.0, u))) if i else 0.0


def slope(v: Interval, i: int) -> Number:
    """The partial of a node by operand `i`, in its textbook form, which repeats operands least."""
    op: Op = v.op  # type: ignore[assignment]
    is_whole = op is ops.power and type(v.operands[1]) is float and v.operands[1] % 1 == 0
    at = [x if is_whole or isinstance(x, Interval) else Interval(x) for x in v.operands]
    if is_whole or not op.textbook:
        return op.partials[i](v, *at)
    removable = op in {ops.sinc, ops.exprel}  # the texts divide by 0; the table has series
    if removable and at[0].lo > -1.5 and at[0].hi < 1.5:
        p = op.partials[i](v, *at)
    else:
        p = _textbook(op, i)({"y": v, **dict(zip(op.operand_names, at))})
    if not isinstance(p, Interval) or op in EXACT:
        return p
    p = p * ROUNDING
    if removable:
        lo, hi = (-0.4362, 0.4362) if op is ops.sinc else (0.0, max(1.0, ops.exp(at[0]).hi) / 2)
        p.lo, p.hi = max(p.lo, lo), min(p.hi, hi)
    return p


@cache
def _textbook(op: Op, i: int) -> Expression:
    return parse(op.textbook[i])


def breaks(order: Sequence[Interval]) -> list[Break]:
    """Names and kinds of primitives that may not be smooth; `where` stands for a comparison.

    >>> breaks(topological(abs(Interval(-1.0, 1.0))))
    [('abs', 'kink')]
    """
    conditions = {id(v.operands[0]) for v in order if v.op is ops.where}
    compared = {id(v) for v in order if v.op in {ops.less, ops.less_equal}} & conditions
    found = [(v.op.name, _kind(v.op, v)) for v in order if v.op and id(v) not in compared]
    return list(dict.fromkeys(b for b in found if b[1]))


def _kind(op: Op, v: Interval) -> str:
    """The kind of break of a primitive over the ranges of its operands, "" if it is smooth."""
    at = [(x.lo, x.hi) if isinstance(x, Interval) else (x, x) for x in v.operands]
    (lo, hi), last = at[0], at[-1]
    has_zero = lo <= 0 <= hi
    if op in {ops.where, ops.atan2}:
        is_cut = has_zero and (last[0] <= 0 if op is ops.atan2 else (lo, hi) != (0, 0))
        return "jump" if is_cut else ""
    if op is ops.tan or (op is ops.power and type(v.operands[1]) is float and last[0] % 1 == 0):
        has_pole = v.lo == -inf if op is ops.tan else has_zero and last[0] < 0
        return "domain" if has_pole else ""
    if not is_inside(op, at):
        return "kink" if _is_defined(op, at) else "domain"
    radius = sum((b - a) / 2 * (1 + 1e-15) + math.ulp(a) + math.ulp(b) for a, b in at)
    if op.kink is None or op.kink(*[middle(*x) for x in at]) > radius:
        return ""
    return "kink" if op in CONTINUOUS else "jump"


def _is_defined(op: Op, at: Sequence[Range]) -> bool:
    """True if operands touch the end of the domain, but have a finite value there."""
    (lo, hi), domain = at[0], op.domain[0]
    if op.arity > 1:
        return op is ops.power and lo == 0 and at[1][0] > 0
    ends = [end for part in domain for end in part if lo <= end <= hi]
    is_beyond = lo < domain[0][0] or hi > domain[-1][1]
    return not is_beyond and all(math.isfinite(op.forward(end)) for end in ends)
