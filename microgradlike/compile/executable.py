"""Executable: a program in the hands of a backend, a block of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np

from microgradlike.compile.careful import fast
from microgradlike.compile.program import Program


class Executable:
    """What runs a program of which the first `batched` inputs have a number for every row.

    The products of the chain rule are plain ones at first; where a nan comes out, the block is run
    again with 0·∞ = 0, by code that is built when it is first needed.
    """

    def __init__(self, program: Program, batched: int, backend: ModuleType) -> None:
        self.program, self.batched, self.backend = program, batched, backend
        self._plain = fast(program)
        self._run = backend.build(self._plain, batched)
        self.block: int = self._run.block

    @cached_property
    def _careful(self) -> Any:
        return self.backend.build(self.program, self.batched)

    def outputs(self, rows: Any, shared: Any) -> Any:
        """The outputs, of shape (outputs, rows)."""
        blocks = [self._with_care("__call__", block, shared) for block in self._blocks(rows)]
        return blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=1)

    def sums(self, rows: Any, shared: Any) -> Any:
        """The outputs, added up over the rows: always the same blocks, in the same order."""
        first, *others = [self._with_care("sums", block, shared) for block in self._blocks(rows)]
        return sum(others, first)

    def _blocks(self, rows: Any) -> Iterator[Any]:
        for start in range(0, rows.shape[1], self.block):
            yield rows[:, start : start + self.block]

    def _with_care(self, method: str, rows: Any, shared: Any) -> Any:
        results = getattr(self._run, method)(rows, shared)
        if self._plain is not self.program and np.isnan(results).any():
            results = getattr(self._careful, method)(rows, shared)
        return results
