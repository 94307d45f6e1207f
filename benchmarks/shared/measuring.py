"""Fair timing on a shared machine: everybody runs once per round; medians over the rounds."""

import gc
import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from time import process_time

LEAST = 0.02  # seconds per timing, so that the clock and one interrupt do not matter
BRIEF = 0.005  # the same where the fastest counts: within one slice of the scheduler's time
CALLS = 3  # at least: the second call pays for collecting the garbage of the first


def seconds(f, calls, clock):
    """Seconds per call of `f`: neither the garbage of whoever ran before nor the objects of modules
    that only others need (torch brings 10^5) are on its bill; the collector stays on.
    """
    gc.collect()
    gc.freeze()
    if calls > CALLS:
        f()  # it warms the caches, which the collection has left cold
    start = clock()
    for _ in range(calls):
        f()
    return (clock() - start) / calls


def fastest(f, clock):
    """Seconds of one call, about: the first ones still warm the caches."""
    return min(seconds(f, 1, clock) for _ in range(CALLS))


@dataclass(frozen=True)
class Rounds:
    """A number of rounds, and the summary of the timings of one contestant."""

    count: int = 5
    summary: Callable = statistics.median  # or min: for a machine that others use as well
    without: tuple = ()  # words in the names of contestants that stay away

    processor: bool = False  # processor time everywhere, also for those that work in threads

    def entered(self, contestants):
        """The contestants that take part."""
        return {
            name: contestant
            for name, contestant in contestants.items()
            if not any(word in name for word in self.without)
        }

    def interleaved(self, contestants, *, clock=process_time):
        """Seconds per call, by name; of this process alone, unless another clock says else."""
        clock = process_time if self.processor else clock
        least = BRIEF if self.summary is min else LEAST
        calls = {
            name: max(CALLS, math.ceil(least / max(fastest(f, clock), 1e-7)))
            for name, f in contestants.items()
        }
        times = {name: [] for name in contestants}
        for _ in range(self.count):
            for name, f in contestants.items():
                times[name].append(seconds(f, calls[name], clock))
        return {name: self.summary(t) for name, t in times.items()}


def check_agreement(contestants, *, tolerance=1e-9):
    """Raise ValueError unless all contestants compute the same loss and gradients."""
    first = None
    for name, f in contestants.items():
        loss, grads = f()
        numbers = [loss, *grads]
        first = first or numbers
        worst = max(abs(a - b) for a, b in zip(first, numbers, strict=True))
        if not worst <= tolerance:
            raise ValueError(f"{name} is off by {worst:.1e}: it computes something else")


def compared(contestants, rounds, *, clock=process_time, factor=1.0):
    """Time of a call and ratio to the first contestant, once all agree, as columns by name."""
    contestants = rounds.entered(contestants)
    check_agreement(contestants)
    times = rounds.interleaved(contestants, clock=clock)
    ours = next(iter(times.values()))
    return {name: (factor * t, t / ours) for name, t in times.items()}
