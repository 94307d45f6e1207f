"""Candidates: a formula judged at points, and its agreement with another one."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from microgradlike import graph
from microgradlike.accuracy.judgement.judge import computed_adjoints
from microgradlike.accuracy.rewriting.terms import Term
from microgradlike.accuracy.truth.exact import UNKNOWN, Exact, applied, of
from microgradlike.accuracy.truth.multiprecision import mp, right_digits
from microgradlike.accuracy.truth.truth import Truth, truth, working_precision
from microgradlike.engine import Value
from microgradlike.graph import topological
from microgradlike.op import Number

Point: TypeAlias = "dict[str, float]"  # a number for each variable

AGREEMENT = 1e-30
DRAWN, TRIES, FEWEST = 100, 400, 20
SEED = 0
DIGITS = 60, 120, 240  # more, for points at which fewer do not suffice


class ExactValues:
    """The exact values of terms at a point, each computed once, to the working precision.

    If `general`, a variable counts as any number, so equal marks say that terms are equal at every
    point.
    """

    def __init__(self, point: Point, *, general: bool = False) -> None:
        self.point, self.general = point, general
        self.known: dict[Term, Exact] = {}

    def __call__(self, t: Term) -> Exact:
        """The value of a term."""
        if t not in self.known:
            for part in topological(t):
                if part not in self.known:
                    self.known[part] = self._value(part)
        return self.known[t]

    def _value(self, t: Term) -> Exact:
        if t.op is None:
            x = of(self.point[str(t.leaf)] if t.number is None else t.number)
            if t.number is not None or not self.general:
                return x
            return Exact(x.number, 1.0, random.Random(t.leaf).getrandbits(60))
        try:
            return applied(t.op, [self.known[x] for x in t.operands])
        except Exception:  # a user's primitive may raise any
            return UNKNOWN


def values_at(t: Term, point: Mapping[str, Number]) -> dict[Term, Number]:
    """The numbers of a term and its parts."""
    found: dict[Term, Number] = {}
    for part in topological(t):
        if part.op is None:
            found[part] = point[part.leaf] if isinstance(part.leaf, str) else part.leaf
        else:
            found[part] = part.op(*[found[x] for x in part.operands])
    return found


@dataclass(frozen=True, slots=True)
class Score:
    """Right digits of the value and of the gradients by name; nan if they are undecided.

    >>> Score(16.0, {"x": 8.5})
    Score(value=16.0, gradients={'x': 8.5})
    >>> Score(16.0, {"x": 8.5}).worst
    8.5
    """

    value: float
    gradients: dict[str, float]

    @property
    def worst(self) -> float:
        """The least of those that are known."""
        return min(self.known)

    @property
    def known(self) -> list[float]:
        """Those that are not undecided."""
        return [x for x in (self.value, *self.gradients.values()) if x == x]


class Judge:
    """Right digits of formulas at a point, measured against the exact numbers of one of them."""

    def __init__(self, t: Term, point: Point) -> None:
        self.point = point
        order, _ = self._graph(t)
        self.truth: Truth = truth(order)
        self.value = self.truth.values[-1]
        found = {v.label: g for v, g in zip(order, self.truth.adjoints)}
        self.gradients = {name: found[name] for name in point if name in found}

    @property
    def decided(self) -> bool:
        """True if the exact value or a gradient is known; one that is not is left out."""
        return any(map(self.truth.known, [self.value, *self.gradients.values()]))

    def _graph(self, t: Term) -> tuple[list[Value], list[float]]:
        leaves: dict[str, Value] = {name: Value(x, name) for name, x in self.point.items()}
        y = values_at(t, leaves)[t]
        order = graph.topological(y if isinstance(y, Value) else Value(y))
        return order, computed_adjoints(order)

    def score(self, t: Term) -> Score:
        """The right digits of a formula's value and gradients in doubles."""
        order, adjoints = self._graph(t)
        computed = {v.label: g for v, g in zip(order, adjoints) if v.label}
        return Score(
            self._right(order[-1].data, self.value),
            {name: self._right(computed.get(name, 0.0), x) for name, x in self.gradients.items()},
        )

    def _right(self, computed: float, x: Exact) -> float:
        return right_digits(computed, x.number) if self.truth.known(x) else math.nan


def agree(old: Term, new: Term, holds: Iterable[Term], point: Point) -> bool | None:
    """True if two formulas agree to 1e-30; None where the old one or a condition does not hold.

    `holds` are terms that the conditions need to be positive.
    """
    for digits in DIGITS:
        with working_precision(digits):
            exact = ExactValues(point)
            if not all(exact(t).data > 0 for t in holds):
                return None
            a, b = exact(old), exact(new)
            if not mp.isfinite(a.data):
                return None
            size = max(abs(a.data), abs(b.data))
            if abs(a.data - b.data) <= AGREEMENT * size:
                return True
            if max(a.loss, b.loss) * mp.eps < AGREEMENT / 10:
                return False
            if b.data != b.data and b.loss == math.inf and a.loss * mp.eps < AGREEMENT:
                return False  # the new one is undefined
    return None


def drawn(point: Point, ranges: Mapping[str, tuple[float, float]]) -> Iterator[Point]:
    """Points without end: in the ranges, and around the point and widely for all else."""
    rng = random.Random(SEED)
    while True:
        near = rng.random() < 0.5
        width = 2.0 ** rng.uniform(-50, 0)
        yield {
            name: _drawn(rng, *ranges[name])
            if name in ranges
            else x * (1 + rng.uniform(-width, width))
            if near and x
            else rng.choice([-1, 1]) * 10.0 ** rng.uniform(-6, 3)
            for name, x in point.items()
        }


def _drawn(rng: random.Random, lo: float, hi: float) -> float:
    x = between(rng.random(), lo, hi)
    return x * 10.0 ** rng.uniform(-16, 0) if lo <= 0 <= hi and rng.random() < 0.5 else x


def between(share: float, lo: float, hi: float) -> float:
    """The number at a share of a range, by its logarithm where the range spans decades.

    >>> round(between(0.5, 1e-8, 1.0), 9), between(0.5, -1.0, 3.0)
    (0.0001, 1.0)
    """
    if lo > 0 and hi > 10 * lo:
        return min(hi, max(lo, math.exp(math.log(lo) + share * math.log(hi / lo))))
    if hi < 0 and lo < 10 * hi:
        return -between(share, -hi, -lo)
    return lo + share * (hi - lo)


def agree_everywhere(
    old: Term, new: Term, holds: Sequence[Term], point: Point, points: Iterator[Point]
) -> bool:
    """True if two formulas agree at a point and at 100 drawn ones (20 where it has few)."""
    if agree(old, new, holds, point) is not True:
        return False
    count = 0
    for _, p in zip(range(TRIES), points):
        found = agree(old, new, holds, p)
        if found is False:
            return False
        count += found is True
        if count == DRAWN:
            return True
    return count >= FEWEST
