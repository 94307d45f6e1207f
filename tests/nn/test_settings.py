"""Settings: a checkpoint resumes with the options that it was written with."""

import json
import random

import numpy as np
import pytest

from microgradlike import nn
from microgradlike.nn.formats import LoadError
from microgradlike.nn.training.dataset import Dataset
from microgradlike.nn.training.settings import settings_of

POINTS, LABELS = nn.moons(20, noise=0.1, seed=0)
SIGNS = [2 * label - 1 for label in LABELS]
MADE = {
    "sgd": lambda ps, **o: nn.SGD(ps, **({"lr": 0.1, "momentum": 0.5} | o)),
    "adam": lambda ps, **o: nn.Adam(ps, **({"lr": 0.1} | o)),
    "adamw": lambda ps, **o: nn.AdamW(ps, **({"lr": 0.1} | o)),
}


def network():
    return nn.MLP(2, [4, 1], activation="tanh", rng=random.Random(0))


def square(prediction, target):
    return (prediction - target) ** 2


def fitted(optimizer="adam", loss="hinge", data=(POINTS, SIGNS), made=(), **options):
    """The model and its optimizer after two epochs, or as many as asked for."""
    model = network()
    optimizer = MADE[optimizer](model.parameters(), **dict(made))
    options = {"epochs": 2, "batch_size": 5, "progress": False, "backend": "python"} | options
    nn.fit(model, loss, data, optimizer=optimizer, **options)
    return model, optimizer


OTHER = [
    ({"made": {"betas": (0.9, 0.99)}}, r"betas=\[0.9, 0.999\], this one has betas=\[0.9, 0.99\]"),
    ({"made": {"weight_decay": 0.1}}, r"weight_decay=0.0, this one has weight_decay=0.1"),
    ({"made": {"eps": 1e-6}}, r"eps=1e-08, this one has eps=1e-06"),
    ({"made": {"lr": 0.2}}, r"lr=0.1, this one has lr=0.2"),
    ({"optimizer": "adamw"}, "optimizer='Adam', this one has optimizer='AdamW'"),
    ({"optimizer": "sgd"}, "optimizer='Adam', this one has optimizer='SGD'"),
    ({"loss": "mse"}, "loss='hinge', this one has loss='mse'"),
    ({"loss": square}, "loss='hinge', this one has loss='square'"),
    ({"batch_size": 4}, "batch_size=5, this one has 4"),
    ({"seed": 1}, "seed=0, this one has seed=1"),
    ({"seed": None}, "seed=0, this one has seed=None"),
    ({"data": (POINTS[::-1], SIGNS[::-1])}, "on other data; .* leave out resume"),
]


@pytest.mark.parametrize(("other", "says"), OTHER)
def test_another_option_is_refused_and_changes_nothing(tmp_path, other, says):
    path = tmp_path / "run.json"
    fitted(callbacks=[nn.Checkpoint(path)])
    with pytest.raises(LoadError, match=rf"of a training .*{says}.*; the model is as it was"):
        fitted(epochs=4, resume=path, **other)


@pytest.mark.parametrize(
    "other",
    [{"momentum": 0.25}, {"nesterov": True}, {"weight_decay": 0.5}, {"lr": 0.5}],
)
def test_each_option_of_sgd_is_compared(tmp_path, other):
    path = tmp_path / "run.json"
    fitted("sgd", callbacks=[nn.Checkpoint(path)])
    (name,) = other
    with pytest.raises(LoadError, match=f"{name}=.*, this one has {name}=.* start anew"):
        fitted("sgd", epochs=4, resume=path, made=other)


def test_a_rate_that_a_callback_changed_may_be_given_as_it_was_or_as_it_is(tmp_path):
    path = tmp_path / "run.json"

    def halve(state):
        state.optimizer.lr /= 2

    straight, _ = fitted(epochs=4, callbacks=[halve])
    for lr in (0.1, 0.025):
        fitted(callbacks=[nn.Checkpoint(path), halve])
        resumed, _ = fitted(epochs=4, callbacks=[halve], resume=path, made={"lr": lr})
        assert resumed.state_dict() == straight.state_dict()


@pytest.mark.parametrize("loss", ["hinge", nn.hinge])
def test_a_loss_by_name_is_the_loss_itself(tmp_path, loss):
    path = tmp_path / "run.json"
    fitted(loss="hinge", callbacks=[nn.Checkpoint(path)])
    resumed, _ = fitted(loss=loss, epochs=4, resume=path, data=(np.array(POINTS), SIGNS))
    assert resumed.state_dict() == fitted(epochs=4)[0].state_dict()


def test_a_file_without_settings_resumes(tmp_path):
    path = tmp_path / "run.json"
    fitted(callbacks=[nn.Checkpoint(path)])
    document = json.loads(path.read_text())
    del document["settings"], document["checksum"]
    path.write_text(json.dumps(document))
    resumed, _ = fitted(epochs=4, resume=path)
    assert resumed.state_dict() == fitted(epochs=4)[0].state_dict()
    path.write_text(json.dumps(document | {"settings": [1]}))
    with pytest.raises(LoadError, match=r"settings must be a dict, got \[1\]"):
        fitted(epochs=4, resume=path)


class Net(nn.Module):
    """Layers, dropouts, and a text that changes with the numbers."""

    def __init__(self, *, p=0.5, activation="tanh"):
        rng = random.Random(0)
        self.parts = [nn.MLP(2, [4, 4], activation=activation, rng=rng), nn.Dropout(p)]
        self.parts.append(nn.Neuron(4, nonlin=False, rng=rng))

    def __call__(self, x):
        for part in self.parts:
            x = part(x)
        return x

    def __repr__(self):
        return f"Net({[p.data for p in self.parameters()]})"


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"p": 0.25}, r"layers='1 Dropout\(0.5\)', this one has layers='1 Dropout\(0.25\)'"),
        ({"activation": "relu"}, r"'4 TanhNeuron\(2\)', this one has layers='4 ReLUNeuron\(2\)'"),
    ],
)
def test_another_dropout_or_activation_is_refused(tmp_path, other, says):
    path = tmp_path / "run.json"

    def train(model, **options):
        adam = nn.Adam(model.parameters())
        data = (POINTS, SIGNS)
        nn.fit(model, "hinge", data, optimizer=adam, progress=False, backend="numpy", **options)

    train(Net(), epochs=1, callbacks=[nn.Checkpoint(path)])
    train(Net(), epochs=2, resume=path)
    with pytest.raises(LoadError, match=says):
        train(Net(**other), epochs=3, resume=path)


class Signs(nn.Optimizer):
    """An optimizer of one's own, with attributes of all kinds."""

    def __init__(self, parameters, lr, words=("a", 1), hook=None):
        super().__init__(parameters, lr, weight_decay=0.0, slots=())
        self.words, self.hook, self.pair = words, hook, (hook, 1.0)

    def update(self, lr, sqrt, p, g, *state):
        return (p - lr * g,)


def test_attributes_that_are_plain_are_settings():
    dataset = Dataset(([1.0],), "data")
    signs = Signs(network().parameters(), 0.5, hook=print)
    settings = settings_of(network(), lambda model, x: x, dataset, None, signs)
    del settings["data"], settings["layers"]
    assert settings == {
        "loss": "<lambda>",
        "seed": None,
        "lr": 0.5,
        "optimizer": "Signs",
        "weight_decay": 0.0,
        "words": ["a", 1],
    }
