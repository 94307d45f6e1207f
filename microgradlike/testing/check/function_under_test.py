"""Subject: a function under test at its point, and what it does beside it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from microgradlike.derivatives.api import gradients
from microgradlike.derivatives.chain_rule import product
from microgradlike.engine import Value
from microgradlike.functions import sum as total
from microgradlike.graph import topological
from microgradlike.testing.check.arguments import Arguments
from microgradlike.testing.strategies.trace import Trace

Direction = Sequence[float]  # how far each number moves


class Subject:
    """A function `f` under test, its point, and the trace `here` of what it does there.

    With directions `along` which to differentiate it is a derivative of f that is under test.
    Raises TypeError where f gives something other than a Value, ValueError where that is not
    finite or not the same at each call.

    >>> subject = Subject(lambda x: x * x, Arguments(lambda x: x, (3.0,)))
    >>> subject.root.data, slopes(subject.root, subject.leaves)
    (9.0, [6.0])
    """

    def __init__(
        self, f: Callable[..., Any], arguments: Arguments, *, along: Sequence[Direction] = ()
    ) -> None:
        self.f, self.arguments, self.along = f, arguments, along
        self.random = Random(0)  # the same for the same check
        self.root, self.leaves = self.run(arguments.numbers)
        self.here = Trace(self.root, self.leaves)
        again, _ = self.run(arguments.numbers)
        if not math.isfinite(self.root.data):
            raise ValueError(
                f"f is {self.root.data} at this point{self.here.origin()}; a derivative is checked"
                " where f is finite"
            )
        if again.data != self.root.data:
            raise ValueError(
                f"f gives {self.root.data!r} and then {again.data!r} at the same point; fix its"
                " random seed"
            )

    def run(self, numbers: Sequence[float]) -> tuple[Value, list[Value]]:
        """The result of f at some numbers, and the leaves that stand for them."""
        values, leaves = self.arguments.values(numbers)
        y = self.f(*values)
        if not isinstance(y, Value):
            raise TypeError(
                f"f gave {y!r:.60} of type {type(y).__name__}, not a Value; {_not_a_value(y)}"
            )
        return y, leaves

    def differentiated(self, along: Sequence[Direction]) -> Subject:
        """The derivative of f in directions, one after the other, at the same point."""
        return Subject(self.f, self.arguments, along=along)

    def target(self, root: Value, leaves: Sequence[Value]) -> Value:
        """What is to be differentiated where f gave `root`: a derivative of it by `along`."""
        y = root
        for direction in self.along:
            y = combined(gradients(y, leaves), direction)
        return y


def combined(gradient: Sequence[Value], direction: Sequence[float]) -> Value:
    """The derivative in a direction, as a graph.

    >>> combined([Value(2.0), Value(3.0)], [1.0, -1.0]).data
    -1.0
    """
    y = total([product(d, g) for d, g in zip(direction, gradient) if d])
    return y if isinstance(y, Value) else Value(y)


def slopes(y: Value, leaves: Sequence[Value]) -> list[float]:
    """dy/d(leaf) by a backward pass; every node has its `grad` back afterwards."""
    before = [(v, v.grad) for v in topological(y)]
    try:
        for x in leaves:
            x.grad = 0.0
        y.backward()
        return [x.grad for x in leaves]
    finally:
        for v, grad in before:
            v.grad = grad


def _not_a_value(y: object) -> str:
    if isinstance(y, (int, float)):
        return "is it a constant, or made of .data, which leaves the graph?"
    return "add the outputs up to a single one, or check them one by one"
