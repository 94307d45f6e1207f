"""Trace: what a function did at a point, node by node, and how much of it is rounding."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from random import Random

from microgradlike.engine import Value
from microgradlike.graph import topological
from microgradlike.ieee_float import partial_at
from microgradlike.op import Op
from microgradlike.ops import TABLE, mul_no_nan

_WOBBLE = 2 * 2.0**-52  # relative: a primitive is right to two units in the last place

Step = tuple[Op | None, tuple[int | float, ...]]  # an operand is a node's index, or a number


class Trace:
    """The nodes of `y` in topological order: `data` their values, `steps` how each was made.

    `shape` is what stays the same when only numbers change: two traces of one function have the
    same shape unless it took another branch. `arguments` are the leaves that stand for the point.

    >>> x = Value(3.0)
    >>> trace = Trace(x * x + 1, [x])
    >>> trace.data
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
        # a constant is -1 here, and so is a leaf that is no argument: their numbers may change
        self.shape = [
            (op, tuple(-1 if isinstance(x, float) else x for x in operands))
            if op is not None
            else (None, (argument.get(id(v), -1),))
            for v, (op, operands) in zip(order, self.steps)
        ]
        self.slots = [index.get(id(x)) for x in arguments]  # None: y does not depend on it

    @property
    def value(self) -> float:
        """The value of the function."""
        return self.data[-1]

    def operands(self, i: int, data: Sequence[float]) -> list[float]:
        """The operands of node i, where the nodes have the values `data`."""
        return [x if isinstance(x, float) else data[x] for x in self.steps[i][1]]

    def kinks(self) -> Iterator[tuple[int, Op, float]]:
        """Every node whose primitive has a kink: its index, the primitive, how far the kink is."""
        for i, (op, _) in enumerate(self.steps):
            if op is not None and op.kink is not None:
                yield i, op, op.kink(*self.operands(i, self.data))

    def nearest_kink(self, moved: Trace, distance: float) -> tuple[float, str]:
        """How far the argument may go before a kink, and which one.

        Judged by the trace of f where the argument has `moved` by that distance. Each kink is
        extrapolated along a straight line; 0 where f took another branch.
        """
        if moved.shape != self.shape:
            return 0.0, "another branch of the function"
        nearest = (math.inf, "")
        for i, op, margin in self.kinks():
            here, there = self.operands(i, self.data), moved.operands(i, moved.data)
            way = sum(abs(a - b) for a, b in zip(here, there))
            if way > 0 and margin * (distance / way) < nearest[0]:
                what = f"the kink of {op.name}({', '.join(map(repr, here))})"
                nearest = margin * (distance / way), what
        return nearest

    def edge(self, k: int) -> str:
        """The first node on the way from argument k whose partial is not finite as its operands are
        not inside its domain; "" where there is none, so that a nan has no such excuse.
        """
        reached = [False] * len(self.data)
        for i, (op, operands) in enumerate(self.steps):
            below = [j for j, x in enumerate(operands) if isinstance(x, int) and reached[x]]
            reached[i] = i == self.slots[k] or bool(below)
            if op is None or not below:
                continue
            at = self.operands(i, self.data)
            inside = all(any(a < x < b for a, b in d) for x, d in zip(at, op.domain))
            local = [partial_at(op, j, self.data[i], *at) for j in below]
            if not inside and not all(map(math.isfinite, local)):
                return f"{op.name}({', '.join(map(repr, at))})"
        return ""

    def first_edge(self, ks: Iterable[int]) -> str:
        """The same for the first of several arguments that has one."""
        return next(filter(None, map(self.edge, ks)), "")

    def origin(self) -> str:
        """Where a value that is not finite came from."""
        for i, (op, _) in enumerate(self.steps):
            at = self.operands(i, self.data)
            if op is not None and not math.isfinite(self.data[i]) and all(map(math.isfinite, at)):
                return f": {op.name}({', '.join(map(repr, at))}) is {self.data[i]}"
        return ""

    def noise(self, random: Random, samples: int = 2) -> float:
        """How much the value changes where every step is rounded at random; inf where it breaks.

        |f|·eps would miss what cancels inside: the value of (x + 1e10) - 1e10 is uncertain by 1e-6.
        """
        values = [self._wobbled(random) for _ in range(samples)]
        changes = [abs(v[-1] - self.value) if v else math.nan for v in values]
        return _largest([*changes, self._unseen()])

    def _unseen(self) -> float:
        """What a primitive of the user's may round away inside, as 1 - cos(x) does; ours do not."""
        op = self.steps[-1][0]
        return 0.0 if op is None or TABLE.get(op.name) is op else 2.0**-52

    def gradient_noise(
        self, gradient: Sequence[float], random: Random, samples: int = 4
    ) -> list[float]:
        """The same for the gradient by each argument: how far rounded chain rules are from it."""
        passes = [self._pushed(random) for _ in range(samples)]
        if not all(passes):
            return [math.inf] * len(self.slots)
        return [
            0.0 if slot is None else _largest([2 * abs(pushed[slot] - g) for pushed in passes])
            for slot, g in zip(self.slots, gradient)
        ]

    def _wobbled(self, random: Random) -> list[float]:
        data = list(self.data)
        try:
            for i, (op, _) in enumerate(self.steps):
                if op is not None:
                    data[i] = op.forward(*self.operands(i, data)) * _nearly_one(random)
        except (ArithmeticError, ValueError):  # a primitive of the user's, beyond its domain
            return []
        return data

    def _pushed(self, random: Random) -> list[float]:
        data = self._wobbled(random)
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
                y = op.forward(*at)  # the very y of these operands: max(a, b) is one of them
                for k, x in enumerate(operands):
                    if not isinstance(x, float):
                        local = partial_at(op, k, y, *at) * _nearly_one(random)
                        gradients[x] += mul_no_nan.forward(gradients[i], local)
        except (ArithmeticError, ValueError):
            return []
        return gradients


def _nearly_one(random: Random) -> float:
    t = random.random() - 0.5
    return 1 + _WOBBLE * (t + math.copysign(0.5, t))  # off by a half to a whole, of either sign


def _largest(deviations: list[float]) -> float:
    return math.inf if any(d != d for d in deviations) else max(deviations)
