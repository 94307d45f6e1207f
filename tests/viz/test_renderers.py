"""Every renderer draws every kind of picture: its boxes, its texts and the digits in them."""

import random
import re
from functools import cache
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from microgradlike import Value, indeterminate, jit, nn
from tests.engines import BROWSERS
from tests.renderers import (
    RENDERERS,
    SVG,
    alphabet,
    has_ink,
    is_number,
    lines,
    read,
    size,
    specimen,
)
from tests.test_determinism import can_render
from viz import draw
from viz.label import ADVANCE, columns

pytestmark = [
    pytest.mark.looks,
    pytest.mark.skipif(not can_render(), reason="wants Graphviz"),
    pytest.mark.filterwarnings("ignore::microgradlike.IndeterminateWarning"),
]


def backward(y):
    with indeterminate("zero"):
        y.backward()
    return y


def neuron():
    w, x, b = Value(2.0, "w"), Value(-1.06, "x"), Value(0.5, "b")
    return backward((w * x + b).tanh() + 34.89)


def purple():
    x = Value(0.0, "x")
    return backward(1 / (1 / x) + x.sqrt() ** 2)


def nonfinite():
    x = Value(0.0, "x")
    return backward(x.log() * 7 + x * float("nan"))


def network():
    return backward(nn.MLP(2, [4, 1], rng=random.Random(0))([Value(0.5, "x1"), Value(-1.0, "x2")]))


KINDS = {
    "static": lambda: draw(neuron()),
    "from top to bottom": lambda: draw(neuron(), direction="TB"),
    "before the backward pass": lambda: draw(Value(1.5, "x") * 2),
    "indeterminate": lambda: draw(purple()),
    "not finite": lambda: draw(nonfinite()),
    "folded": lambda: draw(network(), depth=1),
    "program": lambda: draw(jit(lambda w, x: (w * x).tanh() + x).program(2.0, 1.0)),
}
READ = ["static", "not finite", "folded"]
ANIMATED = ["static", "folded", "not finite", "from top to bottom"]


@cache
def picture(kind):
    return KINDS[kind]().svg()


@pytest.fixture(params=[r for r in RENDERERS if r.in_ci or r.exists()], ids=lambda r: r.name)
def renderer(request):
    """A renderer; those that CI installs are missed there."""
    if not request.param.exists():
        pytest.skip(f"no {request.param.name}")
    return request.param


@pytest.mark.parametrize("kind", KINDS)
def test_texts_are_in_their_places_and_nothing_is_cut(kind, renderer):
    svg = picture(kind)
    image = renderer.draw(svg)
    width, height = size(svg)
    assert image.shape[1] / image.shape[0] == pytest.approx(width / height, rel=0.01)
    assert [line.text for line in lines(svg) if not has_ink(line, image)] == []
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])
    assert edge.min() > 0.99  # white all around


@pytest.mark.parametrize("kind", READ)
def test_digits_can_be_read(kind, renderer):
    svg = picture(kind)
    image = renderer.draw(svg)
    numbers = [line for line in lines(svg) if is_number(line.text)]
    assert len(numbers) >= 8
    sizes = {line.size for line in numbers}
    letters = {points: alphabet(renderer.draw(specimen(svg, points)), points) for points in sizes}
    wrong = {x.text: read(x, image, letters[x.size]) for x in numbers}
    assert {text: got for text, got in wrong.items() if text != got} == {}


@pytest.mark.parametrize("kind", ANIMATED)
def test_an_animated_picture_is_the_static_one_without_css_animations(kind, renderer):
    made = KINDS[kind]()
    still, animated = renderer.draw(made.svg()), renderer.draw(made.animation())
    for line in lines(made.svg()):
        for k in range(len(line.text)):
            assert np.allclose(line.cell(still, k), line.cell(animated, k), atol=0.02), line
    assert np.mean(np.abs(still - animated)) < 0.002  # borders are drawn twice


@pytest.mark.parametrize("kind", KINDS)
def test_svglib_has_every_text_in_its_place(kind, tmp_path):
    """And no other: it draws none that is not seen, such as the dash under a gradient."""
    svglib = pytest.importorskip("svglib.svglib")
    made = KINDS[kind]()
    height = size(made.svg())[1]
    want = [(x.text, x.x, height - x.y) for x in lines(made.svg())]
    for svg in [made.svg(), *([made.animation()] if kind in ANIMATED else [])]:
        path = tmp_path / "y.svg"
        path.write_text(svg, encoding="utf-8")
        found = [place(line, matrix) for line, matrix in strings(svglib.svg2rlg(str(path)))]
        assert len(found) == len(want)
        for (text, *at), (wanted, *where) in zip(found, want):
            assert (text, at) == (wanted, pytest.approx(where, abs=0.5))


def strings(shape, matrix=(1, 0, 0, 1, 0, 0)):
    """The strings of a drawing of ReportLab that are seen, with the matrix that moves each."""
    a, b, c, d, e, f = matrix
    for part in shape.contents:
        if hasattr(part, "text") and part.fillColor is not None:
            yield part, matrix
        if hasattr(part, "contents"):
            p, q, r, s, t, u = part.transform
            moved = (a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s,
                     a * t + c * u + e, b * t + d * u + f)  # fmt: skip
            yield from strings(part, moved)


def place(line, matrix):
    a, b, c, d, e, f = matrix
    x, y = line.x, line.y
    if line.textAnchor == "middle":
        x -= columns(line.text) * ADVANCE * line.fontSize / 2
    return line.text, a * x + c * y + e, b * x + d * y + f


# browsers

# of each text: its words, and where it begins and ends, in units of the picture
TEXTS = """
const place = (text) => {
  const last = text.getNumberOfChars() - 1;
  const { x, y } = text.getStartPositionOfChar(0);
  const { top, bottom } = text.getBoundingClientRect();
  const frame = text.ownerSVGElement.getBoundingClientRect();
  return [text.textContent, x, y, text.getEndPositionOfChar(last).x,
    (bottom - frame.top) / frame.height, (top - frame.top) / frame.height];
};
const all = (svg) => Array.from(svg.querySelectorAll("text"), place);
const pictures = [...document.querySelectorAll("svg")];
return pictures.map((svg) => {
  const { width, height } = svg.getBoundingClientRect();
  const plays = svg.getAnimations({ subtree: true }).map((a) =>
    [a.animationName, a.effect.getKeyframes().map((frame) => frame.offset)]);
  return { width, height, texts: all(svg), plays };
});
"""
# a style that a page around a picture may have
HOST = """<style>
* { line-height: 3; }
body { font-family: serif; direction: rtl; letter-spacing: 4px; word-spacing: 9px;
  text-transform: uppercase; font-style: italic; font-weight: bold; color: white;
  background: black; }
svg { fill: currentColor; stroke: currentColor; }
</style>"""


@pytest.fixture(params=[b for b in BROWSERS if b.in_ci or b.exists()], ids=lambda b: b.home)
def browser(request):
    """A browser; those that CI installs are missed there."""
    if not request.param.exists():
        pytest.skip(f"no {request.param.home}")
    return request.param


def assert_texts(shown, svg):
    """Every line that is seen has its words, its place and its length."""
    height = size(svg)[1]
    for line, (text, x, y, end, bottom, top) in zip(lines(svg), shown, strict=True):
        assert text == line.text
        length = columns(line.text) * ADVANCE * line.size
        assert end - x == pytest.approx(length, rel=0.04), line
        assert top * height < line.y - 0.5 * line.size < bottom * height, line
        assert (x, y) == pytest.approx((line.x - 4, line.y - (height - 4)), abs=0.6), line


def test_every_kind_of_picture_has_its_texts_in_place_in_any_page(browser):
    pictures = [picture(kind) for kind in KINDS]
    for host in ("", HOST):
        found = browser.evaluate(TEXTS, host + "".join(pictures))
        for svg, shown in zip(pictures, found, strict=True):
            width, height = (side * 4 / 3 for side in size(svg))
            assert shown["height"] / shown["width"] == pytest.approx(height / width, rel=0.01)
            assert_texts(shown["texts"], svg)


def test_a_narrow_page_makes_a_picture_smaller_as_a_whole(browser):
    svg = picture("static")
    width, height = size(svg)
    (shown,) = browser.evaluate(TEXTS, f'<div style="width:200px">{svg}</div>')
    assert shown["width"] == pytest.approx(200, abs=1)
    assert shown["height"] == pytest.approx(200 * height / width, abs=1)


def test_two_animated_pictures_in_one_page_play_as_each_alone(browser):
    made = [KINDS[kind]().animation() for kind in ("static", "folded")]
    alone = [browser.evaluate(TEXTS, svg)[0]["plays"] for svg in made]
    both = [shown["plays"] for shown in browser.evaluate(TEXTS, "".join(made))]
    assert alone == both
    assert all(len(plays) > 5 for plays in alone)
    first, second = ({name for name, _ in plays} for plays in alone)
    assert not first & second


def test_a_picture_names_nothing_but_its_own():
    """Every selector and every name of keyframes begins with the id of the picture."""
    for kind in ANIMATED:
        svg = KINDS[kind]().animation()
        own = ET.fromstring(svg).get("id")
        style = ET.fromstring(svg).find(f"{SVG}style").text
        heads = [line.partition("{")[0] for line in style.splitlines()]
        rules = [head for head in heads if head and head != "}" and not head.startswith("@media")]
        assert all(re.match(rf"(@keyframes |\.){own}-", rule) for rule in rules), rules
