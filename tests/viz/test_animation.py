"""Animation: the backward pass as SVG and CSS, from the first step to the last."""

import re
from xml.etree import ElementTree as ET

import pytest

from microgradlike import Value
from tests.test_determinism import can_render
from viz import draw

pytestmark = pytest.mark.skipif(not can_render(), reason="wants Graphviz")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def drawing():
    a, b = Value(2.0, "a"), Value(-3.0, "b")
    y = a * b + a
    y.label = "y"
    y.backward()
    return draw(y)


def steps(element):
    """The classes of an element that belong to a step, with the step's number."""
    return re.findall(r"\bg[0-9a-f]{10}-(from|until|push)(\d+)\b", element.get("class", ""))


def is_of(element, kind):
    """True for what appears at a step ("from"), or is there until then ("until")."""
    return any(found == kind for found, _ in steps(element))


def classes(root):
    return [found for element in root.iter() for found in steps(element)]


def test_a_node_a_step_in_the_order_of_the_backward_pass(drawing):
    root = ET.fromstring(drawing.animation())
    found = classes(root)
    assert {k for kind, k in found if kind == "from"} == {"0", "1", "2", "3"}
    assert found.count(("push", "0")) == 2  # y hands on to a · b and to a
    assert found.count(("push", "1")) == 2
    texts = [e for e in root.iter(SVG + "text") if is_of(e, "from")]
    shown = {steps(e)[0][1]: e.text for e in texts}
    assert shown == {"0": "+1", "1": "+1", "2": "+2", "3": "−2"}


def test_until_its_step_a_gradient_is_a_dash_and_the_fill_white(drawing):
    root = ET.fromstring(drawing.animation())
    texts = [e.text for e in root.iter(SVG + "text") if is_of(e, "until")]
    assert texts == ["–"] * 4
    for group in root.iter(SVG + "g"):
        fills = [e for e in group if is_of(e, "from") and e.tag != SVG + "text"]
        for fill in fills:
            before = list(group)[list(group).index(fill) - 1]
            assert before.get("fill") == "#ffffff"
            assert before.get("d") == fill.get("d")
            assert before.get("points") == fill.get("points")


def test_it_is_css_without_a_script_and_stands_still_for_who_wants_that(drawing):
    text = drawing.animation()
    assert "<script" not in text
    assert "prefers-reduced-motion" in text
    assert re.search(r"@keyframes g\w{10}-from0\{", text)
    animated = re.findall(r"^\.\S+.*animation:", text, re.MULTILINE)
    media = text[text.index("@media (prefers-reduced-motion:no-preference){") : text.index("\n}\n")]
    assert len(animated) == media.count("animation:") == 12


def test_a_dash_has_no_fill_of_its_own(drawing):
    """A renderer without CSS animations would draw it through the number that takes its place."""
    root = ET.fromstring(drawing.animation())
    dashes = [e for e in root.iter(SVG + "text") if is_of(e, "until")]
    assert [e.get("fill") for e in dashes] == ["none"] * 4


def test_the_last_frame_is_the_picture_as_it_is(drawing):
    def words(svg, left_out):
        return [e.text for e in ET.fromstring(svg).iter(SVG + "text") if not is_of(e, left_out)]

    assert words(drawing.animation(), "until") == words(drawing.svg(), "until")


def test_save_animates_an_svg_and_nothing_else(drawing, tmp_path):
    path = drawing.save(tmp_path / "y.svg", animated=True)
    assert path.read_text(encoding="utf-8") == drawing.animation()
    with pytest.raises(ValueError, match=r"only an \.svg .*; name it y.svg"):
        drawing.save(tmp_path / "y.png", animated=True)


def test_without_a_backward_pass_there_is_nothing_to_play():
    with pytest.raises(ValueError, match=r"call \.backward\(\) on the result"):
        draw(Value(1.0) * 2).animation()


@pytest.mark.parametrize("label", ["</style>", "e0", "n1", "from0", "–", "grad", "+1"])
def test_no_label_gets_in_the_way(label):
    a = Value(2.0, label)
    y = a * a + 1
    y.backward()
    root = ET.fromstring(draw(y).animation())
    assert {k for kind, k in classes(root) if kind == "from"} == {"0", "1", "2"}
    assert root.find(SVG + "style").text.count("@keyframes") == 9


def test_a_gradient_of_minus_0_is_revealed_with_its_sign():
    x = Value(1.0, "x")
    y = (x * 2.0) * -0.0
    y.backward()
    root = ET.fromstring(draw(y).animation())
    texts = [e.text for e in root.iter(SVG + "text") if "-from" in e.get("class", "")]
    assert sorted(texts) == ["+1", "0", "−0"]
