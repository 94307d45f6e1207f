"""KernelTable: the groups of a schedule as a table of kernel calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from microgradlike.compile.llvm.loops import (
    BROADCAST,
    CONTIGUOUS,
    HEADER_FIELDS,
    INDEXED,
    OPERAND_FIELDS,
    STRIDED,
    LoopKernels,
)
from microgradlike.compile.llvm.module import WIDTH
from microgradlike.compile.schedule.access import StridedBlock
from microgradlike.compile.schedule.schedule import Group

MIN_STRIP = 4  # equations per strip, on average; with fewer, lists of places are faster
MAX_STRIDE = 2048  # places between neighbors in a strip; operands further apart are listed
PADDING = WIDTH * MAX_STRIDE  # places before and after an array, which kernels may read or fill


class KernelTable:
    """The `calls`, an integer array with a row per strided block, and the `lists` of places.

    The fields of a call are those of `loops.LoopKernels`; operands without a stride refer to a
    part of `lists`. The first field is the number of a kernel; its address goes there.
    """

    def __init__(
        self, groups: Sequence[tuple[Group, list[StridedBlock]]], kernels: LoopKernels
    ) -> None:
        self.kernels = kernels
        operands = max((len(group.places) for group, _ in groups), default=0)
        self.width = HEADER_FIELDS + OPERAND_FIELDS * operands
        self._lists: list[Any] = [np.zeros(WIDTH, dtype=np.int64)]
        self._listed = WIDTH
        calls = [call for group, blocks in groups for call in self._calls(group, blocks)]
        self.calls = np.array(calls, dtype=np.int64).reshape(-1, self.width)
        self.lists = np.concatenate(self._lists)

    def _calls(self, group: Group, blocks: list[StridedBlock]) -> Iterator[list[int]]:
        count, operands = group.stop - group.start, range(len(group.places))
        if count < MIN_STRIP * sum(block.outer for block in blocks) and count > 1:
            blocks = [StridedBlock(0, 1, count, (), (), ())]
        for block in blocks:
            modes, fields = "", [0, group.start + block.first, block.outer, block.inner]
            for j in operands:
                mode, *field = self._operand(group, block, j)
                modes += mode
                fields += field
            fields[0] = self.kernels.number(group.op, modes)
            yield fields + [0] * (self.width - len(fields))

    def _operand(self, group: Group, block: StridedBlock, j: int) -> tuple[Any, ...]:
        """Return the access mode of an operand, and its fields."""
        if block.base:
            base, outer, inner = block.base[j], block.outer_stride[j], block.inner_stride[j]
            if abs(inner) <= MAX_STRIDE:
                mode = {0: BROADCAST, 1: CONTIGUOUS}.get(inner, STRIDED)
                return mode, base, outer, inner
        size = block.outer * block.inner
        places = np.asarray(group.places[j][block.first : block.first + size], dtype=np.int64)
        start = self._listed
        self._lists += [places, np.zeros(WIDTH, dtype=np.int64)]  # read beyond the end
        self._listed += size + WIDTH
        return INDEXED, start, block.inner, 0
