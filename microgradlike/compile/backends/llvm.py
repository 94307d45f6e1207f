"""The backend "llvm": machine code; wants llvmlite.

Here stands how each primitive is spelled in LLVM's instructions, for one number or a vector of
them. `native` makes of a program straight-line code, or loops over strips of equations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from microgradlike import ops
from microgradlike.compile.llvm.builder import Emitter
from microgradlike.compile.llvm.executable import Native
from microgradlike.compile.llvm.module import Spelling
from microgradlike.compile.passes.simplify import squares
from microgradlike.compile.program import Program
from microgradlike.op import Op

# what the C library has under the same name
LIBRARY: tuple[Op, ...] = (ops.exp, ops.expm1, ops.log, ops.log1p, ops.log2, ops.log10, ops.hypot)
LIBRARY += (ops.sin, ops.cos, ops.tan, ops.asin, ops.acos, ops.atan, ops.atan2, ops.erf, ops.erfc)
LIBRARY += (ops.sinh, ops.cosh, ops.tanh, ops.asinh, ops.acosh, ops.atanh)


def _sign(e: Emitter, x: str) -> str:
    one = e.intrinsic("copysign", e.constant(1.0), x)
    return e.select(e.test("ueq", x, e.constant(0.0)), x, one)


def _cbrt(e: Emitter, x: str) -> str:
    y = e.library("cbrt", x)
    square = e.mul(y, y)
    step = e.div(e.sub(y, e.div(x, square)), e.constant(3.0))
    # infinite, nan or 0: there the step is nan
    return e.select(e.test("ord", step, step), e.sub(y, step), y)


def _maximum(e: Emitter, a: str, b: str) -> str:
    return e.select(e.either(e.test("oge", a, b), e.test("uno", a, a)), a, b)


def _minimum(e: Emitter, a: str, b: str) -> str:
    return e.select(e.either(e.test("ole", a, b), e.test("uno", a, a)), a, b)


def _mul_no_nan(e: Emitter, g: str, p: str) -> str:
    c = e.mul(g, p)
    number = e.either(e.test("ord", c, c), e.test("uno", g, p))
    return e.select(number, c, e.constant(0.0))


def _compared(how: str) -> Spelling:
    def spelling(e: Emitter, a: str, b: str) -> str:
        return e.select(e.test(how, a, b), e.constant(1.0), e.constant(0.0))

    return spelling


def _exp_minus_abs(e: Emitter, x: str) -> str:
    return e.library("exp", e.neg(e.intrinsic("fabs", x)))


def _sigmoid(e: Emitter, x: str) -> str:
    one, small = e.constant(1.0), _exp_minus_abs(e, x)
    total = e.add(one, small)
    top = e.select(e.test("ogt", x, e.constant(0.0)), one, small)
    y = e.div(top, total)
    lost = e.div(e.sub(small, e.sub(total, one)), total)
    return e.sub(y, e.mul(y, lost))


def _softplus(e: Emitter, x: str) -> str:
    zero = e.constant(0.0)
    top = e.select(e.test("ugt", x, zero), x, zero)
    return e.add(top, e.library("log1p", _exp_minus_abs(e, x)))


def _logaddexp(e: Emitter, a: str, b: str) -> str:
    less = e.test("olt", a, b)
    low, high = e.select(less, a, b), e.select(less, b, a)
    y = e.add(high, e.library("log1p", e.library("exp", e.sub(low, high))))
    return e.select(e.test("oeq", a, b), e.add(a, e.constant(ops.LN2)), y)


def _by_library(name: str) -> Spelling:
    return lambda e, *operands: e.library(name, *operands)


SPELLINGS: dict[Op, Spelling] = {op: _by_library(op.name) for op in LIBRARY} | {
    ops.add: Emitter.add,
    ops.sub: Emitter.sub,
    ops.mul: Emitter.mul,
    ops.mul_no_nan: _mul_no_nan,
    ops.div: Emitter.div,
    ops.power: _by_library("pow"),
    ops.neg: Emitter.neg,
    ops.absolute: lambda e, x: e.intrinsic("fabs", x),
    ops.sign: _sign,
    ops.floor: lambda e, x: e.intrinsic("floor", x),
    ops.ceil: lambda e, x: e.intrinsic("ceil", x),
    ops.sqrt: lambda e, x: e.intrinsic("sqrt", x),
    ops.cbrt: _cbrt,
    ops.maximum: _maximum,
    ops.minimum: _minimum,
    ops.clip: lambda e, x, lo, hi: _minimum(e, _maximum(e, x, lo), hi),
    ops.where: lambda e, c, a, b: e.select(e.test("une", c, e.constant(0.0)), a, b),
    ops.less: _compared("olt"),
    ops.less_equal: _compared("ole"),
    ops.relu: lambda e, x: e.select(e.test("ugt", x, e.constant(0.0)), x, e.constant(0.0)),
    ops.sigmoid: _sigmoid,
    ops.softplus: _softplus,
    ops.logaddexp: _logaddexp,
}


def build(program: Program, batched: int, belong: Sequence[int] = ()) -> Callable[[Any, Any], Any]:
    """The program as a function of (rows, shared); see `reference.build`.

    >>> import numpy as np
    >>> from microgradlike.compile.build import build_program
    >>> from microgradlike.compile.trace import Trace
    >>> x, w = (trace := Trace()).input(), trace.input()
    >>> run = build(build_program([x, w], [w * x]), 1)
    >>> run(np.array([[1.0, 2.0, 3.0]]), np.array([10.0]))
    array([[10., 20., 30.]])
    """
    return Native(squares(program), batched, SPELLINGS, belong)
