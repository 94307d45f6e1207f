"""A Value equals a number by value and a Value by identity; so a branch by == is the right one."""

import math

import numpy as np
import pytest

from microgradlike import (
    Dual,
    TraceError,
    Value,
    derivative,
    functions,
    grad,
    gradients,
    hessian,
    jit,
    jvp,
    nn,
    sin,
    unary,
)
from microgradlike.ieee_float import IeeeFloat

BRANCHES = [  # a function that branches by ==, a point, its value and derivative there
    (lambda x: x * x if x != 2 else 10 * x, 2.0, 20.0, 10.0),
    (lambda x: 1.0 + 0 * x if x == 0 else sin(x) / x, 0.0, 1.0, 0.0),
    (lambda t: 0 * t if t == 0 else t * t.log(), 0.0, 0.0, 0.0),
    (lambda x: 3 * x if x in (1.0, 2.0) else x, 1.0, 3.0, 3.0),
    (lambda x: 5 * x if x == 2 else x, 2.0, 10.0, 5.0),
    (lambda x: 7 * x if x == np.float32(0.5) else x, 0.5, 3.5, 7.0),
]
MODES = [grad, derivative, lambda f: lambda x: jvp(f, (x,), (1.0,))[1]]


@pytest.mark.parametrize("mode", MODES, ids=["reverse", "forward", "jvp"])
@pytest.mark.parametrize(("f", "at", "value", "slope"), BRANCHES)
def test_a_branch_by_equality_is_taken_as_for_a_float(f, at, value, slope, mode):
    x = Value(at)
    y = f(x)
    y.backward()
    assert (y.data, x.grad) == (value, slope)
    assert gradients(f(x), [x])[0].data == slope
    assert mode(f)(at) == slope
    assert mode(f)(Value(at)).data == slope
    assert f(Dual(at, 1.0)).primal == value


def test_it_is_taken_inside_a_second_derivative_too():
    assert hessian(lambda x: x**3 if x != 2 else 10 * x * x)(2.0) == 20.0
    assert grad(grad(lambda x: x**3 if x != 2 else 10 * x * x))(2.0) == 20.0


def test_arrays_of_values_are_compared_with_numbers():
    a = np.array([Value(0.0), Value(2.0)])
    assert (a == 0).tolist() == [True, False]
    picked = np.where(a == 0, 1.0, a)
    assert [picked[0], picked[1].data] == [1.0, 2.0]
    assert Value(0.5) == pytest.approx(0.5)  # to the bit: with a tolerance it wants .data


def test_two_parameters_of_one_number_stay_two():
    model = nn.Neuron(1)
    twin, frozen = Value(0.0), [model.b]
    assert model.b in frozen
    assert twin not in frozen
    assert Value(2.0) != Dual(2.0, 1.0)
    assert Value(1.0) not in {1.0: "the hash is that of the object"}


@pytest.mark.parametrize("other", ["2", None, True, [2.0], 2j])
def test_what_is_not_a_number_is_never_equal(other):
    assert Value(2.0) != other
    assert Dual(2.0, 1.0) != other


def test_nan_equals_nothing():
    assert Value(math.nan) != math.nan
    assert Dual(math.nan, 1.0) != math.nan


def test_a_recorded_branch_by_a_parameter_is_refused_and_not_frozen():
    w = Value(0.0)
    f = jit(lambda x: 10 * x if w == 0 else x * w)
    with pytest.raises(TraceError, match=r"line \d+: .*where"):
        f(3.0)
    with pytest.raises(TraceError, match=r"line \d+: .*where"):
        jit(lambda x: 10 * x if x == 0 else x)(3.0)


def test_a_constant_of_the_recording_is_compared_as_it_stands():
    def f(x):
        k = Value(2.0)
        return x * 10 if k == 2 else x

    assert jit(f)(3.0) == f(3.0).data if isinstance(f(3.0), Value) else 30.0


def test_a_partial_that_compares_is_right_at_a_pole():
    steep = unary("steep", lambda x: math.copysign(1.0, x), lambda y, x: 4.0 if x == 0 else 1 / x)
    x = Value(0.0)
    (steep(x) + functions.silu(x)).backward()
    assert x.grad == 4.5


def test_the_double_of_a_partial_is_equal_and_hashed_by_value():
    assert IeeeFloat(2.0) == 2.0
    assert len({IeeeFloat(2.0), 2.0}) == 1
