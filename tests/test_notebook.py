"""A lesson runs in a kernel of Jupyter, and its exports show what the cells show."""

import re
import sys
from collections import Counter
from html import unescape

import pytest
from markdown_it import MarkdownIt

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
nbconvert = pytest.importorskip("nbconvert")
pytest.importorskip("ipykernel")

CELLS = {
    "from microgradlike import Value, jit, nn\n"
    "from microgradlike.testing import check_gradients\n"
    "from viz import draw, explain, page, plot_loss\n"
    "x, w = Value(2.0, 'x'), Value(-3.0, 'w')\n"
    "y = (w * x).tanh(); y.label = 'y'; y.backward()\n"
    "y": [{"text/plain"}],
    "draw(y)": [{"image/svg+xml", "image/png", "text/plain"}],
    "explain(y, x)": [{"text/markdown", "text/latex", "text/plain"}],
    "print(explain(y, x))": ["stdout"],
    "page(y)": [{"text/html", "image/png", "text/plain"}],
    "model = nn.MLP(1, [2, 1]); model": [{"text/html", "text/plain"}],
    "data = ([[0.0], [1.0]], [1.0, 2.0])\n"
    "adam = nn.Adam(model.parameters(), lr=0.1)\n"
    "history = nn.fit(model, 'mse', data, optimizer=adam, epochs=300)": [{"text/plain"}],
    "history": [{"image/png", "text/plain"}],
    "plot_loss(history)": [{"image/png", "text/plain"}],
    "%matplotlib inline\nplot_loss(history) ": [{"image/png", "text/plain"}],
    "check_gradients(lambda a: a * a, 3.0)": [{"text/html", "text/plain"}],
    "jit(lambda a: a * a).program(3.0)": [{"text/html", "text/plain"}],
    "v = Value(0.0, 'v')\nz = 1 / (1 / v)\nz.backward()": ["stderr"],
}


def notebook(sources):
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])


@pytest.fixture(scope="module")
def lesson():
    """The executed notebook."""
    lesson = notebook(CELLS)
    nbclient.NotebookClient(lesson, timeout=120, kernel_name="python3").execute()
    return lesson


def outputs(cell):
    return [set(o["data"]) if "data" in o else o["name"] for o in cell["outputs"]]


def test_each_cell_shows_its_last_object_once(lesson):
    assert {cell["source"]: outputs(cell) for cell in lesson["cells"]} == CELLS


def test_the_bar_of_a_training_is_one_line(lesson):
    (bar,) = next(c for c in lesson["cells"] if "nn.fit" in c["source"])["outputs"]
    assert "300/300" in bar["data"]["text/plain"]
    assert "\n" not in bar["data"]["text/plain"]


def test_a_warning_names_the_line_of_the_cell(lesson):
    text = lesson["cells"][-1]["outputs"][0]["text"]
    assert ":3: IndeterminateWarning" in text
    assert text.rstrip().endswith("z.backward()")


def test_an_exported_markdown_holds_the_live_page_and_the_tables(lesson):
    markdown, resources = nbconvert.MarkdownExporter().from_notebook_node(lesson)
    html = MarkdownIt("commonmark", {"html": True}).render(markdown)
    (frame,) = [line for line in html.split("\n") if "<iframe" in line]
    assert unescape(frame.partition('srcdoc="')[2].partition('"')[0]).endswith("</html>\n")
    assert html.count("<table>") == html.count("</table>") == 3
    assert r"$\displaystyle\begin{aligned}" in markdown
    shown = [name for name in resources["outputs"] if f"]({name})" in markdown]
    assert sorted(name.rpartition(".")[2] for name in shown) == ["png", "png", "png", "svg"]


def test_an_exported_page_is_live_and_shows_the_better_form_of_each_object(lesson):
    html, _ = nbconvert.HTMLExporter().from_notebook_node(lesson)
    assert html.count("<iframe") == 1
    assert unescape(html.partition('srcdoc="')[2].partition('"')[0]).endswith("</html>\n")
    classes = Counter(re.findall(r'class="(?:\S* )?jp-Rendered(\w+)', html))
    assert (classes["SVG"], classes["Image"], classes["Markdown"]) == (1, 3, 1)
    assert html.count("<table>") == 3


def test_an_exported_latex_takes_the_picture_of_the_page(lesson):
    latex, resources = nbconvert.LatexExporter().from_notebook_node(lesson)
    assert latex.count(r"\begin{aligned}") == 4
    assert "iframe" not in latex
    assert sum(name.endswith(".png") for name in resources["outputs"]) >= 4


@pytest.mark.skipif(sys.platform == "win32", reason="a kernel is interrupted by a signal")
def test_an_interrupted_cell_keeps_the_model_and_runs_again():
    run = notebook(
        [
            "import _thread\n"
            "from microgradlike import nn\n"
            "model = nn.MLP(1, [2, 1]); before = model.state_dict()\n"
            "adam = nn.Adam(model.parameters(), lr=0.1)\n"
            "data = ([[0.0], [1.0]], [1.0, 2.0])\n"
            "def press_stop(state):\n"
            "    if state.epoch == 5: _thread.interrupt_main()\n"
            "history = nn.fit(model, 'mse', data, optimizer=adam, epochs=10**9,\n"
            "                 callbacks=[press_stop])\n"
            "assert history.interrupted and model.state_dict() != before",
            "history = nn.fit(model, 'mse', data, optimizer=adam, epochs=3)\n"
            "assert not history.interrupted and len(history.losses) == 3",
        ]
    )
    nbclient.NotebookClient(run, timeout=120, kernel_name="python3").execute()
    assert [len(cell["outputs"]) for cell in run["cells"]] == [1, 1]
