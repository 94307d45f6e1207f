"""Flips at kinks: nodes at which doubles are on another side of a kink than the exact numbers."""

from __future__ import annotations

from microgradlike.accuracy.judgement.names import formula
from microgradlike.accuracy.truth.exact import Exact, over
from microgradlike.accuracy.truth.multiprecision import nearest
from microgradlike.accuracy.truth.textbook import textbook
from microgradlike.accuracy.truth.truth import Truth, working_precision
from microgradlike.engine import Value, local_derivatives
from microgradlike.op import inf


def flips(found: Truth) -> list[str]:
    """A sentence per node that is on the other side of a kink than the exact numbers."""
    with working_precision(found.digits):
        kinked = [(v, y) for v, y in zip(found.order, found.values) if v.op and v.op.flat]
        flipped = [v for v, y in kinked if _is_flipped(found, v, y)]
    return [
        f"{formula(v)} = {v.data:.4g} is on another side of a kink or jump than the exact numbers;"
        " its derivative is that of the other side"
        for v in flipped
    ]


def _is_flipped(found: Truth, v: Value, y: Exact) -> bool:
    """True if a derivative, or the height of a constant piece, differs; not if undecided."""
    assert v.op is not None
    at = found.operands(v)
    numbers = [x.data if isinstance(x, Value) else x for x in v.operands]
    off = sum([abs(a - nearest(x.number)) for a, x in zip(numbers, at)])
    if not found.known(y) or (v.op.kink is not None and off < v.op.kink(*numbers)):
        return False
    slopes = local_derivatives(v)
    for k, p in enumerate(slopes):
        exact = over(textbook(v.op, k), y, *at)
        if p is not None and exact.loss < inf and nearest(exact.number) != p:
            return True
    return not any(slopes) and nearest(y.number) != v.data
