"""Noise: random numbers that a training draws anew for every example of every step."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from microgradlike.compile.trace_error import refuse
from microgradlike.context import active_trace
from microgradlike.nn.initialisation import Source, source
from microgradlike.nn.pcg64 import random_bits
from microgradlike.op import Number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Result = TypeVar("Result")

_given: ContextVar[Iterator[Number] | None] = ContextVar("noise", default=None)


def uniform(rng: Source | None = None) -> Number:
    """A random number in [0, 1), for noise in a model or a loss.

    `fit` gives a new number to every example of every step, by its seed and with any backend.
    Elsewhere `rng` draws it, a `random.Random`, by default the shared generator of the module
    `random`. Raises TraceError while `jit` records: a program would repeat one number for ever.

    >>> import random
    >>> uniform(random.Random(0)) == random.Random(0).uniform(0, 1)
    True
    """
    numbers = _given.get()
    if numbers is not None:
        number = next(numbers, None)
        if number is None:
            raise ValueError(
                "this example draws more random numbers than the first one; draw as many for each,"
                ' or pass backend="eager"'
            )
        return number
    if active_trace.get() is not None:
        refuse(
            "a random number is drawn for every call",
            'train with nn.fit, which draws it anew in each step, or pass backend="eager"; after'
            " model.eval(), Dropout draws none",
        )
    return (random if rng is None else source(rng)).uniform(0, 1)


def call_with_noise(numbers: Iterator[Number], f: Callable[..., Result], *args: object) -> Result:
    """Return f(*args), in which `uniform` takes its numbers from `numbers`.

    >>> call_with_noise(iter([0.25, 0.75]), lambda: (uniform(), uniform()))
    (0.25, 0.75)
    """
    token = _given.set(numbers)
    try:
        return f(*args)
    finally:
        _given.reset(token)


class StepNoise:
    """The random numbers of one step of `size` examples: a column of `size` for every draw.

    They depend on `seed`, `epoch` and `step` alone, so a resumed training has the same ones.

    >>> noise = StepNoise(seed=0, epoch=1, step=2, size=3)
    >>> noise.rows(2).tolist()[1] == [noise.column(0)[1], noise.column(1)[1]]
    True
    """

    def __init__(self, *, seed: int, epoch: int, step: int, size: int) -> None:
        self.size = size
        self._uniform = _generator((seed % 2**64, epoch, step))
        self._columns: list[NDArray[np.float64]] = []

    def column(self, draw: int) -> NDArray[np.float64]:
        """The numbers of all examples for a draw, counted from 0."""
        self._draw(draw + 1)
        return self._columns[draw]

    @property
    def draws(self) -> int:
        """The greatest number of draws for an example so far."""
        return len(self._columns)

    def rows(self, draws: int) -> NDArray[np.float64]:
        """The numbers of the first draws, a row for each example."""
        from microgradlike._numpy import np

        self._draw(draws)
        return np.reshape(self._columns[:draws], (draws, self.size)).T

    def _draw(self, draws: int) -> None:
        missing = draws - len(self._columns)
        if missing > 0:
            self._columns.extend(self._uniform(missing * self.size).reshape(missing, self.size))

    def of_example(self, place: int) -> Iterator[float]:
        """The numbers of one example, without an end."""
        draw = 0
        while True:
            yield float(self.column(draw)[place])
            draw += 1


def _generator(seeds: tuple[int, ...]) -> Callable[[int], NDArray[np.float64]]:
    """A function that draws so many numbers in [0, 1), of 53 random bits each."""
    from microgradlike._numpy import HAS_NUMPY, np  # here, to keep `import microgradlike` light

    bits: Any = random_bits(seeds)
    if not HAS_NUMPY:
        return lambda count: np.array([(x >> 11) * 2.0**-53 for x in islice(bits, count)])
    # a hundred times faster; its bits stay the same in every release, unlike those of Generator
    bits = np.random.PCG64(seeds)
    return lambda count: (bits.random_raw(count) >> 11) * 2.0**-53
