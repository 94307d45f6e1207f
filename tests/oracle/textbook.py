"""Derivatives to the third order as handbooks print them, over mpmath numbers.

The oracle differentiates by these and not by the table's partials, which it judges.
`test_exact.py` compares each of them with mpmath's numerical derivative of the value.

y the value, x or a and b the operands. A row is (first, second, third); of two operands `second` is
(aa, ab, bb) and `third` (aaa, aab, abb, bbb), so that the derivative by operands i, j, k, each of
them 0 or 1, stands at i + j + k.
"""

from mpmath import mp, mpf

from microgradlike import ops
from tests.ulps import exact

NONE = (mpf(0),) * 7  # second or third derivatives of a piecewise linear primitive
ONE = mpf(1)


def derivatives(op, y, at):
    """The first, second and third derivatives of `op` at the operands `at`, with value y."""
    if op in UNARY:
        f1, f2, f3 = UNARY[op](y, *at)
        return (f1,), (f2,), (f3,)
    if op in BINARY:
        return BINARY[op](y, *at)
    if op not in LINEAR:
        table = "UNARY" if op.arity == 1 else "BINARY"
        raise LookupError(
            f"no derivatives of {op.name} to compare with; add the first three to {table} (LINEAR"
            " for a piecewise linear primitive) in tests/oracle/textbook.py"
        )
    return LINEAR[op](*at), NONE, NONE


def _scaled(c, row):
    return tuple(c * f for f in row)


def _log(x):
    r = 1 / x
    return r, -r * r, 2 * r**3


def _tan(y, x):
    t = 1 + y * y
    return t, 2 * y * t, 2 * t * (t + 2 * y * y)


def _asin(x):
    r = 1 / ((1 - x) * (1 + x))
    q = mp.sqrt(r)
    return q, x * q * r, (1 + 2 * x * x) * q * r * r


def _atan(y, x):
    r = 1 / (1 + x * x)
    return r, -2 * x * r * r, (6 * x * x - 2) * r**3


def _tanh(y, x):
    s = mp.cosh(x) ** -2
    return s, -2 * y * s, s * (4 * y * y - 2 * s)


def _asinh(y, x):
    r = 1 / (1 + x * x)
    q = mp.sqrt(r)
    return q, -x * q * r, (2 * x * x - 1) * q * r * r


def _acosh(y, x):
    r = 1 / ((x - 1) * (x + 1))
    q = mp.sqrt(r)
    return q, -x * q * r, (2 * x * x + 1) * q * r * r


def _atanh(y, x):
    r = 1 / ((1 - x) * (1 + x))
    return r, 2 * x * r * r, (2 + 6 * x * x) * r**3


def _erf(x):
    g = 2 / mp.sqrt(mp.pi) * mp.exp(-x * x)
    return g, -2 * x * g, (4 * x * x - 2) * g


def _softplus(y, x):
    u, v = exact(ops.sigmoid)(x), exact(ops.sigmoid)(-x)
    return u, u * v, u * v * (v - u)


def _sigmoid(y, x):
    v = exact(ops.sigmoid)(-x)
    s = y * v
    return s, s * (v - y), s * (1 - 6 * s)


def _exprel(y, x):
    if abs(x) < 1:  # the integrals of t^n e^(xt) over [0, 1]
        return tuple(mp.hyp1f1(n, n + 1, x) / n for n in (2, 3, 4))
    e = mp.exp(x)
    f1 = (e - y) / x
    f2 = (e - 2 * f1) / x
    return f1, f2, (e - 3 * f2) / x


def _sinc(y, x):
    if abs(x) < 1:  # p is -sinc'(x) / x
        p, q = mp.hyp0f1(2.5, -x * x / 4) / 3, mp.hyp0f1(3.5, -x * x / 4) / 15
        return -x * p, 2 * p - y, x * (p - 2 * q)
    f1 = (mp.cos(x) - y) / x
    f2 = -y - 2 * f1 / x
    return f1, f2, -(3 * f2 + x * f1 + y) / x


def _div(y, a, b):
    r = 1 / b
    return (r, -y * r), (0, -r * r, 2 * y * r * r), (0, 0, 2 * r**3, -6 * y * r**3)


def _pow(y, a, b):
    u, log = y / a, mp.log(a)
    v = u / a
    third = (b * (b - 1) * (b - 2) * v / a, (2 * b - 1 + b * (b - 1) * log) * v)
    third += ((2 + b * log) * log * u, log**3 * y)
    return (b * u, log * y), (b * (b - 1) * v, (1 + b * log) * u, log * log * y), third


def _atan2(y, a, b):
    r = 1 / (a * a + b * b)
    s, t = 2 * a * b * r * r, (a * a - b * b) * r * r
    u, v = 2 * b * (3 * a * a - b * b) * r**3, 2 * a * (3 * b * b - a * a) * r**3
    return (b * r, -a * r), (-s, t, s), (u, v, -u, -v)


def _hypot(y, a, b):
    c, s, r = a / y, b / y, 1 / y
    third = (-3 * c * s * s, s * (2 * c * c - s * s), c * (2 * s * s - c * c), -3 * c * c * s)
    return (c, s), _scaled(r, (s * s, -c * s, c * c)), _scaled(r * r, third)


def _logaddexp(y, a, b):
    u, v = exact(ops.sigmoid)(a - b), exact(ops.sigmoid)(b - a)
    s, t = u * v, u * v * (v - u)
    return (u, v), (s, -s, s), (t, -t, t, -t)


def _xlogy(y, a, b):
    r = 1 / b
    return (mp.log(b), a * r), (0, r, -a * r * r), (0, 0, -r * r, 2 * a * r**3)


def _product(y, a, b):
    return (b, a), (0, ONE, 0), NONE


UNARY = {
    ops.exp: lambda y, x: (y, y, y),
    ops.exp2: lambda y, x: (y * mp.log(2), y * mp.log(2) ** 2, y * mp.log(2) ** 3),
    ops.expm1: lambda y, x: (mp.exp(x),) * 3,
    ops.exprel: _exprel,
    ops.log: lambda y, x: _log(x),
    ops.log1p: lambda y, x: _log(1 + x),
    ops.log2: lambda y, x: _scaled(1 / mp.log(2), _log(x)),
    ops.log10: lambda y, x: _scaled(1 / mp.log(10), _log(x)),
    ops.sqrt: lambda y, x: (y / (2 * x), -y / (4 * x * x), 3 * y / (8 * x**3)),
    ops.cbrt: lambda y, x: (y / (3 * x), -2 * y / (9 * x * x), 10 * y / (27 * x**3)),
    ops.sin: lambda y, x: (mp.cos(x), -y, -mp.cos(x)),
    ops.cos: lambda y, x: (-mp.sin(x), -y, mp.sin(x)),
    ops.tan: _tan,
    ops.sinc: _sinc,
    ops.asin: lambda y, x: _asin(x),
    ops.acos: lambda y, x: _scaled(-1, _asin(x)),
    ops.atan: _atan,
    ops.sinh: lambda y, x: (mp.cosh(x), y, mp.cosh(x)),
    ops.cosh: lambda y, x: (mp.sinh(x), y, mp.sinh(x)),
    ops.tanh: _tanh,
    ops.asinh: _asinh,
    ops.acosh: _acosh,
    ops.atanh: _atanh,
    ops.erf: lambda y, x: _erf(x),
    ops.erfc: lambda y, x: _scaled(-1, _erf(x)),
    ops.sigmoid: _sigmoid,
    ops.softplus: _softplus,
}

BINARY = {
    ops.mul: _product,
    ops.mul_no_nan: _product,
    ops.div: _div,
    ops.power: _pow,
    ops.atan2: _atan2,
    ops.hypot: _hypot,
    ops.logaddexp: _logaddexp,
    ops.xlogy: _xlogy,
}

# first derivatives, away from the kinks
LINEAR = {
    ops.add: lambda a, b: (ONE, ONE),
    ops.sub: lambda a, b: (ONE, -ONE),
    ops.neg: lambda x: (-ONE,),
    ops.absolute: lambda x: (mp.sign(x),),
    ops.sign: lambda x: (mpf(0),),
    ops.floor: lambda x: (mpf(0),),
    ops.ceil: lambda x: (mpf(0),),
    ops.rint: lambda x: (mpf(0),),
    ops.trunc: lambda x: (mpf(0),),
    ops.floor_divide: lambda a, b: (mpf(0), mpf(0)),
    ops.mod: lambda a, b: (ONE, -exact(ops.floor_divide)(a, b)),
    ops.fmod: lambda a, b: (ONE, -exact(ops.trunc)(a / b)),
    ops.relu: lambda x: (mpf(x > 0),),
    ops.maximum: lambda a, b: (mpf(a > b), mpf(a < b)),
    ops.minimum: lambda a, b: (mpf(a < b), mpf(a > b)),
    ops.less: lambda a, b: (mpf(0), mpf(0)),
    ops.less_equal: lambda a, b: (mpf(0), mpf(0)),
    ops.clip: lambda x, lo, hi: (
        (mpf(0), mpf(x < lo < hi), mpf(x > hi or lo > hi))
        if not lo < x < hi
        else (ONE, mpf(0), mpf(0))
    ),
    ops.where: lambda c, a, b: (mpf(0), mpf(c != 0), mpf(c == 0)),
}
