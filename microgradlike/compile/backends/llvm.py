"""The backend "llvm": machine code; needs llvmlite.

This module spells each primitive in LLVM's instructions, for doubles or vectors of doubles;
`llvm.executable` makes straight-line code of a program, or loops over strided blocks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from microgradlike import ops
from microgradlike.compile.llvm.builder import IRBuilder
from microgradlike.compile.llvm.engine import MachineCode, machine as machine
from microgradlike.compile.llvm.executable import (
    NativeProgram,
    RowLoop,
    SharedPart,
    native_program,
)
from microgradlike.compile.llvm.module import Spelling
from microgradlike.compile.passes.simplify import with_squares_as_products
from microgradlike.compile.program import Program
from microgradlike.forward import SHIFT
from microgradlike.op import Op

SHARDS_PER_TASK = 8
MERGING = True
KEPT = (NativeProgram, SharedPart, RowLoop, MachineCode)
# primitives that the C library has under the same name
LIBRARY: tuple[Op, ...] = (ops.exp, ops.exp2, ops.expm1, ops.log, ops.log1p, ops.log2)
LIBRARY += (ops.log10, ops.hypot, ops.fmod)
LIBRARY += (ops.sin, ops.cos, ops.tan, ops.asin, ops.acos, ops.atan, ops.atan2, ops.erf, ops.erfc)
LIBRARY += (ops.sinh, ops.cosh, ops.tanh, ops.asinh, ops.acosh, ops.atanh)


def _sign(ir: IRBuilder, x: str) -> str:
    one = ir.intrinsic("copysign", ir.constant(1.0), x)
    return ir.select(ir.compare("ueq", x, ir.constant(0.0)), x, one)


def _cbrt(ir: IRBuilder, x: str) -> str:
    y = ir.library("cbrt", x)
    square = ir.mul(y, y)
    step = ir.div(ir.sub(y, ir.div(x, square)), ir.constant(3.0))
    # the step is nan where y is infinite, nan or 0
    return ir.select(ir.compare("ord", step, step), ir.sub(y, step), y)


def _signs_differ(ir: IRBuilder, a: str, b: str) -> str:
    one = ir.constant(1.0)
    a, b = (ir.intrinsic("copysign", one, x) for x in (a, b))
    return ir.compare("one", a, b)


def _mod(ir: IRBuilder, a: str, b: str) -> str:
    rest = ir.library("fmod", a, b)
    moved = ir.select(_signs_differ(ir, rest, b), ir.add(rest, b), rest)
    none = ir.compare("oeq", rest, ir.constant(0.0))
    return ir.select(none, ir.intrinsic("copysign", rest, b), moved)


def _floor_divide(ir: IRBuilder, a: str, b: str) -> str:
    """The steps of Python's //; the quotient is exact but for rounding, and often whole."""
    zero, one = ir.constant(0.0), ir.constant(1.0)
    rest = ir.library("fmod", a, b)
    whole = ir.div(ir.sub(a, rest), b)
    below = ir.select(_signs_differ(ir, rest, b), ir.sub(whole, one), whole)
    whole = ir.select(ir.compare("oeq", rest, zero), whole, below)
    y = ir.intrinsic("floor", whole)
    y = ir.select(ir.compare("ogt", ir.sub(whole, y), ir.constant(0.5)), ir.add(y, one), y)
    quotient = ir.div(a, b)
    y = ir.select(ir.compare("oeq", whole, zero), ir.intrinsic("copysign", zero, quotient), y)
    return ir.select(ir.compare("oeq", b, zero), quotient, y)


def _maximum(ir: IRBuilder, a: str, b: str) -> str:
    return ir.select(ir.logical_or(ir.compare("oge", a, b), ir.compare("uno", a, a)), a, b)


def _minimum(ir: IRBuilder, a: str, b: str) -> str:
    return ir.select(ir.logical_or(ir.compare("ole", a, b), ir.compare("uno", a, a)), a, b)


def _mul_no_nan(ir: IRBuilder, g: str, p: str) -> str:
    c = ir.mul(g, p)
    number = ir.logical_or(ir.compare("ord", c, c), ir.compare("uno", g, p))
    return ir.select(number, c, ir.constant(0.0))


def _xlogy(ir: IRBuilder, a: str, b: str) -> str:
    zero, y = ir.constant(0.0), ir.mul(a, ir.library("log", b))
    number = ir.logical_or(ir.compare("ord", y, y), ir.compare("ult", b, zero))
    return ir.select(ir.logical_or(number, ir.compare("une", a, zero)), y, zero)


def _exprel(ir: IRBuilder, x: str) -> str:
    lowered = ir.library("exp", ir.sub(x, ir.constant(SHIFT)))
    large = ir.mul(ir.div(lowered, _minimum(ir, x, ir.constant(1e3))), ir.constant(math.exp(SHIFT)))
    y = ir.div(ir.library("expm1", x), x)
    y = ir.select(ir.compare("oeq", x, ir.constant(0.0)), ir.constant(1.0), y)
    return ir.select(ir.compare("ogt", x, ir.constant(700.0)), large, y)


def _sinc(ir: IRBuilder, x: str) -> str:
    zero, y = ir.constant(0.0), ir.div(ir.library("sin", x), x)
    y = ir.select(ir.compare("oeq", x, zero), ir.constant(1.0), y)
    return ir.select(ir.compare("oeq", ir.intrinsic("fabs", x), ir.constant(math.inf)), zero, y)


def _comparison(predicate: str) -> Spelling:
    def spelling(ir: IRBuilder, a: str, b: str) -> str:
        return ir.select(ir.compare(predicate, a, b), ir.constant(1.0), ir.constant(0.0))

    return spelling


def _exp_minus_abs(ir: IRBuilder, x: str) -> str:
    return ir.library("exp", ir.neg(ir.intrinsic("fabs", x)))


def _sigmoid(ir: IRBuilder, x: str) -> str:
    one, small = ir.constant(1.0), _exp_minus_abs(ir, x)
    total = ir.add(one, small)
    top = ir.select(ir.compare("ogt", x, ir.constant(0.0)), one, small)
    y = ir.div(top, total)
    lost = ir.div(ir.sub(small, ir.sub(total, one)), total)
    return ir.sub(y, ir.mul(y, lost))


def _softplus(ir: IRBuilder, x: str) -> str:
    zero = ir.constant(0.0)
    top = ir.select(ir.compare("ugt", x, zero), x, zero)
    return ir.add(top, ir.library("log1p", _exp_minus_abs(ir, x)))


def _logaddexp(ir: IRBuilder, a: str, b: str) -> str:
    less = ir.compare("olt", a, b)
    low, high = ir.select(less, a, b), ir.select(less, b, a)
    y = ir.add(high, ir.library("log1p", ir.library("exp", ir.sub(low, high))))
    return ir.select(ir.compare("oeq", a, b), ir.add(a, ir.constant(ops.LN2)), y)


def _by_library(name: str) -> Spelling:
    return lambda ir, *operands: ir.library(name, *operands)


SPELLINGS: dict[Op, Spelling] = {op: _by_library(op.name) for op in LIBRARY} | {
    ops.add: IRBuilder.add,
    ops.sub: IRBuilder.sub,
    ops.mul: IRBuilder.mul,
    ops.mul_no_nan: _mul_no_nan,
    ops.div: IRBuilder.div,
    ops.power: _by_library("pow"),
    ops.neg: IRBuilder.neg,
    ops.absolute: lambda ir, x: ir.intrinsic("fabs", x),
    ops.sign: _sign,
    ops.floor: lambda ir, x: ir.intrinsic("floor", x),
    ops.ceil: lambda ir, x: ir.intrinsic("ceil", x),
    ops.rint: lambda ir, x: ir.intrinsic("rint", x),
    ops.trunc: lambda ir, x: ir.intrinsic("trunc", x),
    ops.floor_divide: _floor_divide,
    ops.mod: _mod,
    ops.sqrt: lambda ir, x: ir.intrinsic("sqrt", x),
    ops.cbrt: _cbrt,
    ops.maximum: _maximum,
    ops.minimum: _minimum,
    ops.clip: lambda ir, x, lo, hi: _minimum(ir, _maximum(ir, x, lo), hi),
    ops.where: lambda ir, c, a, b: ir.select(ir.compare("une", c, ir.constant(0.0)), a, b),
    ops.less: _comparison("olt"),
    ops.less_equal: _comparison("ole"),
    ops.relu: lambda ir, x: ir.select(ir.compare("ugt", x, ir.constant(0.0)), x, ir.constant(0.0)),
    ops.sigmoid: _sigmoid,
    ops.softplus: _softplus,
    ops.logaddexp: _logaddexp,
    ops.xlogy: _xlogy,
    ops.exprel: _exprel,
    ops.sinc: _sinc,
}


def build(program: Program, batched: int, add_to: Sequence[int] | None = None) -> NativeProgram:
    """Return the program as a function of (rows, shared); see `compile.backends`.

    >>> import numpy as np
    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> x, w = (trace := Trace()).input(), trace.input()
    >>> run = build(build_program([x, w], [w * x]), 1)
    >>> run(np.array([[1.0, 2.0, 3.0]]), np.array([10.0]))
    array([[10., 20., 30.]])
    """
    return native_program(with_squares_as_products(program), batched, SPELLINGS, add_to)
