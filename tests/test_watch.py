"""What is watched is what was: parameters, gradients and loss of one moment together."""

import math
from random import Random

import pytest

from microgradlike import Value, nn
from microgradlike.nn import train
from viz import page, watch
from viz.watch import NUMBERS, STEPS, Watch

POINTS, LABELS = nn.moons(20, seed=1)
DATA = (POINTS, [2 * label - 1 for label in LABELS])


def hinge(model, x, y):
    return (1 - y * model(x)).relu()


def branching(model, x, y):
    score = model(x) * y
    return 1 - score if score < 1 else 0.0 * score


def mlp():
    return nn.MLP(2, [4, 1], rng=Random(0))


def mean(model, loss=hinge, data=DATA):
    return sum(loss(model, x, y) for x, y in zip(*data)) / len(data[0])


def gradients(model, numbers):
    """The mean loss and its gradient with these parameters, eagerly."""
    copy = mlp()
    for p, x in zip(copy.parameters(), numbers, strict=True):
        p.data = x
    total = mean(copy)
    total.backward()
    return total.data, [p.grad for p in copy.parameters()]


def near(a, b):
    return a == pytest.approx(b, rel=1e-12, abs=1e-15)


def assert_together(run):
    """Loss and gradient of each entry but the last are those at its parameters."""
    for k in range(len(run) - 1):
        loss, slopes = gradients(run.model, run.parameters[k])
        assert near(run.losses[k], loss)
        assert near(run.gradients[k].tolist(), slopes)
    assert near(run.losses[-1], gradients(run.model, run.parameters[-1])[0])


def descend(model, run, steps, rate=0.5):
    with run:
        for _ in range(steps):
            model.zero_grad()
            total = mean(model)
            total.backward()
            run.record(total)
            for p in model.parameters():
                p.data -= rate * p.grad


def test_a_loop_of_ones_own_is_recorded():
    model = mlp()
    run = watch(model, data=DATA, loss=hinge)
    descend(model, run, 7)
    assert run.steps == list(range(8))
    assert run.parameters[-1].tolist() == [p.data for p in model.parameters()]
    assert all(map(math.isnan, run.gradients[-1]))
    assert_together(run)


def test_a_training_by_fit_is_recorded():
    model = mlp()
    run = watch(model, data=DATA, loss=hinge)
    sgd = nn.SGD(model.parameters(), lr=0.5)
    train.fit(model, hinge, DATA, optimizer=sgd, epochs=7, callbacks=[run], progress=False)
    assert run.steps == list(range(8))
    assert_together(run)


def test_both_are_the_same_training():
    runs = [watch(mlp(), data=DATA, loss=hinge) for _ in range(2)]
    descend(runs[0].model, runs[0], 5)
    model = runs[1].model
    sgd = nn.SGD(model.parameters(), lr=0.5)
    train.fit(model, hinge, DATA, optimizer=sgd, epochs=5, callbacks=[runs[1]], progress=False)
    for a, b in zip(runs[0].parameters, runs[1].parameters, strict=True):
        assert near(a.tolist(), b.tolist())


def test_a_loss_left_out_is_the_mean_of_all_examples():
    for loss in (hinge, branching):
        model = mlp()
        run = watch(model, data=DATA, loss=loss)
        with run:
            run.record()
        assert near(run.losses[0], mean(model, loss).data)


def test_a_block_that_changes_nothing_more_adds_nothing():
    run = watch(mlp(), data=DATA, loss=hinge)
    with run:
        run.record(1.0)
    assert (run.steps, run.losses) == ([0], [1.0])


def fail_after_a_step(model, run):
    with run:
        run.record(2.0)
        model.parameters()[0].data = 5.0
        raise ZeroDivisionError


def test_an_exception_keeps_what_was_recorded():
    model = mlp()
    run = watch(model, data=DATA, loss=hinge)
    with pytest.raises(ZeroDivisionError):
        fail_after_a_step(model, run)
    assert run.steps == [0, 1]
    assert 5.0 in run.parameters[1]


def test_ctrl_c_in_fit_keeps_what_was_recorded():
    model = mlp()
    run = watch(model, data=DATA, loss=hinge)

    def interrupt(state):
        if state.epoch == 3:
            raise KeyboardInterrupt

    sgd = nn.SGD(model.parameters(), lr=0.5)
    options = {"callbacks": [run, interrupt], "progress": False}
    train.fit(model, hinge, DATA, optimizer=sgd, epochs=9, **options)
    assert run.steps == [0, 1, 2, 3]
    assert page(run)


def test_a_long_training_keeps_its_start_its_end_and_even_distances():
    model = mlp()
    run = watch(model, data=DATA, loss=hinge)
    p = model.parameters()[0]
    with run:
        for step in range(5000):
            p.data = float(step)
            run.record(float(step))
        p.data = 5000.0
    assert len(run) <= STEPS + 1
    assert run.steps[0] == 0
    assert run.steps[-1] == 5000
    distances = {b - a for a, b in zip(run.steps[:-1], run.steps[1:-1])}
    assert len(distances) == 1
    assert [row[0] for row in run.parameters] == [float(step) for step in run.steps]
    assert run.losses[:-1] == [float(step) for step in run.steps[:-1]]


def test_many_parameters_are_kept_for_fewer_steps():
    class Wide(nn.Module):
        def __init__(self):
            self.w = [Value(1.0) for _ in range(5000)]

        def __call__(self, x):
            return self.w[0] * x

    run = watch(Wide(), data=([1.0], [2.0]), loss=lambda m, x, y: m(x) - y)
    with run:
        for _ in range(300):
            run.record(1.0)
    assert 2 * 5000 * len(run) <= NUMBERS * 1.1


def test_a_run_begun_again_forgets_what_was():
    model = mlp()
    run = watch(model, data=DATA, loss=hinge)
    descend(model, run, 3)
    descend(model, run, 2)
    assert run.steps == [0, 1, 2]


def test_a_resumed_training_is_recorded_from_there_on(tmp_path):
    def fit(epochs, *callbacks, **options):
        model = mlp()
        sgd = nn.SGD(model.parameters(), lr=0.5)
        options |= {"epochs": epochs, "callbacks": callbacks, "progress": False}
        train.fit(model, hinge, DATA, optimizer=sgd, **options)
        return model

    path = tmp_path / "at.json"
    fit(4, train.Checkpoint(path, every=4))
    model = mlp()
    run = watch(model, data=DATA, loss=hinge)
    sgd = nn.SGD(model.parameters(), lr=0.5)
    options = {"epochs": 8, "callbacks": [run], "progress": False, "resume": path}
    train.fit(model, hinge, DATA, optimizer=sgd, **options)
    assert run.steps == [5, 6, 7, 8]
    assert_together(run)


@pytest.mark.parametrize("loss", ["much", None.__class__, [1.0]])
def test_what_is_no_loss_is_refused(loss):
    run = watch(mlp(), data=DATA, loss=hinge)
    with pytest.raises(TypeError, match="record takes the loss"):
        run.record(loss)
    assert len(run) == 0


# pages of them


def test_a_page_of_a_module_wants_data_and_loss():
    model = mlp()
    for options in ({}, {"data": DATA}, {"loss": hinge}):
        with pytest.raises(TypeError, match="wants data and loss"):
            page(model, **options)
    with pytest.raises(TypeError, match="belong to a page of training"):
        page(Value(2.0), data=DATA, loss=hinge)
    run = watch(model, data=DATA, loss=hinge)
    with pytest.raises(ValueError, match="is empty"):
        page(run)
    descend(model, run, 1)
    with pytest.raises(TypeError, match="has its data and loss"):
        page(run, loss=hinge)
    with pytest.raises(TypeError, match="the other run"):
        page(run, model)


def test_two_runs_are_of_models_alike():
    runs = [Watch(m, DATA, hinge) for m in (mlp(), nn.MLP(2, [3, 1]))]
    for run in runs:
        descend(run.model, run, 1)
    with pytest.raises(ValueError, match="the same parameters"):
        page(*runs)


def test_a_page_does_not_change_the_model():
    model = mlp()
    run = watch(model, data=DATA, loss=hinge)
    descend(model, run, 2)
    before = [(p.data, p.grad) for p in model.parameters()]
    page(run)
    assert [(p.data, p.grad) for p in model.parameters()] == before
