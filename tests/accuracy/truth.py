"""Value and gradient of a function to 60 digits, without a rule of differentiation."""

import math

from mpmath import mp, mpf

from tests.ulps import Exact

DIGITS = 60
WORKING = 300  # a difference loses 60, Rump's polynomial 40
STEP = mpf(10) ** -100  # relative; the central difference is off by about its square


def truth(f, point):
    """The value of `f` and its partials by central differences, over mpmath numbers."""
    with mp.workdps(WORKING):
        at = [mpf(x) for x in point]
        return value(f, at), tuple(partial(f, at, i) for i in range(len(at)))


def value(f, at):
    return f(*map(Exact, at)).data


def partial(f, at, i):
    h = abs(at[i]) * STEP or STEP
    up, down = (value(f, [*at[:i], at[i] + d, *at[i + 1 :]]) for d in (h, -h))
    return (up - down) / (2 * h)


def digits(got, want):
    """The number of right decimal digits, 0 to 16; a wrong nan or infinity has none.

    >>> digits(1.0, mpf(1)), digits(0.0, mpf(1)), round(digits(1.001, mpf(1)), 6)
    (16.0, 0.0, 3.0)
    """
    if not math.isfinite(got):
        return 16.0 if mp.isinf(want) and got == float(want) else 0.0
    if got == want:
        return 16.0
    if want == 0:
        return 0.0
    return float(min(16, max(0, -mp.log10(abs((got - want) / want)))))


def agree(a, b):
    """True if value and partials of two truths are the same to 30 digits."""
    with mp.workdps(WORKING):
        pairs = zip([a[0], *a[1]], [b[0], *b[1]])
        return all(abs(x - y) <= max(abs(y) * mpf(10) ** -30, STEP) for x, y in pairs)
