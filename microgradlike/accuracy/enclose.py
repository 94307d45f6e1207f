"""enclose: ranges over a box. It imports no more, so `import microgradlike` is fast."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from microgradlike.accuracy.intervals.enclosure import Enclosure

__all__ = ["enclose"]


def enclose(f: Callable[..., object], /, *boxes: Any, pieces: int = 64) -> Enclosure:
    """The range of `f` and of its gradient over a box, by interval arithmetic.

    `boxes` are the arguments of `f`: a pair `(lo, hi)` for a number in that range, a number, or
    lists, tuples and dicts of these. The box is cut into at most `pieces` parts where that makes a
    range narrower. `f` is called on Intervals, up to some hundred times, and returns one number; a
    Value that it uses is constant.

    The Enclosure holds all values and derivatives at points of the box. The true ranges may be
    smaller, and a kink, a jump or a pole that is named may not be there. Ends are rounded outward,
    by the measured errors of primitives; `proven` says that none of these was needed. A primitive
    of your own counts as accurate to 2 ulp, and its partials as right.

    Raises ValueError for a pair that is not an interval, and for a comparison in `f` that is
    undecided over the box; TypeError where `f` cannot be called or returns anything but one number.

    >>> found = enclose(lambda x: x * (1 - x), (0.0, 0.25))
    >>> 0.1 in found.value, found.monotone, found.shape, found.leaves_domain
    (True, ('increasing',), 'concave', ())
    >>> enclose(lambda x, y: x.exp() + abs(y), (0, 1), (-1, 2)).monotone
    ('increasing', 'undecided')
    """
    from microgradlike._validate import whole_number
    from microgradlike.accuracy.intervals.enclosure import enclosure

    return enclosure(f, boxes, whole_number("pieces", pieces, at_least=1))
