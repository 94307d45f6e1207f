"""Digits in the page: those of Python's numbers, at their step, hidden once a number changes."""

import json
import math

import pytest

from microgradlike import Value, cos, nn, sin
from tests.page.browser import browser as browser, opened as opened  # fixtures
from viz import page
from viz.page.scene_json import scene_json
from viz.scene.scene import scene

pytest.importorskip("mpmath")

# of the node named so: its digits, fill and border in the picture
BOX = """async (name) => {
  const { session } = microgradlike;
  const i = session.graph.names.indexOf(name);
  const element = () => session.view.elementOf(session.view.boxOfNode(i).id);
  while (!element()) await new Promise(requestAnimationFrame); // the picture is being drawn
  const g = element();
  return {
    digits: g.querySelector(".value.digits")?.textContent,
    fill: g.querySelector(".body").style.fill,
    flag: g.querySelector(".flag")?.textContent ?? "",
    lost: g.classList.contains("lost"),
    label: g.getAttribute("aria-label"),
  };
}"""
WITHOUT_TRACE = ("digits/digits.js", "DigitsLayer", '"digits":', "fill-lost")


def cancelled():
    x = Value(1e-8, "x")
    z = 1 - cos(x)
    y = z / (x * x)
    z.label, y.label = "z", "y"
    y.backward()
    return y


def undecided():
    x = Value(0.3, "x")
    y = sin(x) ** 2 + cos(x) ** 2 - 1
    y.label = "y"
    y.backward()
    return y


def step(seen, position):
    seen.evaluate(f"microgradlike.session.player.go({position})")


def test_the_json_has_the_digits_of_every_node_and_none_of_constants():
    digits = json.loads(scene_json(cancelled(), digits=True))["digits"]
    nodes = scene(cancelled(), digits=True).nodes
    assert digits["value"] == [n.digits and n.digits.value for n in nodes]
    assert digits["gradient"] == [n.digits and n.digits.gradient for n in nodes]
    assert digits["texts"][0] == [
        "16.0 of 16 digits right",
        "0.0 of 16 digits right (1e+08, is -8.333e-10)",
    ]
    assert digits["numbers"] == [
        ["value", "0.0 of 16 digits right (0, is 0.5)"],
        ["∂/∂x", "0.0 of 16 digits right (1e+08, is -8.333e-10)"],
    ]
    assert digits["exact"] is True
    assert [nodes[i].name for i, _ in digits["lost"]] == ["z"]
    assert digits["lost"][0][1].startswith("lost at ")
    assert "nan" in json.loads(scene_json(undecided(), digits=True))["digits"]["value"]


def test_a_page_without_digits_has_no_byte_of_them():
    made = page(cancelled()).html
    assert not [text for text in WITHOUT_TRACE if text in made]
    assert all(text in page(cancelled(), digits=True).html for text in WITHOUT_TRACE[1:])


def test_digits_are_for_the_graph_of_a_value():
    model = nn.MLP(1, [1])
    with pytest.raises(TypeError, match="digits and practice are for the graph of a Value"):
        page(model, data=([[1.0]], [1.0]), loss=nn.losses.mse, digits=True)


def test_boxes_have_digits_colors_and_the_mark_of_a_loss(opened):
    seen = opened(page(cancelled(), digits=True))
    x, z = seen.evaluate(BOX, "x"), seen.evaluate(BOX, "z")
    assert x["digits"] == "16.0, 0.0"
    assert "--fill-lost) 100%" in x["fill"]
    assert x["label"].endswith("digits 16.0, 0.0")
    assert (z["flag"], z["lost"], x["lost"]) == ("lost here", True, False)
    seen.tab.uncheck("#digits input")
    z = seen.evaluate(BOX, "z")
    assert "fill-positive" in z["fill"]
    assert (z["flag"], z["lost"], z["digits"][:3]) == ("", False, "0.0")
    assert seen.complaints == []


def test_undecided_is_a_question_mark(opened):
    seen = opened(page(undecided(), digits=True))
    assert seen.evaluate(BOX, "y")["digits"] == "?, 16.0"
    assert "nonfinite" in seen.evaluate(BOX, "y")["fill"]
    assert "undecided (0); can be counted on: 0.0" in seen.tab.inner_text("#digits")


def test_digits_of_a_gradient_appear_with_the_gradient(opened):
    seen = opened(page(cancelled(), digits=True))
    step(seen, 0)
    assert seen.evaluate(BOX, "y")["digits"] == "–, –"
    step(seen, 4)
    assert seen.evaluate(BOX, "x")["digits"] == "16.0, –"
    assert "--fill-lost) 0%" in seen.evaluate(BOX, "x")["fill"]


def test_a_changed_number_hides_the_digits_and_says_so(opened):
    seen = opened(page(cancelled(), digits=True, select="x"))
    assert "0.0 of 16 digits right (1e+08, is -8.333e-10)" in seen.tab.inner_text("#inspected")
    seen.tab.fill('#inspected input[type="text"]', "0.5")
    assert seen.evaluate(BOX, "x")["digits"] == "–"
    assert "lost" not in seen.evaluate(BOX, "x")["fill"]
    assert "of 16 digits" not in seen.tab.inner_text("#side-panel")
    assert "the digits belong to those that Python computed" in seen.tab.inner_text("#digits")
    assert "right digits" not in seen.tab.inner_text("#legend")


def test_the_wrong_order_hides_the_digits_too(opened):
    seen = opened(page(cancelled(), digits=True))
    seen.tab.check("#wrong-order")
    assert seen.evaluate(BOX, "x")["digits"] == "–"
    seen.tab.uncheck("#wrong-order")
    assert seen.evaluate(BOX, "x")["digits"] == "16.0, 0.0"


def test_a_loss_in_the_panel_leads_to_its_node_inside_a_folded_module(opened):
    class Gap(nn.Module):
        def __call__(self, x):
            return (1 - cos(x)) * 2

    y = Gap()(Value(1e-8, "x")) + 0.0
    y.backward()
    seen = opened(page(y, digits=True))
    seen.tab.click("#fold-all")
    seen.frames()
    assert seen.evaluate("document.querySelectorAll('.fold.lost').length") == 1
    seen.tab.click("#digits .loss")
    seen.frames()
    chosen = "microgradlike.session.graph.names[+microgradlike.session.selected.slice(1)]"
    lost = scene(y, digits=True).losses[0][0]
    name = next(n.name for n in scene(y).nodes if n.id == lost)
    assert seen.evaluate(chosen) == name


def test_bounds_are_marked_and_never_called_right(opened, monkeypatch):
    # as without mpmath
    monkeypatch.setattr(
        "microgradlike.accuracy.judgement.judge._truth_if_installed", lambda *graph: None
    )
    seen = opened(page(cancelled(), digits=True))
    assert seen.evaluate(BOX, "x")["digits"].startswith("≥16.0, ≥")
    assert "digits right" not in seen.tab.inner_text("#side-panel")
    assert "can be counted on: 0.0 of 16 digits" in seen.tab.inner_text("#digits")
    assert "digits that can be counted on" in seen.tab.inner_text("#legend")


def test_nan_is_no_number_of_digits_in_the_json():
    text = scene_json(Value(math.nan, "x") * 2, digits=True)
    assert "NaN" not in text
