"""Digits in a scene: how many are right at each node, and the nodes where they were lost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from microgradlike.engine import Value
from viz.label import printable

if TYPE_CHECKING:
    from microgradlike.accuracy.report import Accuracy, Digits
    from viz.scene.scene import Scene, SceneEdge

LOST = "lost here"  # the flag of a node whose digits are fewer than those of its operands
LOSSES = 3  # sentences about them; others are counted
LONGEST = 160  # columns of a sentence


@dataclass(frozen=True, slots=True)
class NodeDigits:
    """Digits of a node's value and gradient, 0 to 16: nan if undecided, None without a gradient.

    `counted` are those that can be counted on without the exact number. Without mpmath,
    `at_least` is true, and `value` and `gradient` are these bounds themselves.

    >>> str(NodeDigits(16.0, math.nan, (15.3, 0.0))), str(NodeDigits(9.5, None, (9.5, None), True))
    ('16.0, ?', '≥9.5, –')
    """

    value: float
    gradient: float | None
    counted: tuple[float, float | None]
    at_least: bool = False

    @property
    def fewest(self) -> float:
        """The fewer of the two; nan if one is undecided."""
        return fewest([self.value, self.gradient]) or 0.0

    def __str__(self) -> str:
        return f"{self._written(self.value)}, {self._written(self.gradient)}"

    def _written(self, right: float | None) -> str:
        if right is None or math.isnan(right):
            return "–" if right is None else "?"
        return f"{'≥' if self.at_least else ''}{right:.1f}"


def fewest(numbers: Iterable[float | None]) -> float | None:
    """Find the least of the numbers that are there: nan if one is, None if there are none.

    >>> fewest([16.0, None, 2.0]), fewest([None]), fewest([3.0, math.nan])
    (2.0, None, nan)
    """
    there = [x for x in numbers if x is not None]
    return math.nan if any(map(math.isnan, there)) else min(there, default=None)


def together(members: Sequence[NodeDigits | None]) -> NodeDigits | None:
    """Give a box the fewest digits of its members; None if they have none."""
    there = [d for d in members if d is not None]
    if not there:
        return None
    value, gradient = fewest(d.value for d in there), fewest(d.gradient for d in there)
    counted = fewest(d.counted[0] for d in there), fewest(d.counted[1] for d in there)
    return NodeDigits(value or 0.0, gradient, (counted[0] or 0.0, counted[1]), there[0].at_least)


def with_digits(scene: Scene, order: Sequence[Value], report: Digits) -> Scene:
    """Add the digits of `report` to the scene of `order`: per node, at the losses, as notes."""
    ids = {id(v): f"n{i}" for i, v in enumerate(order, 1)}
    digits = {
        ids[id(n.node)]: NodeDigits(
            _right(n.value, report),
            None if n.gradient is None else _right(n.gradient, report),
            (n.value.bound, None if n.gradient is None else n.gradient.bound),
            not report.exact,
        )
        for n in report.nodes
    }
    losses = dict(reversed([(ids[id(loss.node)], str(loss)) for loss in report.lost]))  # the first
    nodes = [
        replace(n, digits=digits.get(n.id), flags=n.flags + (LOST,) * (n.id in losses))
        for n in scene.nodes
    ]
    edges = [replace(e, lost=_lost(e, digits)) if e.target in losses else e for e in scene.edges]
    return replace(
        scene,
        nodes=tuple(nodes),
        edges=tuple(edges),
        notes=(*scene.notes, *(line for note in report.notes for line in note.split("; "))),
        losses=tuple((node, printable(losses[node], LONGEST)) for node in reversed(losses)),
    )


def lines_of_losses(scene: Scene) -> list[str]:
    """Write the sentences on the losses in lines for a legend, the first few of them."""
    lines = [line for _, text in scene.losses[:LOSSES] for line in text.split("; ")]
    more = len(scene.losses) - LOSSES
    return [*lines, f"… and at {more:,} more nodes"] if more > 0 else lines


def _right(accuracy: Accuracy, report: Digits) -> float:
    right = accuracy.right if report.exact else accuracy.bound
    return math.nan if right is None else right


def _lost(edge: SceneEdge, digits: dict[str, NodeDigits]) -> str:
    """Write the digits before and after an edge into a loss, if it loses any of the value."""
    if edge.source not in digits:
        return ""
    before, after = digits[edge.source].value, digits[edge.target].value
    return f"{before:.1f} → {after:.1f}" if before - after >= 1 else ""
