"""Text and tables in DOT's HTML-like language."""

import unicodedata
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given, strategies as st

from viz.label import LONGEST, bracketed, cell, columns, printable, table, width

ANYTHING = st.text(st.characters(exclude_categories=()))  # surrogates and control characters too


@given(ANYTHING, st.integers(1, 40))
@example("\ufffe\uffff\U0001fffe", LONGEST)
@example("\u202egnirts", LONGEST)  # would turn the direction of writing around
@example("x" * 10_000, LONGEST)
@example("e" + "\u0301" * 10_000, LONGEST)
def test_printable_text_is_short_and_can_stand_in_xml(text, longest):
    safe = printable(text, longest)
    assert 0 < columns(safe) <= longest
    assert len(safe) <= 4 * longest + 1
    assert ET.fromstring(table([[cell(safe)]])).find("TR/TD").text == safe.replace("\\", "\\\\")
    assert not {"Cc", "Cf", "Cs"} & {unicodedata.category(c) for c in safe}


@given(ANYTHING)
def test_printable_is_idempotent(text):
    assert printable(printable(text)) == printable(text)


@given(st.text("abc xyz<>&|{}\"'\\", max_size=LONGEST).filter(str.strip))
def test_an_ordinary_label_is_kept(text):
    assert printable(text) == " ".join(text.split())


@pytest.mark.parametrize("text", ["", " ", "\t\n", "\u3000"])
def test_an_empty_label_is_seen(text):
    assert printable(text) == "␣"


@given(ANYTHING, ANYTHING)
def test_width_grows_with_the_text(a, b):
    assert width(a + b) >= max(width(a), width(b))


def test_a_cell_keeps_its_attributes_and_drops_empty_ones():
    td = ET.fromstring(cell("x", size=9, bold=True, color="#000000", align="LEFT", style=""))
    assert td.attrib == {"ALIGN": "LEFT", "WIDTH": "8", "HEIGHT": "11"}
    assert td.find("FONT").attrib == {"POINT-SIZE": "9", "COLOR": "#000000"}
    assert td.find("FONT/B").text == "x"


def test_a_mark_above_a_letter_takes_no_column_and_a_wide_letter_two():
    assert columns("e\u0301") == columns("\u00e9") == 1
    assert columns("\u91cd\u307f") == 4
    assert columns("±α") == 2  # wide in some fonts of East Asia, and not in ours


def test_what_is_cut_off_is_seen_where_it_was_only_looked_past():
    assert printable("a" + " " * 60 + "b", 28) == "a b"
    assert printable("a" + " " * 500 + "b", 28) == "…b"
    assert printable("x" * 5, 5) == "xxxxx"
    assert printable("x" * 6, 5) == "…xxxx"


def test_the_end_of_a_name_stays():
    names = [
        f"layers.{i}.neurons.{k}.w.{j}" for i in range(3) for k in range(12) for j in range(12)
    ]
    assert printable(names[40], 15) == "…neurons.3.w.4"
    assert len({printable(name, 18) for name in names}) == len(names)  # "…1.neurons.11.w.10"


@given(st.text(st.sampled_from("ab1.+-*/ ,<"), max_size=12), st.sampled_from("+-*/ ,<"))
def test_an_expression_is_put_in_brackets_once(text, sign):
    assert bracketed(bracketed(text)) == bracketed(text)
    assert bracketed(f"f({text})") == f"f({text})"
    assert bracketed(f"({text}){sign}b") == f"(({text}){sign}b)"


@pytest.mark.parametrize(
    "name", ["x", "w.1", "layers.0.b", "tanh(a + b)", "x²", "重み", "␣", "(a+b)"]
)
def test_a_name_alone_needs_no_brackets(name):
    assert bracketed(name) == name


def test_a_closing_bracket_is_no_end_of_anything():
    assert "]" not in cell("a]]>b")
    assert ET.fromstring(cell("a]]>b")).text == "a]]>b"


@pytest.mark.parametrize("name", ["a)", "(a", "…2*w2) + b", "a)+(b"])
def test_a_name_with_half_a_pair_of_brackets_is_put_in_brackets(name):
    assert bracketed(name) == f"({name})"
