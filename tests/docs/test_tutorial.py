"""The chapters of the tutorial run, with and without other packages, and their solutions hold."""

import ast
import re
import subprocess
import sys
from itertools import pairwise

import pytest

from tests import ROOT
from tests.docs.chapters import ENGLISH, FOLDER, KOREAN, cells, run

# the build of the site runs these as well, and a browser without other packages: once is enough
TRAINED = dict.fromkeys(["6-training-watched.md", "8-faster-and-a-gpt.md"], pytest.mark.long)


def chapters(marks):
    return [pytest.param(name, marks=marks.get(name, ())) for name in ENGLISH]


def prose(name):
    return (FOLDER / name).read_text(encoding="utf-8")


def shape(name):
    """The code of a chapter without its comments, cell by cell."""
    return [(cell.tagged(), ast.dump(ast.parse(cell.code))) for cell in cells(name)]


@pytest.mark.parametrize("name", chapters(TRAINED))
def test_a_chapter_runs_from_top_to_bottom_and_writes_no_file(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", chapters(TRAINED))
def test_a_chapter_needs_no_other_package(name):
    command = [sys.executable, "-m", "tests.docs.chapters", name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ENGLISH + KOREAN)
def test_every_cell_is_found(name):
    assert prose(name).count("```{code-cell}") == len(cells(name))


@pytest.mark.parametrize("name", ENGLISH + KOREAN)
def test_every_exercise_has_a_folded_solution_and_a_check_of_it(name):
    checks = [check for cell, check in pairwise(cells(name)) if cell.tagged("hide-cell")]
    exercises = re.findall(r"^\*\*\d\.\*\*", prose(name), re.MULTILINE)
    assert len(exercises) == len(checks) == 3
    assert all(check.tagged("remove-cell") and "assert" in check.code for check in checks)


@pytest.mark.parametrize("name", KOREAN)
def test_a_translated_chapter_has_the_same_code(name):
    assert shape(name) == shape(name.removeprefix("ko/"))


def test_the_first_four_chapters_are_translated():
    assert len(ENGLISH) == 8
    assert [f"ko/{name}" for name in ENGLISH[:4]] == KOREAN


@pytest.mark.parametrize("name", ENGLISH + KOREAN)
def test_a_chapter_has_a_graph_to_step_through(name):
    assert any(cell.code.splitlines()[-1].startswith("page(") for cell in cells(name))


@pytest.mark.parametrize("name", ENGLISH + KOREAN)
def test_cells_that_run_everywhere_import_no_other_package(name):
    code = "\n".join(cell.code for cell in cells(name) if not cell.tagged("desktop-only"))
    modules = re.findall(r"^(?:from|import) (\w+)", code, re.MULTILINE)
    assert set(modules) <= {"microgradlike", "viz"} | sys.stdlib_module_names
