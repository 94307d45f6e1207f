"""The backend "numpy": equations of one depth and primitive are one operation on arrays.

An equation's depth is 1 more than that of its deepest operand, so those of one depth do not depend
on each other, and those of one primitive among them are computed together: operands are gathered as
rows of an array, a column for each row of the batch. What no row of the batch has a part in is
computed once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from microgradlike import ops
from microgradlike.compile.program import Program
from microgradlike.compile.schedule import Group, Schedule
from microgradlike.op import Op

CACHE = 1 << 21  # bytes of intermediate results at a time, so that they stay in a processor's cache
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


def _chain(g: Array, p: Array) -> Array:
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
    ops.chain: _chain,
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


def build(program: Program, batched: int) -> Callable[[Any, Any], Any]:
    """The program as a function of (rows, shared); see `reference.build`.

    >>> from microgradlike.compile.program import program
    >>> from microgradlike.compile.record import Recording
    >>> x, w = (recording := Recording()).input(), recording.input()
    >>> run = build(program([x, w], [w * x]), 1)
    >>> run(np.array([[1.0, 2.0, 3.0]]), np.array([10.0]))
    array([[10., 20., 30.]])
    """
    schedule = Schedule(program, batched)
    return _Run(schedule)


class _Run:
    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.steps = [_Step(group) for group in schedule.groups]
        self.varies, self.places = schedule.outputs()
        self.constants = np.array(schedule.program.constants, dtype=float)
        width = max(1, schedule.used[True])
        self.block = max(16, CACHE // (8 * width))  # rows at a time

    def __call__(self, rows: Any, shared: Any) -> Any:
        count = rows.shape[1]
        varying = np.empty((self.schedule.used[True], count))
        fixed = np.empty((self.schedule.used[False], 1))
        varying[: self.schedule.batched] = rows
        fixed[: len(self.constants), 0] = self.constants
        fixed[len(self.constants) : len(self.constants) + len(shared), 0] = shared
        with np.errstate(all="ignore"):
            for step in self.steps:
                step(varying, fixed)
        outputs = np.empty((len(self.places), count))
        outputs[self.varies] = varying[self.places[self.varies]]
        outputs[~self.varies] = fixed[self.places[~self.varies]]
        return outputs

    def sums(self, rows: Any, shared: Any) -> Any:
        """The outputs, added up over the rows."""
        return self(rows, shared).sum(axis=1)


class _Step:
    """One group: gather its operands, compute, and put the results in their places."""

    def __init__(self, group: Group) -> None:
        self.f = spelling(group.op)
        self.ufunc = isinstance(self.f, np.ufunc)
        self.varying, self.target = group.varying, slice(group.start, group.stop)
        self.sources = list(zip(group.from_varying, group.places))

    def __call__(self, varying: Array, fixed: Array) -> None:
        operands = [
            slots[place] if type(place) is slice else slots.take(place, axis=0)
            for slots, place in [(varying if v else fixed, place) for v, place in self.sources]
        ]
        target = (varying if self.varying else fixed)[self.target]
        if self.ufunc:
            self.f(*operands, out=target)
        else:
            target[...] = self.f(*operands)
