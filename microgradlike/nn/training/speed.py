"""Speed: the duration of the same work compiled and eager."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@dataclass(slots=True)
class Stopwatch:
    """Calls functions and adds up the seconds they take: the first call apart from the others.

    `count` is the number of calls, `first` the duration of the first one, `others` that of the
    others together.

    >>> stopwatch = Stopwatch()
    >>> [stopwatch(abs, x) for x in (-3, -4)], stopwatch.count
    ([3, 4], 2)
    """

    count: int = 0
    first: float = 0.0
    others: float = 0.0

    def __call__(
        self, f: Callable[Arguments, Result], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Result:
        """Return f(*args, **kwargs), timed.

        >>> Stopwatch()(max, 1, 2)
        2
        """
        start = perf_counter()
        result = f(*args, **kwargs)
        seconds = perf_counter() - start
        if self.count:
            self.others += seconds
        else:
            self.first = seconds
        self.count += 1
        return result


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds for the value and the gradient of a batch: first compiled call, compiled, eager.

    The first compiled call records the function and builds its program.

    >>> print(Speed(first=0.5, compiled=0.0002, eager=0.05))
    compiled 0.2 ms a step, eager 50 ms: 250 times faster, after 500 ms to compile
    """

    first: float
    compiled: float
    eager: float

    @classmethod
    def measured(cls, compiled: Stopwatch, eager: Stopwatch) -> Speed | None:
        """The means over the calls; None with fewer than two compiled calls or one eager call.

        >>> from microgradlike import nn
        >>> Speed.measured(nn.train.Stopwatch(5, 1.0, 0.04), nn.train.Stopwatch(1, 0.1))
        Speed(first=1.0, compiled=0.01, eager=0.1)
        """
        if compiled.count < 2 or not eager.count:
            return None
        mean = (eager.first + eager.others) / eager.count
        return cls(compiled.first, compiled.others / (compiled.count - 1), mean)

    def __str__(self) -> str:
        ratio = self.eager / self.compiled
        faster = ratio >= 1
        times = _rounded(ratio if faster else 1 / ratio)
        return (
            f"compiled {_milliseconds(self.compiled)} a step, eager {_milliseconds(self.eager)}:"
            f" {times} times {'faster' if faster else 'slower'}, after"
            f" {_milliseconds(self.first)} to compile"
        )


def _milliseconds(seconds: float) -> str:
    return f"{1e3 * seconds:.3g} ms" if seconds < 1 else f"{seconds:.1f} s"


def _rounded(times: float) -> str:
    return f"{times:,.0f}" if times >= 10 else f"{times:.2g}"
