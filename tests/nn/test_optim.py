"""Optimizers."""

import json
import math
import subprocess
import sys

import mpmath
import numpy as np
import pytest
from hypothesis import given, strategies as st

from microgradlike import Value, nn
from microgradlike.nn import optim

EPS = 2.0**-52
mp = mpmath.mp.clone()
mp.dps = 40

GRADIENTS = st.lists(
    st.floats(-1e3, 1e3).filter(lambda g: g == 0 or abs(g) > 1e-3), min_size=1, max_size=20
)
OPTIONS = {
    "sgd": ("SGD", {"lr": 0.1}),
    "decay": ("SGD", {"lr": 0.1, "weight_decay": 0.3}),
    "momentum": ("SGD", {"lr": 0.05, "momentum": 0.9}),
    "nesterov": ("SGD", {"lr": 0.05, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1}),
    "adam": ("Adam", {"lr": 0.1}),
    "adam decay": ("Adam", {"lr": 0.1, "betas": (0.8, 0.9), "eps": 1e-3, "weight_decay": 0.2}),
    "adamw": ("AdamW", {"lr": 0.1, "weight_decay": 0.2}),
}


def make(name, parameters, library=nn):
    kind, options = OPTIONS[name]
    return getattr(library, kind)(parameters, **options)


def run(optimizer, gradients):
    (p,) = optimizer.parameters
    for g in gradients:
        p.grad = g
        optimizer.step()
    return p.data


def bowl(ps):
    """A loss with another curvature for each parameter."""
    return sum((i + 1.0) * (p - i) ** 2 for i, p in enumerate(ps))


def descend(optimizer, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        bowl(optimizer.parameters).backward()
        optimizer.step()
    return [p.data for p in optimizer.parameters]


# the formulas, written as sums instead of recurrences


@given(GRADIENTS, st.sampled_from([0.0, 0.5, 0.9]), st.booleans())
def test_sgd_adds_up_discounted_gradients(gs, momentum, nesterov):
    nesterov = nesterov and momentum > 0
    moved = mp.mpf(0)
    for t in range(len(gs)):
        v = mp.fsum(mp.mpf(momentum) ** (t - i) * mp.mpf(gs[i]) for i in range(t + 1))
        moved += mp.mpf(0.1) * (gs[t] + mp.mpf(momentum) * v if nesterov else v)
    optimizer = nn.SGD([Value(0.0)], lr=0.1, momentum=momentum, nesterov=nesterov)
    scale = len(gs) * 0.1 * sum(map(abs, gs))
    assert abs(run(optimizer, gs) + moved) <= 16 * len(gs) * EPS * scale


@given(GRADIENTS)
def test_adam_divides_the_mean_gradient_by_its_root_mean_square(gs):
    first, second, moved = mp.mpf(0.9), mp.mpf(0.999), mp.mpf(0)
    for t in range(1, len(gs) + 1):
        ages = [t - 1 - i for i in range(t)]
        m = mp.fsum((1 - first) * first**a * mp.mpf(g) for a, g in zip(ages, gs))
        v = mp.fsum((1 - second) * second**a * mp.mpf(g) ** 2 for a, g in zip(ages, gs))
        moved += mp.mpf(0.1) * m / (1 - first**t) / (mp.sqrt(v / (1 - second**t)) + mp.mpf(1e-8))
    optimizer = nn.Adam([Value(0.0)], lr=0.1)
    # 1 - second**t is rounded by EPS, which is 1000 of its own at t = 1; a step is below 1
    assert abs(run(optimizer, gs) + moved) <= 3000 * len(gs) * EPS


@pytest.mark.parametrize("g", [1e-3, -2.0, 1e6])
def test_adam_moves_by_lr_while_the_gradient_is_constant(g):
    moved = run(nn.Adam([Value(0.0)], lr=0.1), [g] * 50)
    assert math.isclose(moved, -50 * 0.1 * g / (abs(g) + 1e-8), rel_tol=1000 * 50 * EPS)


def test_adamw_decays_apart_from_the_gradient():
    assert run(nn.AdamW([Value(1.0)], lr=0.5, weight_decay=0.5), [0.0, 0.0]) == 0.75**2
    # inside Adam the same decay counts as a gradient, whose size does not matter
    assert math.isclose(
        run(nn.Adam([Value(1.0)], lr=0.5, weight_decay=0.5), [0.0]), 0.5, rel_tol=1e-7
    )


# the position of torch 2.13 after 40 steps down the bowl
PYTORCH = {
    "sgd": [0.0003987683987355, 0.9999999973265, 2.0],
    "decay": [8.644706672577e-05, 0.9302325578079, 1.904761904762],
    "momentum": [0.3480439370864, 0.7679413233556, 2.115442334954],
    "nesterov": [0.003727818448645, 0.9753833396363, 1.967214784509],
    "adam": [-0.00770020334, 1.23378402239, 2.067039511574],
    "adam decay": [-0.02834676815859, 0.9432548985134, 1.925502090838],
    "adamw": [-0.1942151854625, 0.9909552528839, 1.836495068989],
}
START = [3.0, -1.0, 0.5]


@pytest.mark.parametrize("name", OPTIONS)
def test_it_comes_to_where_pytorch_comes(name):
    got = descend(make(name, [Value(x) for x in START]), 40)
    # 40 steps of about 10 roundings, each fed back through a curvature of up to 6
    assert got == pytest.approx(PYTORCH[name], rel=1e-10, abs=1e-11)


@pytest.mark.parametrize("name", OPTIONS)
def test_pytorch_comes_to_where_it_came(name):
    torch = pytest.importorskip("torch")
    parameters = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in START]
    optimizer = make(name, parameters, torch.optim)
    for _ in range(40):
        optimizer.zero_grad()
        bowl(parameters).backward()
        optimizer.step()
    assert [p.item() for p in parameters] == pytest.approx(PYTORCH[name], rel=1e-10, abs=1e-11)


# as a machine


@pytest.mark.parametrize("name", OPTIONS)
def test_it_comes_down(name):
    start = [Value(x) for x in START]
    before = bowl(start).data
    descend(make(name, start), 30)
    assert bowl(start).data < before / 3


@pytest.mark.parametrize("name", OPTIONS)
@given(st.integers(0, 5), st.integers(1, 5))
def test_a_state_taken_over_goes_on_as_if_never_stopped(name, before, after):
    straight = make(name, [Value(3.0), Value(-1.0)])
    descend(straight, before + after)
    stopped = make(name, [Value(3.0), Value(-1.0)])
    descend(stopped, before)
    resumed = make(name, [Value(p.data) for p in stopped.parameters])
    resumed.load_state_dict(json.loads(json.dumps(stopped.state_dict())))
    assert descend(resumed, after) == [p.data for p in straight.parameters]
    assert resumed.state_dict() == straight.state_dict()


def test_zero_grad_clears():
    p = Value(1.0)
    optimizer = nn.SGD([p], lr=0.1)
    p.grad = 3.0
    optimizer.zero_grad()
    assert p.grad == 0.0


def test_the_rate_may_change_between_steps_and_stays_a_double():
    p = Value(0.0)
    optimizer = nn.SGD([p], lr=1.0)
    for lr in np.linspace(1.0, 0.5, 2):
        optimizer.lr = lr
        p.grad = 1.0
        optimizer.step()
    assert p.data == -1.5
    assert type(p.data) is float


def test_a_rate_made_wrong_later_stops_before_anything_moves():
    p = Value(0.0)
    for optimizer in (nn.SGD([p], lr=1.0), nn.Adam([p], lr=1.0)):
        optimizer.lr = math.nan
        with pytest.raises(ValueError, match="lr must be finite and not negative, got nan"):
            optimizer.step()
        assert optimizer.steps == 0
    assert p.data == 0.0


# over one array of all parameters, and one by one


def both_forms(name, starts, gradients, monkeypatch):
    """After steps by these gradients, the optimizer that loops and the one that does not."""
    finished = []
    for form in (len(starts) + 1, 0):
        monkeypatch.setattr(optim, "ARRAY", form)
        optimizer = make(name, [Value(x) for x in starts])
        for row in gradients:
            for p, g in zip(optimizer.parameters, row):
                p.grad = g
            optimizer.step()
        finished.append(optimizer)
    return finished


def bits(optimizer):
    numbers = [[p.data for p in optimizer.parameters], optimizer.state_dict()]
    return json.dumps(numbers)  # repr of doubles: every bit but those of a nan


ANY = st.one_of(st.floats(-10, 10), st.floats())


@pytest.mark.parametrize("name", OPTIONS)
@given(rows=st.lists(st.lists(ANY, min_size=3, max_size=3), min_size=2, max_size=6))
def test_an_array_of_parameters_moves_to_the_same_bits_as_each_alone(name, rows):
    with pytest.MonkeyPatch.context() as patch:
        looped, together = both_forms(name, rows[0], rows[1:], patch)
    assert bits(looped) == bits(together)
    assert all(type(p.data) is float for p in together.parameters)
    assert together.steps == len(rows) - 1


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("forms", [(0, 9), (9, 0)])
def test_a_state_of_one_form_goes_on_in_the_other(name, forms, monkeypatch):
    straight = make(name, [Value(x) for x in START])
    descend(straight, 7)
    stopped = make(name, [Value(x) for x in START])
    monkeypatch.setattr(optim, "ARRAY", forms[0])
    descend(stopped, 4)
    resumed = make(name, [Value(p.data) for p in stopped.parameters])
    resumed.load_state_dict(json.loads(json.dumps(stopped.state_dict())))
    monkeypatch.setattr(optim, "ARRAY", forms[1])
    for optimizer in (stopped, resumed):
        descend(optimizer, 3)
        assert bits(optimizer) == bits(straight)


@pytest.mark.parametrize("count", [optim.ARRAY - 1, optim.ARRAY])
def test_numpy_comes_in_where_there_are_many_parameters(count):
    code = f"""
import sys
from microgradlike import Value, nn
optimizer = nn.Adam([Value(1.0) for _ in range({count})])
optimizer.step()
print("numpy" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(count >= optim.ARRAY)


# errors

X = Value(1.0)


@pytest.mark.parametrize(
    ("wrong", "error", "says"),
    [
        (
            lambda: nn.SGD([X], lr=-0.1),
            ValueError,
            r"lr must be finite and not negative, got -0\.1",
        ),
        (
            lambda: nn.SGD([X], lr=math.inf),
            ValueError,
            "lr must be finite and not negative, got inf",
        ),
        (lambda: nn.SGD([X], lr="0.1"), TypeError, "lr must be a number, got '0.1' of type str"),
        (lambda: nn.SGD([X], lr=True), TypeError, "lr must be a number, got True of type bool"),
        (
            lambda: nn.SGD([X], 0.1, momentum=1.0),
            ValueError,
            r"momentum must be .* below 1, got 1\.0",
        ),
        (lambda: nn.SGD([X], 0.1, nesterov=True), ValueError, "nesterov needs a momentum above 0"),
        (
            lambda: nn.SGD([X], 0.1, weight_decay=-1),
            ValueError,
            "weight_decay must be finite and not",
        ),
        (lambda: nn.Adam([X], betas=(0.9, 1.0)), ValueError, r"betas\[1\] must be .* below 1"),
        (lambda: nn.Adam([X], betas=0.9), TypeError, r"pair .* such as \(0\.9, 0\.999\), got 0\.9"),
        (lambda: nn.Adam([X], betas=(0.9,)), TypeError, r"betas must be a pair .* got \(0\.9,\)"),
        (
            lambda: nn.AdamW([X], betas="ab"),
            TypeError,
            "betas must be a pair .* got 'ab' of type str",
        ),
        (
            lambda: nn.Adam([X], betas=(0.9, None)),
            TypeError,
            r"betas\[1\] must be a number, got None",
        ),
        (lambda: nn.Adam([X], eps=0.0), ValueError, "eps must be above 0"),
        (lambda: nn.Adam([]), ValueError, "at least one parameter, got none"),
        (lambda: nn.Adam([X, X]), ValueError, "given twice"),
        (
            lambda: nn.Adam([X, X * 2]),
            ValueError,
            "parameter 1 is the result of 'mul'.*only leaves",
        ),
        (lambda: nn.Adam([X, 1.0]), TypeError, r"element 1 is 1\.0 of type float; write Value"),
        (lambda: nn.Adam(nn.Neuron(1)), TypeError, r"write model\.parameters\(\)"),
    ],
)
def test_a_wrong_argument_says_what_is_right(wrong, error, says):
    with pytest.raises(error, match=says):
        wrong()


@pytest.mark.parametrize(
    ("state", "error", "says"),
    [
        ({}, ValueError, "not one of Adam, which has optimizer, steps, mean, square; pass"),
        ({"optimizer": "AdamW"}, ValueError, "not one of Adam"),
        ({"mean": [1.0, 2.0]}, ValueError, r"2 number\(s\) for 1 param"),
        ({"steps": -5}, ValueError, "steps must be at least 0, got -5"),
        ({"steps": 1.5}, TypeError, "steps must be a whole number, got 1.5 of type float"),
        ({"steps": True}, TypeError, "steps must be a whole number, got True of type bool"),
        (
            {"square": None},
            TypeError,
            "square must be a list with a number for .*, got None of type",
        ),
        (
            {"square": "1"},
            TypeError,
            "square must be a list with a number for .*, got '1' of type str",
        ),
        ({"square": ["fast"]}, TypeError, r"square\[0\] must be a number, got 'fast' of type str"),
        ({"square": [None]}, TypeError, r"square\[0\] must be a number, got None of type NoneType"),
        (None, TypeError, r"the dict that state_dict\(\) gave, got None of type NoneType"),
    ],
)
def test_a_foreign_state_changes_nothing(state, error, says):
    optimizer = nn.Adam([Value(1.0)], lr=0.1)
    run(optimizer, [1.0])
    before = optimizer.state_dict()
    good = {"optimizer": "Adam", "steps": 9, "mean": [5.0], "square": [7.0]}
    with pytest.raises(error, match=says):
        optimizer.load_state_dict(good | state if state else state)
    assert optimizer.state_dict() == before


def test_only_adamw_decays_where_nothing_is_said():
    assert [kind([Value(1.0)]).weight_decay for kind in (nn.Adam, nn.AdamW)] == [0.0, 0.01]
    assert nn.AdamW([Value(1.0)], weight_decay=0.0).weight_decay == 0.0
