"""The methods that every kind of number shares, one per primitive, under NumPy's names too."""

import math

import numpy as np
import pytest

from microgradlike import Value, ops
from microgradlike.ieee_float import IeeeFloat, partial_at
from microgradlike.ops import mul_no_nan
from microgradlike.scalar import Scalar

OPERATORS = {"add", "sub", "mul", "div", "pow", "neg"}
NUMPYS = {"deg2rad", "radians", "rad2deg", "degrees", "conjugate", "real", "imag"}  # not primitives
FUNCTIONS = (ops.where, ops.mul_no_nan)  # without a method
METHODS = [op for op in ops.TABLE.values() if op.name not in OPERATORS and op not in FUNCTIONS]


def at(op):
    """A point inside the domain of every operand, in (0, 1) or (1, 2)."""
    return [1.5 if domain[0][0] == 1 else 0.5 + i / 8 for i, domain in enumerate(op.domain)]


@pytest.mark.parametrize("op", METHODS, ids=lambda op: op.name)
@pytest.mark.parametrize("kind", [Value, IeeeFloat])
def test_every_primitive_is_a_method_under_both_names(op, kind):
    first, *rest = at(op)
    numpys = {name for name in op.aliases if isinstance(getattr(np, name, None), np.ufunc)}
    for method in {op.name, *numpys} - {"abs"}:
        assert hasattr(kind, method), f"write the method {method} into microgradlike/scalar.py"
        got = getattr(kind(first), method)(*rest)
        assert type(got) is kind
        assert got.data == op(first, *rest)


@pytest.mark.parametrize("method", ["atan2", "arctan2", "hypot", "maximum", "minimum", "logaddexp"])
def test_a_method_refuses_a_stranger(method):
    with pytest.raises(TypeError, match="takes numbers or Values, got 'x'"):
        getattr(Value(1.0), method)("x")
    with pytest.raises(TypeError, match="takes numbers or Values, got 'x'"):
        Value(1.0).clip("x", 1.0)


def test_operators_follow_ieee_754():
    assert (1 / IeeeFloat(0.0)).data == math.inf
    assert ((-8.0) ** IeeeFloat(1 / 3)).data != ((-8.0) ** IeeeFloat(1 / 3)).data
    assert (1 + IeeeFloat(2.0), 3 - IeeeFloat(1.0), +IeeeFloat(2.0))[1].data == 2.0
    assert (-IeeeFloat(2.0)).data == -2.0
    assert abs(IeeeFloat(-2.0)).data == 2.0
    assert math.floor(IeeeFloat(1.5)).data == 1.0
    assert math.ceil(IeeeFloat(1.5)).data == 2.0
    assert (1 + IeeeFloat(2.0)).data == 3.0
    assert IeeeFloat(1.0) < 2 <= IeeeFloat(2.0)
    assert IeeeFloat(3.0) > IeeeFloat(2.0) >= 2


def test_a_scalar_without_apply_says_so():
    with pytest.raises(NotImplementedError, match="Scalar has no apply"):
        Scalar().exp()


@pytest.mark.parametrize("zero", [0.0, -0.0])
@pytest.mark.parametrize("infinite", [math.inf, -math.inf])
def test_zero_times_infinity_is_zero_in_the_chain_rule(zero, infinite):
    assert mul_no_nan(zero, infinite) == mul_no_nan(infinite, zero) == 0.0


def test_zero_times_nan_stays_nan():
    assert math.isnan(mul_no_nan(0.0, math.nan))
    assert math.isnan(mul_no_nan(math.nan, 0.0))
    assert math.isnan(mul_no_nan(math.inf, math.nan))
    assert mul_no_nan(-2.0, math.inf) == -math.inf


def test_a_partial_at_a_pole_is_infinite():
    assert partial_at(ops.div, 1, math.inf, 1.0, 0.0) == -math.inf
    assert partial_at(ops.sqrt, 0, 0.0, 0.0) == math.inf
    assert partial_at(ops.log, 0, 0.0, 1.0) == 1.0


# NumPy's ufuncs over object arrays

UFUNCS = [np.exp, np.expm1, np.log, np.log1p, np.log2, np.log10, np.sqrt, np.cbrt, np.sin, np.cos,
          np.tan, np.arcsin, np.arccos, np.arctan, np.sinh, np.cosh, np.tanh, np.arcsinh,
          np.arctanh, np.absolute, np.fabs, np.negative, np.floor, np.ceil]  # fmt: skip
BINARY = [np.add, np.subtract, np.multiply, np.divide, np.power, np.arctan2, np.hypot, np.maximum,
          np.minimum]  # fmt: skip


@pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda f: f.__name__)
def test_a_ufunc_over_an_object_array_gives_values(ufunc):
    xs = np.array([0.25, 0.5])
    vs = np.array([Value(x) for x in xs])
    ys = ufunc(vs)
    assert all(type(y) is Value for y in ys)
    np.testing.assert_allclose([y.data for y in ys], ufunc(xs), rtol=1e-15)
    ys.sum().backward()
    step = 1e-6
    numeric = (ufunc(xs + step) - ufunc(xs - step)) / (2 * step)
    np.testing.assert_allclose([v.grad for v in vs], numeric, atol=1e-8)


def test_arccosh_over_an_object_array():
    v = Value(2.0)
    assert np.arccosh(np.array([v]))[0].data == math.acosh(2.0)


def number(x):
    return x.data if isinstance(x, Value) else float(x)


@pytest.mark.parametrize("ufunc", BINARY, ids=lambda f: f.__name__)
def test_a_ufunc_of_two_operands_takes_values_and_numbers(ufunc):
    a, b = np.array([Value(2.0), Value(3.0)]), np.array([1.5, 4.0])
    pairs = [(a, b), (a, a[::-1].copy())]
    if ufunc not in (
        np.arctan2,
        np.hypot,
    ):  # NumPy asks the first operand, a float there, for its method
        pairs.append((b, a))
    for x, y in pairs:
        got = ufunc(x, y)
        want = ufunc([number(v) for v in x], [number(v) for v in y])
        assert [number(v) for v in got] == list(want)


def test_matrix_products_and_reductions_differentiate():
    weights = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    x = np.array([Value(5.0), Value(6.0)])
    y = np.sum(weights @ x) + np.mean(x) + np.dot(x, np.array([1.0, 2.0])) + (x**2).prod()
    y.backward()
    assert y.data == 17 + 39 + 5.5 + 17 + 900
    assert [[w.grad for w in row] for row in weights] == [[5, 6], [5, 6]]
    assert [v.grad for v in x] == [4 + 0.5 + 1 + 360, 6 + 0.5 + 2 + 300]


@pytest.mark.parametrize(
    "scalar", [np.float64(2), np.float32(2), np.int64(2), np.int8(2)], ids=repr
)
def test_a_numpy_scalar_on_either_side_gives_a_value(scalar):
    v = Value(3.0)
    for got, want in [
        (scalar + v, 5), (v + scalar, 5), (scalar - v, -1), (v - scalar, 1), (scalar * v, 6),
        (v * scalar, 6), (scalar / v, 2 / 3), (v / scalar, 1.5), (scalar**v, 8), (v**scalar, 9),
    ]:  # fmt: skip
        assert type(got) is Value
        assert got.data == want
    assert v > scalar
    assert scalar < v


def test_an_array_on_either_side_gives_an_object_array():
    v = Value(3.0)
    for got in (v * np.array([1.0, 2.0]), np.array([1.0, 2.0]) * v):
        assert got.dtype == object
        assert [type(y) for y in got] == [Value, Value]
        assert [y.data for y in got] == [3.0, 6.0]


def test_a_value_does_not_vanish_into_a_float_array():
    with pytest.raises(TypeError, match=r"read \.data"):
        np.array([Value(1.0)], dtype=float)
    assert np.array([Value(1.0), Value(2.0)]).dtype == object


def test_every_method_is_a_name_that_the_table_knows():
    known = {name for op in ops.TABLE.values() for name in (op.name, *op.aliases)}
    methods = {name for name in vars(Scalar) if not name.startswith("_")}
    methods -= {"apply", "constant", "detach"} | NUMPYS
    assert methods <= known
    assert sum(len(op.aliases) for op in ops.TABLE.values()) + len(ops.TABLE) == len(known)
