"""Partials of `exprel` and `sinc`, whose plain formulas cancel: near 0, and sinc' at its zeros."""

from __future__ import annotations

import math
from collections.abc import Callable

from microgradlike.floats import inf
from microgradlike.op import TABLE, Number

SERIES = [2 * k / math.factorial(2 * k + 1) for k in range(1, 13)]
# The first zeros z > 0 of sinc', where tan z = z, in two parts: 106 bits.
ZEROS = [
    (4.493409457909064, -3.322828416974956e-17),
    (7.725251836937707, 3.8002539181196393e-16),
    (10.904121659428899, 8.333109828905865e-16),
    (14.066193912831473, 6.790617115382321e-16),
    (17.22075527193077, -1.1966879214709082e-15),
    (20.37130295928756, 1.437981980402287e-15),
]
# Further zeros: z = q - (w + 2/3 w³ + 13/15 w⁵ + ...) for q = (k + 1/2) pi and w = 1 / q.
FURTHER = [2 / 3, 13 / 15, 146 / 105, 781 / 315, 16328 / 3465]
FURTHER += [9.347707107707107, 19.121418828085496, 40.02933245611117]
PI_HEAD, PI_REST = 3.1415926534682512, 1.2154201013012384e-10  # the head has 31 bits
GRID = 2.0**20


def _named(name: str) -> Callable[..., Number]:
    """The primitive of that name, in the table that `ops` fills later."""
    return lambda *operands: TABLE[name](*operands)


cos, exp, hypot = _named("cos"), _named("exp"), _named("hypot")
sign, sin, where = _named("sign"), _named("sin"), _named("where")


def either(condition: Number, yes: Callable[[], Number], no: Callable[[], Number]) -> Number:
    """`where`, which builds only the branch taken if the condition is known."""
    if type(condition) is bool:
        return yes() if condition else no()
    return where(condition, yes(), no())


def polynomial(x: Number, coefficients: list[float]) -> Number:
    """The polynomial with these coefficients, the constant first, by Horner's rule."""
    y = coefficients[-1]
    for c in coefficients[-2::-1]:
        y = c + x * y
    return y


def exprel_slope(y: Number, x: Number) -> Number:
    """d(exprel x)/dx = (e^x - y) / x; near 0 the slope of y = e^u sinh(u)/u with u = x/2."""
    u = x / 2

    def above() -> Number:  # e^x overflows before y
        return either(y < inf, lambda: y - (y - 1) / x, lambda: y)

    return either(
        abs(x) < 2,
        lambda: (y + exp(u) * u * polynomial(u * u, SERIES)) / 2,
        lambda: either(x > 0, above, lambda: (y - exp(x)) / -x),
    )


def sinc_slope(y: Number, x: Number) -> Number:
    """d(sinc x)/dx = (cos x - y) / x, by a series near 0, close to a zero by the distance."""

    def beyond() -> Number:
        top = cos(x) - y
        plain = either(abs(x) < inf, lambda: top / x, lambda: 0.0 * sign(y))

        def close() -> Number:  # 4 < |x| < 6000
            return either(abs(abs(x) - 3002) < 2998, lambda: _sinc_slope_by_zero(x), lambda: plain)

        return either(abs(top) < 3 * abs(y), close, lambda: plain)

    return either(abs(x) < 1.5, lambda: -x * polynomial(-x * x, SERIES), beyond)


def _sinc_slope_by_zero(x: Number) -> Number:
    """sinc'(x) by the distance h to the nearest zero z, without a difference of like terms.

    With tan z = z, x cos x - sin x is -cos z (z x sin h + sin h - h cos h).
    """
    side = sign(x)
    a = x * side
    k = a // math.pi
    h = _from_zero(a, k)
    z = a - h
    root = hypot(1.0, z)
    t = 1 / (root * (root + z))  # z / root = 1 - t
    sine = sin(h)
    u = (sine - h * cos(h)) / (a * z)
    return side * (2 * (k % 2) - 1) * (sine + (u - t * (sine + u))) / a


def _from_zero(x: Number, k: Number) -> Number:
    """The distance x - z to the k-th zero, to full accuracy: z is known to 100 bits or so."""
    whole = (k + 0.5) * PI_HEAD  # exact, as is its product with `head`
    rest = (k + 0.5) * PI_REST
    w = 1 / (whole + rest)
    head = (w * GRID + 0.5) // 1 / GRID
    lost = (1 - head * whole - head * rest) * w
    h = (x - whole + head) + (lost + w * w * w * polynomial(w * w, FURTHER) - rest)
    for i in reversed(range(len(ZEROS))):
        z, z_rest = ZEROS[i]
        h = where(k < i + 1.5, x - z - z_rest, h)
    return h
