"""Few digits: the numbers of a graph of which few digits are right, and sentences on them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from microgradlike.accuracy.digits import digits
from microgradlike.accuracy.judgement.bound import bounds, counted_on
from microgradlike.accuracy.judgement.judge import computed_adjoints
from microgradlike.accuracy.report import Accuracy, Loss
from microgradlike.engine import Value
from microgradlike.graph import topological
from microgradlike.indeterminate_form import active_policy, collect

FEW = 4.0  # digits of 16; fewer are worth a sentence
MOST = 40_000  # nodes: the digits of a larger graph take seconds
NEARBY = 2.0**-50  # relative: a leaf that is 4 units in the last place off


@dataclass(frozen=True, slots=True)
class Few:
    """A number with few right digits: the value of node `of`, or the derivative by the leaf `of`.

    `loss` tells where the digits were lost, if that is known; `exact` is False without mpmath.
    """

    quantity: str
    of: Value
    accuracy: Accuracy
    loss: Loss | None
    exact: bool

    def sentence(self, called: str) -> str:
        """A sentence on the number, which the reader knows by the name `called`.

        >>> x = Value(1e-8, "x")
        >>> few_digits((1 - x.cos()) / (x * x))[0].sentence("y")
        '0.0 of 16 digits of y are right; lost at 1 - cos(x)'
        """
        right, lost = (
            self.accuracy.right,
            "" if self.loss is None else f"; lost at {self.loss.text}",
        )
        if right is not None:
            return f"{right:.1f} of 16 digits of {called} are right{lost}"
        state = "undecided" if self.exact else "not known without mpmath"
        sure = f"can be counted on: {self.accuracy.bound:.1f}"
        return f"the right digits of {called} are {state}; {sure}{lost}"


def few_digits(y: Value) -> list[Few]:
    """The value of `y` and the gradients with fewer than 4 right digits, the fewest first.

    An error that leaves which are 4 units in the last place off explain does not count: at the
    minimum of a loss, the gradient is 0 but for rounding, in every formula. The bound in doubles,
    which costs a few backward passes, clears most graphs; mpmath decides on the others. Graphs of
    more than 40,000 nodes are left out, and those with a number that is not finite.

    >>> y = (Value(0.1, "w") * 3 - 0.3) ** 2
    >>> digits(y).worst, few_digits(y)
    (0.0, [])
    """
    order = topological(y)
    if len(order) > MOST or _cleared(order):
        return []
    numbers = _numbers(order)
    few = [i for i, x in enumerate(numbers) if not x.accuracy.counted >= FEW]
    for signs in ((1, 1), (1, -1)):
        if few:
            try:
                near = _numbers(_moved(order, signs))
            except Exception:  # a primitive of the user's that is known at one point alone
                return []
            few = [i for i in few if not _explained(numbers[i].accuracy, near[i].accuracy.exact)]
    return sorted([numbers[i] for i in few], key=lambda x: x.accuracy.counted)


def _cleared(order: Sequence[Value]) -> bool:
    """Tell if the bound promises enough digits, or a number is not finite."""
    with collect(active_policy()):
        adjoints = computed_adjoints(order)
    if not all(map(math.isfinite, (*[v.data for v in order], *adjoints))):
        return True
    found = bounds(order, order[-1])
    leaves = [(found.gradient[i], adjoints[i]) for i, v in enumerate(order) if v.op is None]
    pairs = [(found.value[-1], order[-1].data), *leaves]
    return all(counted_on(*pair) >= FEW for pair in pairs)


def _numbers(order: Sequence[Value]) -> list[Few]:
    """The value of the last node and its gradients, in the order of the leaves."""
    report = digits(order[-1])
    named = [("value", order[-1], report.value)]
    leaves = [v for v in order if v.op is None]
    named += [(f"∂/∂{x}", v, g) for v, (x, g) in zip(leaves, report.gradients.items(), strict=True)]
    losses = {loss.quantity: loss for loss in reversed(report.lost)}
    return [Few(*each, losses.get(each[0]), report.exact) for each in named]


def _moved(order: Sequence[Value], signs: Sequence[int]) -> list[Value]:
    """The graph computed again, with leaves that are off by turns in the direction of `signs`."""
    made: dict[int, Value] = {}
    turns = cycle(signs)
    for v in order:
        if v.op is None:
            made[id(v)] = Value(v.data * (1 + next(turns) * NEARBY))
        else:
            operands: list[Any] = [made.get(id(x), x) for x in v.operands]
            made[id(v)] = v.op(*operands)
    return list(made.values())


def _explained(found: Accuracy, near: object) -> bool:
    """Tell if the error is no larger than the change of the exact number to the one nearby."""
    if found.exact is None or near is None:
        return False
    return bool(abs(found.exact - found.computed) <= abs(found.exact - near))
