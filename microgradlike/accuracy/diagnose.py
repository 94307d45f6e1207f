"""Diagnosis: nodes where a nan or inf began, 0·∞ counted as 0, or digits were lost."""

from __future__ import annotations

import math
from typing import NamedTuple

from microgradlike import graph
from microgradlike._validate import shown
from microgradlike.engine import Value, local_derivatives, staleness
from microgradlike.indeterminate_form import products_behind
from microgradlike.ops import mul_no_nan

__all__ = ["Diagnosis", "Finding", "diagnose"]


class Finding(NamedTuple):
    """A node with a nan, inf or 0·∞ that began there, lost digits, or a number out of date.

    `kind` is "value", "gradient", "indeterminate", "stale" or "digits", `message` the operation
    with its numbers, or a sentence, `path` the names of the nodes from there to the result.

    >>> finding = diagnose(Value(0.0, "x").log() + 1).value
    >>> finding.message, finding.path
    ('log(0.0) = -inf', ('log', 'add'))
    """

    kind: str
    node: Value
    message: str
    path: tuple[str, ...]

    @property
    def module(self) -> str:
        """The module call in which the node was made, or "" outside modules."""
        return "" if self.node.scope is None else "/".join(self.node.scope.path)

    def __str__(self) -> str:
        place = f"\n  in module: {self.module}" if self.module else ""
        place += f"\n  made in {self.node.line}" if self.node.line else ""
        return f"{self.kind}: {self.message}{place}\n  path to the result: {' → '.join(self.path)}"


class Diagnosis(NamedTuple):
    """The result of `diagnose`: the first finding of each kind, or None.

    `stale` is the first node that differs from its operands' present data: after a change of some
    `.data`, the numbers and derivatives of the graph do not fit together. A Diagnosis is true if
    there is a finding, and printing it tells the story.

    >>> bool(diagnose(Value(2.0).log()))
    False
    """

    value: Finding | None
    gradient: Finding | None
    indeterminate: Finding | None = None
    stale: Finding | None = None
    digits: Finding | None = None

    def __bool__(self) -> bool:
        return any(self._findings())

    def __str__(self) -> str:
        found = "\n".join(map(str, self._findings()))
        return found or "every value and every gradient is finite"

    def _findings(self) -> list[Finding]:
        every = (self.stale, self.value, self.gradient, self.indeterminate, self.digits)
        return [finding for finding in every if finding is not None]


def diagnose(y: Value) -> Diagnosis:
    """The first nodes in the graph of `y` where finite operands made a nan or inf.

    `Diagnosis.value` is the first in the order of computation, `Diagnosis.gradient` the first in
    the order of the backward pass. Only nodes that a backward pass has reached have a gradient.
    `Diagnosis.indeterminate` is the first node with a product 0·∞ that counted as 0 although its
    limit may be another number (see `indeterminate`).
    `Diagnosis.stale` is the first node to compute again after a change of some `.data`.
    `Diagnosis.digits` is the node where digits of the value, or of a gradient by a leaf, were lost,
    if fewer than 4 of 16 are right. An error that leaves which are 4 units in the last place off
    explain is no finding: near the minimum of a loss, a gradient has few digits in every formula.
    A bound in doubles, as fast as the rest, flags a graph; mpmath, if installed, decides. Graphs
    with a nan, inf or changed `.data`, and those of more than 40,000 nodes, have no such finding;
    `digits` tells more.
    Raises TypeError where `y` is not a Value.

    >>> x = Value(0.0, "x")
    >>> print(diagnose((x * 2).log() + 1))
    value: log(0.0) = -inf
      path to the result: log → add
    """
    if not isinstance(y, Value):
        raise TypeError(f"diagnose(y) takes a Value, got {shown(y)} of type {type(y).__name__}")
    order = graph.topological(y)
    value = next(filter(None, (_bad_value(v) for v in order)), None)
    gradient = next(filter(None, (_bad_gradient(v) for v in reversed(order) if v.reached)), None)
    product = next(iter(products_behind(y)), None)
    stale = staleness(y)
    digits = None if value or gradient or stale else _few_digits(y)
    return Diagnosis(
        value and Finding("value", *value, _names(y, value[0])),
        gradient and Finding("gradient", *gradient, _names(y, gradient[0])),
        None
        if product is None
        else Finding("indeterminate", product.node, str(product), _names(y, product.node)),
        stale and Finding("stale", *stale, _names(y, stale[0])),
        digits and Finding("digits", *digits, _names(y, digits[0])),
    )


def _bad_value(v: Value) -> tuple[Value, str] | None:
    # a nan among the plain numbers begins here, so they are left out
    below = [x.data for _, x in graph.node_operands(v)]
    if math.isfinite(v.data) or not all(map(math.isfinite, below)):
        return None
    return (
        v,
        f"{_call(v)} = {v.data}"
        if v.op
        else f"the leaf {v.label or 'without a label'} is {v.data}",
    )


def _bad_gradient(v: Value) -> tuple[Value, str] | None:
    """The first operand of `v` to which a finite upstream gradient becomes a nan or inf."""
    if not math.isfinite(v.grad):
        return v, f"the gradient that arrives at {_call(v) or _name(v)} is {v.grad}"
    for i, p in enumerate(local_derivatives(v)):
        if p is not None and not math.isfinite(mul_no_nan(v.grad, p)):
            call = f"d {_call(v)} / d operand {i + 1}"
            return (
                v,
                f"{call} = {p}, times the upstream gradient {v.grad} is {mul_no_nan(v.grad, p)}",
            )
    return None


def _few_digits(y: Value) -> tuple[Value, str] | None:
    """The node that loses most digits, if few are left."""
    from microgradlike.accuracy.few import few_digits

    for few in few_digits(y)[:1]:
        called = "the value" if few.quantity == "value" else few.quantity
        return y if few.loss is None else few.loss.node, few.sentence(called)
    return None


def _numbers(v: Value) -> list[float]:
    return [x.data if isinstance(x, Value) else x for x in v.operands]


def _call(v: Value) -> str:
    """The operation with its operands' numbers, such as "log(0.0)"."""
    return f"{v.op.name}({', '.join(map(str, _numbers(v)))})" if v.op else ""


def _name(v: Value) -> str:
    return v.label or (v.op.name if v.op else "a leaf")


def _names(y: Value, v: Value) -> tuple[str, ...]:
    return tuple(_name(node) for node in graph.path_to(y, v))
