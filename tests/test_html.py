"""Tables of a notebook: of all that stands last in a cell, without markup from a user's text."""

from collections import Counter
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from markdown_it import MarkdownIt

from microgradlike import Value, jit, nn
from microgradlike._html import table
from microgradlike.testing import check_gradients
from tests.viz.test_hostile_labels import HOSTILE, LABELS

CALM = [name for name in HOSTILE if len(name) < 100]


class Reader(HTMLParser):
    """The tags of a text, and the text between them."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.texts = Counter(), []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1

    def handle_data(self, data):
        self.texts.append(data)


def cells(html):
    return [text for text in Reader(html).texts if text.strip()]


@given(LABELS)
@example("<b>x</b>\r\n\n")
def test_every_text_of_a_table_is_text(label):
    html = table(label, [[label], [label]], 1, [label])
    assert Reader(html).tags == {"div": 1, "table": 1, "tr": 2, "th": 1, "td": 1, "pre": 1}
    assert "\n" not in html
    assert "\r" not in html


@given(LABELS)
def test_a_table_survives_markdown_whole(label):
    html = table("f", [["x"], [label]], 1).replace("\0", "\ufffd")
    assert MarkdownIt("commonmark").render(f"{html}\n\ntext") == f"{html}\n<p>text</p>\n"


def test_a_long_table_is_cut_and_says_so():
    html = table("f", ([str(i)] for i in range(10**9)), 10**9 - 1)
    assert Reader(html).tags["td"] == 50
    assert "and 999,999,949 more" in html
    assert "more" not in table("f", [["x"], *[["1"]] * 50], 50)


def test_a_network_shows_its_layers_and_counts_its_parameters():
    model = nn.MLP(2, [8, 1], activation="tanh")
    assert cells(model._repr_html_()) == [
        *("MLP of 33 parameters", "name", "content", "parameters"),
        *("layers.0", "8 × TanhNeuron(2)", "24"),
        *("layers.1", "1 × LinearNeuron(8)", "9"),
    ]


class Mixed(nn.Module):
    def __init__(self):
        self.scale, self.inner, self.blocks = Value(0.25), Line(), {"<b>": nn.Dropout(0.5)}


class Line(nn.Module):
    def __init__(self):
        self.slope = Value(2.0)


def test_a_module_of_ones_own_shows_its_values_and_modules():
    assert cells(Mixed()._repr_html_())[4:] == [
        *("scale", "0.25", "1"),
        *("inner", "Line", "1"),
        *("blocks.<b>", "Dropout(0.5)", "0"),
    ]


def test_a_module_that_raises_is_text_in_a_notebook():
    class Broken(Line):
        def parameters(self):
            raise RuntimeError

    assert Broken()._repr_html_() is None


def test_a_program_shows_its_equations_and_the_names_of_its_inputs():
    program = jit(lambda x, w: x * w + 1).program(2.0, 3.0)
    *table_cells, below = cells(program._repr_html_())
    assert table_cells == [
        *("program of 2 equations", "result", "equation", "v2", "x0 * x1", "v3", "v2 + 1.0")
    ]
    assert below == "return v3\nwhere x0 is x; x1 is w"


@pytest.mark.parametrize("label", CALM)
def test_no_label_is_markup_in_a_program(label):
    w = Value(2.0, label)
    html = jit(lambda x: x * w).program(1.0)._repr_html_()
    assert set(Reader(html).tags) == {"div", "table", "tr", "th", "td", "pre"}


def test_a_check_shows_what_its_text_says():
    report = check_gradients(lambda x, y: abs(x) * y, 0.0, 2.0)
    shown = " ".join(Reader(report._repr_html_()).texts)
    for word in str(report).split():
        assert word in shown
    assert Reader(report._repr_html_()).tags["tr"] == 1 + len(report.partials) + len(report.higher)
