"""Recorder: parameters, gradients and loss of an entry belong to one moment."""

import math
from random import Random

import pytest

from microgradlike import Value, jit, nn
from microgradlike.nn import train
from viz import page, watch
from viz.training.recorder import NUMBERS, STEPS

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
    """Loss and gradient of each entry are those at its parameters."""
    for k in range(len(run.steps)):
        loss, slopes = gradients(run.model, run.parameters[k])
        assert near(run.losses[k], loss)
        assert near(run.gradients[k].tolist(), slopes)


def descend(model, run, steps, rate=0.5):
    with run:
        for _ in range(steps):
            model.zero_grad()
            total = mean(model)
            total.backward()
            run.record()
            for p in model.parameters():
                p.data -= rate * p.grad


def test_a_loop_of_ones_own_is_recorded():
    model = mlp()
    run = watch(model, data=DATA, loss=hinge)
    descend(model, run, 7)
    assert run.steps == list(range(8))
    assert repr(run) == "<Watch of 8 steps; page(watch) shows them>"
    assert run.parameters[-1].tolist() == [p.data for p in model.parameters()]
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


@pytest.mark.parametrize("batch_size", [1, 7])
def test_an_entry_does_not_depend_on_the_batch_size(batch_size):
    model = mlp()
    run = watch(model, data=DATA, loss=hinge)
    sgd = nn.SGD(model.parameters(), lr=0.1)
    options = {"epochs": 4, "callbacks": [run], "progress": False, "batch_size": batch_size}
    train.fit(model, hinge, DATA, optimizer=sgd, **options)
    assert run.steps == [0, 1, 2, 3, 4]
    assert_together(run)


def test_the_loss_is_the_mean_whatever_was_made_smaller():
    model = mlp()
    with watch(model, data=DATA, loss=hinge) as run:
        for _ in range(3):
            run.record()
            model.zero_grad()
            (mean(model) * 20 + sum(p * p for p in model.parameters())).backward()
            for p in model.parameters():
                p.data -= 0.01 * p.grad
    assert_together(run)


def test_a_loss_with_branches_is_recorded_eagerly():
    model = mlp()
    with watch(model, data=DATA, loss=branching) as run:
        run.record()
    assert near(run.losses[0], mean(model, branching).data)


def test_gradients_of_the_model_and_of_others_are_left_alone():
    model, weight = mlp(), Value(0.5)
    mean(model).backward()
    weight.grad = 7.0
    before = [p.grad for p in model.parameters()]
    with watch(model, data=DATA, loss=lambda m, x, y: hinge(m, x, y) * weight) as run:
        run.record()
    assert [p.grad for p in model.parameters()] == before
    assert weight.grad == 7.0
    assert near(run.losses[0], 0.5 * mean(model).data)


def test_a_block_that_changes_nothing_more_adds_nothing():
    run = watch(mlp(), data=DATA, loss=hinge)
    with run:
        run.record()
    assert run.steps == [0]


def fail_after_a_step(model, run):
    with run:
        run.record()
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
            run.record()
        p.data = 5000.0
    assert len(run.steps) <= STEPS + 1
    assert run.steps[0] == 0
    assert run.steps[-1] == 5000
    distances = {b - a for a, b in zip(run.steps[:-1], run.steps[1:-1])}
    assert len(distances) == 1
    assert [row[0] for row in run.parameters] == [float(step) for step in run.steps]


def test_many_parameters_are_kept_for_fewer_steps():
    class Wide(nn.Module):
        def __init__(self):
            self.w = [Value(1.0) for _ in range(5000)]

        def __call__(self, x):
            return self.w[0] * x

    run = watch(Wide(), data=([1.0], [2.0]), loss=lambda m, x, y: m(x) - y)
    with run:
        for _ in range(300):
            run.record()
    assert 2 * 5000 * len(run.steps) <= NUMBERS * 1.1


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


def test_a_step_that_was_passed_over_is_there_if_it_was_the_last():
    model = mlp()
    p = model.parameters()[0]
    with watch(model, data=DATA, loss=hinge) as run:
        for step in range(206):
            p.data = float(step)
            run.record()
    assert run.steps[-1] == 205
    assert run.parameters[-1][0] == 205.0


def test_parameters_that_are_put_back_at_the_end_are_a_step_of_their_own():
    model = mlp()
    run = watch(model, data=DATA, loss=hinge)
    stopping = train.EarlyStopping(2, restore_best_weights=True)
    sgd = nn.SGD(model.parameters(), lr=30.0)
    options = {"epochs": 30, "callbacks": [stopping, run], "progress": False}
    train.fit(model, hinge, DATA, optimizer=sgd, **options)
    assert run.parameters[-1].tolist() == [p.data for p in model.parameters()]
    assert_together(run)


def test_an_error_is_not_hidden_by_one_of_the_recording():
    def fails_later(model, x, y):
        if later:
            raise LookupError
        return hinge(model, x, y)

    later = []
    model = mlp()
    run = watch(model, data=DATA, loss=fails_later)

    def train_until(error):
        later.clear()
        with run:
            run.record()
            run._loss = jit(run._loss.f, batch=0, backend="eager")
            model.parameters()[0].data += 1.0
            later.append(1)
            if error is not None:
                raise error

    with pytest.raises(ZeroDivisionError):
        train_until(ZeroDivisionError)
    with pytest.raises(LookupError):
        train_until(None)


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"loss": "l2"}, ValueError, "no loss is called 'l2'; choose one of mse"),
        ({"loss": None}, TypeError, "None of type NoneType"),
        ({"loss": lambda m, x, y: 1.0}, TypeError, "must be a Value, got 1.0"),
        ({"loss": lambda m, x, y: [m(x)]}, TypeError, "must be a Value, got .*of type list"),
        ({"data": [1, 2]}, TypeError, "data must be a tuple"),
        ({"data": ([(0.0, math.nan)], [1])}, ValueError, "not finite"),
        ({"probe": 100}, IndexError, "probe .*0 to 19, got 100"),
    ],
)
def test_a_wrong_argument_is_refused_before_the_training(change, error, said):
    with pytest.raises(error, match=said):
        watch(mlp(), **{"data": DATA, "loss": hinge, **change})


@pytest.mark.parametrize("model", [lambda x: x, nn.MLP, 3])
def test_anything_but_a_module_is_refused(model):
    with pytest.raises(TypeError, match=r"must be a Module, got .*nn.Module"):
        watch(model, data=DATA, loss=hinge)


def test_a_loss_that_takes_the_model_from_outside_is_refused():
    model = mlp()
    with pytest.raises(ValueError, match="not through its first argument; write"):
        watch(model, data=DATA, loss=lambda m, x, y: hinge(model, x, y))


# pages of them


def test_a_page_of_a_module_wants_data_and_loss():
    model = mlp()
    for options in ({}, {"data": DATA}, {"loss": hinge}):
        with pytest.raises(TypeError, match=r"needs data and loss, got .*write page\(model, data="):
            page(model, **options)
    with pytest.raises(TypeError, match=r"for a Module or a recorded run, got Value\(data=2\.0"):
        page(Value(2.0), data=DATA, loss=hinge)
    run = watch(model, data=DATA, loss=hinge)
    with pytest.raises(ValueError, match="has recorded nothing"):
        page(run)
    descend(model, run, 1)
    with pytest.raises(TypeError, match=r"has its own data and loss: write page\(run\)"):
        page(run, loss=hinge)
    with pytest.raises(TypeError, match="the other run"):
        page(run, model)


def test_two_runs_are_of_models_and_data_alike():
    few = tuple(part[:5] for part in DATA)
    others = [(nn.MLP(2, [3, 1]), DATA), (mlp(), few)]
    runs = [watch(m, data=data, loss=hinge) for m, data in [(mlp(), DATA), *others]]
    for run in runs:
        descend(run.model, run, 1)
    with pytest.raises(ValueError, match="the same parameters"):
        page(runs[0], runs[1])
    with pytest.raises(ValueError, match="the same data"):
        page(runs[0], runs[2])


def test_a_page_does_not_change_the_model():
    model = mlp()
    run = watch(model, data=DATA, loss=hinge)
    descend(model, run, 2)
    before = [(p.data, p.grad) for p in model.parameters()]
    page(run)
    assert [(p.data, p.grad) for p in model.parameters()] == before


@pytest.mark.parametrize("loss", ["hinge", nn.hinge, lambda score, sign: (1 - sign * score).relu()])
def test_a_loss_of_a_prediction_and_a_target_is_recorded_as_one_of_the_model(loss):
    model = mlp()
    runs = [watch(model, data=DATA, loss=form) for form in (hinge, loss)]
    for run in runs:
        run.record()
    assert runs[1].losses == pytest.approx(runs[0].losses, rel=1e-14)
    assert len(page(model, data=DATA, loss=loss).scene.nodes) > 1


def test_the_loss_on_record_is_without_dropout():
    class Dropping(nn.Module):
        def __init__(self):
            self.net, self.dropout = mlp(), nn.Dropout(0.5)

        def __call__(self, x):
            return self.net(self.dropout(x))

    model = Dropping()
    run = watch(model, data=DATA, loss=hinge)
    options = {"epochs": 4, "callbacks": [run], "progress": False}
    train.fit(model, hinge, DATA, optimizer=nn.SGD(model.parameters(), lr=0.1), **options)
    assert near(run.losses[-1], mean(model).data)
    assert len(set(run.losses)) == 5


def test_the_page_opens_at_the_first_example_that_still_has_a_gradient():
    model = nn.MLP(1, [1])
    model.load_state_dict({"layers.0.neurons.0.w.0": 1.0, "layers.0.neurons.0.b": 0.0})
    data = ([[2.0], [3.0], [0.5], [0.25]], [1, 1, 1, 1])
    for chosen, want in ((None, 2), (1, 1), (3, 3)):
        run = watch(model, data=data, loss="hinge", probe=chosen)
        run.record()
        assert run.shown().probe == want
    met = watch(model, data=([[2.0], [3.0]], [1, 1]), loss="hinge")
    met.record()
    assert met.shown().probe == 0


def test_what_is_shown_is_the_last_step_whatever_the_model_has_become():
    model = mlp()
    run = watch(model, data=DATA, loss=hinge)
    run.record()
    last = run.parameters[-1].tolist()
    model.parameters()[0].data += 1.0
    assert [p.data for p in run.shown().model.parameters()] == last
    assert not any(p.grad for p in model.parameters())


def test_other_values_of_the_loss_are_recorded_with_each_step():
    strength = Value(1.0, "strength")
    model = mlp()
    sgd = nn.SGD(model.parameters(), lr=0.1)

    def penalized(model, x, y):
        return hinge(model, x, y) + strength * model.parameters()[0] ** 2

    def weaken(state):
        strength.data *= 0.5

    run = watch(model, data=DATA, loss=penalized)
    options = {"epochs": 3, "progress": False, "callbacks": [run, weaken]}
    train.fit(model, penalized, DATA, optimizer=sgd, **options)
    assert [entry.tolist() for entry in run.others] == [[1.0], [1.0], [0.5], [0.25]]
    for k, factor in enumerate((1.0, 1.0, 0.5, 0.25)):
        strength.data = factor
        copy = mlp()
        for p, x in zip(copy.parameters(), run.parameters[k], strict=True):
            p.data = x
        assert near(run.losses[k], mean(copy, penalized).data)
    before = strength.grad
    assert run.shown().probe >= 0
    assert strength.grad == before


def test_names_of_parameters_are_those_given_to_the_page():
    model = mlp()
    made = page(model, data=DATA, loss=hinge, names={model.parameters()[0]: "first weight"})
    assert "first weight" in [n.name for n in made.scene.nodes]
