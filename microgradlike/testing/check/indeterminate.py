"""Indeterminate products 0·∞ that the derivatives of a graph depend on."""

from __future__ import annotations

from collections.abc import Sequence

from microgradlike.engine import Value, passes, set_gradients
from microgradlike.graph import topological
from microgradlike.indeterminate_form import products_behind
from microgradlike.ops import mul_no_nan


def indeterminate_forms(y: Value, leaves: Sequence[Value]) -> list[str]:
    """By leaf: the first indeterminate product that dy/d(leaf) depends on, in words, or "".

    In the graph of a gradient, an absorbing product counts too.

    >>> from microgradlike import indeterminate
    >>> x, w = Value(0.0, "x"), Value(2.0, "w")
    >>> with indeterminate("zero"):
    ...     indeterminate_forms(x.sqrt() ** 2 + w, [x, w])
    ['the chain rule meets 0.0 × inf at sqrt(0.0), operand 1 (x)', '']
    """
    nodes = topological(y)
    with passes:
        before = [v.grad for v in nodes]
        try:
            y.backward()
            products = products_behind(y)
        finally:
            set_gradients(nodes, before)
    found: dict[int, str] = {}
    for product in products:
        for v in topological(product.node.operands[product.index]):
            found.setdefault(id(v), str(product))
    for absorbing in nodes:
        if absorbing.op is mul_no_nan and absorbing.data == 0:
            for v in topological(absorbing):
                found.setdefault(id(v), "a product 0·∞ in the gradient")
    return [found.get(id(x), "") for x in leaves]
