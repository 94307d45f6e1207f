"""Evaluation: a function's nodes at one point, with their kinks, edges and rounding."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from random import Random

from microgradlike.engine import Value
from microgradlike.graph import topological
from microgradlike.ieee_float import partial_at
from microgradlike.op import Op
from microgradlike.ops import TABLE
from microgradlike.testing.check.rounding import (
    RandomRounding,
    is_extreme,
    overflows,
    underflows,
)

_CROWDED = 1e-3  # of the way of the operands: kinks closer than this are many

Step = tuple[Op | None, tuple[int | float, ...]]  # an operand is the index of a node, or a number


class Evaluation:
    """The nodes of `y` in topological order: `data` their values, `steps` their primitives.

    `arguments` are the leaves for the numbers of the point. `shape` depends on the branches that
    the function took, not on its numbers: two evaluations of one function with the same branches
    have the same shape.

    >>> x = Value(3.0)
    >>> Evaluation(x * x + 1, [x]).data
    [3.0, 9.0, 10.0]
    """

    def __init__(self, y: Value, arguments: Sequence[Value]) -> None:
        order = topological(y)
        index = {id(v): i for i, v in enumerate(order)}
        argument = {id(x): k for k, x in enumerate(arguments)}
        self.data = [v.data for v in order]
        self.steps: list[Step] = [
            (v.op, tuple(x if isinstance(x, float) else index[id(x)] for x in v.operands))
            for v in order
        ]
        # constants, and leaves that are not arguments, are -1 here: their numbers may change
        self.shape = [
            (op, tuple(-1 if isinstance(x, float) else x for x in operands))
            if op is not None
            else (None, (argument.get(id(v), -1),))
            for v, (op, operands) in zip(order, self.steps)
        ]
        self.leaf_indices = [index.get(id(x)) for x in arguments]  # None: y does not depend on it

    @property
    def value(self) -> float:
        """The value of the function."""
        return self.data[-1]

    def operands(self, i: int, data: Sequence[float]) -> list[float]:
        """The operands of node i as numbers, if `data` are the values of the nodes."""
        return [x if isinstance(x, float) else data[x] for x in self.steps[i][1]]

    def kinks(self) -> Iterator[tuple[int, Op, float]]:
        """Index, primitive and distance from the kink, for each node whose primitive has one."""
        for i, (op, _) in enumerate(self.steps):
            if op is not None and op.kink is not None:
                yield i, op, op.kink(*self.operands(i, self.data))

    def nearest_kink(self, moved: Evaluation, distance: float) -> tuple[float, str]:
        """The distance to the nearest kink in the direction of `moved`, and its description.

        `moved` is the evaluation after a move of the point by `distance`. The approach of each kink
        is extrapolated along a straight line. The distance is 0 if the function took another
        branch, inf if there is no kink.
        """
        if moved.shape != self.shape:
            return 0.0, "another branch of the function"
        nearest = (math.inf, "")
        for i, op, margin in self.kinks():
            here, there = self.operands(i, self.data), moved.operands(i, moved.data)
            change = sum(abs(a - b) for a, b in zip(here, there))
            if change > 0 and margin * (distance / change) < nearest[0]:
                what = f"the kink of {op.name}({', '.join(map(repr, here))})"
                nearest = margin * (distance / change), what
        return nearest

    def crowd_of_kinks(self, moved: Evaluation) -> str:
        """The first node that passes kink after kink on the way to `moved`; "" without one.

        Behind a single kink its distance grows as far as the operands move; among the steps of a
        remainder it stays below their width.
        """
        for i, op, _ in self.kinks() if moved.shape == self.shape else ():
            here, there = self.operands(i, self.data), moved.operands(i, moved.data)
            change = sum(abs(a - b) for a, b in zip(here, there))
            if op.kink is not None and op.kink(*there) < _CROWDED * change:
                return f"{op.name}({', '.join(map(repr, here))})"
        return ""

    def domain_edge(self, k: int) -> str:
        """The first node above argument k outside of its domain with a partial that is not finite.

        Such a node excuses a derivative that is nan; "" if there is none.
        """
        reached = [False] * len(self.data)
        for i, (op, operands) in enumerate(self.steps):
            below = [j for j, x in enumerate(operands) if isinstance(x, int) and reached[x]]
            reached[i] = i == self.leaf_indices[k] or bool(below)
            if op is None or not below:
                continue
            at = self.operands(i, self.data)
            inside = all(any(a < x < b for a, b in d) for x, d in zip(at, op.domain))
            local = [partial_at(op, j, self.data[i], *at) for j in below]
            if not inside and not all(map(math.isfinite, local)):
                return f"{op.name}({', '.join(map(repr, at))})"
        return ""

    def first_domain_edge(self, ks: Iterable[int]) -> str:
        """The domain edge of the first of these arguments that has one."""
        return next(filter(None, map(self.domain_edge, ks)), "")

    def nonfinite_origin(self) -> str:
        """The first node that made nan or inf of finite operands, as " (log(-1.0) is nan)"."""
        for i, (op, _) in enumerate(self.steps):
            at = self.operands(i, self.data)
            if op is not None and not math.isfinite(self.data[i]) and all(map(math.isfinite, at)):
                return f" ({op.name}({', '.join(map(repr, at))}) is {self.data[i]})"
        return ""

    def out_of_range(self) -> str:
        """The first node that under- or overflows, as "exp(-800.0) underflows"; "" without one."""
        for i, (op, _) in enumerate(self.steps):
            at, y = self.operands(i, self.data), self.data[i]
            for leaves, what in ((underflows, "underflows"), (overflows, "overflows")):
                if op is not None and leaves(op, y, at):
                    return f"{op.name}({', '.join(map(repr, at))}) {what}"
        return ""

    def is_extreme(self) -> bool:
        """True if a number is so large or small that a derivative may leave the range."""
        return any(map(is_extreme, self.data))

    def noise(self, random: Random, samples: int = 2) -> float:
        """The change of the value when each step is rounded at random; inf if a step fails.

        |f|·eps would miss cancellation: the value of (x + 1e10) - 1e10 is uncertain by 1e-6.
        """
        values = [self._rounded_values(RandomRounding(random, n)) for n in range(samples)]
        changes = [abs(v[-1] - self.value) if v else math.nan for v in values]
        return _largest([*changes, self._hidden_rounding()])

    def _hidden_rounding(self) -> float:
        """The rounding inside a user's primitive, such as 1 - cos(x); 0 for those of the table.

        It shows in a value that is a multiple of the spacing of doubles below 1.
        """
        op = self.steps[-1][0]
        hidden = op is not None and TABLE.get(op.name) is not op
        return 2.0**-52 if hidden and math.fmod(self.value, 2.0**-53) == 0 else 0.0

    def gradient_noise(
        self, gradient: Sequence[float], random: Random, samples: int = 4
    ) -> list[float]:
        """Twice the largest change of each derivative when the chain rule is rounded at random.

        For a derivative that is not finite, inf if only overflow makes it so, else 0.
        """
        passes = [self._rounded_gradients(RandomRounding(random, n)) for n in range(samples)]
        return [
            0.0 if i is None else _noise(g, [p[i] if p else math.nan for p in passes])
            for i, g in zip(self.leaf_indices, gradient)
        ]

    def _rounded_values(self, rounding: RandomRounding) -> list[float]:
        """The values of the nodes with random rounding; [] if a step fails."""
        data = list(self.data)
        try:
            for i, (op, _) in enumerate(self.steps):
                if op is not None:
                    at = self.operands(i, data)
                    data[i] = rounding.result(op, rounding.value(op, at), at)
        except (ArithmeticError, ValueError):  # a user's primitive outside its domain
            return []
        return data

    def _rounded_gradients(self, rounding: RandomRounding) -> list[float]:
        """The gradients of the nodes with random rounding; [] if a step fails."""
        data = self._rounded_values(rounding)
        if not data:
            return []
        gradients = [0.0] * len(data)
        gradients[-1] = 1.0
        try:
            for i in reversed(range(len(data))):
                op, operands = self.steps[i]
                if op is None:
                    continue
                at = self.operands(i, data)
                # without rounding: max(a, b) is exactly one of its operands
                y = rounding.beyond_range(op, rounding.value(op, at), at)
                for k, x in enumerate(operands):
                    if not isinstance(x, float):
                        local = rounding.partial(op, k, y, at)
                        gradients[x] += rounding.product(gradients[i], local)
        except (ArithmeticError, ValueError):
            return []
        return gradients


def _noise(g: float, rounded_gs: list[float]) -> float:
    if math.isfinite(g):
        return _largest([2 * abs(rounded_g - g) for rounded_g in rounded_gs])
    return math.inf if any(map(math.isfinite, rounded_gs)) else 0.0


def _largest(deviations: list[float]) -> float:
    return math.inf if any(map(math.isnan, deviations)) else max(deviations)
