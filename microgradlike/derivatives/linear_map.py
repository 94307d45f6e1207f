"""LinearMap: what a graph does to small changes, at the point where it was built."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from microgradlike import ops
from microgradlike.derivatives.chain_rule import partial, product
from microgradlike.graph import Node


class LinearMap:
    """The derivative of a graph by the nodes `xs`: a linear map, applied in either direction.

    `order` are the nodes in topological order. The partials on the way from `xs` are computed once:
    over the nodes themselves, which makes results that can be differentiated again, or over the
    numbers that `at(node)` gives.

    >>> from microgradlike import Value
    >>> from microgradlike.graph import topological
    >>> a, b = Value(2.0), Value(3.0); y = a * b + b
    >>> derivative = LinearMap(topological(y), [a, b], at=lambda v: v.data)
    >>> derivative.vjp([(y, 1.0)]), derivative.jvp([1.0, 0.0], [y])
    ([3.0, 3.0], [3.0])
    """

    def __init__(
        self, order: Sequence[Node], xs: Sequence[Node], *, at: Callable[[Node], Any] | None = None
    ) -> None:
        # the order stays alive with it: slots go by identity
        self.order, self.xs = order, xs
        self.slots = {id(x): i for i, x in enumerate({id(x): x for x in xs}.values())}
        self.chooses = False
        slots = self.slots
        above: list[tuple[Node, tuple[Any, ...], list[tuple[int, int]]]] = []
        for v in order:
            operands = v.operands
            below = [(i, slots[id(x)]) for i, x in enumerate(operands) if id(x) in slots]
            if v.op is ops.where:  # what it chooses by has no part in the derivative
                below = [(i, slot) for i, slot in below if i]
                self.chooses = self.chooses or bool(below)
            if below:
                slots.setdefault(id(v), len(slots))
                above.append((v, operands, below))
        # users before operands, and the operands of each in order, as a backward pass goes
        self.edges: list[tuple[int, int, Any]] = []
        above.reverse()
        for v, operands, below in above:
            self._add_edges(v, operands, below, at)

    def _add_edges(
        self,
        v: Node,
        operands: tuple[Any, ...],
        below: list[tuple[int, int]],
        at: Callable[[Node], Any] | None,
    ) -> None:
        y: Any = v
        if at is not None:
            y, operands = at(v), tuple([x if type(x) is float else at(x) for x in operands])
        user, op = self.slots[id(v)], cast(ops.Op, v.op)
        if op is ops.where:
            self.edges += [(user, slot, Choice(operands[0], i == 1)) for i, slot in below]
            return
        try:
            self.edges += [(user, slot, partial(op, i, y, operands)) for i, slot in below]
        except Exception as error:
            error.add_note(f"in the derivative of {op.name!r} at {operands!r:.200}")
            raise

    def vjp(self, upstream: Iterable[tuple[Node, Any]]) -> list[Any]:
        """Reverse mode: the gradient of each x, given those of some nodes; 0.0 without a path."""
        g: list[Any] = [None] * len(self.slots)
        roots = [(self.slots[id(v)], u) for v, u in upstream if id(v) in self.slots]
        for root, u in roots:
            _add(g, root, u)
        if self.chooses:
            self._vjp_chosen(g, dict.fromkeys([root for root, _ in roots], 1.0))
        else:
            for user, operand, p in self.edges:
                if g[user] is not None:
                    _add(g, operand, product(g[user], p))
        found = [g[self.slots[id(x)]] for x in self.xs]
        return [0.0 if x is None else x for x in found]

    def _vjp_chosen(self, g: list[Any], reached: dict[int, Any]) -> None:
        """The same; below a branch that is not taken nothing arrives, not even 0 times a nan.

        `reached` has 1 for the slots where something does, as numbers that depend on the choices.
        """
        for user, operand, p in self.edges:
            if g[user] is not None:
                there = reached[user]
                if type(p) is Choice:
                    there, term = p.of(there, 0.0), p.of(g[user], -0.0)
                elif type(there) is float:
                    term = product(g[user], p)
                else:
                    term = ops.where(there, product(g[user], p), -0.0)
                _add(g, operand, term)
                reached[operand] = _either(reached.get(operand), there)

    def jvp(self, tangents: Sequence[Any], ys: Iterable[Node]) -> list[Any]:
        """Forward mode: the tangent of each y; 0.0 without a path. For an x, None is 0."""
        t: list[Any] = [None] * len(self.slots)
        for x, tangent in zip(self.xs, tangents):
            if tangent is not None:
                _add(t, self.slots[id(x)], tangent)
        for user, operand, p in self.edges[::-1]:
            if t[operand] is not None:
                chosen = type(p) is Choice
                _add(t, user, p.of(t[operand], -0.0) if chosen else product(t[operand], p))
        found = [t[self.slots[id(y)]] if id(y) in self.slots else None for y in ys]
        return [0.0 if x is None else x for x in found]


class Choice:
    """The partial of a branch of `where`: 1 if it is the one that is taken, and else nothing."""

    __slots__ = ("condition", "first")

    def __init__(self, condition: Any, first: bool) -> None:
        self.condition, self.first = condition, first

    def of(self, g: Any, nothing: float) -> Any:
        """`g` where the branch is taken, and `nothing` elsewhere."""
        return (
            ops.where(self.condition, g, nothing)
            if self.first
            else ops.where(self.condition, nothing, g)
        )


def _either(a: Any, b: Any) -> Any:
    """1 where a or b is: the number 1, or nodes of 0 and 1; `a` may be None."""
    if a is None or type(b) is float:
        return b
    return a if type(a) is float else ops.maximum(a, b)


def _add(sums: list[Any], i: int, x: Any) -> None:
    sums[i] = x if sums[i] is None else sums[i] + x
