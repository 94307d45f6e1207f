"""Native: a program as machine code, with the arrays that it works in."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from microgradlike.compile.llvm.engine import Machine
from microgradlike.compile.llvm.kernel_table import MARGIN, REGULAR, Records
from microgradlike.compile.llvm.loops import Kernels
from microgradlike.compile.llvm.module import WIDTH, Equation, Spelling, Unit, parted
from microgradlike.compile.llvm.straight_line import Fixed, Varying
from microgradlike.compile.program import Program, varies
from microgradlike.compile.schedule.access import Grid, as_slice, grids
from microgradlike.compile.schedule.schedule import Group, Schedule
from microgradlike.op import Op

SMALL = 6_000  # equations up to which optimised code is worth its time
CHUNK = 2_000  # equations in a function of a larger program
KEPT = 3  # sizes of batches that arrays are kept for: batches leave a rest
HUGE = 40_000  # equations from which on any code of their own takes too long to make


class Native:
    """The program as a function of (rows, shared), as a backend builds it.

    What no row of the batch has a part in is computed first, in scalars, and the rest for vectors
    of rows. The code of that, for the outputs of each row or for their sums, is made when it is
    first called. Each thread has arrays of its own.
    """

    block = 1 << 13  # rows at a time

    def __init__(
        self,
        program: Program,
        batched: int,
        spellings: Mapping[Op, Spelling],
        belong: Sequence[int] = (),
    ) -> None:
        self.program, self.batched, self.spellings = program, batched, spellings
        varying = varies(program, batched)
        equations, self.of_rows = parted(program, varying)
        self.fix = self._fix(equations)
        numbered = list(enumerate(program.outputs))
        self.varying = as_slice([k for k, r in numbered if varying[r]])
        rest = [(k, r) for k, r in numbered if not varying[r]]
        self.rest = as_slice([k for k, _ in rest])
        self.places = as_slice([self.fix.place[r] for _, r in rest])
        self.belong = belong
        self._own = threading.local()

    def __call__(self, rows: Any, shared: Any) -> Any:
        """The outputs of each row."""
        fixed, address = self._fixed(shared)
        outputs = np.empty((len(self.program.outputs), rows.shape[1]))
        outputs[self.rest] = fixed[self.places, None]
        if self.of_rows or self.batched:
            outputs[self.varying] = self.each(rows, address)
        return outputs

    def sums(self, rows: Any, shared: Any) -> Any:
        """The outputs, added up over the rows; those that belong to others added to these."""
        if not self.program.outputs:
            return np.empty(0)
        return self.sum(rows, self._fixed(shared)[1]).copy()

    def parts(self) -> Any:
        """Of each output that is added up, its number among those of rows and its fixed place.

        Where there is none, it is the one after all of these, where -0.0 stands.
        """
        varying = varies(self.program, self.batched)
        vectors = sum(varying[r] for r in self.program.outputs)
        kept = len(self.program.outputs) - len(self.belong)
        pairs = np.tile([vectors, self.fix.nothing], (kept, 1))
        numbers = iter(range(vectors))
        for k, r in enumerate(self.program.outputs):
            target = k if k < kept else int(self.belong[k - kept])
            if varying[r]:
                pairs[target, 0] = next(numbers)
            else:
                pairs[target, 1] = self.fix.place[r]
        return pairs.astype(np.int64)

    @cached_property
    def each(self) -> _Loop:
        """The code for the outputs of each row."""
        return _Loop(self, "each")

    @cached_property
    def sum(self) -> _Loop:
        """The code for the sums of the outputs over the rows."""
        return _Loop(self, "sum")

    def _fix(self, equations: Sequence[Equation]) -> Straight | Strips:
        """The code for what no row has a part in: by strips, if there is much of it and alike."""
        if len(equations) > SMALL:
            schedule = Schedule(self.program, self.batched)
            groups = [(g, grids(g.places)) for g in schedule.groups if not g.varying]
            strips = sum(grid.outer for _, its in groups for grid in its)
            if len(equations) >= REGULAR * strips or len(equations) > HUGE:
                return Strips(self, schedule, groups)
        return Straight(self, equations)

    def _fixed(self, shared: Any) -> tuple[Any, int]:
        """The array of what is the same for all rows, filled, and its address."""
        own = self._own.__dict__
        if not own:
            own["fixed"] = self.fix.array()
            own["address"] = own["fixed"].ctypes.data
        fixed, address = own["fixed"], own["address"]
        fixed[self.fix.inputs] = shared
        self.fix(address)
        return fixed, address


class Straight:
    """What no row has a part in, as straight-line code."""

    def __init__(self, native: Native, equations: Sequence[Equation]) -> None:
        small = len(equations) <= SMALL
        unit = Unit(native.spellings)
        chunk = len(equations) + 1 if small else CHUNK
        used = (r for _, _, operands in native.of_rows for r in operands)
        wanted = [*native.program.outputs, *used]
        code = Fixed(unit, native.program, native.batched, equations, wanted, chunk)
        self.inputs = slice(0, native.program.inputs - native.batched)
        constants = native.program.constants
        self._array = np.array([*[0.0] * len(code.place), *constants, -0.0])
        self.nothing = len(self._array) - 1
        after = {-1 - i: len(code.place) + i for i in range(len(constants))}
        self.place = {**code.place, **after}
        self._machine = Machine(unit, optimised=small)
        self._call = self._machine.function("fix", ctypes.c_void_p)

    def array(self) -> Any:
        """An array to work in, with constants."""
        return self._array.copy()

    def __call__(self, address: int) -> None:
        """Fill the array at this address."""
        self._call(address)


class Strips:
    """What no row has a part in, as loops over strips of equations: no code of its own."""

    def __init__(
        self, native: Native, schedule: Schedule, groups: list[tuple[Group, list[Grid]]]
    ) -> None:
        constants = native.program.constants
        self.place = schedule.place
        self.inputs = slice(len(constants), schedule.first)
        self.nothing, self._constants = schedule.used[False] + WIDTH, constants
        unit = Unit(native.spellings)
        kernels = Kernels(unit)
        records = Records(groups, kernels)
        self._machine = Machine(unit, optimised=True)
        address = self._machine.address
        rows = records.linked([address(f"kernel{i}") for i in range(len(kernels))])
        self._kept = rows, records.lists
        pointer, integer = ctypes.c_void_p, ctypes.c_int64
        self._call = self._machine.function("run", pointer, pointer, pointer, integer, integer)
        self._work = rows.ctypes.data, records.lists.ctypes.data, rows.shape[1], len(rows)

    def array(self) -> Any:
        """An array to work in, with constants, in the middle of one with margins."""
        size = self.nothing + 1  # after what the last kernel may fill beyond its end
        array = np.zeros(MARGIN + size + MARGIN)[MARGIN : MARGIN + size]
        array[: len(self._constants)] = self._constants
        array[self.nothing] = -0.0
        return array

    def __call__(self, address: int) -> None:
        """Fill the array at this address."""
        self._call(address, *self._work)


class _Loop:
    """What rows have a part in, as a loop over vectors of rows."""

    def __init__(self, native: Native, name: str) -> None:
        self.batched, self.summed = native.batched, name == "sum"
        small = len(native.of_rows) <= SMALL
        unit = Unit(native.spellings)
        chunk = len(native.of_rows) + 1 if small else CHUNK
        code = Varying(
            unit,
            native.program,
            native.batched,
            native.of_rows,
            native.fix.place,
            chunk,
            summed=self.summed,
        )
        self.count, self.buffer = len(code.outputs), len(code.buffer)
        self.parts = native.parts() if self.summed else np.empty((0, 2))
        self._machine = Machine(unit, optimised=small)
        pointer, integer = ctypes.c_void_p, ctypes.c_int64
        takes = [pointer, integer, pointer, pointer, pointer, integer]
        takes += [pointer, pointer, integer] if self.summed else []
        self._call = self._machine.function(name, *takes)
        self._own = threading.local()

    def __call__(self, rows: Any, fixed: int) -> Any:
        """The outputs, in an array that is used again; `fixed` is an address."""
        count = rows.shape[1]
        kept: dict[Any, tuple[Any, ...]] = self._own.__dict__
        if count not in kept:
            if len(kept) == KEPT:
                del kept[next(iter(kept))]
            kept[count] = self._arrays(count)
        padded, results, where, rest, _ = kept[count]
        padded[:, :count] = rows
        if padded.shape[1] > count:
            padded[:, count:] = rows[:, -1:]  # so that the last vector has nothing else in it
        self._call(where, padded.shape[1], fixed, *rest)
        return results

    def _arrays(self, count: int) -> tuple[Any, ...]:
        """Rows in whole vectors, results, where those rows are, the arguments after `fixed`."""
        whole = -(-count // WIDTH) * WIDTH
        padded, buffer = np.empty((self.batched, whole)), np.empty((self.buffer, WIDTH))
        totals = np.empty(len(self.parts))
        into = np.empty((self.count + 1, WIDTH) if self.summed else (self.count, whole))
        rest = [buffer.ctypes.data, into.ctypes.data, count]
        if self.summed:
            rest += [self.parts.ctypes.data, totals.ctypes.data, len(totals)]
        results = totals if self.summed else into[:, :count]
        return padded, results, padded.ctypes.data, rest, (buffer, into)
