"""Judgement of a graph: its computed numbers against the exact ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from microgradlike import graph
from microgradlike.accuracy.judgement.bound import Bounds, bounds, counted_on
from microgradlike.accuracy.judgement.names import named
from microgradlike.accuracy.report import Accuracy, Digits, NodeAccuracy
from microgradlike.compile.collector import collector_paused
from microgradlike.engine import Value, backpropagate, passes, settle_backward, staleness
from microgradlike.indeterminate_form import absorbed, active_policy, collect
from microgradlike.op import TABLE

if TYPE_CHECKING:
    from microgradlike.accuracy.truth.truth import Truth

EXACT_INPUTS = "inputs and constants count as exact"
NO_MPMATH = "only bounds: right digits need mpmath, pip install 'microgradlike[digits]'"
UNDECIDED = (
    "undecided: outside a domain or at a pole, or 300 digits do not tell a number from 0 or a jump"
)
USERS = "values of {} count as right to 2 ulp, its partials as right; check_gradients tests them"
NOT_FINITE = "some numbers are not finite: diagnose(y) finds the first"


@dataclass(frozen=True, slots=True)
class _Judge:
    """Nodes in order with the derivatives of the last one as computed, bounds, names, the truth."""

    order: Sequence[Value]
    adjoints: list[float]
    limits: Bounds
    names: list[str]
    found: Truth | None  # None without mpmath

    def value(self, i: int) -> Accuracy:
        x, found = self.order[i].data, self.found
        counted = counted_on(self.limits.value[i], x)
        if found is None:
            return Accuracy(x, None, None, counted)
        return found.accuracy(x, found.values[i], counted)

    def gradient(self, i: int) -> Accuracy:
        x, found = self.adjoints[i], self.found
        counted = counted_on(self.limits.gradient[i], x)
        if found is None:
            return Accuracy(x, None, None, counted)
        return found.accuracy(x, found.adjoints[i], counted)

    def nodes(self) -> tuple[NodeAccuracy, ...]:
        parts = [0.0] * len(self.order)
        if self.found is not None:
            from microgradlike.accuracy.judgement.culprit import shares

            parts = shares(self.found)
        return tuple(
            NodeAccuracy(v, self.names[i], self.value(i), self.gradient(i), parts[i])
            for i, v in enumerate(self.order)
        )


@collector_paused()
def judged(y: Value, precision: int) -> Digits:
    """The report on the graph of `y`."""
    order = graph.topological(y)
    if (stale := staleness(y, order)) is not None:
        raise ValueError(stale[1])
    with collect(active_policy()) as products:
        adjoints = computed_adjoints(order)
    found = _truth_if_installed(order, precision)
    judge = _Judge(order, adjoints, bounds(order, y), named(order), found)
    value = judge.value(len(order) - 1)
    gradients = {judge.names[i]: judge.gradient(i) for i, v in enumerate(order) if v.op is None}
    notes = [EXACT_INPUTS, *products]
    if not all(math.isfinite(v.data) for v in order):
        notes.append(NOT_FINITE)
    users = {v.op.name: v.op for v in order if v.op is not None}
    notes += [USERS.format(name) for name, op in users.items() if TABLE.get(name) is not op]
    if found is None:
        return Digits(value, gradients, (), (*notes, NO_MPMATH), False, judge.nodes)
    from microgradlike.accuracy.judgement.culprit import losses
    from microgradlike.accuracy.judgement.kinks import flips

    if not found.notes and any(x.right is None for x in (value, *gradients.values())):
        notes.append(UNDECIDED)
    notes += [*found.notes, *flips(found)]
    lost = losses(found, adjoints, value, gradients)
    return Digits(value, gradients, lost, tuple(notes), True, judge.nodes)


def _truth_if_installed(order: Sequence[Value], precision: int) -> Truth | None:
    try:
        from microgradlike.accuracy.truth.truth import truth
    except ModuleNotFoundError as error:
        if error.name != "mpmath":
            raise
        return None
    return truth(order, precision=precision)


def computed_adjoints(order: Sequence[Value]) -> list[float]:
    """The derivative of the last node by each, to the bit as backward() computes it.

    No `.grad` changes.
    """
    root = order[-1]
    interior = [v for v in order if v.op is not None]
    with passes:
        before = [v._grad for v in order]
        try:
            for v in order:
                v._grad = -0.0
            root._grad = 1.0
            mark = absorbed.latest
            backpropagate(interior)
            if absorbed.latest is not mark:
                leaves = [v for v in order if v.op is None]
                settle_backward(interior, leaves, [(root, 1.0)])
            return [0.0 + v._grad for v in order]
        finally:
            for v, grad in zip(order, before):
                v._grad = grad
