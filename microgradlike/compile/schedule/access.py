"""StridedBlock: equations whose operands lie in regular places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from microgradlike.compile.arrays import IndexArray

FEW = 32  # equations up to which Python compares places faster than NumPy


class StridedBlock(NamedTuple):
    """Equations in `outer` strips of `inner` equations each, beginning with number `first`.

    Operand j of equation k in strip i lies at the place
    `base[j] + i * outer_stride[j] + k * inner_stride[j]`. Without a `base`, places are not regular.
    """

    first: int
    outer: int
    inner: int
    base: tuple[int, ...]
    outer_stride: tuple[int, ...]
    inner_stride: tuple[int, ...]


def strided_blocks(places: Sequence[Any]) -> list[StridedBlock]:
    """Return blocks that cover all equations in order, from the places of each operand.

    A simple search finds them: there are few, not always the fewest.

    >>> weights, inputs = np.arange(6), np.array([7, 8, 9, 7, 8, 9])
    >>> strided_blocks([weights, inputs])  # doctest: +NORMALIZE_WHITESPACE
    [StridedBlock(first=0, outer=2, inner=3, base=(0, 7), outer_stride=(3, 0),
                  inner_stride=(1, 1))]
    """
    count, zeros = len(places[0]), (0,) * len(places)
    if count == 1:
        return [StridedBlock(0, 1, 1, tuple([int(p[0]) for p in places]), zeros, zeros)]
    if count > FEW:
        table = np.stack(places)
        rows, distances = table.T.tolist(), np.diff(table)
        changed = (distances[:, 1:] != distances[:, :-1]).any(axis=0)
        return _merged_strips(rows, (np.flatnonzero(changed) + 1).tolist(), zeros)
    rows = list(zip(*[p.tolist() if isinstance(p, np.ndarray) else p for p in places]))
    steps = [[b - a for a, b in zip(p, q)] for p, q in pairwise(rows)]
    changes = [i for i in range(1, count - 1) if steps[i] != steps[i - 1]]
    return _merged_strips(rows, changes, zeros)


def as_slice(places: Sequence[int]) -> slice | IndexArray:
    """Return consecutive places as a slice, so that indexing does not copy, others as an array.

    >>> as_slice([3, 4, 5]), as_slice([3, 5])
    (slice(3, 6, None), array([3, 5]))
    """
    array = np.asarray(places, dtype=np.intp)
    if len(array) and bool((np.diff(array) == 1).all()):
        return slice(int(array[0]), int(array[-1]) + 1)
    return array


def stride_changes(places: Sequence[IndexArray]) -> int:
    """Count how often the distance between neighbors changes: a measure of irregularity.

    >>> stride_changes([np.array([0, 1, 2, 10, 11])])
    2
    """
    steps = np.diff(np.stack(places))
    return int((steps[:, 1:] != steps[:, :-1]).any(axis=0).sum())


def _merged_strips(
    rows: Sequence[Any], changes: list[int], zeros: tuple[int, ...]
) -> list[StridedBlock]:
    """Merge neighboring strips of equal length, stride and distance into blocks."""
    found: list[StridedBlock] = []
    for start, stop in _strips(changes, len(rows)):
        base, inner_stride = tuple(rows[start]), zeros
        if stop - start > 1:
            inner_stride = tuple([b - a for a, b in zip(base, rows[start + 1])])
        last = found[-1] if found else None
        if last is not None and last.inner == stop - start and last.inner_stride == inner_stride:
            distance = [b - a for a, b in zip(last.base, base)]
            outer_stride = last.outer_stride if last.outer > 1 else tuple(distance)
            if distance == [last.outer * stride for stride in outer_stride]:
                found[-1] = last._replace(outer=last.outer + 1, outer_stride=outer_stride)
                continue
        found.append(StridedBlock(start, 1, stop - start, base, zeros, inner_stride))
    return found


def _strips(changes: list[int], count: int) -> Iterator[tuple[int, int]]:
    """Yield the start and stop of each strip: neighbors at equal distances.

    `changes` are the equations at which the distance to the next one is new.
    """
    bounds = [0, *changes, count - 1]
    at = 0
    for i, (start, stop) in enumerate(pairwise(bounds)):
        start = max(start, at)
        if stop - start < 1:
            continue  # a jump from the end of a strip to the start of the next one
        single = stop - start == 1 and i + 2 < len(bounds) and bounds[i + 2] - stop > 1
        at = stop if single else stop + 1
        yield start, at
    if at < count:
        yield at, count
