"""KernelTable: the groups of a schedule as a table of kernel calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from microgradlike.compile.llvm.engine import MachineCode
from microgradlike.compile.llvm.loops import HEADER_FIELDS, MAX_STRIDE, LoopKernels
from microgradlike.compile.llvm.module import WIDTH
from microgradlike.compile.passes.product_fusion import is_sum_of_products
from microgradlike.compile.schedule.access import StridedBlock
from microgradlike.compile.schedule.schedule import Group

MIN_STRIP = 4  # equations per strip, on average; with fewer, lists of places are faster
PADDING = WIDTH * MAX_STRIDE  # places before and after an array, which kernels may read or fill


class KernelTable:
    """The `calls`, an integer array with a row per strided block, and the `lists` of places.

    The fields of a call are those of `loops.LoopKernels`; operands without a stride refer to a
    part of `lists`. The first field is the number of a kernel; `linked` puts its address there.
    """

    def __init__(
        self, groups: Sequence[tuple[Group, list[StridedBlock]]], kernels: LoopKernels
    ) -> None:
        self.kernels = kernels
        self._lists: list[Any] = [np.zeros(WIDTH, dtype=np.int64)]
        self._listed = WIDTH
        calls = [call for group, blocks in groups for call in self._calls(group, blocks)]
        width = max(map(len, calls), default=HEADER_FIELDS)
        padded = [call + [0] * (width - len(call)) for call in calls]
        self.calls = np.array(padded, dtype=np.int64).reshape(-1, width)
        self.lists = np.concatenate(self._lists)

    def _calls(self, group: Group, blocks: list[StridedBlock]) -> Iterator[list[int]]:
        count, terms = group.stop - group.start, 1
        operands = [[j] for j in range(len(group.places))]
        if is_sum_of_products(group.op):  # its first number, all first factors, all second ones
            terms = len(operands) // 2
            operands = [[0], [*range(1, 2 * terms, 2)], [*range(2, 2 * terms + 1, 2)]]
        if count * terms < MIN_STRIP * sum(block.outer for block in blocks) and count > 1:
            blocks = [StridedBlock(0, 1, count, (), (), ())]
        for block in blocks:
            modes, fields = "", [0, group.start + block.first, block.outer, block.inner, terms]
            for numbers in operands:
                mode, *field = self._operand(group, block, numbers)
                modes += mode
                fields += field
            fields[0] = self.kernels.number(group.op, modes)
            yield fields

    def _operand(self, group: Group, block: StridedBlock, numbers: list[int]) -> tuple[Any, ...]:
        """Return the access mode of an operand, or of one per term, and its fields."""
        varying = group.from_varying[numbers[0]]
        listed = self.kernels.mode(varying, None)
        if block.base:
            steps = {block.base[b] - block.base[a] for a, b in pairwise(numbers)} or {0}
            strides = {(block.outer_stride[j], block.inner_stride[j]) for j in numbers}
            outer, inner = strides.pop()
            mode = self.kernels.mode(varying, inner)
            if len(steps) == 1 and not strides and mode != listed:
                return mode, block.base[numbers[0]], outer, inner, steps.pop()
        stop = block.first + block.outer * block.inner
        start, size = self._listed, stop - block.first + WIDTH
        for j in numbers:
            places = np.asarray(group.places[j][block.first : stop], dtype=np.int64)
            self._lists += [places, np.zeros(WIDTH, dtype=np.int64)]  # read beyond the end
        self._listed += size * len(numbers)
        return listed, start, block.inner, 1, size


def linked(calls: Any, code: MachineCode) -> Any:
    """Return the calls with the addresses of the kernels in place of their numbers."""
    kernels = range(calls[:, 0].max(initial=-1) + 1)
    addresses = np.array([code.address(f"kernel{i}") for i in kernels], dtype=np.int64)
    found = calls.copy()
    found[:, 0] = addresses[calls[:, 0]]
    return found
