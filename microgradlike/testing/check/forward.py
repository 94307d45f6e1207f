"""ForwardMode: the derivatives of a function under test, by a run on Duals."""

from __future__ import annotations

import math
from collections.abc import Sequence

from microgradlike._validate import shown
from microgradlike.derivatives.dual import Dual, fresh_tag, split
from microgradlike.engine import Value
from microgradlike.graph import topological
from microgradlike.op import Number
from microgradlike.scalar import Scalar
from microgradlike.testing.check.function_under_test import Direction, FunctionUnderTest


class ForwardMode:
    """The derivatives of a function under test in a direction, by forward mode.

    f is run on Duals. If it does not accept them, for instance because it reads `.data`, the graph
    that it made of Values is replayed on Duals, and `refusal` is the reason.
    """

    def __init__(self, function: FunctionUnderTest) -> None:
        self.function = function
        self.refusal = ""

    def of_numbers(self, direction: Direction) -> float:
        """The first derivative of f in a direction, from plain numbers."""
        numbers = [x.data for x in self.function.leaves]
        tag = fresh_tag()
        y = self._run([Dual(x, d, tag) for x, d in zip(numbers, direction)])
        t = _tangent(y, [tag])
        if isinstance(t, float) and math.isnan(t):  # 0 of a constant times a partial of nan
            inputs = [Dual(x, d, tag) if d else x for x, d in zip(numbers, direction)]
            t = _tangent(_replayed(self.function, inputs), [tag])
        return float(t.data) if isinstance(t, Value) else t

    def of_values(self, direction: Direction, leaves: Sequence[Value]) -> Number:
        """The derivative of the function under test in a direction, as a graph over `leaves`."""
        inputs: list[Number] = list(leaves)
        tags = []
        for v in (*self.function.directions, direction):
            tags.append(fresh_tag())
            inputs = [Dual(x, d, tags[-1]) if d else x for x, d in zip(inputs, v)]
        return _tangent(self._run(inputs), tags)

    def _run(self, inputs: Sequence[Number]) -> Number:
        if not self.refusal:
            try:
                y = self.function.call(self.function.point.unflatten(inputs))
                if isinstance(y, (Scalar, float)):
                    return y
                self.refusal = f"it returned {shown(y)} of type {type(y).__name__}"
            except Exception as error:  # user code: any error may mean that it wants a Value
                self.refusal = f"{type(error).__name__}: {error}"
        return _replayed(self.function, inputs)


def _replayed(function: FunctionUnderTest, inputs: Sequence[Number]) -> Number:
    """The result of the graph that f made, with `inputs` in place of its leaves."""
    at: dict[int, Number] = {id(x): new for x, new in zip(function.leaves, inputs)}
    for v in topological(function.root):
        if v.op is not None:
            at[id(v)] = v.op(*[x if isinstance(x, float) else at[id(x)] for x in v.operands])
        else:
            at.setdefault(id(v), v.data)
    return at[id(function.root)]


def _tangent(y: Number, tags: Sequence[int]) -> Number:
    """The derivative of `y` for all tags, one after the other: its innermost tangent."""
    for tag in reversed(tags):
        _, t = split(y, tag)
        y = 0.0 if t is None else t
    return y
