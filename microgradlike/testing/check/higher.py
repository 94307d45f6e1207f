"""HigherDerivatives: derivatives of order 2 and more, each against differences one order lower."""

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
from microgradlike.testing.check.directional import DirectionalDifferences
from microgradlike.testing.check.function_under_test import (
    Direction,
    FunctionUnderTest,
    unit_direction,
)
from microgradlike.testing.check.modes import AnalyticDerivatives, numbers_only_primitive
from microgradlike.testing.check.point import Point
from microgradlike.testing.check.report import ReportEntry
from microgradlike.testing.check.verdict import judge

MOST_DIRECTIONS = 10  # a point of more numbers is moved in this many random directions


@dataclass(frozen=True, slots=True)
class HigherDerivatives:
    """The derivatives of order 2 and more, notes on them, and the reason if some are missing."""

    entries: tuple[ReportEntry, ...] = ()
    notes: tuple[str, ...] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True)
class _NamedDirection:
    """A direction for differences, its name, and the size and value of the number that it moves."""

    name: str
    direction: Direction
    size: float
    at: float


def higher_derivatives(
    function: FunctionUnderTest, first: Sequence[ReportEntry], order: int
) -> HigherDerivatives:
    """The derivatives of order 2 to `order` in the numbers whose first derivatives agree.

    Second derivatives for every pair of at most 10 numbers, or of the gradient in 10 random
    directions. From order 3 on, derivatives in one random direction, taken repeatedly.
    """
    kept = [k for k, entry in enumerate(first) if entry.verdict == "agrees"]
    if not kept:
        note = "second derivatives were not checked: every first one is at a kink or undecided"
        return HigherDerivatives(notes=(note,))
    *moves, repeated = _directions(function.point, kept)
    found: list[ReportEntry] = []
    missing, graph = "", [function.root]
    for n in range(2, order + 1):
        along = [repeated] * (n - 2)
        lower = function if n == 2 else function.derivative([d.direction for d in along])
        analytic = AnalyticDerivatives(lower)
        try:
            graph = analytic.gradient
        except Exception as error:  # raised by a partial of the user's
            missing = _missing(graph, n, error)
            break
        for move in moves if n == 2 else [repeated]:
            found += _compared(lower, analytic, kept, move, [d.name for d in along])
        if any(entry.verdict == "differs" for entry in found):
            break  # the next order would be compared with this one
    return HigherDerivatives(tuple(found), tuple(_notes(function, kept, found)), missing)


def _directions(point: Point, kept: Sequence[int]) -> list[_NamedDirection]:
    """The directions for second derivatives, and as the last one that of higher orders."""
    names, numbers = point.names, point.numbers
    units = [
        _NamedDirection(names[k], unit_direction(k, len(numbers)), numbers[k], numbers[k])
        for k in kept
    ]
    random = Random(0)
    if len(kept) == 1:
        return units * 2
    drawn = [_drawn(numbers, kept, random, f"u{i}") for i in range(MOST_DIRECTIONS + 1)]
    return [*units, drawn[0]] if len(kept) <= MOST_DIRECTIONS else [*drawn[1:], drawn[0]]


def _drawn(
    numbers: Sequence[float], kept: Sequence[int], random: Random, name: str
) -> _NamedDirection:
    """A direction that moves each number by its magnitude, or by half of it; at least by 1/2."""
    # powers of two, so that steps along it are exact
    direction = [0.0] * len(numbers)
    for k in kept:
        magnitude = max(math.frexp(numbers[k])[1] - 1, 0) - random.randrange(2)
        direction[k] = math.ldexp(random.choice((-1.0, 1.0)), magnitude)
    return _NamedDirection(name, direction, 1.0, math.nan)


def _compared(
    function: FunctionUnderTest,
    analytic: AnalyticDerivatives,
    kept: Sequence[int],
    move: _NamedDirection,
    along: Sequence[str],
) -> list[ReportEntry]:
    both = analytic.second(move.direction)
    differences = DirectionalDifferences(function, move.direction, move.size, gradient=True)
    moved = [k for k, d in enumerate(move.direction) if d]
    found = []
    for j in kept:
        by = (function.point.names[j], *along, move.name)
        edge = partial(function.evaluation.first_domain_edge, [j, *moved])
        found.append(judge(both.derivative(j, by, move.at, edge), differences, j))
    return found


def _missing(graph: Sequence[Value], order: int, error: Exception) -> str:
    message = " ".join(f"{type(error).__name__}: {error}".split())
    op = numbers_only_primitive(graph)
    culprit = f"the partial of {op}" if op else "a partial"
    return (
        f"derivatives of order {order} could not be checked: {culprit} takes numbers only"
        f" ({message:.200}); write it with primitives, such as microgradlike.sin(x) for"
        f" math.sin(x), or check with order={order - 1}"
    )


def _notes(
    function: FunctionUnderTest, kept: Sequence[int], found: Sequence[ReportEntry]
) -> Iterator[str]:
    names = function.point.names
    left_out = [name for k, name in enumerate(names) if k not in kept]
    if left_out:
        yield (
            f"second derivatives in {listed(left_out)} were not checked: the first derivative is at"
            " a kink or undecided"
        )
    random = list(dict.fromkeys(entry.by[-1] for entry in found if entry.by[-1] not in names))
    if random:
        yield f"{listed(random)}: random directions that move every number"
    primitives = list(dict.fromkeys(_user_primitives(function)))
    if primitives and any(entry.verdict == "differs" for entry in found):
        yield (
            "a partial that reads .data or uses abs has wrong second derivatives; check the"
            f" partials of {listed(primitives)}"
        )


def _user_primitives(function: FunctionUnderTest) -> Iterator[str]:
    """The names of the primitives outside the table."""
    for v in topological(function.root):
        if v.op is not None and TABLE.get(v.op.name) is not v.op:
            yield v.op.name
