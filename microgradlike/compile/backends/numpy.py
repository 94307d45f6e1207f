"""The backend "numpy": equations of one primitive that are ready together are one operation.

A `Schedule` has such groups, and where their operands stand in an array with a line for each
result, and in it a column for each row of the batch. Lines in regular places are taken as views,
others are gathered first. What no row of the batch has a part in is computed once, in an array of
one column. Sums of sums are one operation too (`totals`)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from microgradlike import ops
from microgradlike.compile.passes.simplify import squares
from microgradlike.compile.passes.sum_fusion import is_total
from microgradlike.compile.program import Program
from microgradlike.compile.schedule.access import Grid, grids
from microgradlike.compile.schedule.schedule import Group, Schedule
from microgradlike.op import Op

CACHE = 1 << 21  # bytes of intermediate results at a time, so that they stay in a processor's cache
FEW = 4  # operations that a group may take; with more, its operands are gathered first
CALL, APIECE = 1000, 60  # what an operation costs, and one of a row of sums, in sums of two arrays
KEPT = 3  # sizes of batches that arrays are kept for
Array = Any


def _sign(x: Array) -> Array:
    return np.copysign(np.sign(x), x)


def _cbrt(x: Array) -> Array:
    y = np.cbrt(x)
    return np.where((y == 0) | ~np.isfinite(y), y, y - (y - x / (y * y)) / 3)


def _maximum(a: Array, b: Array) -> Array:
    return np.where((a >= b) | (a != a), a, b)


def _minimum(a: Array, b: Array) -> Array:
    return np.where((a <= b) | (a != a), a, b)


def _mul_no_nan(g: Array, p: Array) -> Array:
    c = g * p
    return np.where((c == c) | (g != g) | (p != p), c, 0.0)


def _sigmoid(x: Array) -> Array:
    e = np.exp(-np.abs(x))
    total = 1 + e
    y = np.where(x > 0, 1.0, e) / total
    return y - y * ((e - (total - 1)) / total)


def _softplus(x: Array) -> Array:
    return np.maximum(x, 0.0) + np.log1p(np.exp(-np.abs(x)))


def _logaddexp(a: Array, b: Array) -> Array:
    low, high = np.minimum(a, b), np.maximum(a, b)
    return np.where(a == b, a + ops.LN2, high + np.log1p(np.exp(low - high)))


SPELLINGS: dict[Op, Callable[..., Array]] = {
    ops.add: np.add,
    ops.sub: np.subtract,
    ops.mul: np.multiply,
    ops.mul_no_nan: _mul_no_nan,
    ops.div: np.divide,
    ops.power: np.power,
    ops.neg: np.negative,
    ops.absolute: np.absolute,
    ops.sign: _sign,
    ops.floor: np.floor,
    ops.ceil: np.ceil,
    ops.exp: np.exp,
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
    ops.where: lambda c, a, b: np.where(c != 0, a, b),
    ops.less: lambda a, b: np.less(a, b).astype(float),
    ops.less_equal: lambda a, b: np.less_equal(a, b).astype(float),
    ops.relu: lambda x: np.maximum(x, 0.0) + 0.0,
    ops.sigmoid: _sigmoid,
    ops.softplus: _softplus,
    ops.logaddexp: _logaddexp,
}


def spelling(op: Op) -> Callable[..., Array]:
    """`op` over arrays; one element after the other where NumPy has nothing like it."""
    known = SPELLINGS.get(op)
    if known is None:
        elements = np.frompyfunc(op.forward, op.arity, 1)
        known = lambda *operands: elements(*operands).astype(float)  # noqa: E731
    return known


def build(program: Program, batched: int, belong: Sequence[int] = ()) -> Callable[[Any, Any], Any]:
    """The program as a function of (rows, shared); see `reference.build`.

    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> x, w = (trace := Trace()).input(), trace.input()
    >>> run = build(build_program([x, w], [w * x]), 1)
    >>> run(np.array([[1.0, 2.0, 3.0]]), np.array([10.0]))
    array([[10., 20., 30.]])
    """
    return _Run(Schedule(squares(program), batched, totals=True), belong)


class _Run:
    def __init__(self, schedule: Schedule, belong: Sequence[int]) -> None:
        self.schedule, self.belong = schedule, np.array(belong, dtype=np.intp)
        self.grids = [grids(group.places) for group in schedule.groups]
        self.varies, self.places = schedule.outputs()
        width = max(1, schedule.used[True])
        self.block = max(16, CACHE // (8 * width))  # rows at a time
        self._bound = threading.local()  # a thread has its own arrays

    def __call__(self, rows: Any, shared: Any) -> Any:
        bound = self._state(rows.shape[1])
        bound.run(rows, shared)
        outputs = np.empty((len(self.places), rows.shape[1]))
        outputs[self.varies] = bound.varying[self.places[self.varies]]
        outputs[~self.varies] = bound.fixed[self.places[~self.varies]]
        return outputs

    def sums(self, rows: Any, shared: Any) -> Any:
        """The outputs, added up over the rows; those that belong to others added to these."""
        bound = self._state(rows.shape[1])
        bound.run(rows, shared)
        total = np.empty(len(self.places))
        with np.errstate(all="ignore"):
            total[self.varies] = bound.varying[self.places[self.varies]].sum(axis=1)
            total[~self.varies] = bound.fixed[self.places[~self.varies], 0] * rows.shape[1]
            total, rest = np.split(total, [len(total) - len(self.belong)])
            total[self.belong] += rest
        return total

    def _state(self, count: int) -> _State:
        """The arrays for so many rows; those of a few sizes are kept, as batches leave a rest."""
        kept: dict[Any, _State] = self._bound.__dict__
        if count not in kept:
            if len(kept) == KEPT:
                del kept[next(iter(kept))]
            kept[count] = _State(self.schedule, self.grids, count)
        return kept[count]


class _State:
    """The arrays of a program for a number of rows, and its operations on parts of these."""

    def __init__(self, schedule: Schedule, all_grids: list[list[Grid]], count: int) -> None:
        self.batched, self.inputs = schedule.batched, schedule.program.inputs
        self.varying = np.zeros((schedule.used[True], count))
        self.fixed = np.zeros((schedule.used[False], 1))
        constants = schedule.program.constants
        self.fixed[: len(constants), 0] = constants
        self.shared = self.fixed[len(constants) :][: self.inputs - self.batched, 0]
        self.steps: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []
        for group, its_grids in zip(schedule.groups, all_grids):
            self._add(group, its_grids)

    def run(self, rows: Any, shared: Any) -> None:
        """Fill the arrays."""
        self.varying[: self.batched] = rows
        self.shared[:] = shared
        with np.errstate(all="ignore"):
            for f, operands in self.steps:
                f(*operands)

    def _add(self, group: Group, its_grids: list[Grid]) -> None:
        if len(its_grids) > FEW:
            its_grids = [Grid(0, 1, group.stop - group.start, (), (), ())]
        target = self.varying if group.varying else self.fixed
        for grid in its_grids:
            out = _part(target, grid, group.varying, group.start + grid.first, grid.inner, 1)
            if is_total(group.op):
                self._total(self._terms(group, grid), out)
            else:
                f = spelling(group.op)
                f = f if isinstance(f, np.ufunc) else _filling(f)
                self.steps.append((f, (*self._operands(group, grid), out)))

    def _operands(self, group: Group, grid: Grid) -> list[Array]:
        """The operands of a group in a grid; gathered, where there is no rule."""
        arrays = [self.varying if varies else self.fixed for varies in group.from_varying]
        if not grid.base:
            return [self._row(*it, group.varying) for it in zip(arrays, group.places)]
        there = zip(arrays, grid.base, grid.across, grid.along)
        return [_part(array, grid, group.varying, *where) for array, *where in there]

    def _terms(self, group: Group, grid: Grid) -> Array:
        """The terms of totals: the first axis is that of the terms."""
        array = self.varying if group.varying else self.fixed
        if grid.base and all(
            len(set(x)) == 1 for x in (np.diff(grid.base), grid.across, grid.along)
        ):
            first = _part(array, grid, group.varying, grid.base[0], grid.across[0], grid.along[0])
            step = (grid.base[1] - grid.base[0]) * array.strides[0]
            strides = (step, *first.strides)
            offset = grid.base[0] * array.strides[0]
            return np.ndarray((group.op.arity, *first.shape), float, array, offset, strides)
        places = np.stack(group.places)
        if grid.base:
            places = places[:, grid.first : grid.first + grid.outer * grid.inner]
        terms = np.empty((*places.shape, array.shape[1]))
        self.steps.append((array.take, (places, 0, terms, "clip")))
        shape = (grid.outer, grid.inner) if grid.outer > 1 else (grid.inner,)
        return terms.reshape(group.op.arity, *shape, *terms.shape[2:][: group.varying])

    def _total(self, terms: Array, out: Array) -> None:
        """From left to right, in the cheaper of two ways."""
        count = len(terms)
        if count * (CALL + out.size) < CALL + out.size * (APIECE + 4 * count):
            self.steps.append((np.add, (terms[0], terms[1], out)))
            self.steps += [(np.add, (out, term, out)) for term in terms[2:]]
        else:
            sums = np.empty((*out.shape, count))
            self.steps.append((np.add.accumulate, (np.moveaxis(terms, 0, -1), -1, None, sums)))
            self.steps.append((np.copyto, (out, sums[..., -1])))

    def _row(self, array: Array, places: Any, varying: bool) -> Array:
        """The numbers at these places, one after the other: gathered, where there is no rule."""
        places = np.asarray(places, dtype=np.intp)
        step = int(places[1] - places[0])
        if bool((np.diff(places) == step).all()):
            line = Grid(0, 1, len(places), (), (), ())
            return _part(array, line, varying, int(places[0]), 0, step)
        gathered = np.empty((len(places), array.shape[1]))
        self.steps.append((array.take, (places, 0, gathered, "clip")))
        return gathered if varying else gathered[:, 0]


def _part(array: Array, grid: Grid, varying: bool, base: int, across: int, along: int) -> Array:
    """A view of the array's lines at the places of a grid, without a last axis if none varies."""
    line = array.strides[0]
    shape: tuple[int, ...] = (grid.inner,)
    strides: tuple[int, ...] = (along * line,)
    if grid.outer > 1:
        shape, strides = (grid.outer, *shape), (across * line, *strides)
    if varying:
        shape, strides = (*shape, array.shape[1]), (*strides, array.strides[1])
    return np.ndarray(shape, float, array, base * line, strides)


def _filling(f: Callable[..., Array]) -> Callable[..., None]:
    """A function of arrays as one that leaves its result in its last argument, as a ufunc can."""

    def filling(*arrays: Array) -> None:
        arrays[-1][...] = f(*arrays[:-1])

    return filling
