"""Files with one byte wrong: refused, or read as the same numbers."""

import random
import struct

import pytest

from microgradlike import nn
from microgradlike.nn import LoadError, train
from microgradlike.nn.training.restoration import Restoration
from tests.nn.test_formats import each, good

EPOCHS = 3


def one_byte_wrong(content, rng):
    """The content with one byte flipped, removed or added, or cut off."""
    at = rng.randrange(len(content))
    head, byte, tail = content[:at], content[at], content[at + 1 :]
    likely = rng.choice(b'0123456789-+.eE",:{}[]\\ \n\0tfnaINxu')  # it may still be JSON
    return rng.choice(
        [
            head + bytes([byte ^ 1 << rng.randrange(8)]) + tail,
            head + bytes([likely]) + tail,
            head + bytes([rng.randrange(256)]) + tail,
            head + bytes([likely, byte]) + tail,
            head + bytes([byte, byte]) + tail,  # a digit twice
            head + tail,
            head,
        ]
    )


def require_words(error, path):
    assert str(error).startswith(f"{path}: ")
    assert str(error).endswith("; the model is as it was")


def count(long):
    return 5_000 if long else 300


runs = pytest.mark.parametrize("long", [False, pytest.param(True, marks=pytest.mark.long)])


def bits(model):
    return [struct.pack("<d", p.data) for p in model.parameters()]


@runs
@each
def test_one_wrong_byte_of_a_model_is_refused_or_makes_no_difference(tmp_path, suffix, long):
    rng, path = random.Random(0), tmp_path / f"model{suffix}"
    model, other = nn.MLP(2, [2, 1], rng=rng), nn.MLP(2, [2, 1], rng=rng)
    content, want, before = good(model, suffix), bits(model), bits(other)
    refused = 0
    for _ in range(count(long)):
        path.write_bytes(one_byte_wrong(content, rng))
        try:
            nn.load(other, path)
        except LoadError as error:
            refused += 1
            assert bits(other) == before
            require_words(error, path)
        else:
            assert bits(other) == want
            for p, x in zip(other.parameters(), before):
                (p.data,) = struct.unpack("<d", x)
    assert refused > count(long) / 2


class Averaging(train.Callback):
    """Remembers numbers, text and nested data."""

    def __init__(self):
        self.seen, self.note = [], {"best": float("inf")}

    def __call__(self, state):
        self.seen.append(state.loss)
        self.note[f"epoch {state.epoch}"] = [state.epoch, None, True]

    def state_dict(self):
        return {"seen": self.seen, "note": self.note}

    def load_state_dict(self, state):
        self.seen[:] = state["seen"]  # in place, and the rest may fail
        self.note.clear()
        self.note.update(state["note"])


def training(seed):
    """A State before the first epoch, of a small network."""
    model = nn.MLP(2, [2, 1], rng=random.Random(seed))
    adam = nn.Adam(model.parameters(), lr=0.1)
    callbacks = [train.EarlyStopping(9, restore_best_weights=True), Averaging()]
    return train.State(model, adam, EPOCHS, 8, 0, 4, random.Random(seed), callbacks)


def whole(state):
    """Everything that a checkpoint restores, as bits."""
    return (
        bits(state.model),
        repr(state.optimizer.state_dict()),
        repr(state.optimizer.lr),
        repr([c.state_dict() for c in state.callbacks]),
        state.rng.getstate(),
        repr(state.history),
    )


def written(tmp_path):
    path = tmp_path / "run.json"
    points, labels = nn.moons(8, seed=0)
    state = training(0)
    train.fit(
        state.model,
        "hinge",
        (points, [2 * label - 1 for label in labels]),
        optimizer=state.optimizer,
        epochs=EPOCHS,
        batch_size=4,
        callbacks=[*state.callbacks, train.Checkpoint(path)],
        backend="python",
        progress=False,
    )
    return path


@runs
def test_one_wrong_byte_of_a_checkpoint_is_refused_or_makes_no_difference(tmp_path, long):
    rng, path = random.Random(1), written(tmp_path)
    content, state = path.read_bytes(), training(5)
    before = whole(state)
    Restoration(path, state).apply()
    want = whole(state)
    assert want != before
    refused, state = 0, training(5)
    for _ in range(count(long)):
        path.write_bytes(one_byte_wrong(content, rng))
        try:
            Restoration(path, state).apply()
        except LoadError as error:
            refused += 1
            require_words(error, path)
            assert whole(state) == before
        else:
            assert whole(state) == want
            state = training(5)
    assert refused > count(long) / 2
