"""A training page names what it shows: classes, scales, rows, and the reason of a zero."""

from random import Random

import pytest

from microgradlike import Value, functions, nn
from microgradlike.nn import train
from tests.page.browser import browser as browser, opened as opened  # fixtures
from tests.page.test_ten_trainings import POINTS, SIGNED, descent, hinge, mlp, recorded, squared
from viz import page, watch

TEXTS = """() => [...document.querySelectorAll("#learn svg text")].map((text) => {
  const scale = text.ownerSVGElement.getBoundingClientRect().width
    / text.ownerSVGElement.viewBox.baseVal.width;
  return [text.textContent, parseFloat(getComputedStyle(text).fontSize) * scale];
})"""
OVER = "() => document.documentElement.scrollWidth - innerWidth"


def line(w, b, activation="relu"):
    model = nn.MLP(1, [1, 1], activation=activation)
    for p, x in zip(model.parameters(), (w, b, 1.0, 0.0), strict=True):
        p.data = x
    return model


@pytest.mark.parametrize(
    ("model", "loss", "x", "said"),
    [
        (line(2.0, 0.0), "hinge", 1.0, "This margin is met: the slope of relu(−1) is 0"),
        (line(1.0, 0.0), squared, 1.0, "The loss is flat here: the slope of 0 ^ 2"),
        (
            line(-1.0, 0.0, "relu"),
            squared,
            2.0,
            "3 of 4 parameters at this example: it ends at nodes that are off (1)",
        ),
        (
            line(-50.0, 0.0, "tanh"),
            squared,
            9.0,
            "2 of 4 parameters at this example: it ends at nodes that are saturated (1)",
        ),
        (
            line(1.0, 0.0, "asinh"),
            squared,
            0.0,
            "2 of 4 parameters at this example: it ends at nodes that are multiplied by 0 (2)",
        ),
        (line(1.0, 0.0), squared, 3.0, ""),
    ],
)
def test_a_zero_gradient_has_a_reason(opened, model, loss, x, said):
    seen = opened(page(model, data=([[x]], [1]), loss=loss))
    found = seen.tab.inner_text("#flat-note")
    assert said in found
    assert bool(said) == bool(found)


def test_the_first_example_with_a_gradient_is_in_the_graph(opened):
    seen = opened(page(line(1.0, 0.0), data=([[2.0], [3.0], [0.5]], [1, 1, 1]), loss="hinge"))
    assert "example 3 of 3" in seen.tab.inner_text("#example-status")
    assert seen.tab.inner_text("#flat-note") == ""
    seen.tab.click("#example-before")
    assert "This margin is met" in seen.tab.inner_text("#flat-note")


def test_the_plane_stays_where_it_is_while_points_are_added(opened):
    seen = opened(page(mlp(3, 1), data=SIGNED, loss=hinge))
    seen.tab.select_option("#dataset", "my own points")
    surface = seen.tab.locator(".surface")
    surface.scroll_into_view_if_needed()
    box = surface.bounding_box()
    for share in (0.2, 0.5, 0.8):
        seen.tab.mouse.click(box["x"] + share * box["width"], box["y"] + share * box["height"])
        assert surface.bounding_box() == box
    assert seen.evaluate("() => microgradlike.trainingState.examples.length") == 3


def test_points_and_plane_are_named_by_label(opened):
    def entropy(model, x, y):
        return functions.cross_entropy(model(x), int(y) - 1)

    labels = [1 + i % 3 for i in range(24)]
    seen = opened(page(mlp(3, 3), data=(POINTS, labels), loss=entropy))
    keys = seen.tab.locator("#surfaces figure .note").last.inner_text().split("  ")
    assert [key.strip() for key in keys if key.strip()] == ["y = 1", "y = 2", "y = 3"]
    colors = seen.tab.locator(".surface .point").evaluate_all(
        "all => all.slice(0, 3).map((e) => e.getAttribute('class'))"
    )
    assert colors == ["point class-0", "point class-1", "point class-2"]


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ([0, 1], "the score is 0.5 on the black line"),
        ([-1, 1], "the score is 0 on the black line"),
        ([1, 3], "the score is 2 on the black line"),
        ([0.25, 0.5], "the color is the output of the model"),
    ],
)
def test_the_line_says_at_which_score_it_stands(opened, labels, said):
    model = mlp(3, 1)
    model.parameters()[-1].data = sum(labels) / 2
    seen = opened(page(model, data=(POINTS, labels * 12), loss="mse"))
    note = seen.tab.inner_text("#surfaces .note >> nth=0")
    assert said in note.lower()
    assert "x0 from" in note
    ticks = seen.tab.locator("#surfaces .scale .tick").all_inner_texts()
    middle = sum(labels) / 2
    assert float(ticks[3]) == pytest.approx(middle, rel=0.05)
    assert [float(t.replace("−", "-")) for t in ticks] == sorted(
        float(t.replace("−", "-")) for t in ticks
    )


def test_a_line_outside_of_the_plane_is_missed(opened):
    model = mlp(3, 1)
    model.parameters()[-1].data = 50.0
    seen = opened(page(model, data=(POINTS, [0, 1] * 12), loss="mse"))
    note = seen.tab.inner_text("#surfaces .note >> nth=0")
    assert "No line parts the classes: the score is 0.5 at no point here" in note


def test_rows_of_a_heat_map_have_names_and_units_stand_in_their_order(opened):
    seen = opened(page(mlp(5, 1), data=SIGNED, loss=hinge))
    texts = seen.tab.locator("#parameters-heatmaps svg").first.locator("text").all_text_contents()
    names = [f"neurons.{k}.{part}" for k in range(5) for part in ("w.0", "w.1", "b")]
    assert texts == [*names, "step 0", "0"]
    titles = seen.tab.locator("#units .unit title").evaluate_all(
        "all => all.map((e) => e.textContent)"
    )
    found = [title.partition("neurons.")[2][0] for title in titles]
    assert found == sorted(found)
    assert len(found) == 5


@pytest.mark.parametrize("width", [390, 700, 768, 1000, 1100, 1280, 1920])
def test_a_training_fits_every_window(opened, width):
    runs = [
        recorded(mlp(3, 1, activation="tanh"), hinge, SIGNED, descent(0.2)),
        recorded(mlp(3, 1), squared, SIGNED, descent(0.02)),
    ]
    seen = opened(page(*runs), viewport={"width": width, "height": 800})
    assert seen.evaluate(OVER) <= 0
    panel = seen.tab.locator("#learn").bounding_box()
    for box in seen.tab.locator("#learn *:visible").evaluate_all(
        "all => all.map((e) => [e.tagName, e.getBoundingClientRect().right])"
    ):
        assert box[1] <= panel["x"] + panel["width"] + 1, box
    for text, size in seen.evaluate(TEXTS):
        assert size >= 9, text


def test_colors_keep_their_scale_while_a_leaf_is_dragged(opened):
    seen = opened(page(mlp(3, 1), data=SIGNED, loss=squared))
    scales = """() => {
      const { session, trainingState } = microgradlike;
      return [session.picture.scale.largest, trainingState.panels.surfaces[0].scale.largest];
    }"""
    leaf = seen.evaluate("() => microgradlike.trainingState.training.parameters.node.at(-1)")
    before = seen.evaluate(scales)
    seen.tab.locator("#example-status").hover()
    seen.tab.mouse.down()
    for x in (2.0, 5.0):
        seen.evaluate("([i, x]) => microgradlike.session.setLeaf(i, x)", [leaf, x])
        assert seen.evaluate(scales) == before
    seen.tab.wait_for_timeout(600)
    assert seen.evaluate(scales) == before
    seen.tab.mouse.up()
    seen.tab.wait_for_timeout(600)
    after = seen.evaluate(scales)
    assert after[0] != before[0]
    assert after[1] != before[1]


def test_a_run_that_diverged_says_since_when(opened):
    model = mlp(3, 1)
    run = watch(model, data=SIGNED, loss=squared)
    with run:
        for k in range(4):
            run.record()
            if k == 1:
                model.parameters()[-1].data = 1e300
    seen = opened(page(run))
    said = seen.tab.inner_text("#training-status")
    assert "not finite from step 2 on" in said
    assert said.endswith("mean loss ∞")
    seen.tab.fill("#time", "1")
    assert "finite" not in seen.tab.inner_text("#training-status")


def test_a_loss_that_draws_random_numbers_says_so(opened):
    def noisy(model, x, y):
        return (model(x) + 0.1 * nn.uniform() - y) ** 2

    seen = opened(page(mlp(3, 1), data=SIGNED, loss=noisy))
    assert "its loss draws random numbers" in seen.tab.inner_text("#limits")


def test_a_loss_that_calls_the_model_with_other_numbers_has_no_plane_and_says_so(opened):
    def of_parts(model, x, y):
        return (model([x[1], x[0]]) - y) ** 2

    seen = opened(page(mlp(3, 1), data=SIGNED, loss=of_parts))
    assert "The predictions are not drawn" in seen.tab.inner_text("#limits")
    assert not seen.tab.is_visible("#surface-part")


def twin(change=None, at=0, epochs=8, losses=squared):
    """A run in which a parameter is moved after a step."""
    model = nn.MLP(2, [3, 1], rng=Random(5))

    def nudge(state):
        if state.epoch == at:
            model.parameters()[0].data += change

    run = watch(model, data=SIGNED, loss=losses)
    options = {"epochs": epochs, "progress": False}
    options["callbacks"] = [run, nudge] if change else [run]
    train.fit(model, losses, SIGNED, optimizer=nn.SGD(model.parameters(), lr=0.02), **options)
    return run


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (lambda: twin(epochs=12), "identical up to step 8; one goes on to step 12"),
        (lambda: twin(1e-15, at=4), "up to step 4 and differ from step 5 on"),
        (lambda: twin(epochs=8), "identical, to the last bit"),
    ],
)
def test_two_runs_part_where_they_part(opened, other, said):
    found = opened(page(twin(), other())).tab.inner_text("#difference")
    assert said in found
    if " is " in found and "in one and" in found:
        one, _, two = found.partition(" is ")[2].partition(" in one and ")
        assert one != two.partition(" in the other")[0]


def test_thinned_runs_say_that_steps_between_were_not_kept(opened):
    found = opened(page(twin(epochs=500), twin(0.5, at=300, epochs=500))).tab.inner_text(
        "#difference"
    )
    assert "up to step 300 and differ from step 304 on (none was kept between them)" in found


def test_runs_with_a_value_of_their_own_differ_in_it(opened):
    def cooled(temperature):
        return lambda model, x, y: (1 - y * model(x) / temperature).relu()

    runs = [twin(losses=cooled(Value(t, "temperature"))) for t in (1.0, 2.0)]
    seen = opened(page(*runs))
    assert "temperature is 1 in one and 2 in the other" in seen.tab.inner_text("#difference")
    assert "different graphs" not in seen.tab.inner_text("#difference")


def test_each_run_has_the_controls_that_its_loss_allows(opened):
    def branching(model, x, y):
        score = model(x) * y
        return 1 - score if score < 1 else 0.0 * score

    runs = [twin(), twin(losses=hinge)]
    fixed = watch(runs[1].model, data=SIGNED, loss=branching)
    fixed.record()
    seen = opened(page(runs[0], fixed))
    assert seen.tab.is_visible("#train")
    seen.tab.locator("#runs input").nth(1).check()
    assert not seen.tab.is_visible("#train")
    assert not seen.tab.is_visible("#example-part")
    assert "a branch that depends on a parameter" in seen.tab.inner_text("#limits")
    seen.tab.locator("#runs input").first.check()
    assert seen.tab.is_visible("#train")
    assert not seen.tab.is_visible("#limits")
