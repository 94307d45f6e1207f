"""Enclosure: the range of a function and of its gradient over a box, and its kinks there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf, isnan

from microgradlike._validate import is_real, shown
from microgradlike.accuracy.intervals.interval import Interval, ends
from microgradlike.accuracy.intervals.pieces import (
    Box,
    Break,
    Function,
    Piece,
    breaks,
    cut,
    halves,
    replaced,
)
from microgradlike.accuracy.intervals.primitive_range import WHOLE, Range, hull
from microgradlike.coerce import as_float
from microgradlike.derivatives.call import require_function
from microgradlike.derivatives.pytree import Nested, Pytree
from microgradlike.engine import Value
from microgradlike.graph import topological
from microgradlike.op import to_float

DEPTH, SEVERAL = 40, 12  # halvings of an argument in search of kinks, and its parts at a time


@dataclass(frozen=True, slots=True)
class Kink:
    """A place in a box where a function may not be smooth, and the `name` of the primitive.

    `kind` is "kink" where the function is continuous, "jump" where it may not be, and "domain"
    where it may have no value, as at a pole. The place is between `lo` and `hi` in the number
    `argument` of the boxes, counted from 0.
    """

    name: str
    kind: str
    argument: int
    lo: float
    hi: float


@dataclass(frozen=True, slots=True)
class Enclosure:
    """The range of a function over a box, from `enclose`.

    `value` and the numbers of `gradient` are Intervals: all values and derivatives at points of the
    box are in them. `gradient` is a tuple with an entry per box, and so is `monotone`, of the words
    "increasing" and "decreasing" (in the wide sense), "constant" and "undecided". `shape` is
    "convex", "concave", "linear" or "undecided".

    `kinks` are the places where the function may not be smooth. `leaves_domain` has the names of
    primitives whose operands may leave their domain; nothing is said about points at which they do.
    `proven` is False if ranges rely on the measured errors of primitives, at most 2 ulp.
    """

    value: Interval
    gradient: tuple[Nested, ...]
    monotone: tuple[Nested, ...]
    shape: str
    kinks: tuple[Kink, ...]
    leaves_domain: tuple[str, ...]
    proven: bool


def enclosure(f: Callable[..., object], boxes: tuple[Nested, ...], pieces: int) -> Enclosure:
    """`enclose(f, *boxes, pieces=pieces)`, with `pieces` checked."""
    tree, box, over = _numbered(f, boxes)
    whole = Piece(over, box)
    parts = cut(over, [whole], pieces, lambda p: p.is_monotone)
    slopes = [hull(map(ends, of_x)) for of_x in zip(*[p.slopes for p in parts])]
    is_continuous = all(p.is_continuous for p in parts)
    words = ("constant", "increasing", "decreasing")
    directions = [_sign(g, words) if is_continuous else "undecided" for g in slopes]
    bent = WHOLE
    if is_continuous and not whole.breaks:
        count = len(parts) + (pieces // 4 if len(box) == 1 else 0)
        bent = hull(p.curvature for p in cut(over, parts, count, lambda p: p.curvature != WHOLE))
    return Enclosure(
        value=Interval(*hull(p.value for p in parts)),
        gradient=tree.unflatten([Interval(*g) for g in slopes]),
        monotone=tree.unflatten(directions),
        shape=_sign(bent, ("linear", "convex", "concave")),
        kinks=tuple(sorted(_kinks(over, whole), key=lambda k: (k.argument, k.lo))),
        leaves_domain=tuple(name for name, kind in whole.breaks if kind == "domain"),
        proven=whole.is_proven,
    )


def inside(f: Callable[..., object], boxes: tuple[Nested, ...]) -> Nested:
    """The boxes as pairs, without the ends of ranges at which `f` certainly has no value."""
    tree, box, over = _numbered(f, boxes)

    def has_value(i: int, x: Range) -> bool:
        return not isnan(over([Interval(*x) for x in replaced(box, i, x)]).lo)

    for i, (lo, hi) in enumerate(box):
        if has_value(i, (lo, hi)):
            for step in [(hi - lo) * 0.5**k for k in range(1, 50)]:
                lo = lo if has_value(i, (lo, lo + step)) else lo + step
                hi = hi if has_value(i, (hi - step, hi)) else hi - step
        box[i] = (lo, hi)
    return tree.unflatten(box)


def _numbered(
    f: Callable[..., object], boxes: tuple[Nested, ...]
) -> tuple[Pytree, list[Range], Function]:
    """The boxes as a tree, the range of each number in order, and f of a list of intervals."""
    require_function(f)
    tree = Pytree(tuple(map(_intervals, boxes)), "boxes")
    if not tree.leaves:
        raise ValueError("enclose(f, *boxes) got no number; write enclose(f, (0.0, 1.0))")

    def over(xs: Sequence[Interval]) -> Interval:
        y = f(*tree.as_argument(xs))
        if isinstance(y, Interval):
            return y
        constant = as_float(y.data if isinstance(y, Value) else y)
        if constant is None:
            raise TypeError(
                f"enclose takes a function that returns one number, got {shown(y)} of type"
                f" {type(y).__name__}; enclose each result, or their sum"
            )
        return Interval(constant)

    return tree, [ends(x.data if isinstance(x, Value) else x) for x in tree.leaves], over


def _intervals(x: Nested) -> Nested:
    """Nested pairs as nested intervals."""
    if isinstance(x, tuple) and len(x) == 2 and all(map(is_real, x)):
        lo, hi = map(to_float, x)
        if -inf < lo <= hi < inf:
            return Interval(lo, hi)
        raise ValueError(f"{shown(x)} is not an interval; give two finite numbers, the lower first")
    if isinstance(x, dict):
        return {key: _intervals(part) for key, part in x.items()}
    return type(x)(map(_intervals, x)) if type(x) in {list, tuple} else x


def _sign(x: Range, words: tuple[str, str, str]) -> str:
    zero, positive, negative = words
    if x == (0, 0):
        return zero
    return positive if x[0] >= 0 else negative if x[1] <= 0 else "undecided"


def _kinks(f: Function, whole: Piece) -> Iterator[Kink]:
    """The places of the breaks, in the arguments along which bisection finds them."""
    box = whole.box
    wide = [i for i, (lo, hi) in enumerate(box) if lo < hi] or range(len(box))
    for found in whole.breaks:
        places = {i: _located(f, box, i, found) for i in wide}
        located = {i: ranges for i, ranges in places.items() if ranges != [box[i]]}
        for i, ranges in (located or places).items():
            yield from (Kink(*found, i, lo, hi) for lo, hi in ranges)


def _located(f: Function, box: Box, i: int, sought: Break) -> list[Range]:
    """The parts of argument `i` in which the break may be, neighbours as one."""
    parts, outside = [box[i]], list[Range]()
    for _ in range(DEPTH):
        smaller: list[Range] = []
        for half in [half for part in parts for half in halves(part)]:
            y = f([Interval(*x) for x in replaced(box, i, half)])
            if sought in breaks(topological(y)):
                (outside if isnan(y.lo) else smaller).append(half)
        if len(smaller) > SEVERAL:
            break
        parts = smaller
    merged: list[Range] = []
    for lo, hi in sorted(parts + outside):
        first, last = merged.pop() if merged and lo <= merged[-1][1] else (lo, hi)
        merged.append((first, max(last, hi)))
    return merged
