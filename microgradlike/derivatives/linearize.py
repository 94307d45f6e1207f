"""Linearization: a function called once on fresh nodes, and the derivatives of what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from microgradlike.context import active_run, active_trace
from microgradlike.derivatives.dual import Dual, split
from microgradlike.derivatives.linear_map import LinearMap
from microgradlike.derivatives.pytree import Pytree
from microgradlike.derivatives.traversal import order_of_run, pulled
from microgradlike.engine import Value, begin_run
from microgradlike.graph import topological
from microgradlike.scalar import Scalar


class Linearization:
    """`f` called with a fresh node in the place of every number of `tree`: `outputs` is its result.

    Fresh nodes are what keeps nested derivatives apart: nothing that was there before depends on
    them. Derivatives are plain numbers if the result depends on plain numbers only, and otherwise
    Values (or Duals of Values), through which an outer derivative goes on.

    >>> run = Linearization(lambda x: x * x, Pytree(3.0, "x"))
    >>> run.values(), run.jacobian(run.outputs.leaves)
    ([9.0], [[6.0]])
    """

    def __init__(self, f: Callable[[Any], Any], tree: Pytree) -> None:
        self.nodes: list[Any] = []
        self._values_went_in = False
        self._graph: tuple[list[Any], bool] | None = None
        self._number = begin_run()
        fresh = [self._fresh(x) for x in tree.leaves]
        outermost = active_run.get() is None
        if outermost:
            active_run.set(self._number)
        try:
            self.outputs = Pytree(f(tree.argument(fresh)), "the result of the function")
        finally:
            if outermost:
                active_run.set(None)
        self._graph = self._order(self.outputs.leaves)

    def _fresh(self, x: Any) -> Any:
        if isinstance(x, Dual):
            return Dual(self._fresh(x.primal), x.tangent, x.tag)
        trace = active_trace.get()
        if trace is not None:
            node = trace.fresh_copy(x)
        elif isinstance(x, Scalar):
            self._values_went_in = True
            node = x * 1.0  # the same number, as a node of its own
        else:
            node = Value(x)
        self.nodes.append(node)
        return node

    def values(self) -> list[Any]:
        """The results in a row, as plain numbers where their derivatives are."""
        return _settled(self.outputs.leaves, self._order(self.outputs.leaves)[1])

    def vjp(self, ys: Sequence[Any], upstream: Sequence[Any]) -> list[Any]:
        """The sum of upstream · dy/d(number) over all y, for every number that went in: reverse."""
        order, plain = self._order(ys)
        pairs = [(y, u) for y, u in zip(ys, upstream) if type(y) is not float]
        if plain and all(isinstance(y, Value) and type(u) is float for y, u in pairs):
            return pulled(order, pairs, self.nodes)  # the same, 4x faster
        linear = LinearMap(order, self.nodes, at=_data if plain else None)
        values_come_in = any(True for u in upstream for _ in _nodes(u))
        row = _pulled(linear, pairs)
        return self._finished(row, plain and not values_come_in)

    def jacobian(self, ys: Sequence[Any]) -> list[list[Any]]:
        """A row dy/d(number) for every y.

        In reverse, row by row, where there are fewer rows, and else forward, column by column.
        """
        order, plain = self._order(ys)
        linear = LinearMap(order, self.nodes, at=_data if plain else None)
        n = len(self.nodes)
        if len(ys) == 1 or len(ys) < n:
            rows = [_pulled(linear, [(y, 1.0)]) for y in ys]
        else:
            units = ([1.0 if i == j else None for i in range(n)] for j in range(n))
            wanted = [v for y in ys for v in _nodes(y)]
            columns = [dict(zip(map(id, wanted), linear.jvp(unit, wanted))) for unit in units]
            rows = [[_by_part(y, column) for column in columns] for y in ys]
        return [self._finished(row, plain) for row in rows]

    def graph_gradient(self, y: Any) -> list[Any]:
        """The gradient of y as a graph over the fresh nodes, for a `jacobian` or `pull` of it."""
        order, _ = self._order([y])
        return _pulled(LinearMap(order, self.nodes), [(y, 1.0)])

    def _order(self, ys: Sequence[Any]) -> tuple[list[Any], bool]:
        """The graph of some results above the fresh nodes, and whether no other Value is in it."""
        if self._graph is not None and ys is self.outputs.leaves:
            return self._graph
        order, clean = young(ys, self._number, self.nodes)
        return order, clean and not self._values_went_in

    def _finished(self, row: list[Any], plain: bool) -> list[Any]:
        # a gradient is a sum from 0.0 on, which a -0.0 does not survive
        return [0.0 + x for x in row] if plain else _settled(row, plain)


def young(ys: Iterable[Any], run: int, mine: Sequence[Any] = ()) -> tuple[list[Any], bool]:
    """The nodes of some results that were made in that run, in order, and whether all were.

    The search stops at what was there before, and at the nodes in `mine`.
    """
    nodes = [v for y in ys for v in _nodes(y)]
    if not all(
        isinstance(v, Value) for v in (*nodes, *mine)
    ):  # nodes of a recording do not tell their age
        return topological(*nodes), False
    order, older = order_of_run(nodes, mine, run)
    return order, not older


def forward_results(row: Sequence[Any], run: int, inputs: Iterable[Any]) -> list[Any]:
    """What forward mode found since that run began: numbers where only numbers went in."""
    plain = young(row, run)[1] and not any(True for x in inputs for _ in _nodes(x))
    return _settled(row, plain)


def _settled(row: Sequence[Any], plain: bool) -> list[Any]:
    if plain:
        return [_as_number(x) for x in row]
    return [Value(x) if type(x) is float else x for x in row]


def _pulled(linear: LinearMap, pairs: list[tuple[Any, Any]]) -> list[Any]:
    """`linear.vjp`, but a result or its upstream may be a Dual: then in parts, a product rule."""
    tags = [x.tag for pair in pairs for x in pair if isinstance(x, Dual)]
    if not tags:
        return linear.vjp((y, u) for y, u in pairs if not isinstance(y, float))
    tag = max(tags)
    primals: list[tuple[Any, Any]] = []
    tangents: list[tuple[Any, Any]] = []
    for y, u in pairs:
        (primal_y, tangent_y), (primal_u, tangent_u) = split(y, tag), split(u, tag)
        primals.append((primal_y, primal_u))
        tangents += [(tangent_y, primal_u)] if tangent_y is not None else []
        tangents += [(primal_y, tangent_u)] if tangent_u is not None else []
    parts = zip(_pulled(linear, primals), _pulled(linear, tangents))
    return [Dual(primal, tangent, tag) for primal, tangent in parts]


def _by_part(y: Any, tangents: dict[int, Any]) -> Any:
    """The tangent of a node, by its id; of a Dual, the Dual of those of its primal and tangent."""
    if isinstance(y, Dual):
        return Dual(_by_part(y.primal, tangents), _by_part(y.tangent, tangents), y.tag)
    return tangents[id(y)] if isinstance(y, Scalar) else 0.0


def _nodes(y: Any) -> Iterator[Any]:
    if isinstance(y, Dual):
        yield from _nodes(y.primal)
        yield from _nodes(y.tangent)
    elif isinstance(y, Scalar):
        yield y


def _data(v: Any) -> Any:
    return v.data


def _as_number(x: Any) -> Any:
    if isinstance(x, Dual):
        return Dual(_as_number(x.primal), _as_number(x.tangent), x.tag)
    return _data(x) if isinstance(x, Scalar) else x
