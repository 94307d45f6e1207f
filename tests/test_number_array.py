"""NumberArray: NumPy's functions over Values and plain numbers, eager, differentiated, recorded."""

import copy
import math
import operator
import pickle
import sys
import types

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from microgradlike import (
    Dual,
    TraceError,
    Value,
    array,
    grad,
    hessian,
    jacobian,
    jit,
    jvp,
    ops,
    vjp,
)
from microgradlike.derivatives.pytree import array as packed
from microgradlike.number_array import NumberArray, apply_ufunc
from tests.bits import same_bits

FLOATS = st.floats(-3, 3) | st.sampled_from([0.0, -0.0, math.inf, -math.inf, math.nan])
UFUNCS = [
    (op, ufunc)
    for op in ops.TABLE.values()
    for name in dict.fromkeys((op.name, *op.aliases))
    if isinstance(ufunc := getattr(np, name, None), np.ufunc) and op is not ops.add
]


def mixed(xs):
    """Every second number as a Value."""
    return array([Value(x) if i % 2 else x for i, x in enumerate(xs)])


def data(x):
    return [v.data if isinstance(v, Value) else float(v) for v in np.ravel(x)]


@pytest.mark.parametrize(("op", "ufunc"), UFUNCS, ids=lambda f: getattr(f, "__name__", ""))
@settings(max_examples=30)
@given(st.data())
def test_a_ufunc_with_the_name_of_a_primitive_is_it_to_the_bit(op, ufunc, data_of):
    columns = [data_of.draw(st.lists(FLOATS, min_size=2, max_size=2)) for _ in range(op.arity)]
    want = [op(*row) for row in zip(*columns)]
    bools = op in (ops.less, ops.less_equal)
    assert same_bits(data(ufunc(*map(mixed, columns))), want)
    scalars = [ufunc(*[Value(x) for x in row]) for row in zip(*columns)]
    assert same_bits(data(scalars), want)
    assert all(isinstance(y, bool if bools else Value) for y in scalars)


def test_an_array_keeps_its_type_where_it_holds_numbers():
    a = mixed([1.0, 2.0, 3.0, 4.0])
    m = a.reshape(2, 2)
    for b in (a + 1, a[::-1], a * [1, 2, 3, 4], m @ m, m.T, np.sum(m, axis=0), np.exp(a),
              np.einsum("ij->i", m), np.concatenate([a, [1.0]]), np.where(a > 2, a, 0.0),
              np.split(a, 2)[0], np.stack([a, a]), np.pad(a, 1), np.diag(a), np.zeros_like(a),
              np.clip(a, 2, 3), copy.deepcopy(a), pickle.loads(pickle.dumps(a)), abs(a), 2**a,
              np.add.outer(a, a), np.maximum.accumulate(a), np.float64(2) * a, Value(2.0) * a,
              Value(2.0) * np.ones(3), np.ones(3) / Value(2.0)):  # fmt: skip
        assert type(b) is NumberArray
        assert b.dtype == object
    for b in (a > 2, np.argsort(a), a.argmax(), np.isnan(a), np.asarray(a), a == 1, np.shape(a)):
        assert type(b) is not NumberArray
    assert type(a[1]) is Value
    assert type(a.sum()) is Value


def test_the_arrays_of_derivatives_and_recordings_are_of_that_type():
    seen = []

    def f(a):
        seen.append(type(a))
        return np.sum(np.exp(np.pad(a, 1)) * np.maximum(np.append(a, [0.5, 0.5]), 0.2))

    x = np.array([0.1, 0.7])
    for take in (
        grad(f), jacobian(f), hessian(f), jit(f), jit(grad(f)), grad(jit(f)),
        lambda a: jvp(f, (a,), (a,)), lambda a: vjp(f, a),
    ):  # fmt: skip
        take(x)
    assert set(seen) == {NumberArray}
    assert type(packed([1.0, Value(2.0)], (2,))) is NumberArray
    assert type(packed([1.0, 2.0], (2,))) is np.ndarray


def test_a_gradient_within_a_derivative_is_such_an_array():
    def inner(a):
        return np.sum(a**3)

    def outer(a):
        return np.sum(np.exp(np.append(grad(inner)(a), 1.0)))

    x = np.array([0.5, 1.0])
    slope = np.exp(3 * x**2) * 6 * x
    assert grad(outer)(x) == pytest.approx(slope)
    assert jit(grad(outer))(x) == pytest.approx(slope)


def test_a_tie_is_shared():
    a = mixed([1.0, 1.0, 0.5, 1.0])
    np.max(a).backward()
    assert (a[1].grad, a[3].grad) == (0.25, 0.5)  # each shares with those before it
    assert grad(lambda x: np.max(x))(np.ones(2)).tolist() == [0.5, 0.5]
    assert grad(lambda x: np.maximum(x, 1.0))(1.0) == 0.5


def test_masks_count_in_arithmetic_only():
    a = mixed([-1.0, 2.0, 3.0, -4.0])
    assert data((a > 0) * a) == [0, 2, 3, 0]
    assert data(a[a > 0]) == [2, 3]
    assert data(np.bool_(True) * Value(2.0)) == [2.0]
    assert data(np.add(True, Value(2.0))) == [3.0]
    np.add.at(a, a > 0, 1.0)
    assert data(a) == [-1, 3, 4, -4]
    assert data(np.add.reduceat(a, [0, 2])) == [2, 0]
    np.exp.at(a, [3])
    assert data(a) == [-1, 3, 4, math.exp(-4)]
    assert np.logical_and(a, [1, 1, 0, 1]).tolist() == [True, True, False, True]
    assert np.sum(a > 0) == 3
    for f in (operator.and_, operator.or_):
        with pytest.raises(TypeError, match=r"masks under jit.* (a \*|max)"):
            f(a, a)  # fmt: skip
    with pytest.raises(TypeError, match="write 1 - a"):
        np.invert(a)


def test_recorded_conditions_choose():
    def f(a):
        mask = a > 0.4
        chosen = np.where(mask, a, 0.0) + np.select([a > 0.6, mask], [a * 2, a * 3], 1.0)
        return chosen + mask * (1 - (a <= 0.6)) + np.select([a.shape == (3,)], [1.0])

    x = np.array([0.1, 0.5, 0.8])
    assert jit(f)(x).tolist() == f(x).tolist() == data(f(array(x)))
    with pytest.raises(TraceError, match="needs the number"):
        jit(lambda a: np.where(a > 0.4))(x)
    with pytest.raises(TraceError, match="needs the number"):
        jit(np.argmax)(x)


def test_nan_is_found():
    a = mixed([1.0, math.nan, math.inf, 0.0])
    assert np.isnan(a).tolist() == [False, True, False, False]
    assert np.isinf(a).tolist() == [False, False, True, False]
    assert np.isfinite(a).tolist() == [True, False, False, True]
    assert (a == a).tolist() == [True, False, True, True]
    assert (a != a).tolist() == [False, True, False, False]
    assert np.isnan(Dual(math.nan, 1.0)) is True
    assert np.nansum(a[:2]) == 1.0
    assert data(np.fmax(a, 0.5)) == [1, 0.5, math.inf, 0.5]
    assert data(np.fmin(0.5, a)) == [0.5, 0.5, 0.5, 0]
    assert np.fmin(0.5, Value(math.nan)).data == 0.5
    assert math.isnan(data(np.median(a))[0])
    assert math.isnan(data(np.percentile(a, 50))[0])


@given(st.lists(st.floats(-9, 9) | st.just(math.nan), min_size=1, max_size=6), st.data())
def test_order_is_that_of_the_floats(xs, draw):
    a, floats = mixed(xs), np.array(xs)
    assert same_bits(data(np.sort(a)), np.sort(floats).tolist())
    assert np.argmax(a) == np.argmax(floats)
    assert np.argmin(a) == np.argmin(floats)
    assert same_bits(data(np.take(a, np.argsort(a))), np.sort(floats).tolist())
    assert np.array_equal(a, floats) == np.array_equal(floats, floats)
    q = draw.draw(st.floats(0, 100))
    for got, want in [
        (np.percentile(a, q), np.percentile(floats, q)),
        (np.quantile(a, [q / 100, 0.5]), np.quantile(floats, [q / 100, 0.5])),
        (np.median(a), np.median(floats)),
    ]:
        np.testing.assert_allclose(data(got), np.ravel(want), rtol=1e-9, atol=1e-12)


def test_order_along_an_axis():
    xs = np.array([[3.0, 1.0, 2.0], [0.5, 5.0, 4.0]])
    a = array([[Value(x) for x in row] for row in xs])
    np.testing.assert_array_equal(data(np.sort(a, axis=0)), np.sort(xs, axis=0).ravel())
    assert np.argpartition(a, 1).shape == (2, 3)
    for f in (np.partition, np.percentile):
        np.testing.assert_allclose(data(f(a, 1, axis=1)), f(xs, 1, axis=1).ravel())
    np.testing.assert_allclose(data(np.unique(array([2.0, Value(2.0), 1.0]))), [1.0, 2.0])
    assert np.argsort(a).view(NumberArray).argmax() == 1  # not of objects: as any array


def test_numbers_without_objects_are_numpys():
    floats = np.array([1.0, 4.0]).view(NumberArray)
    assert np.sqrt(floats).tolist() == [1.0, 2.0]
    assert type(np.sqrt(floats)) is np.ndarray
    assert apply_ufunc(np.add, "__call__", (1.0, [2.0, 3.0]), {}).tolist() == [3.0, 4.0]


def test_reductions_start_where_they_should():
    a = mixed([-3.0, 2.0])
    assert np.hypot.reduce(a[:1]) == 3.0
    assert np.sum(a, where=[False, True]).data == 2.0
    assert data(np.prod(a, where=np.array([False, True]))) == [2.0]
    assert data(np.max(a.reshape(1, 2))) == [2.0]


def test_division_and_powers_do_not_leave_the_reals():
    a = array([0.0, Value(-8.0)])
    assert np.isnan(a ** (1 / 3)).tolist() == [False, True]
    assert data(1 / a) == [math.inf, -0.125]
    assert data(np.float_power(a, 2)) == [0.0, 64.0]


def test_what_is_written_into_keeps_its_type():
    a = mixed([1.0, 2.0])
    b = a
    b += 1
    assert b is a
    assert data(np.exp(a, out=a)) == [math.exp(2.0), math.exp(3.0)]
    floats = np.zeros(2)
    for write in (lambda: operator.iadd(floats, Value(1.0)), lambda: np.exp(a, out=floats)):
        with pytest.raises(TypeError, match=r"array of float64 cannot hold; write a = a \+ b"):
            write()
    with pytest.raises(TypeError, match=r"read \.data.* dtype=object for an array"):
        floats[0] = Value(1.0)


@pytest.mark.parametrize(
    "call",
    [lambda a: np.heaviside(a, 0.5), lambda a: np.copysign(1.0, a[1]), lambda a: np.spacing(a)],
)
def test_a_ufunc_without_meaning_says_what_to_do(call):
    with pytest.raises(TypeError, match=r"does not take Values; use functions of micrograd"):
        call(mixed([1.0, 2.0]))


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda a: np.linalg.inv(a.reshape(2, 2)), "inv"),
        (lambda a: np.fft.fft(a), "fft"),
        (lambda a: np.interp(a[0], [0.0, 1.0], a[:2]), "interp"),
        (lambda a: a * "x", "multiply"),
        (lambda a: np.quantile(a, 2.0), "quantile"),
    ],
)
def test_an_error_of_numpy_has_a_note(call, name):
    with pytest.raises((TypeError, AttributeError, ValueError)) as caught:
        call(mixed([1.0, 2.0, 3.0, 4.0]))
    assert any(
        f"{name}" in note and "[v.data for v in a]" in note for note in caught.value.__notes__
    )


@pytest.mark.parametrize("given", [[1.0, "x"], [None], [[1.0, 2.0], [3.0]], [True]], ids=repr)
def test_an_array_is_made_of_numbers(given):
    with pytest.raises((TypeError, ValueError), match=r"array takes numbers|inhomogeneous"):
        array(given)


def test_an_array_is_made_of_anything_nested():
    assert data(array([[Value(1.0), 2], [np.float32(3), 4.0]])) == [1, 2, 3, 4]
    assert data(array(np.arange(3.0))) == [0, 1, 2]
    assert data(array(Value(1.0))) == [1.0]
    assert array([]).shape == (0,)


# scalars


def test_numpy_takes_a_number_on_either_side():
    v = Value(2.0)
    for got, want in [
        (np.arctan2(1.0, v), math.atan2(1, 2)), (np.hypot(1.0, v), math.hypot(1, 2)),
        (np.logaddexp(v, 0.0), np.logaddexp(2, 0)), (np.maximum(v, np.float32(3)), 3),
        (np.int8(3) - v, 1), (np.subtract([1.0, 2.0], v), [-1, 0]), (np.clip(v, 0, 1), 1),
    ]:  # fmt: skip
        np.testing.assert_allclose(data(got), np.ravel(want))
    assert np.isnan(v) is False
    assert (np.float64(1) < v) is True
    assert np.sign(-v).data == -1.0


def test_sympy_leaves_the_product_to_the_value(monkeypatch):
    class SympifyError(Exception):
        pass

    monkeypatch.setitem(sys.modules, "sympy", types.SimpleNamespace(SympifyError=SympifyError))
    with pytest.raises(SympifyError, match=r"has no formula; read \.data"):
        Value(1.0)._sympy_()


def test_numbers_of_sympy_stand_on_either_side():
    sympy = pytest.importorskip("sympy")
    v = Value(3.0)
    assert (sympy.Float(2) * v).data == (v * sympy.Float(2)).data == 6.0
    assert (sympy.Rational(1, 2) - v).data == -2.5
    with pytest.raises(TypeError, match="unsupported operand"):
        sympy.pi * v


def test_a_power_modulo_is_refused_with_the_way_out():
    for kind in (Value, Dual):
        with pytest.raises(TypeError, match=r"pow\(a, b, 3\) takes ints only; write a \*\* b % c"):
            pow(kind(2.0), 2, 3)
