"""Dropout and noise: new for every example of every step, the same with every backend."""

import json
import math
import random

import numpy as np
import pytest
from hypothesis import given, strategies as st

from microgradlike import Value, jit, nn
from microgradlike.compile.trace import TraceError
from microgradlike.nn.mode import modules
from microgradlike.nn.noise import StepNoise, call_with_noise

POINTS, LABELS = nn.moons(24, noise=0.1, seed=0)
SIGNS = [2 * label - 1 for label in LABELS]
BACKENDS = ["eager", "python", "numpy", "llvm"]


class Net(nn.Module):
    def __init__(self, p=0.5, seed=0):
        rng = random.Random(seed)
        self.hidden = nn.Layer(2, 6, activation="tanh", rng=rng)
        self.dropout = nn.Dropout(p)
        self.out = nn.Layer(6, 1, nonlin=False, rng=rng)

    def __call__(self, x):
        return self.out(self.dropout(self.hidden(x)))


def fitted(model=None, *, loss="hinge", **options):
    model = Net() if model is None else model
    adam = nn.Adam(model.parameters(), lr=0.05)
    options = {"epochs": 4, "batch_size": 5, "progress": False, "backend": "python"} | options
    return model, nn.fit(model, loss, (POINTS, SIGNS), optimizer=adam, **options)


# the layer


@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=20), st.integers(), st.floats(0, 0.99))
def test_an_input_is_0_or_divided_by_the_chance_to_stay(xs, seed, p):
    inputs = [Value(x) for x in xs]
    drawn = random.Random(seed)
    kept = [p == 0 or drawn.random() >= p for _ in xs]
    outputs = nn.Dropout(p, rng=random.Random(seed))(inputs)
    for x, y, stays in zip(inputs, outputs, kept):
        assert (y.data if isinstance(y, Value) else y) == (x.data / (1 - p) if stays else 0.0)
        if isinstance(y, Value):
            y.backward()
    assert [x.grad for x in inputs] == [1 / (1 - p) if stays else 0.0 for stays in kept]


def test_as_many_are_dropped_as_p_says():
    outputs = nn.Dropout(0.25, rng=random.Random(0))([1.0] * 10_000)
    assert outputs.count(0.0) == pytest.approx(2500, abs=5 * math.sqrt(10_000 * 0.25 * 0.75))


@pytest.mark.parametrize("make", [list, tuple, np.array, lambda xs: np.array(xs).reshape(2, 2)])
def test_the_output_has_the_form_of_the_input(make):
    xs = make([1.0, 2.0, 3.0, 4.0])
    for dropout in (nn.Dropout(0.5), nn.Dropout(0.5).eval(), nn.Dropout(0.0)):
        y = dropout(xs)
        assert type(y) is (list if type(xs) is tuple else type(xs))
        assert np.shape(y) == np.shape(xs)
    assert np.array_equal(nn.Dropout().eval()(xs), xs)


def test_a_single_number_is_dropped_or_kept():
    found = {nn.Dropout(0.5, rng=random.Random(seed))(3.0) for seed in range(9)}
    assert found == {0.0, 6.0}
    assert nn.Dropout().eval()(3.0) == 3.0


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        (lambda: nn.Dropout(1.0), ValueError, "p must be not negative and below 1, got 1.0"),
        (lambda: nn.Dropout(-0.1), ValueError, "p must be not negative and below 1, got -0.1"),
        (lambda: nn.Dropout("a"), TypeError, "p must be a number, got 'a'"),
        (lambda: nn.Dropout(0.5, rng=3), TypeError, r"rng must be a random\.Random, got 3"),
        (lambda: nn.Dropout()(["a"]), TypeError, r"Dropout\(0.5\) takes numbers .* input 0 is 'a'"),
        (
            lambda: nn.Dropout()([[1.0]]),
            TypeError,
            r"input 0 is \[1.0\] of type list; call it once",
        ),
        (lambda: nn.Dropout()(iter([1.0])), TypeError, r"takes a number, a list .* list\(x\) for"),
    ],
)
def test_wrong_use_says_what_is_right(wrong, error, says):
    with pytest.raises(error, match=says):
        wrong()


# the mode


def test_train_and_eval_reach_every_module():
    net = Net()
    assert {m.training for m in modules(net)} == {True}
    assert net.eval() is net
    assert {m.training for m in modules(net)} == {False}
    assert net.train() is net
    assert {m.training for m in modules(net)} == {True}
    assert len(modules(net)) == 1 + 1 + 6 + 1 + 1 + 1


def test_an_attribute_of_that_name_and_another_meaning_stays():
    class Course(nn.Module):
        def __init__(self):
            self.w, self.training = Value(1.0), ["monday"]

    assert Course().eval().training == ["monday"]


def test_a_copy_is_in_the_mode_of_the_original():
    net = Net().eval()
    numbers = [p.data for p in net.parameters()]
    # Python 3.12 sums floats with less rounding than it sums Values
    assert net.with_parameters(numbers)([1.0, 2.0]) == pytest.approx(
        net([1.0, 2.0]).data, rel=1e-14
    )
    assert net.state_dict() == Net().state_dict()


@pytest.mark.parametrize("backend", BACKENDS)
def test_fit_trains_in_training_mode_and_leaves_evaluation_mode(backend):
    modes = []

    def look(state):
        modes.append({m.training for m in modules(state.model)})

    model, history = fitted(
        Net().eval(), backend=backend, callbacks=[look], validation_data=(POINTS, SIGNS)
    )
    assert modes == [{False}] * 4
    want = nn.hinge([model(p) for p in POINTS], SIGNS).data
    assert history.validation[-1] == pytest.approx(want, rel=1e-12)
    assert model([1.0, 2.0]).data == model([1.0, 2.0]).data
    assert model.state_dict() != fitted(Net(0.0), backend=backend)[0].state_dict()


def test_a_training_that_fails_leaves_evaluation_mode():
    model = Net()
    with pytest.raises(ValueError, match="targets -1 and 1"):
        nn.fit(
            model,
            lambda m, x, y: nn.hinge(m(x), y),
            (POINTS, LABELS),
            optimizer=nn.SGD(model.parameters(), lr=0.1),
            epochs=1,
            progress=False,
        )
    assert not model.dropout.training


# in a training


@pytest.mark.parametrize("backend", BACKENDS[1:])
def test_every_backend_drops_the_same(backend):
    eager, want = fitted(backend="eager")
    model, history = fitted(backend=backend)
    assert history.losses == pytest.approx(want.losses, rel=1e-10)
    assert list(model.state_dict().values()) == pytest.approx(
        list(eager.state_dict().values()), rel=1e-8
    )


def test_without_inputs_dropped_it_is_a_training_without_dropout():
    class Bare(Net):
        def __call__(self, x):
            return self.out(self.hidden(x))

    assert fitted(Net(0.0))[0].state_dict() == fitted(Bare())[0].state_dict()


def test_a_seed_gives_the_masks_and_another_one_others():
    runs = [fitted(seed=seed, batch_size=None)[1].losses for seed in (0, 0, 1, None, -1)]
    assert runs[0] == runs[1] == runs[3]
    assert len(set(map(tuple, runs))) == 3


@pytest.mark.parametrize("backend", ["eager", "numpy"])
def test_a_resumed_training_draws_what_an_uninterrupted_one_draws(tmp_path, backend):
    path = tmp_path / "run.json"
    options = {"backend": backend, "validation_data": (POINTS, SIGNS)}
    straight, want = fitted(epochs=6, **options)
    fitted(epochs=3, callbacks=[nn.Checkpoint(path)], **options)
    assert len(json.loads(path.read_text())["losses"]) == 3
    resumed, history = fitted(Net(seed=5), epochs=6, resume=path, **options)
    assert resumed.state_dict() == straight.state_dict()
    assert history == want


@pytest.mark.parametrize("backend", BACKENDS)
def test_noise_in_a_loss_is_new_for_every_example_and_step(backend):
    """The slope of w·u by w is the mean of the numbers drawn."""

    class Weight(nn.Module):
        def __init__(self):
            self.w = Value(0.0)

    model, grads = Weight(), []
    sgd = nn.SGD([model.w], lr=0.0)

    def look(state):
        grads.append(model.w.grad)

    def loss(model, x):
        return model.w * nn.uniform() + 0 * nn.uniform()

    options = {"epochs": 3, "progress": False, "backend": backend, "callbacks": [look], "seed": 7}
    nn.fit(model, loss, ([0.0] * 5,), optimizer=sgd, **options)
    drawn = [StepNoise(seed=7, epoch=e, step=0, size=5).column(0) for e in range(3)]
    assert grads == pytest.approx([float(np.mean(column)) for column in drawn], rel=1e-12)
    assert len({x for column in drawn for x in column}) == 15


def test_noise_in_the_loss_is_in_the_validation_too():
    def loss(model, x, y):
        return (model(x) - y) ** 2 + nn.uniform()

    runs = [
        fitted(loss=loss, backend=b, validation_data=(POINTS, SIGNS))[1].validation
        for b in ("eager", "numpy")
    ]
    assert runs[0] == pytest.approx(runs[1], rel=1e-10)


def test_examples_that_draw_more_are_refused_by_a_program():
    draws = iter([1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2])

    def loss(model, x, y):
        return model(x) * sum(nn.uniform() for _ in range(next(draws)))

    model = Net(0.0)
    adam = nn.Adam(model.parameters())
    data = (POINTS[:1], SIGNS[:1])
    with pytest.raises(ValueError, match="more random numbers than the first one; draw as many"):
        nn.fit(model, loss, data, optimizer=adam, epochs=1, progress=False, backend="numpy")


def test_a_comparison_times_training_mode():
    _, history = fitted(compare=1, backend="numpy")
    assert history.speed.eager > 0


@pytest.mark.parametrize("backend", ["python", "numpy"])
def test_a_loss_that_is_not_finite_says_where_with_its_noise(backend):
    def loss(model, x, y):
        return (model(x) * 0 + nn.uniform() - 2).log()

    with pytest.raises(FloatingPointError, match=r"first in example \d+:\n.*log"):
        fitted(loss=loss, backend=backend)


# elsewhere


@pytest.mark.parametrize("backend", ["python", "numpy", "llvm"])
def test_a_program_of_ones_own_does_not_freeze_a_mask(backend):
    net = Net()
    compiled = jit(lambda x: net(x), backend=backend)
    with pytest.raises(TraceError, match=r"a random number is drawn .*model\.eval\(\)"):
        compiled([1.0, 2.0])
    net.eval()
    assert compiled([1.0, 2.0]) == pytest.approx(net([1.0, 2.0]).data)


def test_an_eager_loop_draws_anew_from_its_generator():
    dropout = nn.Dropout(0.5, rng=random.Random(0))
    outputs = [tuple(dropout([1.0] * 8)) for _ in range(4)]
    assert len(set(outputs)) > 1
    again = nn.Dropout(0.5, rng=random.Random(0))
    assert [tuple(again([1.0] * 8)) for _ in range(4)] == outputs
    random.seed(3)
    first = nn.Dropout(0.5)([1.0] * 8)
    random.seed(3)
    assert nn.Dropout(0.5)([1.0] * 8) == first


@given(st.integers(), st.integers(0, 9), st.integers(0, 9), st.integers(1, 5), st.integers(0, 5))
def test_step_noise_is_the_same_by_row_column_and_example(seed, epoch, step, size, draws):
    noise = [StepNoise(seed=seed, epoch=epoch, step=step, size=size) for _ in range(3)]
    rows = noise[0].rows(draws)
    assert rows.shape == (size, draws)
    assert noise[0].draws == draws
    for draw in range(draws):
        assert (noise[1].column(draw) == rows[:, draw]).all()
    for place in range(size):
        numbers = noise[2].of_example(place)
        assert [next(numbers) for _ in range(draws)] == rows[place].tolist()
    assert ((rows >= 0) & (rows < 1)).all()


def test_step_noise_is_pinned():
    """A resumed training needs these bits from every release."""
    noise = StepNoise(seed=0, epoch=1, step=2, size=2)
    assert [x.hex() for x in noise.column(0)] == ["0x1.c36ea56d1c375p-1", "0x1.281dea0d2c40cp-2"]


def test_numbers_given_end():
    with pytest.raises(ValueError, match="draws more random numbers than the first one"):
        call_with_noise(iter([0.5]), lambda: (nn.uniform(), nn.uniform()))
