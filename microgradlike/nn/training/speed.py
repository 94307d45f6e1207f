"""Speed: how long the same work takes compiled and eager, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any


@dataclass(slots=True)
class Clock:
    """Calls functions and adds up how long they take: the first call apart from the others.

    >>> clock = Clock()
    >>> [clock(abs, x) for x in (-3, -4)], clock.count
    ([3, 4], 2)
    """

    count: int = 0
    first: float = 0.0
    others: float = 0.0

    def __call__(self, f: Callable[..., Any], *args: Any) -> Any:
        """What `f(*args)` gives."""
        start = perf_counter()
        result = f(*args)
        seconds = perf_counter() - start
        if self.count:
            self.others += seconds
        else:
            self.first = seconds
        self.count += 1
        return result


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds for the value and the gradient of a batch: compiled, eager, and at the first call.

    The first compiled call records the function and builds its program.

    >>> print(Speed(first=0.5, compiled=0.0002, eager=0.05))
    compiled 0.2 ms a step, eager 50 ms: 250 times faster, after 500 ms to compile
    """

    first: float
    compiled: float
    eager: float

    @classmethod
    def of(cls, compiled: Clock, eager: Clock) -> Speed | None:
        """The means over the calls; None where one of them has had too few: compiled 2, eager 1.

        >>> Speed.of(Clock(5, 1.0, 0.04), Clock(1, 0.1))
        Speed(first=1.0, compiled=0.01, eager=0.1)
        """
        if compiled.count < 2 or not eager.count:
            return None
        mean = (eager.first + eager.others) / eager.count
        return cls(compiled.first, compiled.others / (compiled.count - 1), mean)

    def __str__(self) -> str:
        ratio = self.eager / self.compiled
        faster = ratio >= 1
        how = f"{_rounded(ratio if faster else 1 / ratio)} times {'faster' if faster else 'slower'}"
        return (
            f"compiled {_milliseconds(self.compiled)} a step, eager {_milliseconds(self.eager)}:"
            f" {how}, after {_milliseconds(self.first)} to compile"
        )


def _milliseconds(seconds: float) -> str:
    return f"{1e3 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.1f} s"


def _rounded(times: float) -> str:
    return f"{times:,.0f}" if times >= 10 else f"{times:.2g}"
