"""Digits, their cost and their truth:  python -m benchmarks.digits [part ...]

A cost is counted in backward passes over the same graph, in the same run. Random programs and their
truth at 120 digits are those of the tests. Parts: digits (the cost by size of graph, with that of
the truth and of the bound alone), right (figures of 2,000 friendly and 2,000 nasty programs).
"""

import itertools
import random
import statistics

import microgradlike as mg
from benchmarks.shared import command
from microgradlike import nn
from microgradlike.accuracy.digits import digits
from microgradlike.accuracy.judgement.bound import bounds
from microgradlike.accuracy.truth.truth import truth
from microgradlike.graph import topological
from tests.accuracy.programs import friendly, graph, judged, nasty

PROGRAMS = 2000
SIZES = (30, 300, 1000)
SHAPES = {30: ((2, 1), 1), 300: ((8, 1), 3), 1000: ((16, 1), 5), 40_000: ((16, 16, 1), 60)}


def random_graph(n):
    """A random program of about n nodes, or a sum of several."""
    programs = (friendly(number) for number in itertools.count())
    size = min(n, 250)
    alike = (p for p in programs if 0.9 * size <= len(p.instructions) <= 1.1 * size)
    return mg.sum([graph(p)[1] for p in itertools.islice(alike, n // size)])


def loss(n):
    """The squared error of a network with tanh, a graph of about n nodes."""
    shape, rows = SHAPES[n]
    rng = random.Random(0)
    model = nn.MLP(3, list(shape), activation="tanh", rng=rng)
    points = [[rng.gauss(0, 1) for _ in range(3)] for _ in range(rows)]
    return mg.mean([(model(x) - x[0] * x[1]) ** 2 for x in points])


def time_digits(rounds):
    """digits: the cost in backward passes"""
    graphs = {f"random program, {n:,} nodes": random_graph(n) for n in SIZES}
    graphs |= {f"loss of a network, {n:,} nodes": loss(n) for n in SHAPES}
    return {name: cost(y, rounds) for name, y in graphs.items()}


def cost(y, rounds):
    order = topological(y)
    contestants = {
        "backward": y.backward,
        "digits": lambda: digits(y),
        "truth": lambda: truth(order),
        "bound": lambda: bounds(order, y),
    }
    times = rounds.interleaved(contestants)
    passes = {name: times[name] / times["backward"] for name in ("digits", "truth", "bound")}
    return {
        "nodes": len(order),
        "backward, ms": 1e3 * times["backward"],
        "digits, ms": 1e3 * times["digits"],
        "in backward passes": passes["digits"],
        "of which truth": passes["truth"],
        "bound": passes["bound"],
    }


def judge_programs(_rounds):
    """digits: figures of random programs"""
    columns = {"friendly": figures(friendly), "nasty": figures(nasty)}
    rows = next(iter(columns.values()))
    return {row: {name: column[row] for name, column in columns.items()} for row in rows}


def figures(kind):
    """Figures of one kind of programs; later ones go here."""
    found = [number for k in range(PROGRAMS) for number in judged(kind(k))]
    decided = [x for x in found if x.right is not None]
    wrong = [x for x in decided if abs(x.right - x.true) > 0.05]
    too_much = [x for x in found if x.bound > x.true]
    missed = sorted(x.true - x.bound for x in found if x.computed)
    return {
        "numbers": len(found),
        "right digits off by more than 0.05": len(wrong),
        "undecided": len(found) - len(decided),
        "bound promises too much, %": 100 * len(too_much) / len(found),
        "digits that the bound misses, median": statistics.median(missed),
        "99 in 100 miss at most": missed[len(missed) * 99 // 100],
    }


PARTS = {"digits": time_digits, "right": judge_programs}

if __name__ == "__main__":
    command.run(__doc__.splitlines()[0], PARTS)
