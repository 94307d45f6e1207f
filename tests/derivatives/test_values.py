"""Derivatives where Values go in, as arguments or as what the function uses: nothing is lost."""

import pytest

from microgradlike import (
    Value,
    derivative,
    grad,
    gradients,
    hessian,
    jacobian,
    jvp,
    nn,
    unary,
    value_and_grad,
    vjp,
)
from microgradlike.functions import sum as total
from microgradlike.graph import leaves, topological

# each takes f, a function of one number, and gives the derivative there
TAKERS = {
    "grad": lambda f, x: grad(f)(x),
    "value_and_grad": lambda f, x: value_and_grad(f)(x)[1],
    "jacobian": lambda f, x: jacobian(f)(x),
    "forward jacobian": lambda f, x: jacobian(lambda v: [f(v), f(v)])(x)[0],
    "jvp": lambda f, x: jvp(f, (x,), (1.0,))[1],
    "vjp": lambda f, x: vjp(f, x)[1](1.0)[0],
    "derivative": lambda f, x: derivative(f)(x),
}
takers = pytest.mark.parametrize("take", [pytest.param(f, id=name) for name, f in TAKERS.items()])


@takers
def test_a_value_as_argument_gives_a_value_that_goes_on(take):
    x = Value(2.0)
    slope = take(lambda v: v * v * v, x)
    assert type(slope) is Value
    slope.backward()
    assert (slope.data, x.grad) == (12.0, 12.0)


@takers
def test_a_value_that_the_function_uses_gives_a_value_that_reaches_it(take):
    w = Value(5.0)
    slope = take(lambda v: v * v * w * w, 3.0)
    assert type(slope) is Value
    slope.backward()
    assert (slope.data, w.grad) == (150.0, 60.0)


@takers
def test_taking_a_derivative_leaves_every_grad_and_every_mark_of_a_pass(take):
    x, w, untouched = Value(2.0), Value(5.0), Value(7.0)
    outer = w * w
    outer.backward()
    before = [(v.data, v.grad, v.reached) for v in (x, w, untouched, outer)]
    take(lambda v: v * outer * untouched * w, x)
    assert [(v.data, v.grad, v.reached) for v in (x, w, untouched, outer)] == before
    assert before[2] == (7.0, 0.0, False)


@takers
def test_interior_nodes_of_an_outer_graph_are_constants_that_the_outer_derivative_sees(take):
    w = Value(5.0)
    interior = (w * w).exp().log() + w  # w² + w
    slope = take(lambda v: v * v * interior, 3.0)
    slope.backward()
    assert slope.data == pytest.approx(180.0, rel=1e-15)
    assert w.grad == pytest.approx(6 * 11.0, rel=1e-15)
    assert (w.op, interior.op.name) == (None, "add")


@takers
def test_the_argument_used_as_argument_and_from_outside_is_two_things(take):
    x = Value(3.0)
    slope = take(lambda v: v * x, x)
    slope.backward()
    assert (slope.data, x.grad) == (3.0, 1.0)


@takers
def test_a_number_in_data_is_a_constant(take):
    x = Value(3.0)
    slope = take(lambda v: v * x.data, 2.0)
    assert (type(slope), slope) == (float, 3.0)


@pytest.mark.parametrize("name", sorted({*TAKERS} - {"jvp", "derivative"}))
def test_where_a_value_goes_in_every_number_of_the_gradient_is_a_value(name):
    x = Value(2.0)
    found = grad(lambda p: p[0] * p[1] + p[2] * 0.0)([x, 3.0, 4.0])
    assert [type(g) for g in found] == [Value] * 3
    constant = TAKERS[name](lambda v: 5.0, x)
    assert (type(constant), constant.data) == (Value, 0.0)


# uses in practice


def test_a_gradient_penalty_trains():
    """WGAN-GP's term (|∇ₓf| - 1)²: its gradient by the weights, against numeric differences."""
    model = nn.MLP(2, [3, 1], activation="tanh")
    at = [0.3, -0.7]

    def penalty():
        return (total([g * g for g in grad(model)(at)]) - 1.0) ** 2

    penalty().backward()
    for p in model.parameters():
        numeric = central_difference(p, lambda: penalty().data)
        assert p.grad == pytest.approx(numeric, rel=1e-6, abs=1e-8)
    assert any(p.grad != 0 for p in model.parameters())


def central_difference(p, f, step=1e-5):
    data = p.data
    p.data = data + step
    above = f()
    p.data = data - step
    below = f()
    p.data = data
    return (above - below) / (2 * step)


def test_a_physics_informed_loss_trains():
    """The residual of u'' = -u for u a network: second derivatives inside, first ones outside."""
    model = nn.MLP(1, [3, 1], activation="tanh")

    def u(x):
        return model([x])

    for second in (grad(grad(u)), derivative(derivative(u)), derivative(grad(u)), hessian(u)):
        model.zero_grad()

        def loss(second=second):
            return total([(second(x) + u(x)) ** 2 for x in (0.1, 0.5)])

        loss().backward()
        found = [p.grad for p in model.parameters()]
        numeric = [central_difference(p, lambda loss=loss: loss().data) for p in model.parameters()]
        assert found == pytest.approx(numeric, rel=1e-5, abs=1e-7)


def test_a_step_of_gradient_descent_can_be_differentiated():
    """The derivative of a² after a ← a - rate·2a by the rate is -4a²(1 - 2 rate)."""

    def after_one_step(rate):
        a = Value(3.0)
        (g,) = gradients(a * a, [a])
        return (a - rate * g) ** 2

    assert grad(after_one_step)(0.25) == pytest.approx(-4 * 9 * 0.5, rel=1e-15)


# f that does things of its own


def test_f_may_take_derivatives_and_call_backward_inside():
    kept = Value(4.0)

    def f(x):
        y = x * x * kept
        y.backward()
        inner = x.grad  # a plain number: a constant
        x.grad = 0.0
        return y * inner + grad(lambda v: v * v * x)(2.0)  # 4x

    slope = grad(f)(3.0)
    assert slope.data == 2 * 3 * 4 * (2 * 3 * 4) + 4
    assert kept.grad == 9.0  # as f itself wished


def test_an_optimisation_inside_of_f_is_a_constant():
    def f(x):
        w = Value(0.0)
        for _ in range(3):
            w.grad = 0.0
            ((w - 1.0) ** 2).backward()
            w.data -= 0.25 * w.grad
        return x * x * w

    for take in (grad(f), hessian(f), lambda x: vjp(f, x)[1](1.0)[0]):
        assert data(take(3.0)) in (6.0 * 0.875, 2.0 * 0.875)


def data(x):
    return x.data if isinstance(x, Value) else x


@takers
def test_what_f_makes_and_keeps_has_no_gradient_from_that(take):
    """Such as the parameters of a model that makes them when it is called first."""
    kept = []

    def f(x):
        kept.append(Value(2.0))
        kept.append(x * kept[0])
        return kept[1] * x

    take(f, 3.0)
    values = [v for v in kept if isinstance(v, Value)]
    assert values
    assert {(v.grad, v.reached) for v in values} == {(0.0, False)}


def test_a_pull_leaves_gradients_that_came_since():
    kept = []
    _, pull = vjp(lambda x: kept.append(Value(2.0)) or x * kept[0], 3.0)
    (kept[0] * kept[0]).backward()
    assert (pull(1.0), kept[0].grad) == ((2.0,), 4.0)


class Refusal(Exception):
    pass


def refuse(*_):
    raise Refusal


@takers
@pytest.mark.parametrize("where", ["in f", "in a value", "in a partial"])
def test_where_something_raises_every_value_is_as_it_was(take, where):
    forward = refuse if where == "in a value" else lambda x: x
    failing = unary("failing", forward, refuse)
    x, w = Value(2.0), Value(3.0)
    (x * w).backward()

    def f(v):
        y = failing(v * w)
        return refuse() if where == "in f" else y

    with pytest.raises(Refusal):
        take(f, x)
    assert (x.grad, w.grad, x.data, w.data) == (3.0, 2.0, 2.0, 3.0)
    assert data(take(lambda v: v * w, 5.0)) == 3.0


def test_gradients_touch_no_grad_and_go_on():
    x, w = Value(2.0), Value(3.0)
    y = x * x * w
    by_x, by_y = gradients(y, [x, y])
    assert (by_x.data, by_y.data, x.grad, w.grad, y.grad, x.reached) == (
        12.0,
        1.0,
        0.0,
        0.0,
        0.0,
        False,
    )
    by_x.backward()
    assert (x.grad, w.grad) == (6.0, 4.0)


def test_gradients_without_a_path_are_values_of_zero():
    x, other = Value(2.0), Value(3.0)
    (found,) = gradients(x * x, [other])
    assert (type(found), found.data) == (Value, 0.0)
    assert [g.data for g in gradients(x, [x, x, other])] == [1.0, 1.0, 0.0]
    assert gradients(x, []) == []


def test_gradients_are_a_graph_of_the_tables_primitives_over_the_same_leaves():
    x = Value(2.0)
    (found,) = gradients(x.tanh() * x, [x])
    assert {"sigmoid", "mul", "tanh"} <= {v.op.name for v in topological(found) if v.op}
    assert [v for v in leaves(found) if v is x] == [x]
