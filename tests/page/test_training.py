"""A training in the page, in a real browser: Python's numbers, and the steps that Python takes."""

from random import Random

import pytest

from microgradlike import Value, functions, nn
from microgradlike.nn import train
from tests.page.browser import browser as browser, opened as opened  # fixtures
from tests.page.page_node import numbers
from tests.page.test_browser import STATE
from viz import page, watch

POINTS, CLASSES = nn.moons(24, seed=1)
DATA = (POINTS, [2 * label - 1 for label in CLASSES])
PARAMETERS = "() => Array.from(microgradlike.trainingState.parameters)"


def hinge(model, x, y):
    return (1 - y * model(x)).relu()


def squared(model, x, y):
    return (model(x) - y) ** 2


def entropy(model, x, y):
    return functions.cross_entropy(model(x), y)


def branching(model, x, y):
    score = model(x) * y
    return 1 - score if score < 1 else 0.0 * score


def mlp(*widths, activation="tanh", inputs=2):
    return nn.MLP(inputs, list(widths), activation=activation, rng=Random(3))


def trained(model, loss=hinge, data=DATA, epochs=6, lr=0.5, name=""):
    run = watch(model, data=data, loss=loss, name=name)
    sgd = nn.SGD(model.parameters(), lr=lr)
    options = {"epochs": epochs, "callbacks": [run], "progress": False}
    train.fit(model, loss, data, optimizer=sgd, **options)
    return run


def at(model, parameters):
    """The model with other parameters."""
    return model.with_parameters([Value(x) for x in parameters])


def near(got, want, relative=1e-12):
    return got == pytest.approx(want, rel=relative, abs=1e-14)


def look(seen, k):
    seen.tab.fill("#time", str(k))


def graph(seen, run):
    """The loss of the graph in the page, and its gradients by the parameters."""
    got = numbers([seen.evaluate(STATE)])[0]
    places = seen.evaluate("() => microgradlike.trainingState.training.parameters.node")
    return got["data"][-1], [got["grad"][i] for i in places]


@pytest.mark.parametrize(
    ("loss", "widths", "data"),
    [(hinge, (3, 1), DATA), (squared, (3, 1), DATA), (entropy, (3, 2), (POINTS, CLASSES))],
)
def test_the_graph_is_pythons_at_every_recorded_step(opened, loss, widths, data):
    run = trained(mlp(*widths), loss, data)
    seen = opened(page(run))
    for k, numbers_then in enumerate(run.parameters):
        look(seen, k)
        assert seen.evaluate(PARAMETERS) == numbers_then.tolist()
        model = at(run.model, numbers_then)
        y = loss(model, data[0][0], data[1][0])
        y.backward()
        value, slopes = graph(seen, run)
        assert near(value, y.data)
        assert near(slopes, [p.grad for p in model.parameters()])
        assert f"step {k} of" in seen.tab.inner_text("#training-status")


def test_another_example_is_another_graph(opened):
    run = trained(mlp(3, 1))
    seen = opened(page(run))
    for i in (5, 17):
        seen.evaluate("(i) => microgradlike.trainingState.selectExample(i)", i)
        model = at(run.model, run.parameters[-1])
        y = hinge(model, POINTS[i], DATA[1][i])
        y.backward()
        value, slopes = graph(seen, run)
        assert near(value, y.data)
        assert near(slopes, [p.grad for p in model.parameters()])


def test_an_example_of_another_class_is_not_taken_for_one_of_this(opened):
    """The label of a cross-entropy is part of its graph."""
    seen = opened(page(trained(mlp(3, 2), entropy, (POINTS, CLASSES))))
    choose = """(i) => {
      microgradlike.trainingState.panels.onSurfaceClick(0, 0, i);
      return microgradlike.trainingState.probe;
    }"""
    assert CLASSES[:4] == [0, 1, 0, 1]
    assert seen.evaluate(choose, 2) == 2
    assert seen.evaluate(choose, 1) == 2
    seen.tab.click("#example-after")
    assert seen.evaluate("() => microgradlike.trainingState.probe") == 4


def test_the_surface_is_what_the_model_says(opened):
    run = trained(mlp(3, 1))
    seen = opened(page(run))
    for x in ([0.0, 0.0], [1.5, -0.5]):
        scores = seen.evaluate("(x) => microgradlike.trainingState.trainer.scoresAt(x)", x)
        assert near(scores, [run.model(x).data])
    assert seen.tab.locator(".surface .cells path").count() > 3
    assert seen.tab.locator(".surface .boundary").get_attribute("d").startswith("M")


def test_training_in_the_page_is_gradient_descent(opened):
    model = mlp(3, 1)
    seen = opened(page(model, data=DATA, loss=hinge))
    seen.tab.select_option("#rate", "0.3")
    for _ in range(5):
        seen.tab.click("#one-step")
    losses = []
    for _ in range(6):
        model.zero_grad()
        total = sum(hinge(model, x, y) for x, y in zip(*DATA)) / len(POINTS)
        total.backward()
        losses.append(total.data)
        before = [p.data for p in model.parameters()]
        for p in model.parameters():
            p.data -= 0.3 * p.grad
    assert near(seen.evaluate(PARAMETERS), before)
    assert near(seen.evaluate("() => microgradlike.trainingControls.sgd.run.losses"), losses)
    assert "in this page" not in seen.tab.inner_text("#learn")


def test_batches_go_round_the_examples(opened):
    model = mlp(3, 1)
    seen = opened(page(model, data=DATA, loss=hinge))
    seen.tab.select_option("#batch", "10")
    for start in range(0, 40, 10):
        seen.tab.click("#one-step")
        model.zero_grad()
        rows = [(POINTS[i % 24], DATA[1][i % 24]) for i in range(start, start + 10)]
        (sum(hinge(model, x, y) for x, y in rows) / 10).backward()
        for p in model.parameters():
            p.data -= 0.1 * p.grad
    assert near(seen.evaluate(PARAMETERS), [p.data for p in model.parameters()])


def test_one_example_goes_forward_backward_and_is_learned_from(opened):
    model = mlp(3, 1)
    seen = opened(page(model, data=DATA, loss=squared), reduced_motion="reduce")
    seen.tab.click("#one-forward")
    assert "Forward" in seen.tab.inner_text("#step-title")
    seen.tab.click("#one-backward")
    assert "Backward, complete" in seen.tab.inner_text("#step-title")
    seen.tab.click("#one-update")
    squared(model, POINTS[0], DATA[1][0]).backward()
    want = [p.data - 0.1 * p.grad for p in model.parameters()]
    assert near(seen.evaluate(PARAMETERS), want)
    said = seen.tab.inner_text("#update-status").splitlines()
    assert all(" − 0.1 × " in line and " = " in line for line in said if line)
    seen.tab.click("#one-forward")
    assert seen.evaluate("() => microgradlike.trainingState.probe") == 1
    assert seen.tab.inner_text("#update-status") == ""


def test_play_and_pause(opened):
    seen = opened(page(mlp(3, 1), data=DATA, loss=squared))
    first = seen.evaluate("() => microgradlike.trainingState.run.losses[0]")
    seen.tab.click("#train")
    seen.wait("() => microgradlike.trainingControls.sgd.current?.step > 20")
    seen.tab.click("#train")
    count, losses = seen.evaluate(
        "() => [microgradlike.trainingControls.sgd.current.step,"
        " microgradlike.trainingState.run.losses]"
    )
    seen.frames()
    assert seen.evaluate("() => microgradlike.trainingControls.sgd.current?.step") == count
    assert losses[-1] < 0.9 * first
    assert near(losses[0], first)


def test_training_goes_on_from_the_step_that_is_looked_at(opened):
    run = trained(mlp(3, 1))
    seen = opened(page(run))
    look(seen, 2)
    seen.tab.click("#one-step")
    steps, first = seen.evaluate(
        "() => { const { steps, parameters } = microgradlike.trainingState.run;"
        " return [steps, Array.from(parameters[0])]; }"
    )
    assert steps == [2, 3]
    assert first == run.parameters[2].tolist()
    assert "in this page" in seen.tab.inner_text("#runs")
    seen.tab.locator("#runs input").first.check()  # back to what was recorded
    assert seen.evaluate(PARAMETERS) == run.parameters[3].tolist()
    look(seen, 5)
    seen.tab.click("#one-step")  # from there on it is another training
    assert seen.evaluate("() => microgradlike.trainingState.run.steps") == [5, 6]


def test_points_of_ones_own_are_learned(opened):
    seen = opened(page(mlp(4, 1), data=DATA, loss=hinge))
    seen.tab.select_option("#dataset", "my own points")
    seen.tab.locator(".surface").scroll_into_view_if_needed()
    box = seen.tab.locator(".surface").bounding_box()
    seen.tab.mouse.click(box["x"] + 0.2 * box["width"], box["y"] + 0.2 * box["height"])
    seen.tab.check("input[name=class][value='0']")
    seen.tab.mouse.click(box["x"] + 0.8 * box["width"], box["y"] + 0.7 * box["height"])
    rows = seen.evaluate("() => microgradlike.trainingState.examples.map((row) => Array.from(row))")
    assert [row[2] for row in rows] == [1.0, -1.0]
    assert rows[0][0] < rows[1][0]
    assert rows[0][1] > rows[1][1]
    seen.tab.click("#train")
    seen.wait("() => microgradlike.trainingState.run.losses.at(-1) < 0.5")
    seen.tab.click("#train")
    score = "(x) => microgradlike.trainingState.trainer.scoresAt(x)[0]"
    scores = [seen.evaluate(score, row[:2]) for row in rows]
    assert scores[0] > scores[1]
    seen.tab.click("#clear-points")
    assert seen.evaluate("() => microgradlike.trainingState.examples.length") == 0


@pytest.mark.parametrize("name", ["moons", "circles", "xor"])
def test_other_points_are_trained_with(opened, name):
    seen = opened(page(mlp(4, 1), data=DATA, loss=hinge))
    seen.tab.select_option("#dataset", name)
    seen.tab.click("#one-step")
    assert seen.evaluate("() => microgradlike.trainingState.examples.length") == 100
    assert seen.tab.locator(".surface .point").count() == 100


def test_new_weights_begin_a_run_of_their_own(opened):
    run = trained(mlp(3, 1))
    seen = opened(page(run))
    seen.tab.click("#reset-weights")
    got = seen.evaluate(PARAMETERS)
    assert got != run.parameters[0].tolist()
    assert max(map(abs, got)) <= max(map(abs, run.parameters[0]))
    assert seen.evaluate("() => microgradlike.trainingState.run.steps") == [0]


def test_dead_and_saturated_units_are_marked(opened):
    for activation, size, said in (("relu", -50.0, "dead"), ("tanh", 50.0, "saturated")):
        model = mlp(3, 1, activation=activation)
        model.layers[0].neurons[1].b.data = size
        seen = opened(page(model, data=DATA, loss=hinge))
        assert f"1 {said} (×)" in seen.tab.inner_text("#units")
        crosses = seen.tab.locator(".unit-cross").evaluate_all(
            "all => all.map((e) => e.style.display)"
        )
        assert crosses == ["none", "", "none"]
        marks = seen.evaluate("() => [...microgradlike.session.picture.extraFlags.values()]")
        assert marks == [f"{said} for all examples"]


def test_a_weight_that_is_dragged_moves_the_surface(opened):
    model = mlp(3, 1)
    seen = opened(page(model, data=DATA, loss=hinge))
    k = 2
    leaf = seen.evaluate("(k) => microgradlike.trainingState.training.parameters.node[k]", k)
    before = seen.tab.locator(".surface .boundary").get_attribute("d")
    seen.evaluate("(leaf) => microgradlike.session.setLeaf(leaf, 4)", leaf)
    assert seen.evaluate(PARAMETERS)[k] == 4
    assert seen.tab.locator(".surface .boundary").get_attribute("d") != before
    model.parameters()[k].data = 4.0
    assert near(
        seen.evaluate("() => microgradlike.trainingState.trainer.scoresAt([1, 0])"),
        [model([1.0, 0.0]).data],
    )


def test_two_runs_stand_side_by_side(opened):
    runs = [trained(mlp(3, 1), lr=lr, name=f"lr {lr}") for lr in (0.5, 0.1)]
    seen = opened(page(*runs))
    assert seen.tab.locator(".surface").count() == 2
    assert "lr 0.1" in seen.tab.inner_text("#runs")
    assert "up to step 0 and differ from step 1 on" in seen.tab.inner_text("#difference")
    seen.tab.locator("#runs input").nth(1).check()
    assert seen.evaluate(PARAMETERS) == runs[1].parameters[-1].tolist()
    same = opened(page(runs[0], runs[0]))
    assert "identical, to the last bit" in same.tab.inner_text("#difference")


def test_another_run_is_shown_at_the_same_place(opened):
    runs = [trained(mlp(3, 1, activation=name), name=name) for name in ("tanh", "relu")]
    seen = opened(page(*runs))
    ended = "() => microgradlike.session.steps.last - microgradlike.session.player.position"
    assert seen.evaluate(ended) == 0
    seen.tab.get_by_role("radio", name="relu").check()
    assert seen.evaluate(ended) == 0
    seen.evaluate("() => microgradlike.session.player.go(5)")
    seen.tab.get_by_role("radio", name="tanh").check()
    assert seen.evaluate("() => microgradlike.session.player.position") == 5


def test_what_cannot_be_trained_in_the_page_says_so(opened):
    seen = opened(page(trained(mlp(3, 2), entropy, (POINTS, CLASSES))))
    assert "one graph does not serve all" in seen.tab.inner_text("#limits")
    assert not seen.tab.is_visible("#train")
    model = mlp(3, 1)
    run = watch(model, data=DATA, loss=branching)
    with run:
        run.record()
        model.parameters()[0].data += 1.0
    seen = opened(page(run))
    assert "the graph is that of the end" in seen.tab.inner_text("#limits").lower()
    assert not seen.tab.is_visible("#surface-part")
    look(seen, 0)
    assert graph(seen, run)[0] == branching(model, POINTS[0], DATA[1][0]).data


def test_one_input_is_a_curve(opened):
    xs, ys = [[-1.0], [0.0], [2.0]], [1.0, 0.5, 3.0]
    seen = opened(page(mlp(3, 1, inputs=1), data=(xs, ys), loss=squared))
    assert seen.tab.locator(".surface .point").count() == 3
    assert seen.tab.locator(".surface .boundary").get_attribute("d").count("L") == 96
    seen.tab.click("#one-step")


TOGETHER = """() => {
  const { trainingState: state, engine } = microgradlike;
  const { node } = state.training.parameters;
  const example = state.examples[state.probe];
  state.trainer.load(state.parameters);
  return {
    parameters: node.every((i, k) => Object.is(engine.data[i], state.parameters[k])),
    row: state.training.numbers.node.every((i, k) => engine.data[i] === example[k]),
    loss: Object.is(state.loss, state.trainer.meanLoss(state.examples)),
    said: document.getElementById("training-status").textContent,
  };
}"""


def assert_together(seen):
    """Graph, parameters, example and loss are of one moment."""
    found = seen.evaluate(TOGETHER)
    assert found["parameters"]
    assert found["row"]


def mean_loss(seen, loss=hinge, model=None):
    """The mean loss that the page shows, and the one computed here."""
    said = seen.tab.inner_text("#training-status").rpartition("mean loss ")[2]
    rows = seen.evaluate("() => microgradlike.trainingState.examples.map((row) => [...row])")
    now = at(model, seen.evaluate(PARAMETERS))
    return float(said.replace("−", "-")), sum(loss(now, r[:2], r[2]).data for r in rows) / len(rows)


def test_what_is_shown_stays_of_one_moment_whatever_is_done(opened):
    run = trained(mlp(3, 1))
    seen = opened(page(run))
    model = run.model
    weight = seen.evaluate("() => microgradlike.trainingState.training.parameters.node[2]")
    acts = [
        lambda: look(seen, 2),
        lambda: seen.evaluate("(leaf) => microgradlike.session.setLeaf(leaf, 4)", weight),
        lambda: seen.tab.click("#reset"),
        lambda: seen.tab.select_option("#dataset", "circles"),
        lambda: seen.evaluate("(leaf) => microgradlike.session.setLeaf(leaf, 2)", weight),
        lambda: seen.tab.click("#one-step"),
        lambda: look(seen, 0),
        lambda: seen.tab.select_option("#dataset", "training data"),
        lambda: seen.tab.click("#example-before"),
        lambda: seen.tab.click("#one-step"),
        lambda: seen.tab.locator("#runs input").first.check(),
        lambda: seen.tab.click("#reset-weights"),
    ]
    for act in acts:
        act()
        assert_together(seen)
        said, true = mean_loss(seen, model=model)
        assert said == pytest.approx(true, rel=1e-3, abs=1e-4)


def test_other_data_leaves_what_was_recorded_as_it_was(opened):
    seen = opened(page(mlp(3, 1), data=DATA, loss=hinge))
    for _ in range(4):
        seen.tab.click("#one-step")
    columns = "() => microgradlike.trainingState.run.parameters.map((row) => [...row])"
    before = seen.evaluate(columns)
    look(seen, 2)
    seen.tab.select_option("#dataset", "xor")
    assert seen.evaluate(columns) == before
    seen.tab.click("#one-step")
    assert seen.evaluate("() => microgradlike.trainingState.run.steps") == [2, 3]


def test_without_examples_nothing_can_be_trained(opened):
    seen = opened(page(mlp(3, 1), data=DATA, loss=hinge))
    seen.tab.select_option("#dataset", "my own points")
    for button in ("#train", "#one-step", "#one-forward", "#one-backward", "#one-update"):
        assert seen.tab.is_disabled(button)
    box = seen.tab.locator(".surface").bounding_box()
    seen.tab.mouse.click(box["x"] + 20, box["y"] + 20)
    seen.tab.click("#train")
    seen.wait("() => microgradlike.trainingControls.sgd.current?.step > 3")
    seen.tab.click("#clear-points")
    assert seen.tab.inner_text("#train") == "▶ train"
    assert seen.tab.is_disabled("#train")


def test_a_hand_on_the_slider_pauses_and_keeps_what_was_trained(opened):
    seen = opened(page(mlp(3, 1), data=DATA, loss=hinge))
    seen.tab.click("#train")
    seen.wait("() => microgradlike.trainingControls.sgd.current?.step > 10")
    look(seen, 3)
    count = seen.evaluate("() => microgradlike.trainingControls.sgd.current?.step")
    seen.frames()
    assert seen.evaluate("() => microgradlike.trainingControls.sgd.current?.step") == count > 10
    assert seen.evaluate("() => microgradlike.trainingState.entry") == 3


def test_what_is_trained_beside_two_runs_has_a_plane_of_its_own(opened):
    runs = [trained(mlp(3, 1), lr=lr, name=f"lr {lr}") for lr in (0.5, 0.1)]
    seen = opened(page(*runs))
    seen.tab.click("#one-step")
    assert seen.tab.locator(".surface").count() == 3
    assert seen.tab.locator("figcaption").all_inner_texts() == ["lr 0.5", "lr 0.1", "in this page"]
    line = seen.tab.locator(".surface .boundary").nth(2)
    before = line.get_attribute("d")
    for _ in range(3):
        seen.tab.click("#one-step")
    assert line.get_attribute("d") != before


def test_an_update_is_by_the_right_gradient_even_beside_the_wrong_order(opened):
    model = mlp(3, 1)
    seen = opened(page(model, data=DATA, loss=squared))
    seen.tab.check("#wrong-order")
    seen.tab.click("#one-update")
    squared(model, POINTS[0], DATA[1][0]).backward()
    want = [p.data - 0.1 * p.grad for p in model.parameters()]
    assert near(seen.evaluate(PARAMETERS), want)


@pytest.mark.parametrize(
    ("labels", "widths", "classes"),
    [
        ([0, 1, 0], (1,), ["class-below", "class-above", "class-below"]),
        ([1, 1, 1], (1,), ["class-above"] * 3),
        ([0.5, 2.5, -3.0], (1,), ["shaded"] * 3),
        ([0, 2, 0], (3,), ["class-0", "class-2", "class-0"]),
    ],
)
def test_points_are_marked_by_their_label(opened, labels, widths, classes):
    loss = entropy if widths == (3,) else squared
    made = page(mlp(*widths), data=(POINTS[:3], labels), loss=loss)
    marks = opened(made).tab.locator(".surface .point")
    assert [marks.nth(i).get_attribute("class").split()[1] for i in range(3)] == classes


def test_a_loss_that_hardly_changes_is_drawn(opened):
    model = nn.MLP(2, [2, 1], rng=Random(0))
    for p in model.parameters():
        p.data = 0.0
    run = watch(model, data=DATA, loss=lambda m, x, y: m(x) + 1 / 3)
    with run:
        run.record()
        model.parameters()[-1].data = 2e-16
        run.record()
    assert "mean loss 0.3333" in opened(page(run)).tab.inner_text("#training-status")


def test_a_rate_that_is_too_great_stops_and_says_so(opened):
    def quartic(model, x, y):
        return (model(x) - y) ** 4

    seen = opened(page(mlp(3, 1, activation="relu"), data=(POINTS, [20.0] * 24), loss=quartic))
    seen.tab.select_option("#rate", "1")
    seen.tab.click("#train")
    seen.wait(
        "() => document.getElementById('update-status').textContent.includes('learning rate')"
    )
    seen.tab.click("#reset-weights")
    assert "nan" not in seen.tab.inner_text("#training-status")


def test_hostile_names_neither_run_nor_break_anything(opened):
    name = "</script><img src=x onerror=alert(1)>{{script}}"

    class Model(nn.Module):
        def __init__(self):
            setattr(self, name, Value(1.0, name))

        def __call__(self, x):
            return getattr(self, name) * x[0] + x[1]

    run = trained(Model(), squared, name=name)
    seen = opened(page(run, run))
    assert name[-10:] in seen.tab.inner_text("#parameters-heatmaps")
    assert seen.tab.locator("img").count() == 0


def test_keys_of_a_page_work_beside_the_panel(opened):
    seen = opened(page(trained(mlp(3, 1))))
    seen.tab.focus("#time")
    seen.tab.keyboard.press("ArrowLeft")
    assert "step 5 of 6" in seen.tab.inner_text("#training-status")
    seen.tab.keyboard.press("Home")
    assert "step 0 of 6" in seen.tab.inner_text("#training-status")
