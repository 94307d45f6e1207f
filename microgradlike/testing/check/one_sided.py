"""OneSidedLimits: the limits of the difference quotients of a function from either side."""

from __future__ import annotations

from dataclasses import dataclass

from microgradlike.testing.check.directional import DirectionalDifferences
from microgradlike.testing.check.function_under_test import FunctionUnderTest, unit_direction
from microgradlike.testing.check.numeric import LEFT, RIGHT, Estimate, Stencil


@dataclass(frozen=True, slots=True)
class OneSidedLimits:
    """The limits of (f(x + h) - f(x))/h for h from below and from above, with their errors.

    Either is None if the function is not finite on that side, or if no step gives it sharply.
    """

    left: Estimate | None
    right: Estimate | None

    @property
    def known(self) -> dict[Stencil, Estimate]:
        """The limits that exist, by stencil."""
        sides = ((LEFT, self.left), (RIGHT, self.right))
        return {stencil: limit for stencil, limit in sides if limit is not None}

    def __str__(self) -> str:
        return f"from the left {_shown(self.left)}, from the right {_shown(self.right)}"


def one_sided_limits(function: FunctionUnderTest, name: str) -> OneSidedLimits:
    """The one-sided derivatives of a function under test in the number called `name`.

    For those of a derivative, pass `function.derivative(directions)`.

    >>> from microgradlike.testing.check.point import Point
    >>> f = lambda x: abs(x) * 2 + x
    >>> print(one_sided_limits(FunctionUnderTest(f, Point(f, (0.0,))), "x"))
    from the left -1, from the right 3
    """
    k = function.point.names.index(name)
    direction, x = unit_direction(k, len(function.leaves)), function.point.numbers[k]
    differences = DirectionalDifferences(function, direction, x, gradient=False)
    return limits(differences, 0, 0.0)


def limits(differences: DirectionalDifferences, component: int, rounding: float) -> OneSidedLimits:
    """The one-sided derivatives of a component that is sharp beside its `rounding`."""

    def limit(stencil: Stencil) -> Estimate | None:
        found = differences.estimate(component, stencil)
        if found is None or not differences.is_sharp(component, found, rounding, stencil):
            return None
        return found

    return OneSidedLimits(limit(LEFT), limit(RIGHT))


def _shown(estimate: Estimate | None) -> str:
    return "unknown" if estimate is None else f"{estimate.value:.10g}"
