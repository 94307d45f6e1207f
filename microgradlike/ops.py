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

from microgradlike.forward import (
    LN2 as LN2,
    cbrt as _cbrt,
    clip as _clip,
    cosh as _cosh,
    divide as _divide,
    exprel as _exprel,
    floor_divide as _floor_divide,
    fmod as _fmod,
    logaddexp as _logaddexp,
    maximum as _maximum,
    minimum as _minimum,
    mod as _mod,
    mul_no_nan as _mul_no_nan,
    power as _power,
    rounded as _rounded,
    sigmoid as _sigmoid,
    sign as _sign,
    sinc as _sinc,
    softplus as _softplus,
    xlogy as _xlogy,
)
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
    primitive as primitive,
    to_float as to_float,
    unary as unary,
)
from microgradlike.slopes import exprel_slope, sinc_slope

# Partials that do not fit a line.

LN10 = math.log(10)
DEGREE = math.pi / 180  # in radians
TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)
TINY, HUGE = 2.0**-500, 2.0**500
JUST_BELOW_1, JUST_ABOVE_1 = 1 - 2.0**-53, 1 + 2.0**-52


def _zero(y: Number) -> Number:
    """0, but nan if y is nan."""
    return 0.0 * sign(y)


def _gauss(x: Number) -> Number:
    """exp(-x²) to full accuracy: x² is split into an exact square and a small rest."""
    head = floor(x * 1024 + 0.5) / 1024
    split = exp(-head * head) * exp((head - x) * (head + x))
    return where(abs(x) < 27.29, split, exp(-28 * abs(x)))  # beyond, the result is 0, no constant


def _power_base(y: Number, a: Number, b: Number) -> Number:
    """d(a ** b)/da = b a^(b-1), in halves.

    b - 1 rounds, which costs up to 350 ulp, and a^(b-1) may over- or underflow where b times it
    does not. Small whole exponents are free of both.
    """
    if type(b) is float and b % 1 == 0 and abs(b) <= 8:  # the usual case, x ** 2
        return b * (a if b == 2 else power(a, b - 1)) if b else 0.0
    half = power(a, b / 2)
    near = b * (half / a) * half
    if type(a) is type(b) is float and TINY < a < HUGE and abs(b) < inf:  # in half the time
        return near
    lowered = power(a, b - 1)
    slope = where(a < 0, b * y / a, where(_is_far(a), _power_base_far(lowered, a, b), near))
    if type(b) is not float:  # the same choice as above for an exponent with derivatives
        slope = where(abs(b) <= 8, where(b > floor(b), slope, b * lowered), slope)
    slope = where(maximum(abs(a), abs(b)) < inf, slope, mul_no_nan(b, lowered))
    slope = where(abs(a) > 0, slope, _power_base_at_zero(lowered, a, b))
    if type(b) is float:
        return slope
    # 0 for an exponent 0; its derivative by b is 1 / a, at a = 0 that of y
    return where(abs(b) > 0, slope, where(abs(a) > 0, b / a * y, y - 1) + 0.0)


def _is_far(a: Number) -> Number:
    """1 for a so far from 1 that the derivative of half / a over- or underflows, else 0."""
    return where(abs(a) < TINY, 1.0, where(abs(a) > HUGE, 1.0, 0.0))


def _power_base_far(lowered: Number, a: Number, b: Number) -> Number:
    """b a^(b-1) without half / a: from b = 0.5 on, b - 1 is exact; below, its rounding is undone.

    The factor that undoes it is 1 but for a few ulp, and a constant to every derivative.
    """
    root, c = power(a, (b - 1) / 2), maximum(b, -2.0)  # further down the result is 0 or infinite
    undone = floor(power(a, c - (c - 1 + 1)) * 2.0**53) / 2.0**53
    return where(b < 0.5, b * root * root * undone, b * lowered)


def _power_base_at_zero(lowered: Number, a: Number, b: Number) -> Number:
    """b a^(b-1) at a = 0, for any b but 0.

    Its derivative by b is infinite for b <= 1. The factor b, which would make that nan, is left
    out where the result is infinite, and so is the sign of a where only the rounded b - 1 is odd.
    """
    pole = power(a + 0.0, b - 1) + sqrt(1 - minimum(b, 1.0))
    return where(b > 0, where(b > 1, mul_no_nan(b, lowered), pole), -lowered)


def _power_exponent(y: Number, a: Number, b: Number) -> Number:
    """d(a ** b)/db = a^b log a, in two halves, which neither over- nor underflow; 0 at a = 0.

    At 0 and inf a power of the next exponent has the same limits, in its derivatives too: log a is
    slower than any power.
    """
    half = power(a, b / 2)
    if type(a) is float and 0 < a < inf:  # in half the time
        return half * xlogy(half, a)
    at_zero = where(abs(b) <= 0, 0.0, 0.0 - power(a + 0.0, b * JUST_BELOW_1))
    at_inf = power(a, b * JUST_ABOVE_1) + where(b < 0, 0.0, log(a))
    inside = where(a < inf, half * xlogy(half, a), at_inf)
    return where(a > 0, inside, where(abs(a) <= 0, at_zero, y * log(a)))


def _by_log(y: Number, a: Number, b: Number) -> Number:
    """d(a log b)/db = a / b, 0 at a = b = 0; nan outside the domain, as is y."""
    return where(b > 0, a / b, where(b < 0, y, mul_no_nan(a, 1 / b)))


def _cbrt_slope(y: Number, x: Number) -> Number:
    """d(cbrt x)/dx = 1 / (3 y²), in a form without 0·∞ in its derivatives at 0."""
    slope = 1 / (3 * y * y)
    return slope if type(x) is float and x else where(abs(x) > 0, slope, power(y, -2.0) / 3)


def _acosh_slope(y: Number, x: Number) -> Number:
    """d(acosh x)/dx = 1 / √(x² - 1), at 1 in a form without 0·∞ in its derivatives."""
    slope = 1 / (sqrt(x - 1) * sqrt(x + 1))
    return slope if type(x) is float and x > 1 else where(x > 1, slope, 1 / sqrt(x - 1))


def _over_squares(p: Number, q: Number) -> Number:
    """The quotient p / (p² + q²), without over- or underflow of the squares."""
    by_p, by_q = q / p, p / q
    return where(abs(p) < abs(q), by_q / q / (1 + by_q * by_q), 1 / p / (1 + by_p * by_p))


def _cosine(y: Number, a: Number, b: Number) -> Number:
    """The quotient a / √(a² + b²), also for roots that overflow or are subnormal; 0 at the kink."""
    by_a, by_b = b / a, a / b
    inside = where(abs(a) < abs(b), sign(b) * by_b / hypot(1.0, by_b), sign(a) / hypot(1.0, by_a))
    return where(y > 0, inside, y)  # y is 0 there, or nan


def _share(y: Number, a: Number, b: Number) -> Number:
    """e^a / (e^a + e^b): the sigmoid of a - b, corrected for the rounding of that difference."""
    d = a - b
    near_b = a - d
    lost = (a - (d + near_b)) + (near_b - b)
    inside = sigmoid(d) * (1 + lost * sigmoid(-d))
    if type(d) is float and abs(d) < 1000:  # in a third less time
        return inside
    beyond = where(abs(d) >= 1000, sigmoid(d), _larger(y, a, b))  # 0 or 1, but no constant
    return where(abs(d) < 1000, inside, beyond)


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
mul: Op       = binary("mul", operator.mul,     lambda y, a, b: b,       lambda y, a, b: a,       "product",    infix="*", symbol="×", neutral=(1.0, 1.0), absorbing=(True, True))
mul_no_nan: Op = binary("mul_no_nan", _mul_no_nan,    lambda y, a, b: b,       lambda y, a, b: a,       "product of the chain rule, in which 0·∞ is 0", symbol="×₀", neutral=(1.0, 1.0), absorbing=(True, True))
div: Op       = binary("div", _divide,          lambda y, a, b: 1 / b,   lambda y, a, b: -y / b,  "quotient",   infix="/", symbol="÷", domain=(REAL, NONZERO), neutral=(None, 1.0), absorbing=(True, False))
power: Op     = binary("pow", _power,           _power_base,             _power_exponent,         "a to the power b", infix="**", symbol="^", domain=(POSITIVE, REAL), textbook=("b * a ** (b - 1)", "y * log(a)"), aliases=("power",), neutral=(None, 1.0), absorbing=(False, True))
neg: Op       = unary("neg", operator.neg,      lambda y, x: -1.0,       "negation", symbol="−")
absolute: Op  = unary("abs", math.fabs,         lambda y, x: sign(x),    "absolute value",         symbol="|·|", kink=math.fabs, aliases=("absolute", "fabs",), flat=True)
sign: Op      = unary("sign", _sign,            lambda y, x: 0.0,        "-1, 0 or 1",             kink=math.fabs, flat=True)
floor: Op     = unary("floor", _rounded(math.floor), lambda y, x: 0.0,        "largest integer below",  kink=_to_integer, flat=True)
ceil: Op      = unary("ceil", _rounded(math.ceil),  lambda y, x: 0.0,    "smallest integer above", kink=_to_integer, flat=True)
rint: Op      = unary("rint", _rounded(round),      lambda y, x: 0.0,        "nearest integer, the even one of two", kink=lambda x: _to_integer(x - 0.5), aliases=("round",), flat=True)
trunc: Op     = unary("trunc", _rounded(math.trunc), lambda y, x: 0.0,        "integer part, rounded towards 0", kink=lambda x: max(_to_integer(x), 1 - math.fabs(x)), flat=True)
# The number of times that b goes into a, and the rest. That of mod has the sign of b, that of fmod the sign of a.
floor_divide: Op = binary("floor_divide", _floor_divide, lambda y, a, b: 0.0, lambda y, a, b: 0.0, "quotient, rounded down", infix="//", domain=(REAL, NONZERO), kink=_to_multiple, flat=True)
mod: Op       = binary("mod", _mod,             lambda y, a, b: 1.0 + _zero(y), lambda y, a, b: _zero(y) - floor_divide(a, b), "remainder with the sign of b", infix="%", domain=(REAL, NONZERO), kink=_to_multiple, textbook=("1", "-floor(a / b)"), aliases=("remainder",), flat=True)
fmod: Op      = binary("fmod", _fmod,           lambda y, a, b: 1.0 + _zero(y), lambda y, a, b: _zero(y) - sign(a) * sign(b) * floor_divide(abs(a), abs(b)), "remainder with the sign of a", domain=(REAL, NONZERO), kink=lambda a, b: _to_multiple(a, b, 1), textbook=("1", "-trunc(a / b)"), flat=True)

exp: Op       = unary("exp", ieee(math.exp),     lambda y, x: y,         "exponential")
exp2: Op      = unary("exp2", ieee(math.exp2),   lambda y, x: y * LN2,   "2 to the power x", textbook="y * log(2)")
expm1: Op     = unary("expm1", ieee(math.expm1), lambda y, x: exp(x),    "exp(x) - 1, accurate near 0")
exprel: Op    = unary("exprel", _exprel,          lambda y, x: exprel_slope(y, x), "(e^x - 1) / x, 1 at 0", textbook="where(abs(x) > 1e-100, (exp(x) - y) / x, 1 / 2)")
log: Op       = unary("log", ieee(math.log, {0.0: -inf}),      lambda y, x: where(x >= 0, 1 / x, y),        "natural logarithm", domain=(POSITIVE,), aliases=("ln",))
log1p: Op     = unary("log1p", ieee(math.log1p, {-1.0: -inf}), lambda y, x: where(x >= -1, 1 / (1 + x), y), "log(1 + x), accurate near 0", domain=(((-1.0, inf),),))
log2: Op      = unary("log2", ieee(math.log2, {0.0: -inf}),    lambda y, x: where(x >= 0, 1 / x / LN2, y),  "logarithm to base 2", domain=(POSITIVE,), textbook="1 / (x * log(2))")
log10: Op     = unary("log10", ieee(math.log10, {0.0: -inf}),  lambda y, x: where(x >= 0, 1 / x / LN10, y), "logarithm to base 10", domain=(POSITIVE,), textbook="1 / (x * log(10))")
sqrt: Op      = unary("sqrt", ieee(math.sqrt),   lambda y, x: 0.5 / y,           "square root", symbol="√", domain=(POSITIVE,), textbook="1 / (2 * y)")
cbrt: Op      = unary("cbrt", _cbrt,             _cbrt_slope,   "cube root", symbol="∛", domain=(NONZERO,), textbook="1 / (3 * y ** 2)")

sin: Op       = unary("sin", ieee(math.sin),     lambda y, x: cos(x),            "sine, x in radians")
cos: Op       = unary("cos", ieee(math.cos),     lambda y, x: -sin(x),           "cosine, x in radians")
tan: Op       = unary("tan", ieee(math.tan),     lambda y, x: 1 + y * y,         "tangent, x in radians", domain=(((-math.pi / 2, math.pi / 2),),))
sinc: Op      = unary("sinc", _sinc,             lambda y, x: sinc_slope(y, x),  "sin(x) / x, 1 at 0, x in radians; NumPy's sinc(x) is sinc(pi x)", textbook="where(abs(x) > 1e-100, (cos(x) - y) / x, -x / 3)")
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
acosh: Op     = unary("acosh", ieee(math.acosh), _acosh_slope, "inverse hyperbolic cosine", domain=(((1.0, inf),),), textbook="1 / sqrt(x ** 2 - 1)", aliases=("arccosh",))
atanh: Op     = unary("atanh", ieee(math.atanh, {1.0: inf, -1.0: -inf}), lambda y, x: where(abs(x) <= 1, 1 / ((1 - x) * (1 + x)), y), "inverse hyperbolic tangent", domain=(((-1.0, 1.0),),), textbook="1 / (1 - x ** 2)", aliases=("arctanh",))
erf: Op       = unary("erf", math.erf,           lambda y, x: TWO_OVER_ROOT_PI * _gauss(x),  "error function", textbook="2 / sqrt(pi) * exp(-x ** 2)")
erfc: Op      = unary("erfc", math.erfc,         lambda y, x: -TWO_OVER_ROOT_PI * _gauss(x), "1 - erf(x), accurate for large x", textbook="-2 / sqrt(pi) * exp(-x ** 2)")

maximum: Op   = binary("maximum", _maximum,      _larger, lambda y, a, b: _larger(y, b, a),  "the larger operand", symbol="max", kink=lambda a, b: math.fabs(a - b), aliases=("max",), flat=True)
minimum: Op   = binary("minimum", _minimum,      lambda y, a, b: _larger(y, b, a), _larger,  "the smaller operand", symbol="min", kink=lambda a, b: math.fabs(a - b), aliases=("min",), flat=True)
hypot: Op     = binary("hypot", math.hypot,      _cosine, lambda y, a, b: _cosine(y, b, a),              "√(a² + b²)", kink=math.hypot, textbook=("a / y", "b / y"))
clip: Op      = primitive("clip", _clip,          _between, _below, _above, doc="x limited to [lo, hi]", kink=lambda x, lo, hi: min(math.fabs(x - lo), math.fabs(x - hi), math.fabs(lo - hi)), flat=True)
where: Op     = primitive("where", lambda c, a, b: a if c else b, lambda y, c, a, b: 0.0, lambda y, c, a, b: where(c, 1.0, 0.0), lambda y, c, a, b: where(c, 0.0, 1.0), doc="a if the condition c holds, else b").__replace__(chooses=True)

less: Op      = binary("less", lambda a, b: 1.0 if a < b else 0.0, lambda y, a, b: 0.0, lambda y, a, b: 0.0, "1 if a < b, else 0", symbol="<", kink=lambda a, b: math.fabs(a - b), flat=True)
less_equal: Op = binary("less_equal", lambda a, b: 1.0 if a <= b else 0.0, lambda y, a, b: 0.0, lambda y, a, b: 0.0, "1 if a ≤ b, else 0", symbol="≤", kink=lambda a, b: math.fabs(a - b), flat=True)

relu: Op      = unary("relu", lambda x: x if x > 0 or x != x else 0.0, lambda y, x: _sign(y) if type(y) is float else sign(y), "max(x, 0)", symbol="ReLU", kink=math.fabs, textbook="where(x > 0, 1, 0)", flat=True)
sigmoid: Op   = unary("sigmoid", _sigmoid, lambda y, x: y * sigmoid(-x),   "1 / (1 + exp(-x))", symbol="σ", textbook="y * (1 - y)")
softplus: Op  = unary("softplus", _softplus,     lambda y, x: sigmoid(x),        "log(1 + exp(x))")
xlogy: Op     = binary("xlogy", _xlogy,          lambda y, a, b: log(b), _by_log, "a · log(b), 0 for a = 0", domain=(REAL, POSITIVE), textbook=("log(b)", "a / b"), absorbing=(True, False))
logaddexp: Op = binary("logaddexp", _logaddexp,  _share, lambda y, a, b: _share(y, b, a), "log(exp(a) + exp(b))", textbook=("exp(a - y)", "exp(b - y)"))
# fmt: on

TABLE.update({op.name: op for op in list(globals().values()) if isinstance(op, Op)})
