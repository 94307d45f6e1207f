"""The changes of a derivative within a step of differences, which these cannot see.

A wrong rule is wrong beside the point too. So differences over a step contradict the mean of its
derivative over this step, and the derivative is smooth. A derivative that they contradict at the
point and right beside it, but whose mean they confirm, changes within the step, as near a pole; one
that is not smooth changes faster than the doubles follow each other, as sin(x) does at 1e17.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol

from microgradlike.testing.check.numeric import Estimate, Stencil, scatter, smallest_step

_PART = 0.1  # a mean within this part of the excess is no sign of a wrong rule
_GAUSS = tuple(  # places in (-1, 1) and weights of a mean, without the centre (25.4.30)
    (sign * t, w / 2)
    for t, w in ((0.3399810435848563, 0.6521451548625461), (0.8611363115940526, 0.3478548451374538))
    for sign in (-1, 1)
)


class Line(Protocol):
    """A function along a line: its `value` and its `slope` by reverse mode, and its `size`."""

    size: float

    def value(self, component: int, offset: float) -> float:
        """The value at an offset from the point."""

    def slope(self, component: int, offset: float) -> float:
        """The derivative at an offset from the point; nan without one."""


def change_within_a_step(
    line: Line,
    component: int,
    derivative: float,
    within: tuple[float, float],
    estimates: Mapping[Stencil, Estimate],
) -> str:
    """A note if the derivative changes too fast for differences; else "".

    Differences have the `estimates`, and confine the derivative `within` an interval.
    """
    low, high = within
    excess = max(low - derivative, derivative - high)
    if not math.isfinite(excess):  # also for a derivative of nan
        excess = max(abs(low), abs(high))
    tiny = smallest_step(line.size)
    beside = [line.slope(component, offset) for offset in (-tiny, tiny)]
    if not any(math.isfinite(x) and not low <= x <= high for x in beside):
        return ""
    for stencil, estimate in estimates.items():
        span = _span(stencil, estimate.step)
        confirmed = _mean_error(line, component, span) <= _PART * excess
        if not (confirmed or _roughness(line, component, span) >= _PART * excess):
            return ""
    step = max(estimate.step for estimate in estimates.values())
    return f"the derivative changes within {step:.1g} of the point, too fast for differences"


def _span(stencil: Stencil, h: float) -> tuple[float, float]:
    """The offsets from and to which a step of the stencil reaches."""
    return -h if min(stencil.offsets) < 0 else 0.0, h if max(stencil.offsets) > 0 else 0.0


def _mean_error(line: Line, component: int, span: tuple[float, float]) -> float:
    """The distance of the mean derivative from the difference of the values."""
    low, high = span
    middle, half = (low + high) / 2, (high - low) / 2
    mean = sum(w * line.slope(component, middle + half * t) for t, w in _GAUSS)
    rise = line.value(component, high) - line.value(component, low)
    return abs(rise / (high - low) - mean)


def _roughness(line: Line, component: int, span: tuple[float, float]) -> float:
    """The part of the derivative's change that no smooth curve explains."""
    low, high = span
    return scatter([line.slope(component, low + (high - low) * k / 12.0) for k in range(1, 12)])
