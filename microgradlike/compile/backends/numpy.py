"""The backend "numpy": one array operation for each group of equations of a primitive.

The groups, and the places of their operands, are those of a `Schedule`. Results that vary over the
batch lie in an array with a line per result and a column per row of the batch; results that all
rows share lie in an array of one column and are computed once. Operands in regular places are taken
as views, others are gathered first. A chain of sums is one operation (`passes.sum_fusion`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np

from microgradlike import ops
from microgradlike.compile.arrays import FloatArray, IndexArray, Rows, added, joined
from microgradlike.compile.passes.simplify import with_squares_as_products
from microgradlike.compile.passes.sum_fusion import is_fused_sum
from microgradlike.compile.program import Program
from microgradlike.compile.schedule.access import StridedBlock, strided_blocks
from microgradlike.compile.schedule.schedule import Group, Schedule
from microgradlike.forward import SHIFT
from microgradlike.op import Op

SHARDS_PER_TASK = 1
MERGING = True
KEPT: tuple[type, ...] = ()
CACHE = 1 << 21  # bytes of intermediate results at a time, so that they stay in a processor's cache
MAX_BLOCKS = 4  # operations that a group may take; with more, its operands are gathered first
CALL, ROW_SUM = 1000, 60  # cost of an operation, and of one sum of a row, in additions of elements
CACHE_SIZE = 3  # numbers of rows whose arrays are kept; the last block of a batch is a shorter one


def _sign(x: FloatArray) -> FloatArray:
    return np.copysign(np.sign(x), x)


def _cbrt(x: FloatArray) -> FloatArray:
    y = np.cbrt(x)
    return np.where((y == 0) | ~np.isfinite(y), y, y - (y - x / (y * y)) / 3)


def _maximum(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.where((a >= b) | (a != a), a, b)


def _minimum(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.where((a <= b) | (a != a), a, b)


def _mul_no_nan(g: FloatArray, p: FloatArray) -> FloatArray:
    c = g * p
    return np.where((c == c) | (g != g) | (p != p), c, 0.0)


def _exprel(x: FloatArray) -> FloatArray:
    y = np.where(x == 0, 1.0, np.expm1(x) / x)
    return np.where(x > 700, np.exp(x - SHIFT) / np.minimum(x, 1e3) * np.exp(SHIFT), y)


def _sinc(x: FloatArray) -> FloatArray:
    y = np.where(x == 0, 1.0, np.sin(x) / x)
    return np.where(np.isinf(x), 0.0, y)


def _xlogy(a: FloatArray, b: FloatArray) -> FloatArray:
    y = a * np.log(b)
    return np.where((y != y) & (a == 0) & (b >= 0), 0.0, y)


def _where(c: FloatArray, a: FloatArray, b: FloatArray) -> FloatArray:
    return np.where(c != 0, a, b)


def _power(a: FloatArray, b: FloatArray) -> FloatArray:
    """NumPy's, which takes the square root for one exponent 0.5: nan at -inf, and -0.0 at -0.0."""
    if b.size and np.any(b == 0.5):
        a = np.where((b == 0.5) & ((a == 0) | (a == -np.inf)), np.abs(a), a)
    return np.power(a, b)


def _sigmoid(x: FloatArray) -> FloatArray:
    e: FloatArray = np.exp(-np.abs(x))
    total = 1 + e
    y = np.where(x > 0, 1.0, e) / total
    return y - y * ((e - (total - 1)) / total)


def _softplus(x: FloatArray) -> FloatArray:
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def _logaddexp(a: FloatArray, b: FloatArray) -> FloatArray:
    low, high = np.minimum(a, b), np.maximum(a, b)
    return np.where(a == b, a + ops.LN2, high + np.log1p(np.exp(low - high)))


SPELLINGS: dict[Op, Callable[..., FloatArray]] = {
    ops.add: np.add,
    ops.sub: np.subtract,
    ops.mul: np.multiply,
    ops.mul_no_nan: _mul_no_nan,
    ops.div: np.divide,
    ops.power: _power,
    ops.neg: np.negative,
    ops.absolute: np.absolute,
    ops.sign: _sign,
    ops.floor: np.floor,
    ops.ceil: np.ceil,
    ops.rint: np.rint,
    ops.trunc: np.trunc,
    ops.floor_divide: np.floor_divide,
    ops.mod: np.remainder,
    ops.fmod: np.fmod,
    ops.exp: np.exp,
    ops.exp2: np.exp2,
    ops.expm1: np.expm1,
    ops.log: np.log,
    ops.log1p: np.log1p,
    ops.log2: np.log2,
    ops.log10: np.log10,
    ops.sqrt: np.sqrt,
    ops.cbrt: _cbrt,
    ops.sin: np.sin,
    ops.cos: np.cos,
    ops.tan: np.tan,
    ops.asin: np.arcsin,
    ops.acos: np.arccos,
    ops.atan: np.arctan,
    ops.atan2: np.arctan2,
    ops.sinh: np.sinh,
    ops.cosh: np.cosh,
    ops.tanh: np.tanh,
    ops.asinh: np.arcsinh,
    ops.acosh: np.arccosh,
    ops.atanh: np.arctanh,
    ops.maximum: _maximum,
    ops.minimum: _minimum,
    ops.hypot: np.hypot,
    ops.clip: lambda x, lo, hi: _minimum(_maximum(x, lo), hi),
    ops.where: _where,
    ops.less: lambda a, b: np.less(a, b).astype(float),
    ops.less_equal: lambda a, b: np.less_equal(a, b).astype(float),
    ops.relu: lambda x: np.maximum(x, 0.0) + 0.0,
    ops.sigmoid: _sigmoid,
    ops.softplus: _softplus,
    ops.logaddexp: _logaddexp,
    ops.xlogy: _xlogy,
    ops.exprel: _exprel,
    ops.sinc: _sinc,
}


def spelling(op: Op) -> Callable[..., FloatArray]:
    """Return `op` over arrays: NumPy's own operations, or a call per element for a user's `op`."""
    known = SPELLINGS.get(op)
    if known is None:
        elements = np.frompyfunc(op.forward, op.arity, 1)
        known = lambda *operands: elements(*operands).astype(float)  # noqa: E731
    return known


def build(program: Program, batched: int, add_to: Sequence[int] | None = None) -> ArrayProgram:
    """Return the program as a function of (rows, shared); see `compile.backends`.

    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> x, w = (trace := Trace()).input(), trace.input()
    >>> run = build(build_program([x, w], [w * x]), 1)
    >>> run(np.array([[1.0, 2.0, 3.0]]), np.array([10.0]))
    array([[10., 20., 30.]])
    """
    return ArrayProgram(Schedule(with_squares_as_products(program), batched, fuse=True), add_to)


class ArrayProgram:
    """A schedule run group by group."""

    def __init__(self, schedule: Schedule, add_to: Sequence[int] | None) -> None:
        self.schedule, self.add_to = schedule, add_to
        self.blocks = [strided_blocks(group.places) for group in schedule.groups]
        self.varies, self.places = schedule.outputs()
        width = max(1, schedule.sizes[True])
        self.block = max(16, CACHE // (8 * width))  # rows at a time
        self._of_thread = threading.local()  # each thread has its own arrays

    def __call__(self, rows: Rows, shared: FloatArray) -> FloatArray:
        """Return the outputs of each row, or summed over the rows."""
        state = self._filled(rows, shared)
        varying = state.varying[self.places[self.varies]]
        others = state.shared[self.places[~self.varies]]
        if self.add_to is None:
            outputs = np.empty((len(self.places), state.varying.shape[1]))
            outputs[self.varies], outputs[~self.varies] = varying, others
            return outputs
        total = np.empty(len(self.places))
        with np.errstate(all="ignore"):
            total[self.varies] = varying.sum(axis=1)
            total[~self.varies] = others[:, 0] * state.varying.shape[1]
            return added(total, self.add_to)

    def _filled(self, parts: Rows, shared: FloatArray) -> _State:
        """Return the arrays of all results, which the thread's next call reuses.

        Those for the last few numbers of rows are kept. A call from within a user's primitive finds
        the arrays in use taken, and gets others.
        """
        kept: dict[object, _State] = self._of_thread.__dict__  # type: ignore[assignment]
        rows = joined(parts)
        count = rows.shape[1]
        state = kept.pop(count, None) or _State(self.schedule, self.blocks, count)
        state.run(rows, shared)
        if len(kept) == CACHE_SIZE:
            del kept[next(iter(kept))]
        kept[count] = state
        return state


class _State:
    """The arrays of a program for a number of rows, and its operations on their parts."""

    def __init__(self, schedule: Schedule, blocks: list[list[StridedBlock]], count: int) -> None:
        self.batched, inputs = schedule.batched, schedule.program.inputs
        self.varying = np.zeros((schedule.sizes[True], count))
        self.shared = np.zeros((schedule.sizes[False], 1))
        constants = schedule.program.constants
        self.shared[: len(constants), 0] = constants
        self.shared_inputs = self.shared[len(constants) :][: inputs - self.batched, 0]
        self.steps: list[tuple[Callable[..., object], tuple[object, ...]]] = []
        for group, its_blocks in zip(schedule.groups, blocks):
            self._add(group, its_blocks)

    def run(self, rows: FloatArray, shared: FloatArray) -> None:
        """Fill the arrays."""
        self.varying[: self.batched] = rows
        self.shared_inputs[:] = shared
        with np.errstate(all="ignore"):
            for f, operands in self.steps:
                f(*operands)

    def _array(self, varying: bool) -> FloatArray:
        return self.varying if varying else self.shared

    def _add(self, group: Group, blocks: list[StridedBlock]) -> None:
        """Append the operations of a group."""
        if len(blocks) > MAX_BLOCKS:
            blocks = [StridedBlock(0, 1, group.stop - group.start, (), (), ())]
        for block in blocks:
            array, varying = self._array(group.varying), group.varying
            out = _view(array, block, varying, (group.start + block.first, block.inner, 1))
            if is_fused_sum(group.op):
                self._sum(self._terms(group, block), out)
            else:
                f = spelling(group.op)
                filling = f if isinstance(f, np.ufunc) else _filling(f)
                self.steps.append((filling, (*self._operands(group, block), out)))

    def _operands(self, group: Group, block: StridedBlock) -> list[FloatArray]:
        """Return the operands of a block, as views where their places are regular."""
        arrays = [self._array(varies) for varies in group.from_varying]
        if not block.base:
            return [self._line(*it, group.varying) for it in zip(arrays, group.places)]
        there = zip(block.base, block.outer_stride, block.inner_stride)
        return [_view(array, block, group.varying, where) for array, where in zip(arrays, there)]

    def _terms(self, group: Group, block: StridedBlock) -> FloatArray:
        """Return the terms of fused sums, the first axis over the terms."""
        array = self._array(group.varying)
        strides = block.outer_stride, block.inner_stride
        if block.base and all(len(set(x)) == 1 for x in (np.diff(block.base), *strides)):
            where = (block.base[0], block.outer_stride[0], block.inner_stride[0])
            first = _view(array, block, group.varying, where)
            step = (block.base[1] - block.base[0]) * array.strides[0]
            shape = (group.op.arity, *first.shape)
            offset = block.base[0] * array.strides[0]
            return np.ndarray(shape, float, array, offset, (step, *first.strides))
        places = np.stack(group.places)
        if block.base:
            places = places[:, block.first : block.first + block.outer * block.inner]
        terms = np.empty((*places.shape, array.shape[1]))
        self.steps.append((array.take, (places, 0, terms, "clip")))
        shape = (block.outer, block.inner) if block.outer > 1 else (block.inner,)
        return terms.reshape(group.op.arity, *shape, *terms.shape[2:][: group.varying])

    def _sum(self, terms: FloatArray, out: FloatArray) -> None:
        """Append a sum from left to right, in the cheaper of two ways."""
        count = len(terms)
        if count * (CALL + out.size) < CALL + out.size * (ROW_SUM + 4 * count):
            self.steps.append((np.add, (terms[0], terms[1], out)))
            self.steps += [(np.add, (out, term, out)) for term in terms[2:]]
        else:
            sums = np.empty((*out.shape, count))
            self.steps.append((np.add.accumulate, (np.moveaxis(terms, 0, -1), -1, None, sums)))
            self.steps.append((np.copyto, (out, sums[..., -1])))

    def _line(self, array: FloatArray, places: Sequence[int], varying: bool) -> FloatArray:
        """Return the results at these places: a view where they are regular, else gathered."""
        indices: IndexArray = np.asarray(places, dtype=np.intp)
        step = int(indices[1] - indices[0])
        if bool((np.diff(indices) == step).all()):
            strip = StridedBlock(0, 1, len(indices), (), (), ())
            return _view(array, strip, varying, (int(indices[0]), 0, step))
        gathered = np.empty((len(indices), array.shape[1]))
        self.steps.append((array.take, (indices, 0, gathered, "clip")))
        return gathered if varying else gathered[:, 0]


def _view(
    array: FloatArray, block: StridedBlock, varying: bool, where: tuple[int, int, int]
) -> FloatArray:
    """Return a view of the array's lines at `where`: base, outer and inner stride of the block.

    It has no last axis if the results are shared by all rows.
    """
    base, outer_stride, inner_stride = where
    line = array.strides[0]
    shape: tuple[int, ...] = (block.inner,)
    strides: tuple[int, ...] = (inner_stride * line,)
    if block.outer > 1:
        shape, strides = (block.outer, *shape), (outer_stride * line, *strides)
    if varying:
        shape, strides = (*shape, array.shape[1]), (*strides, array.strides[1])
    return np.ndarray(shape, float, array, base * line, strides)


def _filling(f: Callable[..., FloatArray]) -> Callable[..., None]:
    """Return `f` as a function that leaves its result in its last argument, as a ufunc can."""

    def filling(*arrays: FloatArray) -> None:
        arrays[-1][...] = f(*arrays[:-1])

    return filling
