"""Derivatives from values alone: differences that choose their step and estimate their error.

Glossary: `h` the step; *truncation* the error of taking a curve for a polynomial, small where h is
small; *rounding* the error of taking a difference of rounded values, small where h is large.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

_GOAL = 1e-10  # relative error at which no other step is tried
_MOST_SCATTERS = 3
_UNRESOLVED = 2.0**-12  # a scatter above this part of the values is no rounding
_LARGEST = 1020  # exponent of a step that can be taken four times without overflow
_FOURTH = (1.0, -4.0, 6.0, -4.0, 1.0)  # the fourth difference, which a smooth function hardly has


@dataclass(frozen=True, slots=True)
class Sample:
    """A function beside the point: its `value`, the rounding `noise` in it, and the `room` in that
    direction: how far one may go before a kink (inf where there is none).
    """

    value: float
    noise: float = 0.0
    room: float = math.inf


@dataclass(frozen=True, slots=True)
class Estimate:
    """A numeric derivative: `value`, estimated `error`, the `step` taken, the `room` to a kink."""

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
class _Level:
    """The estimate at one step, its error in two parts."""

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
    """The derivative at `x` of a function given as `sample(offset from x)`; None where there is no
    step at which all samples are finite and nearer than a kink.

    The step goes up or down, whichever the larger part of the error asks for. The estimate with the
    smallest error wins, if no smaller step contradicts it. More noise than the samples admit, such
    as that of 1 - cos(x) inside a primitive, is seen in the scatter of values close together;
    `value(offset)` gives these where a sample is dear.

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
        scatter = _scatter(value or (lambda offset: at(offset).value), x, stencil, best.step)
        if not scatter > max(best.noise, seen):  # or it is nan, beyond the edge of a domain
            break
        if scatter > _UNRESOLVED * max(abs(at(k * best.step).value) for k in stencil.offsets):
            return None  # no rounding: it swings between neighbouring doubles, as sin beyond 1e14
        seen = scatter
        best = _search(at, x, stencil, seen)
    return None if best is None else Estimate(best.value, best.error, best.step, best.room)


def _search(
    at: Callable[[float], Sample], x: float, stencil: Stencil, least_noise: float
) -> _Level | None:
    levels: list[_Level] = []
    search = _Search(x)
    while True:
        level = _level(at, stencil, math.ldexp(1.0, search.exponent), least_noise)
        if level is not None:
            levels.append(level)
            best = _best(levels)
            if best.error <= _GOAL * abs(best.value):
                return best
        if not search.move(up=level is not None and level.rounding >= level.truncation):
            return _best(levels) if levels else None


def _scatter(value: Callable[[float], float], x: float, stencil: Stencil, h: float) -> float:
    """The noise in values close together: that of their fourth differences (Hamming's table)."""
    # no round number: there, rounding may well follow a straight line
    unit = max(math.ldexp(1.0, _lowest(x)), math.ldexp(h, -32))
    spacing = max(round(h / 87 / unit), 1) * unit
    places = range(2 * min(stencil.offsets), 2 * max(stencil.offsets) + 1)
    values = [value(k * spacing) for k in places]
    windows = [values[i : i + 5] for i in range(len(values) - 4)]
    return max(abs(sum(w * v for w, v in zip(_FOURTH, five))) for five in windows) / math.sqrt(70)


def _best(levels: list[_Level]) -> _Level:
    """The smallest error among the levels that no smaller step contradicts.

    A step that is a period of the function, or that leaps over a kink, can look perfect.
    """
    sound = []
    narrowed = (-math.inf, math.inf)
    for level in sorted(levels, key=lambda level: level.step):
        low, high = level.value - level.error, level.value + level.error
        if high < narrowed[0] or low > narrowed[1]:
            continue
        narrowed = max(low, narrowed[0]), min(high, narrowed[1])
        sound.append(level)
    return min(sound, key=lambda level: level.error)


class _Search:
    """The exponent of the step: in growing strides while the direction stays, then by halving.

    A step is a power of two, and not too small, so that x ± 2h is exact.
    """

    def __init__(self, x: float) -> None:
        magnitude = math.frexp(x)[1] if x else 0
        self.low = _lowest(x)  # exponents, both excluded
        self.high = min(max(magnitude, 0), _LARGEST)
        self.exponent = max(min(magnitude, 0) - 10, self.low + 1)
        self.stride = 2
        self.turned = False
        self.last: bool | None = None

    def move(self, *, up: bool) -> bool:
        """Go to the next exponent; False where there is none left."""
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
            wish = self.exponent + (self.stride if up else -self.stride)
            self.exponent = min(max(wish, self.low + 1), self.high - 1)
            self.stride *= 2
        return True


def _lowest(x: float) -> int:
    """An exponent of steps from x that are exact, several times over, and a half of them too."""
    return math.frexp(math.ulp(x))[1] + 3


def _level(
    at: Callable[[float], Sample], stencil: Stencil, h: float, least_noise: float
) -> _Level | None:
    """The derivative with step h/2; what step h makes of it is the measure of truncation."""
    coarse, fine = ([at(k * step) for k in stencil.offsets] for step in (h, h / 2))
    for step, samples in ((h, coarse), (h / 2, fine)):
        for k, s in zip(stencil.offsets, samples):
            if not (math.isfinite(s.value) and math.isfinite(s.noise) and s.room > abs(k) * step):
                return None
    noise = max(least_noise, *(s.noise for s in fine))
    value, rounding = _difference(stencil, fine, h / 2, noise)
    wide, _ = _difference(stencil, coarse, h, noise)
    truncation = abs(wide - value) + _roughness(fine, noise) / (h / 2)
    if not math.isfinite(value + truncation + rounding):  # the differences overflow
        return None
    return _Level(h, value, truncation, rounding, min(s.room for s in coarse + fine), noise)


def _difference(
    stencil: Stencil, samples: list[Sample], h: float, noise: float
) -> tuple[float, float]:
    centre = samples[stencil.offsets.index(0)].value
    rises = [s.value - centre for s in samples]
    value = sum(w * rise for w, rise in zip(stencil.weights, rises)) / h
    # twice the noise, which is itself an estimate, and what the sum above rounds off
    unsure = 2 * noise + 2 * math.ulp(max(map(abs, rises)))
    return value, sum(map(abs, stencil.weights)) * unsure / h + 2 * math.ulp(value)


def _roughness(samples: list[Sample], noise: float) -> float:
    """What a function narrower than the step shows, even where two steps agree by symmetry."""
    values = [s.value for s in samples]
    fourth = abs(sum(w * v for w, v in zip(_FOURTH, values)))
    allowed = (max(values) - min(values)) / 8 + 32 * noise
    return fourth if fourth > allowed else 0.0
