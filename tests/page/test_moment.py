"""A page of a graph is of one moment: its names, changed leaves, typed and dragged numbers."""

import math
import random
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, assume, given, settings, strategies as st

from microgradlike import Value, nn, unary
from microgradlike.testing import programs
from tests.bits import same_bits
from tests.page.browser import browser as browser, opened as opened  # fixtures
from tests.page.test_browser import set_leaves, state
from tests.page.test_engine import assert_steps, places
from viz import page
from viz.numbers import short, signed
from viz.scene.scene import scene

pytestmark = [
    pytest.mark.filterwarnings("ignore:.* has changed since:UserWarning"),
    pytest.mark.filterwarnings("ignore::microgradlike.IndeterminateWarning"),
]

FIELD = '#inspected input[type="text"]'
NUMBERS = st.floats(width=64) | st.sampled_from([0.0, -0.0, math.inf, math.nan, 1e300, -5e-324])
# for each node box: its place and the texts of its numbers, once all of them are drawn
BOXES = """() => {
  const { session } = microgradlike;
  session.view.camera.set(0, 0, 1);
  const found = [];
  for (const box of session.view.layout.boxes) {
    if (box.kind !== "node") continue;
    session.view.camera.set(40 - box.x, 40 - box.y, 1);
    session.view.draw();
    const g = session.view.elementOf(box.id);
    const text = (kind) => g.querySelector(`.value.${kind}`)?.textContent ?? null;
    found.push([box.node, text("data"), text("grad")]);
  }
  return found;
}"""


def product(x, w):
    """A loss of three nodes."""
    y = (x * w - 1.0) ** 2
    y.label = "loss"
    y.backward()
    return y


def leaves_after_a_step():
    x, w = Value(2.0, "x"), Value(3.0, "w")
    y = product(x, w)
    w.data -= 0.1 * w.grad
    return y, product(Value(x.data, "x"), Value(w.data, "w"))


def point_at(seen, name):
    """Selects the node of that name."""
    seen.tab.fill("#search", name)
    seen.tab.press("#search", "Enter")


def inspected(seen):
    return seen.tab.inner_text("#inspected")


def drag(seen, leaf, pixels):
    handle = seen.tab.locator(f'.handle[data-leaf="{leaf}"]')
    handle.wait_for()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    seen.tab.mouse.move(x, y)
    seen.tab.mouse.down()
    seen.tab.mouse.move(x + pixels, y)
    seen.frames()
    seen.tab.mouse.up()


# leaves that changed after the forward pass


def test_a_graph_whose_leaf_has_changed_is_computed_anew_and_the_page_says_so(opened):
    stale, fresh = leaves_after_a_step()
    seen = opened(page(stale))
    assert_steps(state(seen), stale)
    want = state(opened(page(fresh)))
    for column in ("data", "grad", "local"):
        assert same_bits(state(seen)[column], want[column])
    said = seen.tab.inner_text("#side-panel .notice")
    assert said.startswith("mul(2.0, 1.0) was computed as 6.0 and is 2.0 now: a .data has changed")
    assert said.endswith("This page has computed every number anew; Python has the old ones.")
    assert "mix old and new" not in seen.tab.inner_text("#legend")
    set_leaves(seen, [(0, -2.0)])
    assert_steps(state(seen), stale)


def test_a_locked_node_of_a_changed_graph_keeps_pythons_number(opened):
    cube = unary("cube", lambda x: x**3, lambda y, x: 3 * x * x)
    x, w = Value(2.0, "x"), Value(5.0, "w")
    y = cube(x) * w
    y.backward()
    x.data, w.data = 3.0, 6.0
    seen = opened(page(y))
    assert sorted(state(seen)["data"]) == [3.0, 6.0, 8.0, 48.0]
    assert "except at locked nodes; Python" in seen.tab.inner_text(".notice")


@pytest.mark.parametrize(
    ("passes", "said"), [([1.0], False), ([1.0, 1.0], True), ([3.0], True), ([], False)]
)
def test_gradients_of_other_passes_in_python_are_told_of(opened, passes, said):
    y = Value(2.0, "x") * Value(3.0, "w")
    for upstream in passes:
        y.backward(upstream)
    assert opened(page(y)).tab.locator(".notice").count() == said


# names


def test_the_backward_list_says_whose_parameter_it_is(opened):
    y = nn.MLP(2, [4, 1], rng=random.Random(0))([Value(1.0, "x1"), Value(-1.0, "x2")])
    y.backward()
    seen = opened(page(y))
    rows = seen.tab.locator("#order li").all_inner_texts()
    assert any("neurons.3.w.1" in row for row in rows)
    names = {i: seen.evaluate("(i) => microgradlike.engine.graph.names[i]", i) for i in range(9)}
    assert "w.1" in names.values()
    point_at(seen, "layers.0.neurons.3.w.1")
    assert seen.tab.inner_text("#found") == "1 of 1"
    assert "layers.0.neurons.3.w.1" in inspected(seen)


def test_a_label_that_is_an_expression_is_bracketed_in_a_derivative(opened):
    x, w = Value(2.0, "x1"), Value(3.0, "w1")
    p = x * w
    p.label = "x1*w1"
    y = p * p
    y.label = "y"
    y.backward()
    seen = opened(page(y))
    point_at(seen, "x1*w1")
    assert "∂(x1*w1)/∂x1" in inspected(seen)
    seen.evaluate("() => microgradlike.session.player.go(microgradlike.session.steps.seed + 1)")
    event = seen.tab.inner_text("#event")
    assert "∂y/∂(x1*w1) += ∂y/∂y · ∂y/∂(x1*w1)" in event
    point_at(seen, "y")
    assert "(x1*w1) × (x1*w1)" in inspected(seen)


def test_a_unit_is_off_here_and_the_gradient_of_0_says_why(opened):
    x = Value(-1.0, "x")
    h = (x * 2).relu()
    h.label = "h"
    y = h * h + x - x
    y.backward()
    seen = opened(page(y))
    assert "off here" in seen.tab.locator("#graph .flag").all_text_contents()
    assert "dead" not in seen.tab.inner_text("body")
    assert seen.tab.inner_text("#legend").count("off here:") == 1
    assert "0 = no effect" in seen.tab.inner_text("#legend")
    point_at(seen, "x")
    assert "The gradient is 0: the paths cancel." in inspected(seen)
    seen.evaluate("() => microgradlike.session.inspector.inspect(2)")
    assert "every path has a factor 0: h is off here." in inspected(seen)
    drag(seen, 0, 300)
    assert seen.tab.locator("#graph .flag").count() == 0
    assert not seen.tab.locator("#legend").get_by_text("off here").is_visible()


# numbers by hand


def test_a_typed_number_goes_to_the_selected_leaf_after_a_drag_of_another(opened):
    x, w = Value(2.0, "x"), Value(3.0, "w")
    y = x * w
    y.backward()
    i, k = places(y)[id(x)], places(y)[id(w)]
    seen = opened(page(y))
    point_at(seen, "x")
    seen.tab.fill(FIELD, "7")
    drag(seen, k, 50)
    assert seen.tab.input_value(FIELD) == "3.5"
    seen.tab.fill(FIELD, "5")
    assert (state(seen)["data"][i], state(seen)["data"][k]) == (7.0, 5.0)
    drag(seen, k, -20)  # the field that has the focus shows what another hand does to its leaf
    assert seen.tab.input_value(FIELD) == short(state(seen)["data"][k])
    assert state(seen)["data"][k] < 5.0


@pytest.mark.parametrize("text", ["1,000", "1_000", "", "١", "1e999", "2x", "0x10"])
def test_a_text_that_is_no_number_is_refused_with_a_word(opened, text):
    y = Value(2.0, "x") * 3
    y.backward()
    seen = opened(page(y))
    point_at(seen, "x")
    seen.tab.fill(FIELD, text)
    assert state(seen)["data"][0] == 2.0
    assert seen.tab.get_attribute(FIELD, "aria-invalid") == "true"
    assert seen.tab.inner_text("#inspected .warn")
    seen.tab.fill(FIELD, "−3")
    assert state(seen)["data"][0] == -3.0
    assert seen.tab.get_attribute(FIELD, "aria-invalid") == "false"
    assert seen.tab.inner_text("#inspected .warn") == ""


def test_the_sign_of_zero_is_shown_as_python_has_it(opened):
    x = Value(-0.0, "x")
    y = x * -1.0 * 0.0
    y.backward()
    seen = opened(page(y))
    shown = {i: (data, grad) for i, data, grad in seen.evaluate(BOXES)}
    for i, node in enumerate(scene(y).nodes):
        if node.role != "constant":
            assert shown[i] == (short(node.data), signed(node.grad))
    assert shown[0][0] == "−0"
    point_at(seen, "x")
    assert seen.tab.input_value(FIELD) == "−0"


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_a_number_that_is_not_finite_is_not_nudged_and_can_be_dragged_back(opened, number):
    y = Value(number, "x") * 2.0
    y.backward()
    seen = opened(page(y))
    point_at(seen, "x")
    assert f"No nudge: x is {short(number)}, and a change needs finite numbers." in inspected(seen)
    drag(seen, 0, 40)
    assert state(seen)["data"][0] == 0.4
    assert "Nudge x by" in inspected(seen)
    seen.tab.click("#reset")
    assert same_bits(state(seen)["data"][0], number)


@pytest.mark.parametrize("number", [5e-324, 0.0, -0.0, 1e300])
def test_a_nudge_of_any_finite_number_is_a_number(opened, number):
    y = Value(number, "x") * 0.5
    y.backward()
    seen = opened(page(y))
    point_at(seen, "x")
    for button in ("÷ 10", "× 10"):
        seen.tab.get_by_role("button", name=button).click()
        assert "nan" not in inspected(seen)
    drag(seen, 0, 10)
    assert math.isfinite(state(seen)["data"][0])
    assert state(seen)["data"][0] != number


def test_the_paths_of_a_gradient_of_nan_sum_to_nan(opened):
    x = Value(1.0, "x")
    y = x * math.nan * 0.0 + x * 2.0
    y.backward()
    seen = opened(page(y))
    point_at(seen, "x")
    assert math.isnan(x.grad)
    assert "sum\tnan" in inspected(seen) or "sum\nnan" in inspected(seen)


@settings(max_examples=24, suppress_health_check=list(HealthCheck), deadline=None)
@given(programs(min_size=4, max_size=20), st.data())
def test_after_typing_every_box_has_the_numbers_of_a_fresh_page(browser, line, data):
    leaves = [Value(x, f"p{i}") for i, x in enumerate(line.point)]
    y = line(*leaves)
    place = places(y)
    used = [v for v in leaves if id(v) in place]
    assume(used)
    moved = data.draw(st.lists(st.tuples(st.sampled_from(used), NUMBERS), min_size=1, max_size=3))
    with TemporaryDirectory() as folder, browser.open(page(y).save(f"{folder}/y.html")) as seen:
        position = seen.evaluate("() => microgradlike.session.player.position")
        for v, x in moved:
            point_at(seen, v.label)
            seen.tab.fill(FIELD, repr(x))
            v.data = x
        assert seen.evaluate("() => microgradlike.session.player.position") == position
        seen.evaluate("() => microgradlike.session.player.go(microgradlike.session.steps.last)")
        found = state(seen)
        assert_steps(found, y)
        assert all(same_bits(found["data"][place[id(v)]], v.data) for v in used)
        for i, shown, grad in seen.evaluate(BOXES):
            if shown is not None:
                assert shown == short(found["data"][i])
                assert grad in (signed(found["grad"][i]), "–")
        assert seen.complaints == []
    with TemporaryDirectory() as folder, browser.open(page(y).save(f"{folder}/y.html")) as fresh:
        for column in ("data", "local", "grad"):
            assert same_bits(found[column], state(fresh)[column])
