"""AnalyticDerivatives: reverse and forward mode, and the rounding allowed between them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from microgradlike.derivatives.api import gradients
from microgradlike.derivatives.chain_rule import partial
from microgradlike.derivatives.linear_map import LinearMap
from microgradlike.engine import Value
from microgradlike.graph import node_operands, topological
from microgradlike.op import Number
from microgradlike.testing.check.evaluation import Evaluation
from microgradlike.testing.check.forward import ForwardMode
from microgradlike.testing.check.function_under_test import (
    Direction,
    FunctionUnderTest,
    backward_gradient,
    directional_derivative,
    unit_direction,
)
from microgradlike.testing.check.indeterminate import indeterminate_forms
from microgradlike.testing.check.verdict import AnalyticDerivative

_EPS = 2.0**-52
_SCALES = (1.0, 2.0**400, 2.0**-400)


@dataclass(frozen=True, slots=True)
class BothModes:
    """The derivatives with respect to each number, from both modes.

    `rounding` is the rounding error in them, `between` the rounding allowed between the modes.
    With `extreme` numbers, either mode may overflow alone. `indeterminate` has the product 0·∞ that
    a derivative depends on, in words, or "".
    """

    reverse: list[float]
    forward: list[float]
    rounding: list[float]
    between: list[float]
    indeterminate: list[str]
    extreme: bool = False

    def derivative(
        self, j: int, by: tuple[str, ...], at: float, edge: Callable[[], str]
    ) -> AnalyticDerivative:
        """The derivative in number j; `edge` finds the domain edge that excuses a nan."""
        reverse, forward = self.reverse[j], self.forward[j]
        finite = math.isfinite(reverse) and math.isfinite(forward)
        excuse = "" if finite else edge()
        between = math.inf if self.extreme and not finite else self.between[j]
        form = self.indeterminate[j]
        return AnalyticDerivative(by, at, reverse, forward, self.rounding[j], between, excuse, form)


class AnalyticDerivatives:
    """The derivatives of a function under test, in reverse and forward mode."""

    def __init__(self, function: FunctionUnderTest) -> None:
        self.function = function
        self.forward = ForwardMode(function)

    def first(self) -> BothModes:
        """The first derivatives with respect to each number."""
        function = self.function
        root, leaves = function.root, function.leaves
        count = len(leaves)
        reverse = backward_gradient(root, leaves)
        forward = [self.forward.of_numbers(unit_direction(k, count)) for k in range(count)]
        rounding = function.evaluation.gradient_noise(reverse, function.random)
        extreme = function.evaluation.is_extreme()
        forms = indeterminate_forms(root, leaves)
        return BothModes(reverse, forward, rounding, _between(root, leaves), forms, extreme)

    def second(self, direction: Direction) -> BothModes:
        """The derivatives of the gradient in a direction: reverse over reverse and over forward."""
        leaves = self.function.leaves
        slope = directional_derivative(self.gradient, direction)
        reverse = backward_gradient(slope, leaves)
        fresh = [Value(x.data, x.label) for x in leaves]
        tangent = self.forward.of_values(direction, fresh)
        forward = [0.0] * len(fresh)
        if isinstance(tangent, Value):
            forward = backward_gradient(tangent, fresh)
        evaluation = Evaluation(slope, leaves)
        rounding = evaluation.gradient_noise(reverse, self.function.random)
        between = [a + b for a, b in zip(rounding, _between(slope, leaves))]
        forms = indeterminate_forms(slope, leaves)
        return BothModes(reverse, forward, rounding, between, forms, evaluation.is_extreme())

    @cached_property
    def gradient(self) -> list[Value]:
        """The gradient as a graph; raises the error of a user's partial that refuses Values."""
        function = self.function
        return gradients(function.result(function.root, function.leaves), function.leaves)


def numbers_only_primitive(graph: Sequence[Value]) -> str:
    """The first primitive in a graph with a partial that refuses Values; "" if there is none.

    >>> from microgradlike.op import unary
    >>> import math
    >>> versine = unary("versine", lambda x: 1 - math.cos(x), lambda y, x: math.sin(x))
    >>> numbers_only_primitive([versine(Value(1.0) * 2)])
    'versine'
    """
    for v in topological(*graph):
        for i, _ in node_operands(v):
            try:
                partial(v.op, i, v, v.operands)  # type: ignore[arg-type]  # with operands, an op
            except Exception:  # user code may raise anything
                return v._op
    return ""


def _between(y: Value, leaves: Sequence[Value]) -> list[float]:
    """The largest difference by rounding between two ways to multiply and add the same paths.

    Each of the at most m = 2·edges roundings on a way is at most eps/2 of the sum over paths of
    |product of partials| (Higham 2002, §3.1), and there are two ways. Under- or overflow on one way
    only shows as a change of that sum when everything is scaled.
    """
    linear = LinearMap(topological(y), leaves, at=_data)
    linear.edges = [(user, operand, abs(p)) for user, operand, p in linear.edges]
    sums = [[g / scale for g in linear.vjp([(y, scale)])] for scale in _SCALES]
    relative = 2 * len(linear.edges) * _EPS
    return [relative * max(column) + (max(column) - min(column)) for column in zip(*sums)]


def _data(v: Number) -> float:
    return v.data  # type: ignore[no-any-return]  # v is a Value
