"""Agenda: which equations are computed together, and when, so that there are few such groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from microgradlike.compile.program import Program


def agenda(program: Program, kinds: Sequence[int]) -> Iterator[list[int]]:
    """Groups of equations of one kind, in an order in which operands come before users.

    What is ready waits for others of its kind as long as nothing waits for it: the next kind is the
    one of whose ready equations even the least urgent is far from the end. (On-the-fly batching, as
    in Neubig, Goldberg & Dyer, arXiv:1705.07860, with the height in place of the mean depth.)

    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> x = Trace().input()
    >>> p = build_program([x], [-x * 2.0 + x * 5.0])
    >>> [len(group) for group in agenda(p, p.code)]  # x * 5.0 waits for -x * 2.0
    [1, 2, 1]
    """
    heights = _heights(program)
    missing, users, first = _edges(program)
    ready: dict[int, list[int]] = {}
    least: dict[int, int] = {}  # of each kind, the height of its least urgent one
    new = [k for k, count in enumerate(missing) if not count]
    while True:
        for k in new:
            kind, height = kinds[k], heights[k]
            if kind in ready:
                ready[kind].append(k)
                if height < least[kind]:
                    least[kind] = height
            else:
                ready[kind], least[kind] = [k], height
        if not ready:
            return
        kind = max(least, key=least.__getitem__) if len(least) > 1 else next(iter(least))
        del least[kind]
        group = ready.pop(kind)
        yield group
        new = []
        for k in group:
            for user in users[first[k] : first[k + 1]]:
                missing[user] -= 1
                if not missing[user]:
                    new.append(user)


def _heights(program: Program) -> list[int]:
    """Of each equation, the length of the longest path from it to the end."""
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
    """Of each equation the number of its operands that are equations, and their users.

    The users of equation k are `users[first[k] : first[k + 1]]`, once for each use.
    """
    count = len(program)
    starts: Any = np.frombuffer(program.starts, dtype=np.int64)
    user = np.repeat(np.arange(count), np.diff(starts))
    used = np.frombuffer(program.operands, dtype=np.int64) - program.inputs
    user, used = user[used >= 0], used[used >= 0]
    first = np.concatenate([[0], np.cumsum(np.bincount(used, minlength=count))])
    users = user[np.argsort(used, kind="stable")]
    return np.bincount(user, minlength=count).tolist(), users.tolist(), first.tolist()
