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
from microgradlike.accuracy.truth.exact import NAN, PRIME, Exact, of
from microgradlike.accuracy.truth.multiprecision import mp
from microgradlike.expressions.parser import parse
from microgradlike.op import Number, Op

# texts that lose digits in the tails, where the table's partial has all, without a constant
LOSSY, LOST = (ops.tanh, ops.sigmoid), 1e-40
PI = hash("pi") % PRIME


@functools.lru_cache(maxsize=512)
def textbook(op: Op, index: int) -> Callable[..., Number]:
    """The partial of `op` by operand `index`, a function of output and operands."""
    if not op.textbook:
        return op.partials[index]
    text, names = op.textbook[index], op.operand_names
    has_pi, parsed = "pi" in text, parse(text)  # which makes a double of it
    steps = [
        (functools.partial(Exact.apply, f) if isinstance(f, Op) else f, x)
        if f
        else (None, "pi" if x == math.pi else of(x) if type(x) is float else x)
        for f, x in parsed._steps
    ]
    expression = dataclasses.replace(parsed, _steps=tuple(steps))

    def partial(y: Exact, *operands: Exact) -> Number:
        values: dict[str, Number] = {"y": y, **dict(zip(names, operands))}
        if has_pi:
            values["pi"] = Exact((+mp.pi)._mpf_, 1.0, PI)
        p = expression(values)
        lost = p.number == NAN or (op in LOSSY and not p.relative < LOST)
        return op.partials[index](y, *operands) if lost else p

    return partial
