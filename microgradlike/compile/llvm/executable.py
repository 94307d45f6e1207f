"""NativeProgram: a program as machine code, with its working arrays."""

from __future__ import annotations

import ctypes
import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from microgradlike.compile.arrays import FloatArray, IndexArray, Rows, parts_of
from microgradlike.compile.llvm.engine import MachineCode, compiled
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
from microgradlike.compile.schedule.access import as_slice, strided_blocks
from microgradlike.compile.schedule.schedule import Schedule
from microgradlike.op import Op

SMALL = 6_000  # equations up to which optimized code is worth the time to make it
CHUNK = 2_000  # equations per function of a larger program
CACHE_SIZE = 3  # numbers of rows whose arrays are kept; the last block of a batch is a shorter one
HUGE = 40_000  # equations from which on straight-line code takes too long to make
_POINTER, _INTEGER = ctypes.c_void_p, ctypes.c_int64


@dataclass(eq=False)
class NativeProgram:
    """The program as a function of (rows, shared): the outputs of each row, or their sums.

    All that rows share is computed first, in scalars, and the rest by `loop` for vectors of rows.
    Outputs without a row are at `places` in the array of `shared`. Each thread has arrays of its
    own, and so has a call from within a user's primitive.
    """

    block = 1 << 13  # rows at a time
    outputs: int
    varying_outputs: Any
    shared_outputs: Any
    places: Any
    shared: SharedPart
    loop: RowLoop | None
    summed: bool

    def __post_init__(self) -> None:
        self._of_thread = threading.local()

    def __call__(self, rows: Rows, shared: FloatArray) -> FloatArray:
        """Return the outputs of each row, or summed over the rows."""
        state, parts = self._shared_state(shared), parts_of(rows)
        if self.summed:
            results = np.empty(0) if self.loop is None else self.loop(parts, state[1]).copy()
        else:
            results = np.empty((self.outputs, parts[0].shape[1]))
            results[self.shared_outputs] = state[0][self.places, None]
            if self.loop is not None:
                results[self.varying_outputs] = self.loop(parts, state[1])
        self._of_thread.state = state
        return results

    def bound(self, count: int) -> tuple[FloatArray, FloatArray, Callable[[], FloatArray]] | None:
        """Return arrays for rows and shared inputs, and a function that returns the sums for them.

        The next call of that function overwrites the sums. Returns None for primitives of users.
        """
        if self.loop is None or self.loop.code.may_raise:
            return None
        state, compute = self.shared.array(), self.shared.compute
        address = state.ctypes.data
        rows, run = self.loop.bound(count, address)

        def sums() -> FloatArray:
            compute(address)
            return run()

        return rows, state[self.shared.inputs], sums

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
        self.shared.compute(address)
        return found


@dataclass(eq=False)
class SharedPart:
    """The code for all that rows share: straight-line code, or loops by `tables`.

    It works in an array of `size` numbers: the inputs, the constants from `first_constant` on, and
    at the end a -0.0, which changes no sum. `compute` computes the array at an address.
    """

    code: MachineCode
    inputs: slice
    first_constant: int
    constants: FloatArray
    size: int
    tables: Sequence[Any] = ()  # calls and lists of a KernelTable

    def __post_init__(self) -> None:
        if self.tables:
            calls, lists = linked(self.tables[0], self.code), self.tables[1]
            run = self.code.function("run", *[_POINTER] * 4, _INTEGER, _INTEGER)
            rest = None, calls.ctypes.data, lists.ctypes.data, *calls.shape[::-1]
            self._alive = calls, lists
            self.compute: Callable[[int], None] = lambda address: run(address, *rest)
        else:
            self.compute = self.code.function("compute_shared", _POINTER)

    def array(self) -> FloatArray:
        """Return a new working array, with padding on both sides for loops."""
        padding = PADDING if self.tables else 0
        array = np.zeros(self.size + 2 * padding)[padding : padding + self.size]
        array[self.first_constant :][: len(self.constants)] = self.constants
        array[-1] = -0.0
        return array


@dataclass(eq=False)
class RowLoop:
    """The code for all that varies over the batch, as a loop over vectors of rows.

    For sums there are `pairs`: for each sum, its vector and its place among the shared numbers.
    """

    code: MachineCode
    batched: int
    outputs: int
    buffer: int
    pairs: Any
    tables: Sequence[Any]  # those of `RowStrips`

    def __post_init__(self) -> None:
        self._linked = list(self.tables)
        if self.tables:
            self._linked[0] = linked(self.tables[0], self.code)
        types: list[Any] = [_POINTER, _INTEGER, _POINTER, _POINTER, _POINTER, _INTEGER]
        name = "per_row"
        if self.pairs is not None:
            name, types = "sum_rows", [*types, _POINTER, _POINTER, _INTEGER]
        self._call = self.code.function(name, *types)
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
        if self.code.may_raise:  # a user's primitive is called for all lanes of a vector
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
        if self.pairs is None:
            into = _aligned(self.outputs, whole)
            results, more = into[:, :count], []
        else:
            into, results = _aligned(2 * self.outputs + 2, WIDTH), np.empty(len(self.pairs))
            more = [self.pairs.ctypes.data, results.ctypes.data, len(results)]
        rest = [buffer.ctypes.data, into.ctypes.data, count, *more]
        return padded, results, padded.ctypes.data, rest, (buffer, into)


def _aligned(*shape: int) -> FloatArray:
    """Return an array that begins at a cache line, so that no vector crosses two."""
    size = math.prod(shape)
    array = np.empty(size + WIDTH)
    first = -array.ctypes.data % 64 // array.itemsize
    return array[first : first + size].reshape(shape)


def native_program(
    program: Program, batched: int, spellings: Mapping[Op, Spelling], add_to: Sequence[int] | None
) -> NativeProgram:
    """Return the machine code of a program: for the sums of its outputs if there is `add_to`."""
    varying, outputs, summed = varies(program, batched), program.outputs, add_to is not None
    equations = equations_of(program, varying)
    shared, place = _shared_part(program, batched, LLVMModule(spellings), varying, equations)
    vectors = [k for k, r in enumerate(outputs) if varying[r]]
    others = [k for k, r in enumerate(outputs) if not varying[r]]
    places = [place[outputs[k]] for k in others]
    loop = pairs = None
    if add_to is not None:
        # a sum that lacks one of the two refers to a -0.0
        pairs = np.tile([len(vectors), shared.size - 1], (len(outputs) - len(add_to), 1))
        targets = np.array([*range(len(pairs)), *add_to], dtype=np.intp)
        pairs[targets[vectors], 0], pairs[targets[others], 1] = range(len(vectors)), places
        pairs = pairs.astype(np.int64)
    if outputs if summed else equations or batched:
        module = LLVMModule(spellings)
        kind = RowBlocks if len(equations) <= SMALL else RowStrips
        code = kind(
            module, program, batched=batched, equations=equations, place=place, summed=summed
        )
        made = compiled(module, optimised=True)
        loop = RowLoop(made, batched, len(code.outputs), code.buffer_size, pairs, code.tables)
    slices = as_slice(vectors), as_slice(others), as_slice(places)
    return NativeProgram(len(outputs), *slices, shared, loop, summed)


def _shared_part(
    program: Program,
    batched: int,
    module: LLVMModule,
    varying: Sequence[bool],
    rest: Sequence[Equation],
) -> tuple[SharedPart, dict[int, int] | IndexArray]:
    """Return the code for all that does not vary, and the place of each reference in its array.

    It has loops over strided blocks where many equations are the same and strips are long.
    """
    same, constants = [not x for x in varying], np.array(program.constants, dtype=float)
    count = sum(same[program.inputs :][: len(program)])
    if count > SMALL:
        schedule = Schedule(program, batched)
        groups = [(g, strided_blocks(g.places)) for g in schedule.groups if not g.varying]
        strips = sum(block.outer for _, blocks in groups for block in blocks)
        if count >= MIN_STRIP * strips or count > HUGE:
            table = KernelTable(groups, LoopKernels(module))
            inputs = slice(len(constants), schedule.first_shared)
            # beyond what the last kernel may fill after its end
            size = schedule.sizes[False] + WIDTH + 1
            tables = table.calls, table.lists
            code = compiled(module, optimised=True)
            return SharedPart(code, inputs, 0, constants, size, tables), schedule.place
    equations = equations_of(program, same)
    # next to a large part that varies, fast code for this one is not worth the time to make it
    small = max(count, len(rest)) <= SMALL
    wanted = [*program.outputs, *(r for _, _, operands in rest for r in operands)]
    chunk = count + 1 if small else CHUNK
    place = SharedCode(
        module, program, batched=batched, equations=equations, wanted=wanted, chunk=chunk
    ).place
    first = len(place)
    place |= {-1 - i: first + i for i in range(len(constants))}
    code = compiled(module, optimised=small)
    inputs = slice(0, program.inputs - batched)
    return SharedPart(code, inputs, first, constants, len(place) + 1), place
