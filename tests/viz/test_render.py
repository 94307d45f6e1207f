"""Render: Graphviz in a child process."""

import importlib.util
import os
import shutil
import stat
import sys

import pytest

from microgradlike import Value
from viz import draw
from viz.dot import render as module
from viz.dot.render import RenderError, lend_graphviz, render

SOURCE = 'digraph { a [label=<<TABLE><TR><TD PORT="p">x</TD></TR></TABLE>>] a -> b:n }'
STARTS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}


@pytest.fixture(params=["dot", "wheel"])
def engine(request, monkeypatch):
    """Graphviz as `dot` on PATH, and as the wheel alone."""
    if request.param == "dot":
        if shutil.which("dot") is None:
            pytest.skip("there is no dot on PATH")
    else:
        monkeypatch.setenv("PATH", "")
        assert importlib.util.find_spec("pygraphviz"), "the extra test brings pygraphviz"
    return request.param


@pytest.mark.parametrize("kind", STARTS)
def test_each_kind_is_rendered(engine, kind):
    assert render(SOURCE, kind).startswith(STARTS[kind])


def test_the_same_text_gives_the_same_svg(engine):
    assert render(SOURCE) == render(SOURCE)


def test_a_text_with_a_syntax_error_is_a_render_error(engine):
    with pytest.raises(RenderError, match="Graphviz failed"):
        render("this is no graph")


def test_with_neither_both_remedies_are_named(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RenderError) as caught:
        render(SOURCE)
    for remedy in ("install it", 'pip install "microgradlike[dot]"', '.save("y.dot")'):
        assert remedy in str(caught.value)


def test_another_kind_is_refused():
    with pytest.raises(ValueError, match="svg, png, pdf, got 'gif'"):
        render(SOURCE, "gif")


@pytest.fixture
def no_wheel(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)


def program(directory, text):
    """A program named dot, first on PATH."""
    path = directory / "dot"
    path.write_text(f"#!{sys.executable}\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(directory)


needs_scripts = pytest.mark.skipif(os.name != "posix", reason="a script with #! is a program")


@needs_scripts
def test_a_layout_that_takes_too_long_is_ended_and_says_how_to_fold(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", program(tmp_path, "import time; time.sleep(60)"))
    with pytest.raises(RenderError) as caught:
        render(SOURCE, seconds=0.2)
    assert str(caught.value).startswith("Graphviz needs more than 0.2 s for this picture")
    for way_out in ("depth=1", "max_nodes=100", "focus="):
        assert way_out in str(caught.value)


@needs_scripts
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import sys; sys.exit('no such font')", "failed with code 1: no such font"),
        ("import sys; sys.exit(3)", "failed with code 3: no message"),
        ("", "failed with code 0: no message"),
    ],
)
def test_a_failure_tells_what_graphviz_said(tmp_path, monkeypatch, no_wheel, text, message):
    monkeypatch.setenv("PATH", program(tmp_path, text))
    with pytest.raises(RenderError) as caught:
        render(SOURCE)
    assert message in str(caught.value)


@needs_scripts
def test_a_dot_that_does_not_start_is_a_render_error(tmp_path, monkeypatch, no_wheel):
    directory = program(tmp_path, "")
    (tmp_path / "dot").write_text("#!/nowhere/at/all\n")
    monkeypatch.setenv("PATH", directory)
    with pytest.raises(RenderError, match="Graphviz does not start"):
        render(SOURCE)


def test_a_file_named_pygraphviz_in_the_working_directory_is_not_run(tmp_path, monkeypatch):
    (tmp_path / "pygraphviz.py").write_text("raise SystemExit('somebody else')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    assert render(SOURCE).startswith(b"<?xml")


@needs_scripts
@pytest.mark.parametrize(
    "first_line", ["#!/nowhere/at/all", f"#!{sys.executable}\nraise SystemExit(1)"]
)
def test_a_broken_dot_is_tried_once_and_the_wheel_draws(tmp_path, monkeypatch, first_line):
    monkeypatch.setattr("viz.dot.render.BROKEN", set())
    monkeypatch.setenv("PATH", program(tmp_path, ""))
    path = tmp_path / "dot"
    path.write_text(f"{first_line}\n")
    assert render(SOURCE).startswith(b"<?xml")
    path.write_text(f"#!{sys.executable}\nprint('<?xml of the other dot')\n")
    assert b"other" not in render(SOURCE)


@needs_scripts
def test_a_broken_dot_is_tried_again_where_there_is_no_wheel(tmp_path, monkeypatch, no_wheel):
    monkeypatch.setenv("PATH", program(tmp_path, "print('<?xml mended')"))
    monkeypatch.setattr("viz.dot.render.BROKEN", {shutil.which("dot")})
    assert render(SOURCE) == b"<?xml mended\n"


@needs_scripts
def test_a_text_that_neither_can_draw_breaks_no_program(tmp_path, monkeypatch):
    broken = set()
    monkeypatch.setattr("viz.dot.render.BROKEN", broken)
    monkeypatch.setenv("PATH", program(tmp_path, "import sys; sys.exit('syntax error in line 1')"))
    with pytest.raises(RenderError, match=r"code 1: syntax error in line 1; from \S+dot$"):
        render("this is no graph")
    assert not broken


@pytest.fixture
def lent(monkeypatch):
    """Graphviz as a page lends it: a function, and nothing on this machine."""
    monkeypatch.setattr(module, "LENT", [])
    monkeypatch.setenv("PATH", "")
    return lend_graphviz


def test_a_picture_by_a_lent_graphviz_is_cleaned_as_any_other(monkeypatch):
    y = Value(3.0, "x") * 2
    by_dot = draw(y).svg()
    raw = render(draw(y).source).decode()
    monkeypatch.setattr(module, "LENT", [])
    lend_graphviz(lambda source: raw)
    assert draw(y).svg() == by_dot


def test_a_lent_graphviz_draws_svg_alone(lent):
    lent(lambda source: "<svg/>")
    assert render(SOURCE) == b"<svg/>"
    with pytest.raises(RenderError, match="only SVG in a page, not png"):
        render(SOURCE, "png")


@pytest.mark.parametrize("text", ["", "junk"])
def test_what_a_lent_graphviz_gives_is_svg(lent, text):
    lent(lambda source: text)
    with pytest.raises(RenderError, match=f"failed in the page: it gave '{text}' instead of SVG"):
        render(SOURCE)


def test_what_a_lent_graphviz_raises_is_a_render_error(lent):
    lent(lambda source: 1 // 0)
    with pytest.raises(RenderError, match=r"failed in the page: .*zero"):
        render(SOURCE)
