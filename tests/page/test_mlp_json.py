"""Programs for MLPs made in the page: for plain ones, and nothing for others."""

import pytest

from microgradlike import Value, functions, nn, ops
from microgradlike.compile.export.javascript import SPELLINGS
from viz.page.mlp_json import mlp_json, mlp_ops, optimizers
from viz.training.training_view import TrainingSetup, training_view


def view_of(model, loss="mse", label=1.0):
    return training_view(TrainingSetup.of(model, ([[0.5]], [label]), loss), SPELLINGS)


def mixed():
    model = nn.MLP(1, [2, 1])
    model.layers[0].neurons[1].activation = "tanh"
    return model


class Line(nn.Module):
    def __init__(self):
        self.w = Value(0.5)

    def __call__(self, x):
        return self.w * x[0]


@pytest.mark.parametrize(
    ("model", "loss"),
    [
        (Line(), "mse"),
        (mixed(), "mse"),
        (nn.MLP(1, [2, 1], activation=lambda x: x.tanh() * 2), "mse"),
        (nn.MLP(1, [2, 1]), lambda prediction, y: (prediction - y) ** 2),
    ],
)
def test_any_other_model_keeps_its_graph(model, loss):
    view = view_of(model, loss)
    assert mlp_json(view) is None
    assert mlp_ops(view) == {"pow": ops.power}


def test_a_training_that_the_page_cannot_run_needs_no_optimizer():
    view = view_of(nn.MLP(1, [2, 2]), functions.cross_entropy, 1)
    assert mlp_json(view) is None
    assert mlp_ops(view) == {}


@pytest.mark.parametrize("loss", ["hinge", nn.losses.hinge])
def test_a_plain_mlp_gives_its_sizes_and_the_programs_of_others(loss):
    found = mlp_json(view_of(nn.MLP(1, [2, 1], activation="sin"), loss))
    assert (found["sizes"], found["activation"], found["loss"]) == ([1, 2, 1], "sin", "hinge")
    assert found["activations"]["silu"] == [["sigmoid", 0], ["mul", 0, 1]]
    assert found["losses"]["mse"] == {
        "program": [["sub", 0, 1], 2.0, ["pow", 2, 3]],
        "labels": None,
    }
    assert set(found["ops"]) == set(mlp_ops(view_of(nn.MLP(1, [1], activation="sin"))))


def test_the_numbers_of_the_optimizers_are_the_defaults():
    assert optimizers()["AdamW"]["decay"] == nn.AdamW([Value(0.0)]).weight_decay
    assert [row["momentum"] for row in optimizers().values() if "momentum" in row] == [0.0, 0.9]
