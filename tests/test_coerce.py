"""Numbers from outside: each way into a Value converts what its constructor converts."""

import copy
import pickle
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, strategies as st

from microgradlike import Dual, Value, jit, nn, ops, unary
from microgradlike.engine import accumulate, set_data
from tests.bits import same_bits

NUMBERS = [
    2,
    np.float64(2),
    np.float32(2),
    np.float16(2),
    np.int8(2),
    np.longdouble(2),
    Fraction(4, 2),
]
STRANGERS = [
    None, "1", True, np.True_, 2j, Decimal(2), [1.0], np.array(1.0), np.array([1.0, 2.0]),
    Value(1.0), Dual(1.0, 1.0), object(),
]  # fmt: skip


def set_attribute(name):
    def enter(x):
        v = Value(1.0)
        setattr(v, name, x)
        return getattr(v, name)

    enter.__name__ = f"set_{name}"
    return enter


def backward(x):
    v = Value(1.0)
    (v * 1.0).backward(x)
    return v.grad


def backward_of_a_leaf(x):
    v = Value(1.0)
    v.backward(x)
    return v.grad


def backward_of_a_program(x, backend="python"):
    v = Value(1.0)
    jit(lambda: v * 1.0, backend=backend).backward(upstream=x)
    return v.grad


def backward_of_an_eager_program(x):
    return backward_of_a_program(x, "eager")


def state_of_a_module(x):
    neuron = nn.Neuron(1)
    neuron.load_state_dict({"w.0": x, "b": x})
    return neuron.b.data


def set_many(x):
    v = Value(1.0)
    set_data([v], [x])
    return v.data


WAYS_IN = [
    set_attribute("data"), set_attribute("grad"), set_many, backward, backward_of_a_leaf,
    backward_of_a_program, backward_of_an_eager_program, state_of_a_module,
]  # fmt: skip


@pytest.mark.parametrize("enter", WAYS_IN)
@pytest.mark.parametrize("x", NUMBERS, ids=lambda x: type(x).__name__)
def test_every_way_in_converts_a_real_number_to_a_double(enter, x):
    assert type(enter(x)) is float
    assert enter(x) == Value(x).data == 2.0


@pytest.mark.parametrize("enter", WAYS_IN)
@pytest.mark.parametrize("x", STRANGERS, ids=lambda x: type(x).__name__)
def test_every_way_in_refuses_anything_else_with_its_value_and_type(enter, x):
    with pytest.raises(TypeError) as caught:
        enter(x)
    message = str(caught.value)
    assert type(x).__name__ in message
    assert ";" in message
    with pytest.raises(TypeError, match="Value takes a real number"):
        Value(x)


@given(st.floats())
def test_a_double_enters_and_leaves_bit_for_bit(x):
    v = Value(0.0)
    v.data = v.grad = x
    assert same_bits([v.data, v.grad], [x, x])


def test_a_float32_step_leaves_the_model_in_doubles():
    p = Value(0.1)
    p.grad = 0.2
    p.data -= np.float32(0.3) * p.grad
    p.grad += np.float32(0.3)
    assert (type(p.data), type(p.grad), type((p * p).data)) == (float, float, float)


def refusal(change):
    p = Value(1.0)
    with pytest.raises(TypeError) as caught:
        change(p)
    assert (p.data, p.grad) == (1.0, 0.0)
    return str(caught.value)


def test_the_message_names_the_way_out():
    def zero(p):
        p.grad = None

    def step(p):
        p.data -= 0.5 * (p * p)

    def array(p):
        p.data = np.array([1.0])

    def text(p):
        p.data = "1"

    def nothing(p):
        p.data = None

    assert refusal(zero) == (
        ".grad takes a real number, got None of type NoneType; write p.grad = 0.0, or call"
        " zero_grad() of the module or the optimizer"
    )
    assert refusal(step).endswith("of type Value; assign its number, the .data of a Value")
    assert refusal(array).endswith(
        "; write v.data = float(x) for one number, and give each Value its own"
    )
    assert refusal(text).endswith("got '1' of type str; convert it with float(x)")
    assert refusal(nothing).endswith("or math.nan for one that is missing")


def test_a_number_beyond_the_largest_double_is_refused_as_by_the_constructor():
    v = Value(1.0)
    for set_it in (lambda: setattr(v, "data", 10**400), lambda: v.backward(10**400)):
        with pytest.raises(ValueError, match="beyond the largest double"):
            set_it()
    assert (v.data, v.grad) == (1.0, 0.0)


def test_set_data_is_all_or_nothing():
    values = [Value(1.0), Value(2.0), Value(3.0)]
    for numbers in ([4.0, 5.0, None], [4.0, 5.0], [4.0, 5.0, 6.0, 7.0]):
        with pytest.raises((TypeError, ValueError)):
            set_data(values, numbers)
        assert [v.data for v in values] == [1.0, 2.0, 3.0]


def test_an_optimizer_of_the_users_own_cannot_move_a_parameter_to_what_is_no_number():
    class Complex(nn.Optimizer):
        def update(self, lr, sqrt, p, g, *state):
            return (p * 1j,)

    for count in (3, 50):
        parameters = [Value(1.0) for _ in range(count)]
        with pytest.raises(TypeError, match=r"\.data takes a real number.*of type complex"):
            Complex(parameters, 0.1, weight_decay=0.0, slots=()).step()
        assert [p.data for p in parameters] == [1.0] * count


# partials of the users'


def f(partial):
    return unary("f", lambda x: 2.0 * x, partial)


@pytest.mark.parametrize("p", [*NUMBERS, True, np.True_], ids=lambda p: type(p).__name__)
def test_a_partial_of_another_kind_of_number_keeps_every_gradient_a_double(p):
    x = Value(3.0)
    h = x * (1 / 3)
    y = f(lambda y, x: p)(h)
    y.backward()
    assert (type(h.grad), type(x.grad)) == (float, float)
    assert same_bits([h.grad, x.grad], [float(p), float(p) * (1 / 3)])


TERNARY = ops.primitive("t", lambda a, b, c: a, *[lambda y, a, b, c: "1"] * 3)
BINARY = ops.binary("t", lambda a, b: a, *[lambda y, a, b: "1"] * 2)


@pytest.mark.parametrize(
    "apply",
    [
        f(lambda y, x: "1"), lambda x: BINARY(x, x), lambda x: BINARY(x, 1.0),
        lambda x: BINARY(1.0, x), lambda x: TERNARY(x, 1.0, 1.0),
    ],
)  # fmt: skip
def test_a_partial_that_is_no_number_is_refused_whatever_the_arity(apply):
    x = Value(3.0)
    with pytest.raises(TypeError, match=r"a partial of '.' gave '1' of type str over floats"):
        apply(x).backward()
    assert (x.grad, x.reached) == (0.0, False)


# slots


def test_properties_hide_no_slot_of_a_subclass_and_survive_copies():
    class Weight(Value):
        pass

    w = Weight(1.0, "w")
    w.frozen = True
    w.data, w.grad, w.label = 2, 3, "v"
    assert w.__dict__ == {"frozen": True}
    c = copy.deepcopy(w)
    assert (c.data, c.grad, c.label, c.frozen) == (2.0, 3.0, "v", True)
    v = pickle.loads(pickle.dumps(Value(np.float32(0.5), "w")))
    assert (v.data, v.grad, v.label, type(v.data)) == (0.5, 0.0, "w", float)


def test_an_attribute_cannot_be_deleted():
    v = Value(1.0)
    for name in ("data", "grad", "label"):
        with pytest.raises(AttributeError):
            delattr(v, name)


def test_accumulate_adds_doubles_whole_or_not_at_all():
    v, w = Value(0.1), Value(0.1)
    accumulate([v, w], [np.float32(0.1), 1])
    assert (type(v.grad), v.grad, w.grad) == (float, float(np.float32(0.1)), 1.0)
    before = v.grad
    for gradients in ([1.0, None], [1.0], [1.0, 1.0, 1.0]):
        with pytest.raises((TypeError, ValueError)):
            accumulate([v, w * v], gradients)
        assert (v.grad, w.grad) == (before, 1.0)
