"""Run: a function called once on fresh nodes, and the derivatives of what came out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from microgradlike.dual import Dual
from microgradlike.engine import Value, begin_run, is_older, pulled
from microgradlike.graph import topological
from microgradlike.linear import Linear
from microgradlike.scalar import Scalar
from microgradlike.tree import Tree


class Run:
    """`f` called with a fresh node in the place of every number of `tree`: `outputs` is its result.

    Fresh nodes are what keeps nested derivatives apart: nothing that was there before depends on
    them. Derivatives are plain numbers if the result depends on plain numbers only, and otherwise
    Values (or Duals of Values), through which an outer derivative goes on.

    >>> run = Run(lambda x: x * x, Tree(3.0, "x"))
    >>> run.values(), run.jacobian(run.outputs.row)
    ([9.0], [[6.0]])
    """

    def __init__(self, f: Callable[[Any], Any], tree: Tree) -> None:
        self.nodes: list[Any] = []
        self._values_went_in = False
        self._number = begin_run()
        fresh = [self._fresh(x) for x in tree.row]
        self.outputs = Tree(f(tree.argument(fresh)), "the result of the function")
        self._graph = self._order_of(self.outputs.row)

    def _fresh(self, x: Any) -> Any:
        if isinstance(x, Dual):
            return Dual(self._fresh(x.primal), x.tangent, x.tag)
        if isinstance(x, Scalar):
            self._values_went_in = True
            self.nodes.append(x * 1.0)  # the same number, as a node of its own
        else:
            self.nodes.append(Value(x))
        return self.nodes[-1]

    def values(self) -> list[Any]:
        """The results in a row, as plain numbers where their derivatives are."""
        _, plain = self._graph
        row = self.outputs.row
        return [_as_number(y) for y in row] if plain else _as_values(row)

    def jacobian(self, ys: Sequence[Any]) -> list[list[Any]]:
        """A row dy/d(number that went in) for every y: the gradient, if there is one y.

        In reverse, row by row, where there are fewer rows, and else forward, column by column.
        """
        order, plain = self._order(ys)
        if plain and len(ys) == 1 and isinstance(ys[0], Value):  # the same, 4x faster
            return [pulled(order, ys[0], self.nodes)]
        linear = Linear(order, self.nodes, at=_data if plain else None)
        n = len(self.nodes)
        if len(ys) == 1 or len(ys) < n:
            rows = [_by_part(y, lambda v: linear.pull([(v, 1.0)]), n) for y in ys]
        else:
            units = ([1.0 if i == j else None for i in range(n)] for j in range(n))
            columns = [linear.push(unit) for unit in units]
            rows = [_by_part(y, lambda v: [of([v])[0] for of in columns], n) for y in ys]
        if plain:  # a gradient is a sum from 0.0 on, which a -0.0 does not survive
            return [[0.0 + x for x in row] for row in rows]
        return [_as_values(row) for row in rows]

    def graph_gradient(self, y: Any) -> list[Any]:
        """The gradient of y as a graph over the fresh nodes, for a `jacobian` of it."""
        order, _ = self._order([y])
        linear = Linear(order, self.nodes)
        return _by_part(y, lambda v: linear.pull([(v, 1.0)]), len(self.nodes))

    def _order(self, ys: Sequence[Any]) -> tuple[list[Any], bool]:
        return self._graph if ys is self.outputs.row else self._order_of(ys)

    def _order_of(self, ys: Iterable[Any]) -> tuple[list[Any], bool]:
        """The graph of some results above the fresh nodes, and whether no other Value is in it."""
        mine = set(map(id, self.nodes))
        older: list[Any] = []

        def stop(v: Any) -> bool:
            if id(v) in mine:
                return True
            if is_older(v, self._number):
                older.append(v)
                return True
            return False

        order = topological(*[v for y in ys for v in _nodes(y)], stop=stop)
        return order, not (older or self._values_went_in)


def alike(row: Sequence[Any], like: Iterable[Any]) -> list[Any]:
    """The row as it is; where Values are among `like`, its plain numbers as Values."""
    return _as_values(row) if any(True for x in like for _ in _nodes(x)) else list(row)


def _as_values(row: Sequence[Any]) -> list[Any]:
    return [Value(x) if type(x) is float else x for x in row]


def _by_part(y: Any, of: Callable[[Any], list[Any]], n: int) -> list[Any]:
    """`of(node)`, a row of n that is linear in the node; for a Dual, of its primal and tangent."""
    if isinstance(y, Dual):
        parts = zip(_by_part(y.primal, of, n), _by_part(y.tangent, of, n))
        return [Dual(primal, tangent, y.tag) for primal, tangent in parts]
    if isinstance(y, Scalar):
        return of(y)
    return [0.0] * n


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
