"""Every primitive, once: its value, its partial derivatives, its symbol, its domain, its kinks.

Glossary of the table: `y` is the output; `x`, or `a` and `b`, are the operands; a *partial* is
dy/d(operand), one per operand, written with ordinary operators and other primitives. So the same line
serves floats, Values and any other kind of number. The rows of `testing/edge_points.toml` decide the
cases at 0, inf, nan and ties.

A formula differs from the textbook's only if that one loses digits or is wrong at the edge: see the
comments in and above the table and `tests/test_accuracy.py`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import replace

from microgradlike.op import (
    NONZERO as NONZERO,
    POSITIVE as POSITIVE,
    REAL as REAL,
    TABLE as TABLE,
    Domain as Domain,
    Number as Number,
    Op as Op,
    binary as binary,
    ieee as ieee,
    inf,
    nan,
    primitive as primitive,
    to_float as to_float,
    unary as unary,
)

# Forward functions that the module math lacks, or that need care at an edge.


def _divide(a: float, b: float) -> float:
    try:
        return a / b
    except ZeroDivisionError:
        return nan if a == 0 or a != a else math.copysign(inf, a) * math.copysign(1.0, b)


def _is_odd(b: float) -> bool:
    return abs(math.fmod(b, 2)) == 1  # exact, where b % 2 rounds: -0.9999999999999999 % 2 is 1.0


def _power(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except ValueError:
        # zero to a negative power is a pole; a fractional root of a negative is not real
        return (math.copysign(inf, a) if _is_odd(b) else inf) if a == 0 else nan
    except OverflowError:
        return -inf if a < 0 and _is_odd(b) else inf


def _sign(x: float) -> float:
    return x if x == 0 or x != x else math.copysign(1.0, x)


def _cbrt(x: float) -> float:
    y = math.cbrt(x)
    if y == 0 or not math.isfinite(y):
        return y
    return y - (y - x / (y * y)) / 3  # one Newton step: glibc alone is off by up to 4 ulp


def _rounded(whole: Callable[[float], int]) -> Callable[[float], float]:
    return lambda x: math.copysign(float(whole(x)), x) if math.isfinite(x) else x


def _floor_divide(a: float, b: float) -> float:
    return a // b if b else _divide(a, b)


def _mod(a: float, b: float) -> float:
    return a % b if b else nan


def _fmod(a: float, b: float) -> float:
    try:
        return math.fmod(a, b)
    except ValueError:
        return nan


def _maximum(a: float, b: float) -> float:
    return a if a >= b or a != a else b


def _minimum(a: float, b: float) -> float:
    return a if a <= b or a != a else b


def _mul_no_nan(g: float, p: float) -> float:
    c = g * p
    return c if c == c or g != g or p != p else 0.0  # with neither operand nan, only 0·∞ gives nan


def _clip(x: float, lo: float, hi: float) -> float:
    return _minimum(_maximum(x, lo), hi)


def _cosh(x: float) -> float:
    try:
        return math.cosh(x)
    except OverflowError:
        return inf


def _sigmoid(x: float) -> float:
    e = math.exp(-math.fabs(x))
    total = 1 + e
    y = (1.0 if x > 0 else e) / total
    return y - y * ((e - (total - 1)) / total)  # adds the rounding of 1 + e: half an ulp better


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-math.fabs(x))) if x == x else x


def _logaddexp(a: float, b: float) -> float:
    if a == b:  # also the two infinities, whose difference is nan
        return a + LN2
    low, high = (a, b) if a < b else (b, a)
    return high + math.log1p(math.exp(low - high))


# Partials that do not fit a line.

LN2, LN10 = math.log(2), math.log(10)
DEGREE = math.pi / 180  # in radians
TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)


def _zero(y: Number) -> Number:
    """0, but nan if y is nan."""
    return 0.0 * sign(y)


def _gauss(x: Number) -> Number:
    """exp(-x²) to full accuracy: x² is split into an exact square and a small rest."""
    x = clip(x, -30.0, 30.0)  # beyond, the result is 0
    head = floor(x * 1024 + 0.5) / 1024
    return exp(-head * head) * exp((head - x) * (head + x))


def _power_base(y: Number, a: Number, b: Number) -> Number:
    """d(a ** b)/da = b a^(b-1), in halves.

    b - 1 rounds, which costs up to 350 ulp, and a^(b-1) may over- or underflow where b times it
    does not. Small whole exponents are free of both.
    """
    textbook = b * (a if type(b) is float and b == 2 else power(a, b - 1))
    if type(b) is float and b % 1 == 0 and abs(b) <= 8:  # the usual case, x ** 2
        return textbook if b else 0.0
    half = power(a, b / 2)
    positive = where(a < inf, b * (half / a) * half, textbook)
    halves = where(a > 0, positive, where(a < 0, b * y / a, textbook))
    if type(b) is not float:  # the same choice for an exponent with derivatives
        halves = where(abs(b) <= 8, where(abs(b - floor(b)) <= 0, textbook, halves), halves)
    at_zero = where(abs(a) > 0, b / a * y, 0.0 * b) + 0.0  # 0, its derivative by b 1 / a
    return where(abs(b) > 0, halves, at_zero)


def _power_exponent(y: Number, a: Number, b: Number) -> Number:
    """d(a ** b)/db = a^b log a, in two halves, which neither over- nor underflow; 0 at a = 0."""
    half = power(a, b / 2)
    at_zero = where(b < 0, abs(y) * log(a), 0.0 * y * sqrt(a))
    at_zero = where(b > 0, mul_no_nan(y, log(a)), at_zero)  # 0, its derivative by a the limit
    return where(a > 0, half * (log(a) * half), at_zero)


def _over_squares(p: Number, q: Number) -> Number:
    """The quotient p / (p² + q²), without over- or underflow of the squares."""
    by_p, by_q = q / p, p / q
    return where(abs(p) < abs(q), by_q / q / (1 + by_q * by_q), 1 / p / (1 + by_p * by_p))


def _cosine(y: Number, a: Number, b: Number) -> Number:
    """The quotient a / √(a² + b²), also for roots that overflow or are subnormal; 0 at the kink."""
    by_a, by_b = b / a, a / b
    inside = where(abs(a) < abs(b), sign(b) * by_b / hypot(1.0, by_b), sign(a) / hypot(1.0, by_a))
    return where(y > 0, inside, _zero(y))


def _share(y: Number, a: Number, b: Number) -> Number:
    """e^a / (e^a + e^b): the sigmoid of a - b, corrected for the rounding of that difference."""
    d = a - b
    near_b = a - d
    lost = (a - (d + near_b)) + (near_b - b)
    inside = sigmoid(d) * (1 + lost * sigmoid(-d))
    return where(abs(d) < 1000, inside, _larger(y, a, b))


def _larger(y: Number, a: Number, b: Number) -> Number:
    """1 for a > b, 0 for a < b, ½ at a tie, nan if either is nan."""
    return where(a > b, 1.0, where(a < b, 0.0, 0.5 + _zero(y)))


def _below(y: Number, x: Number, lo: Number, hi: Number) -> Number:
    return _zero(y) + where(x > lo, 0.0, where(lo < hi, 1.0, 0.0))


def _above(y: Number, x: Number, lo: Number, hi: Number) -> Number:
    return _zero(y) + where(x < hi, where(lo < hi, 0.0, 1.0), 1.0)


def _between(y: Number, x: Number, lo: Number, hi: Number) -> Number:
    return _zero(y) + where(x > lo, where(x < hi, 1.0, 0.0), 0.0)


def _to_integer(x: float) -> float:
    return math.fabs(x - round(x)) if math.isfinite(x) else inf


def _to_multiple(a: float, b: float, least: int = 0) -> float:
    """The sum of the smallest changes of a and b to |a| = k |b| with a whole k ≥ `least`."""
    a, b = math.fabs(a), math.fabs(b)
    if not (b and math.isfinite(a) and math.isfinite(b)):
        return b and inf
    k, rest = a // b, a % b
    return min(rest / max(k, 1.0) if k >= least else inf, (b - rest) / (k + 1))


# The table. Its partials are the textbook's, except where that form loses digits: 1/√(1 - x²), the
# derivative of asin, has none near 1, and (1 - x)(1 + x) keeps them.
#
# Outside its domain a logarithm is nan, and its partial there is `y`. So its higher derivatives are nan
# too; those of a constant nan would be 0.

# fmt: off
add: Op       = binary("add", operator.add,     lambda y, a, b: 1.0,     lambda y, a, b: 1.0,     "sum",        infix="+", neutral=(-0.0, -0.0))
sub: Op       = binary("sub", operator.sub,     lambda y, a, b: 1.0,     lambda y, a, b: -1.0,    "difference", infix="-", symbol="−", neutral=(None, 0.0))
mul: Op       = binary("mul", operator.mul,     lambda y, a, b: b,       lambda y, a, b: a,       "product",    infix="*", symbol="×", neutral=(1.0, 1.0))
mul_no_nan: Op = binary("mul_no_nan", _mul_no_nan,    lambda y, a, b: b,       lambda y, a, b: a,       "product of the chain rule, in which 0·∞ is 0", symbol="×₀", neutral=(1.0, 1.0))
div: Op       = binary("div", _divide,          lambda y, a, b: 1 / b,   lambda y, a, b: -y / b,  "quotient",   infix="/", symbol="÷", domain=(REAL, NONZERO), neutral=(None, 1.0))
power: Op     = binary("pow", _power,           _power_base,             _power_exponent,         "a to the power b", infix="**", symbol="^", domain=(POSITIVE, REAL), textbook=("b * a ** (b - 1)", "y * log(a)"), aliases=("power",), neutral=(None, 1.0))
neg: Op       = unary("neg", operator.neg,      lambda y, x: -1.0,       "negation", symbol="−")
absolute: Op  = unary("abs", math.fabs,         lambda y, x: sign(x),    "absolute value",         symbol="|·|", kink=math.fabs, aliases=("absolute", "fabs",))
sign: Op      = unary("sign", _sign,            lambda y, x: 0.0,        "-1, 0 or 1",             kink=math.fabs)
floor: Op     = unary("floor", _rounded(math.floor), lambda y, x: 0.0,        "largest integer below",  kink=_to_integer)
ceil: Op      = unary("ceil", _rounded(math.ceil),  lambda y, x: 0.0,    "smallest integer above", kink=_to_integer)
rint: Op      = unary("rint", _rounded(round),      lambda y, x: 0.0,        "nearest integer, the even one of two", kink=lambda x: _to_integer(x - 0.5), aliases=("round",))
trunc: Op     = unary("trunc", _rounded(math.trunc), lambda y, x: 0.0,        "integer part, rounded towards 0", kink=lambda x: max(_to_integer(x), 1 - math.fabs(x)))
# The number of times that b goes into a, and the rest. That of mod has the sign of b, that of fmod the sign of a.
floor_divide: Op = binary("floor_divide", _floor_divide, lambda y, a, b: 0.0, lambda y, a, b: 0.0, "quotient, rounded down", infix="//", domain=(REAL, NONZERO), kink=_to_multiple)
mod: Op       = binary("mod", _mod,             lambda y, a, b: 1.0 + _zero(y), lambda y, a, b: _zero(y) - floor_divide(a, b), "remainder with the sign of b", infix="%", domain=(REAL, NONZERO), kink=_to_multiple, textbook=("1", "-floor(a / b)"), aliases=("remainder",))
fmod: Op      = binary("fmod", _fmod,           lambda y, a, b: 1.0 + _zero(y), lambda y, a, b: _zero(y) - rint((a - y) / b), "remainder with the sign of a", domain=(REAL, NONZERO), kink=lambda a, b: _to_multiple(a, b, 1), textbook=("1", "-trunc(a / b)"))

exp: Op       = unary("exp", ieee(math.exp),     lambda y, x: y,         "exponential")
exp2: Op      = unary("exp2", ieee(math.exp2),   lambda y, x: y * LN2,   "2 to the power x", textbook="y * log(2)")
expm1: Op     = unary("expm1", ieee(math.expm1), lambda y, x: exp(x),    "exp(x) - 1, accurate near 0")
log: Op       = unary("log", ieee(math.log, {0.0: -inf}),      lambda y, x: where(x >= 0, 1 / x, y),        "natural logarithm", domain=(POSITIVE,), aliases=("ln",))
log1p: Op     = unary("log1p", ieee(math.log1p, {-1.0: -inf}), lambda y, x: where(x >= -1, 1 / (1 + x), y), "log(1 + x), accurate near 0", domain=(((-1.0, inf),),))
log2: Op      = unary("log2", ieee(math.log2, {0.0: -inf}),    lambda y, x: where(x >= 0, 1 / x / LN2, y),  "logarithm to base 2", domain=(POSITIVE,))
log10: Op     = unary("log10", ieee(math.log10, {0.0: -inf}),  lambda y, x: where(x >= 0, 1 / x / LN10, y), "logarithm to base 10", domain=(POSITIVE,))
sqrt: Op      = unary("sqrt", ieee(math.sqrt),   lambda y, x: 0.5 / y,           "square root", symbol="√", domain=(POSITIVE,), textbook="1 / (2 * y)")
cbrt: Op      = unary("cbrt", _cbrt,             lambda y, x: 1 / (3 * y * y),   "cube root", symbol="∛", domain=(NONZERO,), textbook="1 / (3 * y ** 2)")

sin: Op       = unary("sin", ieee(math.sin),     lambda y, x: cos(x),            "sine, x in radians")
cos: Op       = unary("cos", ieee(math.cos),     lambda y, x: -sin(x),           "cosine, x in radians")
tan: Op       = unary("tan", ieee(math.tan),     lambda y, x: 1 + y * y,         "tangent, x in radians", domain=(((-math.pi / 2, math.pi / 2),),))
asin: Op      = unary("asin", ieee(math.asin),   lambda y, x: 1 / sqrt((1 - x) * (1 + x)),   "inverse sine, in radians", domain=(((-1.0, 1.0),),), textbook="1 / sqrt(1 - x ** 2)", aliases=("arcsin",))
acos: Op      = unary("acos", ieee(math.acos),   lambda y, x: -1 / sqrt((1 - x) * (1 + x)),  "inverse cosine, in radians", domain=(((-1.0, 1.0),),), textbook="-1 / sqrt(1 - x ** 2)", aliases=("arccos",))
atan: Op      = unary("atan", math.atan,         lambda y, x: (1 / hypot(1.0, x)) ** 2,      "inverse tangent, in radians", textbook="1 / (1 + x ** 2)", aliases=("arctan",))
atan2: Op     = binary("atan2", math.atan2,      lambda y, a, b: _over_squares(b, a), lambda y, a, b: -_over_squares(a, b), "angle of the point (b, a), in radians", domain=(NONZERO, NONZERO), textbook=("b / (a ** 2 + b ** 2)", "-a / (a ** 2 + b ** 2)"), aliases=("arctan2",))

sinh: Op      = unary("sinh", ieee(math.sinh),   lambda y, x: cosh(x),           "hyperbolic sine")
cosh: Op      = unary("cosh", _cosh, lambda y, x: sinh(x), "hyperbolic cosine")
# tanh' = sech²(x) = 4σ(2x)σ(-2x). Each factor keeps its relative accuracy in the tails, where 1 - y² is 0
# beyond |x| = 19; 1/cosh² is off by up to 5 ulp.
tanh: Op      = unary("tanh", math.tanh,         lambda y, x: 4 * sigmoid(2 * x) * sigmoid(-2 * x), "hyperbolic tangent", textbook="1 - y ** 2")
asinh: Op     = unary("asinh", math.asinh,       lambda y, x: 1 / hypot(1.0, x), "inverse hyperbolic sine", textbook="1 / sqrt(1 + x ** 2)", aliases=("arcsinh",))
acosh: Op     = unary("acosh", ieee(math.acosh), lambda y, x: 1 / (sqrt(x - 1) * sqrt(x + 1)), "inverse hyperbolic cosine", domain=(((1.0, inf),),), textbook="1 / sqrt(x ** 2 - 1)", aliases=("arccosh",))
atanh: Op     = unary("atanh", ieee(math.atanh, {1.0: inf, -1.0: -inf}), lambda y, x: where(abs(x) <= 1, 1 / ((1 - x) * (1 + x)), y), "inverse hyperbolic tangent", domain=(((-1.0, 1.0),),), textbook="1 / (1 - x ** 2)", aliases=("arctanh",))
erf: Op       = unary("erf", math.erf,           lambda y, x: TWO_OVER_ROOT_PI * _gauss(x),  "error function", textbook="2 / sqrt(pi) * exp(-x ** 2)")
erfc: Op      = unary("erfc", math.erfc,         lambda y, x: -TWO_OVER_ROOT_PI * _gauss(x), "1 - erf(x), accurate for large x", textbook="-2 / sqrt(pi) * exp(-x ** 2)")

maximum: Op   = binary("maximum", _maximum,      _larger, lambda y, a, b: _larger(y, b, a),  "the larger operand", symbol="max", kink=lambda a, b: math.fabs(a - b), aliases=("max",))
minimum: Op   = binary("minimum", _minimum,      lambda y, a, b: _larger(y, b, a), _larger,  "the smaller operand", symbol="min", kink=lambda a, b: math.fabs(a - b), aliases=("min",))
hypot: Op     = binary("hypot", math.hypot,      _cosine, lambda y, a, b: _cosine(y, b, a),              "√(a² + b²)", kink=math.hypot, textbook=("a / y", "b / y"))
clip: Op      = primitive("clip", _clip,          _between, _below, _above, doc="x limited to [lo, hi]", kink=lambda x, lo, hi: min(math.fabs(x - lo), math.fabs(x - hi), math.fabs(lo - hi)))
where: Op     = replace(primitive("where", lambda c, a, b: a if c else b, lambda y, c, a, b: 0.0, lambda y, c, a, b: where(c, 1.0, 0.0), lambda y, c, a, b: where(c, 0.0, 1.0), doc="a if the condition c holds, else b"), chooses=True)

less: Op      = binary("less", lambda a, b: 1.0 if a < b else 0.0, lambda y, a, b: 0.0, lambda y, a, b: 0.0, "1 if a < b, else 0", symbol="<", kink=lambda a, b: math.fabs(a - b))
less_equal: Op = binary("less_equal", lambda a, b: 1.0 if a <= b else 0.0, lambda y, a, b: 0.0, lambda y, a, b: 0.0, "1 if a ≤ b, else 0", symbol="≤", kink=lambda a, b: math.fabs(a - b))

relu: Op      = unary("relu", lambda x: x if x > 0 or x != x else 0.0, lambda y, x: sign(y), "max(x, 0)", symbol="ReLU", kink=math.fabs, textbook="where(x > 0, 1, 0)")
sigmoid: Op   = unary("sigmoid", _sigmoid, lambda y, x: y * sigmoid(-x),   "1 / (1 + exp(-x))", symbol="σ", textbook="y * (1 - y)")
softplus: Op  = unary("softplus", _softplus,     lambda y, x: sigmoid(x),        "log(1 + exp(x))")
logaddexp: Op = binary("logaddexp", _logaddexp,  _share, lambda y, a, b: _share(y, b, a), "log(exp(a) + exp(b))", textbook=("exp(a - y)", "exp(b - y)"))
# fmt: on

TABLE.update({op.name: op for op in list(globals().values()) if isinstance(op, Op)})
