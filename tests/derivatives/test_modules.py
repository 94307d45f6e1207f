"""Derivatives by the parameters of a Module: a dict by their names."""

import math

import numpy as np
import pytest

from microgradlike import Value, grad, hessian, hvp, jvp, nn


class Scaled(nn.Module):
    """Parameters in an attribute, an array, a dict and another Module, one of them twice."""

    def __init__(self):
        self.scale = Value(2.0, "scale")
        self.tied = {"again": self.scale}
        self.weights = np.array([Value(1.0), Value(-3.0)])
        self.inner = nn.Neuron(2, nonlin=False)
        self.calls = [0]

    def __call__(self, x):
        self.calls[0] += 1
        return self.scale * self.tied["again"] * (self.weights @ np.array(x)) * self.inner(x)


def test_a_modules_gradient_is_a_dict_by_the_names_of_its_parameters():
    model, x = Scaled(), [0.5, 2.0]
    found = grad(lambda m: m(x))(model)
    model(x).backward()
    assert list(found) == [name for name, _ in model.named_parameters()]
    assert list(found)[:3] == ["scale", "weights.0", "weights.1"]
    assert [g.data for g in found.values()] == [p.grad for p in model.parameters()]


def test_a_module_takes_numbers_and_directions_by_name():
    model, x = Scaled(), [0.5, 2.0]
    ones = {name: 1.0 for name, _ in model.named_parameters()}
    _, slope = jvp(lambda m: m(x), (model,), (ones,))
    gradient = grad(lambda m: m(x))(model)
    assert slope.data == pytest.approx(math.fsum(g.data for g in gradient.values()), rel=1e-14)
    (curvature,) = hvp(lambda m: m(x), (model,), (ones,))
    matrix = hessian(lambda m: m(x))(model)
    assert list(matrix) == list(curvature) == list(ones)
    for name, row in matrix.items():
        assert curvature[name].data == pytest.approx(
            math.fsum(h.data for h in row.values()), rel=1e-13, abs=1e-13
        )


def test_a_module_is_left_as_it_was():
    model = Scaled()
    before = [(p.data, p.grad, p.label) for p in model.parameters()]
    grad(lambda m: m([1.0, 2.0]))(model)
    assert [(p.data, p.grad, p.label) for p in model.parameters()] == before
    assert model.calls == [0]  # the copy was called


def test_a_gradient_by_a_module_goes_on_to_its_parameters():
    model = Scaled()
    found = grad(lambda m: m([1.0, 2.0]))(model)
    found["weights.0"].backward()
    assert model.scale.grad != 0
    assert model.weights[0].grad == 0


def test_by_the_input_of_a_module_and_by_the_module_at_once():
    model = Scaled()
    by_model, by_x = grad(lambda m, x: m(x), (0, 1))(model, [1.0, 2.0])
    assert len(by_model) == 6
    assert [type(g) for g in by_x] == [Value, Value]
    model([Value(1.0), Value(2.0)]).backward()
    assert by_model["scale"].data == model.scale.grad
