"""The agenda: the order of the groups, chosen so that there are few."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from microgradlike.compile.program import Program


def ordered_groups(program: Program, kinds: Sequence[int]) -> Iterator[list[int]]:
    """Yield groups of equations of one kind, operands before users.

    Ready equations wait for others of their kind as long as nothing waits for them: the next group
    is the kind whose least urgent ready equation is furthest from the end. (On-the-fly batching, as
    in Neubig, Goldberg & Dyer, arXiv:1705.07860, with the height in place of the mean depth.)

    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> x = Trace().input()
    >>> p = build_program([x], [-x * 2.0 + x * 5.0])
    >>> [len(group) for group in ordered_groups(p, p.code)]  # x * 5.0 waits for -x * 2.0
    [1, 2, 1]
    """
    heights = _heights(program)
    missing, users, first = _edges(program)
    ready: dict[int, list[int]] = {}
    lowest: dict[int, int] = {}  # the height of the least urgent equation of each kind
    new = [k for k, count in enumerate(missing) if not count]
    while True:
        for k in new:
            kind, height = kinds[k], heights[k]
            if kind in ready:
                ready[kind].append(k)
            else:
                ready[kind] = [k]
            if kind not in lowest or height < lowest[kind]:
                lowest[kind] = height
        if not ready:
            return
        kind = max(lowest, key=lowest.__getitem__) if len(lowest) > 1 else next(iter(lowest))
        del lowest[kind]
        group = ready.pop(kind)
        yield group
        new = []
        for k in group:
            for user in users[first[k] : first[k + 1]]:
                missing[user] -= 1
                if not missing[user]:
                    new.append(user)


def _heights(program: Program) -> list[int]:
    """Return the length of the longest path from each equation to the end."""
    inputs, operands, starts = program.inputs, program.operands.tolist(), program.starts
    heights = [0] * len(program)
    stops = starts.tolist()
    for k in range(len(program) - 1, -1, -1):
        above = heights[k] + 1
        for r in operands[stops[k] : stops[k + 1]]:
            if r >= inputs and heights[r - inputs] < above:
                heights[r - inputs] = above
    return heights


def _edges(program: Program) -> tuple[list[int], list[int], list[int]]:
    """Return `missing`, `users` and `first`.

    `missing[k]` counts the operands of equation k that are equations themselves. The users of
    equation k are `users[first[k] : first[k + 1]]`, once for each use.
    """
    count = len(program)
    starts: Any = np.frombuffer(program.starts, dtype=np.int64)
    user = np.repeat(np.arange(count), np.diff(starts))
    used = np.frombuffer(program.operands, dtype=np.int64) - program.inputs
    user, used = user[used >= 0], used[used >= 0]
    first = np.concatenate([[0], np.cumsum(np.bincount(used, minlength=count))])
    users = user[np.argsort(used, kind="stable")]
    return np.bincount(user, minlength=count).tolist(), users.tolist(), first.tolist()
