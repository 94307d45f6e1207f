"""Data: points in the plane with labels, the same for the same seed.

Each set has labels 0, 1, ... in turn, so that any part of it is balanced; for -1 and 1 write
`2 * label - 1`. Each raises ValueError or TypeError for an argument that makes no sense.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random

from microgradlike._validate import real_number, whole_number

Point = tuple[float, float]
Data = tuple[list[Point], list[int]]


def moons(n: int = 100, *, noise: float = 0.1, seed: int = 0) -> Data:
    """Two half circles of radius 1 that reach into each other.

    `noise` is the standard deviation of the normal error in each coordinate.

    >>> points, labels = moons(4, noise=0.0)
    >>> labels, round(math.hypot(*points[0]), 6)
    ([0, 1, 0, 1], 1.0)
    """

    def place(rng: Random, i: int) -> Point:
        angle = rng.uniform(0.0, math.pi)
        x, y = math.cos(angle), math.sin(angle)
        return (1.0 - x, 0.5 - y) if i % 2 else (x, y)

    return _sample(place, 2, n, noise, seed)


def circles(n: int = 100, *, factor: float = 0.5, noise: float = 0.05, seed: int = 0) -> Data:
    """A circle of radius 1 and, as class 1, one of radius `factor` inside it.

    >>> points, labels = circles(2, noise=0.0)
    >>> [round(math.hypot(*p), 6) for p in points]
    [1.0, 0.5]
    """
    if not 0 < real_number("factor", factor) < 1:
        raise ValueError(f"factor is between 0 and 1, got {factor!r}")

    def place(rng: Random, i: int) -> Point:
        angle, radius = rng.uniform(0.0, math.tau), factor if i % 2 else 1.0
        return radius * math.cos(angle), radius * math.sin(angle)

    return _sample(place, 2, n, noise, seed)


def spirals(
    n: int = 150, *, classes: int = 3, turns: float = 0.75, noise: float = 0.03, seed: int = 0
) -> Data:
    """One arm per class, from near the centre out to radius 1 in `turns` turns.

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

    return _sample(place, classes, n, noise, seed)


def xor(n: int = 100, *, noise: float = 0.2, seed: int = 0) -> Data:
    """Four clusters at (±1, ±1); class 1 where the signs differ.

    >>> xor(4, noise=0.0)
    ([(-1.0, -1.0), (-1.0, 1.0), (1.0, 1.0), (1.0, -1.0)], [0, 1, 0, 1])
    """

    def place(rng: Random, i: int) -> Point:
        side = -1.0 if i % 4 < 2 else 1.0
        return side, -side if i % 2 else side

    return _sample(place, 2, n, noise, seed)


def blobs(n: int = 150, *, classes: int = 3, noise: float = 0.2, seed: int = 0) -> Data:
    """One cluster per class, the centres evenly on a circle of radius 1.

    >>> blobs(2, classes=2, noise=0.0)[0][0]
    (1.0, 0.0)
    """
    whole_number("classes", classes, at_least=2)

    def place(rng: Random, i: int) -> Point:
        angle = math.tau * (i % classes) / classes
        return math.cos(angle), math.sin(angle)

    return _sample(place, classes, n, noise, seed)


def _sample(
    place: Callable[[Random, int], Point], classes: int, n: int, noise: float, seed: int
) -> Data:
    whole_number("n", n, at_least=1)
    real_number("noise", noise, at_least=0)
    rng = Random(whole_number("seed", seed))
    points: list[Point] = []
    for i in range(n):
        x, y = place(rng, i)
        points.append((x + rng.gauss(0.0, noise), y + rng.gauss(0.0, noise)))
    return points, [i % classes for i in range(n)]
