"""The reference of the accuracy tests: every primitive over mpmath numbers of 60 digits."""

import math
import random
import sys

from mpmath import mp, mpf

from microgradlike import ops
from microgradlike.accuracy.truth import multiprecision
from microgradlike.scalar import Scalar


def exact(op):
    """`op` over mpmath numbers, in mpmath's working precision."""
    ours = multiprecision.mp

    def f(*at):
        with ours.workprec(mp.prec):
            return mp.convert(multiprecision.exact(op)(*map(ours.convert, at)))

    return f


class Exact(Scalar):
    """An mpmath number as a Scalar, for the table's partials without rounding."""

    def __init__(self, data):
        self.data = mpf(data)

    @classmethod
    def apply(cls, op, *operands):
        return cls(exact(op)(*[unwrap(x) for x in operands]))

    def __lt__(self, other):
        return self.data < unwrap(other)

    def __le__(self, other):
        return self.data <= unwrap(other)

    def __gt__(self, other):
        return self.data > unwrap(other)

    def __ge__(self, other):
        return self.data >= unwrap(other)


def unwrap(x):
    return x.data if isinstance(x, Exact) else mpf(x) if isinstance(x, int | float) else x


def ulps(got, want):
    """The error of a double `got` against an mpmath number `want`, in units in the last place."""
    top = mpf(2) ** 1024  # from here on, infinity
    if got != got:
        return math.inf
    got, want = max(-top, min(top, mpf(got))), max(-top, min(top, want))
    return float(abs(got - want) / math.ulp(min(abs(float(want)), sys.float_info.max)))


def value_ulps(op, point, got, want):
    """The error of a value of `op` in ulp; for logaddexp, whose terms may cancel, of the larger."""
    if op is ops.logaddexp and math.isfinite(got):
        return float(abs(mpf(got) - want) / math.ulp(max(map(abs, (*point, got)))))
    return ulps(got, want)


def draw(op, count, seed=0):
    """Points of the domain: all magnitudes of normal doubles, and close to every finite end."""
    rng = random.Random(f"{op.name} {seed}")
    points = []
    while len(points) < count:
        point = tuple(draw_operand(rng, domain) for domain in op.domain)
        if (
            len(point) == 2 and rng.random() < 0.3
        ):  # operands of like size meet in few uniform draws
            point = (point[0], point[0] * (1 + rng.choice([-1, 1]) * 2 ** rng.uniform(-52, 3)))
        if inside(op, point) and in_range(op, point):
            points.append(point)
    return points


def draw_operand(rng, domain):
    lo, hi = rng.choice(domain)
    ends = [end for end in (lo, hi) if math.isfinite(end)]
    exponent = rng.choice([rng.uniform(-1022, 1024), rng.uniform(-60, 60), rng.uniform(-4, 11)])
    x = rng.choice([-1.0, 1.0]) * 2.0 ** min(exponent, 1023.99)
    return rng.choice(ends) + x if ends and rng.random() < 0.5 else x


def inside(op, point):
    return all(
        any(lo < x < hi for lo, hi in domain) and (x == 0 or abs(x) >= 2.0**-1022)
        for x, domain in zip(point, op.domain)
    )


def in_range(op, point):
    """True if the value does not overflow."""
    return abs(exact(op)(*map(mpf, point))) <= mpf(sys.float_info.max)
