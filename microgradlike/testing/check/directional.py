"""DirectionalDifferences: numeric derivatives along a line through the point of a check."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TypeVar

from microgradlike.derivatives.api import gradients
from microgradlike.engine import Value
from microgradlike.testing.check.evaluation import Evaluation
from microgradlike.testing.check.function_under_test import (
    Direction,
    FunctionUnderTest,
    backward_gradient,
    directional_derivative,
)
from microgradlike.testing.check.numeric import CENTRAL, Estimate, Sample, Stencil, differentiate

_SHARP = 1e-2  # a numeric derivative is sharp up to this relative error
_SHARP_ONE_SIDED = 1e-4  # the same, one-sided: near a pole, log(x) seems to converge
_NEGLIGIBLE = 1e-6  # or up to this error relative to the function's value or to 1
_CONSTANT_PLACES = (2.0**-3, -(2.0**-5), 2.0**-17, -(2.0**-19))  # relative offsets
_NEARBY = 2.0**-30  # relative offset of the search for obstacles
_NEAR = 2.0**12  # an obstacle is near up to this many such offsets


@dataclass(frozen=True, slots=True)
class _Neighbour:
    """The components beside the point, the rounding in each, and the room before a kink."""

    values: Sequence[float]
    noises: Sequence[float]
    room: float


class DirectionalDifferences:
    """Numeric derivatives of a function under test along a line: number k moves by `direction[k]`.

    The components that are differentiated are the function's value alone, or with `gradient` the
    entries of its gradient. `size` is the magnitude that steps are measured in: that of the number
    that moves.

    >>> from microgradlike.testing.check.point import Point
    >>> square = FunctionUnderTest(lambda x: x * x, Point(lambda x: x, (3.0,)))
    >>> first = DirectionalDifferences(square, [1.0], 3.0, gradient=False)
    >>> second = DirectionalDifferences(square, [1.0], 3.0, gradient=True)
    >>> round(first.estimate(0).value, 9), round(second.estimate(0).value, 9)
    (6.0, 2.0)
    """

    def __init__(
        self, function: FunctionUnderTest, direction: Direction, size: float, *, gradient: bool
    ) -> None:
        self.function, self.direction, self.size = function, direction, size
        self.gradient = gradient
        self._trouble = ""
        self.values = cache(self._values)
        self.neighbour = cache(self._neighbour)
        self.obstacle = cache(self._obstacle)

    def estimate(self, component: int, stencil: Stencil = CENTRAL) -> Estimate | None:
        """The numeric derivative of a component, or None if no step gives one."""

        def sample(offset: float) -> Sample:
            found = self._sample(component, offset)
            # a kink at the point itself does not affect one-sided differences
            return found if stencil is CENTRAL else replace(found, room=math.inf)

        return differentiate(sample, self.size, stencil, value=partial(self.value, component))

    def is_sharp(
        self, component: int, estimate: Estimate, rounding: float, stencil: Stencil = CENTRAL
    ) -> bool:
        """True if the error of the estimate is small enough to judge a derivative by it."""
        error = estimate.error + rounding
        if error > max(_NEGLIGIBLE, abs(estimate.value)):  # even the sign is unknown
            return False
        scale = max(1.0, abs(self.value(component, 0.0)))
        sharp = _SHARP if stencil is CENTRAL else _SHARP_ONE_SIDED
        return error <= max(sharp * abs(estimate.value), _NEGLIGIBLE * scale)

    def is_constant(self, component: int) -> bool:
        """True if a component has the same value at several places near and far."""
        reach = max(abs(self.size), 1.0)
        here = self.value(component, 0.0)
        return all(self.value(component, reach * part) == here for part in _CONSTANT_PLACES)

    def slope(self, component: int, offset: float) -> float:
        """The derivative of a component along the line, by reverse mode; nan without one."""
        moved = self._moved(offset)
        found = None if moved is None else _unless_outside(lambda: self._slope(component, *moved))
        return math.nan if found is None else found

    def out_of_range(self) -> str:
        """The first node that under- or overflows at the point, else near it; "" without one."""
        return self.function.evaluation.out_of_range() or self._trouble

    def value(self, component: int, offset: float) -> float:
        """The component without its noise, which would cost more than the value; nan outside."""
        values = self.values(offset)
        return math.nan if values is None else values[component]

    def crowd_of_kinks(self, step: float) -> str:
        """A node that passes many kinks within a step of the point; "" without one."""
        found = (self._moved(offset) for offset in (-step, step))
        near = [Evaluation(*moved) for moved in found if moved is not None]
        return next(filter(None, map(self.function.evaluation.crowd_of_kinks, near)), "")

    def _slope(self, component: int, root: Value, leaves: list[Value]) -> float:
        y = self.function.result(root, leaves)
        if self.gradient:
            y = directional_derivative(gradients(y, leaves), self.direction)
            return backward_gradient(y, leaves)[component]
        gradient = backward_gradient(y, leaves)
        return sum(d * g for d, g in zip(self.direction, gradient) if d)

    def _obstacle(self) -> tuple[float, str]:
        """The distance to the nearest kink or edge, and its description; "" if none is near."""
        offset = max(abs(self.size), 1.0) * _NEARBY
        nearest = (math.inf, "")
        for moved in (self._moved(-offset), self._moved(offset)):
            if moved is None:
                return 0.0, "the edge of the domain"
            kink = self.function.evaluation.nearest_kink(Evaluation(*moved), offset)
            nearest = min(nearest, kink)
        room, what = nearest
        return room, what if room < _NEAR * offset else ""

    def _sample(self, component: int, offset: float) -> Sample:
        found = self.neighbour(offset)
        if found is None:
            return Sample(math.nan)
        return Sample(found.values[component], found.noises[component], found.room)

    def _values(self, offset: float) -> Sequence[float] | None:
        moved = self._moved(offset)
        return None if moved is None else _unless_outside(lambda: self._components(*moved))

    def _neighbour(self, offset: float) -> _Neighbour | None:
        moved = self._moved(offset)
        if moved is None:
            return None
        return _unless_outside(lambda: self._with_noise(offset, *moved))

    def _with_noise(self, offset: float, root: Value, leaves: list[Value]) -> _Neighbour:
        function = self.function
        there = Evaluation(root, leaves)
        room = math.inf
        if offset:
            room, _ = function.evaluation.nearest_kink(there, abs(offset))
        y = function.result(root, leaves)
        evaluation = there if y is root else Evaluation(y, leaves)
        if self.gradient:
            values = backward_gradient(y, leaves)
            noises = evaluation.gradient_noise(values, function.random, 2)
        else:
            values, noises = [y.data], [evaluation.noise(function.random)]
        if not self._trouble and not all(map(math.isfinite, noises)):
            self._trouble = evaluation.out_of_range()
        return _Neighbour(values, noises, room)

    def _components(self, root: Value, leaves: list[Value]) -> list[float]:
        y = self.function.result(root, leaves)
        return backward_gradient(y, leaves) if self.gradient else [y.data]

    def _moved(self, offset: float) -> tuple[Value, list[Value]] | None:
        """A run of f with the point moved along the line; None outside of the domain."""
        numbers = [
            x + offset * d if d else x for x, d in zip(self.function.point.numbers, self.direction)
        ]
        moved = _unless_outside(lambda: self.function.run(numbers))
        return moved if moved is not None and math.isfinite(moved[0].data) else None


T = TypeVar("T")


def _unless_outside(compute: Callable[[], T]) -> T | None:
    """The result, or None if the user's function or partial raises outside of its domain."""
    try:
        return compute()
    except (ArithmeticError, ValueError):
        return None
