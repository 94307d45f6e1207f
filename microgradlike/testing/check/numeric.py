"""Numeric derivatives: differences of values that choose their step and estimate their error.

Glossary: `h` the step; *truncation* the error of replacing a curve by a polynomial, small for small
h; *rounding* the error of a difference of rounded values, small for large h.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

_GOAL = 1e-10  # relative error that ends the search for a better step
_MOST_SCATTERS = 3
_UNRESOLVED = 2.0**-12  # larger scatter, relative to the values, is not caused by rounding
_LARGEST = 1020  # exponent of the largest step: four of them do not overflow
_FOURTH = (1.0, -4.0, 6.0, -4.0, 1.0)  # weights of the fourth difference, small if smooth


@dataclass(frozen=True, slots=True)
class Sample:
    """A function beside the point: its `value` and the rounding `noise` in it.

    `room` is the distance from the point to the first kink in that direction, inf without one.
    """

    value: float
    noise: float = 0.0
    room: float = math.inf


@dataclass(frozen=True, slots=True)
class Estimate:
    """A numeric derivative: `value`, estimated `error`, the `step`, the `room` before a kink."""

    value: float
    error: float
    step: float
    room: float


@dataclass(frozen=True, slots=True)
class Stencil:
    """Five equally spaced places around or beside the point, and their weights."""

    offsets: tuple[int, ...]
    weights: tuple[float, ...]


# Abramowitz and Stegun, table 25.2: exact for polynomials of degree four
CENTRAL = Stencil((-2, -1, 0, 1, 2), (1 / 12, -8 / 12, 0.0, 8 / 12, -1 / 12))
RIGHT = Stencil((0, 1, 2, 3, 4), (-25 / 12, 48 / 12, -36 / 12, 16 / 12, -3 / 12))
LEFT = Stencil((0, -1, -2, -3, -4), (25 / 12, -48 / 12, 36 / 12, -16 / 12, 3 / 12))


@dataclass(frozen=True, slots=True)
class _StepEstimate:
    """The estimate with one step, and its error in two parts."""

    step: float
    value: float
    truncation: float
    rounding: float
    room: float
    noise: float

    @property
    def error(self) -> float:
        return self.truncation + self.rounding


def differentiate(
    sample: Callable[[float], Sample],
    x: float,
    stencil: Stencil = CENTRAL,
    *,
    value: Callable[[float], float] | None = None,
) -> Estimate | None:
    """The derivative at `x` of a function given as `sample(offset from x)`.

    None if with every step some sample is not finite or lies beyond a kink. The larger part of the
    error decides if the step grows or shrinks. The result is the estimate with the smallest error
    that no smaller step contradicts. Noise that the samples do not declare, such as that of
    1 - cos(x) inside a primitive, is measured by the scatter of values close together;
    `value(offset)` gives them if a sample is expensive.

    >>> d = differentiate(lambda offset: Sample(math.sin(1 + offset)), 1.0)
    >>> abs(d.value - math.cos(1)) < d.error < 1e-9
    True
    """
    at = cache(sample)
    seen = 0.0
    best = _search(at, x, stencil, seen)
    for _ in range(_MOST_SCATTERS):
        if best is None:
            return None
        found = _scatter_near(value or (lambda offset: at(offset).value), x, stencil, best.step)
        if not found > max(best.noise, seen):  # also leaves if it is nan, outside of the domain
            break
        if found > _UNRESOLVED * max(abs(at(k * best.step).value) for k in stencil.offsets):
            return None  # not rounding: sin beyond 1e14 jumps between neighboring doubles
        seen = found
        best = _search(at, x, stencil, seen)
    return None if best is None else Estimate(best.value, best.error, best.step, best.room)


def _search(
    at: Callable[[float], Sample], x: float, stencil: Stencil, least_noise: float
) -> _StepEstimate | None:
    estimates: list[_StepEstimate] = []
    search = _StepSearch(x)
    while True:
        estimate = _estimate(at, stencil, math.ldexp(1.0, search.exponent), least_noise)
        if estimate is not None:
            estimates.append(estimate)
            best = _best(estimates)
            if best.error <= _GOAL * abs(best.value):
                return best
        if not search.move(up=estimate is not None and estimate.rounding >= estimate.truncation):
            return _best(estimates) if estimates else None


def _scatter_near(value: Callable[[float], float], x: float, stencil: Stencil, h: float) -> float:
    """The noise of values close together, from their fourth differences (Hamming's table)."""
    # h / 87 is not a round number: rounding errors of evenly spaced round numbers can follow a line
    unit = max(math.ldexp(1.0, _smallest_exponent(x)), math.ldexp(h, -32))
    spacing = max(round(h / 87 / unit), 1) * unit
    places = range(2 * min(stencil.offsets), 2 * max(stencil.offsets) + 1)
    return scatter([value(k * spacing) for k in places])


def scatter(values: Sequence[float]) -> float:
    """The noise of values in evenly spaced places, from their fourth differences.

    >>> scatter([x**3 for x in range(9)]), scatter([0.0, 0.0, 1.0, 0.0, 0.0]) > 0.5
    (0.0, True)
    """
    windows = [values[i : i + 5] for i in range(len(values) - 4)]
    return max(abs(sum(w * v for w, v in zip(_FOURTH, five))) for five in windows) / math.sqrt(70)


def _best(estimates: list[_StepEstimate]) -> _StepEstimate:
    """The estimate with the smallest error that no smaller step contradicts.

    A step of a whole period, or over a kink, can look perfect.
    """
    sound = []
    narrowed = (-math.inf, math.inf)
    for estimate in sorted(estimates, key=lambda estimate: estimate.step):
        low, high = estimate.value - estimate.error, estimate.value + estimate.error
        if high < narrowed[0] or low > narrowed[1]:
            continue
        narrowed = max(low, narrowed[0]), min(high, narrowed[1])
        sound.append(estimate)
    return min(sound, key=lambda estimate: estimate.error)


class _StepSearch:
    """The search for the exponent of the step: growing strides to one side, then bisection.

    A step is a power of two that is large enough for x ± 2h to be exact.
    """

    def __init__(self, x: float) -> None:
        magnitude = math.frexp(x)[1] if x else 0
        self.low = _smallest_exponent(x)  # exponents, both excluded
        self.high = min(max(magnitude, 0), _LARGEST)
        self.exponent = max(min(magnitude, 0) - 10, self.low + 1)
        self.stride = 2
        self.turned = False
        self.last: bool | None = None

    def move(self, *, up: bool) -> bool:
        """Go to the next exponent; False if none is left."""
        if up:
            self.low = self.exponent
        else:
            self.high = self.exponent
        self.turned = self.turned or self.last not in (None, up)
        self.last = up
        if self.high - self.low < 2:
            return False
        if self.turned:
            self.exponent = (self.low + self.high) // 2
        else:
            next_exponent = self.exponent + (self.stride if up else -self.stride)
            self.exponent = min(max(next_exponent, self.low + 1), self.high - 1)
            self.stride *= 2
        return True


def _smallest_exponent(x: float) -> int:
    """The exponent below which x ± several steps, or half steps, may be inexact."""
    return math.frexp(math.ulp(x))[1] + 3


def smallest_step(x: float) -> float:
    """The smallest useful step from x; from 0, one far from the subnormal numbers.

    >>> smallest_step(1.0) == 2.0**-48, smallest_step(0.0) == 2.0**-1000
    (True, True)
    """
    return math.ldexp(1.0, _smallest_exponent(x) if x else -1000)


def _estimate(
    at: Callable[[float], Sample], stencil: Stencil, h: float, least_noise: float
) -> _StepEstimate | None:
    """The derivative with step h/2; the change from step h estimates the truncation."""
    coarse, fine = ([at(k * step) for k in stencil.offsets] for step in (h, h / 2))
    for step, samples in ((h, coarse), (h / 2, fine)):
        for k, s in zip(stencil.offsets, samples):
            if not (math.isfinite(s.value) and math.isfinite(s.noise) and s.room > abs(k) * step):
                return None
    noise = max(least_noise, *(s.noise for s in fine))
    value, rounding = _difference(stencil, fine, h / 2, noise)
    wide, _ = _difference(stencil, coarse, h, noise)
    truncation = abs(wide - value) + _roughness(fine, noise) / (h / 2)
    if not math.isfinite(value + truncation + rounding):  # a difference overflows
        return None
    return _StepEstimate(h, value, truncation, rounding, min(s.room for s in coarse + fine), noise)


def _difference(
    stencil: Stencil, samples: list[Sample], h: float, noise: float
) -> tuple[float, float]:
    centre = samples[stencil.offsets.index(0)].value
    rises = [s.value - centre for s in samples]
    value = sum(w * rise for w, rise in zip(stencil.weights, rises)) / h
    # twice the noise, which is an estimate itself, and the rounding of the sum above
    unsure = 2 * noise + 2 * math.ulp(max(map(abs, rises)))
    return value, sum(map(abs, stencil.weights)) * unsure / h + 2 * math.ulp(value)


def _roughness(samples: list[Sample], noise: float) -> float:
    """The fourth difference if large: a feature narrower than the step, hidden by symmetry."""
    values = [s.value for s in samples]
    fourth = abs(sum(w * v for w, v in zip(_FOURTH, values)))
    allowed = (max(values) - min(values)) / 8 + 32 * noise
    return fourth if fourth > allowed else 0.0
