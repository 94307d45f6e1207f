"""A session: cells that share one namespace, and the messages of what they show."""

import json
import shutil
import subprocess
import warnings

import pytest

from microgradlike import Value
from tests import ROOT
from tests.docs.modules import module
from viz import explain

live = module("docs/_static/live/session.py")


@pytest.fixture
def shown():
    """Runs a cell; returns its messages, and the name of its error at the end."""
    messages = []
    session = live.Session(lambda text: messages.append(json.loads(text)), {"__name__": "main"})

    def run(code, number=1):
        messages.clear()
        error = session.run(code, number)
        return [*messages, error]

    return run


def test_cells_share_their_names_and_show_the_last_expression(shown):
    assert shown("x = 3\nx + 1")[0]["bundle"] == {"text/plain": "4"}
    assert shown("x")[0]["bundle"] == {"text/plain": "3"}


@pytest.mark.parametrize("code", ["", "# nothing", "x = 1", "None", "1 + 1;"])
def test_a_cell_without_a_value_shows_nothing(shown, code):
    assert shown(code) == [""]


def test_text_comes_in_the_order_of_the_cell(shown):
    messages = shown("import sys\nprint('a')\ndisplay(1)\nprint('b', file=sys.stderr)\n2")
    text = [message.get("text") or message["bundle"]["text/plain"] for message in messages[:-1]]
    assert "".join(text) == "a\n1b\n2"


def test_a_flood_of_text_is_cut_with_a_note(shown):
    messages = shown("for i in range(60_000): print('text')")
    text = "".join(message["text"] for message in messages[:-1])
    assert len(text) < live.MOST + 100
    assert text.endswith("the rest is left out)\n")


def test_a_value_is_shown_in_its_richest_forms(shown):
    code = "class Table:\n def _repr_html_(self): return '<b>'\n def _repr_png_(self): return b'P'"
    forms = shown(f"{code}\nTable()")[0]["bundle"]
    assert forms["text/html"] == "<b>"
    assert forms["image/png"] == "UA=="
    y = Value(2.0, "x") ** 2
    assert live.bundle(explain(y)) == explain(y)._repr_mimebundle_()


def test_input_has_nobody_to_ask(shown):
    message, name = shown("input('your name? ')")
    assert name == "RuntimeError"
    assert "write the text into the code" in message["text"]


def test_a_long_list_stands_on_several_lines(shown):
    assert shown("[1, 2]")[0]["bundle"]["text/plain"] == "[1, 2]"
    assert shown("[[0] * 20, [1] * 20]")[0]["bundle"]["text/plain"].count("\n") == 1


def test_a_traceback_has_the_lines_of_cells_alone(shown):
    shown("def f(x):\n    return x.backward(1, 2, 3)", 1)
    shown("from microgradlike import Value, exp", 2)
    (message, name) = shown("try:\n    1 / 0\nexcept ZeroDivisionError:\n    exp('a')", 3)
    assert name == "TypeError"
    assert message["text"].count("Traceback") == 2
    assert "File \"cell 3\", line 4, in <module>\n    exp('a')" in message["text"]
    assert ".py" not in message["text"]


def test_a_syntax_error_shows_its_place(shown):
    message, name = shown("x = (1,", 4)
    assert name == "SyntaxError"
    assert 'File "cell 4", line 1' in message["text"]


def test_the_session_goes_on_after_an_exit(shown):
    assert shown("raise SystemExit")[-1] == "SystemExit"
    assert shown("1")[-1] == ""


def test_a_warning_appears_in_each_run(shown, monkeypatch):
    seen = []
    monkeypatch.setattr(warnings, "showwarning", lambda message, *_: seen.append(str(message)))
    warnings.simplefilter("default")
    for _ in range(2):
        assert shown("import warnings\nwarnings.warn('look')") == [""]
    assert seen == ["look", "look"]


def test_the_tests_in_javascript_pass():
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node on PATH")
    path = ROOT / "tests" / "docs" / "live.test.js"
    done = subprocess.run([node, "--test", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
