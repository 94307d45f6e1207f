"""Vector math: exp, log, tanh, sin and cos over vectors, within 2 ulp and without a call per lane.

Each function reduces its operand to a short interval, where a power series or a continued fraction
is cut off below half an ulp; the coefficients are computed here. Constants are split into parts of
few bits, so that their products with small whole numbers are exact, as in Cody and Waite (Software
Manual for the Elementary Functions, 1980). Operands of sin or cos beyond LARGE go to the C library.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from microgradlike.compile.llvm.builder import IRBuilder

MAGIC = 1.5 * 2.0**52  # x + MAGIC has the whole number nearest to x in its last bits
LARGE = 1e5
# π/2 and log 2 to 60 decimals (OEIS A019669, A002162)
HALF_PI = Fraction("1.570796326794896619231321691639751442098584699687552910487472")
LOG_2 = Fraction("0.693147180559945309417232121458176568075500134360255254120680")


def exp(ir: IRBuilder, x: str) -> str:
    """Append exp: exp(x) = 2ⁿ exp(r) with |r| ≤ log(2) / 2."""
    constant = ir.constant
    x = ir.select(ir.compare("olt", x, constant(-746.0)), constant(-746.0), x)  # nan stays
    x = ir.select(ir.compare("ogt", x, constant(710.0)), constant(710.0), x)
    n, whole = _nearest(ir, ir.mul(x, constant(1 / math.log(2))))
    high, low = _split(LOG_2, 32, 2)
    r = ir.sub(ir.sub(x, ir.mul(n, constant(high))), ir.mul(n, constant(low)))
    series = _polynomial(ir, r, [1 / math.factorial(k) for k in range(2, 14)])
    y = ir.add(constant(1.0), ir.add(r, ir.mul(ir.mul(r, r), series)))
    half = ir.integer("ashr", whole, 1)
    rest = ir.integer("sub", whole, half)
    return ir.mul(ir.mul(y, _power_of_2(ir, half)), _power_of_2(ir, rest))


def log(ir: IRBuilder, x: str) -> str:
    """Append log: k log 2 + 2 artanh(s) with x = 2ᵏ m, √½ ≤ m < √2, s = (m - 1) / (m + 1)."""
    constant, zero = ir.constant, ir.constant(0.0)
    small = ir.compare("olt", x, constant(2.0**-1022))  # a subnormal is made a normal number
    scaled = ir.select(small, ir.mul(x, constant(2.0**54)), x)
    bits = ir.to_bits(scaled)
    k = ir.integer("ashr", ir.integer("sub", bits, ir.bits_of(math.sqrt(0.5))), 52)
    m = ir.from_bits(ir.integer("sub", bits, ir.integer("shl", k, 52)))
    n = ir.sub(ir.integer_to_double(k), ir.select(small, constant(54.0), zero))
    f = ir.sub(m, constant(1.0))
    s = ir.div(f, ir.add(constant(2.0), f))
    z = ir.mul(s, s)
    tail = ir.mul(z, _polynomial(ir, z, [2 / (2 * k + 3) for k in range(10)]))
    # 2 artanh(s) = f - (f²/2 - s (f²/2 + tail)), which keeps little of the rounding of s
    square = ir.mul(constant(0.5), ir.mul(f, f))
    high, low = _split(LOG_2, 32, 2)
    inner = ir.add(ir.mul(s, ir.add(square, tail)), ir.mul(n, constant(low)))
    y = ir.sub(ir.mul(n, constant(high)), ir.sub(ir.sub(square, inner), f))
    y = ir.select(ir.compare("olt", x, zero), constant(math.nan), y)
    y = ir.select(ir.compare("oeq", x, zero), constant(-math.inf), y)
    return ir.select(ir.compare("olt", x, constant(math.inf)), y, x)


def tanh(ir: IRBuilder, x: str) -> str:
    """Append tanh: 1 - 2 / (exp(2x) + 1), near 0 the fraction x/(1 + x²/(3 + x²/(5 + ...)))."""
    one, two = ir.constant(1.0), ir.constant(2.0)
    size = ir.intrinsic("fabs", x)
    far = ir.sub(one, ir.div(two, ir.add(exp(ir, ir.mul(two, size)), one)))
    z = ir.mul(x, x)
    top, bottom = _fraction([2 * k + 1 for k in range(9)])
    correction = [p - q for p, q in zip([*top, *[0] * (len(bottom) - len(top))], bottom)][1:]
    quotient = ir.div(_polynomial(ir, z, correction), _polynomial(ir, z, bottom))
    near = ir.add(x, ir.mul(ir.mul(x, z), quotient))
    y = ir.select(ir.compare("olt", size, ir.constant(0.55)), near, far)
    return ir.intrinsic("copysign", y, x)


def sin(ir: IRBuilder, x: str) -> str:
    """Append sin, for |x| up to LARGE."""
    return ir.select(ir.compare("oeq", x, ir.constant(0.0)), x, _circular(ir, x, 0))


def cos(ir: IRBuilder, x: str) -> str:
    """Append cos, for |x| up to LARGE."""
    return _circular(ir, x, 1)


EVERYWHERE: dict[str, Callable[[IRBuilder, str], str]] = {"exp": exp, "log": log, "tanh": tanh}
NEAR_0: dict[str, Callable[[IRBuilder, str], str]] = {"sin": sin, "cos": cos}


def _circular(ir: IRBuilder, x: str, quarter: int) -> str:
    """Append sin(x + quarter · π/2), from the nearest number n of quarter turns and the rest r."""
    constant = ir.constant
    n, whole = _nearest(ir, ir.mul(x, constant(2 / math.pi)))
    r, low = _sum(ir, x, [ir.mul(n, constant(-part)) for part in _split(HALF_PI, 33, 4)])
    z = ir.mul(r, r)
    odd = [(-1) ** k / math.factorial(2 * k + 1) for k in range(1, 9)]
    even = [(-1) ** k / math.factorial(2 * k) for k in range(2, 10)]
    half = ir.mul(constant(0.5), z)
    # sin(r + low) = r + (low + r z P) nearly, cos(r + low) = 1 - (z/2 - (z² Q - r low))
    sine = ir.add(r, ir.add(ir.mul(ir.mul(r, z), _polynomial(ir, z, odd)), low))
    tail = ir.sub(ir.mul(ir.mul(z, z), _polynomial(ir, z, even)), ir.mul(r, low))
    top = ir.sub(constant(1.0), half)
    lost = ir.sub(ir.sub(constant(1.0), top), half)
    cosine = ir.add(top, ir.add(lost, tail))
    turns = ir.integer("add", whole, quarter)
    y = ir.select(ir.has_bit(turns, 1), cosine, sine)
    return ir.select(ir.has_bit(turns, 2), ir.neg(y), y)


def _sum(ir: IRBuilder, x: str, terms: Sequence[str]) -> tuple[str, str]:
    """Append x plus terms of falling size; return the sum and its rounding error."""
    low = ir.constant(0.0)
    for term in terms:
        total = ir.add(x, term)
        part = ir.sub(total, x)
        lost = ir.add(ir.sub(x, ir.sub(total, part)), ir.sub(term, part))
        x, low = total, ir.add(low, lost)
    total = ir.add(x, low)
    return total, ir.sub(low, ir.sub(total, x))


def _nearest(ir: IRBuilder, x: str) -> tuple[str, str]:
    """Append the nearest whole number, as a double and as an integer; for nan, any integer."""
    shifted = ir.add(x, ir.constant(MAGIC))
    whole = ir.integer("sub", ir.to_bits(shifted), ir.bits_of(MAGIC))
    return ir.sub(shifted, ir.constant(MAGIC)), whole


def _power_of_2(ir: IRBuilder, n: str) -> str:
    return ir.from_bits(ir.integer("shl", ir.integer("add", n, 1023), 52))


def _polynomial(ir: IRBuilder, x: str, coefficients: Sequence[float]) -> str:
    """Append c₀ + c₁ x + c₂ x² + ..., even and odd powers in parallel to halve the latency."""
    if len(coefficients) < 4:
        return _horner(ir, x, coefficients)
    square = ir.mul(x, x)
    even, odd = _horner(ir, square, coefficients[::2]), _horner(ir, square, coefficients[1::2])
    return ir.add(even, ir.mul(x, odd))


def _horner(ir: IRBuilder, x: str, coefficients: Sequence[float]) -> str:
    y = ir.constant(float(coefficients[-1]))
    for c in coefficients[-2::-1]:
        y = ir.add(ir.constant(float(c)), ir.mul(x, y))
    return y


def _split(x: Fraction, bits: int, count: int) -> list[float]:
    """Return doubles with the sum x, each of so many significant bits but for the last."""
    parts: list[float] = []
    for _ in range(count - 1):
        scale = Fraction(2) ** (bits - math.frexp(float(x))[1])
        parts.append(float(Fraction(math.floor(x * scale)) / scale))
        x -= Fraction(parts[-1])
    return [*parts, float(x)]


def _fraction(terms: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return 1/(t₀ + z/(t₁ + z/(t₂ + ...))) as the coefficients of two polynomials in z."""
    top, bottom = [1], [terms[-1]]
    for t in reversed(terms[:-1]):
        shifted = [0, *top]
        longer = max(len(bottom), len(shifted))
        a = [t * c for c in bottom] + [0] * (longer - len(bottom))
        b = shifted + [0] * (longer - len(shifted))
        top, bottom = bottom, [p + q for p, q in zip(a, b)]
    return top, bottom
