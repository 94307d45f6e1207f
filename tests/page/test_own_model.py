"""Models and optimizers of the page: the same graph, and the same numbers, as in Python."""

import json
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest

from microgradlike import Value, nn, ops
from microgradlike.compile.arithmetic import arithmetic
from microgradlike.compile.export.javascript import SPELLINGS
from viz import page
from viz.page.mlp_json import mlp_json, optimizers
from viz.training.training_view import TrainingSetup, training_view

ANSWER = Path(__file__).with_name("own_model.js")
COLUMNS = ("op", "operands", "name", "role", "cluster", "locked", "turn")
KEYS = ("version", "root", "ops", "symbols", "roles", "flat", "absorbing", "turns", "opaque")
KEYS += ("prefixes", "clusters", "off", "room")


@pytest.fixture(scope="module")
def ask():
    """Asks tests/page/own_model.js, in one process of node."""
    program = shutil.which("node")
    if program is None:
        pytest.skip("no node on PATH")
    pipe = subprocess.PIPE
    child = subprocess.Popen([program, str(ANSWER)], stdin=pipe, stdout=pipe, text=True)

    def question(kind, **parts):
        child.stdin.write(json.dumps({"ask": kind, **parts}) + "\n")
        child.stdin.flush()
        answer = json.loads(child.stdout.readline())
        assert not isinstance(answer, str), answer
        return answer

    yield question
    child.stdin.close()
    child.stdout.close()
    child.wait()


def data_for(inputs, outputs):
    label = [1.0] * outputs if outputs > 1 else 1.0
    return ([[0.5 * i for i in range(inputs)]], [label])


def texts(made, *names):
    """The JSON of these constants of a page."""
    decoder = json.JSONDecoder()
    return [decoder.raw_decode(made.html.partition(f"const {name} = ")[2])[0] for name in names]


@pytest.mark.parametrize("loss", ["mse", "hinge", "binary_cross_entropy_with_logits"])
@pytest.mark.parametrize(
    ("sizes", "activation"),
    [
        ((2, 3, 1), "tanh"),
        ((1, 1), "relu"),
        ((3, 4, 2, 2), "relu"),
        ((4, 2, 3), "silu"),
        ((5, 6, 4, 1), "sigmoid"),
        ((2, 1, 1, 1), "softplus"),
    ],
)
def test_a_graph_made_in_the_page_is_pythons(ask, sizes, activation, loss):
    model = nn.MLP(sizes[0], sizes[1:], activation=activation, rng=Random(1))
    data = data_for(sizes[0], sizes[-1])
    graph, lesson = texts(page(model, data=data, loss=loss), "SCENE", "LESSON")
    other = nn.MLP(1, [1], rng=Random(1))
    setup = TrainingSetup.of(other, data_for(1, 1), "mse")
    parts = mlp_json(training_view(setup, SPELLINGS))
    spec = {"sizes": sizes, "activation": activation, "loss": loss}
    base = {"off": graph["off"], "room": graph["room"]}
    got = ask("scene", mlp=parts, spec=spec, names=lesson["numbers"]["name"], base=base)
    for key in KEYS:
        assert got["scene"][key] == graph[key], key
    for key in COLUMNS:
        assert got["scene"]["nodes"][key] == graph["nodes"][key], key
    for key in ("parameters", "numbers", "scores"):
        assert got[key] == lesson[key], key


@pytest.mark.parametrize("name", optimizers())
@pytest.mark.parametrize("rate", [0.1, 0.003])
def test_an_optimizer_of_the_page_moves_as_pythons_to_the_bit(ask, name, rate):
    found = optimizers()[name]
    rng = Random(7)
    start = [rng.gauss(0, 1) for _ in range(5)]
    parameters = [Value(x) for x in start]
    options = {"momentum": found["momentum"]} if "momentum" in found else {}
    optimizer = getattr(nn, found["class"])(parameters, lr=rate, **options)
    gradients = [[rng.gauss(0, 1) * 10 ** rng.uniform(-6, 2) for _ in start] for _ in range(300)]
    want = []
    for row in gradients:
        for p, g in zip(parameters, row, strict=True):
            p.grad = g
        optimizer.step()
        want.append([p.data for p in parameters])
    table = arithmetic([ops.power], "PRIMITIVES", {})
    question = {"optimizer": found, "rate": rate, "start": start, "gradients": gradients}
    assert ask("steps", primitives=table, **question) == want
