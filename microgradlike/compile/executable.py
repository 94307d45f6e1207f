"""Executable: a program in the hands of a backend, a block of rows at a time."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from types import ModuleType
from typing import Any

import numpy as np

from microgradlike.compile.careful import fast
from microgradlike.compile.cheaper import apart, without_zeros
from microgradlike.compile.program import Program, varies
from microgradlike.compile.strips import as_slice


class Executable:
    """What runs a program of which the first `batched` inputs have a number for every row."""

    def __init__(self, program: Program, batched: int, backend: ModuleType) -> None:
        self.program, self.batched, self.backend = program, batched, backend
        self._shorter, self._zeros = without_zeros(program)

    def outputs(self, rows: Any, shared: Any) -> Any:
        """The outputs, of shape (outputs, rows)."""
        with np.errstate(all="ignore"):
            blocks = list(self.each("__call__", rows, shared))
            found = blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=1)
            return found if self._zeros is None else found + self._zeros[:, None]

    def sums(self, rows: Any, shared: Any) -> Any:
        """The outputs, added up over the rows: always the same blocks, in the same order."""
        with np.errstate(all="ignore"):
            parts, *others = self.summed("sums", rows, shared)
            if others:
                parts = sum(others, parts)
            total = parts[: len(self.program.outputs)]
            total[self._belong] += parts[len(self.program.outputs) :]
            return total if self._zeros is None else total + self._zeros

    @cached_property
    def each(self) -> _Cautious:
        """The program that gives the outputs of each row."""
        return _Cautious(self._shorter, self.batched, self.backend)

    @cached_property
    def summed(self) -> _Cautious:
        """The program that gives what is added up."""
        varying = varies(self._shorter, self.batched)
        program, belong = apart(self._shorter, varying)
        self._belong = as_slice(belong)
        return _Cautious(program, self.batched, self.backend)


class _Cautious:
    """A program whose products of the chain rule are plain ones at first.

    Where a nan comes out, the block is run again with 0·∞ = 0, by code that is built when it is
    first needed.
    """

    def __init__(self, program: Program, batched: int, backend: ModuleType) -> None:
        self.program, self.batched, self.backend = program, batched, backend
        self.plain = fast(program)
        self.run = backend.build(self.plain, batched)
        self.block: int = self.run.block

    @cached_property
    def careful(self) -> Any:
        return self.backend.build(self.program, self.batched)

    def __call__(self, method: str, rows: Any, shared: Any) -> Iterator[Any]:
        """What the method gives for each block of rows."""
        for start in range(0, rows.shape[1], self.block):
            block = rows[:, start : start + self.block]
            results = getattr(self.run, method)(block, shared)
            least = results.min(initial=0.0)  # nan if there is one
            if least != least and self.plain is not self.program:
                results = getattr(self.careful, method)(block, shared)
            yield results
