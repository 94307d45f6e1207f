"""Strips: where the operands of a group of equations stand, as regular as that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

FEW = 32  # places that are compared one by one: NumPy would take longer


class Grid(NamedTuple):
    """Equations in `outer` strips of `inner` equations each, the first of them at `first`.

    Operand j of equation (i, k) stands at `base[j] + i * across[j] + k * along[j]`.
    """

    first: int
    outer: int
    inner: int
    base: tuple[int, ...]
    across: tuple[int, ...]
    along: tuple[int, ...]


def grids(places: Sequence[Any]) -> list[Grid]:
    """The fewest grids that a simple search finds, from the places of each operand, in order.

    >>> weights, inputs = np.arange(6), np.array([7, 8, 9, 7, 8, 9])
    >>> grids([weights, inputs])
    [Grid(first=0, outer=2, inner=3, base=(0, 7), across=(3, 0), along=(1, 1))]
    """
    count, none = len(places[0]), (0,) * len(places)
    if count == 1:
        return [Grid(0, 1, 1, tuple([int(p[0]) for p in places]), none, none)]
    if count > FEW:
        table = np.stack(places)
        rows, steps = table.T.tolist(), np.diff(table)
        changed = (steps[:, 1:] != steps[:, :-1]).any(axis=0)
        return _merged(rows, (np.flatnonzero(changed) + 1).tolist(), none)
    rows = list(zip(*[p.tolist() if isinstance(p, np.ndarray) else p for p in places]))
    distances = [[b - a for a, b in zip(p, q)] for p, q in pairwise(rows)]
    changes = [i for i in range(1, count - 1) if distances[i] != distances[i - 1]]
    return _merged(rows, changes, none)


def as_slice(places: Any) -> Any:
    """The places as a slice, where they are neighbours: arrays are then not copied.

    >>> as_slice([3, 4, 5]), as_slice([3, 5])
    (slice(3, 6, None), array([3, 5]))
    """
    array = np.asarray(places, dtype=np.intp)
    if len(array) and bool((np.diff(array) == 1).all()):
        return slice(int(array[0]), int(array[-1]) + 1)
    return array


def breaks(places: Sequence[Any]) -> int:
    """How often the distance between neighbours changes: a measure of irregularity."""
    steps = np.diff(np.stack(places))
    return int((steps[:, 1:] != steps[:, :-1]).any(axis=0).sum())


def _merged(rows: Sequence[Any], changes: list[int], none: tuple[int, ...]) -> list[Grid]:
    """Strips of one length and kind, one distance from each other, are one grid."""
    found: list[Grid] = []
    for start, stop in _strips(changes, len(rows)):
        base, along = tuple(rows[start]), none
        if stop - start > 1:
            along = tuple([b - a for a, b in zip(base, rows[start + 1])])
        last = found[-1] if found else None
        if last is not None and last.inner == stop - start and last.along == along:
            row = [b - a for a, b in zip(last.base, base)]
            across = last.across if last.outer > 1 else tuple(row)
            if row == [last.outer * a for a in across]:
                found[-1] = last._replace(outer=last.outer + 1, across=across)
                continue
        found.append(Grid(start, 1, stop - start, base, none, along))
    return found


def _strips(changes: list[int], count: int) -> Iterator[tuple[int, int]]:
    """Neighbours of equal distances: the first of each strip, and the one after its last.

    `changes` are the distances that are unlike the ones before.
    """
    bounds = [0, *changes, count - 1]
    at = 0
    for i, (start, stop) in enumerate(pairwise(bounds)):
        start = max(start, at)
        if stop - start < 1:
            continue  # a jump from the end of a strip to the start of the next one
        lonely = stop - start == 1 and i + 2 < len(bounds) and bounds[i + 2] - stop > 1
        at = stop if lonely else stop + 1
        yield start, at
    if at < count:
        yield at, count
