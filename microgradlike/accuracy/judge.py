"""Judgement of a graph: its computed numbers against the exact ones."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

from microgradlike import graph
from microgradlike.accuracy.names import named
from microgradlike.accuracy.report import Accuracy, Digits, NodeAccuracy
from microgradlike.engine import Value, backpropagate, passes, settle_backward
from microgradlike.indeterminate_form import absorbed, active_policy, collect

EXACT_INPUTS = "inputs and constants count as exact"
NO_MPMATH = "only bounds: right digits need mpmath, pip install 'microgradlike[digits]'"
UNDECIDED = (
    "undecided: the exact number is below every digit computed, 0, or at a jump or pole; so the"
    " digits that are right are not known"
)


def judged(y: Value, precision: int) -> Digits:
    """The report on the graph of `y`."""
    order = graph.topological(y)
    with collect(active_policy()) as products:
        adjoints = computed_adjoints(order)
    names = named(order)
    if importlib.util.find_spec("mpmath") is None:
        return _bounded(order, adjoints, names)
    from microgradlike.accuracy.culprit import losses, shares
    from microgradlike.accuracy.truth import truth

    found = truth(order, precision=precision)
    value = accuracy(order[-1].data, found.values[-1], found, 16.0)
    leaves = [(i, v) for i, v in enumerate(order) if v.op is None and found.adjoints[i] is not None]
    gradients = {names[i]: accuracy(adjoints[i], found.adjoints[i], found, 16.0) for i, v in leaves}
    notes = [EXACT_INPUTS, *found.notes, *products]
    if None in [value.right, *(x.right for x in gradients.values())]:
        notes.append(UNDECIDED)
    lost = losses(order, adjoints, found, value, gradients, names)

    def nodes() -> tuple[NodeAccuracy, ...]:
        parts = shares(order, found)
        return tuple(
            NodeAccuracy(
                v,
                names[i],
                accuracy(v.data, found.values[i], found, 16.0),
                accuracy(adjoints[i], found.adjoints[i], found, 16.0)
                if found.adjoints[i] is not None
                else None,
                parts[i],
            )
            for i, v in enumerate(order)
        )

    return Digits(value, gradients, lost, tuple(notes), True, nodes)


def _bounded(order: Sequence[Value], adjoints: list[float], names: list[str]) -> Digits:
    value = Accuracy(order[-1].data, None, None, 16.0)
    gradients = {
        names[i]: Accuracy(adjoints[i], None, None, 16.0)
        for i, v in enumerate(order)
        if v.op is None
    }
    return Digits(value, gradients, (), (EXACT_INPUTS, NO_MPMATH), False)


def accuracy(computed: float, x: Any, found: Any, bound: float) -> Accuracy:
    """The Accuracy of a double whose exact number is `x`, undecided if that is not known."""
    from microgradlike.accuracy.exact import right_digits

    if not found.known(x):
        return Accuracy(computed, None, None, bound)
    return Accuracy(computed, x.data, right_digits(computed, x.number), bound)


def computed_adjoints(order: Sequence[Value]) -> list[float]:
    """The derivative of the last node by each, to the bit as backward() computes it.

    No `.grad` changes.

    >>> x = Value(3.0); y = x * x
    >>> computed_adjoints([x, y]), x.grad
    ([6.0, 1.0], 0.0)
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
