"""Colors: gradients on a diverging scale, blue below zero and orange above, gray at zero."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

WHITE = "#ffffff"  # no gradient yet
EDGE = "#777777"
FLAG = "#222222"
YELLOW = "#ffe95c"  # nan or infinite
PURPLE = "#7b2fbe"  # the line of a product 0·∞
LOST = "#a8125c"  # the border of a node that loses digits
RIGHT_FILL, LOST_FILL = (0xFF, 0xFF, 0xFF), (0xF0, 0x8C, 0xB4)  # 16 right digits, and none
RIGHT_LINE, LOST_LINE = (0x77, 0x77, 0x77), (0xA8, 0x12, 0x5C)
UNDECIDED_LINE = "#a08700"
DIGITS = 16
ZERO = (0xEE, 0xEE, 0xEE)
NEGATIVE = (0x74, 0xB3, 0xEA)  # as light as the orange, for print in gray
POSITIVE = (0xF5, 0x9E, 0x42)
FAINTEST = 0.12  # the least distance from zero's gray: only a gradient of 0 looks like 0


@dataclass(frozen=True, slots=True)
class Scale:
    """The scale from -`largest` to `largest`, by the square root, so that small gradients show."""

    largest: float

    @classmethod
    def of(cls, gradients: Iterable[float | None]) -> Scale | None:
        """Make the scale that spans these gradients; None if there are none.

        >>> Scale.of([0.5, None, -30.0])
        Scale(largest=30.0)
        """
        sizes = [abs(g) for g in gradients if g is not None and math.isfinite(g)]
        return cls(max(sizes)) if sizes else None

    def color(self, gradient: float | None) -> str:
        """Give the fill of a node with that gradient, as "#rrggbb".

        >>> Scale(2.0).color(2.0), Scale(2.0).color(0.0), Scale(2.0).color(None)
        ('#f59e42', '#eeeeee', '#ffffff')
        """
        if gradient is None:
            return WHITE
        if not math.isfinite(gradient):
            return YELLOW
        if gradient == 0:
            return _hex(ZERO, ZERO, 0.0)
        end = POSITIVE if gradient > 0 else NEGATIVE
        return _hex(ZERO, end, max(math.sqrt(abs(gradient) / self.largest), FAINTEST))

    def ticks(self) -> list[float]:
        """List the gradients that a legend shows, ascending.

        >>> Scale(2.0).ticks()
        [-2.0, -0.5, -0.125, 0.0, 0.125, 0.5, 2.0]
        """
        sizes = [self.largest / 16, self.largest / 4, self.largest] if self.largest else []
        return [*(-x for x in reversed(sizes)), 0.0, *sizes]


def digits_color(right: float, *, line: bool = False) -> str:
    """Give the fill of a node, or the color of a line, with so many right digits; nan is undecided.

    >>> digits_color(16.0), digits_color(0.0), digits_color(math.nan)
    ('#ffffff', '#f08cb4', '#ffe95c')
    """
    if math.isnan(right):
        return UNDECIDED_LINE if line else YELLOW
    ends = (RIGHT_LINE, LOST_LINE) if line else (RIGHT_FILL, LOST_FILL)
    return _hex(*ends, 1 - right / DIGITS)


def _hex(a: tuple[int, int, int], b: tuple[int, int, int], share: float) -> str:
    return "#" + "".join(f"{round(x + (y - x) * share):02x}" for x, y in zip(a, b))
