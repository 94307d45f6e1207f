"""Few digits: the report on a graph of which few digits are right, and sentences on it."""

from __future__ import annotations

import math

from microgradlike.accuracy.bound import bounds, counted_on
from microgradlike.accuracy.digits import digits
from microgradlike.accuracy.judge import computed_adjoints
from microgradlike.accuracy.report import Accuracy, Digits
from microgradlike.engine import Value
from microgradlike.graph import topological
from microgradlike.indeterminate_form import active_policy, collect

FEW = 4.0  # digits of 16; fewer are worth a sentence
MOST = 40_000  # nodes: the digits of a larger graph take seconds


def few_digits(y: Value) -> Digits | None:
    """The digits of `y`, if fewer than 4 of its value or of a gradient are right, else None.

    The bound in doubles, which costs a few backward passes, clears most graphs; mpmath decides on
    the others. Graphs of more than 40,000 nodes are left out, and those with a number that is not
    finite.

    >>> x = Value(0.5, "x")
    >>> few_digits(x * x)
    """
    order = topological(y)
    if len(order) > MOST:
        return None
    with collect(active_policy()):
        adjoints = computed_adjoints(order)
    if not all(map(math.isfinite, (*[v.data for v in order], *adjoints))):
        return None
    found = bounds(order, y)
    leaves = [(found.gradient[i], adjoints[i]) for i, v in enumerate(order) if v.op is None]
    if all(counted_on(*pair) >= FEW for pair in [(found.value[-1], y.data), *leaves]):
        return None
    report = digits(y)
    return report if losing(report) else None


def losing(report: Digits) -> list[tuple[str, Accuracy]]:
    """The value and gradients with few digits, by name: "value" or "∂/∂x"; the fewest first."""
    every = [("value", report.value), *((f"∂/∂{x}", g) for x, g in report.gradients.items())]
    few = [(name, x) for name, x in every if not x.counted >= FEW]
    return sorted(few, key=lambda pair: pair[1].counted)


def sentence(report: Digits, quantity: str, accuracy: Accuracy, called: str) -> str:
    """A sentence on one number, which the reader knows by the name `called`.

    >>> x = Value(1e-8, "x"); report = digits((x + 1) - 1)
    >>> sentence(report, "value", report.value, "y")
    '8.2 of 16 digits of y are right; lost at x + 1 - 1'
    """
    lost = [f"; lost at {loss.text}" for loss in report.lost if loss.quantity == quantity]
    if accuracy.right is not None:
        text = f"{accuracy.right:.1f} of 16 digits of {called} are right"
    else:
        state = "undecided" if report.exact else "not known without mpmath"
        text = f"the right digits of {called} are {state}; can be counted on: {accuracy.bound:.1f}"
    return text + "".join(lost[:1])
