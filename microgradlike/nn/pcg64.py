"""PCG64, seeded as in NumPy, where that is missing: the same 64 random bits at every draw.

The generator is O'Neill's (HMC-CS-2014-0905); the seeds are spread by her seed_seq_fe.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

WORD, LONG, WIDE = 2**32, 2**64, 2**128
POOL = 4  # words
MULTIPLIER = 0x2360ED051FC65DA44385DF649FCCF645


def random_bits(seeds: Sequence[int]) -> Iterator[int]:
    """Yield the numbers below 2**64 that `numpy.random.PCG64(seeds)` gives.

    >>> hex(next(random_bits((0, 0, 0))))
    '0xa30febcfd9c2825f'
    """
    a, b, c, d = _state(seeds)
    increment = 2 * (c * LONG + d) + 1
    state = ((increment + a * LONG + b) * MULTIPLIER + increment) % WIDE
    while True:
        state = (state * MULTIPLIER + increment) % WIDE
        folded, turn = (state // LONG) ^ (state % LONG), state >> 122
        yield (folded >> turn | folded << (64 - turn)) % LONG


def _state(seeds: Sequence[int]) -> list[int]:
    """Return four numbers below 2**64, in which every bit of every seed takes part."""
    words = [word for seed in seeds for word in _words(seed)]
    hashed = _Hash(0x43B0D7E5, 0x931E8875)
    pool = [hashed(word) for word in (*words, *[0] * POOL)[:POOL]]
    for i in range(POOL):
        for k in range(POOL):
            if i != k:
                pool[k] = _mixed(pool[k], hashed(pool[i]))
    for word in words[POOL:]:
        pool = [_mixed(x, hashed(word)) for x in pool]
    hashed = _Hash(0x8B51F9DD, 0x58F38DED)
    low_high = [hashed(pool[i % POOL]) for i in range(8)]
    return [low + high * WORD for low, high in zip(low_high[::2], low_high[1::2])]


def _words(seed: int) -> Iterator[int]:
    """Yield the digits of a seed to the base 2**32, the lowest first."""
    yield seed % WORD
    while seed := seed // WORD:
        yield seed % WORD


class _Hash:
    """A hash of words whose constant changes with every call."""

    def __init__(self, constant: int, multiplier: int) -> None:
        self.constant, self.multiplier = constant, multiplier

    def __call__(self, x: int) -> int:
        x ^= self.constant
        self.constant = self.constant * self.multiplier % WORD
        x = x * self.constant % WORD
        return x ^ x >> 16


def _mixed(x: int, y: int) -> int:
    z = (0xCA01F9DD * x - 0x4973F715 * y) % WORD
    return z ^ z >> 16
