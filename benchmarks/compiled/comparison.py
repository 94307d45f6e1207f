"""Contestants, each a step and a function that makes its gradient a list, side by side."""

import functools
from time import perf_counter

from benchmarks.shared.measuring import check_agreement


def compared(contestants, rounds, *, factor=1.0):
    """Wall time of a call by name, once all agree on value and gradient."""
    contestants = rounds.entered(contestants)
    check_agreement({name: functools.partial(numbers, *c) for name, c in contestants.items()})
    steps = {name: step for name, (step, _) in contestants.items()}
    times = rounds.interleaved(steps, clock=perf_counter)
    return {name: factor * t for name, t in times.items()}


def numbers(step, read):
    found = step()
    value, gradient = found if isinstance(found, tuple | list) else (found, ())
    return float(value), read(gradient)


def side_by_side(problems, rounds, *, factor):
    """Rows of contestants; for each problem a column of times, and one in times of the first."""
    figures = {}
    for column, contestants in problems.items():
        times = compared(contestants(), rounds, factor=factor)
        ours = next(iter(times.values()))
        for name, time in times.items():
            figures.setdefault(name, {}).update(
                {column: time, f"{column[:-4]} / ours": time / ours}
            )
    return figures
