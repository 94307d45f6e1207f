"""FunctionUnderTest: a function at the point of a check, and nearby."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import repeat
from random import Random

from microgradlike._validate import shown
from microgradlike.derivatives.api import gradients
from microgradlike.derivatives.chain_rule import product
from microgradlike.engine import Value, passes, set_gradients
from microgradlike.functions import sum as total
from microgradlike.graph import topological
from microgradlike.testing.check.evaluation import Evaluation
from microgradlike.testing.check.nested import leaves_of
from microgradlike.testing.check.point import Point

Direction = Sequence[float]  # the move of each number of the point


class FunctionUnderTest:
    """A function `f`, the point of its check, and its `evaluation` there.

    `root` is the result at the point and `leaves` the Values that stand for its numbers. With
    `directions`, the function under test is the derivative of f in these directions; `output` is
    the place of the number under test in a nested result.
    Raises TypeError if f returns something other than a Value, ValueError if the result is not
    finite or differs from call to call.

    >>> square = FunctionUnderTest(lambda x: x * x, Point(lambda x: x, (3.0,)))
    >>> square.root.data, backward_gradient(square.root, square.leaves)
    (9.0, [6.0])
    """

    def __init__(
        self,
        f: Callable[..., object],
        point: Point,
        *,
        directions: Sequence[Direction] = (),
        output: str = "",
    ) -> None:
        self.f, self.point, self.directions, self.output = f, point, directions, output
        self.random = Random(0)  # the same at each check
        self.root, self.leaves = self.run(point.numbers)
        self.evaluation = Evaluation(self.root, self.leaves)
        again, _ = self.run(point.numbers)
        if not math.isfinite(self.root.data):
            raise ValueError(
                f"f is {self.root.data} at this point{self.evaluation.nonfinite_origin()}; choose a"
                " point where f is finite"
            )
        if again.data != self.root.data:
            raise ValueError(
                f"f gives {self.root.data!r} and then {again.data!r} at the same point; fix its"
                " random seed"
            )

    def run(self, numbers: Sequence[float]) -> tuple[Value, list[Value]]:
        """The result of f at `numbers`, and the Values that stood for them."""
        values, leaves = self.point.values(numbers)
        y = self.call(values)
        if not isinstance(y, Value):
            raise TypeError(
                f"f returned {shown(y)} of type {type(y).__name__}, not a Value; {_way_out(y)}"
            )
        return y, leaves

    def call(self, arguments: Sequence[object]) -> object:
        """The number under test in the result of f, if it is nested; else the result."""
        y = self.f(*arguments)
        return dict(leaves_of(y, y, ""))[self.output] if self.output else y

    def derivative(self, directions: Sequence[Direction]) -> FunctionUnderTest:
        """The derivative of f in these directions, one after the other, to be tested in turn."""
        return FunctionUnderTest(self.f, self.point, directions=directions, output=self.output)

    def result(self, root: Value, leaves: Sequence[Value]) -> Value:
        """The result under test for a run of f: `root`, or its derivative in the directions."""
        y = root
        for direction in self.directions:
            y = directional_derivative(gradients(y, leaves), direction)
        return y


def unit_direction(k: int, n: int) -> list[float]:
    """The direction that moves number k of n.

    >>> unit_direction(1, 3)
    [0.0, 1.0, 0.0]
    """
    return [1.0 if i == k else 0.0 for i in range(n)]


def directional_derivative(gradient: Sequence[Value], direction: Direction) -> Value:
    """The scalar product of a gradient and a direction, as a graph.

    >>> directional_derivative([Value(2.0), Value(3.0)], [1.0, -1.0]).data
    -1.0
    """
    y = total([product(d, g) for d, g in zip(direction, gradient) if d])
    return y if isinstance(y, Value) else Value(y)


def backward_gradient(y: Value, leaves: Sequence[Value]) -> list[float]:
    """dy/d(leaf) by a backward pass that restores every `.grad`."""
    nodes = topological(y)
    with passes:
        before = [v.grad for v in nodes]
        try:
            set_gradients(leaves, repeat(0.0))
            y.backward()
            return [x.grad for x in leaves]
        finally:
            set_gradients(nodes, before)


def _way_out(y: object) -> str:
    if isinstance(y, (int, float)):
        return "compute it from the arguments and not from their .data, which leaves the graph"
    return "sum the outputs, or check them one by one"
