"""NativeProgram: a program as machine code, with its working arrays."""

from __future__ import annotations

import ctypes
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, Literal

import numpy as np

from microgradlike.compile.arrays import FloatArray, Rows, parts_of
from microgradlike.compile.artefact import Kept
from microgradlike.compile.llvm.engine import MachineCode
from microgradlike.compile.llvm.kernel_table import MIN_STRIP, PADDING, KernelTable, linked
from microgradlike.compile.llvm.loops import LoopKernels
from microgradlike.compile.llvm.module import (
    WIDTH,
    Equation,
    LLVMModule,
    Spelling,
    equations_of,
)
from microgradlike.compile.llvm.row_blocks import RowBlocks
from microgradlike.compile.llvm.row_strips import RowStrips
from microgradlike.compile.llvm.straight_line import SharedCode
from microgradlike.compile.program import Program, varies
from microgradlike.compile.schedule.access import StridedBlock, as_slice, strided_blocks
from microgradlike.compile.schedule.schedule import Group, Schedule
from microgradlike.op import Op

SMALL = 6_000  # equations up to which optimized code is worth the time to make it
CHUNK = 2_000  # equations per function of a larger program
CACHE_SIZE = 3  # numbers of rows whose arrays are kept; the last block of a batch is a shorter one
HUGE = 40_000  # equations from which on straight-line code takes too long to make
_POINTER, _INTEGER = ctypes.c_void_p, ctypes.c_int64


class NativeProgram(Kept):
    """The program as a function of (rows, shared), as a backend builds it.

    What all rows share is computed first, in scalars, and the rest for vectors of rows. The code
    for the outputs of each row, or for their sums, is made at its first call. Each thread has
    arrays of its own, and so has a call from within a user's primitive.
    """

    block = 1 << 13  # rows at a time
    left_out = ("program", "spellings", "varying_equations", "add_to", "_of_thread")

    def __init__(
        self,
        program: Program,
        batched: int,
        spellings: Mapping[Op, Spelling],
        add_to: Sequence[int] = (),
    ) -> None:
        self.program, self.batched, self.spellings = program, batched, spellings
        self.outputs = len(program.outputs)
        varying = varies(program, batched)
        self.varying_equations = equations_of(program, varying)
        self.shared = self._shared_code([not x for x in varying])
        numbered = list(enumerate(program.outputs))
        self.varying_outputs = as_slice([k for k, r in numbered if varying[r]])
        rest = [(k, r) for k, r in numbered if not varying[r]]
        self.shared_outputs = as_slice([k for k, _ in rest])
        self.places = as_slice([self.shared.place[r] for _, r in rest])
        self.add_to = add_to
        self.varying = bool(self.varying_equations or batched)
        self.link()

    def link(self) -> None:
        """Make room for the arrays of each thread."""
        self._of_thread = threading.local()

    def prepare(self, method: str) -> None:
        """Make all code that a method needs, "__call__" or "sums"."""
        if method == "sums":
            self._summed  # noqa: B018
        elif self.varying:
            self._per_row  # noqa: B018

    def __call__(self, rows: Rows, shared: FloatArray) -> FloatArray:
        """Return the outputs of each row."""
        state, parts = self._shared_state(shared), parts_of(rows)
        outputs = np.empty((self.outputs, parts[0].shape[1]))
        outputs[self.shared_outputs] = state[0][self.places, None]
        if self.varying:
            outputs[self.varying_outputs] = self._per_row(parts, state[1])
        self._of_thread.state = state
        return outputs

    def sums(self, rows: Rows, shared: FloatArray) -> FloatArray:
        """Return the outputs summed over the rows; the last are added to those in `add_to`."""
        if not self.outputs:
            return np.empty(0)
        state = self._shared_state(shared)
        totals = self._summed(parts_of(rows), state[1]).copy()
        self._of_thread.state = state
        return totals

    def bound(self, count: int) -> tuple[FloatArray, FloatArray, Callable[[], FloatArray]] | None:
        """Return arrays for rows and shared inputs, and a function that returns the sums for them.

        The next call of that function overwrites the sums. Returns None for primitives of users.
        """
        loop, state = self._summed, self.shared.array()
        if not self.outputs or loop.may_raise:
            return None
        address = state.ctypes.data
        rows, run = loop.bound(count, address)

        def sums() -> FloatArray:
            self.shared(address)
            return run()

        return rows, state[self.shared.inputs], sums

    def sum_pairs(self) -> Any:
        """For each summed output, its index among the varying ones and its place among the shared.

        An output that lacks one of the two refers to a -0.0 there, which changes no sum.
        """
        varying = varies(self.program, self.batched)
        vectors = sum(varying[r] for r in self.program.outputs)
        kept = len(self.program.outputs) - len(self.add_to)
        pairs = np.tile([vectors, self.shared.neutral], (kept, 1))
        numbers = iter(range(vectors))
        for k, r in enumerate(self.program.outputs):
            target = k if k < kept else int(self.add_to[k - kept])
            if varying[r]:
                pairs[target, 0] = next(numbers)
            else:
                pairs[target, 1] = self.shared.place[r]
        return pairs.astype(np.int64)

    @cached_property
    def _per_row(self) -> RowLoop:
        return RowLoop(self, "per_row")

    @cached_property
    def _summed(self) -> RowLoop:
        return RowLoop(self, "sum_rows")

    def _shared_code(self, same: Sequence[bool]) -> SharedStraightLine | SharedLoops:
        """Return loops over strided blocks where many slots are the `same` and strips are long."""
        count = sum(same[self.program.inputs :][: len(self.program)])
        if count > SMALL:
            schedule = Schedule(self.program, self.batched)
            groups = [(g, strided_blocks(g.places)) for g in schedule.groups if not g.varying]
            strips = sum(block.outer for _, blocks in groups for block in blocks)
            if count >= MIN_STRIP * strips or count > HUGE:
                return SharedLoops(self, schedule, groups)
        return SharedStraightLine(self, equations_of(self.program, same))

    def _shared_state(self, shared: FloatArray) -> tuple[FloatArray, int]:
        """Return an array of all that rows share, computed anew, and its address.

        It is the thread's array, which the caller gives back, or a new one while that is in use.
        """
        found: tuple[FloatArray, int] | None = self._of_thread.__dict__.pop("state", None)
        if found is None:
            array = self.shared.array()
            found = array, array.ctypes.data
        state, address = found
        state[self.shared.inputs] = shared
        self.shared(address)
        return found


class SharedStraightLine(Kept):
    """Straight-line code for all that rows share.

    `place` has the place of each reference in an array, `inputs` those of the inputs, `neutral`
    that of a -0.0.
    """

    left_out = ("place", "_call", "address", "may_raise")

    def __init__(self, native: NativeProgram, equations: Sequence[Equation]) -> None:
        # next to a large part that varies, fast code for this one is not worth the time to make it
        small = max(len(equations), len(native.varying_equations)) <= SMALL
        module = LLVMModule(native.spellings)
        chunk = len(equations) + 1 if small else CHUNK
        used = (r for _, _, operands in native.varying_equations for r in operands)
        wanted = [*native.program.outputs, *used]
        code = SharedCode(
            module,
            native.program,
            batched=native.batched,
            equations=equations,
            wanted=wanted,
            chunk=chunk,
        )
        self.inputs = slice(0, native.program.inputs - native.batched)
        constants = native.program.constants
        self.size = len(code.place)  # of what is computed; constants come after it
        self._array = np.array([*[0.0] * self.size, *constants, -0.0])
        self.neutral = len(self._array) - 1
        after = {-1 - i: self.size + i for i in range(len(constants))}
        self.place = {**code.place, **after}
        self._code = MachineCode(module, optimised=small)
        self.link()

    def link(self) -> None:
        """Find the function in the machine code."""
        self.address, self.may_raise = self._code.address("compute_shared"), self._code.may_raise
        self._call = self._code.function("compute_shared", _POINTER)

    def array(self) -> FloatArray:
        """Return a new working array, with the constants in place."""
        return self._array.copy()

    def __call__(self, address: int) -> None:
        """Compute the array at this address from its inputs."""
        self._call(address)


class SharedLoops(Kept):
    """Loops over strided blocks for all that rows share; attributes as in SharedStraightLine."""

    left_out = ("place", "_call", "_linked", "_table")

    def __init__(
        self,
        native: NativeProgram,
        schedule: Schedule,
        groups: list[tuple[Group, list[StridedBlock]]],
    ) -> None:
        constants = native.program.constants
        self.place = schedule.place
        self.inputs = slice(len(constants), schedule.first_shared)
        # beyond what the last kernel may fill after its end
        self.neutral, self._constants = schedule.sizes[False] + WIDTH, np.array(constants)
        module = LLVMModule(native.spellings)
        kernels = LoopKernels(module)
        table = KernelTable(groups, kernels)
        self._code = MachineCode(module, optimised=True)
        self._calls, self._lists, self._kernels = table.calls, table.lists, len(kernels)
        self.link()

    def link(self) -> None:
        """Find the functions in the machine code, and put their addresses into the calls."""
        self._linked = calls = linked(self._calls, self._code, self._kernels)
        self._call = self._code.function("run", *[_POINTER] * 4, _INTEGER, _INTEGER)
        self._table = calls.ctypes.data, self._lists.ctypes.data, calls.shape[1], len(calls)

    def array(self) -> FloatArray:
        """Return a new working array, with the constants in place and padding on both sides."""
        size = self.neutral + 1
        array = np.zeros(PADDING + size + PADDING)[PADDING : PADDING + size]
        array[: len(self._constants)] = self._constants
        array[self.neutral] = -0.0
        return array

    def __call__(self, address: int) -> None:
        """Compute the array at this address from its inputs."""
        self._call(address, address, *self._table)


class RowLoop(Kept):
    """The code for all that varies over the batch, as a loop over vectors of rows."""

    left_out = ("_call", "_linked", "_of_thread", "may_raise")

    def __init__(self, native: NativeProgram, name: Literal["per_row", "sum_rows"]) -> None:
        self.batched, self.summed = native.batched, name == "sum_rows"
        small = len(native.varying_equations) <= SMALL
        module = LLVMModule(native.spellings)
        kind: type[RowBlocks] | type[RowStrips] = RowBlocks if small else RowStrips
        code = kind(
            module,
            native.program,
            batched=native.batched,
            equations=native.varying_equations,
            place=native.shared.place,
            summed=self.summed,
        )
        self.count, self.buffer = len(code.outputs), code.buffer_size
        self.pairs = native.sum_pairs() if self.summed else np.empty((0, 2))
        self._code = MachineCode(module, optimised=True)
        self._kernels, self._tables = 0, list[Any]()
        if isinstance(code, RowStrips):
            self._kernels = len(code.kernels)
            self._tables = [code.table.calls, code.table.lists, code.outputs]
        self.link()

    def link(self) -> None:
        """Find the functions in the machine code."""
        self._linked = list(self._tables)
        if self._kernels:
            self._linked[0] = linked(self._tables[0], self._code, self._kernels)
        types: list[Any] = [_POINTER, _INTEGER, _POINTER, _POINTER, _POINTER, _INTEGER]
        types += [_POINTER, _POINTER, _INTEGER] if self.summed else []
        self.may_raise = self._code.may_raise
        self._call = self._code.function("sum_rows" if self.summed else "per_row", *types)
        self._of_thread = threading.local()

    def __call__(self, parts: Sequence[FloatArray], shared: int) -> FloatArray:
        """Return the outputs in an array that the next call reuses; `shared` is an address."""
        count, line = parts[0].shape[1], 0
        kept: dict[Any, tuple[Any, ...]] = self._of_thread.__dict__
        arrays = kept.pop(count, None) or self._arrays(count)
        results: FloatArray
        padded, results, address, rest, _ = arrays
        for part in parts:
            padded[line : line + len(part), :count] = part
            line += len(part)
        if self.may_raise:  # a user's primitive is called for all lanes of a vector
            padded[:, count:] = padded[:, count - 1 : count]
        self._call(address, padded.shape[1], shared, *rest)
        if len(kept) == CACHE_SIZE:
            del kept[next(iter(kept))]
        kept[count] = arrays
        return results

    def bound(self, count: int, shared: int) -> tuple[FloatArray, Callable[[], FloatArray]]:
        """Return an array for rows, and a function that returns the results for them."""
        arrays = self._arrays(count)
        padded, _, address, rest, _ = arrays
        call = partial(self._call, address, padded.shape[1], shared, *rest)

        def run() -> FloatArray:
            call()
            results: FloatArray = arrays[1]  # the others must stay alive, too
            return results

        return padded[:, :count], run

    def _arrays(self, count: int) -> tuple[Any, ...]:
        """Return padded rows, results, the address of the rows, and the arguments after `shared`.

        The rows are padded to whole vectors. The last item keeps arrays alive.
        """
        whole = -(-count // WIDTH) * WIDTH
        padded, buffer = _aligned(self.batched, whole), _aligned(self.buffer)
        padded[:, count:] = 1.0  # lanes without a row have no part in the results
        for i, table in enumerate(self._linked):
            buffer.view(np.int64)[i] = table.ctypes.data
        totals = np.empty(len(self.pairs))
        into = _aligned(*((2 * self.count + 2, WIDTH) if self.summed else (self.count, whole)))
        rest = [buffer.ctypes.data, into.ctypes.data, count]
        if self.summed:
            rest += [self.pairs.ctypes.data, totals.ctypes.data, len(totals)]
        results = totals if self.summed else into[:, :count]
        return padded, results, padded.ctypes.data, rest, (buffer, into)


def _aligned(*shape: int) -> FloatArray:
    """Return an array that begins at a cache line, so that no vector crosses two."""
    size = math.prod(shape)
    array = np.empty(size + WIDTH)
    first = -array.ctypes.data % 64 // array.itemsize
    return array[first : first + size].reshape(shape)
