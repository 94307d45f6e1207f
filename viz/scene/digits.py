"""Digits in a scene: how many are right at each node, and the nodes where they were lost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from microgradlike.engine import Value
from viz.label import printable

if TYPE_CHECKING:
    from microgradlike.accuracy.report import Accuracy, Digits, NodeAccuracy
    from viz.scene.scene import Scene, SceneEdge

LOST = "lost here"  # the flag of a node whose digits are fewer than those of its operands
LOSSES = 3  # sentences about them in a legend; others are counted
LISTED = 5  # gradients with fewer digits than MANY
MANY = 12.0
LONGEST = 160  # columns of a sentence


@dataclass(frozen=True, slots=True)
class NodeDigits:
    """Digits of a node's value and gradient, 0 to 16: nan if undecided, None without a gradient.

    `texts` tell of each in words, with the exact number where digits are lost. Without mpmath,
    `at_least` is true, and `value` and `gradient` are the digits that can be counted on.

    >>> str(NodeDigits(16.0, math.nan)), str(NodeDigits(9.5, None, at_least=True))
    ('16.0, ?', '≥9.5, –')
    """

    value: float
    gradient: float | None
    texts: tuple[str, str] = ("", "")
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
    return NodeDigits(value or 0.0, gradient, at_least=there[0].at_least)


def with_digits(scene: Scene, order: Sequence[Value], report: Digits) -> Scene:
    """Add the digits of `report` to the scene of `order`: per node, at the losses, in words."""
    ids = {id(v): f"n{i}" for i, v in enumerate(order, 1)}
    digits = {ids[id(n.node)]: _node_digits(n, report) for n in report.nodes}
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
        numbers=_numbers(scene, report, digits, ids),
    )


def _numbers(
    scene: Scene, report: Digits, digits: Mapping[str, NodeDigits], ids: Mapping[int, str]
) -> tuple[tuple[str, str], ...]:
    names = {n.id: n.name for n in scene.nodes}
    leaves = [(ids[id(n.node)], n.gradient) for n in report.nodes if n.node.op is None]
    ends = sorted([(g.counted, i) for i, g in leaves if g is not None], key=lambda end: end[0])
    shown = [i for right, i in ends if right < MANY][:LISTED] or [i for _, i in ends[:1]]
    numbers = [("value", digits[scene.root].texts[0])]
    numbers += [(f"∂/∂{printable(names[i], LONGEST)}", digits[i].texts[1]) for i in shown]
    if len(ends) > len(shown):
        numbers.append(("…", "the other gradients have no fewer digits"))
    return tuple(numbers)


def legend_lines(scene: Scene) -> list[str]:
    """Write the numbers and losses in lines for a legend, the first few of each."""
    lines = [f"{name}: {text}" for name, text in scene.numbers[:LOSSES]]
    lines += [line for _, text in scene.losses[:LOSSES] for line in text.split("; ")]
    more = len(scene.losses) - LOSSES
    return [*lines, f"… and at {more:,} more nodes"] if more > 0 else lines


def _node_digits(n: NodeAccuracy, report: Digits) -> NodeDigits:
    value, value_text = _right(n.value, report)
    gradient, text = (None, "") if n.gradient is None else _right(n.gradient, report)
    return NodeDigits(value, gradient, (value_text, text), not report.exact)


def _right(x: Accuracy, report: Digits) -> tuple[float, str]:
    if not report.exact:
        return x.bound, f"{x.computed:.4g}; can be counted on: {x.bound:.1f} of 16 digits"
    return (math.nan, str(x)) if x.right is None else (x.right, x.text(" of 16 digits"))


def _lost(edge: SceneEdge, digits: dict[str, NodeDigits]) -> str:
    """Write the digits before and after an edge into a loss, if it loses any of the value."""
    if edge.source not in digits:
        return ""
    before, after = digits[edge.source].value, digits[edge.target].value
    return f"{before:.1f} → {after:.1f}" if before - after >= 1 else ""
