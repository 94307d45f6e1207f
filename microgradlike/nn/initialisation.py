"""Initialization of the weights of a neuron."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Protocol, cast, runtime_checkable

from microgradlike._validate import shown


@runtime_checkable
class Source(Protocol):
    """A source of random numbers: a `random.Random`, or the module `random` itself."""

    def uniform(self, a: float, b: float) -> float:
        """A number between a and b."""
        ...

    def gauss(self, mu: float, sigma: float) -> float:
        """A normally distributed number of mean mu and standard deviation sigma."""
        ...


# one weight of a neuron with `nin` inputs in a layer of `nout` neurons
Draw = Callable[[Source, int, int], float]
Initialisation = str | Draw


def micrograd(rng: Source, nin: int, nout: int) -> float:
    """Uniform between -1 and 1 for any width, as in micrograd.

    >>> import random
    >>> micrograd(random.Random(0), 3, 1) == random.Random(0).uniform(-1, 1)
    True
    """
    return rng.uniform(-1, 1)


def kaiming(rng: Source, nin: int, nout: int) -> float:
    """Normal with variance 2 / nin, for relu (He et al., arXiv:1502.01852, eq. 10).

    >>> import random
    >>> kaiming(random.Random(0), 2, 1) == random.Random(0).gauss(0.0, 1.0)
    True
    """
    return rng.gauss(0.0, math.sqrt(2 / nin))


def xavier(rng: Source, nin: int, nout: int) -> float:
    """Uniform with variance 2 / (nin + nout), for tanh (Glorot & Bengio, AISTATS 2010, eq. 16).

    >>> import random
    >>> xavier(random.Random(0), 3, 3) == random.Random(0).uniform(-1, 1)
    True
    """
    bound = math.sqrt(6 / (nin + nout))
    return rng.uniform(-bound, bound)


NAMED: dict[str, Draw] = {f.__name__: f for f in (micrograd, kaiming, xavier)}


def named(init: object) -> Draw:
    """The initialization of that name, or the function itself.

    Raises ValueError for an unknown name, TypeError for anything but a name or a function.

    >>> named("xavier") is xavier
    True
    """
    if isinstance(init, str):
        if init not in NAMED:
            raise ValueError(
                f"no initialization is called {shown(init)}; choose one of {', '.join(NAMED)}, or"
                " pass a function of (rng, nin, nout)"
            )
        return NAMED[init]
    if not callable(init):
        raise TypeError(
            f"an initialization must be a name or a function of (rng, nin, nout), got {shown(init)}"
            f" of type {type(init).__name__}"
        )
    return cast(Draw, init)


def source(rng: object) -> Source:
    """The generator itself. Raises TypeError for anything that draws no numbers, such as a seed.

    >>> import random
    >>> source(random) is random
    True
    """
    if isinstance(rng, type) or not isinstance(rng, Source):
        raise TypeError(
            f"rng must be a random.Random, got {shown(rng)} of type {type(rng).__name__}; for a"
            " seed write rng=random.Random(seed)"
        )
    return rng
