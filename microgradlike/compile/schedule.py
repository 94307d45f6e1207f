"""Schedule: the equations of a program in groups that can be computed together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from microgradlike.compile.program import Program
from microgradlike.op import Op


@dataclass(frozen=True, slots=True)
class Group:
    """Equations of one primitive, none of which depends on another.

    They fill the places `start` to `stop` among the `varying` slots or among the others; operand j
    of each stands at `places[j]`, a slice or an array of indices, among the varying slots or not,
    as `from_varying[j]` says.
    """

    op: Op
    varying: bool
    start: int
    stop: int
    places: tuple[Any, ...]
    from_varying: tuple[bool, ...]


class Schedule:
    """The groups of a program in order, and where its inputs, constants and outputs stand.

    A slot varies if it depends on one of the first `batched` inputs; those come first among the
    varying ones. Among the others, first come the constants, and then the other inputs.
    """

    def __init__(self, program: Program, batched: int) -> None:
        self.program, self.batched = program, batched
        level, varying = _levels(program, batched)
        count = program.inputs + len(program)
        # a reference as an index: constants, at the end, are the negative ones
        self.place = np.empty(count + len(program.constants), dtype=np.intp)
        self.varying = np.array(varying, dtype=bool)
        fixed = len(program.constants)
        self.place[count:] = np.arange(fixed)[::-1]
        self.place[:batched] = np.arange(batched)
        self.place[batched : program.inputs] = np.arange(fixed, fixed + program.inputs - batched)
        self.used = {True: batched, False: fixed + program.inputs - batched}
        self.groups = list(self._groups(np.array(level[program.inputs : count], dtype=np.int64)))

    def outputs(self) -> tuple[Any, Any]:
        """Of each output: whether it varies, and its place."""
        references = np.array(self.program.outputs, dtype=np.intp)
        return self.varying[references], self.place[references]

    def _groups(self, level: Any) -> Iterator[Group]:
        program = self.program
        starts = np.frombuffer(program.starts, dtype=np.int64)
        operands = np.frombuffer(program.operands, dtype=np.int64)
        code = np.frombuffer(program.code, dtype=np.uint16)
        varies = self.varying[program.inputs : program.inputs + len(program)]
        arity = np.diff(starts)
        pattern = np.zeros(len(program), dtype=np.int64)
        for j in range(int(arity.max(initial=0))):
            there = np.flatnonzero(arity > j)
            pattern[there] += self.varying[operands[starts[:-1][there] + j]].astype(np.int64) << j
        order = np.lexsort((pattern, code, varies, level))
        keys = np.stack([level, varies, code, pattern])[:, order]
        cuts = np.flatnonzero((keys[:, 1:] != keys[:, :-1]).any(axis=0)) + 1
        for members in np.split(order, cuts) if len(order) else []:
            yield self._group(members, code, starts, operands)

    def _group(self, members: Any, code: Any, starts: Any, operands: Any) -> Group:
        op = self.program.ops[code[members[0]]]
        references = [operands[starts[members] + j] for j in range(op.arity)]
        places = [self.place[r] for r in references]
        order = np.lexsort(places[::-1])  # neighbours read from neighbours
        members, varying = members[order], bool(self.varying[self.program.inputs + members[0]])
        start = self.used[varying]
        stop = self.used[varying] = start + len(members)
        self.place[self.program.inputs + members] = np.arange(start, stop)
        return Group(
            op,
            varying,
            start,
            stop,
            tuple(_slice_of(p[order]) for p in places),
            tuple(bool(self.varying[r[0]]) for r in references),
        )


def _levels(program: Program, batched: int) -> tuple[list[int], list[bool]]:
    """Of each reference, as an index: the length of the longest path to it, whether it varies."""
    constants = len(program.constants)
    level = [0] * (program.inputs + len(program) + constants)
    varying = [True] * batched + [False] * (len(level) - batched)
    operands, starts = program.operands.tolist(), program.starts.tolist()
    slot = program.inputs
    for start, stop in pairwise(starts):
        deepest, varies = 0, False
        for r in operands[start:stop]:
            if level[r] > deepest:
                deepest = level[r]
            if varying[r]:
                varies = True
        level[slot] = deepest + 1
        varying[slot] = varies
        slot += 1
    return level, varying


def _slice_of(places: Any) -> Any:
    """The indices as a slice, where they are neighbours."""
    first, count = int(places[0]), len(places)
    if count == 1 or (int(places[-1]) - first == count - 1 and bool((np.diff(places) == 1).all())):
        return slice(first, first + count)
    return places
