"""The recording of a training: which steps are kept, and what is forgotten."""

import sys
from itertools import pairwise
from types import SimpleNamespace

import pytest

from microgradlike import Value, nn
from viz import watch
from viz.training.recorder import Watch


class Line(nn.Module):
    def __init__(self):
        self.w = Value(0.5)

    def __call__(self, x):
        return self.w * x


def squared(model, x, y):
    return (model(x) - y) ** 2


def line(loss=squared):
    return watch(Line(), data=([1.0, 2.0], [1.0, 2.0]), loss=loss)


def epochs(run, first, last):
    """As `train.fit` calls it."""
    run.begin(SimpleNamespace(epoch=first - 1))
    for epoch in range(first, last + 1):
        run.model.w.data = 0.5 + epoch / 100
        run(SimpleNamespace(epoch=epoch))
    run.end(SimpleNamespace(epoch=last))


@pytest.fixture
def few(monkeypatch):
    """20 steps are kept, whatever their number."""
    monkeypatch.setattr(sys.modules[Watch.__module__], "NUMBERS", 2)


def test_the_first_step_is_kept_however_often_the_others_are_halved(few):
    run = line()
    epochs(run, 7, 100)
    assert run.steps[0] == 7
    assert run.steps[-1] == 100
    assert 10 <= len(run.steps) <= 21
    inner = run.steps[1:-1]
    assert len({b - a for a, b in pairwise(inner)}) == 1


def test_at_least_twenty_steps_are_kept_of_however_many_parameters(few):
    run = line()
    epochs(run, 1, 19)
    assert run.steps == list(range(20))


def test_a_training_begun_again_is_recorded_from_its_own_beginning(few):
    run = line()
    epochs(run, 1, 70)
    epochs(run, 1, 3)
    assert run.steps == [0, 1, 2, 3]
    assert [p.tolist() for p in run.parameters[1:]] == [[0.51], [0.52], [0.53]]


def test_a_loss_with_a_branch_is_tried_as_a_program_once():
    calls = []

    def branching(model, x, y):
        calls.append(x)
        return squared(model, x, y) if model(x) > 0 else model(x) * 0.0

    run = line(branching)
    calls.clear()
    counts = []
    for _ in range(3):
        run.record()
        counts.append(len(calls))
        calls.clear()
    assert counts == [3, 2, 2]  # recorded in vain, then row by row
