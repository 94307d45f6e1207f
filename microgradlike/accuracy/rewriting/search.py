"""Search: rewrites of a formula at the places where digits are lost, a few steps ahead."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

from microgradlike.accuracy.rewriting.candidates import ExactValues, Judge, values_at
from microgradlike.accuracy.rewriting.matching import rewritten
from microgradlike.accuracy.rewriting.rearrange import REARRANGEMENTS
from microgradlike.accuracy.rewriting.rules import RULES, Rule
from microgradlike.accuracy.rewriting.terms import LARGE, PRODUCTS, SUMS, Term, substituted
from microgradlike.accuracy.truth.multiprecision import right_digits
from microgradlike.graph import topological

AHEAD = 2  # steps without a gain before the search ends
WIDTH = 14  # formulas that are rewritten further
WORK = 20_000  # terms judged, and five times those that rules were tried at
PLACES = 30  # in a formula
ENOUGH = 15.0  # digits that need no further rewrite
USERS = 3  # levels above a loss at which rules are tried

Rewritten: TypeAlias = "tuple[str, str, Term, dict[Term, Term]]"  # rule, condition, term, bindings


@dataclass(frozen=True, eq=False)
class Candidate:
    """A formula, its digits at each point as (worst, sum), and the steps to it."""

    term: Term
    rank: tuple[float, ...]
    steps: tuple[tuple[str, str, dict[Term, Term]], ...] = ()  # rule, condition, bindings


class Search:
    """The candidates for a formula, from the points at which it is judged."""

    def __init__(self, root: Term, judges: Sequence[Judge]) -> None:
        self.judges = judges
        self.general = ExactValues(judges[0].point, general=True)
        self.exact = [ExactValues(judge.point) for judge in judges]
        self.seen = {root}
        self.work = WORK
        self.made: dict[Term, list[Rewritten]] = {}  # candidates share most of their terms
        self.start = Candidate(root, self.rank(root, ()))

    def key(self, t: Term) -> Hashable:
        """Equal for terms that are equal by the rules of arithmetic."""
        x = self.general(t)
        finite = x.number[1] or not x.mark
        return x.mark if finite else t

    def rank(self, t: Term, steps: Sequence[object]) -> tuple[float, ...]:
        """Worst digits, the sum of all, and simplicity: the larger the better."""
        scores = [judge.score(t) for judge in self.judges]
        digits = [min(x, ENOUGH) for s in scores for x in s.known]
        return round(min(digits), 1), round(sum(digits)), -len(topological(t)), -len(steps)

    def run(self) -> list[Candidate]:
        """Every candidate that is better than the formula, the best one first."""
        frontier, found, idle = [self.start], [self.start], 0
        while frontier and idle < AHEAD and self.work > 0:
            children = [child for c in frontier for child in self.children(c)]
            children.sort(key=lambda c: c.rank, reverse=True)
            frontier = children[:WIDTH]
            better = bool(frontier) and frontier[0].rank[:2] > found[0].rank[:2]
            idle = 0 if better else idle + 1
            found = sorted([*found, *frontier], key=lambda c: c.rank, reverse=True)
            if found[0].rank[0] >= ENOUGH:
                break
        return [c for c in found if c.rank[0] > self.start.rank[0]]

    def children(self, c: Candidate) -> Iterator[Candidate]:
        """The candidates one rewrite away."""
        for place in self.places(c.term):
            for rule, condition, new, bindings in self.rewrites(place):
                t = substituted(c.term, {place: new}, self.key)
                if t not in self.seen and self.work > 0:
                    self.seen.add(t)
                    self.work -= len(topological(t))
                    steps = (*c.steps, (rule, condition, bindings))
                    yield Candidate(t, self.rank(t, steps), steps)

    def rewrites(self, place: Term) -> list[Rewritten]:
        """The results of rules and rearrangements at a term, with conditions and bindings."""
        if place.size > LARGE or self.work <= 0:
            return []
        if place not in self.made:
            self.work -= 5 * place.size
            found: list[Rewritten] = []
            for rule in BY_TOP.get(_top(place), []):
                made = rewritten(rule, place, self.key)
                found += [(str(rule), rule.condition, new, bindings) for new, bindings in made]
            for name, rearranged in REARRANGEMENTS.items() if place.op in SUMS else ():
                with suppress(OverflowError):  # a coefficient that is not exact as a float
                    others = rearranged(place, self.key, self.judges[0].point)
                    found += [(name, "", new, {}) for new in others]
            self.made[place] = found
        return self.made[place]

    def places(self, root: Term) -> list[Term]:
        """The terms that lose digits of their operands, the worst first, and their users close by.

        Every term if none does: then only the gradient loses digits.
        """
        order = [t for t in topological(root) if t.op is not None]
        losses = dict.fromkeys(order, 0.0)
        for judge, exact in zip(self.judges, self.exact):
            right = {
                t: right_digits(x, exact(t).number) for t, x in values_at(root, judge.point).items()
            }
            for t in order:
                losses[t] = max(losses[t], min(right[x] for x in t.operands) - right[t])
        lost = sorted((t for t in order if losses[t] > 1), key=lambda t: -losses[t])[:PLACES]
        close = dict.fromkeys(lost)
        for _ in range(USERS):
            close |= dict.fromkeys(t for t in order if not close.keys().isdisjoint(t.operands))
        return list(close or order)[:PLACES]


def _top(t: Term) -> object:
    """The kind of a term, which a rule's left side needs to share."""
    return "sum" if t.op in SUMS else "product" if t.op in PRODUCTS else t.op


BY_TOP: dict[object, list[Rule]] = {}
for _rule in RULES:
    BY_TOP.setdefault(_top(_rule.left), []).append(_rule)
