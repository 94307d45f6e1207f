"""The list of guarantees names tests that exist, and a row has no empty cell."""

import re

import pytest

from tests import ROOT

TEXT = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and "`" in line]


def test_there_are_rows():
    assert len(ROWS) > 40


@pytest.mark.parametrize("row", ROWS)
def test_a_row_names_tests_that_exist(row):
    *cells, tests = [cell.strip() for cell in row.strip("|").split("|")]
    assert len(cells) == 2
    assert all(cells)
    names = re.findall(r"`([\w/]+\.py)`", tests)
    assert names
    for name in names:
        assert "def test_" in (ROOT / "tests" / name).read_text(encoding="utf-8")
