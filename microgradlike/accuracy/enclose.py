"""enclose: ranges over a box. It imports no more, so `import microgradlike` is fast."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from microgradlike.accuracy.enclosure import Enclosure

__all__ = ["enclose"]


def enclose(f: Callable[..., object], /, *boxes: Any, pieces: int = 64) -> Enclosure:
    """The range of `f` and of its gradient over a box, by interval arithmetic.

    `boxes` are the arguments of `f`: a pair `(lo, hi)` for a number in that range, a number, or
    lists, tuples and dicts of these. The box is cut into at most `pieces` parts where that makes a
    range narrower. `f` is called on Intervals, some hundred times, and must return one number; a
    Value that it uses is constant.

    The result holds all values and derivatives at points of the box. The true range may be smaller:
    a sign, a kink or a pole that is reported may not be there, one that is not reported is not. No
    claim is made about points at which an operand leaves the domain of a primitive. Ends are rounded
    outward, by the measured errors of primitives; `proven` says whether f needs none of these.

    Raises ValueError for a pair that is not an interval, and where `f` asks whether a comparison holds
    that is undecided over the box; TypeError where `f` returns anything but one number.

    >>> found = enclose(lambda x: x * (1 - x), (0.0, 1.0))
    >>> 0 <= found.value.lo + 1e-2, 0.25 in found.value, found.shape, found.leaves_domain
    (True, True, 'concave', ())
    >>> enclose(lambda x, y: x.exp() + abs(y), (0, 1), (-1, 2)).monotone
    ('increasing', 'undecided')
    """
    from microgradlike._validate import whole_number
    from microgradlike.accuracy.enclosure import enclosure

    return enclosure(f, boxes, whole_number("pieces", pieces, at_least=1))
