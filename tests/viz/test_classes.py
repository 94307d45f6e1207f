"""The classes of a training follow from its loss, not from the order of labels or from its name."""

from random import Random

import pytest

from microgradlike import Value, functions, nn
from viz.training.classes import classes_of
from viz.training.training_view import TrainingSetup

POINTS = [(0.5, -0.25), (1.5, 0.25), (-1.0, 2.0)]
WARMTH = Value(2.0, "temperature")


def margins(model, x, y):
    """The margin loss of several classes, in which label 1 is score 0."""
    scores = model(x)
    true = scores[int(y) - 1]
    return sum(((s - true + 1).relu() for s in scores if s is not true), Value(0.0))


def penalized(model, x, y):
    return (1 - y * model(x) / WARMTH).relu() + 0.1 * sum(p * p for p in model.parameters())


def of_sigmoid(model, x, y):
    return (model(x).sigmoid() - y) ** 2


def turned(model, x, y):
    return (1 + y * model(x)).relu()


def constant(model, x, y):
    return Value(1.0)


def of_part(model, x, y):
    return (model.layers[0](x)[0] - y) ** 2


def shifted(model, x, y):
    return functions.cross_entropy(model(x), int(y) - 1)


def found(loss, labels, scores=1):
    model = nn.MLP(2, [2, scores], rng=Random(0))
    return classes_of(TrainingSetup.of(model, (POINTS, labels), loss), scores)


@pytest.mark.parametrize(
    ("loss", "labels", "want"),
    [
        ("hinge", [-1, 1, 1], ((-1, 1), 0)),
        ("hinge", [1, 1, 1], ((-1, 1), 0)),
        ("mse", [-1, 1, 1], ((-1, 1), 0)),
        ("mse", [0, 1, 1], ((0, 1), 0.5)),
        ("mse", [1, 1, 1], ((0, 1), 0.5)),
        ("mse", [3, 1, 1], ((1, 3), 2)),
        ("binary_cross_entropy", [0, 1, 1], ((0, 1), 0.5)),
        ("binary_cross_entropy_with_logits", [0, 1, 1], ((0, 1), 0)),
        (of_sigmoid, [0, 1, 1], ((0, 1), 0)),
        (penalized, [-1, 1, 1], ((-1, 1), 0)),
        (turned, [-1, 1, 1], ((1, -1), 0)),
    ],
)
def test_two_classes_part_at_the_score_that_costs_both_alike(loss, labels, want):
    assert found(loss, labels) == want


@pytest.mark.parametrize(
    ("loss", "labels", "want"),
    [
        ("cross_entropy", [0, 1, 2], (0, 1, 2)),
        ("cross_entropy", [2, 0, 0], (0, None, 2)),
        (shifted, [1, 2, 3], (1, 2, 3)),
        (margins, [1, 2, 3], (1, 2, 3)),
    ],
)
def test_the_loss_of_a_label_asks_for_more_of_its_score(loss, labels, want):
    assert found(loss, labels, scores=3) == (want, 0)


@pytest.mark.parametrize(
    ("loss", "labels"),
    [
        ("mse", [0.5, 2.5, -3.0]),
        ("mse", [1, 2, 3]),
        ("binary_cross_entropy", [0.1, 0.9, 0.9]),
        ("mse", [7, 7, 7]),
        (constant, [0, 1, 1]),
        (of_part, [0, 1, 1]),
    ],
)
def test_numbers_to_hit_are_no_classes(loss, labels):
    assert found(loss, labels) is None


def test_scores_that_no_label_asks_for_are_no_classes():
    assert found(constant, [0, 1, 2], scores=3) is None
    setup = TrainingSetup.of(nn.MLP(2, [1]), (POINTS,), lambda model, x: model(x))
    assert classes_of(setup, 1) is None


def test_gradients_are_left_alone():
    model = nn.MLP(2, [1])
    WARMTH.grad = 3.0
    classes_of(TrainingSetup.of(model, (POINTS, [-1, 1, 1]), penalized), 1)
    assert WARMTH.grad == 3.0
    assert not any(p.grad for p in model.parameters())
