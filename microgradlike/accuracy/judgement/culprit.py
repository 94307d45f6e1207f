"""Culprit: the node that lost the digits of a result, and the rounding that the error is from.

Of all quantities on the walk of the error, the culprit has the fewest digits against its inputs'.
For `1 - cos(x)` that is the difference, and the rounding is that of the cosine. Terms of an adjoint
that cancel are blamed on the node where their paths meet, as the difference in `f(x + 1) - f(x)`.
"""

from __future__ import annotations

import math
from typing import Any

from microgradlike.accuracy.judgement.names import formula
from microgradlike.accuracy.judgement.walk import (
    Quantity,
    Walk,
    computed_operands,
    value as value_of,
)
from microgradlike.accuracy.report import Accuracy, Loss
from microgradlike.accuracy.truth.exact import ZERO, Exact
from microgradlike.accuracy.truth.multiprecision import mp, mpf
from microgradlike.accuracy.truth.truth import Truth, working_precision
from microgradlike.engine import Value

FEW = 12.0  # right digits below which a loss is reported
LEAST_SHARE = 0.1  # of the error of a gradient
CLEAR = 2.0  # digits: so many lost in a value are the reason, even if an adjoint loses more
MOST = 5  # gradients


def losses(
    found: Truth, adjoints: list[float], value: Accuracy, gradients: dict[str, Accuracy]
) -> tuple[Loss, ...]:
    """A Loss for the value and for each of the worst gradients, if they have few right digits."""
    few = [(value, "value", ("value", len(found.order) - 1))]
    leaves = (i for i, v in enumerate(found.order) if v.op is None)
    few += [(x, f"∂/∂{name}", ("adjoint", i)) for (name, x), i in zip(gradients.items(), leaves)]
    few = [x for x in few if x[0].right is not None and x[0].right < FEW]
    if not few:
        return ()
    few = few[:1] + sorted(few[1:], key=lambda x: x[0].counted)[: MOST - 1]
    with working_precision(found.digits):
        walk = Walk(found, adjoints)
        return tuple(_loss(walk, quantity, q) for _, quantity, q in few)


def _loss(walk: Walk, quantity: str, start: Quantity) -> Loss:
    stops = walk.stops(start)
    heavy = stops if start[0] == "value" else [s for s in stops if s.share >= LEAST_SHARE]
    values = [s for s in heavy if s.quantity[0] == "value" and s.drop >= CLEAR]
    culprit, last = max(values or heavy, key=lambda s: s.drop), stops[-1]
    node = _blamed(walk, culprit.quantity)
    source, share = _event(walk, last.quantity, node), last.share
    if start[0] == "value" and math.isfinite(walk.computed(last.quantity)):
        roundings = shares(walk.found)
        share = max(roundings)
        if share:
            source = _event(walk, ("value", roundings.index(share)), node)
    if share < LEAST_SHARE:
        source = "many roundings, the largest being " + source
    return Loss(quantity, node, formula(node), culprit.operands, culprit.result, share, source)


def _event(walk: Walk, q: Quantity, blamed: Value) -> str:
    """The rounding, overflow or underflow of a quantity."""
    node, number = walk.order[q[1]], walk.computed(q)
    event = "rounding" if math.isfinite(number) else "overflow"
    if not number and walk.exact(q).number != ZERO:
        event = "underflow"
    if q[0] == "adjoint":
        return f"the {event} of ∂/∂({formula(node)})"
    return f"its own {event}" if node is blamed else f"the {event} of {formula(node)}"


def _blamed(walk: Walk, q: Quantity) -> Value:
    """The node of a value; of an adjoint, the user whose term is largest.

    If another large term has the other sign, it is the node where the paths of the two meet.
    """
    users = walk.users[id(walk.order[q[1]])]
    if q[0] == "value" or not users:
        return walk.order[q[1]]
    terms = sorted((walk.term(*user), walk.index[id(user[0])]) for user in users)
    (low, a), (high, b) = terms[0], terms[-1]
    if not low < 0 < high or a == b:
        return walk.order[a if abs(low) > abs(high) else b]
    above = [{id(v)} for v in (walk.order[a], walk.order[b])]  # the users of either, and theirs
    later = iter(walk.order[min(a, b) :])
    while True:
        v = next(later)
        for nodes in above:
            if any(id(x) in nodes for x in v.operands):
                nodes.add(id(v))
        if all(id(v) in nodes for nodes in above):
            return v


def shares(found: Truth) -> list[float]:
    """The part of the result's error that each node's own rounding causes."""
    with working_precision(found.digits):
        parts = [_own_part(v, g) for v, g in zip(found.order, found.adjoints)]
        total = sum(parts)
        return [float(x / total) if total else 0.0 for x in parts]


def _own_part(v: Value, g: Exact) -> Any:
    if v.op is None or not math.isfinite(v.data):
        return mpf(0)
    part = abs((mpf(v.data) - value_of(v, computed_operands(v)).data) * g.data)
    return part if mp.isfinite(part) else mpf(0)
