"""Repeatability: a loss that is recorded again must give the same program."""

from __future__ import annotations

import pickle
import random
import sys
from typing import TYPE_CHECKING, Any

from microgradlike.compile.jit import jit
from microgradlike.compile.trace_error import TraceError

if TYPE_CHECKING:
    from microgradlike.compile.jitted import Jitted
    from microgradlike.compile.program import Program

# A mask of few numbers may be drawn twice alike, so short losses are recorded more often. A
# recording takes 1 ms per 2,000 equations, a 20th of making a program run.
RECORDINGS = 8
EQUATIONS = 3_000  # of all further recordings, about 10 ms

WAY_OUT = (
    "a program would repeat what was drawn or counted once. Use nn.Dropout or nn.uniform for random"
    ' numbers, or pass backend="eager"'
)


def require_repeatable(step: Jitted[..., Any], rows: object) -> None:
    """Record the function of `step` again, and raise TraceError if the program is another one.

    A program repeats whatever was drawn, counted or timed while it was recorded.

    >>> from itertools import count
    >>> numbers = count(2)
    >>> require_repeatable(jit(lambda x: 2.0 * x), 1.0)
    >>> require_repeatable(jit(lambda x: next(numbers) * x), 1.0)
    Traceback (most recent call last):
    ...
    microgradlike.compile.trace_error.TraceError: the loss changed when it was recorded again: ...
    """
    first = step.program(rows)
    drew = True
    for _ in range(max(1, min(RECORDINGS - 1, EQUATIONS // max(1, len(first))))):
        before = _shared_generators()
        again = jit(step.f, batch=step.batch, backend=step.backend).program(rows)
        if _identity(again) != _identity(first):
            changed = f"the loss changed when it was recorded again{_difference(first, again)}"
            raise TraceError(f"{changed}; {WAY_OUT}")
        drew = drew and _shared_generators() != before
    if drew:  # two masks may be alike; each time, so that it is no other thread
        raise TraceError(f"the loss draws random numbers; {WAY_OUT}")


def _shared_generators() -> tuple[object, bytes]:
    """The states of the generators of the modules `random` and `numpy.random`."""
    numpy_random = sys.modules.get("numpy.random")  # imported, if it draws
    return random.getstate(), pickle.dumps(numpy_random and numpy_random.get_state())


def _identity(program: Program) -> tuple[object, ...]:
    constants = tuple(map(repr, program.constants))  # a nan is itself
    return (
        program.inputs,
        program.outputs,
        program.ops,
        program.code,
        program.starts,
        program.operands,
        constants,
    )


def _difference(first: Program, again: Program) -> str:
    """The first pair of constants that differ, in words; "" if there is none."""
    pairs = zip(first.constants, again.constants)
    return next((f": {a!r} became {b!r}" for a, b in pairs if repr(a) != repr(b)), "")
