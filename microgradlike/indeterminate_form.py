"""Indeterminate forms: products 0·∞ of the chain rule whose limit is not known to be 0.

Such a product counts as 0, which is the truth only for a structural zero (`structural`). Any other
is reported as the user decides. The search below runs after a pass in which a product was counted
as 0, and costs nothing otherwise.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

from microgradlike._frames import user_level
from microgradlike.graph import node_operands, topological
from microgradlike.ieee_float import partial_at
from microgradlike.op import Number
from microgradlike.ops import mul_no_nan
from microgradlike.structural import is_constant, structural_zero

__all__ = ["IndeterminateWarning", "indeterminate"]

POLICIES = ("warn", "zero", "nan", "raise")
_policy: ContextVar[str] = ContextVar("microgradlike_indeterminate", default="warn")
_collected: ContextVar[list[str] | None] = ContextVar("microgradlike_collected", default=None)


class Absorbed:
    """`latest` is a new object whenever a product 0·∞ of the chain rule has counted as 0."""

    __slots__ = ("latest",)

    def __init__(self) -> None:
        self.latest = object()


absorbed = Absorbed()


def absorbing_product(g: float, p: float) -> float:
    """The product g × p in which 0·∞ is 0, with a mark in `absorbed`.

    >>> before = absorbed.latest
    >>> absorbing_product(0.0, math.inf), absorbed.latest is before
    (0.0, False)
    """
    c = g * p
    if c != c:
        c = mul_no_nan.forward(g, p)
        if c == c:
            absorbed.latest = object()
    return c


class IndeterminateWarning(RuntimeWarning):
    """A product 0·∞ of the chain rule was counted as 0 although its limit may be another number.

    >>> import warnings
    >>> from microgradlike import grad
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     grad(lambda x: 1 / (1 / x))(0.0)
    0.0
    >>> caught[0].category.__name__
    'IndeterminateWarning'
    """


@contextmanager
def indeterminate(policy: str) -> Iterator[None]:
    """Decide on indeterminate products 0·∞ of the chain rule, as `np.errstate` does on overflow.

    In `1 / (1 / x)` at 0 one partial is 0 and the next one infinite. The derivative is 1 there, but
    0·∞ alone does not show it. By default the product counts as 0, with a warning. `policy` is
    "warn", "zero" (the same in silence), "nan" (the product is nan) or "raise"
    (FloatingPointError). A zero that says "does not depend on it" is no such case: relu that is
    off, the branch not taken, a constant 0. Raises ValueError for another policy.

    >>> from microgradlike import grad
    >>> with indeterminate("nan"):
    ...     grad(lambda x: 1 / (1 / x))(0.0)
    nan
    """
    if policy not in POLICIES:
        raise ValueError(
            f"indeterminate({policy!r}) is not available; choose from"
            f" {', '.join(map(repr, POLICIES))}"
        )
    token = _policy.set(policy)
    try:
        yield
    finally:
        _policy.reset(token)


class Product:
    """An indeterminate product: that of a node's gradient and its partial by operand `index`.

    In forward mode `upstream` is the tangent of the operand.
    """

    __slots__ = ("index", "node", "partial", "upstream")

    def __init__(self, node: Number, index: int, upstream: float, partial: float) -> None:
        self.node, self.index, self.upstream, self.partial = node, index, upstream, partial

    def __str__(self) -> str:
        op, operand = self.node.op, self.node.operands[self.index]
        call = f"{op.name}({', '.join(map(str, numbers(self.node)))})"
        label = f" ({operand.label})" if operand.label else ""
        scope = getattr(self.node, "scope", None)
        place = f" in {'/'.join(scope.path)}" if scope is not None else ""
        name = f" ({self.node.label})" if self.node.label else ""
        line = getattr(self.node, "line", None)
        made = f", made in {line}" if line else ""
        return (
            f"the chain rule meets {self.upstream} × {self.partial} at {call}{name}{place},"
            f" operand {self.index + 1}{label}{made}"
        )


def numbers(v: Number) -> list[float]:
    """The operands of a node as doubles."""
    return [x if type(x) is float else x.data for x in v.operands]


def backward_products(
    order: Sequence[Number],
    upstream: Iterable[tuple[Number, Number]],
    gradient: Callable[[Number], float],
) -> list[Product]:
    """The indeterminate products of a backward pass over `order` that began with `upstream`.

    `gradient` gives the gradient of a node. A plain 0 among the upstream gradients is structural.
    """
    constant = _constants(order)
    reached = {id(v) for v, g in upstream if not (type(g) is float and g == 0)}
    found = []
    for v in reversed(order):
        if id(v) in reached and v.op is not None:
            for i, x in node_operands(v):
                p = _partial_unless_structural(v, i, constant)
                if p is not None:
                    reached.add(id(x))
                    if is_zero_times_inf(g := gradient(v), p):
                        found.append(Product(v, i, g, p))
    return found


def products_behind(root: Number) -> list[Product]:
    """The indeterminate products of the backward pass that ended with these gradients from root.

    >>> from microgradlike import Value
    >>> x = Value(0.0, "x"); y = x.sqrt() ** 2
    >>> with indeterminate("zero"):
    ...     y.backward()
    >>> print(*products_behind(y))
    the chain rule meets 0.0 × inf at sqrt(0.0), operand 1 (x)
    """
    if not root.reached:
        return []
    return backward_products(topological(root), [(root, root.grad)], lambda v: v.grad)


def forward_products(
    order: Sequence[Number],
    tangents: Iterable[tuple[Number, Number]],
    tangent: Callable[[Number], float],
) -> list[Product]:
    """The indeterminate products of forward mode over `order` that began with `tangents`."""
    constant = _constants(order)
    reached = {id(v) for v, t in tangents if not (type(t) is float and t == 0)}
    found = []
    for v in order:
        if v.op is None:
            continue
        for i, x in node_operands(v):
            if id(x) in reached:
                p = _partial_unless_structural(v, i, constant)
                if p is not None:
                    reached.add(id(v))
                    if is_zero_times_inf(t := tangent(x), p):
                        found.append(Product(v, i, t, p))
    return found


def settle(products: Sequence[Product | str]) -> bool:
    """Report indeterminate products as the policy says; True if they are to be nan.

    Raises FloatingPointError if the policy is "raise".
    """
    policy = _policy.get()
    if not products or policy == "zero":
        return False
    if policy == "nan":
        return True
    more = f" (and {len(products) - 1} more)" if len(products) > 1 else ""
    message = f"{products[0]}{more}"
    if policy == "raise":
        raise FloatingPointError(
            f"{message}. The limit of 0·∞ is not known: rewrite the formula so that no slope is"
            " infinite there, or run it in `with indeterminate('zero'):` or ('nan')"
        )
    collected = _collected.get()
    if collected is not None:
        collected += map(str, products)
        return False
    warnings.warn(
        f"{message}. 0·∞ counts as 0 here, but its limit may be another number: rewrite the formula"
        " so that no slope is infinite there, or run it in `with indeterminate('zero'):`, ('nan')"
        " or ('raise')",
        IndeterminateWarning,
        stacklevel=user_level(),
    )
    return False


@contextmanager
def collect(policy: str) -> Iterator[list[str]]:
    """Decide as `indeterminate(policy)`; what would be warned of comes into a list instead.

    >>> with collect("warn") as found:
    ...     settle(["0 × ∞"])
    False
    >>> found
    ['0 × ∞']
    """
    found: list[str] = []
    token = _collected.set(found)
    try:
        with indeterminate(policy):
            yield found
    finally:
        _collected.reset(token)


def active_policy() -> str:
    """The policy, as given to `indeterminate`."""
    return _policy.get()


def is_zero_times_inf(a: float, b: float) -> bool:
    """True for 0·∞."""
    return (a == 0 and math.isinf(b)) or (b == 0 and math.isinf(a))


def _constants(order: Sequence[Number]) -> set[int]:
    """The ids of the nodes that are constant, though they have nodes as operands."""
    constant: set[int] = set()
    for v in order:
        if v.op is not None and (v.op.flat or any(v.op.absorbing) or constant):
            known = [_known(x, constant) for x in v.operands]
            if is_constant(v.op, numbers(v), known, partial(_partial, v)):
                constant.add(id(v))
    return constant


def _partial_unless_structural(v: Number, index: int, constant: set[int]) -> float | None:
    p = _partial(v, index)
    if p == 0:
        known = [_known(x, constant) for x in v.operands]
        if known[index] or structural_zero(v.op, numbers(v), known):
            return None
    return p


def _known(x: Number, constant: set[int]) -> float:
    return 1.0 if type(x) is float or id(x) in constant else 0.0


def _partial(v: Number, index: int) -> float:
    return partial_at(v.op, index, v.data, *numbers(v))
