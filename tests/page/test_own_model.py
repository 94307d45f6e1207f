"""Models and optimizers of the page: the same graph, and the same numbers, as in Python."""

import json
import shutil
import subprocess
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from random import Random

import pytest

from microgradlike import Value, nn, ops
from microgradlike.compile.arithmetic import arithmetic
from microgradlike.compile.export.javascript import SPELLINGS
from microgradlike.expressions.formula import parse_formula
from tests.page.browser import browser as browser, opened as opened  # fixtures
from viz import page
from viz.fold.groups import Groups
from viz.page.mlp_json import ACTIVATIONS, optimizers
from viz.page.scene_json import spelled, to_json
from viz.page.training_json import training_json
from viz.scene.scene import scene
from viz.training.training_view import TrainingSetup, training_view

PARAMETERS = "() => Array.from(microgradlike.trainingState.parameters)"
UNFOLD = "() => document.querySelectorAll('#own-part details').forEach((d) => (d.open = true))"
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


def texts(model, data, loss):
    """The JSON of Python's page: the scene without the frames of long sums, and the training."""
    setup = TrainingSetup.of(model, data, loss)
    view = training_view(setup, SPELLINGS)
    graph = replace(scene(view.y, names={view.y: "loss"}), notes=(), stale="")
    known = spelled(view.y, SPELLINGS)
    return json.loads(to_json(graph, known)), json.loads(training_json(view, graph, []))


@pytest.mark.parametrize(
    ("sizes", "activation", "loss"),
    [
        ((2, 3, 1), "tanh", "hinge"),
        ((1, 1), "relu", "mse"),
        ((3, 4, 2, 2), "relu", "hinge"),
        ((4, 2, 3), "silu", "binary_cross_entropy_with_logits"),
        ((5, 6, 4, 1), "sigmoid", "mse"),
        ((2, 1, 1, 1), "softplus", "binary_cross_entropy_with_logits"),
        ((12, 18, 17, 3), "tanh", "mse"),
    ],
)
def test_a_graph_made_in_the_page_is_pythons(ask, monkeypatch, sizes, activation, loss):
    monkeypatch.setattr(import_module("viz.page.scene_json"), "page_groups", Groups)
    model = nn.MLP(sizes[0], sizes[1:], activation=activation, rng=Random(1))
    graph, lesson = texts(model, data_for(sizes[0], sizes[-1]), loss)
    other = nn.MLP(1, [1], rng=Random(1))
    _, from_other = texts(other, data_for(1, 1), "mse")
    spec = {"sizes": sizes, "activation": activation, "loss": loss}
    base = {"off": graph["off"], "room": graph["room"]}
    names = lesson["numbers"]["name"]
    got = ask("scene", mlp=from_other["mlp"], spec=spec, names=names, base=base)
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


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_exported_formula_can_be_typed_and_gives_the_numbers_of_the_model(ask, activation):
    numbers = [0.5, -1.25, 3.0, 1e-7, -2.5e-12, 0.25, 1.5, -0.001, -4e-5]
    model = nn.MLP(2, [2, 1], activation=activation)
    model.load_state_dict(dict(zip(model.state_dict(), numbers, strict=True)))
    training = {
        "spec": {"sizes": [2, 2, 1], "activation": activation},
        "inputs": 2,
        "numbers": {"name": ["x0", "x1", "y"]},
        "scores": [0],
    }
    (text,) = ask("formula", state={"training": training, "parameters": numbers})
    y, _ = parse_formula(text).graph({"x0": 0.75, "x1": -2.0})
    assert y.data == pytest.approx(model([0.75, -2.0]).data, rel=1e-12)


CSV = '\ufeffsize;"the weight";kind\n' + "".join(
    f"{a:.3f};{b:.3f};{'yes' if k else 'no'}\n".replace(".", ",")
    for (a, b), k in zip(*nn.moons(16, seed=2), strict=True)
)
CSV_LINES = [line.replace(",", ".").split(";") for line in CSV.strip().split("\n")[1:]]
LABELS = {"no": 0.0, "yes": 1.0}


def descent(model, optimizer, steps):
    xs = [[float(a), float(b)] for a, b, _ in CSV_LINES]
    ys = [LABELS[kind] for _, _, kind in CSV_LINES]
    loss = nn.losses.binary_cross_entropy_with_logits
    for _ in range(steps):
        model.zero_grad()
        (sum(loss(model(x), y) for x, y in zip(xs, ys, strict=True)) / len(xs)).backward()
        optimizer.step()


@pytest.mark.looks
def test_own_data_and_another_model_are_trained_rewound_and_exported(opened, tmp_path):
    data = (nn.moons(8, seed=1)[0], [1, -1] * 4)
    seen = opened(page(nn.MLP(2, [3, 1], rng=Random(1)), data=data, loss="hinge"))
    tab = seen.tab
    before = tab.inner_text("#training-status")
    seen.evaluate(UNFOLD)
    tab.fill("#csv", "a,b,kind\n1,2,yes\n1,oops,no\n")
    tab.click("#csv-use")
    assert "Line 3, column 2 (b): “oops”" in tab.inner_text("#own-note")
    assert tab.inner_text("#training-status") == before
    tab.fill("#csv", "a,b,y\n1,2,0.5\n3,4,1.5\n")
    tab.click("#csv-use")
    assert "so the loss is mse here" in tab.inner_text("#label-note")
    assert tab.input_value("#model-loss") == "mse"
    tab.fill("#csv", CSV)
    tab.click("#csv-use")
    assert "16 examples with the inputs size, the weight" in tab.inner_text("#own-note")
    assert "no → −1, yes → 1" in tab.inner_text("#label-note")
    tab.fill("#model-hidden", "4")
    tab.select_option("#model-activation", "silu")
    tab.select_option("#model-init", "kaiming")
    tab.select_option("#model-loss", "binary_cross_entropy_with_logits")
    tab.click("#model-build")
    assert "no → 0, yes → 1" in tab.inner_text("#label-note")
    assert tab.inner_text("#training-status").startswith("step 0 of 0: ")
    start = seen.evaluate(PARAMETERS)
    tab.select_option("#optimizer", "Adam")
    tab.select_option("#rate", "0.03")
    for _ in range(5):
        tab.click("#one-step")
    model = nn.MLP(2, [4, 1], activation="silu")
    model.load_state_dict(dict(zip(model.state_dict(), start, strict=True)))
    descent(model, nn.Adam(model.parameters(), lr=0.03), 5)
    want = pytest.approx([p.data for p in model.parameters()], rel=1e-9)
    assert seen.evaluate(PARAMETERS) == want
    tab.click("#csv-use")  # the same data again
    assert tab.inner_text("#training-status").startswith("step 5 of 5: ")
    tab.click("#rewind")
    assert seen.evaluate(PARAMETERS) == start
    assert "before: Adam 0.03" in tab.inner_text("#runs")
    for _ in range(5):
        tab.click("#one-step")
    assert seen.evaluate(PARAMETERS) == want
    exported(tab, tmp_path, seen.evaluate(PARAMETERS))
    tab.click("#model-back")
    assert tab.inner_text("#training-status") == before


def exported(tab, folder, parameters):
    """The texts of the export give the page's numbers."""
    tab.click("#export-python")
    names = {}
    exec(tab.input_value("#export-text"), names)
    model = names["model"]
    assert [p.data for p in model.parameters()] == parameters
    with tab.expect_download() as download:
        tab.click("#export-link")
    assert download.value.suggested_filename == "model.py"
    tab.click("#export-javascript")
    script = folder / "model.js"
    points = [[0.5, -1.0], [3.0, 0.25], [0.0, 0.0]]
    script.write_text(f"{tab.input_value('#export-text')}console.log({points}.map(predict));\n")
    said = subprocess.run(["node", script], capture_output=True, text=True, check=True).stdout
    first, *rest = said.replace("[", " ").replace("]", " ").replace(",", " ").split()
    assert first in tab.input_value("#export-text")
    assert [*map(float, rest)] == pytest.approx([model(x).data for x in points], rel=1e-14)
    tab.click("#export-formula")
    formula = tab.input_value("#export-text")
    assert formula.count("= silu(") == 4
    assert "·the weight" in formula


@pytest.mark.looks
def test_three_classes_have_an_output_each_and_three_inputs_a_choice_of_two(opened):
    seen = opened(page(nn.MLP(2, [3, 1], rng=Random(1)), data=([[1.0, 2.0]], [1.0]), loss="mse"))
    tab = seen.tab
    seen.evaluate(UNFOLD)
    rows = "\n".join(f"{k % 3 + 0.1 * k},{k},{-k},{'abc'[k % 3]}" for k in range(9))
    tab.set_input_files(
        "#csv-file", {"name": "kinds.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    tab.get_by_text("without a header line; the inputs are called x0, x1, x2").wait_for()
    assert tab.input_value("#csv") == rows
    assert "an output for each class" in tab.inner_text("#label-note")
    tab.click("#one-step")
    assert "accuracy" in tab.inner_text("#training-status")
    tab.select_option("#axes select >> nth=1", "2")
    assert "x2 from" in tab.inner_text("#surfaces")
    assert tab.locator(".surface .point.class-2").count() == 3


@pytest.mark.looks
def test_a_model_that_is_no_plain_mlp_keeps_its_graph(opened):
    class Line(nn.Module):
        def __init__(self):
            self.w = Value(0.5)

        def __call__(self, x):
            return self.w * x[0] + x[1]

    seen = opened(page(Line(), data=([[1.0, 2.0]], [1.0]), loss="mse"))
    tab = seen.tab
    seen.evaluate(UNFOLD)
    assert "The layers stay as they are" in tab.inner_text("#own-part")
    assert not tab.is_visible("#model-build")
    tab.fill("#csv", "1,2,3,4\n5,6,7,8\n")
    tab.click("#csv-use")
    assert "takes 2 inputs and 1 labels, and the file has 4 columns" in tab.inner_text("#own-note")
    tab.fill("#csv", "1,2,3.5\n5,6,7.25\n")
    tab.click("#csv-use")
    tab.click("#one-step")
    assert seen.evaluate(PARAMETERS) != [0.5]
