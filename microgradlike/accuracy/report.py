"""Digits and its parts: the right digits of a graph's numbers, as a report."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from microgradlike.engine import Value

ALL = 16.0  # digits of a double
SHOWN = 8  # gradients in a text
LONGEST = 40  # characters of a number; an exponent may have hundreds of digits


@dataclass(frozen=True, slots=True)
class Accuracy:
    """One number: as `computed` in doubles, and the digits of it that are right.

    `exact` is mpmath's number, None if it is undecided or mpmath is not installed; then `right` is
    None too. `right` is 16.0 for the double nearest to the exact number, else the logarithm of the
    relative error, 0.0 to 16.0. `bound` has the digits that can be counted on without the exact
    number.

    >>> print(Accuracy(0.0, None, None, 3.0))
    undecided (0); can be counted on: 3.0
    """

    computed: float
    exact: Any
    right: float | None
    bound: float

    @property
    def counted(self) -> float:
        """The right digits, or those that can be counted on if the exact number is not known."""
        return self.bound if self.right is None else self.right

    def __str__(self) -> str:
        return f"{self.text(' of 16 digits')}; can be counted on: {self.bound:.1f}"

    def text(self, of: str = "") -> str:
        """The right digits, with both numbers if many are lost."""
        if self.right is None or self.exact is None:
            return f"undecided ({self.computed:.4g})"
        if self.right > 12:
            return f"{self.right:.1f}{of} right"
        digits = int(self.right) + 4
        exact = _short(self.exact, digits)
        return f"{self.right:.1f}{of} right ({self.computed:.{digits}g}, is {exact})"


@dataclass(frozen=True, slots=True)
class NodeAccuracy:
    """The digits of one node: its `value`, and its `gradient`, the derivative of the result by it.

    `share` is the part, 0 to 1, of the result's error that the node's own rounding causes.
    `gradient` is None if no path of derivatives leads to the result.
    """

    node: Value
    name: str
    value: Accuracy
    gradient: Accuracy | None
    share: float


@dataclass(frozen=True, slots=True)
class Loss:
    """The node where the digits of a quantity ("value" or "∂/∂x") were lost.

    `text` is its formula; its operands had `operands` right digits and it has `result`. A `share`
    of the error, from 0 to 1, began with `source`, the largest rounding.
    """

    quantity: str
    node: Value
    text: str
    operands: float
    result: float
    share: float
    source: str

    def __str__(self) -> str:
        return (
            f"lost at {self.text}: operands {self.operands:.1f} → {self.result:.1f};"
            f" comes from {self.source} ({100 * self.share:.0f} %)"
        )


@dataclass(frozen=True)
class Digits:
    """The result of `digits`: the right digits of a value and of its gradient.

    `value` and `gradients`, by name of leaf, are Accuracies; `nodes` has a NodeAccuracy per node in
    topological order; `lost` tells where digits were lost, `notes` what the figures rest on.
    `exact` is False if mpmath is not installed: then only bounds are known.
    """

    value: Accuracy
    gradients: dict[str, Accuracy]
    lost: tuple[Loss, ...]
    notes: tuple[str, ...]
    exact: bool = True
    _nodes: Callable[[], tuple[NodeAccuracy, ...]] = field(default=tuple, repr=False, compare=False)

    @cached_property
    def nodes(self) -> tuple[NodeAccuracy, ...]:
        """The NodeAccuracy of every node, operands before their users."""
        return self._nodes()

    @property
    def worst(self) -> float:
        """The fewest right digits of value and gradients; nan if one of them is undecided.

        Without mpmath, the fewest digits that can be counted on.
        """
        every = [self.value, *self.gradients.values()]
        if not self.exact:
            return min(x.bound for x in every)
        found = [x.right for x in every]
        return math.nan if None in found else min(x for x in found if x is not None)

    def __str__(self) -> str:
        gradients = [(" ".join(name.split()), x) for name, x in self.gradients.items()]
        shown = sorted(gradients, key=lambda item: item[1].counted)
        if self.exact:
            lines = [f"value   {self.value}"]
            lines += [f"∂/∂{name:<5}{x.text()}" for name, x in shown[:SHOWN]]
        else:
            rows = [("value   ", self.value), *((f"∂/∂{name:<5}", x) for name, x in shown[:SHOWN])]
            lines = [f"{n}{x.computed:.4g}; can be counted on: {x.bound:.1f}" for n, x in rows]
        if len(shown) > SHOWN:
            lines.append(f"{len(shown) - SHOWN} more gradients with at least as many digits")
        first = {id(loss.node): loss for loss in reversed(self.lost)}  # one per node
        lines += [str(loss) for loss in self.lost if first[id(loss.node)] is loss]
        return "\n".join([*lines, *self.notes[1:]])


def _short(x: Any, digits: int) -> str:
    """A number of any size, as `format` writes doubles."""
    near = float(x)
    if near == x or (near and math.isfinite(near)):
        return f"{near:.{digits}g}"
    text = str(x.context.nstr(x, digits))
    return text if len(text) < LONGEST else f"{text[:digits]}…e{'-' if abs(x) < 1 else '+'}…"
