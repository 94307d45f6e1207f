"""exp, log, tanh, sin and cos over vectors, in LLVM's instructions: within 2 ulp, no call per lane.

Each reduces its operand to a short interval, where a power series or a continued fraction ends
below half an ulp; the coefficients are computed here. Splitting constants into parts of few bits,
so that their products with small whole numbers are exact, is due to Cody and Waite (Software Manual
for the Elementary Functions, 1980). An operand of sin or cos beyond LARGE goes to the C library.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from microgradlike.compile.llvm.builder import Emitter

MAGIC = 1.5 * 2.0**52  # x + MAGIC has the whole number nearest to x in its last bits
LARGE = 1e5
# π/2 and log 2 to 60 decimals (OEIS A019669, A002162)
HALF_PI = Fraction("1.570796326794896619231321691639751442098584699687552910487472")
LOG_2 = Fraction("0.693147180559945309417232121458176568075500134360255254120680")


def exp(e: Emitter, x: str) -> str:
    """exp(x) = 2ⁿ exp(r) with |r| ≤ log(2) / 2."""
    constant = e.constant
    x = e.select(e.test("olt", x, constant(-746.0)), constant(-746.0), x)  # nan stays
    x = e.select(e.test("ogt", x, constant(710.0)), constant(710.0), x)
    n, whole = _nearest(e, e.mul(x, constant(1 / math.log(2))))
    high, low = _split(LOG_2, 32, 2)
    r = e.sub(e.sub(x, e.mul(n, constant(high))), e.mul(n, constant(low)))
    series = _polynomial(e, r, [1 / math.factorial(k) for k in range(2, 14)])
    y = e.add(constant(1.0), e.add(r, e.mul(e.mul(r, r), series)))
    half = e.integer("ashr", whole, 1)
    rest = e.integers("sub", whole, half)
    return e.mul(e.mul(y, _power_of_2(e, half)), _power_of_2(e, rest))


def log(e: Emitter, x: str) -> str:
    """log(x) = k log 2 + 2 artanh(s) with x = 2ᵏ m, √½ ≤ m < √2, s = (m - 1) / (m + 1)."""
    constant, zero = e.constant, e.constant(0.0)
    small = e.test("olt", x, constant(2.0**-1022))  # a subnormal is made a normal number
    scaled = e.select(small, e.mul(x, constant(2.0**54)), x)
    bits = e.to_bits(scaled)
    k = e.integer("ashr", e.integer("sub", bits, e.bits_of(math.sqrt(0.5))), 52)
    m = e.from_bits(e.integers("sub", bits, e.integer("shl", k, 52)))
    n = e.sub(e.to_double(k), e.select(small, constant(54.0), zero))
    f = e.sub(m, constant(1.0))
    s = e.div(f, e.add(constant(2.0), f))
    z = e.mul(s, s)
    tail = e.mul(z, _polynomial(e, z, [2 / (2 * k + 3) for k in range(10)]))
    # 2 artanh(s) = f - (f²/2 - s (f²/2 + tail)), where little of the rounding of s is left
    square = e.mul(constant(0.5), e.mul(f, f))
    high, low = _split(LOG_2, 32, 2)
    inner = e.add(e.mul(s, e.add(square, tail)), e.mul(n, constant(low)))
    y = e.sub(e.mul(n, constant(high)), e.sub(e.sub(square, inner), f))
    y = e.select(e.test("olt", x, zero), constant(math.nan), y)
    y = e.select(e.test("oeq", x, zero), constant(-math.inf), y)
    return e.select(e.test("olt", x, constant(math.inf)), y, x)


def tanh(e: Emitter, x: str) -> str:
    """1 - 2 / (exp(2x) + 1); near 0 the continued fraction x/(1 + x²/(3 + x²/(5 + ...)))."""
    one, two = e.constant(1.0), e.constant(2.0)
    size = e.intrinsic("fabs", x)
    far = e.sub(one, e.div(two, e.add(exp(e, e.mul(two, size)), one)))
    z = e.mul(x, x)
    top, bottom = _fraction([2 * k + 1 for k in range(9)])
    correction = [p - q for p, q in zip([*top, *[0] * (len(bottom) - len(top))], bottom)][1:]
    quotient = e.div(_polynomial(e, z, correction), _polynomial(e, z, bottom))
    near = e.add(x, e.mul(e.mul(x, z), quotient))
    y = e.select(e.test("olt", size, e.constant(0.55)), near, far)
    return e.intrinsic("copysign", y, x)


def sin(e: Emitter, x: str) -> str:
    """sin(x), up to LARGE."""
    return e.select(e.test("oeq", x, e.constant(0.0)), x, _circular(e, x, 0))


def cos(e: Emitter, x: str) -> str:
    """cos(x), up to LARGE."""
    return _circular(e, x, 1)


EVERYWHERE: dict[str, Callable[[Emitter, str], str]] = {"exp": exp, "log": log, "tanh": tanh}
NEAR_0: dict[str, Callable[[Emitter, str], str]] = {"sin": sin, "cos": cos}


def _circular(e: Emitter, x: str, quarter: int) -> str:
    """sin(x + quarter · π/2) by n = the nearest number of quarter turns, and r what is left."""
    constant = e.constant
    n, whole = _nearest(e, e.mul(x, constant(2 / math.pi)))
    r, low = _sum(e, x, [e.mul(n, constant(-part)) for part in _split(HALF_PI, 33, 4)])
    z = e.mul(r, r)
    odd = [(-1) ** k / math.factorial(2 * k + 1) for k in range(1, 9)]
    even = [(-1) ** k / math.factorial(2 * k) for k in range(2, 10)]
    half = e.mul(constant(0.5), z)
    # sin(r + low) = r + (low + r z P) nearly, cos(r + low) = 1 - (z/2 - (z² Q - r low))
    sine = e.add(r, e.add(e.mul(e.mul(r, z), _polynomial(e, z, odd)), low))
    tail = e.sub(e.mul(e.mul(z, z), _polynomial(e, z, even)), e.mul(r, low))
    top = e.sub(constant(1.0), half)
    lost = e.sub(e.sub(constant(1.0), top), half)
    cosine = e.add(top, e.add(lost, tail))
    turns = e.integer("add", whole, quarter)
    y = e.select(e.has_bit(turns, 1), cosine, sine)
    return e.select(e.has_bit(turns, 2), e.neg(y), y)


def _sum(e: Emitter, x: str, terms: Sequence[str]) -> tuple[str, str]:
    """x plus terms of falling size, as a number and what its rounding lost."""
    low = e.constant(0.0)
    for term in terms:
        total = e.add(x, term)
        part = e.sub(total, x)
        lost = e.add(e.sub(x, e.sub(total, part)), e.sub(term, part))
        x, low = total, e.add(low, lost)
    total = e.add(x, low)
    return total, e.sub(low, e.sub(total, x))


def _nearest(e: Emitter, x: str) -> tuple[str, str]:
    """The nearest whole number, as a double and as an integer; any integer where x is nan."""
    shifted = e.add(x, e.constant(MAGIC))
    whole = e.integer("sub", e.to_bits(shifted), e.bits_of(MAGIC))
    return e.sub(shifted, e.constant(MAGIC)), whole


def _power_of_2(e: Emitter, n: str) -> str:
    return e.from_bits(e.integer("shl", e.integer("add", n, 1023), 52))


def _polynomial(e: Emitter, x: str, coefficients: Sequence[float]) -> str:
    """c₀ + c₁ x + c₂ x² + ..., even and odd powers apart: half as long a wait."""
    if len(coefficients) < 4:
        return _horner(e, x, coefficients)
    square = e.mul(x, x)
    even, odd = _horner(e, square, coefficients[::2]), _horner(e, square, coefficients[1::2])
    return e.add(even, e.mul(x, odd))


def _horner(e: Emitter, x: str, coefficients: Sequence[float]) -> str:
    y = e.constant(float(coefficients[-1]))
    for c in coefficients[-2::-1]:
        y = e.add(e.constant(float(c)), e.mul(x, y))
    return y


def _split(x: Fraction, bits: int, count: int) -> list[float]:
    """x as a sum of doubles: all of that many significant bits, but for the last."""
    parts: list[float] = []
    for _ in range(count - 1):
        scale = Fraction(2) ** (bits - math.frexp(float(x))[1])
        parts.append(float(Fraction(math.floor(x * scale)) / scale))
        x -= Fraction(parts[-1])
    return [*parts, float(x)]


def _fraction(terms: Sequence[int]) -> tuple[list[int], list[int]]:
    """1/(t₀ + z/(t₁ + z/(t₂ + ...))) as a quotient of polynomials in z: their coefficients."""
    top, bottom = [1], [terms[-1]]
    for t in reversed(terms[:-1]):
        shifted = [0, *top]
        longer = max(len(bottom), len(shifted))
        a = [t * c for c in bottom] + [0] * (longer - len(bottom))
        b = shifted + [0] * (longer - len(shifted))
        top, bottom = bottom, [p + q for p, q in zip(a, b)]
    return top, bottom
