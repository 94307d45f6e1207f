"""The truth of a graph: values and adjoints of its nodes with many digits.

The graph is evaluated again over numbers that know their own error, then swept in reverse with the
textbook's partials. Inputs and constants count as exact.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import mpmath

from microgradlike import ops
from microgradlike.accuracy.report import Accuracy
from microgradlike.accuracy.truth.exact import (
    NAN,
    UNKNOWN,
    ZERO,
    Exact,
    added,
    applied,
    multiplied,
    negated,
    of,
)
from microgradlike.accuracy.truth.multiprecision import mp, right_digits
from microgradlike.accuracy.truth.textbook import textbook
from microgradlike.engine import Value
from microgradlike.op import Op

ENOUGH = 1e-25  # relative error: a double has 16 digits, and its error some more
MOST = 300  # digits; the errors, in units of the last, are doubles
# the precision is that of all threads
_precision = threading.RLock()
ONE, NOTHING = of(1.0), of(0.0)


@dataclass(frozen=True, slots=True)
class Truth:
    """Values and adjoints in the order of the nodes, computed with `digits` digits.

    `notes` has the failures of users' primitives.
    """

    order: Sequence[Value]
    index: dict[int, int]  # by id of a node
    values: list[Exact]
    adjoints: list[Exact]
    digits: int
    notes: tuple[str, ...]

    def known(self, x: Exact) -> bool:
        """True if the number has enough digits to judge a double by."""
        return x.number != NAN and x.loss <= math.ldexp(ENOUGH, _bits(self.digits))

    def operands(self, v: Value) -> list[Exact]:
        """The exact operands of a node."""
        return [of(x) if type(x) is float else self.values[self.index[id(x)]] for x in v.operands]

    def accuracy(self, computed: float, x: Exact, counted: float) -> Accuracy:
        """The Accuracy of a double, undecided if its exact number is not known."""
        if not self.known(x):
            return Accuracy(computed, None, None, counted)
        return Accuracy(
            computed, mpmath.mp.make_mpf(x.number), right_digits(computed, x.number), counted
        )


def _bits(digits: int) -> int:
    return int(digits * 3.33) + 4


@contextmanager
def working_precision(digits: int) -> Iterator[None]:
    """Let the numbers of this package have so many digits; other threads wait."""
    with _precision, mp.workprec(_bits(digits)):
        yield


def truth(order: Sequence[Value], *, precision: int = 60) -> Truth:
    """The values of `order`, operands before users, and the derivatives of the last by each.

    With more digits, up to 300, if those of the value or of the gradient of a leaf do not suffice.
    """
    digits = precision
    while True:
        with working_precision(digits):
            found = _truth(order, digits)
        asked = [found.values[-1]]
        asked += [g for v, g in zip(order, found.adjoints) if v.op is None]
        if digits == MOST or all(map(found.known, asked)):
            return found
        digits = min(2 * digits, MOST)


def _truth(order: Sequence[Value], digits: int) -> Truth:
    index = {id(v): i for i, v in enumerate(order)}
    places = [[-1 if type(x) is float else index[id(x)] for x in v.operands] for v in order]
    values: list[Exact] = []
    operands: list[list[Exact]] = []
    notes: dict[str, None] = {}
    for v, at in zip(order, places):
        operands.append([values[j] if j >= 0 else of(x) for j, x in zip(at, v.operands)])  # type: ignore[arg-type]
        values.append(of(v.data) if v.op is None else _value(v.op, operands[-1], notes))
    adjoints: list[Exact | None] = [None] * len(order)
    adjoints[-1] = ONE
    for i in range(len(order) - 1, -1, -1):
        g, op = adjoints[i], order[i].op
        if op is None or g is None:
            continue
        for k, j in enumerate(places[i]):
            if j >= 0:
                c = _term(op, k, g, values[i], operands[i], notes)
                before = adjoints[j]
                adjoints[j] = c if before is None else added(before, c)
    return Truth(
        order, index, values, [NOTHING if g is None else g for g in adjoints], digits, tuple(notes)
    )


def _value(op: Op, at: list[Exact], notes: dict[str, None]) -> Exact:
    try:
        return applied(op, at)
    except Exception as error:
        notes[_note(op, error)] = None
        return UNKNOWN


def _term(  # noqa: PLR0917
    op: Op, k: int, g: Exact, y: Exact, at: list[Exact], notes: dict[str, None]
) -> Exact:
    """The product of the chain rule, in which 0·∞ is 0."""
    if op is ops.add or op is ops.sub:
        return negated(g) if k and op is ops.sub else g
    if g.number == ZERO and not g.loss:
        return g
    if op is ops.mul:
        return multiplied(g, at[1 - k])
    try:
        p = textbook(op, k)(y, *at)
    except Exception as error:
        notes[_note(op, error)] = None
        return UNKNOWN
    return multiplied(g, p if isinstance(p, Exact) else of(p))


def _note(op: Op, error: Exception) -> str:
    note = f"{op.name} cannot be computed with more digits ({error})"
    if isinstance(error, ArithmeticError):
        return note
    return f"{note}; write it with microgradlike's functions, such as sin(x) for math.sin(x)"
