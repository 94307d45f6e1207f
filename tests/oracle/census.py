"""The census: many random programs, in this library, PyTorch and JAX, against 60 digits.

`run(count, seed)` is what `docs/trust.md` is written from.
"""

import math
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.util import find_spec

from tests.bits import same_bits
from tests.oracle import exact, ours
from tests.oracle.bound import bounds
from tests.oracle.generate import program
from tests.oracle.judge import Judged, explanations, judged
from tests.oracle.peers import InJax, InTorch
from tests.oracle.rules import RULES
from tests.oracle.shrink import described

OURS = "microgradlike"


@dataclass
class Tally:
    """One quantity in one library: programs run, wrong ones, and the rules that explain them.

    `largest` is the largest error, in bounds; nan counts as infinite.
    """

    programs: int = 0
    wrong: int = 0
    largest: float = 0.0
    explained: dict[str, int] = field(default_factory=dict)  # a program may count for two rules

    def add(self, numbers, library, explained):
        self.programs += 1
        self.wrong += any(x.wrong for x in numbers)
        ratios = [math.inf if x.ratio != x.ratio else x.ratio for x in numbers]
        self.largest = max(self.largest, *ratios)
        names = {name for x in numbers if x.wrong and explained for name in explained[x]}
        for text in {RULES[library][name].text for name in names}:
            self.explained[text] = self.explained.get(text, 0) + 1


@dataclass(frozen=True)
class Wrong:
    """A number beyond its bound that no rule explains, with its library and program."""

    library: str
    number: int
    judged: Judged

    def __str__(self):
        drawn, direction = program(self.number)
        return f"{self.library}, program {self.number}: {self.judged}\n" + described(
            drawn, direction
        )


class Census:
    """Counts that grow program by program."""

    def __init__(self, peers, first=0):
        self.peers = peers
        self.first = self.next = first
        self.instructions = 0
        self.tallies = {name: {} for name in (OURS, *(peer.name for peer in peers))}
        self.unexplained = []
        self.differing = []  # programs whose graph gradient is not that of backward()

    def add(self):
        """Run the next program everywhere."""
        number = self.next
        self.next += 1
        drawn, direction = program(number)
        self.instructions += len(drawn.instructions)
        steps = exact.run(drawn, direction)
        limits = bounds(steps)
        modes = ours.results(drawn, direction, number)
        self._count(OURS, number, [x for r in modes.values() for x in judged(r, steps, limits)])
        backward = modes["backward, hvp"].gradient
        if not same_bits(ours.graph_gradient(drawn), backward):
            self.differing.append(number)
        for peer in self.peers:
            found = judged(peer.run(drawn, direction), steps, limits)
            explained = explanations(peer, steps, [x for x in found if x.wrong])
            self._count(peer.name, number, found, explained)

    def _count(self, library, number, found, explained=None):
        """Each program once for each quantity, however many numbers of it are wrong."""
        for quantity in dict.fromkeys(x.quantity for x in found):
            tally = self.tallies[library].setdefault(quantity, Tally())
            tally.add([x for x in found if x.quantity == quantity], library, explained)
        for x in found:
            if x.wrong and not (explained and explained[x]):
                self.unexplained.append(Wrong(library, number, x))

    def report(self):
        """The counts as plain dicts and lists."""
        return {
            "programs": self.next - self.first,
            "instructions": self.instructions,
            "differing": self.differing,
            "unexplained": list(map(str, self.unexplained)),
            "libraries": {
                name: {quantity: asdict(tally) for quantity, tally in tallies.items()}
                for name, tallies in self.tallies.items()
            },
        }


@cache
def peers():
    """The installed ones of PyTorch and JAX."""
    return [peer() for peer in (InTorch, InJax) if find_spec(peer.name) is not None]


def run(count, seed=0):
    """The report of `count` programs, from number `seed` on, with the peers that are installed.

    For each library and quantity (value, gradient, hvp) it has the number of programs, of wrong
    ones, the largest error in bounds, and the number of programs by rule. `unexplained` lists the
    wrong numbers without a rule, each with its program as Python code; `differing` lists the
    programs with a graph gradient that differs from backward's in any bit.
    """
    census = Census(peers(), seed)
    for _ in range(count):
        census.add()
    return census.report()
