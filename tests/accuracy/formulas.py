"""60 formulas as people write them, to measure rewrites by. Frozen: no rule was made for them.

They come from statistics, physics, finance, geometry, machine learning and the special functions,
and were chosen before the rules were finished. Each loses digits of its value or of its gradient at
its point. Algebra can plausibly repair about half of them; the others need a series, or the
problem itself is badly conditioned. Do not add, drop or change any to suit a rule.
"""

from collections.abc import Callable
from dataclasses import dataclass

from microgradlike import (
    cbrt,
    cos,
    cosh,
    erf,
    exp,
    hypot,
    log,
    sigmoid,
    sin,
    sinh,
    sqrt,
    tan,
    tanh,
)


@dataclass(frozen=True)
class Formula:
    name: str
    f: Callable
    point: tuple[float, ...]


def kl_of_coins(p, q):
    """The Kullback-Leibler divergence of two biased coins."""
    return p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))


def shoelace(a, b, c, d, e, f):
    """The area of the triangle (a, b), (c, d), (e, f)."""
    return (a * d - c * b + c * f - e * d + e * b - a * f) / 2


def call_price(s, k, v):
    """Black and Scholes's price of a call without interest; v is the volatility times √t."""
    d = log(s / k) / v + v / 2
    return s * (1 + erf(d * ROOT_HALF)) / 2 - k * (1 + erf((d - v) * ROOT_HALF)) / 2


def cardano(q):
    """The real root of x³ + 3x = 2q."""
    s = sqrt(q * q + 1)
    return cbrt(s + q) - cbrt(s - q)


ROOT_HALF = 0.7071067811865476


FORMULAS = [
    # statistics
    Formula("two-sided p-value of a normal", lambda z: 1 - erf(z * ROOT_HALF), (8.0,)),
    Formula("logit near one half", lambda p: log(p / (1 - p)), (0.5 + 2.0**-34,)),
    Formula("Kullback-Leibler divergence of coins", kl_of_coins, (0.3, 0.3 + 2.0**-27)),
    Formula("two or more events of Poisson", lambda m: 1 - exp(-m) * (1 + m), (1e-6,)),
    Formula(
        "Hellinger distance of two normals",
        lambda a, b: 1 - sqrt(2 * a * b / (a * a + b * b)),
        (1.0, 1.0000001),
    ),
    Formula("Fisher's z", lambda r: 0.5 * log((1 + r) / (1 - r)), (1e-9,)),
    Formula("Student's t, log-density", lambda t: -(1e12 + 1) / 2 * log(1 + t * t / 1e12), (1.5,)),
    Formula("Box-Cox transform", lambda x, a: (x**a - 1) / a, (2.0, 1e-10)),
    Formula("Weibull distribution", lambda x, s: 1 - exp(-((x / s) ** 3)), (1e-4, 1.5)),
    Formula(
        "missing entropy of a coin",
        lambda p: 0.6931471805599453 + p * log(p) + (1 - p) * log(1 - p),
        (0.5 + 2.0**-12,),
    ),
    Formula("upper tail of Gumbel", lambda x: 1 - exp(-exp(-x)), (33.0,)),
    Formula(
        "log odds ratio",
        lambda a, b, c, d: log(a * d / (b * c)),
        (10001.0, 10002.0, 9998.0, 9999.0),
    ),
    Formula(
        "mass between two logistic quantiles", lambda a, b: sigmoid(b) - sigmoid(a), (30.0, 31.0)
    ),
    # physics
    Formula("relativistic kinetic energy", lambda v: 1 / sqrt(1 - v * v) - 1, (1e-7,)),
    Formula("Doppler shift less 1", lambda b: sqrt((1 + b) / (1 - b)) - 1, (1e-9,)),
    Formula("Planck's law", lambda x: x**3 / (exp(x) - 1), (1e-8,)),
    Formula("Bose occupation less the classical one", lambda x: 1 / (exp(x) - 1) - 1 / x, (1e-6,)),
    Formula(
        "Fermi gas, log of the partition sum", lambda e, t: t * log(1 + exp(-e / t)), (30.0, 0.75)
    ),
    Formula("Compton energy loss", lambda e, q: e - e / (1 + e * (1 - cos(q))), (1e-9, 0.5)),
    Formula("tidal acceleration", lambda r, d: 1 / (r - d) ** 2 - 1 / r**2, (1.5e8, 1.0)),
    Formula("Morse potential", lambda x, a: (1 - exp(-a * x)) ** 2, (1e-9, 1.5)),
    Formula("speed of a pendulum", lambda p, q: sqrt(2 * (cos(p) - cos(q))), (0.5, 0.5 + 2.0**-30)),
    Formula("sag of a catenary", lambda a, x: a * (cosh(x / a) - 1), (1e6, 1.5)),
    Formula("Einstein's heat capacity", lambda x: x**2 * exp(x) / (exp(x) - 1) ** 2, (1e-7,)),
    Formula("time dilation at a radius", lambda m, r: 1 - sqrt(1 - 2 * m / r), (0.0044, 6.4e6)),
    Formula("rocket burning little", lambda m, n: log(m / n), (1e6, 999999.999)),
    Formula(
        "Kepler's equation near the pericentre", lambda e, x: x - e * sin(x), (0.99999999, 1e-4)
    ),
    Formula("dynamic pressure of slow gas", lambda m: (1 + 0.2 * m * m) ** 3.5 - 1, (1e-5,)),
    Formula(
        "pressure between two heights",
        lambda a, b: exp(-a / 8400) - exp(-b / 8400),
        (1000.0, 1000.0001),
    ),
    Formula("speed gained by falling", lambda v, h: sqrt(v * v + 19.62 * h) - v, (7e5, 0.001)),
    # finance
    Formula("annuity", lambda r: (1 - (1 + r) ** -360) / r, (1e-10,)),
    Formula("call far out of the money", call_price, (100.0, 250.0, 0.125)),
    Formula("log return", lambda p, q: log(q) - log(p), (100.0, 100.0000001)),
    Formula(
        "bond price for a small change of yield",
        lambda y, h: 1 / (1 + y) ** 10 - 1 / (1 + y + h) ** 10,
        (0.05, 1e-10),
    ),
    Formula(
        "discount factors of close rates",
        lambda r, s: 1 / (1 + r) - 1 / (1 + s),
        (0.05, 0.05 + 2.0**-36),
    ),
    Formula("Kelly's growth", lambda x: 0.625 * log(1 + x) + 0.375 * log(1 - x), (1e-9,)),
    Formula(
        "utility of constant risk aversion",
        lambda c, g: c ** (1 - g) / (1 - g) - 1 / (1 - g),
        (2.0, 1 - 2.0**-30),
    ),
    # geometry
    Formula("rise of an arc", lambda r, c: r - sqrt(r * r - c * c), (6.4e6, 1.0)),
    Formula(
        "side of a turn",
        lambda a, b, c, d: (a - c) * (b - d) - (a - d) * (b - c),
        (0.1, 0.2, 0.3 + 2.0**-50, 0.3),
    ),
    Formula("a place on a line", lambda x, y: 0.1 * x + 0.2 * y - 0.3, (1.0, 1 + 2.0**-48)),
    Formula(
        "triangle far from the origin",
        shoelace,
        (1e8 + 0.1, 1e8 + 0.2, 1e8 + 1.3, 1e8 + 0.7, 1e8 + 0.4, 1e8 + 1.9),
    ),
    Formula(
        "leg of a flat right triangle", lambda c, a: sqrt(c * c - a * a), (1.1, 1.1 - 2.0**-40)
    ),
    Formula(
        "third side of a thin triangle",
        lambda a, b, q: sqrt(a * a + b * b - 2 * a * b * cos(q)),
        (1.0, 1 + 2.0**-30, 2.0**-30),
    ),
    Formula("solid angle of a disc", lambda h, r: 1 - h / sqrt(h * h + r * r), (1e6, 1.0)),
    Formula("real root by Cardano", cardano, (1e-7,)),
    Formula("detour by a point aside", lambda a, b: hypot(a, b) - a, (1e8, 1.5)),
    Formula("Mercator's ordinate near the equator", lambda q: log(1 / cos(q) + tan(q)), (1e-9,)),
    Formula("distance of the horizon", lambda r, h: sqrt((r + h) ** 2 - r * r), (6.4e6, 0.0001)),
    # machine learning
    Formula("focal loss", lambda x: -((1 - sigmoid(x)) ** 2) * log(sigmoid(x)), (36.0,)),
    Formula("tanh by exponentials", lambda x: (exp(2 * x) - 1) / (exp(2 * x) + 1), (400.0,)),
    Formula("gelu in the tail", lambda x: 0.5 * x * (1 + erf(x * ROOT_HALF)), (-8.0,)),
    Formula("mish in the tail", lambda x: x * tanh(log(1 + exp(x))), (-33.0,)),
    Formula("slope of the sigmoid", lambda x: sigmoid(x) * (1 - sigmoid(x)), (37.0,)),
    Formula("log-cosh loss", lambda x: log(cosh(x)), (1e-6,)),
    Formula(
        "smooth absolute value", lambda x, d: d * d * (sqrt(1 + (x / d) ** 2) - 1), (1e-6, 1.5)
    ),
    # special functions
    Formula("spherical Bessel function j1", lambda x: sin(x) / x**2 - cos(x) / x, (1e-5,)),
    Formula("inverse of sinh by logarithm", lambda x: log(x + sqrt(x * x + 1)), (-1e7,)),
    Formula("log(x)/(x - 1)", lambda x: log(x) / (x - 1), (1.00000001,)),
    Formula("x cosh x - sinh x", lambda x: x * cosh(x) - sinh(x), (1e-4,)),
    Formula("x - log(1 + x)", lambda x: x - log(1 + x), (1e-6,)),
]
