"""Line: a function and its gradient along a straight line through the point of a check."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TypeVar

from microgradlike.engine import Value
from microgradlike.testing.check.function_under_test import Subject, slopes
from microgradlike.testing.check.numeric import CENTRAL, Estimate, Sample, Stencil, differentiate
from microgradlike.testing.strategies.trace import Trace

_SHARP = 1e-2  # an error above this part of the derivative decides nothing,
_SHARPER = 1e-4  # (to one side, of this part: near a pole, log x seems to have arrived),
_SMALL = 1e-6  # unless it is below this part of what is differentiated, or of 1
_APART = (2.0**-3, -(2.0**-5), 2.0**-17, -(2.0**-19))  # relative: four places to look at
_BESIDE = 2.0**-30  # relative: how far from the point one looks for what stands in the way,
_NEAR = 2.0**12  # and how many times as far it may be


@dataclass(frozen=True, slots=True)
class _Place:
    """Beside the point: what is differentiated, the rounding in it, the room before a kink."""

    values: Sequence[float]
    noises: Sequence[float]
    room: float


class Line:
    """What is to be differentiated, along a line: number k of the point moves by `direction[k]`.

    That is `rows` of numbers: the function's value, or, with `gradient`, the gradient of it.
    `size` is of the magnitude in which steps are measured: that of the number that moves.

    >>> from microgradlike.testing.check.arguments import Arguments
    >>> subject = Subject(lambda x: x * x, Arguments(lambda x: x, (3.0,)))
    >>> value, slope = (Line(subject, [1.0], 3.0, gradient=g).estimate(0) for g in (False, True))
    >>> round(value.value, 9), round(slope.value, 9)
    (6.0, 2.0)
    """

    def __init__(
        self, subject: Subject, direction: Sequence[float], size: float, *, gradient: bool
    ) -> None:
        self.subject, self.direction, self.size = subject, direction, size
        self.gradient = gradient
        self.values = cache(self._values)
        self.place = cache(self._place)
        self.obstacle = cache(self._obstacle)

    def estimate(self, row: int, stencil: Stencil = CENTRAL) -> Estimate | None:
        """The numeric derivative of a row along the line, None where there is none."""

        def sample(offset: float) -> Sample:
            found = self._sample(row, offset)
            # to one side, a kink at the point itself is no obstacle
            return found if stencil is CENTRAL else replace(found, room=math.inf)

        return differentiate(sample, self.size, stencil, value=partial(self._value, row))

    def is_sharp(
        self, row: int, estimate: Estimate, rounding: float, stencil: Stencil = CENTRAL
    ) -> bool:
        """Whether the numeric derivative is known well enough to judge by."""
        error = estimate.error + rounding
        if error > max(_SMALL, abs(estimate.value)):  # it could be anything, of either sign
            return False
        scale = max(1.0, abs(self._value(row, 0.0)))
        sharp = _SHARP if stencil is CENTRAL else _SHARPER
        return error <= max(sharp * abs(estimate.value), _SMALL * scale)

    def is_constant(self, row: int) -> bool:
        """Whether a row is the same number, bit for bit, at places near and far."""
        reach = max(abs(self.size), 1.0)
        here = self._value(row, 0.0)
        return all(self._value(row, reach * part) == here for part in _APART)

    def _obstacle(self) -> tuple[float, str]:
        """What stands beside the point, and how far away; "" where nothing is to be seen."""
        offset = max(abs(self.size), 1.0) * _BESIDE
        found = (math.inf, "")
        for moved in (self._moved(-offset), self._moved(offset)):
            if moved is None:
                return 0.0, "the edge of the domain"
            found = min(found, self.subject.here.nearest_kink(Trace(*moved), offset))
        room, what = found
        return room, what if room < _NEAR * offset else ""

    def _sample(self, row: int, offset: float) -> Sample:
        place = self.place(offset)
        if place is None:
            return Sample(math.nan)
        return Sample(place.values[row], place.noises[row], place.room)

    def _value(self, row: int, offset: float) -> float:
        """The same without its noise, which costs more than the rest."""
        values = self.values(offset)
        return math.nan if values is None else values[row]

    def _values(self, offset: float) -> Sequence[float] | None:
        moved = self._moved(offset)
        return None if moved is None else _unless_outside(lambda: self._rows(*moved))

    def _place(self, offset: float) -> _Place | None:
        moved = self._moved(offset)
        if moved is None:
            return None
        return _unless_outside(lambda: self._with_noise(offset, *moved))

    def _with_noise(self, offset: float, root: Value, leaves: list[Value]) -> _Place:
        subject = self.subject
        there = Trace(root, leaves)
        room, _ = subject.here.nearest_kink(there, abs(offset)) if offset else (math.inf, "")
        y = subject.target(root, leaves)
        trace = there if y is root else Trace(y, leaves)
        if self.gradient:
            gradient = slopes(y, leaves)
            return _Place(gradient, trace.gradient_noise(gradient, subject.random, 2), room)
        return _Place([y.data], [trace.noise(subject.random)], room)

    def _rows(self, root: Value, leaves: list[Value]) -> list[float]:
        y = self.subject.target(root, leaves)
        return slopes(y, leaves) if self.gradient else [y.data]

    def _moved(self, offset: float) -> tuple[Value, list[Value]] | None:
        """f with the point moved along the line; None where that leads out of the domain."""
        numbers = [
            x + offset * d if d else x
            for x, d in zip(self.subject.arguments.numbers, self.direction)
        ]
        moved = _unless_outside(lambda: self.subject.run(numbers))
        return moved if moved is not None and math.isfinite(moved[0].data) else None


T = TypeVar("T")


def _unless_outside(compute: Callable[[], T]) -> T | None:
    """None where arithmetic of the user's own, in f or in a partial, raises beyond its domain."""
    try:
        return compute()
    except (ArithmeticError, ValueError):
        return None
