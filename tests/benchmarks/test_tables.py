"""Figures of the benchmarks become text and Markdown, and the page's tables are filled in."""

import json
import re

import pytest

from benchmarks.shared import command, machine, results
from benchmarks.shared.measuring import Rounds
from benchmarks.shared.tables import as_markdown, as_text, fill

FIGURES = {"ours": {"µs": 31.25, "/ ours": 1.0}, "C": {"µs": 1234567.0}}
PAGE = "Before\n<!-- table: calls -->\nold\n<!-- end -->\nafter\n"


def test_a_row_may_miss_a_column():
    assert as_markdown(FIGURES, "a machine").splitlines() == [
        "|  | µs | / ours |",
        "| --- | --: | --: |",
        "| ours | 31.2 | 1 |",
        "| C | 1,234,567 |  |",
        "",
        "*a machine*",
    ]
    assert as_text("Calls", FIGURES).splitlines()[3].split() == ["ours", "31.2", "1"]


def test_a_table_of_a_page_is_replaced_between_its_markers():
    filled = fill(PAGE, "calls", "new")
    assert filled == PAGE.replace("old", "new")
    with pytest.raises(ValueError, match="no table 'steps'"):
        fill(PAGE, "steps", "new")


def test_the_page_has_a_place_for_all_figures_that_are_kept():
    page = command.PAGE.read_text(encoding="utf-8")
    places = re.findall(r"<!-- table: ([\w-]+) -->", page)
    kept = {
        name
        for path in results.FOLDER.glob("*.json")
        for name in json.loads(path.read_text("utf-8"))
    }
    assert len(places) == len(set(places))
    assert kept <= set(places)


def test_a_caption_names_processor_date_and_versions():
    about = machine.described()
    caption = machine.caption(about)
    assert about["processor"] in caption
    assert f"numpy {about['versions']['numpy']}" in caption


def test_contestants_stay_away_by_a_word_of_their_names():
    rounds = Rounds(1, without=("eager",))
    assert list(rounds.entered({"ours, eager": 1, "C": 2})) == ["C"]
