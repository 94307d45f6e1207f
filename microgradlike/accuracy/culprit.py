"""Culprit: the node where the digits of a result were lost, and the rounding that the error is from.

The walk begins at the result and follows the largest part of its error down: from a value to the
operand that carries it, from an adjoint to a user's adjoint, or to a value that the partial uses. It
ends at the quantity whose own rounding is the largest part. Of all on the way, the culprit has the
fewest digits against its operands'.

A quantity is ("value", i) or ("adjoint", i), i the place of its node.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from mpmath import mp, mpf

from microgradlike import graph
from microgradlike.accuracy.exact import UNKNOWN, ZERO, Exact, applied, of, right_digits
from microgradlike.accuracy.names import formula
from microgradlike.accuracy.report import ALL, Accuracy, Loss
from microgradlike.accuracy.textbook import textbook
from microgradlike.accuracy.truth import ONE, Truth, working_precision
from microgradlike.engine import Value
from microgradlike.op import Number, inf

FEW = 12.0  # right digits below which a loss is reported
LEAST_SHARE = 0.1
LONGEST = 2000  # steps of a walk
MOST = 5  # gradients

Quantity = tuple[str, int]


class _Stop(NamedTuple):
    """A quantity on the walk: the part of the error that it carries, and digits before and after."""

    quantity: Quantity
    share: float
    operands: float
    result: float


class _Walk:
    def __init__(self, found: Truth, adjoints: list[float]) -> None:
        self.found, self.adjoints = found, adjoints
        self.order, self.index = found.order, found.index
        self.users = graph.users(found.order[-1])

    def computed(self, q: Quantity) -> float:
        return self.order[q[1]].data if q[0] == "value" else self.adjoints[q[1]]

    def exact(self, q: Quantity) -> Exact:
        return (self.found.values if q[0] == "value" else self.found.adjoints)[q[1]]

    def digits(self, q: Quantity) -> float:
        """The right digits, of a number that has underflown too."""
        x = self.exact(q).number
        if self.computed(q) == 0 and x != ZERO:
            return 0.0
        return right_digits(self.computed(q), x)

    def error(self, q: Quantity) -> Any:
        return mpf(self.computed(q)) - self.exact(q).data

    def stops(self, q: Quantity) -> list[_Stop]:
        """The walk from a quantity to the rounding that most of its error is from."""
        share, stops = 1.0, []
        while len(stops) < LONGEST:
            parts: dict[Quantity, Any] = {}
            for below, part in self.parts(q):
                parts[below] = parts.get(below, 0) + part
            least = min([ALL, *map(self.digits, parts)])
            stops.append(_Stop(q, share, least, self.digits(q)))
            own = abs(self.own(q))
            below = max(parts, key=lambda k: abs(parts[k]), default=None)
            if below is None or not abs(parts[below]) > own:
                break
            if mp.isfinite(parts[below]):
                share *= float(abs(parts[below]) / (own + sum(map(abs, parts.values()))))
            q = below
        return stops

    def at(self, v: Value) -> list[Exact]:
        return [
            of(x) if type(x) is float else self.found.values[self.index[id(x)]] for x in v.operands
        ]

    def computed_at(self, v: Value) -> list[Exact]:
        return [of(x if type(x) is float else x.data) for x in v.operands]

    def own(self, q: Quantity) -> Any:
        """The error that computed operands do not explain."""
        v = self.order[q[1]]
        if q[0] == "value":
            y = over(value_of(v), None, self.computed_at(v)).data
            return mpf(0) if y == v.data else mpf(v.data) - y
        total = mpf(0)
        for user, k in self.users[id(v)]:
            p = over(textbook(user.op, k), of(user.data), self.computed_at(user))
            total += mpf(self.adjoints[self.index[id(user)]]) * p.data
        return mpf(self.computed(q)) - total

    def parts(self, q: Quantity) -> Iterator[tuple[Quantity, Any]]:
        """The quantities that this one is computed from, with their parts of its error."""
        v = self.order[q[1]]
        if q[0] == "value":
            if v.op is not None:
                yield from self.moved(v, value_of(v), ONE)
            return
        for user, k in self.users[id(v)]:
            j, f, at = self.index[id(user)], textbook(user.op, k), self.at(user)
            g, p = self.exact(("adjoint", j)), over(f, self.found.values[j], at)
            error = self.error(("adjoint", j))
            yield ("adjoint", j), error * p.data if p.number != ZERO else mpf(0)
            yield from self.moved(user, f, g)
            yield ("value", j), (over(f, of(user.data), at).data - p.data) * g.data

    def moved(self, v: Value, f: Any, factor: Exact) -> Iterator[tuple[Quantity, Any]]:
        """The changes of f(y, operands) if one operand has its computed number."""
        y, at = self.found.values[self.index[id(v)]], self.at(v)
        before = over(f, y, at)
        for x in dict.fromkeys(x for x in v.operands if type(x) is not float):
            changed = [of(x.data) if z is x else a for z, a in zip(v.operands, at)]
            part = (over(f, y, changed).data - before.data) * factor.data
            if part != part:
                part = mpf(0 if math.isfinite(x.data) else inf)
            yield ("value", self.index[id(x)]), part


def value_of(v: Value) -> Callable[..., Number]:
    """The primitive of a node in the form of its partials."""
    return lambda y, *at: applied(v.op, list(at))


def over(f: Callable[..., Number], y: Exact | None, at: list[Exact]) -> Exact:
    """The number f(y, *at), unknown where a primitive fails."""
    try:
        found = f(y, *at)
    except Exception:
        return UNKNOWN
    return found if isinstance(found, Exact) else of(found)


def losses(
    found: Truth, adjoints: list[float], value: Accuracy, gradients: dict[str, Accuracy]
) -> tuple[Loss, ...]:
    """A Loss for the value and for each of the worst gradients, if they have few right digits."""
    few = [("value", ("value", len(found.order) - 1))] if _is_few(value) else []
    leaves = (i for i, v in enumerate(found.order) if v.op is None)
    places = dict(zip(gradients, leaves))  # gradients are in the order of the leaves
    worst = sorted((x for x in gradients.items() if _is_few(x[1])), key=lambda x: x[1].right)
    few += [(f"∂/∂{name}", ("adjoint", places[name])) for name, _ in worst[:MOST]]
    if not few:
        return ()
    with working_precision(found.digits):
        walk = _Walk(found, adjoints)
        return tuple(_loss(walk, quantity, q) for quantity, q in few)


def _is_few(x: Accuracy) -> bool:
    return x.right is not None and x.right < FEW


def _loss(walk: _Walk, quantity: str, start: Quantity) -> Loss:
    stops = walk.stops(start)
    heavy = [s for s in stops if s.share >= LEAST_SHARE]
    values = [s for s in heavy if s.quantity[0] == "value" and s.operands - s.result >= 2]
    culprit = max(values or heavy, key=lambda s: s.operands - s.result)
    last = stops[-1]
    node = walk.order[culprit.quantity[1]]
    own = last.quantity == culprit.quantity
    source = "its own rounding" if own else f"the rounding of {_text(walk, last.quantity)}"
    share = last.share
    return Loss(
        quantity,
        node,
        _text(walk, culprit.quantity),
        culprit.operands,
        culprit.result,
        share,
        source,
    )


def _text(walk: _Walk, q: Quantity) -> str:
    text = formula(walk.order[q[1]])
    return text if q[0] == "value" else f"the derivative by {text}"


def shares(found: Truth) -> list[float]:
    """The part of the result's error that each node's own rounding causes."""
    with working_precision(found.digits):
        parts = [_own_part(v, g) for v, g in zip(found.order, found.adjoints)]
        total = sum(parts)
        return [float(x / total) if total else 0.0 for x in parts]


def _own_part(v: Value, g: Exact) -> Any:
    if v.op is None or not math.isfinite(v.data):
        return mpf(0)
    try:
        y = applied(v.op, [of(x if type(x) is float else x.data) for x in v.operands])
    except Exception:
        return mpf(0)
    part = abs((mpf(v.data) - y.data) * g.data)
    return part if mp.isfinite(part) else mpf(0)
