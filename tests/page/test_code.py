"""The code beside the graph: the lines that made it, lit as the steps go."""

import json
import sys

import numpy as np
import pytest

from microgradlike import Value, nn, tanh, trace_lines
from tests.page.browser import browser as browser, opened as opened  # fixtures
from tests.page.test_accessibility import OPTIONS
from viz import draw, page, scene_json, watch
from viz.page.code import LONGEST, LONGEST_NAME, code
from viz.page.source import modules
from viz.scene.scene import scene

SOURCE = """import math


def neuron(w, x):
    z = w * x
    return z.tanh()


{}
def loss(w, x):
\th = neuron(w, x)
\treturn (h - 1) ** 2
"""
LIT = """() => [...document.querySelectorAll("[aria-current=step] span")].map((part) =>
  part.textContent.trim())"""


@pytest.fixture
def loss(tmp_path, monkeypatch):
    """The function `loss` of a module with long, strange and distant lines."""
    strange = "# </script><img src=x onerror=alert(1)>\u202e\x00 " + "long " * 100
    middle = "\n".join(["", *["# far"] * 20, strange.replace("\x00", "")])
    (tmp_path / "lesson_of_lines.py").write_text(SOURCE.replace("{}", middle), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    import lesson_of_lines

    yield lesson_of_lines.loss
    del sys.modules["lesson_of_lines"]


def code_of(y):
    return json.loads(scene_json(y)).get("code")


def traced(loss):
    with trace_lines():
        return loss(Value(2.0, "w"), Value(0.5, "x"))


def test_the_columns_have_the_lines_and_those_around(loss):
    code = code_of(traced(loss))
    assert code["files"] == ["test_code.py", "lesson_of_lines.py"]
    own = [i for i, file in enumerate(code["file"]) if file == 1]
    numbers = [code["number"][i] for i in own]
    assert numbers == [*range(2, 10), *range(30, 34)]
    assert code["text"][own[3]] == "    z = w * x"
    made = [code["text"][row] for row in code["node"]]
    assert [text.strip() for text in made[2:]] == [
        "z = w * x",
        "return z.tanh()",
        *["return (h - 1) ** 2"] * 4,
    ]


def test_a_line_is_short_and_harmless_and_has_no_folder(loss, tmp_path):
    y = traced(loss)
    text = page(y).html
    strange = next(t for t in code_of(y)["text"] if "onerror" in t)
    assert len(strange) == LONGEST
    assert "\u202e" not in strange
    assert "<img src=x" not in text
    assert str(tmp_path) not in text
    assert "\\t" not in scene_json(y)


def test_text_that_is_run_has_numbers_of_lines_and_no_source():
    space = {"x": Value(2.0)}
    with trace_lines():
        exec("\ny = x * 2", space)
    code = code_of(space["y"])
    assert (code["files"], code["number"], code["text"]) == (["<string>"], [2], [None])
    assert code["node"] == [-1, 0, 0]


def test_a_page_without_lines_has_no_byte_of_them():
    y = Value(2.0, "x") * 3
    html = page(y).html
    assert code_of(y) is None
    assert "code/code.js" not in modules()
    assert not [trace for trace in ("CodePanel", "code-line", '"code":') if trace in html]


def test_a_training_has_none():
    with trace_lines():
        net = nn.MLP(2, [1])
        run = watch(net, data=([[0.0, 1.0]], [1.0]), loss="mse")
        run.record()
        assert "code-line" not in page(run).html


def test_a_function_is_run_on_values_named_after_its_parameters(loss):
    for made in (page(loss, (2.0, 0.5)), page(loss, {"x": 0.5, "w": 2.0})):
        assert {n.name: n.data for n in made.scene.nodes[:2]} == {"w": 2.0, "x": 0.5}
        assert "lesson_of_lines.py" in made.html
    made = page(lambda w, x, *rest: sum(w) * x[0] + rest[0], ([1.0, 2.0], (3.0,), Value(1.0, "b")))
    names = {n.name for n in made.scene.nodes if n.role == "input"}
    assert names == {"w[0]", "w[1]", "x[0]", "b"}
    assert page(tanh, (0.5,), step="start").scene.nodes[-1].op == "tanh"


def code_made(file):
    """The columns of the code of a result that is made in a file of that name."""
    names = {"Value": Value}
    with trace_lines():
        exec(compile("y = Value(1.0) * 2", file, "exec"), names)
    return code(scene(names["y"]).nodes)


def test_arrays_and_dicts_of_numbers_become_values_too():
    def f(x, c, **more):
        return (x * x).sum() * c + more["b"] * more["d"]["e"]

    made = page(f, {"x": np.array([1.0, 2.0]), "c": np.array(3.0), "b": 4, "d": {"e": 5.0}})
    names = {n.name for n in made.scene.nodes if n.role == "input"}
    assert names == {"x[0]", "x[1]", "c", "more['b']", "more['d']['e']"}
    assert made.scene.nodes[-1].data == 35.0
    kinds = np.array(["a", "b"])
    assert page(lambda x, kinds: x * len(kinds[0]), (2.0, kinds)).scene.nodes[-1].data == 2.0
    assert page(lambda x: np.exp(x).sum(), (np.array([0.0, 0.0]),)).scene.nodes[-1].data == 2.0


def test_the_name_of_a_file_is_shown_safely_and_short():
    assert code_made("\u202e\x01</script>.py")["files"] == ["script>.py"]
    assert code_made("\u202e\x01.py")["files"] == ["��.py"]
    assert len(code_made("a" * 500)["files"][0]) == LONGEST_NAME


def test_arguments_that_do_not_fit_are_named():
    def f(w, x):
        return w.data

    with pytest.raises(TypeError, match=r"arguments of f as a tuple, got None; write page\(f, \("):
        page(f)
    with pytest.raises(TypeError, match=r"cannot call f: missing a required argument: 'x'"):
        page(f, (1.0,))
    with pytest.raises(TypeError, match=r"cannot call f: .*'y'"):
        page(f, {"w": 1.0, "x": 1.0, "y": 1.0})
    with pytest.raises(TypeError, match=r"cannot call max: .*; write a lambda around it"):
        page(max, (1.0, 2.0))
    with pytest.raises(TypeError, match=r"the result of f must be a Value, got 1\.0"):
        page(f, (1.0, 2.0))


def test_a_tooltip_names_the_line(loss):
    assert "lesson_of_lines.py, line 5" in draw(traced(loss)).svg()


@pytest.mark.looks
def test_lines_are_lit_and_lead_to_nodes_and_back(opened, loss):
    seen = opened(page(loss, (2.0, 0.5), digits=True))
    lit = []
    for position in (0, 1, 2, 5, 9):
        seen.evaluate(f"microgradlike.session.player.go({position})")
        lit.append(seen.evaluate(LIT))
    assert lit == [
        [],
        ["▶", "5", "z = w * x", "1"],
        ["▶", "6", "return z.tanh()", "0.7616"],
        ["◀", "33", "return (h - 1) ** 2", "0.05684  grad +1"],
        ["◀", "5", "z = w * x", "1  grad −0.2002"],
    ]
    seen.tab.click("text=return z.tanh()")
    chosen = "microgradlike.session.graph.ops[microgradlike.session.graph.op["
    assert seen.evaluate(chosen + "microgradlike.session.overlay.selected.node]]") == "tanh"
    assert "return z.tanh()" in seen.tab.text_content(".code-line.marked")
    seen.evaluate("microgradlike.session.deselect()")
    assert seen.tab.query_selector(".code-line.marked") is None
    seen.evaluate("microgradlike.session.hover(microgradlike.session.view.boxOfNode(2).id)")
    assert "z = w * x" in seen.tab.text_content(".code-line.marked")
    box = seen.evaluate(
        "(() => { const c = document.querySelector('.code');"
        "return [c.scrollWidth > c.clientWidth, document.body.scrollWidth]; })()"
    )
    assert box == [True, seen.evaluate("innerWidth")]
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe").Axe()
    assert axe.run(seen.tab, options=OPTIONS).response["violations"] == []


@pytest.mark.looks
def test_a_line_of_a_folded_network_marks_its_boxes(opened):
    with trace_lines():
        net = nn.MLP(2, [8, 8, 1])
        y = net([1.0, 2.0])
    seen = opened(page(y), viewport={"width": 390, "height": 800}, has_touch=True)
    seen.tab.locator("button.code-line", has_text="y = net(").click()
    found = seen.tab.text_content("#found")
    assert found.startswith("1 of ")
    seen.tab.locator("button.code-line", has_text="y = net(").click()
    assert seen.tab.text_content("#found") == found.replace("1", "2", 1)
    assert seen.evaluate("document.querySelectorAll('.halo.match').length") > 0
    assert seen.evaluate("document.documentElement.scrollWidth") == 390
