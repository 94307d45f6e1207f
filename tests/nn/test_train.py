"""train.fit: the loop that one would write, its callbacks, and going on to the bit."""

import contextlib
import json
import math
import os
import random
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from microgradlike import Value, nn
from microgradlike.compile import jitted
from microgradlike.nn import train
from microgradlike.nn.document import LoadError

POINTS, LABELS = nn.moons(30, noise=0.1, seed=0)
SIGNS = [2 * label - 1 for label in LABELS]
DATA = (POINTS, SIGNS)
TESTS = nn.moons(10, noise=0.1, seed=1)
OPTIMIZERS = {
    "sgd": lambda ps: nn.SGD(ps, lr=0.1, momentum=0.9),
    "adam": lambda ps: nn.Adam(ps, lr=0.05),
}


def hinge(model, point, sign):
    return (1 - model(point) * sign).relu()


def network(seed=0):
    return nn.MLP(2, [10, 1], activation="tanh", rng=random.Random(seed))


def fitted(model=None, optimizer="adam", data=DATA, **options):
    """The model and its history after training in silence."""
    model = network() if model is None else model
    made = OPTIMIZERS[optimizer](model.parameters())
    options = {"epochs": 3, "progress": False, "backend": "python"} | options
    return model, train.fit(model, hinge, data, optimizer=made, **options)


def numbers(model):
    return [p.data for p in model.parameters()]


# the loop


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_it_is_the_loop_that_one_would_write(optimizer):
    model = network()
    by_hand = OPTIMIZERS[optimizer](model.parameters())
    losses = []
    for _ in range(3):
        by_hand.zero_grad()
        loss = nn.hinge([model(p) for p in POINTS], SIGNS)
        loss.backward()
        by_hand.step()
        losses.append(loss.data)
    other, history = fitted(optimizer=optimizer, backend="eager")
    assert history.losses == pytest.approx(losses, rel=1e-13)
    assert numbers(other) == pytest.approx(numbers(model), rel=1e-11)


@pytest.mark.parametrize("backend", ["python", "numpy", "llvm", "auto"])
def test_compiled_and_eager_come_to_the_same_place(backend):
    eager, want = fitted(backend="eager", batch_size=7, epochs=5)
    model, history = fitted(backend=backend, batch_size=7, epochs=5)
    assert history.losses == pytest.approx(want.losses, rel=1e-10)
    assert numbers(model) == pytest.approx(numbers(eager), rel=1e-8)
    assert all(type(p.data) is type(p.grad) is float for p in model.parameters())


def test_it_learns_the_moons():
    model, history = fitted(epochs=200, batch_size=10, backend="auto")
    assert history.losses[-1] < 0.1 < history.losses[0]
    assert all(model(p).data * sign > 0 for p, sign in zip(*DATA))
    assert (history.stopped, history.interrupted, history.speed) == ("", False, None)


def test_an_executor_does_not_change_a_bit():
    model, history = fitted(split=4, backend="numpy")
    with ThreadPoolExecutor(2) as pool:
        other, again = fitted(split=4, backend="numpy", executor=pool)
    assert (numbers(other), again) == (numbers(model), history)


@settings(max_examples=25)
@given(st.integers(1, 12), st.integers(1, 12), st.sampled_from([None, 0, 5]))
def test_every_example_is_in_one_batch_of_an_epoch(count, size, seed):
    size = min(size, count)
    seen = []

    class Looking(nn.Module):
        def __init__(self):
            self.w = Value(0.0)

    def loss(model, x):
        seen.append(x)
        return model.w * x

    model = Looking()
    xs = [float(i) for i in range(count)]
    sgd = nn.SGD(model.parameters(), lr=0.0)
    options = {"epochs": 2, "batch_size": size, "seed": seed, "backend": "eager"}
    train.fit(model, loss, (xs,), optimizer=sgd, progress=False, **options)
    first, second = seen[:count], seen[count:]
    assert sorted(first) == sorted(second) == xs
    if seed is None or size == count:
        assert first == second == xs


def test_a_seed_is_an_order_and_another_one_another():
    runs = [fitted(seed=seed, batch_size=5)[1].losses for seed in (1, 1, 2, None)]
    assert runs[0] == runs[1]
    assert len(set(map(tuple, runs))) == 3


def test_the_loss_of_an_epoch_is_the_mean_over_its_examples():
    model = network()
    frozen = nn.SGD(model.parameters(), lr=0.0)
    options = {"epochs": 1, "batch_size": 7, "progress": False, "validation_data": DATA}
    history = train.fit(model, hinge, DATA, optimizer=frozen, **options)
    want = nn.hinge([model(p) for p in POINTS], SIGNS).data
    assert history.losses == pytest.approx([want])
    assert history.validation == pytest.approx([want])


@pytest.mark.parametrize(
    "data",
    [
        (np.array(POINTS), np.array(SIGNS)),
        ([list(p) for p in POINTS], [float(s) for s in SIGNS]),
        ([np.array(p) for p in POINTS], tuple(SIGNS)),
    ],
)
def test_data_of_any_make_is_the_same_data(data):
    assert fitted(data=data)[1] == fitted()[1]


@pytest.mark.parametrize("backend", ["eager", "numpy"])
def test_the_loss_gets_examples_of_the_make_they_have_in_the_data(backend):
    model = network()
    made = nn.Adam(model.parameters())
    kinds = []

    def loss(model, x, y):
        kinds.append((type(x), type(y["a"]), len(x)))
        return model(x) * y["a"][0]

    data = ([(1.0, 2.0)], [{"a": [3]}])
    options = {"epochs": 1, "progress": False, "backend": backend}
    train.fit(model, loss, data, optimizer=made, **options)
    assert set(kinds) == {(tuple, list, 2)}


def test_parameters_that_the_optimizer_has_not_stay():
    model = network()
    before = numbers(model)
    made = nn.Adam(model.layers[1].parameters(), lr=0.1)
    train.fit(model, hinge, DATA, optimizer=made, epochs=1, progress=False)
    still = [x == p.data for x, p in zip(before, model.parameters())]
    assert all(still[:30])
    assert not all(still[30:])


def test_the_speed_is_measured_where_it_is_asked_for():
    _, history = fitted(compare=2, backend="auto", epochs=10)
    assert history.speed.eager > history.speed.compiled > 0
    assert "times faster, after" in str(history.speed)
    assert fitted(compare=2, backend="eager")[1].speed is None
    assert fitted(compare=2, epochs=1)[1].speed is None  # the first step is all there is


def test_a_speed_below_1_says_slower():
    assert "4 times slower" in str(train.Speed(first=2.0, compiled=0.04, eager=0.01))
    assert "2.0 s to compile" in str(train.Speed(first=2.0, compiled=0.04, eager=0.01))


# going on


class InterruptedAt(train.Callback):
    """Ctrl-C after an epoch."""

    def __init__(self, epoch):
        self.epoch = epoch

    def __call__(self, state):
        if state.epoch == self.epoch:
            raise KeyboardInterrupt


def interrupt_step(monkeypatch, kind, count):
    """Ctrl-C in the middle of a step of the optimizer: some parameters are moved."""
    original, steps = kind.step, iter(range(count))

    def stepping(self):
        if next(steps, None) is None:
            self.parameters[0].data += 1.0
            raise KeyboardInterrupt
        original(self)

    monkeypatch.setattr(kind, "step", stepping)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@settings(max_examples=10)
@given(at=st.integers(1, 5), size=st.sampled_from([None, 7, 30]), middle=st.booleans())
def test_a_training_that_goes_on_comes_to_the_bits_of_one_that_never_stopped(
    tmp_path_factory, optimizer, at, size, middle
):
    path = tmp_path_factory.mktemp("run") / "run.json"
    options = {"optimizer": optimizer, "epochs": 6, "batch_size": size, "validation_data": TESTS}

    def halve(state):
        state.optimizer.lr *= 0.5

    straight, want = fitted(**options, callbacks=[halve])
    checkpoint = train.Checkpoint(path)
    with pytest.MonkeyPatch.context() as patch:
        callbacks = [checkpoint, halve]
        if middle:
            steps = -(-len(POINTS) // (size or 30))
            interrupt_step(patch, nn.Optimizer, at * steps + steps // 2)
        else:
            callbacks.append(InterruptedAt(at + 1))
        stopped, history = fitted(**options, callbacks=callbacks)
    assert history.interrupted
    assert len(history.losses) == at + (not middle)
    resumed, history = fitted(network(5), **options, callbacks=[halve, checkpoint], resume=path)
    assert numbers(resumed) == numbers(straight)
    assert history == want
    if history.losses[at + (not middle) :]:  # there was something left to do
        assert numbers(stopped) != numbers(straight)


def test_a_training_that_is_done_has_nothing_to_go_on_with(tmp_path):
    path = tmp_path / "run.json"
    model, want = fitted(callbacks=[train.Checkpoint(path, every=2)])
    other, history = fitted(network(5), resume=path)
    assert (numbers(other), history) == (numbers(model), want)
    longer, history = fitted(network(5), epochs=5, resume=path)
    straight, want = fitted(epochs=5)
    assert (numbers(longer), history) == (numbers(straight), want)


def test_a_checkpoint_is_json_and_holds_infinities(tmp_path):
    def spoil(state):
        state.optimizer.state["mean"] = [math.inf, -math.inf, *[math.nan] * 39]

    path = tmp_path / "run.json"
    fitted(epochs=1, callbacks=[spoil, train.Checkpoint(path)])

    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    document = json.loads(path.read_bytes(), parse_constant=refuse)
    assert document["format"] == "microgradlike training"
    model = network()
    made = OPTIMIZERS["adam"](model.parameters())
    train.fit(model, hinge, DATA, optimizer=made, epochs=1, resume=path, progress=False)
    assert repr(made.state_dict()["mean"][:3]) == "[inf, -inf, nan]"


def test_a_failure_to_write_leaves_the_checkpoint_before(tmp_path, monkeypatch):
    path = tmp_path / "run.json"
    fitted(epochs=1, callbacks=[train.Checkpoint(path)])
    old = path.read_bytes()

    def full(fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        fitted(epochs=2, callbacks=[train.Checkpoint(path)])
    assert path.read_bytes() == old
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda d: None, "cannot be read: No such file"),
        (lambda d: b"{", "is not complete JSON"),
        (lambda d: b"[" * 100_000, "is not complete JSON: maximum recursion depth"),
        (lambda d: b"[]", "is not a microgradlike training file"),
        (lambda d: d | {"format": "other"}, "is not a microgradlike training file"),
        (lambda d: d | {"version": 2}, "has version 2; this release reads version 1"),
        (
            lambda d: d | {"examples": 31},
            "of a training with examples=31, this one has 30; to resume",
        ),
        (lambda d: d | {"batch_size": 5}, "of a training with batch_size=5, this one has 30"),
        (
            lambda d: d | {"parameters": {}},
            "of another model: missing 'layers.* and 36 more",
        ),
        (lambda d: d | {"parameters": 5}, "is damaged: parameters must be a dict, got 5"),
        (
            lambda d: d | {"optimizer": {}},
            "a state that Adam refuses: the state is not one of Adam",
        ),
        (lambda d: d | {"rng": [3, [1], None]}, "is damaged: rng is not a state of Random: "),
        (lambda d: d | {"losses": ["low"]}, r"is damaged: losses\[0\] must be a number, got 'low'"),
        (lambda d: d | {"callbacks": []}, "with the callbacks 'none'; to resume .* the same ones"),
        (lambda d: {k: d[k] for k in d if k != "lr"}, "has no field 'lr'; take another copy"),
        (lambda d: b" " * 100_000_000, "has more than the .* bytes"),
    ],
)
def test_a_file_that_does_not_fit_changes_nothing(tmp_path, spoil, says):
    path, stopping = tmp_path / "run.json", train.EarlyStopping(9)
    fitted(callbacks=[train.Checkpoint(path), stopping])
    document = json.loads(path.read_text())
    del document["checksum"]  # as one does who edits the file
    content = spoil(document)
    path.unlink()
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    model = network(5)
    made = OPTIMIZERS["adam"](model.parameters())
    before = numbers(model), made.state_dict()
    options = {"epochs": 3, "progress": False, "callbacks": [stopping]}
    with pytest.raises(LoadError, match=f"(?s){says}.*; the model is as it was"):
        train.fit(model, hinge, DATA, optimizer=made, resume=path, **options)
    assert (numbers(model), made.state_dict()) == before


# callbacks


def test_callbacks_see_every_epoch_and_one_may_stop():
    seen = []

    def look(state):
        seen.append((state.epoch, state.loss == state.history.losses[-1], state.validation))
        if state.epoch == 3:
            raise train.StopTraining("enough")

    _, history = fitted(epochs=10, callbacks=[look])
    assert seen == [(1, True, None), (2, True, None), (3, True, None)]
    assert history.stopped == "enough"
    assert len(history.losses) == 3

    def stop(state):
        raise train.StopTraining

    assert fitted(callbacks=[stop])[1].stopped == "stopped by a callback"


def test_ctrl_c_keeps_what_is_done(monkeypatch):
    seen = []

    class Last(train.Callback):
        def __call__(self, state):
            seen.append(state.epoch)

        def end(self, state):
            seen.append("end")

    interrupt_step(monkeypatch, nn.Optimizer, 2)
    _, history = fitted(epochs=9, callbacks=[Last()])
    assert (history.interrupted, len(history.losses), seen) == (True, 2, [1, 2, "end"])


@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=12),
    st.integers(1, 4),
    st.integers(0, 2),
    st.booleans(),
)
def test_early_stopping_is_by_epochs_without_a_better_loss(losses, patience, min_delta, restore):
    stopping = train.EarlyStopping(patience, min_delta=min_delta, restore_best_weights=restore)
    model, ended, best, at = network(), None, math.inf, None
    state = train.State(model, None, 12, 1, 0, 1, random.Random(0))
    stopping.begin(state)
    for epoch, loss in enumerate(losses):
        model.parameters()[0].data = float(epoch)
        state.history.losses.append(float(loss))
        if loss < best - min_delta:
            best, at = loss, epoch
        try:
            stopping(state)
        except train.StopTraining as stop:
            ended, said = epoch, str(stop)
            break
    last = len(losses) - 1 if ended is None else ended
    assert (last - at == patience) == (ended is not None)
    assert last - at <= patience
    assert ended is None or said == f"no loss below {best} for {patience} epoch(s)"
    stopping.end(state)
    assert model.parameters()[0].data == (at if restore else last)


def test_early_stopping_goes_by_validation_where_there_is_some():
    model = network()
    state = train.State(model, None, 9, 1, 0, 1, random.Random(0))
    by = {m: train.EarlyStopping(1, monitor=m) for m in (None, "training", "validation")}
    state.history.losses, state.history.validation = [2.0], [3.0]
    for stopping in by.values():
        stopping(state)
    assert [stopping.best for stopping in by.values()] == [3, 2, 3]
    state.history.validation = []
    with pytest.raises(
        ValueError, match="monitor='validation' needs validation data; pass validation_data"
    ):
        by["validation"](state)


def test_a_stop_goes_on_from_a_checkpoint_too(tmp_path):
    path = tmp_path / "run.json"

    def options():
        stopping = train.EarlyStopping(3, min_delta=0.02, restore_best_weights=True)
        return {"epochs": 60, "batch_size": 5, "callbacks": [train.Checkpoint(path), stopping]}

    straight, want = fitted(**options())
    assert want.stopped
    for at in (2, len(want.losses) - 1):
        run = options()
        run["callbacks"].append(InterruptedAt(at + 1))
        fitted(**run)
        resumed, history = fitted(network(5), **options(), resume=path)
        assert (numbers(resumed), history) == (numbers(straight), want)
    again, history = fitted(network(5), **options(), resume=path)
    assert (numbers(again), history) == (numbers(straight), want)


def test_a_callback_used_again_begins_anew():
    stopping = train.EarlyStopping(2, min_delta=100.0)
    first, second = (fitted(epochs=9, callbacks=[stopping])[1] for _ in range(2))
    assert first == second
    assert len(first.losses) == 3


def test_a_callback_class_without_a_call_says_so():
    with pytest.raises(NotImplementedError, match=r"Callback has no __call__\(state\)"):
        fitted(callbacks=[train.Callback()])


# output


def test_a_bar_has_the_losses_and_what_callbacks_add(capsys):
    def accurate(state):
        state.metrics["accuracy"] = "50%"

    fitted(progress=True, validation_data=TESTS, callbacks=[accurate])
    printed, err = capsys.readouterr()
    assert printed == ""
    assert "3/3" in err
    for figure in ("loss=", "validation=", "accuracy=50%"):
        assert figure in err


def test_without_tqdm_there_are_lines(capsys, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    path = tmp_path / "run.json"
    fitted(progress=True, callbacks=[train.Checkpoint(path)])
    lines = capsys.readouterr().out.splitlines()
    assert "microgradlike[progress]" in lines[0]
    epochs = [f"  epoch {i} of 3" for i in (1, 2, 3)]
    assert [line.partition(":")[0] for line in lines[1:]] == ["  compiling", *epochs]
    fitted(progress=True, resume=path, epochs=4)
    assert "epoch 4 of 4: loss 0." in capsys.readouterr().out


def test_progress_may_be_off(capsys):
    fitted()
    assert capsys.readouterr() == ("", "")


# errors


class Line(nn.Module):
    def __init__(self):
        self.w = Value(1.0)

    def __call__(self, x):
        return (self.w * x).log()


@pytest.mark.parametrize("backend", ["eager", "numpy"])
def test_a_loss_that_is_no_number_says_where_it_began(backend):
    model = Line()
    made = nn.SGD(model.parameters(), lr=0.1)
    options = {"epochs": 2, "progress": False, "backend": backend}
    with pytest.raises(FloatingPointError) as raised:
        train.fit(model, lambda m, x: m(x), ([1.0, 2.0, -3.0],), optimizer=made, **options)
    assert "the loss is nan in epoch 1, first in example 2:" in str(raised.value)
    assert "log(-3.0) = nan" in str(raised.value)
    assert "lower the learning rate" in str(raised.value)
    assert model.w.data == 1


def test_a_loss_that_only_the_sum_makes_infinite_is_no_number_either():
    model = Line()
    made = nn.SGD(model.parameters(), lr=0.1)
    with pytest.raises(
        FloatingPointError, match=r"the loss is inf in epoch 1.* those before this step"
    ):
        train.fit(
            model, lambda m, x: m.w * x, ([1.7e308] * 3,), optimizer=made, epochs=1, progress=False
        )


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        ({"data": ([], [])}, ValueError, "data has no examples; give it at least one"),
        ({"data": (3.0, [1])}, TypeError, r"data\[0\] is 3.0 .* has no rows .*; pass an array"),
        ({"data": ()}, TypeError, "data must be a tuple of arrays or lists"),
        ({"data": list(zip(*DATA))}, TypeError, r"such as \(points, labels\), got .* of type list"),
        ({"data": (POINTS, SIGNS[1:])}, ValueError, r"data\[1\] has 29 examples, .* 30; give "),
        ({"data": ([[1.0, 2.0], [3.0]], [1, 1])}, ValueError, r"data\[0\]\[1\] is a list of 1"),
        ({"data": (["a"], [1])}, TypeError, r"data\[0\]\[0\] is 'a'"),
        ({"data": ([[Value(1.0), 2.0]], [1])}, TypeError, r"holds Values .*; write their \.data"),
        ({"validation_data": POINTS}, TypeError, "validation_data must be a tuple"),
        ({"batch_size": 31}, ValueError, r"batch_size=31 is more than the 30 example\(s\)"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1, got 0"),
        ({"batch_size": 2.5}, TypeError, "batch_size must be a whole number"),
        ({"epochs": 0}, ValueError, "epochs must be at least 1, got 0"),
        ({"seed": "a"}, TypeError, "seed must be a whole number"),
        ({"compare": -1}, ValueError, "compare must be at least 0"),
        ({"backend": "fortran"}, ValueError, "backend='fortran' is not available"),
        ({"executor": 4}, TypeError, "executor=4 .* pass one, such as ProcessPoolExecutor"),
        ({"callbacks": [3]}, TypeError, "a callback must be .*, got 3 of type int; write def f"),
        (
            {"callbacks": [train.EarlyStopping]},
            TypeError,
            r"EarlyStopping.*; write EarlyStopping\(",
        ),
        (
            {"callbacks": train.EarlyStopping(3)},
            TypeError,
            r"EarlyStop.*write callbacks=\[\.\.\.\]",
        ),
        ({"callbacks": print}, TypeError, r"got <built-in function print>.*write callbacks=\["),
        ({"callbacks": None}, TypeError, r"got None of type NoneType; write callbacks=\["),
        ({"optimizer": nn.Adam}, TypeError, "optimizer must be an Optimizer such as nn.Adam"),
        (
            {"optimizer": nn.Adam(network().parameters())},
            ValueError,
            r"parameter 0 of the optimizer does not belong to the model; .* model\.parameters\(\)",
        ),
        ({"model": [Value(1.0)]}, TypeError, "fit trains a Module, got .* extends nn.Module"),
    ],
)
def test_what_does_not_fit_says_what_does(wrong, error, says):
    model = network()
    options = {"model": model, "data": DATA, "optimizer": nn.Adam(model.parameters()), "epochs": 1}
    options |= wrong
    with pytest.raises(error, match=says):
        train.fit(loss=hinge, progress=False, **options)


@pytest.mark.parametrize("backend", ["eager", "numpy"])
def test_data_of_another_width_than_the_model_are_shown(backend):
    model = nn.MLP(2, [2, 1])
    adam = nn.Adam(model.parameters())
    data = ([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [1.0, -1.0])
    with pytest.raises(ValueError, match=r"takes .* 2 input.*, got 3: .*pass 2, or make") as caught:
        train.fit(model, "mse", data, optimizer=adam, epochs=1, progress=False, backend=backend)
    assert any("[[1.0, 2.0, 3.0], 1.0]" in note for note in caught.value.__notes__)


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        (lambda: train.EarlyStopping(0), ValueError, "patience must be at least 1, got 0"),
        (lambda: train.EarlyStopping(2.0), TypeError, "patience must be a whole number"),
        (
            lambda: train.EarlyStopping(2, min_delta=-1),
            ValueError,
            "min_delta must be finite and not",
        ),
        (
            lambda: train.EarlyStopping(2, min_delta="a"),
            TypeError,
            "min_delta must be a number, got",
        ),
        (lambda: train.EarlyStopping(2, monitor="both"), ValueError, "monitor must be 'training'"),
        (lambda: train.Checkpoint("run.pkl"), ValueError, "a checkpoint must be a .json file, got"),
        (lambda: train.Checkpoint("run.json", every=0), ValueError, "every must be at least 1"),
    ],
)
def test_a_callback_made_wrong_says_what_is_right(wrong, error, says):
    with pytest.raises(error, match=says):
        wrong()


# refusals, and files at each moment


@pytest.mark.parametrize(
    "validation",
    [
        (SIGNS, POINTS),
        ([[x] for x, _ in POINTS], SIGNS),
        (POINTS, [[y] for y in SIGNS]),
        (POINTS,),
        (POINTS, SIGNS, SIGNS),
    ],
)
def test_validation_has_the_form_of_the_data(validation):
    with pytest.raises(
        ValueError, match=r"an example of validation_data is \[.*give both the same"
    ):
        fitted(validation_data=validation)


def test_arrays_and_lists_of_numbers_are_of_one_form():
    _, lists = fitted(validation_data=(POINTS, SIGNS))
    _, arrays = fitted(validation_data=(np.array(POINTS), np.array(SIGNS)))
    assert lists == arrays


@pytest.mark.parametrize("first", [None, TESTS])
def test_a_training_goes_on_with_the_validation_it_had(tmp_path, first):
    path = tmp_path / "run.json"
    fitted(callbacks=[train.Checkpoint(path)], validation_data=first)
    other = None if first else TESTS
    with pytest.raises(LoadError, match="validation examples="):
        fitted(epochs=5, resume=path, validation_data=other)


def test_any_loss_is_better_than_nan():
    stopping = train.EarlyStopping(2, monitor="validation")
    state = train.State(network(), None, 9, 1, 1, 1, random.Random(0))
    for loss in (math.nan, 1.0, 0.5, math.nan):
        state.history.losses.append(0.0)
        state.history.validation.append(loss)
        stopping(state)
    assert (stopping.best, stopping.waited) == (0.5, 1)


def test_a_file_is_written_so_often_and_at_the_end(tmp_path, monkeypatch):
    written = []
    monkeypatch.setattr(
        "microgradlike.nn.training.checkpoint.write_whole",
        lambda path, content: written.append(content),
    )
    fitted(epochs=50, callbacks=[train.Checkpoint(tmp_path / "run.json", seconds=1000)])
    assert len(written) == 2  # the first epoch and the last
    written.clear()
    callbacks = [train.Checkpoint(tmp_path / "run.json", seconds=1000), InterruptedAt(7)]
    fitted(epochs=50, callbacks=callbacks)
    assert [len(json.loads(content)["losses"]) for content in written] == [1, 6]
    written.clear()
    fitted(epochs=5, callbacks=[train.Checkpoint(tmp_path / "run.json", seconds=0)])
    assert len(written) == 5
    with pytest.raises(ValueError, match="seconds must be 0 or more, got -1"):
        train.Checkpoint("run.json", seconds=-1)


def test_a_checkpoint_has_a_directory_before_the_training_begins(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no directory"):
        train.Checkpoint(tmp_path / "none" / "run.json")


def three_classes(model, point, label):
    return nn.cross_entropy([model(point)], [label])


@pytest.mark.parametrize("backend", ["numpy", "eager"])
def test_classes_are_learned_by_their_numbers(backend):
    labels = [i % 3 for i in range(len(POINTS))]
    model = nn.MLP(2, [3], rng=random.Random(0))
    adam = nn.Adam(model.parameters(), lr=0.1)
    options = {"epochs": 2, "progress": False, "backend": backend}
    history = train.fit(model, three_classes, (POINTS, labels), optimizer=adam, **options)
    start = nn.MLP(2, [3], rng=random.Random(0))
    want = nn.cross_entropy([start(p) for p in POINTS], labels).data
    assert history.losses[0] == pytest.approx(want)
    assert history.losses[1] < want


def test_a_class_that_is_none_is_said_to_be_none():
    model = nn.MLP(2, [3], rng=random.Random(0))
    adam = nn.Adam(model.parameters(), lr=0.1)
    data = ([[0.5, 0.5]], [3])
    with pytest.raises(ValueError, match="target 3 is out of range for 3"):
        train.fit(model, three_classes, data, optimizer=adam, epochs=1, progress=False)


class Diary(train.Callback):
    """Remembers what it has seen, in a list that goes on growing."""

    def begin(self, state):
        self.seen = []

    def __call__(self, state):
        self.seen.append(state.epoch)
        if state.epoch == 5 and state.epochs == 50:
            raise KeyboardInterrupt

    def state_dict(self):
        return {"seen": self.seen} if self.seen else {}

    def load_state_dict(self, state):
        self.seen = [int(x) for x in state["seen"]]


def test_a_file_written_at_ctrl_c_is_of_one_epoch(tmp_path):
    path = tmp_path / "run.json"
    fitted(epochs=50, callbacks=[Diary(), train.Checkpoint(path, seconds=1000)])
    document = json.loads(path.read_text())
    assert len(document["losses"]) == 4
    assert document["callbacks"] == [["Diary", {"seen": [1, 2, 3, 4]}]]
    diary = Diary()
    fitted(epochs=6, callbacks=[diary], resume=path)
    assert diary.seen == [1, 2, 3, 4, 5, 6]


def test_early_stopping_that_does_not_restore_does_not(tmp_path):
    path = tmp_path / "run.json"
    restoring = train.EarlyStopping(50, restore_best_weights=True)
    fitted(epochs=3, callbacks=[restoring, train.Checkpoint(path)])
    straight, _ = fitted(epochs=6)
    plain = train.EarlyStopping(50)
    resumed, _ = fitted(network(5), epochs=6, callbacks=[plain], resume=path)
    assert plain.parameters
    assert numbers(resumed) == numbers(straight)


def test_options_are_looked_at_before_the_training():
    model = network()
    before = numbers(model)
    with pytest.raises(ValueError, match="compare must be at least 0, got -1"):
        fitted(model, compare=-1)
    assert numbers(model) == before


def test_a_callback_of_ones_own_remembers_nothing_by_default():
    assert train.Callback().state_dict() == {}


class Ending(train.Callback):
    """Counts its calls."""

    def __init__(self, error=None):
        self.calls, self.ends, self.error = 0, 0, error

    def __call__(self, state):
        self.calls += 1
        if self.calls == 2 and self.error is not None:
            raise self.error

    def end(self, state):
        self.ends += 1


@pytest.mark.parametrize("error", [None, KeyboardInterrupt(), RuntimeError("out of paper")])
def test_callbacks_end_however_a_training_ends(tmp_path, error):
    path = tmp_path / "run.json"
    ending, failing = Ending(), Ending(error)
    callbacks = [ending, failing, train.Checkpoint(path, seconds=1000)]
    expected = RuntimeError if isinstance(error, RuntimeError) else ()
    with pytest.raises(expected) if expected else contextlib.nullcontext():
        fitted(epochs=3, callbacks=callbacks)
    assert (ending.ends, failing.ends) == (1, 1)
    assert len(json.loads(path.read_text())["losses"]) == (1 if error else 3)


def test_ctrl_c_in_the_validation_leaves_a_loss_of_both_kinds_per_epoch(monkeypatch):
    original, calls = jitted.Jitted.__call__, iter(range(2))

    def called(self, *args):
        if next(calls, None) is None:
            raise KeyboardInterrupt
        return original(self, *args)

    monkeypatch.setattr(jitted.Jitted, "__call__", called)
    _, history = fitted(epochs=9, validation_data=TESTS)
    assert (history.interrupted, len(history.losses), len(history.validation)) == (True, 2, 2)


@pytest.mark.parametrize("backend", ["eager", "numpy"])
def test_a_slope_that_is_not_finite_is_named_by_its_parameter(backend):
    model = Line()
    model.w.data = 0.0
    sgd = nn.SGD(model.parameters(), lr=0.1)
    options = {"epochs": 3, "progress": False, "backend": backend}
    with pytest.raises(
        FloatingPointError, match=r"epoch 2, since the parameter w is -?inf: .*rate"
    ):
        train.fit(model, lambda m, x: (m.w * x).sqrt(), ([2.0],), optimizer=sgd, **options)


def test_a_parameter_that_the_last_step_spoils_is_named():
    model = Line()
    model.w.data = 0.0
    sgd = nn.SGD(model.parameters(), lr=0.1)
    with pytest.raises(FloatingPointError, match=r"after epoch 1 the parameter w is -?inf: .*rate"):
        train.fit(
            model, lambda m, x: (m.w * x).sqrt(), ([2.0],), optimizer=sgd, epochs=1, progress=False
        )


def test_a_parameter_replaced_in_a_training_is_named():
    def replace(state):
        state.model.layers[1].neurons[0].b = Value(0.0)

    with pytest.warns(UserWarning, match=r"1 parameter.* replaced .* p\.data") as seen:
        fitted(callbacks=[replace])
    assert seen[0].filename == __file__


def test_a_validation_loss_that_stays_nan_ends_the_patience():
    stopping = train.EarlyStopping(2, monitor="validation")
    state = train.State(network(), None, 9, 1, 1, 1, random.Random(0))
    state.history.losses = [0.0]
    for _ in range(2):
        state.history.validation.append(math.nan)
        stopping(state)
    state.history.validation.append(math.nan)
    with pytest.raises(train.StopTraining, match=r"no loss below nan for 2 epoch\(s\)"):
        stopping(state)


# the forms of a loss, and names that changed


@pytest.mark.parametrize("backend", ["numpy", "eager"])
@pytest.mark.parametrize("loss", ["hinge", nn.hinge, lambda score, sign: (1 - score * sign).relu()])
def test_a_loss_of_a_prediction_and_a_target_trains_as_one_of_the_model(loss, backend):
    model, want = fitted(backend=backend)
    other = network()
    adam = OPTIMIZERS["adam"](other.parameters())
    options = {"epochs": 3, "progress": False, "backend": backend}
    history = train.fit(other, loss, DATA, optimizer=adam, **options)
    assert history.losses == pytest.approx(want.losses, rel=1e-13)
    assert numbers(other) == pytest.approx(numbers(model), rel=1e-11)


@pytest.mark.parametrize(
    ("loss", "width", "targets"),
    [
        ("mse", 1, SIGNS),
        ("mse", 2, [[1.0, -1.0]] * 30),
        ("binary_cross_entropy_with_logits", 1, LABELS),
        ("cross_entropy", 3, LABELS),
    ],
)
def test_a_loss_by_its_name_falls(loss, width, targets):
    model = nn.MLP(2, [6, width], activation="tanh", rng=random.Random(0))
    adam = nn.Adam(model.parameters(), lr=0.05)
    data = (POINTS, targets)
    history = nn.fit(model, loss, data, optimizer=adam, epochs=20, progress=False)
    assert history.losses[-1] < history.losses[0] / 1.5


def test_labels_that_a_named_loss_cannot_take_are_refused_before_the_training():
    model = network()
    before = numbers(model)
    adam = nn.Adam(model.parameters())
    with pytest.raises(ValueError, match=r"targets -1 and 1, got 0.*2 \* label - 1"):
        nn.fit(model, "hinge", (POINTS, LABELS), optimizer=adam, epochs=1, progress=False)
    assert numbers(model) == before


def test_scores_where_probabilities_belong_are_named():
    model = network()
    model.layers[1].neurons[0].b.data = 9.0
    adam = nn.Adam(model.parameters())
    with pytest.raises(ValueError, match="use binary_cross_entropy_with_logits"):
        nn.fit(
            model,
            "binary_cross_entropy",
            (POINTS, LABELS),
            optimizer=adam,
            epochs=1,
            progress=False,
        )


def test_the_old_names_of_options_still_work():
    with pytest.deprecated_call(match="validation is now called validation_data"):
        _, old = fitted(validation=TESTS)
    _, new = fitted(validation_data=TESTS)
    assert old == new
    with pytest.deprecated_call(match="restore is now called restore_best_weights"):
        stopping = nn.EarlyStopping(3, restore=True)
    assert stopping.restore_best_weights


def test_training_is_in_nn_itself():
    for name in ("fit", "EarlyStopping", "Checkpoint", "Callback", "StopTraining", "History"):
        assert getattr(nn, name) is getattr(train, name)


def test_the_docstring_of_nn_has_a_line_for_every_public_name():
    assert set(dir(nn)) == set(nn.__all__)
    missing = [name for name in nn.__all__ if f"`{name}`" not in nn.__doc__]
    assert missing == []
