"""detach: a number without history, in every kind of number."""

import pytest

from microgradlike import Dual, TraceError, Value, grad, jit, jvp
from microgradlike.ieee_float import IeeeFloat
from microgradlike.scalar import Scalar


def test_a_detached_value_is_a_leaf_of_the_same_number():
    x = Value(3.0, "x")
    y = (x * x).detach()
    assert (y.data, y.op, y.operands, y.grad) == (9.0, None, (), 0.0)
    assert x.detach().label == "x"
    assert x.detach() is not x


def test_no_gradient_passes_a_detached_value():
    x = Value(3.0)
    (x * x.detach()).backward()
    assert x.grad == 3.0


def f(x):
    return x * x.detach() + x.detach() ** 2


def test_it_is_a_constant_in_every_mode_and_order():
    assert grad(f)(3.0) == 3.0
    assert grad(grad(f))(3.0) == 0.0
    assert jvp(f, [3.0], [1.0]) == (18.0, 3.0)
    assert jvp(grad(f), [3.0], [1.0])[1] == 0.0


def test_a_detached_dual_does_not_move_and_stays_of_its_kind():
    x = Dual(Dual(2.0, 1.0, tag=1), 1.0, tag=2).detach()
    y = x * Dual(3.0, 1.0, tag=3)
    assert type(x) is Dual
    assert (y.primal.primal.primal, y.tangent.primal.primal) == (6.0, 2.0)
    assert x.tangent == x.primal.tangent == 0.0


@pytest.mark.parametrize("use", [lambda x, w: x.detach(), lambda x, w: x * w.detach()])
def test_a_recording_refuses_it_and_says_what_to_do(use):
    w = Value(2.0)
    with pytest.raises(TraceError, match=r"detach\(\).*pass the number as an argument"):
        jit(lambda x: use(x, w))(3.0)


def test_a_value_that_a_recording_made_of_a_number_is_one():
    assert jit(lambda x: x * Value(2.0).detach())(3.0) == 6.0


@pytest.mark.parametrize("number", [Scalar(), IeeeFloat(1.0)])
def test_a_kind_without_detach_says_so(number):
    with pytest.raises(NotImplementedError, match=f"{type(number).__name__} has no detach"):
        number.detach()
