"""Linearization: a function called once on fresh nodes, and the derivatives of its results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from microgradlike.context import active_run, active_trace
from microgradlike.derivatives.dual import Dual, split
from microgradlike.derivatives.linear_map import LinearMap
from microgradlike.derivatives.pytree import Nested, Pytree
from microgradlike.derivatives.traversal import float_vjp, traverse_run
from microgradlike.engine import Value, begin_run
from microgradlike.graph import topological
from microgradlike.op import Number
from microgradlike.scalar import Scalar


class Linearization:
    """`f`, called with a fresh node for every number of `arguments`, and its derivatives.

    `inputs` are the fresh nodes, `outputs` is the result as a Pytree. Fresh nodes keep nested
    derivatives apart: nothing older depends on them. Derivatives are plain numbers if the result
    depends on plain numbers only. Otherwise they are Values (or Duals of Values), through which an
    outer derivative goes on.

    >>> run = Linearization(lambda x: x * x, Pytree(3.0, "x"))
    >>> run.values(), run.jacobian(run.outputs.leaves)
    ([9.0], [[6.0]])
    """

    def __init__(self, f: Callable[[Nested], Nested], arguments: Pytree) -> None:
        self.inputs: list[Number] = []
        self._takes_values = False
        self._output_graph: tuple[list[Number], bool] | None = None
        self._run = begin_run()
        fresh = [self._fresh_node(x) for x in arguments.leaves]
        outermost = active_run.get() is None
        if outermost:
            active_run.set(self._run)
        try:
            self.outputs = Pytree(f(arguments.as_argument(fresh)), "the result of the function")
        finally:
            if outermost:
                active_run.set(None)
        self._traced = active_trace.get() is not None
        if not self._traced:  # stamps of Values may change later
            self._output_graph = self._graph(self.outputs.leaves)

    def _fresh_node(self, x: Number) -> Number:
        if isinstance(x, Dual):
            return Dual(self._fresh_node(x.primal), x.tangent, x.tag)
        trace = active_trace.get()
        if trace is not None:
            node = trace.fresh_copy(x)
        elif isinstance(x, Scalar):
            self._takes_values = True
            node = x * 1.0  # the same number, as a node of its own
        else:
            node = Value(x)
        self.inputs.append(node)
        return node

    def values(self) -> list[Number]:
        """The results, as plain numbers if their derivatives are."""
        plain_numbers = not self._traced and self._graph(self.outputs.leaves)[1]
        return _floats_or_values(self.outputs.leaves, plain_numbers)

    def vjp(self, ys: Sequence[Number], upstream: Sequence[Number]) -> list[Number]:
        """Reverse mode: Σ upstream · dy/d(input) over all y, for every input."""
        order, plain_numbers = self._graph(ys)
        pairs = [(y, u) for y, u in zip(ys, upstream) if type(y) is not float]
        if plain_numbers and all(isinstance(y, Value) and type(u) is float for y, u in pairs):
            return float_vjp(order, pairs, self.inputs)  # the same bits, 4x faster
        linear_map = LinearMap(order, self.inputs, at=_data if plain_numbers else None)
        gradients = _vjp_of_duals(linear_map, pairs)
        return self._without_negative_zero(gradients, plain_numbers and not _any_node(upstream))

    def jacobian(self, ys: Sequence[Number]) -> list[list[Number]]:
        """A row of dy/d(input) for every y: by reverse mode if there are fewer rows than columns.

        Otherwise forward mode makes it, column by column.
        """
        order, plain_numbers = self._graph(ys)
        linear_map = LinearMap(order, self.inputs, at=_data if plain_numbers else None)
        n = len(self.inputs)
        if len(ys) == 1 or len(ys) < n:
            rows = [_vjp_of_duals(linear_map, [(y, 1.0)]) for y in ys]
        else:
            units = ([1.0 if i == j else None for i in range(n)] for j in range(n))
            nodes = [v for y in ys for v in _nodes(y)]
            columns = [dict(zip(map(id, nodes), linear_map.jvp(unit, nodes))) for unit in units]
            rows = [[_tangent(y, column) for column in columns] for y in ys]
        return [self._without_negative_zero(row, plain_numbers) for row in rows]

    def graph_gradient(self, y: Number) -> list[Number]:
        """The gradient of y as a graph over the inputs, to be differentiated again."""
        order, _ = self._graph([y])
        return _vjp_of_duals(LinearMap(order, self.inputs), [(y, 1.0)])

    def _graph(self, ys: Sequence[Number]) -> tuple[list[Number], bool]:
        """The nodes between the inputs and `ys`, in order, and True if they use no other Value."""
        if self._output_graph is not None and ys is self.outputs.leaves:
            return self._output_graph
        order, older = _traverse(ys, self._run, self.inputs)
        return order, not older and not self._takes_values

    def _without_negative_zero(self, gradients: list[Number], plain_numbers: bool) -> list[Number]:
        # a gradient is a sum that starts at 0.0, so it is never -0.0
        return (
            [0.0 + x for x in gradients]
            if plain_numbers
            else _floats_or_values(gradients, plain_numbers)
        )


def forward_results(ys: Sequence[Number], run: int, inputs: Iterable[Number]) -> list[Number]:
    """The results of forward mode since that run began: plain numbers if only numbers went in."""
    _, older = _traverse(ys, run, ())
    return _floats_or_values(ys, not older and not _any_node(inputs))


def _traverse(
    ys: Iterable[Number], run: int, inputs: Sequence[Number]
) -> tuple[list[Number], bool]:
    """`traverse_run` over the nodes of numbers of any kind. Tracers carry no stamp: all are taken.

    With Tracers, the graph counts as one that uses older nodes.
    """
    nodes = [v for y in ys for v in _nodes(y)]
    if not all(isinstance(v, Value) for v in (*nodes, *inputs)):
        return topological(*nodes), True
    return traverse_run(nodes, inputs, run)


def _floats_or_values(xs: Sequence[Number], plain_numbers: bool) -> list[Number]:
    if plain_numbers:
        return [_as_number(x) for x in xs]
    return [Value(x) if type(x) is float else x for x in xs]


def _vjp_of_duals(linear_map: LinearMap, pairs: list[tuple[Number, Number]]) -> list[Number]:
    """`linear_map.vjp` of (result, upstream), either of which may be a Dual: the product rule."""
    tags = [x.tag for pair in pairs for x in pair if isinstance(x, Dual)]
    if not tags:
        return linear_map.vjp((y, u) for y, u in pairs if not isinstance(y, float))
    tag = max(tags)
    primals: list[tuple[Number, Number]] = []
    tangents: list[tuple[Number, Number]] = []
    for y, u in pairs:
        (primal_y, tangent_y), (primal_u, tangent_u) = split(y, tag), split(u, tag)
        primals.append((primal_y, primal_u))
        tangents += [(tangent_y, primal_u)] if tangent_y is not None else []
        tangents += [(primal_y, tangent_u)] if tangent_u is not None else []
    parts = zip(_vjp_of_duals(linear_map, primals), _vjp_of_duals(linear_map, tangents))
    return [Dual(primal, tangent, tag) for primal, tangent in parts]


def _tangent(y: Number, tangents: dict[int, Number]) -> Number:
    """The tangent of y, given those of nodes by id; for a Dual, the Dual of its parts' tangents."""
    if isinstance(y, Dual):
        return Dual(_tangent(y.primal, tangents), _tangent(y.tangent, tangents), y.tag)
    return tangents[id(y)] if isinstance(y, Scalar) else 0.0


def _nodes(y: Number) -> Iterator[Number]:
    """The nodes in a number of any kind: a Dual may hold many, a float holds none."""
    if isinstance(y, Dual):
        yield from _nodes(y.primal)
        yield from _nodes(y.tangent)
    elif isinstance(y, Scalar):
        yield y


def _any_node(xs: Iterable[Number]) -> bool:
    return any(True for x in xs for _ in _nodes(x))


def _data(v: Number) -> Number:
    return v._number


def _as_number(x: Number) -> Number:
    if isinstance(x, Dual):
        return Dual(_as_number(x.primal), _as_number(x.tangent), x.tag)
    return _data(x) if isinstance(x, Scalar) else x
