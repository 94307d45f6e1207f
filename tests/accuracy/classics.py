"""Classics of lost digits: formulas that are right on paper and wrong in doubles, 31 of them.

Every function takes Values, floats or any other Scalar. Inputs and constants count as exact, so the
constants here are doubles without rounding.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import microgradlike as mg
from microgradlike import (
    acos,
    asin,
    atan,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    expm1,
    hypot,
    log,
    log1p,
    logaddexp,
    sigmoid,
    sin,
    sinh,
    softplus,
    sqrt,
    tan,
    tanh,
    where,
)


@dataclass(frozen=True)
class Classic:
    """A formula `f` that loses digits at `point`.

    `better` is a good form of it, None if none is known; `blamed` has the names of the primitives
    that a numerical analyst would point at. `known` has value and gradient where no number of
    digits decides them, as for an expression that is 0 on paper.
    """

    name: str
    story: str
    f: Callable
    point: tuple[float, ...]
    better: Callable | None
    blamed: tuple[str, ...]
    known: tuple[float, tuple[float, ...]] | None = None


def variance(*xs):
    """The sample variance from one pass: the sum of squares less the square of the sum."""
    n = len(xs)
    return (sum(x * x for x in xs) - sum(xs) ** 2 / n) / (n - 1)


def variance_in_two_passes(*xs):
    mean = sum(xs) / len(xs)
    return sum((x - mean) ** 2 for x in xs) / (len(xs) - 1)


def heron(a, b, c):
    """The area of a triangle from its sides."""
    s = (a + b + c) / 2
    return sqrt(s * (s - a) * (s - b) * (s - c))


def kahan_area(a, b, c):
    """The area of a triangle with a >= b >= c, after Kahan; no parenthesis may be removed."""
    return sqrt((a + (b + c)) * (c - (a - b)) * (c + (a - b)) * (a + (b - c))) / 4


def kahan_q(x):
    """0 for every x, on paper."""
    root = sqrt(x * x + 1)
    return abs(x - root) - 1 / (x + root)


def kahan_e(x):
    z = kahan_q(x) ** 2
    return where(z > 0, (exp(z) - 1) / z, 1.0)


def muller(x, y, steps=25):
    """Muller's recurrence after some steps from x₀ = x, x₁ = y."""
    for _ in range(steps):
        x, y = y, 108 - (815 - 1500 / x) / y
    return y


def rump(a, b):
    b2 = b * b
    b4 = b2 * b2
    head = 333.75 * b4 * b2 + a * a * (11 * a * a * b2 - b4 * b2 - 121 * b4 - 2)
    return head + 5.5 * b4 * b4 + a / (2 * b)


def from_roots(degree):
    """The coefficients of (x - 1)(x - 2)...(x - degree), the leading one first."""
    coefficients = [1]
    for root in range(1, degree + 1):
        shifted = [0, *(root * c for c in coefficients)]
        coefficients = [c - s for c, s in zip([*coefficients, 0], shifted)]
    return coefficients


WILKINSON = [float(c) for c in from_roots(17)]  # exact: all are below 2⁵³


def wilkinson(x):
    """The polynomial with the roots 1, 2, ..., 17, by Horner's rule from its coefficients."""
    y = WILKINSON[0]
    for c in WILKINSON[1:]:
        y = y * x + c
    return y


def wilkinson_product(x):
    y = x - 1
    for root in range(2, 18):
        y = y * (x - root)
    return y


SECONDS = 365 * 24 * 3600  # of a year


def alternating(x):
    """The power series of exp(-x), 100 terms."""
    term = total = 1.0
    for k in range(1, 101):
        term = -term * x / k
        total = total + term
    return total


def cosine_distance(a, b, c, d):
    return 1 - (a * c + b * d) / sqrt((a * a + b * b) * (c * c + d * d))


def cosine_distance_by_cross_product(a, b, c, d):
    lengths = hypot(a, b) * hypot(c, d)
    return (a * d - b * c) ** 2 / (lengths * (lengths + (a * c + b * d)))


def great_circle(a, b, d):
    """The angle between places of latitudes a and b whose longitudes differ by d, in radians."""
    return acos(sin(a) * sin(b) + cos(a) * cos(b) * cos(d))


def haversine(a, b, d):
    return 2 * asin(sqrt(sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(d / 2) ** 2))


def langevin_series(x):
    s = x * x
    return x / 3 - x * s / 45 + 2 * x * s**2 / 945 - x * s**3 / 4725


def cubic_tail(x):
    """The series of x - sin x: x³/3! - x⁵/5! + ..."""
    s = x * x
    return x * s / 6 * (1 - s / 20 * (1 - s / 42 * (1 - s / 72)))


CLASSICS = [
    Classic(
        "one minus cosine",
        "cos x rounds to 1 for x below 1e-8, and the quotient is 0 instead of 1/2.",
        lambda x: (1 - cos(x)) / (x * x),
        (1e-8,),
        lambda x: mg.sinc(x / 2) ** 2 / 2,
        ("sub",),
    ),
    Classic(
        "quadratic formula",
        "-b and the root nearly cancel for large b; the small solution loses its digits.",
        lambda a, b, c: (-b + sqrt(b * b - 4 * a * c)) / (2 * a),
        (1.0, 1e8, 1.0),
        lambda a, b, c: 2 * c / (-b - sqrt(b * b - 4 * a * c)),
        ("add",),
    ),
    Classic(
        "variance in one pass",
        "Two sums of 4e18 are subtracted for a variance of 30.",
        variance,
        (1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16),
        variance_in_two_passes,
        ("sub",),
    ),
    Classic(
        "log-sum-exp",
        "exp(1000) overflows although the logarithm of the sum is about 1001.",
        lambda a, b: log(exp(a) + exp(b)),
        (1000.0, 1000.5),
        logaddexp,
        ("exp",),
    ),
    Classic(
        "softmax",
        "Both exponentials overflow, and ∞/∞ is nan.",
        lambda a, b: exp(a) / (exp(a) + exp(b)),
        (1000.0, 1001.0),
        lambda a, b: sigmoid(a - b),
        ("exp", "div"),
    ),
    Classic(
        "Heron's triangle",
        "In a needle, half the perimeter is nearly the longest side; its rounding is all of s - a.",
        heron,
        (100000.0, 99999.99979, 0.00029),
        kahan_area,
        ("sub",),
    ),
    Classic(
        "Kahan's E(Q(x)²)",
        "Q(x) is 0 and E(0) is 1; in doubles Q(15) is -2e-16 and E of its square is 0.",
        kahan_e,
        (15.0,),
        None,
        ("sub",),
        (1.0, (0.0,)),
    ),
    Classic(
        "Muller's recurrence",
        "The sequence tends to 5; every rounding pulls it to the attracting fixed point, 100.",
        muller,
        (4.0, 4.25),
        None,
        ("sub", "div"),
    ),
    Classic(
        "Rump's polynomial",
        "Terms of 8e36 cancel and leave -0.83.",
        rump,
        (77617.0, 33096.0),
        None,
        ("add", "sub"),
    ),
    Classic(
        "Wilkinson's polynomial",
        "Expanded, its terms of 9e21 near the root 13 cancel down to 1e4.",
        wilkinson,
        (13 + 2.0**-20,),
        wilkinson_product,
        ("add",),
    ),
    Classic(
        "compound interest",
        "1 + r/n keeps 7 digits of r/n; compounding every second makes them those of the interest.",
        lambda r: (1 + r / SECONDS) ** SECONDS,
        (0.0625,),
        lambda r: exp(SECONDS * log1p(r / SECONDS)),
        ("add",),
    ),
    Classic(
        "derivative of tanh",
        "tanh 20 rounds to 1, and nothing is left of the slope 1.7e-17.",
        lambda x: 1 - tanh(x) ** 2,
        (20.0,),
        lambda x: 1 / cosh(x) ** 2,
        ("sub",),
    ),
    Classic(
        "difference of roots",
        "Two roots of 3e7 differ by 1.6e-8.",
        lambda x: sqrt(x + 1) - sqrt(x),
        (1e15,),
        lambda x: 1 / (sqrt(x + 1) + sqrt(x)),
        ("sub",),
    ),
    Classic(
        "exp(x) - 1",
        "The 1 takes the place of the digits of x.",
        lambda x: exp(x) - 1,
        (1e-12,),
        expm1,
        ("sub",),
    ),
    Classic(
        "log(1 + x)",
        "1 + x rounds, and the logarithm has only the digits that are left.",
        lambda x: log(1 + x),
        (1e-12,),
        log1p,
        ("add",),
    ),
    Classic(
        "difference of reciprocals",
        "Two numbers of 1e-9 differ by 1e-18.",
        lambda x: 1 / (x + 1) - 1 / x,
        (1e9,),
        lambda x: -1 / (x * (x + 1)),
        ("sub",),
    ),
    Classic(
        "difference of arctangents",
        "Both are nearly π/2 and differ by 1e-16.",
        lambda x: atan(x + 1) - atan(x),
        (1e8,),
        lambda x: atan(1 / (1 + x * (x + 1))),
        ("sub",),
    ),
    Classic(
        "(exp(x) - 1)/x",
        "The limit is 1; the rounding of exp(x), divided by x, is added to it.",
        lambda x: (exp(x) - 1) / x,
        (1e-9,),
        lambda x: mg.exprel(x),
        ("sub",),
    ),
    Classic(
        "sinh by exponentials",
        "Two numbers near 1 are subtracted; the derivative, their sum, keeps every digit.",
        lambda x: (exp(x) - exp(-x)) / 2,
        (1e-9,),
        sinh,
        ("sub",),
    ),
    Classic(
        "log(1 - exp(x))",
        "1 - exp(x) has 4 digits near 0, and so has the derivative.",
        lambda x: log(1 - exp(x)),
        (-1e-12,),
        lambda x: log(-expm1(x)),
        ("sub",),
    ),
    Classic(
        "x - sin x",
        "What is left is x³/6; no identity helps, only the series.",
        lambda x: x - sin(x),
        (1e-5,),
        cubic_tail,
        ("sub",),
    ),
    Classic(
        "tan x - sin x",
        "Both are x up to terms of x³.",
        lambda x: tan(x) - sin(x),
        (1e-6,),
        lambda x: 2 * tan(x) * sin(x / 2) ** 2,
        ("sub",),
    ),
    Classic(
        "complement of the sigmoid",
        "σ(40) rounds to 1, and its complement of 4e-18 to 0.",
        lambda x: 1 - sigmoid(x),
        (40.0,),
        lambda x: sigmoid(-x),
        ("sub",),
    ),
    Classic(
        "cross-entropy",
        "The loss of a confident mistake, 40, is ∞ because 1 - σ(40) is 0.",
        lambda x: -log(1 - sigmoid(x)),
        (40.0,),
        softplus,
        ("sub",),
    ),
    Classic(
        "cosine distance",
        "The cosine of nearly parallel vectors rounds to 1.",
        cosine_distance,
        (1.0, 2.0, 1.0, 2.0 + 2.0**-27),
        cosine_distance_by_cross_product,
        ("sub",),
    ),
    Classic(
        "length by squares",
        "The squares overflow although the length is 5e200.",
        lambda a, b: sqrt(a * a + b * b),
        (3e200, 4e200),
        hypot,
        ("mul",),
    ),
    Classic(
        "alternating series",
        "Terms up to 4e7 cancel down to exp(-20) = 2e-9.",
        alternating,
        (20.0,),
        lambda x: exp(-x),
        ("add",),
    ),
    Classic(
        "at least one of many",
        "A chance of 1e-15, a million times: 1 - x keeps three digits of it.",
        lambda x, n: 1 - (1 - x) ** n,
        (1e-15, 1e6),
        lambda x, n: -expm1(n * log1p(-x)),
        ("sub",),
    ),
    Classic(
        "great circle by arccosine",
        "The cosine of a distance of some centimetres on the earth rounds to 1, or above it.",
        great_circle,
        (0.875, 0.875 + 2.0**-27, 2.0**-27),
        haversine,
        ("acos", "add"),
    ),
    Classic(
        "Langevin function",
        "Two numbers of 1e5 leave x/3, which is 3e-6.",
        lambda x: 1 / tanh(x) - 1 / x,
        (1e-5,),
        langevin_series,
        ("sub",),
    ),
    Classic(
        "difference of error functions",
        "Both are 1 but for 1e-12.",
        lambda a, b: erf(b) - erf(a),
        (5.0, 5.25),
        lambda a, b: erfc(a) - erfc(b),
        ("sub",),
    ),
]

assert math.prod(range(1, 19)) < 2**53  # the sum of |coefficients| of Wilkinson's polynomial
