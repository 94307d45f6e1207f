"""Second and higher derivatives of a subject, held against differences of those one order lower."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from microgradlike.engine import Value
from microgradlike.expressions.lexer import listed
from microgradlike.graph import topological
from microgradlike.ops import TABLE
from microgradlike.testing.check.arguments import Arguments
from microgradlike.testing.check.directional import Line
from microgradlike.testing.check.function_under_test import Direction, Subject
from microgradlike.testing.check.modes import Modes, blamed, unit
from microgradlike.testing.check.report import Partial
from microgradlike.testing.check.verdict import judged

MOST_DIRECTIONS = 10  # of more numbers, so many random directions stand for all


@dataclass(frozen=True, slots=True)
class Higher:
    """Derivatives from order 2 on, `notes` on them, and why there are none, or "" if there are."""

    partials: tuple[Partial, ...] = ()
    notes: tuple[str, ...] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True)
class _Way:
    """A direction in which differences move the point, its name, and the size of what it moves."""

    name: str
    direction: Direction
    size: float
    at: float


def higher_derivatives(subject: Subject, first: Sequence[Partial], order: int) -> Higher:
    """The derivatives of order 2 to `order` by the numbers whose first derivatives agree.

    Second ones by every pair of at most 10 numbers; of more, those of the gradient in 10 random
    directions; from order 3 on those of derivatives that are repeated in one random direction.
    """
    kept = [k for k, p in enumerate(first) if p.verdict == "agrees"]
    if not kept:
        return Higher(notes=("no second derivatives: every first one is at a kink or undecided",))
    ways = _ways(subject.arguments, kept)
    found: list[Partial] = []
    missing, graph = "", [subject.root]
    for n in range(2, order + 1):
        along = () if n == 2 else ways[-1:] * (n - 2)
        under_test = subject if n == 2 else subject.differentiated([w.direction for w in along])
        modes = Modes(under_test)
        try:
            graph = modes.gradient
        except Exception as error:  # of a partial of the user's
            missing = _missing(graph, n, error)
            break
        for way in ways[:-1] if n == 2 else ways[-1:]:
            found += _compared(under_test, modes, kept, way, [w.name for w in along])
        if any(p.verdict == "differs" for p in found):
            break  # the next order would be compared with this one
    return Higher(tuple(found), tuple(_notes(subject, kept, found)), missing)


def _ways(arguments: Arguments, kept: Sequence[int]) -> list[_Way]:
    """The directions for second derivatives, and one more for higher ones."""
    count = len(arguments.numbers)
    units = [
        _Way(arguments.names[k], unit(k, count), arguments.numbers[k], arguments.numbers[k])
        for k in kept
    ]
    random = Random(0)
    if len(kept) == 1:
        return units * 2
    drawn = [_drawn(arguments.numbers, kept, random, f"u{i}") for i in range(MOST_DIRECTIONS + 1)]
    return [*units, drawn[0]] if len(kept) <= MOST_DIRECTIONS else [*drawn[1:], drawn[0]]


def _drawn(numbers: Sequence[float], kept: Sequence[int], random: Random, name: str) -> _Way:
    """A direction in which each number moves by the half or whole of its magnitude, or of 1."""
    # powers of two: the steps along it are exact
    direction = [0.0] * len(numbers)
    for k in kept:
        magnitude = max(math.frexp(numbers[k])[1] - 1, 0) - random.randrange(2)
        direction[k] = math.ldexp(random.choice((-1.0, 1.0)), magnitude)
    return _Way(name, direction, 1.0, math.nan)


def _compared(
    subject: Subject, modes: Modes, kept: Sequence[int], way: _Way, along: Sequence[str]
) -> list[Partial]:
    both = modes.second(way.direction)
    line = Line(subject, way.direction, way.size, gradient=True)
    moved = [k for k, d in enumerate(way.direction) if d]
    found = []
    for j in kept:
        by = (subject.arguments.names[j], *along, way.name)
        edge = partial(subject.here.first_edge, [j, *moved])
        found.append(judged(both.claim(j, by, way.at, edge), line, j))
    return found


def _missing(graph: Sequence[Value], order: int, error: Exception) -> str:
    said = " ".join(f"{type(error).__name__}: {error}".split())
    op = blamed(graph)
    culprit = f"the partial of {op}" if op else "a partial"
    return (
        f"derivatives of order {order} could not be checked: {culprit} takes numbers only"
        f" ({said:.200}); write it with primitives, such as microgradlike.sin(x) for math.sin(x),"
        f" or check with order={order - 1}"
    )


def _notes(subject: Subject, kept: Sequence[int], found: Sequence[Partial]) -> Iterator[str]:
    names = subject.arguments.names
    left_out = [name for k, name in enumerate(names) if k not in kept]
    if left_out:
        yield f"no second derivatives by {listed(left_out)}: the first is at a kink or undecided"
    random = list(dict.fromkeys(p.by[-1] for p in found if p.by[-1] not in names))
    if random:
        yield f"{listed(random)}: random directions, in which every number moves"
    strangers = list(dict.fromkeys(_strangers(subject)))
    if strangers and any(p.verdict == "differs" for p in found):
        yield (
            "so it looks where a partial takes .data, or has abs inside, and where a mistake in it"
            f" shows in the second derivative only; see {listed(strangers)}"
        )


def _strangers(subject: Subject) -> Iterator[str]:
    """The primitives of the user's."""
    for v in topological(subject.root):
        if v.op is not None and TABLE.get(v.op.name) is not v.op:
            yield v.op.name
