"""LinearMap: the Jacobian of a graph as a linear map, applied in either direction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import nan
from typing import Final

from microgradlike import ops
from microgradlike.derivatives.chain_rule import partial, product
from microgradlike.engine import Value
from microgradlike.graph import Node
from microgradlike.indeterminate_form import (
    Product,
    absorbed,
    backward_products,
    forward_products,
    settle,
)
from microgradlike.op import Number, partial_hint
from microgradlike.ops import Op

# of any kind: mypyc would believe the overload for floats
_where: Final[Callable[..., Number]] = ops.where
_maximum: Final[Callable[..., Number]] = ops.maximum


class LinearMap:
    """The derivative of a graph with respect to its nodes `xs`, applied by `vjp` and `jvp`.

    `order` has the nodes of the graph in topological order. The partials are computed once, here:
    over the nodes themselves, so that results can be differentiated again, or over the numbers
    `at(node)`. Every node that depends on an x has a slot, and `edges` has a triple (slot of the
    node, slot of the operand, partial) per operand with a slot.

    >>> from microgradlike import Value
    >>> from microgradlike.graph import topological
    >>> a, b = Value(2.0), Value(3.0); y = a * b + b
    >>> derivative = LinearMap(topological(y), [a, b], at=lambda v: v.data)
    >>> derivative.vjp([(y, 1.0)]), derivative.jvp([1.0, 0.0], [y])
    ([3.0, 3.0], [3.0])
    """

    def __init__(
        self,
        order: Sequence[Node],
        xs: Sequence[Node],
        *,
        at: Callable[[Node], Number] | None = None,
    ) -> None:
        self.order, self.xs = order, xs  # kept alive: slots go by id
        self.slots = {id(x): i for i, x in enumerate({id(x): x for x in xs}.values())}
        self.has_branches = False
        slots = self.slots
        dependent: list[tuple[Node, Op, tuple[Number, ...], list[tuple[int, int]]]] = []
        for v in order:
            op = v.op
            if op is None:
                continue
            operands = v.operands
            inputs = [(i, slots[id(x)]) for i, x in enumerate(operands) if id(x) in slots]
            if op is ops.where:  # the condition has no derivative
                inputs = [(i, slot) for i, slot in inputs if i]
                self.has_branches = self.has_branches or bool(inputs)
            if inputs:
                slots.setdefault(id(v), len(slots))
                dependent.append((v, op, operands, inputs))
        # users before operands, and the operands of each in order, as in a backward pass
        self.edges: list[tuple[int, int, Number]] = []
        dependent.reverse()
        for v, op, operands, inputs in dependent:
            self._add_edges(v, op, operands, inputs, at)

    def _add_edges(
        self,
        v: Node,
        op: Op,
        operands: tuple[Number, ...],
        inputs: list[tuple[int, int]],
        at: Callable[[Node], Number] | None,
    ) -> None:
        y: Number = v
        if at is not None:
            y, operands = at(v), tuple([x if type(x) is float else at(x) for x in operands])
        user = self.slots[id(v)]
        if op is ops.where:
            self.edges += [(user, slot, BranchPartial(operands[0], i == 1)) for i, slot in inputs]
            return
        try:
            self.edges += [(user, slot, partial(op, i, y, operands)) for i, slot in inputs]
        except Exception as error:
            place = f"{op.name!r} at {operands!r:.200}"
            error.add_note(f"in the derivative of {place}{partial_hint(error)}")
            raise

    def vjp(self, upstream: Iterable[tuple[Node, Number]]) -> list[Number]:
        """Reverse mode: the gradient of each x, given those of some nodes; 0.0 without a path."""
        roots = [(v, u) for v, u in upstream if id(v) in self.slots]
        mark = absorbed.latest
        g = self._gradients(roots, self.edges)
        if absorbed.latest is not mark and self._has_numbers():
            found = backward_products(self.order, roots, lambda v: self._number(g, v))
            if settle(found):
                g = self._gradients(roots, self._edges_with_nan(found))
        gradients = [g[self.slots[id(x)]] for x in self.xs]
        return [0.0 if x is None else x for x in gradients]

    def _gradients(
        self, upstream: list[tuple[Node, Number]], edges: list[tuple[int, int, Number]]
    ) -> list[Number]:
        """The gradient of each slot, None without a path."""
        g: list[Number] = [None] * len(self.slots)
        roots = [(self.slots[id(v)], u) for v, u in upstream]
        for root, u in roots:
            _add(g, root, u)
        if self.has_branches:
            _gradients_with_branches(edges, g, dict.fromkeys([root for root, _ in roots], 1.0))
        else:
            for user, operand, p in edges:
                if g[user] is not None:
                    _add(g, operand, product(g[user], p))
        return g

    def jvp(self, tangents: Sequence[Number], ys: Iterable[Node]) -> list[Number]:
        """Forward mode: the tangent of each y, given one (or None) per x; 0.0 without a path."""
        seeds = [(x, t) for x, t in zip(self.xs, tangents) if t is not None]
        mark = absorbed.latest
        t = self._tangents(seeds, self.edges)
        if absorbed.latest is not mark and self._has_numbers():
            found = forward_products(self.order, seeds, lambda v: self._number(t, v))
            if settle(found):
                t = self._tangents(seeds, self._edges_with_nan(found))
        results = [t[self.slots[id(y)]] if id(y) in self.slots else None for y in ys]
        return [0.0 if x is None else x for x in results]

    def _tangents(
        self, seeds: list[tuple[Node, Number]], edges: list[tuple[int, int, Number]]
    ) -> list[Number]:
        """The tangent of each slot, None without a path."""
        t: list[Number] = [None] * len(self.slots)
        for x, tangent in seeds:
            _add(t, self.slots[id(x)], tangent)
        for user, operand, p in edges[::-1]:
            if t[operand] is not None:
                is_branch = type(p) is BranchPartial
                _add(t, user, p.select(t[operand], -0.0) if is_branch else product(t[operand], p))
        return t

    def _has_numbers(self) -> bool:
        """True if the nodes have numbers, which those of a recording do not."""
        return all(isinstance(v, Value) for v in self.order)

    def _number(self, of_slots: list[Number], v: Node) -> float:
        x = of_slots[self.slots[id(v)]] if id(v) in self.slots else None
        return 0.0 if x is None else x.data if isinstance(x, Value) else x

    def _edges_with_nan(self, products: Sequence[Product]) -> list[tuple[int, int, Number]]:
        """The edges with partials of nan in these products."""
        slots = self.slots
        marked = {(slots[id(p.node)], slots[id(p.node.operands[p.index])]) for p in products}
        return [(v, x, nan if (v, x) in marked else p) for v, x, p in self.edges]


class BranchPartial:
    """The partial of `where` by a branch: 1 if the condition takes that branch, else nothing."""

    __slots__ = ("condition", "if_true")

    def __init__(self, condition: Number, if_true: bool) -> None:
        self.condition, self.if_true = condition, if_true

    def select(self, g: Number, otherwise: float) -> Number:
        """`g` if the condition takes the branch, else `otherwise`."""
        return (
            _where(self.condition, g, otherwise)
            if self.if_true
            else _where(self.condition, otherwise, g)
        )


def _gradients_with_branches(
    edges: list[tuple[int, int, Number]], g: list[Number], reached: dict[int, Number]
) -> None:
    """Gradients for graphs with `where`: an untaken branch gets no gradient, not even 0 × nan.

    `reached` has, per slot, 1 if a gradient arrives there and else 0; after a `where`, that is
    a node that depends on the condition.
    """
    for user, operand, p in edges:
        if g[user] is not None:
            arrives = reached[user]
            if type(p) is BranchPartial:
                arrives, term = p.select(arrives, 0.0), p.select(g[user], -0.0)
            elif type(arrives) is float:
                term = product(g[user], p)
            else:
                term = _where(arrives, product(g[user], p), -0.0)
            _add(g, operand, term)
            reached[operand] = _or(reached.get(operand), arrives)


def _or(a: Number, b: Number) -> Number:
    """1 if a or b is 1, else 0: floats, or nodes that depend on a condition; `a` may be None."""
    if a is None or type(b) is float:
        return b
    return a if type(a) is float else _maximum(a, b)


def _add(sums: list[Number], i: int, x: Number) -> None:
    sums[i] = x if sums[i] is None else sums[i] + x
