"""Callbacks and the end of a training: who is called, what is written, what is measured."""

import json
import math
import random

import pytest

from microgradlike import nn
from microgradlike.nn import train
from microgradlike.nn.document import LoadError

POINTS, LABELS = nn.moons(12, noise=0.1, seed=0)
DATA = (POINTS, [2 * label - 1 for label in LABELS])


def hinge(model, point, sign):
    return (1 - model(point) * sign).relu()


def fitted(loss=hinge, data=DATA, **options):
    model = nn.MLP(2, [3, 1], rng=random.Random(0))
    options = {"epochs": 3, "progress": False, "backend": "python"} | options
    sgd = nn.SGD(model.parameters(), lr=0.1)
    return model, train.fit(model, loss, data, optimizer=sgd, **options)


def stopping_at(epoch):
    def stop(state):
        if state.epoch == epoch:
            raise train.StopTraining("enough")

    return stop


@pytest.mark.parametrize("every", [1, 5])
def test_where_a_callback_stops_the_others_still_see_the_epoch(tmp_path, every):
    path, seen = tmp_path / "run.json", []
    checkpoint = train.Checkpoint(path, every=every)
    callbacks = [checkpoint, stopping_at(2), lambda state: seen.append(state.epoch)]
    _, history = fitted(callbacks=callbacks)
    assert (history.stopped, len(history.losses)) == ("enough", 2)
    assert seen == [1, 2]
    document = json.loads(path.read_text())
    assert (document["stopped"], document["losses"]) == ("enough", history.losses)


@pytest.mark.parametrize("seconds", [0, 1000])
def test_the_file_after_the_last_epoch_is_of_that_epoch(tmp_path, seconds):
    path = tmp_path / "run.json"
    model, history = fitted(epochs=5, callbacks=[train.Checkpoint(path, seconds=seconds)])
    document = json.loads(path.read_text())
    assert document["losses"] == history.losses
    assert [float(x) for x in document["parameters"].values()] == [
        p.data for p in model.parameters()
    ]


class Looking(train.Checkpoint):
    """Looks whether a file is there, after the checkpoints before it."""

    def __init__(self, path, there):
        super().__init__(path)
        self.looked_at, self.there = path, there

    def __call__(self, state):
        self.there.append(self.looked_at.exists())

    def end(self, state):
        pass


def test_a_checkpoint_used_again_writes_the_first_epoch(tmp_path):
    path = tmp_path / "run.json"
    checkpoint = train.Checkpoint(path, seconds=1000)
    fitted(callbacks=[checkpoint])
    path.unlink()
    there = []
    fitted(callbacks=[checkpoint, Looking(path, there)])
    assert there == [True, True, True]


# the comparison with eager steps


def test_a_comparison_times_eager_steps_of_one_batch_and_leaves_no_gradient():
    calls = []

    def counted(model, point, sign):
        calls.append(point)
        return hinge(model, point, sign)

    model, history = fitted(counted, batch_size=5, compare=3)
    assert history.speed is not None
    eager = [point for point in calls if type(point[0]) is float]
    assert len(eager) == 2 + 3 * 5  # once for each label, then row by row
    assert [tuple(p) for p in eager[2:]] == POINTS[:5] * 3
    assert [p.grad for p in model.parameters()] == [0.0] * len(model.parameters())


def interrupted(state):
    raise KeyboardInterrupt


def test_an_interrupted_training_is_not_compared():
    _, history = fitted(compare=1, batch_size=4, callbacks=[interrupted])
    assert history.interrupted
    assert history.speed is None


# a loss that is not finite


def test_of_several_examples_to_blame_the_first_is_named():
    def logarithm(model, point, sign):
        return (model(point) * 0.0 + sign).log()

    with pytest.raises(FloatingPointError) as caught:
        fitted(logarithm, (POINTS[:4], [1.0, -1.0, -1.0, 1.0]), seed=None)
    assert str(caught.value).count("in example") == 1
    assert "first in example 1:" in str(caught.value)


@pytest.mark.parametrize("loss", [math.inf, math.nan])
def test_an_infinite_loss_is_an_error_as_nan_is(loss):
    with pytest.raises(FloatingPointError, match=f"the loss is {loss} in epoch 1"):
        fitted(lambda model, point, sign: model(point) * 0.0 + sign * loss, (POINTS[:1], [1.0]))


# the state that callbacks see, and a file of other callbacks


def test_the_losses_of_a_state_are_those_of_the_last_epoch():
    state = train.State(nn.Neuron(1), None, 9, 1, 1, 1, random.Random(0))
    state.history.losses += [0.5, 0.25, 2.0]
    state.history.validation += [1.5, 1.25, 3.0]
    assert (state.epoch, state.loss, state.validation) == (3, 2.0, 3.0)


class Counting(train.Callback):
    """Remembers a number."""

    count = 0

    def __call__(self, state):
        self.count += 1

    def state_dict(self):
        return {"count": self.count}

    def load_state_dict(self, state):
        self.count = int(state["count"])


class CountingToo(Counting):
    """The same by another name."""


def test_a_training_goes_on_with_the_kinds_of_callbacks_it_had(tmp_path):
    path = tmp_path / "run.json"
    fitted(callbacks=[Counting(), train.Checkpoint(path)])
    other = CountingToo()
    with pytest.raises(LoadError, match=r"with the callbacks .*Counting.* give the same"):
        fitted(epochs=5, callbacks=[other], resume=path)
    assert other.count == 0
    same = Counting()
    fitted(epochs=5, callbacks=[same], resume=path)
    assert same.count == 5
