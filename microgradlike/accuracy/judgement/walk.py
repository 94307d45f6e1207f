"""Walk: the way of an error, from a result down to the rounding that most of it is from.

Each step goes to the largest part: from a value to an operand; from an adjoint, the derivative of
the result by a node, to the adjoint of a user or to a value that the user's partial is made of. A
quantity is ("value", i) or ("adjoint", i), i the place of its node.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

from mpmath import libmp

from microgradlike import graph
from microgradlike.accuracy.report import ALL
from microgradlike.accuracy.truth.exact import UNKNOWN, Exact, applied, of, over
from microgradlike.accuracy.truth.multiprecision import mp, mpf, right_digits
from microgradlike.accuracy.truth.textbook import textbook
from microgradlike.accuracy.truth.truth import Truth
from microgradlike.engine import Value

LONGEST = 2000  # steps
SCALE = 2.0**200

Quantity = tuple[str, int]


class Stop(NamedTuple):
    """A quantity on the walk: right digits of the input that its error is from, and its own.

    It carries `share` of the error at the start.
    """

    quantity: Quantity
    share: float
    operands: float
    result: float

    @property
    def drop(self) -> float:
        """The digits lost here."""
        return self.operands - self.result


class Walk:
    """The errors of a graph's numbers, `adjoints` being the computed ones."""

    def __init__(self, found: Truth, adjoints: list[float]) -> None:
        self.found, self.adjoints = found, adjoints
        self.order, self.index = found.order, found.index
        self.users = graph.users(found.order[-1])

    def stops(self, q: Quantity) -> list[Stop]:
        """The walk from a quantity, itself included."""
        share, stops = 1.0, list[Stop]()
        while len(stops) < LONGEST:
            parts: dict[Quantity, Any] = {}
            for below, part in self.parts(q):
                parts[below] = parts.get(below, 0) + self.carried(q, below, part)
            largest = max(map(abs, parts.values()), default=mpf(0))
            own = abs(self.own(q))
            if not largest > own:
                least = min([ALL, *[self.digits(below) for below, part in parts.items() if part]])
                stops.append(Stop(q, share, least, self.digits(q)))
                break
            below = next(below for below, part in parts.items() if abs(part) == largest)
            stops.append(Stop(q, share, self.digits(below), self.digits(q)))
            if largest < mp.inf:
                share *= float(largest / (own + sum(map(abs, parts.values()))))
            q = below
        return stops

    def computed(self, q: Quantity) -> float:
        """The double."""
        return self.order[q[1]].data if q[0] == "value" else self.adjoints[q[1]]

    def exact(self, q: Quantity) -> Exact:
        """The exact number."""
        return (self.found.values if q[0] == "value" else self.found.adjoints)[q[1]]

    def digits(self, q: Quantity) -> float:
        """The right digits; those of a number that has underflown are counted as if it had not."""
        x, number = self.computed(q), self.exact(q).number
        if abs(x) < sys.float_info.min:
            x, number = x * SCALE, libmp.mpf_mul(number, libmp.from_float(SCALE))
        return right_digits(x, number)

    def own(self, q: Quantity) -> Any:
        """The error that the quantity would have with these inputs, were they exact."""
        v = self.order[q[1]]
        if q[0] == "value":
            y = value(v, computed_operands(v)).data
        else:
            y = mpf(0)
            for user, k in self.users[id(v)]:
                p = over(textbook(user.op, k), of(user.data), *computed_operands(user))
                y += mpf(self.adjoints[self.index[id(user)]]) * p.data
        error = mpf(self.computed(q)) - y
        return error if error == error else mpf(0)

    def parts(self, q: Quantity) -> Iterator[tuple[Quantity, Any]]:
        """The inputs of a quantity, with the error that each causes."""
        v = self.order[q[1]]
        if q[0] == "value":
            y = self.exact(q).data
            for x, at in self.replaced(v):
                yield x, value(v, at).data - y
            return
        for user, k in self.users[id(v)]:
            above, f = ("adjoint", self.index[id(user)]), textbook(user.op, k)
            g, y, at = self.exact(above), self.found.values[above[1]], self.found.operands(user)
            p = over(f, y, *at).data
            yield above, (mpf(self.computed(above)) - g.data) * p if p else mpf(0)
            for x, changed in self.replaced(user):
                yield x, (over(f, y, *changed).data - p) * g.data
            x = ("value", above[1])
            yield x, (over(f, of(user.data), *at).data - p) * g.data

    def term(self, user: Value, k: int) -> Any:
        """The term of an adjoint that a user contributes through its operand `k`."""
        j = self.index[id(user)]
        p = over(textbook(user.op, k), self.found.values[j], *self.found.operands(user))
        return self.found.adjoints[j].data * p.data

    def carried(self, q: Quantity, below: Quantity, error: Any) -> Any:
        """An error of `q`, infinite if that input has overflown or is at a pole."""
        infinite = not math.isfinite(self.computed(below))
        if error == error:
            return mp.inf if infinite else error
        infinite |= not math.isfinite(self.computed(q))
        moved = self.exact(below).data != self.computed(below)
        return mp.inf if infinite and moved else mpf(0)

    def replaced(self, v: Value) -> Iterator[tuple[Quantity, list[Exact]]]:
        """The exact operands of a node with one as computed, for each."""
        for x in dict.fromkeys(x for x in v.operands if isinstance(x, Value)):
            at = zip(v.operands, self.found.operands(v))
            yield ("value", self.index[id(x)]), [of(x.data) if z is x else a for z, a in at]


def computed_operands(v: Value) -> list[Exact]:
    """The operands of a node as doubles, exactly."""
    return [of(x.data if isinstance(x, Value) else x) for x in v.operands]


def value(v: Value, at: list[Exact]) -> Exact:
    """The exact value of a node with these operands; unknown for a leaf."""
    return over(lambda *at: applied(v.op, list(at)) if v.op is not None else UNKNOWN, *at)
