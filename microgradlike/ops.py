"""Every primitive, once: its value, its partial derivatives, its symbol, its domain, its kinks.

Glossary of the table: `y` the output; `x`, or `a` and `b`, the operands; a *partial* is dy/d(operand),
one per operand, written with ordinary operators and other primitives. So the same line serves floats,
Values and whatever else has arithmetic. What a primitive does at 0, inf, nan and ties is decided by the
rows of `testing/edge_points.toml`.

Where a formula is not the one of the textbook, the textbook's loses digits or the edge: see the
comment beside it and `tests/test_accuracy.py`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

inf, nan = math.inf, math.nan

Forward = Callable[..., float]
Partial = Callable[..., Any]
Interval = tuple[float, float]
Domain = tuple[Interval, ...]

REAL: Domain = ((-inf, inf),)
POSITIVE: Domain = ((0.0, inf),)
NONZERO: Domain = ((-inf, 0.0), (0.0, inf))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Op:
    """A primitive: one smooth step of a computation, and its own public function.

    `forward` maps floats to a float under IEEE-754 (no Python exception). `partials[i](y, *operands)` is
    dy/d(operand i). `domain` holds, per operand, the open intervals on which the primitive is smooth;
    `kink(*operands)` is the distance to the nearest kink, or None where there is none.

    >>> tanh(0.5)
    0.46211715726000973
    >>> tanh.partials[0](tanh(0.5), 0.5)
    0.7864477329659275
    """

    name: str
    forward: Forward
    partials: tuple[Partial, ...]
    doc: str
    infix: str
    symbol: str
    domain: tuple[Domain, ...]
    kink: Forward | None

    @property
    def arity(self) -> int:
        """The number of operands."""
        return len(self.partials)

    def __call__(self, *operands: Any) -> Any:
        """The primitive of numbers, or of anything whose type has `apply(op, *operands)`."""
        for x in operands:
            if type(x) is not float:
                return self._apply(operands)
        if len(operands) != len(self.partials):
            return self._apply(operands)
        return self.forward(*operands)

    def _apply(self, operands: tuple[Any, ...]) -> Any:
        if len(operands) != len(self.partials):
            raise TypeError(f"{self.name} takes {self.arity} operand(s), got {len(operands)}")
        if self is where and type(operands[0]) is bool:  # a partial's case distinction, over floats
            c, a, b = operands
            if type(a) is float and type(b) is float:
                return a if c else b
        for x in operands:
            apply = getattr(type(x), "apply", None)
            if apply is not None:
                result = apply(self, *operands)
                if result is not NotImplemented:
                    return result
        return self.forward(*[self._float(i, x) for i, x in enumerate(operands)])

    def _float(self, index: int, x: object) -> float:
        if isinstance(x, float) or (isinstance(x, Real) and not isinstance(x, bool)):
            return to_float(x)
        if self is where and index == 0 and type(x).__name__ in ("bool", "bool_"):
            return float(bool(x))
        raise TypeError(
            f"{self.name} takes numbers or Values, got {x!r:.60} of type {type(x).__name__};"
            f" for an array use numpy's function of that name on an object array of Values"
        )

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"


def to_float(x: Any) -> float:
    """The double nearest to a real number; ValueError where an int is beyond every double.

    >>> to_float(3)
    3.0
    """
    try:
        return float(x)
    except OverflowError:
        raise ValueError(
            f"a number of {len(str(abs(int(x))))} digits is beyond the largest double, about 1.8e308;"
            " scale the problem, or write math.inf if that is what you mean"
        ) from None


def ieee(f: Forward, poles: Mapping[float, float] | None = None) -> Forward:
    """`f` of one float under IEEE-754: nan or the pole's value, or ±inf, in place of an exception.

    >>> ieee(math.log, {0.0: -inf})(0), ieee(math.log)(-1), ieee(math.exp)(1000)
    (-inf, nan, inf)
    """
    at_pole = dict(poles or {})

    def forward(x: float) -> float:
        try:
            return f(x)
        except (ValueError, ZeroDivisionError):
            return at_pole.get(x, nan)
        except OverflowError:
            return math.copysign(inf, x)

    return forward


def unary(
    name: str,
    forward: Forward,
    partial: Partial,
    doc: str = "",
    *,
    symbol: str = "",
    domain: tuple[Domain] = (REAL,),
    kink: Forward | None = None,
) -> Op:
    """A primitive of one operand: its value over floats and its derivative `partial(y, x)`.

    >>> cube = unary("cube", lambda x: x * x * x, lambda y, x: 3 * x * x)
    >>> cube(2.0)
    8.0
    """
    return _op(name, forward, (partial,), doc, "", symbol, domain, kink)


def binary(
    name: str,
    forward: Forward,
    partial_a: Partial,
    partial_b: Partial,
    doc: str = "",
    *,
    infix: str = "",
    symbol: str = "",
    domain: tuple[Domain, Domain] = (REAL, REAL),
    kink: Forward | None = None,
) -> Op:
    """A primitive of two operands: its value over floats and `partial_a(y, a, b)`, `partial_b(y, a, b)`.

    >>> area = binary("area", lambda a, b: a * b / 2, lambda y, a, b: b / 2, lambda y, a, b: a / 2)
    >>> area(3.0, 4.0)
    6.0
    """
    return _op(name, forward, (partial_a, partial_b), doc, infix, symbol, domain, kink)


def _ternary(
    name: str, forward: Forward, *partials: Partial, doc: str = "", kink: Forward | None = None
) -> Op:
    return _op(name, forward, partials, doc, "", "", (REAL, REAL, REAL), kink)


def _op(
    name: str,
    forward: Forward,
    partials: tuple[Partial, ...],
    doc: str,
    infix: str,
    symbol: str,
    domain: tuple[Domain, ...],
    kink: Forward | None,
) -> Op:
    if not (isinstance(name, str) and name.isidentifier()):
        raise ValueError(f"a primitive's name is a Python identifier, got {name!r}")
    for f in (forward, *partials):
        if not callable(f):
            raise TypeError(f"{name}: forward and partials are functions, got {f!r:.60}")
    if len(domain) != len(partials):
        raise ValueError(f"{name}: {len(partials)} operand(s) but {len(domain)} domain(s)")
    return Op(name, forward, partials, doc, infix, symbol or infix or name, domain, kink)


# Forward functions that Python's math does not have, or that need care at an edge.


def _divide(a: float, b: float) -> float:
    try:
        return a / b
    except ZeroDivisionError:
        return nan if a == 0 or a != a else math.copysign(inf, a) * math.copysign(1.0, b)


def _power(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except ValueError:  # zero to a negative power is a pole; a fractional root of a negative is not real
        return (math.copysign(inf, a) if b % 2 == 1 else inf) if a == 0 else nan
    except OverflowError:
        return -inf if a < 0 and b % 2 == 1 else inf


def _sign(x: float) -> float:
    return x if x == 0 or x != x else math.copysign(1.0, x)


def _floor(x: float) -> float:
    return math.copysign(float(math.floor(x)), x) if math.isfinite(x) else x


def _maximum(a: float, b: float) -> float:
    return a if a >= b or a != a else b


def _minimum(a: float, b: float) -> float:
    return a if a <= b or a != a else b


def _clip(x: float, lo: float, hi: float) -> float:
    return _minimum(_maximum(x, lo), hi)


def _sigmoid(x: float) -> float:
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    e = math.exp(x)
    return e / (1 + e)


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-math.fabs(x))) if x == x else x


def _logaddexp(a: float, b: float) -> float:
    if a == b:  # also the two infinities, whose difference is nan
        return a + LN2
    return max(a, b) + math.log1p(math.exp(-math.fabs(a - b)))


# Partials that do not fit a line.

LN2, LN10 = math.log(2), math.log(10)
TWO_OVER_ROOT_PI = 2 / math.sqrt(math.pi)


def _zero(y: Any) -> Any:
    """0, but nan where y is nan."""
    return 0.0 * sign(y)


def _gauss(x: Any) -> Any:
    """exp(-x²) to full accuracy: x² is split into an exact square and a small rest."""
    x = clip(x, -30.0, 30.0)  # beyond, the result is 0
    head = floor(x * 1024) / 1024
    return exp(-head * head) * exp((head - x) * (head + x))


def _power_base(y: Any, a: Any, b: Any) -> Any:
    """d(a ** b)/da = b a^(b-1), where rounding b - 1 would cost up to 350 ulp."""
    less = b - 1
    textbook = b * power(a, less)
    if type(b) is float and b - less == 1:  # the usual case, x ** 2: b - 1 is exact
        return textbook if b else 0.0
    half = power(a, b / 2)
    careful = b * (half / a) * half
    inside = where(a > 0, where(a < inf, careful, textbook), where(a < 0, b * y / a, textbook))
    return where(abs(b) > 0, where(abs(b - less - 1) > 0, inside, textbook), 0.0)


def _power_exponent(y: Any, a: Any, b: Any) -> Any:
    """d(a ** b)/db = a^b log a, in two halves so that neither over- nor underflows; 0 at a = 0."""
    half = power(a, b / 2)
    at_zero = where(b < 0, log(a), 0.0 * y * sqrt(a))  # nan for a negative base
    return where(a > 0, half * (log(a) * half), at_zero)


def _share(y: Any, a: Any, b: Any) -> Any:
    """e^a / (e^a + e^b): the sigmoid of a - b, corrected for the rounding of that difference."""
    d = a - b
    near_b = a - d
    lost = (a - (d + near_b)) + (near_b - b)
    inside = sigmoid(d) * (1 + lost * sigmoid(-d))
    return where(abs(d) < 1000, inside, _larger(y, a, b))


def _larger(y: Any, a: Any, b: Any) -> Any:
    """1 where a > b, 0 where a < b, ½ at a tie, nan where either is nan."""
    return where(a > b, 1.0, where(a < b, 0.0, 0.5 + _zero(y)))


def _below(y: Any, x: Any, lo: Any, hi: Any) -> Any:
    return where(x > lo, _zero(y), where(lo < hi, 1.0 + _zero(y), _zero(y)))


def _above(y: Any, x: Any, lo: Any, hi: Any) -> Any:
    return where(x < hi, where(lo < hi, _zero(y), 1.0), 1.0 + _zero(y))


def _between(y: Any, x: Any, lo: Any, hi: Any) -> Any:
    return where(x > lo, where(x < hi, 1.0, _zero(y)), _zero(y))


def _to_integer(x: float) -> float:
    return math.fabs(x - round(x)) if math.isfinite(x) else inf


# The table. Textbook derivatives, but for those whose tails need another form: tanh' is not 1 - y²,
# which is 0 beyond 19; asin' is not 1/√(1-x²), which has no digits near 1.

# fmt: off
add       = binary("add", operator.add,     lambda y, a, b: 1.0,     lambda y, a, b: 1.0,     "sum",        infix="+")
sub       = binary("sub", operator.sub,     lambda y, a, b: 1.0,     lambda y, a, b: -1.0,    "difference", infix="-", symbol="−")
mul       = binary("mul", operator.mul,     lambda y, a, b: b,       lambda y, a, b: a,       "product",    infix="*", symbol="×")
div       = binary("div", _divide,          lambda y, a, b: 1 / b,   lambda y, a, b: -y / b,  "quotient",   infix="/", symbol="÷", domain=(REAL, NONZERO))
power     = binary("pow", _power,           _power_base,             _power_exponent,         "power",      infix="**", symbol="^", domain=(POSITIVE, REAL))
neg       = unary("neg", operator.neg,      lambda y, x: -1.0,       "negation", symbol="−")
absolute  = unary("abs", math.fabs,         lambda y, x: sign(x),    "absolute value",         symbol="|·|", kink=math.fabs)
sign      = unary("sign", _sign,            lambda y, x: 0.0,        "-1, 0 or 1",             kink=math.fabs)
floor     = unary("floor", _floor,          lambda y, x: 0.0,        "largest integer below",  kink=_to_integer)
ceil      = unary("ceil", lambda x: -_floor(-x), lambda y, x: 0.0,   "smallest integer above", kink=_to_integer)

exp       = unary("exp", ieee(math.exp),     lambda y, x: y,         "exponential")
expm1     = unary("expm1", ieee(math.expm1), lambda y, x: exp(x),    "exp(x) - 1, accurate near 0")
log       = unary("log", ieee(math.log, {0.0: -inf}),      lambda y, x: where(x >= 0, 1 / x, nan),        "natural logarithm", domain=(POSITIVE,))
log1p     = unary("log1p", ieee(math.log1p, {-1.0: -inf}), lambda y, x: where(x >= -1, 1 / (1 + x), nan), "log(1 + x), accurate near 0", domain=(((-1.0, inf),),))
log2      = unary("log2", ieee(math.log2, {0.0: -inf}),    lambda y, x: where(x >= 0, 1 / x / LN2, nan),  "logarithm to base 2", domain=(POSITIVE,))
log10     = unary("log10", ieee(math.log10, {0.0: -inf}),  lambda y, x: where(x >= 0, 1 / x / LN10, nan), "logarithm to base 10", domain=(POSITIVE,))
sqrt      = unary("sqrt", ieee(math.sqrt),   lambda y, x: 0.5 / y,           "square root", symbol="√", domain=(POSITIVE,))
cbrt      = unary("cbrt", math.cbrt,         lambda y, x: 1 / (3 * y * y),   "cube root", symbol="∛", domain=(NONZERO,))

sin       = unary("sin", ieee(math.sin),     lambda y, x: cos(x),            "sine, x in radians")
cos       = unary("cos", ieee(math.cos),     lambda y, x: -sin(x),           "cosine, x in radians")
tan       = unary("tan", ieee(math.tan),     lambda y, x: 1 + y * y,         "tangent, x in radians", domain=(((-math.pi / 2, math.pi / 2),),))
asin      = unary("asin", ieee(math.asin),   lambda y, x: 1 / sqrt((1 - x) * (1 + x)),   "inverse sine, in radians", domain=(((-1.0, 1.0),),))
acos      = unary("acos", ieee(math.acos),   lambda y, x: -1 / sqrt((1 - x) * (1 + x)),  "inverse cosine, in radians", domain=(((-1.0, 1.0),),))
atan      = unary("atan", math.atan,         lambda y, x: (1 / hypot(1.0, x)) ** 2,      "inverse tangent, in radians")
atan2     = binary("atan2", math.atan2,      lambda y, a, b: b / hypot(a, b) / hypot(a, b), lambda y, a, b: -a / hypot(a, b) / hypot(a, b), "angle of the point (b, a), in radians", domain=(NONZERO, NONZERO))

sinh      = unary("sinh", ieee(math.sinh),   lambda y, x: cosh(x),           "hyperbolic sine")
cosh      = unary("cosh", ieee(lambda x: math.cosh(math.fabs(x))), lambda y, x: sinh(x), "hyperbolic cosine")
tanh      = unary("tanh", math.tanh,         lambda y, x: (1 / cosh(x)) ** 2, "hyperbolic tangent")
asinh     = unary("asinh", math.asinh,       lambda y, x: 1 / hypot(1.0, x), "inverse hyperbolic sine")
acosh     = unary("acosh", ieee(math.acosh), lambda y, x: 1 / (sqrt(x - 1) * sqrt(x + 1)), "inverse hyperbolic cosine", domain=(((1.0, inf),),))
atanh     = unary("atanh", ieee(math.atanh, {1.0: inf, -1.0: -inf}), lambda y, x: where(abs(x) <= 1, 1 / ((1 - x) * (1 + x)), nan), "inverse hyperbolic tangent", domain=(((-1.0, 1.0),),))
erf       = unary("erf", math.erf,           lambda y, x: TWO_OVER_ROOT_PI * _gauss(x),  "error function")
erfc      = unary("erfc", math.erfc,         lambda y, x: -TWO_OVER_ROOT_PI * _gauss(x), "1 - erf(x), accurate for large x")

maximum   = binary("maximum", _maximum,      _larger, lambda y, a, b: _larger(y, b, a),  "the larger operand", symbol="max", kink=lambda a, b: math.fabs(a - b))
minimum   = binary("minimum", _minimum,      lambda y, a, b: _larger(y, b, a), _larger,  "the smaller operand", symbol="min", kink=lambda a, b: math.fabs(a - b))
hypot     = binary("hypot", math.hypot,      lambda y, a, b: where(y > 0, a / y, _zero(y)), lambda y, a, b: where(y > 0, b / y, _zero(y)), "√(a² + b²)", kink=math.hypot)
clip      = _ternary("clip", _clip,          _between, _below, _above, doc="x limited to [lo, hi]", kink=lambda x, lo, hi: min(math.fabs(x - lo), math.fabs(x - hi)))
where     = _ternary("where", lambda c, a, b: a if c else b, lambda y, c, a, b: 0.0, lambda y, c, a, b: where(c, 1.0, 0.0), lambda y, c, a, b: where(c, 0.0, 1.0), doc="a where the condition c holds, else b")

relu      = unary("relu", lambda x: x if x > 0 or x != x else 0.0, lambda y, x: sign(y), "max(x, 0)", symbol="ReLU", kink=math.fabs)
sigmoid   = unary("sigmoid", _sigmoid, lambda y, x: y * sigmoid(-x),   "1 / (1 + exp(-x))", symbol="σ")
softplus  = unary("softplus", _softplus,     lambda y, x: sigmoid(x),        "log(1 + exp(x))")
logaddexp = binary("logaddexp", _logaddexp,  _share, lambda y, a, b: _share(y, b, a), "log(exp(a) + exp(b))")
# fmt: on

TABLE: dict[str, Op] = {op.name: op for op in list(globals().values()) if isinstance(op, Op)}
