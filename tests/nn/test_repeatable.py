"""Repeatability: a loss that draws, counts or times is not frozen in silence."""

import itertools
import math
import random
import time

import numpy as np
import pytest

from microgradlike import Value, jit, nn
from microgradlike.compile.trace import TraceError
from microgradlike.nn.training.repeatable import require_repeatable

POINTS, LABELS = nn.moons(12, seed=0)
SIGNS = [2 * label - 1 for label in LABELS]
RNG = random.Random(0)
COMPILED = ["auto", "python", "numpy", "llvm"]


def fitted(loss, model=None, *, backend="numpy", **options):
    model = model or nn.MLP(2, [6, 1], rng=random.Random(0))
    sgd = nn.SGD(model.parameters(), lr=0.05)
    options = {"epochs": 2, "progress": False} | options
    nn.fit(model, loss, (POINTS, SIGNS), optimizer=sgd, backend=backend, **options)
    return model


class HandMadeDropout(nn.Module):
    def __init__(self, draw):
        rng = random.Random(0)
        self.hidden = nn.Layer(2, 8, rng=rng)
        self.out = nn.Layer(8, 1, nonlin=False, rng=rng)
        self.draw = draw

    def __call__(self, x):
        return self.out([h * (2.0 if self.draw() < 0.5 else 0.0) for h in self.hidden(x)])


SOURCES = {
    "random": random.random,
    "Random": random.Random(1).random,
    "numpy": np.random.random,
    "Generator": np.random.default_rng(0).random,
}


@pytest.mark.parametrize("backend", COMPILED)
@pytest.mark.parametrize("source", SOURCES)
def test_a_mask_drawn_while_recording_is_refused(backend, source):
    model = HandMadeDropout(SOURCES[source])
    before = model.state_dict()
    with pytest.raises(TraceError, match=r'the loss (draws|changed).*nn\.Dropout.*backend="eager"'):
        fitted("hinge", model, backend=backend)
    assert model.state_dict() == before


def test_the_same_model_trains_eagerly():
    fitted("hinge", HandMadeDropout(random.Random(0).random), backend="eager")


def counting():
    steps = itertools.count()
    return lambda model, x, y: (model(x) * next(steps) - y) ** 2


IMPURE = {
    "counts": counting(),
    "times": lambda model, x, y: (model(x) - y) ** 2 * time.perf_counter(),
    "draws": lambda model, x, y: (model(x) + RNG.gauss() - y) ** 2,
    "returns": lambda model, x, y: RNG.random(),
}


@pytest.mark.parametrize("name", IMPURE)
def test_a_loss_that_is_no_function_of_its_arguments_is_refused(name):
    with pytest.raises(TraceError, match=r"recorded again: \S+ became \S+; a program"):
        fitted(IMPURE[name])


@pytest.mark.parametrize("source", [random.random, np.random.random])
def test_a_draw_that_is_the_same_each_time_is_refused_if_the_generator_is_shared(source):
    def loss(model, x, y):
        return (model(x) - y) ** 2 if source() < 2 else model(x)

    with pytest.raises(TraceError, match="the loss draws random numbers; a program would repeat"):
        fitted(loss)


def test_another_structure_is_refused_too():
    depth = itertools.count(1)

    def loss(model, x, y):
        z = model(x)
        for _ in range(next(depth)):
            z = z.tanh()
        return (z - y) ** 2

    with pytest.raises(TraceError, match="recorded again; a program would repeat"):
        fitted(loss)


def test_a_nan_or_a_zero_in_a_loss_is_the_same_each_time():
    def loss(row):
        return row * math.nan + math.nan - 0.0 * row + Value(-0.0) * row

    require_repeatable(jit(loss, batch=0, backend="python"), [1.0])


@pytest.mark.parametrize("backend", COMPILED)
def test_a_loss_that_repeats_trains_to_the_same_bits_as_a_loop(backend):
    """The further recordings leave no trace."""
    model = fitted("hinge", backend=backend, epochs=3)
    other = nn.MLP(2, [6, 1], rng=random.Random(0))
    sgd = nn.SGD(other.parameters(), lr=0.05)
    rows = np.column_stack([POINTS, SIGNS])
    step = jit(lambda r: nn.hinge(other([r[0], r[1]]), r[2]), batch=0, backend=backend)
    for _ in range(3):
        sgd.zero_grad()
        step.backward(rows)
        sgd.step()
    assert other.state_dict() == model.state_dict()
