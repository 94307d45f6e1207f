"""Records: the groups of a schedule as data, for kernels to work through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from microgradlike.compile.llvm.loops import APART, EACH, FIELDS, LISTED, NEIGHBOURS, ONE, Kernels
from microgradlike.compile.llvm.module import WIDTH
from microgradlike.compile.schedule.access import Grid
from microgradlike.compile.schedule.schedule import Group

REGULAR = 4  # equations in a strip, on average: with fewer, lists are faster
FAR = 2048  # places from one to the next of a strip; those farther apart are listed
MARGIN = WIDTH * FAR  # places before and after an array, which kernels may read or fill


class Records:
    """A row of `rows` for each grid of the groups, and the `lists` of places that some refer to.

    The first field is the number of a kernel; `linked` gives the rows with its address there.
    """

    def __init__(self, groups: Sequence[tuple[Group, list[Grid]]], kernels: Kernels) -> None:
        self.kernels = kernels
        operands = max((len(group.places) for group, _ in groups), default=0)
        self.width = FIELDS + EACH * operands
        self._lists: list[Any] = [np.zeros(WIDTH, dtype=np.int64)]
        self._listed = WIDTH
        rows = [row for group, grids in groups for row in self._rows(group, grids)]
        self.rows = np.array(rows, dtype=np.int64).reshape(-1, self.width)
        self.lists = np.concatenate(self._lists)

    def linked(self, addresses: Sequence[int]) -> Any:
        """The rows, with the addresses of the kernels in place of their numbers."""
        rows = self.rows.copy()
        rows[:, 0] = np.array(addresses, dtype=np.int64)[rows[:, 0]]
        return rows

    def _rows(self, group: Group, grids: list[Grid]) -> Iterator[list[int]]:
        count, operands = group.stop - group.start, range(len(group.places))
        if count < REGULAR * sum(grid.outer for grid in grids) and count > 1:
            grids = [Grid(0, 1, count, (), (), ())]
        for grid in grids:
            ways, fields = "", [0, group.start + grid.first, grid.outer, grid.inner]
            for j in operands:
                way, *field = self._operand(group, grid, j)
                ways += way
                fields += field
            fields[0] = self.kernels.number(group.op, ways)
            yield fields + [0] * (self.width - len(fields))

    def _operand(self, group: Group, grid: Grid, j: int) -> tuple[Any, ...]:
        """How an operand is found, and its fields."""
        if grid.base:
            base, across, along = grid.base[j], grid.across[j], grid.along[j]
            if abs(along) <= FAR:
                way = {0: ONE, 1: NEIGHBOURS}.get(along, APART)
                return way, base, across, along
        size = grid.outer * grid.inner
        places = np.asarray(group.places[j][grid.first : grid.first + size], dtype=np.int64)
        start = self._listed
        self._lists += [places, np.zeros(WIDTH, dtype=np.int64)]  # for what is beyond the end
        self._listed += size + WIDTH
        return LISTED, start, grid.inner, 0
