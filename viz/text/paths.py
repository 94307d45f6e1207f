"""Every path through a graph, summed: counted exactly, the greatest listed, never enumerated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from microgradlike.engine import Value, local_derivatives
from microgradlike.graph import node_operands, topological
from microgradlike.ops import mul_no_nan


@dataclass(frozen=True, slots=True)
class Step:
    """From a node to `user`, whose operand number `position` it is; `local` is d(user)/d(node)."""

    user: Value
    position: int
    local: float


@dataclass(frozen=True, slots=True)
class Path:
    """A way from a node up to the root: its first `step`, then `above`; both None at the root.

    `product` is that of its local derivatives, multiplied from the root down as `backward` does.
    """

    product: float
    step: Step | None = None
    above: Path | None = None

    def steps(self) -> Iterator[Step]:
        """The steps, the one nearest to the node first."""
        path: Path | None = self
        while path is not None and path.step is not None:
            yield path.step
            path = path.above


@dataclass(slots=True)
class Paths:
    """All paths from the root to one node: their `count`, the `greatest` and the sum of the `rest`.

    `size` is the sum of the absolute products, by which rounding errors are judged.
    """

    count: int = 0
    greatest: list[Path] = field(default_factory=list)
    rest: float = 0.0
    size: float = 0.0

    @property
    def total(self) -> float:
        """The sum over all paths: the derivative of the root by the node."""
        return sum([path.product for path in self.greatest]) + self.rest

    def extend(self, above: Paths, step: Step) -> None:
        """Add the paths that the step's user has, each longer by the step."""
        local = step.local
        for path in above.greatest:
            self.greatest.append(Path(mul_no_nan(path.product, local), step, path))
        if above.count > len(above.greatest):
            self.rest += mul_no_nan(above.rest, local)
        self.count += above.count
        self.size += mul_no_nan(above.size, abs(local))

    def prune(self, limit: int) -> None:
        """Keep the `limit` greatest; the others go into the rest."""
        self.greatest.sort(key=_greatness, reverse=True)
        self.rest += sum([path.product for path in self.greatest[limit:]])
        del self.greatest[limit:]


def all_paths(root: Value, wanted: list[Value], *, limit: int) -> dict[int, Paths]:
    """By id of each wanted node: the paths that lead to it, at most `limit` of them listed.

    One pass from the root down, whatever the number of paths.

    >>> x = y = Value(1.0)
    >>> for _ in range(100): y = y + y
    >>> paths = all_paths(y, [x], limit=3)[id(x)]
    >>> paths.count == 2 ** 100, len(paths.greatest), f"{paths.total:.5e}"
    (True, 3, '1.26765e+30')
    """
    order = topological(root)
    targets = {id(v) for v in wanted}
    leading = _leading_to(targets, order)
    table: dict[int, Paths] = {id(root): Paths(1, [Path(1.0)], 0.0, 1.0)}
    for v in reversed(order):
        paths = table.get(id(v))
        if paths is None:
            continue
        paths.prune(limit)
        partials = local_derivatives(v)
        for position, x in node_operands(v):
            if id(x) in leading:
                below = table.setdefault(id(x), Paths())
                below.extend(paths, Step(v, position, float(partials[position] or 0.0)))
                if len(below.greatest) > 8 * limit:  # a node with many users
                    below.prune(limit)
        if id(v) not in targets:
            del table[id(v)]
    return table


def _leading_to(targets: set[int], order: list[Value]) -> set[int]:
    """The ids of the nodes that depend on a target, the targets included."""
    leading: set[int] = set()
    for v in order:
        if id(v) in targets or any(id(x) in leading for _, x in node_operands(v)):
            leading.add(id(v))
    return leading


def _greatness(path: Path) -> tuple[bool, Any]:
    size = abs(path.product)
    return size != size, size if size == size else 0.0  # what is nan hides all else: first
