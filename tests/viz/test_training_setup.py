"""The setup of a training: the inputs of the model, and its scores in the graph."""

import pytest

from microgradlike import Value, nn
from tests.viz.test_training_view import made
from viz.training.training_view import TrainingSetup


class Twins(nn.Module):
    """Two parameters of one number, of which a call uses the second."""

    def __init__(self):
        self.w = [Value(2.0), Value(2.0)]

    def __call__(self, x):
        return self.w[1] * x


@pytest.mark.parametrize(("used", "found"), [(1, True), (0, False)])
def test_parameters_of_one_number_are_not_taken_for_one_another(used, found):
    lines = made(Twins(), lambda model, x, y: (model.w[used] * x - y) ** 2, ([1.0], [3.0]))
    assert bool(lines.scores) is found


def test_where_there_are_only_inputs_the_model_is_called_with_none_of_them_apart():
    assert TrainingSetup.of(Twins(), ([1.0, 2.0],), lambda model, x: model(x)).inputs == 0
    assert TrainingSetup.of(Twins(), ([1.0], [2.0]), lambda model, x, y: model(x) - y).inputs == 1
