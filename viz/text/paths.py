"""Paths: the ways from nodes to a result, counted and summed, with the greatest listed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from microgradlike.engine import Value, local_derivatives
from microgradlike.freeing import free_in_turn
from microgradlike.graph import node_operands, topological
from microgradlike.ops import mul_no_nan


@dataclass(frozen=True, slots=True)
class Step:
    """A step from operand number `position` of `user` up to `user`; `local` is the derivative."""

    user: Value
    position: int
    local: float


@dataclass(frozen=True, slots=True)
class Path:
    """A way from a node up to the root: its first `step`, then `above`; both None at the root.

    `product` is the product of its local derivatives, multiplied from the root down, as in
    `backward`.
    """

    product: float
    step: Step | None = None
    above: Path | None = None

    def steps(self) -> Iterator[Step]:
        """Yield the steps, the one nearest to the node first."""
        path: Path | None = self
        while path is not None and path.step is not None:
            yield path.step
            path = path.above


free_in_turn(Path, "step", "above")

SMALLEST = math.ulp(0.0)  # the smallest double: a product below the normal doubles is off by that


@dataclass(slots=True)
class Paths:
    """All paths from the root to one node: their `count`, the `greatest` and the sum of the `rest`.

    `magnitude` is the sum of the absolute products, which bounds the rounding errors; `underflow`
    bounds what products below the normal doubles lose, made larger by the steps after them.
    """

    count: int = 0
    greatest: list[Path] = field(default_factory=list)
    rest: float = 0.0
    magnitude: float = 0.0
    underflow: float = 0.0

    @property
    def total(self) -> float:
        """The sum over all paths: the derivative of the root with respect to the node."""
        return sum([path.product for path in self.greatest]) + self.rest

    def extend(self, above: Paths, step: Step) -> None:
        """Add the paths of the step's user, each one step longer."""
        local = step.local
        for path in above.greatest:
            self.greatest.append(Path(mul_no_nan(path.product, local), step, path))
        if above.count > len(above.greatest):
            self.rest += mul_no_nan(above.rest, local)
        self.count += above.count
        self.magnitude += mul_no_nan(above.magnitude, abs(local))
        self.underflow += mul_no_nan(above.underflow, abs(local)) + SMALLEST

    def prune(self, limit: int) -> None:
        """Keep the `limit` greatest, and add the others to the rest."""
        self.greatest.sort(key=_sort_key, reverse=True)
        self.rest += sum([path.product for path in self.greatest[limit:]])
        del self.greatest[limit:]


def all_paths(root: Value, wanted: list[Value], *, limit: int) -> dict[int, Paths]:
    """Find the paths from each wanted node to the root, by id(); at most `limit` are listed.

    It takes one pass from the root down, whatever the number of paths.

    >>> x = y = Value(1.0)
    >>> for _ in range(100): y = y + y
    >>> paths = all_paths(y, [x], limit=3)[id(x)]
    >>> paths.count == 2 ** 100, len(paths.greatest), f"{paths.total:.5e}"
    (True, 3, '1.26765e+30')
    """
    order = topological(root)
    targets = {id(v) for v in wanted}
    ancestors = _ancestors(targets, order)
    table: dict[int, Paths] = {id(root): Paths(1, [Path(1.0)], 0.0, 1.0)}
    for v in reversed(order):
        paths = table.get(id(v))
        if paths is None:
            continue
        paths.prune(limit)
        partials = local_derivatives(v)
        for position, x in node_operands(v):
            if id(x) in ancestors:
                below = table.setdefault(id(x), Paths())
                below.extend(paths, Step(v, position, float(partials[position] or 0.0)))
                if len(below.greatest) > 8 * limit:  # a node with many users
                    below.prune(limit)
        if id(v) not in targets:
            del table[id(v)]
    return table


def _ancestors(targets: set[int], order: list[Value]) -> set[int]:
    """Collect the ids of the nodes that depend on a target, the targets included."""
    found: set[int] = set()
    for v in order:
        if id(v) in targets or any(id(x) in found for _, x in node_operands(v)):
            found.add(id(v))
    return found


def _sort_key(path: Path) -> tuple[bool, float]:
    # paths of nan come first: they make the sum nan
    size = abs(path.product)
    return (True, 0.0) if math.isnan(size) else (False, size)
