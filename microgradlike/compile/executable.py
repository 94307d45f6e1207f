"""Executable: a program in the hands of a backend, a block of rows at a time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np

from microgradlike.compile.passes.simplify import apart, without_zeros
from microgradlike.compile.passes.zero_absorption import fast
from microgradlike.compile.program import Program, varies

WORK = 1 << 23  # equations × rows: 5 to 50 ms, and to send them to a worker takes about 1
LARGE = 1e290  # the square of a number that can be added to another without overflow


class Executable:
    """What runs a program of which the first `batched` inputs have a number for every row."""

    def __init__(self, program: Program, batched: int, backend: ModuleType) -> None:
        self.program, self.batched, self.backend = program, batched, backend
        self._shorter, self._zeros = without_zeros(program)

    def outputs(self, rows: Any, shared: Any) -> Any:
        """The outputs, of shape (outputs, rows)."""
        blocks, _ = self.each(rows, shared)
        found = blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=1)
        return found if self._zeros is None else found + self._zeros[:, None]

    def sums(self, rows: Any, shared: Any) -> Any:
        """The outputs, added up over the rows: always the same blocks, in the same order."""
        blocks, squares = self.summed(rows, shared)
        if squares < LARGE:
            return self._added(blocks)
        with np.errstate(all="ignore"):  # to say so takes longer than to add
            return self._added(blocks)

    def _added(self, blocks: list[Any]) -> Any:
        total = blocks[0] if len(blocks) == 1 else sum(blocks[1:], blocks[0])
        return total if self._zeros is None else total + self._zeros

    @cached_property
    def piece(self) -> int:
        """How many rows, in whole vectors of 8, make WORK of it."""
        return max(8, WORK // max(1, len(self.program)) // 8 * 8)

    @cached_property
    def each(self) -> _Cautious:
        """The program that gives the outputs of each row."""
        return _Cautious(self._shorter, self.batched, self.backend, "__call__")

    @cached_property
    def summed(self) -> _Cautious:
        """The program that gives what is added up."""
        varying = varies(self._shorter, self.batched)
        program, belong = apart(self._shorter, varying)
        return _Cautious(program, self.batched, self.backend, "sums", belong)


class _Cautious:
    """A program whose products of the chain rule are plain ones at first.

    Where a nan comes out, the block is run again with 0·∞ = 0, by code that is built when it is
    first needed.
    """

    def __init__(
        self,
        program: Program,
        batched: int,
        backend: ModuleType,
        method: str,
        belong: Sequence[int] = (),
    ) -> None:
        self.program, self.batched, self.backend = program, batched, backend
        self.method, self.belong = method, belong
        self.plain = fast(program)
        run = backend.build(self.plain, batched, belong)
        self.run, self.block = getattr(run, method), run.block

    @cached_property
    def careful(self) -> Any:
        return getattr(self.backend.build(self.program, self.batched, self.belong), self.method)

    def __call__(self, rows: Any, shared: Any) -> tuple[list[Any], float]:
        """What the method gives for each block of rows; and the sum of the squares of all of it."""
        count = rows.shape[1]
        blocks, squares = [], 0.0
        for start in range(0, count, self.block):
            block = rows if count <= self.block else rows[:, start : start + self.block]
            results = self.run(block, shared)
            square = float(np.vdot(results, results))  # nan where there is a nan, and only there
            if square != square and self.plain is not self.program:
                results = self.careful(block, shared)
            blocks.append(results)
            squares += square
        return blocks, squares
