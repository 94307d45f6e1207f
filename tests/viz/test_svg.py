"""Svg: Graphviz's SVG, cleaned for a page."""

import json
import random
import re
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, strategies as st

from microgradlike import Value, nn
from tests import ROOT
from viz.dot.dot import to_dot
from viz.dot.drawing import draw
from viz.dot.render import render
from viz.dot.svg import KEPT, clean
from viz.fold.fold import fit
from viz.label import ADVANCE, columns
from viz.scene.scene import scene

RAW = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<!-- made by hand -->
<svg width="9pt" height="9pt" viewBox="0 0 9 9" xmlns="http://www.w3.org/2000/svg"
 xmlns:xlink="http://www.w3.org/1999/xlink" onload="alert(1)">
<script>alert(1)</script>
<g id="graph0" class="graph"><title>microgradlike</title>
<g id="node1" class="node"><title>n1</title><a xlink:href="x"><text x="1">gone</text></a>
<polygon fill="none" stroke="transparent" points="0,0" onclick="alert(1)"/>
<text x="1" y="2" font-family="Times" font-size="10.00">two  words </text><text/></g>
<g id="e0" class="edge"><title>n1:e-&gt;n2:w</title></g>
<g id="nothing" class="node"/>
</g></svg>"""


def finished(source="digraph {}", titles=None):
    return ET.fromstring(clean(RAW.encode(), source, titles or {}))


def local(element):
    return element.tag.removeprefix("{http://www.w3.org/2000/svg}")


def test_only_known_elements_and_attributes_are_left():
    added = {"textLength", "lengthAdjust", "id", "style", "role", "aria-label"}
    for element in finished().iter():
        assert set(element.attrib) <= KEPT[local(element)] | added
    assert "alert" not in clean(RAW.encode(), "", {})
    assert "transparent" not in clean(RAW.encode(), "", {})  # no color of SVG 1.1
    assert "gone" not in clean(RAW.encode(), "", {})


def test_text_is_pinned_to_the_length_of_the_layout():
    text = next(e for e in finished().iter() if local(e) == "text")
    assert text.text == "two words"
    assert float(text.get("textLength")) == pytest.approx(9 * ADVANCE * 10, abs=0.05)


def test_two_pictures_have_no_id_in_common_and_the_same_one_the_same():
    ids = [
        {e.get("id") for e in finished(source).iter() if e.get("id")} for source in ("a", "b", "a")
    ]
    assert ids[0] == ids[2]
    assert len(ids[0]) == 5
    assert not ids[0] & ids[1]


def test_titles_take_the_place_of_names_in_the_text():
    found = [
        e.text for e in finished(titles={"n1": "<x>", "e0": "dy/dx"}).iter() if local(e) == "title"
    ]
    assert found == ["<x>", "dy/dx"]


def test_a_picture_fits_its_column():
    root = finished()
    assert root.get("viewBox") == "0 0 9 9"
    assert "max-width:100%" in root.get("style")


def test_a_picture_has_a_size_that_every_renderer_takes():
    """Pixels, and in its style no height for the renderers that know only numbers there."""
    root = finished()
    assert (root.get("width"), root.get("height")) == ("12", "12")  # 9 points
    assert not re.search(r"(^|;)\s*(width|height):", root.get("style"))


def test_a_picture_inherits_nothing_that_would_change_its_text():
    style = finished().get("style")
    names = ("fill", "stroke", "direction", "letter-spacing", "word-spacing", "text-transform")
    for name in (*names, "font-style", "font-weight"):
        assert re.search(rf"(^|;){name}:", style), name
    assert re.search("font-family:'DejaVu Sans Mono',.*,monospace$", style)  # known to all: first


@given(st.lists(st.floats(), min_size=1, max_size=4))
def test_every_text_of_a_drawing_is_pinned(numbers):
    y = sum(map(Value, numbers)) + 1
    drawing = draw(y)
    # without Graphviz: the DOT text stands for it, its labels as text
    cells = "".join(f"<text font-size='9'>{n.name}</text>" for n in drawing.scene.nodes)
    raw = f"<svg xmlns='http://www.w3.org/2000/svg'>{cells}</svg>".encode()
    texts = list(ET.fromstring(clean(raw, drawing.source, {})))
    assert len(texts) == len(drawing.scene.nodes)
    assert all(
        float(t.get("textLength")) == pytest.approx(columns(t.text) * ADVANCE * 9, abs=0.05)
        for t in texts
    )


def boxes(svg):
    """Each text in a node: its node's left, its own ends in a monospace font, its node's right."""
    for group in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}g"):
        outlines = " ".join(x.get("points") or x.get("d") or "" for x in group)
        xs = [float(x) for x in re.findall(r"(-?[\d.]+),", outlines)]
        if group.get("class") != "node" or not xs:  # the title of a frame has no box
            continue
        for text in group.iter("{http://www.w3.org/2000/svg}text"):
            left = float(text.get("x"))
            width = columns(text.text or "") * ADVANCE * float(text.get("font-size"))
            yield text.text, min(xs), left, left + width, max(xs)


def pictured():
    """DOT texts with all kinds of boxes: names, flags, folds, and both directions."""
    x, w = Value(2.0, "a_rather_long_name_of_a_leaf"), Value(1e-12, "größe 重み")
    y = (w * x + 0.5).tanh() * x.log() - Value(-1.0, "z").log() * 123456.789
    y.backward()
    model = nn.MLP(2, [4, 4, 1], rng=random.Random(0))
    z = model([x, w]) ** 2
    z.backward()
    shots = [scene(y), scene(z), fit(scene(z), depth=1), fit(scene(z), depth=0)]
    return [to_dot(shot, direction=way) for shot in shots for way in ("LR", "TB")]


def spilled(svg):
    return [box for box in boxes(svg) if not box[1] <= box[2] < box[3] <= box[4]]


@pytest.mark.parametrize("font", ["monospace", "Times", "Helvetica"])
def test_a_text_stays_in_its_box_whatever_font_graphviz_assumes(font):
    for text in pictured():
        svg = render(text.replace("monospace", font), "svg").decode()
        assert len(list(boxes(svg))) > 5
        assert spilled(svg) == []


WASM = """
import { createRequire } from "node:module";
const found = createRequire(`${process.argv.at(-1)}/package.json`);
const { Graphviz } = await import(found.resolve("@hpcc-js/wasm-graphviz"));
let text = "";
for await (const part of process.stdin) text += part;
const graphviz = await Graphviz.load();
console.log(JSON.stringify(JSON.parse(text).map((dot) => graphviz.dot(dot))));
"""


@pytest.mark.looks
def test_a_text_stays_in_its_box_in_graphviz_for_the_browser():
    if shutil.which("node") is None or not Path(ROOT, "node_modules", "@hpcc-js").exists():
        pytest.skip("no node, or no @hpcc-js/wasm-graphviz in node_modules: npm install")
    command = ["node", "--input-type=module", "-e", WASM, str(ROOT)]
    done = subprocess.run(
        command, input=json.dumps(pictured()), capture_output=True, text=True, check=True
    )
    pictures = json.loads(done.stdout)
    assert len(pictures) == len(pictured())
    for svg in pictures:
        assert spilled(svg) == []
