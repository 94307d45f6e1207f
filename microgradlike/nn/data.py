"""Toy data: points in the plane with labels, the same for the same seed.

Each function returns a list of points (x, y) and a list of labels. It takes the number of points,
`n_samples` (or `n`), the standard deviation `noise` of the normal error in each coordinate, and a
`seed`. Labels are 0, 1, ... in turn, so any part of the data is balanced; for labels -1 and 1 write
`2 * label - 1`. Each function raises ValueError or TypeError for an argument that does not fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from microgradlike._validate import real_number, whole_number

Point = tuple[float, float]
Data = tuple[list[Point], list[int]]

__all__ = ["Data", "Point", "blobs", "circles", "moons", "spirals", "xor"]


def moons(n_samples: int = 100, *, noise: float = 0.1, seed: int = 0, n: int | None = None) -> Data:
    """Two half circles of radius 1 that reach into each other, classes 0 and 1.

    The result is a list of points (x, y) and a list of labels. `n_samples` is the number of points
    (or `n`), `noise` the standard deviation of a normal error in each coordinate, and `seed` that
    of the draws. Labels come in turn, so any part of the data is balanced. Raises ValueError or
    TypeError for an argument that does not fit.

    >>> import math
    >>> points, labels = moons(4, noise=0.0)
    >>> labels, round(math.hypot(*points[0]), 6)
    ([0, 1, 0, 1], 1.0)
    """

    def place(rng: Random, i: int) -> Point:
        angle = rng.uniform(0.0, math.pi)
        x, y = math.cos(angle), math.sin(angle)
        return (1.0 - x, 0.5 - y) if i % 2 else (x, y)

    return _sample(place, 2, n_samples if n is None else n, noise, seed)


def circles(
    n_samples: int = 100,
    *,
    factor: float = 0.5,
    noise: float = 0.05,
    seed: int = 0,
    n: int | None = None,
) -> Data:
    """A circle of radius 1 and, as class 1, one of radius `factor` inside it; 0 < factor < 1.

    The parameters `n_samples` (or `n`), `noise` and `seed`, and the errors, are those of `moons`.

    >>> import math
    >>> points, labels = circles(2, noise=0.0)
    >>> [round(math.hypot(*p), 6) for p in points]
    [1.0, 0.5]
    """
    if not 0 < real_number("factor", factor) < 1:
        raise ValueError(f"factor must be between 0 and 1, got {factor!r}")

    def place(rng: Random, i: int) -> Point:
        angle, radius = rng.uniform(0.0, math.tau), factor if i % 2 else 1.0
        return radius * math.cos(angle), radius * math.sin(angle)

    return _sample(place, 2, n_samples if n is None else n, noise, seed)


def spirals(
    n_samples: int = 150,
    *,
    classes: int = 3,
    turns: float = 0.75,
    noise: float = 0.03,
    seed: int = 0,
    n: int | None = None,
) -> Data:
    """One arm for each of `classes`, from near the center out to radius 1 in `turns` turns.

    The parameters `n_samples` (or `n`), `noise` and `seed`, and the errors, are those of `moons`.

    >>> import math
    >>> points, labels = spirals(6, noise=0.0)
    >>> labels, max(math.hypot(*p) for p in points) <= 1
    ([0, 1, 2, 0, 1, 2], True)
    """
    whole_number("classes", classes, at_least=2)
    real_number("turns", turns)

    def place(rng: Random, i: int) -> Point:
        radius = rng.uniform(0.05, 1.0)
        angle = math.tau * (turns * radius + (i % classes) / classes)
        return radius * math.cos(angle), radius * math.sin(angle)

    return _sample(place, classes, n_samples if n is None else n, noise, seed)


def xor(n_samples: int = 100, *, noise: float = 0.2, seed: int = 0, n: int | None = None) -> Data:
    """Four clusters at (±1, ±1); class 0 has equal signs, class 1 different ones.

    The parameters `n_samples` (or `n`), `noise` and `seed`, and the errors, are those of `moons`.

    >>> xor(4, noise=0.0)
    ([(-1.0, -1.0), (-1.0, 1.0), (1.0, 1.0), (1.0, -1.0)], [0, 1, 0, 1])
    """

    def place(rng: Random, i: int) -> Point:
        side = -1.0 if i % 4 < 2 else 1.0
        return side, -side if i % 2 else side

    return _sample(place, 2, n_samples if n is None else n, noise, seed)


def blobs(
    n_samples: int = 150,
    *,
    classes: int = 3,
    noise: float = 0.2,
    seed: int = 0,
    n: int | None = None,
) -> Data:
    """One cluster for each of `classes`, their centers evenly spaced on a circle of radius 1.

    The parameters `n_samples` (or `n`), `noise` and `seed`, and the errors, are those of `moons`.

    >>> blobs(2, classes=2, noise=0.0)[0][0]
    (1.0, 0.0)
    """
    whole_number("classes", classes, at_least=2)

    def place(rng: Random, i: int) -> Point:
        angle = math.tau * (i % classes) / classes
        return math.cos(angle), math.sin(angle)

    return _sample(place, classes, n_samples if n is None else n, noise, seed)


def _sample(
    place: Callable[[Random, int], Point], classes: int, n_samples: int, noise: float, seed: int
) -> Data:
    whole_number("n_samples", n_samples, at_least=1)
    real_number("noise", noise, at_least=0)
    rng = Random(whole_number("seed", seed))
    points: list[Point] = []
    for i in range(n_samples):
        x, y = place(rng, i)
        points.append((x + rng.gauss(0.0, noise), y + rng.gauss(0.0, noise)))
    return points, [i % classes for i in range(n_samples)]
