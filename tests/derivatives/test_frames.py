"""The nodes of a gradient are framed in pictures, and take no parameter out of its module."""

import pytest

from microgradlike import Value, diagnose, functions, gradients, nn, ops
from microgradlike.graph import topological
from microgradlike.scope import current
from viz.scene.scene import scene


def framed(y):
    shot = scene(y)
    titles = {c.id: c.title for c in shot.clusters}
    return {n.name: titles.get(n.cluster) for n in shot.nodes}


def test_each_derivative_has_a_frame_of_its_own():
    x = Value(0.5, "x")
    y = ops.exp(ops.sin(x))
    y.label = "y"
    (first,) = gradients(y, [x])
    first.label = "y'"
    (second,) = gradients(first, [x])
    second.label = "y''"
    frames = framed(second)
    assert frames["y"] is None
    assert frames["y''"] == "∂y'/∂x · Derivative"
    assert set(frames.values()) == {None, "∂y/∂x · Derivative", "∂y'/∂x · Derivative"}


@pytest.mark.parametrize(
    ("labels", "by"),
    [
        (["a"], "∂y/∂a"),
        ([""], "∂y/∂x"),
        (["a", "b"], "∂y/∂(a, b)"),
        (["a", "", "c"], "∂y/∂(a, x, c)"),
        (["a", "b", "c", "d"], "∂y/∂(a, b, c, …)"),
        (["a", "b", "c", "d", "e"], "∂y/∂(a, b, c, …)"),
    ],
)
def test_a_frame_says_which_derivative_of_what(labels, by):
    xs = [Value(0.5 + i, label) for i, label in enumerate(labels)]
    y = ops.exp(ops.sin(xs[0]) * functions.sum(xs))
    for label in ("y", "loss"):
        y.label = "" if label == "y" else label
        made = topological(gradients(y, xs)[0])
        assert {repr(v.scope) for v in made if v.scope} == {
            f"<call of {by.replace('∂y', f'∂{label}')}>"
        }


def test_the_frame_is_left_where_a_derivative_fails():
    f = ops.unary("f", lambda x: x, lambda y, x: 1 / 0)
    x = Value(1.0)
    try:
        gradients(f(x), [x])
    except ZeroDivisionError:
        assert current.get() is None
    else:
        raise AssertionError


def test_a_parameter_stays_in_its_module_and_one_that_only_the_derivative_uses_is_in_its_frame():
    model = nn.MLP(1, [1, 1], activation="tanh")
    x = Value(0.5, "x")
    u = model([x])
    u.label = "u"
    frames = framed(gradients(u, [x])[0])
    assert frames["w.0"] == "neurons.0 · Neuron"
    assert frames["layers.1.neurons.0.w.0"] == "∂u/∂x · Derivative"


def test_a_nan_of_a_derivative_is_diagnosed_in_it():
    x = Value(0.0, "x")
    y = ops.sqrt(x)
    y.label = "y"
    (g,) = gradients(y, [x])
    assert "∂y/∂x" in str(diagnose(g))
