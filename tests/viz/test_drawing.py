"""Drawing: a picture in a notebook or a file."""

import base64
import os
import re
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import graphviz
import pytest

from microgradlike import Value, nn
from tests import ROOT
from viz import Drawing, RenderError, draw, draw_dot, page
from viz.dot.render import render
from viz.scene.scene import scene


def square():
    x = Value(3.0, "x")
    y = x * x
    y.backward()
    return y


@pytest.fixture
def no_graphviz(monkeypatch):
    def render(source, kind="svg"):
        raise RenderError("there is no Graphviz here")

    monkeypatch.setattr("viz.dot.drawing.render", render)


@pytest.mark.parametrize(
    ("suffix", "start"),
    [(".svg", b"<svg"), (".PNG", b"\x89PNG"), (".pdf", b"%PDF"), (".dot", b"digraph")],
)
def test_a_picture_is_saved_as_its_suffix_says(tmp_path, suffix, start):
    path = tmp_path / f"y{suffix}"
    assert draw(square()).save(path) == path
    assert path.read_bytes().startswith(start)
    assert list(tmp_path.iterdir()) == [path]


def test_a_path_may_be_a_str(tmp_path):
    assert draw(square()).save(str(tmp_path / "y.dot")) == tmp_path / "y.dot"


@pytest.mark.parametrize(
    ("name", "better"),
    [("y", "y"), ("q.gif", "q"), ("y.svgz", "y"), (".svg", "y"), ("loss", "loss")],
)
def test_another_suffix_is_refused(tmp_path, name, better):
    way_out = rf"end in \.svg, \.png, \.pdf or \.dot, got .*name it {better}\.svg$"
    with pytest.raises(ValueError, match=way_out):
        draw(square()).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_the_old_file_as_it_was(tmp_path, no_graphviz):
    path = tmp_path / "y.svg"
    path.write_text("old")
    with pytest.raises(RenderError):
        draw(square()).save(path)
    assert path.read_text() == "old"


def test_a_place_that_cannot_be_written_leaves_nothing_behind(tmp_path):
    (tmp_path / "y.dot").mkdir()
    with pytest.raises(OSError, match=r"y\.dot"):
        draw(square()).save(tmp_path / "y.dot")
    assert [p.name for p in tmp_path.iterdir()] == ["y.dot"]


def test_a_missing_folder_is_named_with_the_path_and_the_way_out(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no folder .*nowhere; create it first") as caught:
        draw(square()).save(tmp_path / "nowhere" / "y.dot")
    assert caught.value.filename == str(tmp_path / "nowhere" / "y.dot")


def test_show_opens_the_picture_in_the_browser(monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    path = draw(square()).show()
    assert opened == [path.as_uri()]
    assert path.read_text().startswith("<svg")
    monkeypatch.setattr("webbrowser.open", lambda url: False)
    with pytest.raises(RuntimeError, match=r"no browser to open the picture in; it is at .*y\.svg"):
        draw(square()).show()


def test_show_in_pyodide_names_the_file_and_opens_nothing(monkeypatch):
    monkeypatch.setattr("sys.platform", "emscripten")
    monkeypatch.setattr("webbrowser.open", lambda url: pytest.fail("a path of Pyodide's own files"))
    with pytest.raises(RuntimeError, match=r"the picture is at .*y\.svg .* of Pyodide") as caught:
        draw(square()).show()
    path = re.search(r"at (\S+)", str(caught.value))[1]
    assert Path(path).read_text(encoding="utf-8").startswith("<svg")


def test_show_puts_the_picture_below_the_cell_of_a_notebook(monkeypatch):
    shown = []
    kernel = SimpleNamespace(kernel=None)
    display = SimpleNamespace(display=shown.append)
    notebook = SimpleNamespace(get_ipython=lambda: kernel, display=display)
    monkeypatch.setitem(sys.modules, "IPython", notebook)
    picture = draw(square())
    assert picture.show() is None
    assert shown == [picture]


def test_an_animated_picture_plays_wherever_it_is_shown(tmp_path):
    picture = draw(square(), animated=True)
    assert "@keyframes" in picture.svg()
    assert "@keyframes" in picture._repr_mimebundle_()["image/svg+xml"]
    assert picture.save(tmp_path / "y.svg").read_text() == picture.animation()
    assert draw(square()).save(tmp_path / "y.svg", animated=True).read_text() == picture.svg()
    with pytest.raises(ValueError, match=r"only an \.svg can be animated"):
        picture.save(tmp_path / "y.png")
    with pytest.raises(ValueError, match=r"no backward pass to play: call \.backward\(\)"):
        draw(Value(1.0) * 2, animated=True)


def test_a_notebook_gets_svg_a_png_for_viewers_that_trust_no_svg_and_text():
    bundle = draw(square())._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "image/png", "text/plain"}
    ET.fromstring(bundle["image/svg+xml"])
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")
    assert bundle["text/plain"] == '<Drawing of 2 nodes; .save("y.svg") writes it>'


def test_marimo_gets_the_best_form_of_a_picture_and_a_page():
    y = square()
    drawing, made = draw(y), page(y)
    assert drawing._mime_() == ("image/svg+xml", drawing.svg())
    assert made._mime_() == ("text/html", made._repr_mimebundle_()["text/html"])


def test_the_png_of_a_wide_picture_stays_small():
    chain = Value(1.0)
    for _ in range(60):
        chain = chain.tanh()
    png = base64.b64decode(draw(chain)._repr_mimebundle_()["image/png"])
    assert 1100 <= int.from_bytes(png[16:20], "big") <= 1210
    assert len(png) < 300_000


def test_a_graphviz_without_png_leaves_the_svg(monkeypatch):
    monkeypatch.setattr(
        "viz.dot.drawing.render",
        lambda source, kind="svg": render(source, kind if kind == "svg" else "nothing"),
    )
    assert set(draw(square())._repr_mimebundle_()) == {"image/svg+xml", "text/plain"}


def test_a_notebook_without_graphviz_gets_text(no_graphviz):
    bundle = draw(square())._repr_mimebundle_(include=None, exclude=None)
    assert bundle == {
        "text/plain": '<Drawing of 2 nodes; .save("y.svg") writes it>\nthere is no Graphviz here'
    }


def test_a_drawing_holds_the_numbers_of_its_moment():
    y = square()
    picture = draw(y)
    before = picture.source
    y.operands[0].data = 123.0
    assert picture.source == before
    assert ">123<" not in picture.svg()
    assert ">3<" in picture.svg()


def test_svg_is_rendered_once(monkeypatch):
    picture = draw(square())
    first = picture.svg()
    monkeypatch.setattr("viz.dot.drawing.render", None)
    assert picture.svg() is first


def test_repr_says_what_was_folded():
    model = nn.MLP(2, [2, 1])
    picture = draw(model([Value(1.0), Value(2.0)]), depth=0)
    assert repr(picture).splitlines()[1:] == list(picture.scene.notes)
    assert len(picture.scene.notes) == 2


def test_focus_is_a_value_of_the_graph():
    x = Value(3.0, "x")
    y = ((x * 2).exp() + 1).log()
    picture = draw(y, focus=x, hops=1)
    assert [n.name for n in picture.scene.nodes][:3] == ["x", "2", "v2"]
    with pytest.raises(ValueError, match=r"3\.0.* is not in this graph.*choose a node"):
        draw(y, focus=Value(3.0))
    with pytest.raises(TypeError, match="focus must be a Value, got 3 of type int; pass"):
        draw(y, focus=3)


@pytest.mark.parametrize(
    ("arguments", "options", "error"),
    [
        ((3.0,), {}, TypeError),
        ((Value(1.0),), {"direction": "up"}, ValueError),
        ((Value(1.0),), {"max_nodes": 0}, ValueError),
        ((Value(1.0),), {"depth": "all"}, TypeError),
        ((Value(1.0), "LR"), {}, TypeError),
    ],
)
def test_a_wrong_argument_is_refused_before_anything_is_rendered(
    arguments, options, error, no_graphviz
):
    with pytest.raises(error):
        draw(*arguments, **options)


def test_draw_dot_is_a_digraph_as_micrograds_notebook_makes_it():
    dot = draw_dot(square(), format="png", rankdir="TB")
    assert isinstance(dot, graphviz.Digraph)
    assert dot.format == "png"
    assert "rankdir=TB" in dot.source
    assert all(line in dot.source for line in draw(square(), direction="TB").source.splitlines())


@pytest.mark.parametrize("options", [{"rankdir": "up"}, {"format": "nothing"}])
def test_draw_dot_refuses_another_option(options):
    with pytest.raises(ValueError, match=r"up|nothing"):
        draw_dot(square(), **options)


PROGRAM = """
import hashlib, random
from microgradlike import Value, nn
from viz import draw
random.seed(7)
y = (nn.MLP(2, [3, 1])([Value(1.0, "x"), Value(-2.0)]) - 1) ** 2
y.backward()
for options in ({}, {"depth": 1}, {"focus": y.operands[0], "hops": 3}, {"max_nodes": 20}):
    picture = draw(y, **options)
    print(hashlib.sha256((picture.source + picture.svg()).encode()).hexdigest())
"""


def test_the_bytes_do_not_depend_on_the_hash_seed():
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={"PYTHONHASHSEED": str(seed), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in (0, 1, 2)
    }
    assert len(outputs) == 1
    assert len(outputs.pop().split()) == 4


@pytest.mark.parametrize("direction", ["LR", "TB", "RL", "BT"])
def test_a_drawing_of_a_scene_is_its_dot(direction):
    y = square()
    assert Drawing(scene(y), direction=direction).source == draw(y, direction=direction).source


@pytest.mark.skipif(sys.platform == "win32", reason="pipes with a name are POSIX's")
def test_a_picture_replaces_no_pipe(tmp_path):
    os.mkfifo(tmp_path / "y.dot")
    with pytest.raises(OSError, match=r"this is a named pipe.*; print\(drawing\.source\) or"):
        draw(square()).save(tmp_path / "y.dot")
    assert stat.S_ISFIFO((tmp_path / "y.dot").stat().st_mode)
