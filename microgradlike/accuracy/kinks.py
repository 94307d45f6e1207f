"""Flips at kinks: nodes at which doubles are on another side of a kink than the exact numbers."""

from __future__ import annotations

from microgradlike.accuracy.multiprecision import nearest
from microgradlike.accuracy.names import formula
from microgradlike.accuracy.truth import Truth, partial, working_precision
from microgradlike.engine import Value, local_derivatives
from microgradlike.op import inf


def flips(found: Truth) -> list[str]:
    """A sentence per node that is on the other side of a kink than the exact numbers.

    >>> from microgradlike import Value
    >>> from microgradlike.accuracy.truth import truth
    >>> x = Value(0.1, "x"); y = x + 0.2 - 0.3; z = y.relu()
    >>> flips(truth([x, *y.operands[:1], y, z]))
    []
    """
    with working_precision(found.digits):
        kinked = [i for i, v in enumerate(found.order) if v.op is not None and v.op.flat]
        flipped = [found.order[i] for i in kinked if _is_flipped(found, i)]
    return [
        f"{formula(v)} = {v.data:.4g} is on another side of a kink or jump than the exact numbers;"
        " its derivative is that of the other side"
        for v in flipped
    ]


def _is_flipped(found: Truth, i: int) -> bool:
    """True if a derivative, or the height of a constant piece, differs; not where undecided."""
    v: Value = found.order[i]
    if not found.known(found.values[i]) or not _may_flip(found, v):
        return False
    slopes = local_derivatives(v)
    for k, p in enumerate(slopes):
        if p is not None:
            exact = partial(found, i, k)
            if exact.loss < inf and nearest(exact.number) != p:
                return True
    return not any(slopes) and nearest(found.values[i].number) != v.data


def _may_flip(found: Truth, v: Value) -> bool:
    """False if the operands are off by less than their distance from the kink."""
    numbers = [x.data if isinstance(x, Value) else x for x in v.operands]
    off = 0.0
    for x in v.operands:
        if isinstance(x, Value):
            off += abs(x.data - nearest(found.values[found.index[id(x)]].number))
    return v.op is None or v.op.kink is None or not off < v.op.kink(*numbers)
