"""The widget of a graph, by its traits and messages; a browser is in test_hosts.py."""

import gc
import math
import sys
import threading
import weakref
from types import SimpleNamespace

import pytest

import viz
from microgradlike import Value, primitive
from microgradlike._html import one_line
from microgradlike.engine import pass_listeners, passes
from tests.widget.notebook import hear, messages, notebook  # noqa: F401
from viz import widget
from viz.page.word_table import words


@pytest.fixture
def tied():
    x, b = Value(3.0, "x"), Value(-1.0, "b")
    y = (x * x * 1.0 + b).tanh()
    w = widget(y)
    yield SimpleNamespace(x=x, b=b, y=y, w=w)
    w.close()


def place(w, v):
    w.selected = v
    return w._selection


def edit(w, **numbers):
    """A message of the page, which names nodes by number."""
    hear(w, set={name[1:]: text for name, text in numbers.items()})


def sent(w):
    """The present state, which a page asks for."""
    kept = messages(w)
    hear(w, ready=True)
    return kept[0]["numbers"] | kept[0]


@pytest.mark.parametrize("text", ["-0", "NaN", "Infinity", "-Infinity", "0.1", "5e-324"])
def test_a_leaf_set_in_the_page_has_these_bits_in_python(tied, text):
    edit(tied.w, **{f"n{place(tied.w, tied.x)}": text})
    assert str(tied.x.data) == str(float(text))
    again = (Value(tied.x.data) * tied.x.data * 1.0 + tied.b.data).tanh()
    assert str(tied.y.data) == str(again.data)
    assert tied.w.error == ""


@pytest.mark.parametrize("node", [1.0, "y"])
def test_what_is_not_a_leaf_is_refused_with_the_reason_and_shown_again(tied, node):
    before, kept = sent(tied.w), messages(tied.w)
    i = tied.w._nodes.index(1.0) if node == 1.0 else place(tied.w, tied.y)
    edit(tied.w, **{f"n{i}": "2"})
    assert "cannot be set; change a leaf instead" in tied.w.error
    assert kept[-1]["numbers"] == before["numbers"]
    assert kept[-1]["error"] == tied.w.error
    edit(tied.w, **{f"n{place(tied.w, tied.x)}": "2"})
    assert (tied.w.error, kept[-1]["error"]) == ("", "")


def test_the_page_gets_the_local_derivatives_of_a_primitive_without_a_spelling():
    cube = primitive("cube", lambda x: x**3, lambda y, x: 3 * x**2)
    x, k = Value(2.0), Value(5.0, "k")
    w = widget(cube(x) + k)
    [made] = (v for v in w._nodes if v.op and v.op.name == "cube")
    assert sent(w)["local"][place(w, made)] == [12.0]
    edit(w, **{f"n{place(w, k)}": "7"})
    assert (w.error, k.data) == ("", 7)
    w.close()
    w = widget(cube(x) + k, spellings={cube: "x => x * x * x"})
    edit(w, **{f"n{place(w, x)}": "3"})
    assert (w.error, x.data) == ("", 3)
    w.close()


def test_a_number_that_a_primitive_refuses_leaves_the_graph_as_it_was():
    def picky(x):
        if x < 0:
            raise ArithmeticError("negative")
        return x

    f = primitive("picky", picky, lambda y, x: 1.0)
    x = Value(2.0, "x")
    y = f(x) * 3
    w = widget(y, spellings={f: "x => x"})
    edit(w, **{f"n{place(w, x)}": "-1"})
    assert w.error == "ArithmeticError: negative"
    assert (x.data, y.data) == (2, 6)
    x.data = -1.0
    with pytest.raises(ArithmeticError):
        w.update()
    w.close()


def test_backward_of_the_result_is_played_with_the_gradients_of_python(tied):
    kept = messages(tied.w)
    tied.y.backward()
    tied.y.backward()
    assert [message["plays"] for message in kept] == [True, True]
    assert kept[-1]["numbers"]["grad"][tied.w._nodes.index(tied.x)] == tied.x.grad
    (tied.y * 2).backward()
    assert len(kept) == 2
    assert not sent(tied.w)["plays"]


def test_numbers_that_do_not_fit_together_are_said(tied):
    tied.x.data = 5.0
    tied.y.backward()
    assert "a .data has changed since" in sent(tied.w)["stale"]
    table = words()
    rows = [k for k, text in enumerate(table["en"]) if "a .data has changed" in text]
    assert all(one_line(table["ko"][k]) in tied.w._frame for k in rows)  # for the page's language
    assert rows
    tied.w.update()
    assert sent(tied.w)["stale"] is None
    assert tied.y.data == math.tanh(24)


def test_the_selection_goes_both_ways_and_can_be_observed(tied):
    seen = []
    tied.w.observe(lambda change: seen.append(change["new"]), "selected")
    at = place(tied.w, tied.b)
    kept = messages(tied.w)
    hear(tied.w, select=-1)
    assert tied.w.selected is None
    hear(tied.w, select=at)
    assert tied.w.selected is tied.b
    hear(tied.w, select=tied.w._nodes.index(1.0))  # a constant is no Value
    assert seen == [tied.b, None, tied.b, None]
    assert kept == []  # which would take the selection from the constant
    tied.w.selected = tied.b
    tied.w.selected = None
    assert kept == [{"select": at}, {"select": -1}]
    with pytest.raises(ValueError, match="is not in this graph"):
        tied.w.selected = Value(1.0)
    with pytest.raises(TypeError, match="must be a Value"):
        tied.w.selected = "x"


def test_a_message_waits_for_the_backward_pass_of_another_thread(tied):
    at = place(tied.w, tied.x)
    with passes:
        thread = threading.Thread(target=edit, args=(tied.w,), kwargs={f"n{at}": "4"})
        thread.start()
        thread.join(0.1)
        assert thread.is_alive()
        assert tied.x.data == 3
    thread.join()
    assert tied.x.data == 4


def test_a_closed_widget_lets_go_of_its_graph():
    class Leaf(Value):
        """A Value that weak references can point to."""

    x = Leaf(3.0, "x")
    seen, y = weakref.ref(x), x * 2
    w = widget(y)
    w.selected = y
    w.close()
    w.close()
    edit(w, n0="2")
    assert w._passed not in pass_listeners
    with pytest.raises(RuntimeError, match="make another one"):
        w.update()
    with pytest.raises(RuntimeError, match="make another one"):
        w.selected = y
    del x, y
    gc.collect()
    assert seen() is None


def test_a_saved_notebook_has_a_picture_of_its_own_beside_the_widget(tied, notebook, monkeypatch):  # noqa: F811
    tied.w._ipython_display_()
    view, still = notebook.shown
    assert "application/vnd.jupyter.widget-view+json" in view
    assert still["text/html"].startswith(f'<div class="{tied.w._mark}"><img alt="the graph"')
    tied.w._ipython_display_()
    notebook.end_cell()
    assert len(notebook.shown) == 4
    tied.y.backward()
    notebook.end_cell()
    notebook.end_cell()
    assert len(notebook.shown) == 5
    assert notebook.shown[-1]["image/png"] != still["image/png"]
    monkeypatch.setattr(viz.dot.drawing, "render", lambda *_, **__: 1 / 0)
    tied.y.backward()
    notebook.end_cell()
    assert list(notebook.shown[-1]) == ["text/html", "text/plain"]
    tied.y.backward()
    tied.w.close()
    shown = len(notebook.shown)
    notebook.end_cell()
    assert (notebook.callbacks, len(notebook.shown)) == ([], shown)


def test_elsewhere_the_view_alone_is_displayed(tied, notebook, monkeypatch):  # noqa: F811
    monkeypatch.setattr("viz.notebook.frame_widget.in_notebook", lambda: False)
    tied.w._ipython_display_()
    assert len(notebook.shown) == 1
    assert repr(tied.w) == "<GraphWidget of 7 nodes>"


@pytest.mark.parametrize("make", [lambda **lang: widget(Value(1.0), **lang), viz.live])
def test_the_maker_of_a_widget_chooses_its_language(make):
    for lang, opening in ({"lang": "ko"}, "lang=ko"), ({}, ""):
        w = make(**lang)
        assert f"data-opening=&quot;{opening}&quot;" in w._frame
        w.close()
    with pytest.raises(ValueError, match="lang must be one of 'en', 'ko', got 'tlh'"):
        make(lang="tlh")


@pytest.mark.parametrize("make", [lambda: widget(Value(1.0)), viz.live])
def test_without_the_extra_the_error_names_the_command(monkeypatch, make):
    for name in ("frame_widget", "graph_widget", "live_training"):
        monkeypatch.delitem(sys.modules, f"viz.notebook.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(ImportError, match=r'pip install "microgradlike\[widget\]"'):
        make()


def test_another_type_is_refused_first():
    with pytest.raises(TypeError, match="y must be a Value, got 3"):
        widget(3)
