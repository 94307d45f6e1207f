"""The strategy `points`: operands inside the domain of a primitive."""

from __future__ import annotations

import math
from collections.abc import Sequence

from hypothesis import strategies as st

from microgradlike._validate import shown
from microgradlike.op import Domain, Op

_SHIFTS = (0.0, 0.5, 0.25, 1.0, 2.0)  # moves of a first operand that is at a kink


def points(
    op: Op, *, bound: float = 100.0, margin: float = 1e-3
) -> st.SearchStrategy[tuple[float, ...]]:
    """A Hypothesis strategy for tuples of operands of `op`, inside its domain.

    - `op`: a primitive; its value at these points is not infinite.
    - `bound`: the largest magnitude of an operand.
    - `margin`: the smallest distance from kinks and from the edges of the domain.

    Raises ValueError if the domain has no such point, TypeError if `op` is not a primitive.

    >>> from hypothesis import find
    >>> from microgradlike.ops import TABLE
    >>> find(points(TABLE["log"]), lambda point: True)
    (1.0,)
    """
    if not isinstance(op, Op):
        raise TypeError(f"points takes a primitive, got {shown(op)}; make one with unary or binary")
    operands = st.tuples(*[_numbers(op, domain, bound, margin) for domain in op.domain])
    return operands.map(lambda p: _away_from_kinks(op, p, margin)).filter(
        lambda p: is_inside(op, p, bound, margin) and not math.isinf(op.forward(*p))
    )


def _numbers(op: Op, domain: Domain, bound: float, margin: float) -> st.SearchStrategy[float]:
    """Numbers in the intervals of one operand, at least `margin` from their edges."""
    ends = [(max(low + margin, -bound), min(high - margin, bound)) for low, high in domain]
    floats = [st.floats(low, high, allow_subnormal=False) for low, high in ends if low <= high]
    if not floats:
        raise ValueError(
            f"{op.name} has no operand in {domain} within {bound} and {margin} from the edges;"
            " pass a larger bound or a smaller margin"
        )
    return st.one_of(floats)


def is_inside(op: Op, at: Sequence[float], bound: float, margin: float) -> bool:
    """True for operands in the domain, `margin` from edges and kinks, and at most `bound`.

    >>> from microgradlike.ops import log
    >>> is_inside(log, [0.5], 100.0, 0.25), is_inside(log, [0.5], 100.0, 0.75)
    (True, False)
    """
    if any(abs(x) > bound for x in at):
        return False
    if not all(in_domain(x, domain, margin) for x, domain in zip(at, op.domain)):
        return False
    return op.kink is None or op.kink(*at) >= margin


def in_domain(x: float, domain: Domain, margin: float) -> bool:
    """True for a number in an interval of the domain, at least `margin` from its edges.

    >>> from microgradlike.ops import log
    >>> in_domain(0.5, log.domain[0], 0.75)
    False
    """
    return any(low + margin <= x <= high - margin for low, high in domain)


def _away_from_kinks(op: Op, at: tuple[float, ...], margin: float) -> tuple[float, ...]:
    """The operands, with the first one moved if they are at a kink, as 0 and ties often are."""
    if op.kink is None:
        return at
    moved = [(at[0] + shift, *at[1:]) for shift in _SHIFTS]
    return next((p for p in moved if op.kink(*p) >= margin), at)
