"""Derivatives in reverse and forward mode, and how far rounding may take them apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from microgradlike.derivatives.api import gradients
from microgradlike.derivatives.chain_rule import partial
from microgradlike.derivatives.linear_map import LinearMap
from microgradlike.engine import Value
from microgradlike.graph import node_operands, topological
from microgradlike.testing.check.forward import Forward
from microgradlike.testing.check.function_under_test import Direction, Subject, combined, slopes
from microgradlike.testing.check.verdict import Claim
from microgradlike.testing.strategies.trace import Trace

_EPS = 2.0**-52
_SCALES = (1.0, 2.0**400, 2.0**-400)


@dataclass(frozen=True, slots=True)
class Both:
    """Derivatives by each number in both modes, the `rounding` in them, and that `between` them."""

    reverse: list[float]
    forward: list[float]
    rounding: list[float]
    between: list[float]

    def claim(self, j: int, by: tuple[str, ...], at: float, edge: Callable[[], str]) -> Claim:
        """Number j of them as something to judge; `edge` finds the excuse for a nan."""
        reverse, forward = self.reverse[j], self.forward[j]
        finite = math.isfinite(reverse) and math.isfinite(forward)
        rounding = self.rounding[j] if math.isfinite(reverse) else 0.0
        excuse = "" if finite else edge()
        return Claim(by, at, reverse, forward, rounding, self.between[j], excuse)


class Modes:
    """The derivatives of a subject in both modes."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.forward = Forward(subject)

    def first(self) -> Both:
        """The first derivatives, number by number."""
        root, leaves = self.subject.root, self.subject.leaves
        reverse = slopes(root, leaves)
        forward = [self.forward.of_numbers(unit(k, len(leaves))) for k in range(len(leaves))]
        rounding = self.subject.here.gradient_noise(reverse, self.subject.random)
        return Both(reverse, forward, rounding, _between(root, leaves))

    def second(self, direction: Direction) -> Both:
        """The derivatives of the gradient in a direction: reverse over reverse and forward."""
        leaves = self.subject.leaves
        slope = combined(self.gradient, direction)
        reverse = slopes(slope, leaves)
        fresh = [Value(x.data, x.label) for x in leaves]
        tangent = self.forward.of_values(direction, fresh)
        forward = slopes(tangent, fresh) if isinstance(tangent, Value) else [0.0] * len(fresh)
        rounding = Trace(slope, leaves).gradient_noise(reverse, self.subject.random)
        between = [a + b for a, b in zip(rounding, _between(slope, leaves))]
        return Both(reverse, forward, rounding, between)

    @cached_property
    def gradient(self) -> list[Value]:
        """The gradient of what is under test, as a graph; raises what a partial raises over it."""
        s = self.subject
        return gradients(s.target(s.root, s.leaves), s.leaves)


def blamed(graph: Sequence[Value]) -> str:
    """The first primitive in a graph whose partial takes no Values; "" where all do.

    >>> from microgradlike.op import unary
    >>> import math
    >>> versine = unary("versine", lambda x: 1 - math.cos(x), lambda y, x: math.sin(x))
    >>> blamed([versine(Value(1.0) * 2)])
    'versine'
    """
    for v in topological(*graph):
        for i, _ in node_operands(v):
            try:
                partial(v.op, i, v, v.operands)  # type: ignore[arg-type]  # with operands, an op
            except Exception:  # whatever a partial of the user's raises
                return v._op
    return ""


def unit(k: int, n: int) -> list[float]:
    """The direction in which number k of n moves.

    >>> unit(1, 3)
    [0.0, 1.0, 0.0]
    """
    return [1.0 if i == k else 0.0 for i in range(n)]


def _between(y: Value, leaves: Sequence[Value]) -> list[float]:
    """How far rounding may take two ways apart that multiply and add up the same paths.

    Each of the at most m = 2·edges roundings on a way is at most eps/2 of the sum over paths of
    |product of partials| (Higham 2002, §3.1), and there are two ways. What under- or overflows on
    one way only is seen as a change of that sum where everything is scaled.
    """
    linear = LinearMap(topological(y), leaves, at=_data)
    linear.edges = [(user, operand, abs(p)) for user, operand, p in linear.edges]
    sums = [[g / scale for g in linear.vjp([(y, scale)])] for scale in _SCALES]
    relative = 2 * len(linear.edges) * _EPS
    return [relative * max(column) + (max(column) - min(column)) for column in zip(*sums)]


def _data(v: Any) -> Any:
    return v.data
