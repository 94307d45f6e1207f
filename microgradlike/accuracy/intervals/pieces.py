"""Piece: a function over a part of a box, with ranges for its value and its derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from math import inf

from microgradlike import ops
from microgradlike.accuracy.intervals.interval import Interval, ends
from microgradlike.accuracy.intervals.primitive_range import (
    EXACT,
    PROVEN,
    WHOLE,
    Range,
    is_inside,
    middle,
)
from microgradlike.derivatives.chain_rule import product
from microgradlike.expressions.parser import Expression, parse
from microgradlike.graph import node_operands, topological
from microgradlike.op import Number, Op

CONTINUOUS = {ops.absolute, ops.maximum, ops.minimum, ops.clip, ops.relu, ops.hypot}
ROUNDING = Interval(1 - 2.0**-51, 1 + 2.0**-51)  # of the constants in a textbook form

Break = tuple[str, str]  # the name of a primitive; "kink", "jump" or "domain"
Box = Sequence[Range]
Function = Callable[[Sequence[Interval]], Interval]


class Piece:
    """A function over a box: the range of its `value`, its `slopes`, and its `breaks`."""

    def __init__(self, f: Function, box: Box) -> None:
        self.box, self.xs = box, [Interval(*x) for x in box]
        y = f(self.xs)
        order = topological(y)
        self.breaks = breaks(order)
        self.slopes = sweep(order, y, self.xs)
        self.is_proven = all(v.op is None or v.op in PROVEN for v in order)
        inputs = set(map(id, self.xs))
        detached = any(v.op is None and v.lo < v.hi and id(v) not in inputs for v in order)
        self.is_continuous = not detached and all(kind == "kink" for _, kind in self.breaks)
        self.is_monotone = self.is_continuous and all(g.lo >= 0 or g.hi <= 0 for g in self.slopes)
        self.value = ends(y)
        if self.is_continuous:
            low, high = self._by_mean_value(f)
            self.value = max(y.lo, low), min(y.hi, high)

    def _by_mean_value(self, f: Function) -> Range:
        """The range by the mean value theorem, between ends of arguments with a known direction."""
        rest, low, high = Interval(0.0), [], []
        for x, g, (lo, hi) in zip(self.xs, self.slopes, self.box):
            if g.lo >= 0 or g.hi <= 0:
                start, end = (lo, hi) if g.lo >= 0 else (hi, lo)
            else:
                start = end = middle(lo, hi)
                rest = rest + g * (x - start)
            low.append(Interval(start))
            high.append(Interval(end))
        return (f(low) + rest).lo, (f(high) + rest).hi

    def halves(self, f: Function) -> list[Piece]:
        """The two halves, cut in the widest argument; [] for a point."""
        i = max(range(len(self.box)), key=lambda k: self.box[k][1] - self.box[k][0])
        lo, hi = self.box[i]
        is_cuttable = lo < middle(lo, hi) < hi
        return [Piece(f, replaced(self.box, i, x)) for x in halves((lo, hi)) if is_cuttable]

    @cached_property
    def curvature(self) -> Range:
        """A range with the sign of the second derivatives: from 0 on for a convex function.

        A function is convex if, in each row of its Hessian, the number on the diagonal is at least
        the sum of the magnitudes beside it (Gershgorin).
        """
        lo = hi = 0.0
        for i, g in enumerate(self.slopes):
            row = sweep(topological(g), g, self.xs)
            sizes = [Interval(max(-h.lo, h.hi)) for j, h in enumerate(row) if j != i]
            beside = sum(sizes, Interval(0.0))
            lo, hi = min(lo, (row[i] - beside).lo), max(hi, (row[i] + beside).hi)
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


def cut(
    f: Function, parts: Sequence[Piece], count: int, is_done: Callable[[Piece], bool]
) -> list[Piece]:
    """At most `count` parts of the same box; parts that are not done are cut."""
    waiting, done = list(parts), list[Piece]()
    while waiting and len(waiting) + len(done) < count:
        piece = waiting.pop(0)
        smaller = [] if is_done(piece) else piece.halves(f)
        waiting += smaller
        done += [] if smaller else [piece]
    return done + waiting


def sweep(order: Sequence[Interval], y: Interval, xs: Sequence[Interval]) -> list[Interval]:
    """The derivatives of y with respect to `xs`, as a graph, by a backward pass over intervals."""
    gradients: dict[int, Number] = {id(y): 1.0}
    for v in reversed(order):
        u = gradients.get(id(v))
        if u is None or v.op is None:
            continue
        for i, x in node_operands(v):
            term: Number = 0.0  # for a condition
            if v.op is not ops.where:
                term = product(u, slope(v, i))
            elif i:  # a product would make 0 · u, whose range may be endless
                term = ops.where(v.operands[0], *((u, 0.0) if i == 1 else (0.0, u)))
            term = Interval(term) if type(term) is float else term
            if term.lo <= term.hi:  # else there is no value where x matters
                known = gradients.get(id(x))
                gradients[id(x)] = term if known is None else known + term
    found = [gradients.get(id(x), 0.0) for x in xs]
    return [Interval(g) if type(g) is float else g for g in found]


def slope(v: Interval, i: int) -> Number:
    """The partial of a node by operand `i`, in its textbook form, which repeats operands least."""
    op: Op = v.op  # type: ignore[assignment]
    is_whole = op is ops.power and type(v.operands[1]) is float and v.operands[1] % 1 == 0
    at = [x if is_whole or isinstance(x, Interval) else Interval(x) for x in v.operands]
    if is_whole or not op.textbook or op in {ops.sinc, ops.exprel}:  # whose texts divide by 0
        return op.partials[i](v, *at)
    p = _textbook(op, i)({"y": v, **dict(zip(op.operand_names, at))})
    return p * ROUNDING if isinstance(p, Interval) and op not in EXACT else p


@cache
def _textbook(op: Op, i: int) -> Expression:
    return parse(op.textbook[i])


def breaks(order: Sequence[Interval]) -> list[Break]:
    """Names and kinds of primitives that may not be smooth; `where` stands for a comparison."""
    conditions = {id(v.operands[0]) for v in order if v.op is ops.where}
    compared = {id(v) for v in order if v.op in {ops.less, ops.less_equal}} & conditions
    found = [(v.op.name, _kind(v.op, v)) for v in order if v.op and id(v) not in compared]
    return list(dict.fromkeys(b for b in found if b[1]))


def _kind(op: Op, v: Interval) -> str:
    """The kind of break of a primitive over the ranges of its operands, "" if it is smooth."""
    at = [ends(x) for x in v.operands]
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
    is_beyond = lo < domain[0][0] or hi > domain[-1][1]
    limits = [x for part in domain for x in part if lo <= x <= hi]
    return not is_beyond and all(math.isfinite(op.forward(x)) for x in limits)
