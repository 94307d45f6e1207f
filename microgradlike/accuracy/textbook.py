"""Partials as textbooks print them, over numbers of many digits, with exact constants.

The table's own partials are written for doubles: they hold constants such as log(2) as doubles. Its
`textbook` texts take their place here; a partial without a text is the textbook's already.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable

from microgradlike import ops
from microgradlike.accuracy.exact import NAN, PRIME, Exact, of
from microgradlike.accuracy.multiprecision import mp, nearest
from microgradlike.expressions.parser import Expression, parse
from microgradlike.ieee_float import partial_at
from microgradlike.op import TABLE, Number, Op

CONSTANTS = {math.pi: "pi", math.e: "e"}  # doubles that a text means exactly
# texts that lose digits in the tails, where the table's partial has all, without a constant
LOSSY, LOST = (ops.tanh, ops.sigmoid), 1e-40
AWAY = 1e-12  # relative distance from a kink
PI, E = hash("pi") % PRIME, hash("e") % PRIME


@functools.lru_cache(maxsize=512)
def textbook(op: Op, index: int) -> Callable[..., Number]:
    """The partial of `op` by operand `index`, a function of output and operands.

    >>> from microgradlike import ops
    >>> with mp.workdps(20):
    ...     print(textbook(ops.exp2, 0)(of(8.0), of(3.0)).data)
    5.5451774444795624753
    """
    if op.flat and op.kink and TABLE.get(op.name) is op:
        return _piecewise(op, op.kink, index)
    if not op.textbook:
        return op.partials[index]
    expression, names = _with_exact_constants(parse(op.textbook[index])), op.operand_names

    def partial(y: Exact, *operands: Exact) -> Number:
        constants = {"pi": Exact((+mp.pi)._mpf_, 1.0, PI), "e": Exact((+mp.e)._mpf_, 1.0, E)}
        p = expression({"y": y, **dict(zip(names, operands)), **constants})
        lost = p.number == NAN or (op in LOSSY and not p.relative < LOST)
        return op.partials[index](y, *operands) if lost else p

    return partial


def _piecewise(op: Op, kink: Callable[..., float], index: int) -> Callable[..., Number]:
    """The partial of a piecewise linear primitive: a whole number, that of doubles away from kinks.

    It takes a third of the time of the table's partial over numbers of many digits.
    """

    def partial(y: Exact, *operands: Exact) -> Number:
        near = [nearest(x.number) for x in operands]
        away = kink(*near) > AWAY * max(map(abs, near))
        if away and max([x.relative for x in operands]) < AWAY:
            return of(partial_at(op, index, nearest(y.number), *near))
        return op.partials[index](y, *operands)

    return partial


def _with_exact_constants(expression: Expression) -> Expression:
    steps = tuple(
        (f, x if f is not None or type(x) is str else CONSTANTS.get(x, of(x)))
        for f, x in expression._steps
    )
    return dataclasses.replace(expression, _steps=steps)
