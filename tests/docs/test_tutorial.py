"""The chapters of the tutorial run, with and without other packages, and their solutions hold."""

import ast
import re
import subprocess
import sys

import pytest

from tests import ROOT
from tests.docs.chapters import ENGLISH, FOLDER, KOREAN, cells, run

TRAINED = ("6-training-watched.md", "8-faster-and-a-gpt.md")  # some seconds each
CHAPTERS = [
    pytest.param(name, marks=pytest.mark.looks if name in TRAINED else ()) for name in ENGLISH
]


def prose(name):
    return (FOLDER / name).read_text(encoding="utf-8")


def shape(name):
    """The code of a chapter without its comments, cell by cell."""
    return [(cell.has("cell]"), ast.dump(ast.parse(cell.code))) for cell in cells(name)]


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_runs_from_top_to_bottom(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_needs_no_other_package(name, tmp_path):
    command = [sys.executable, "-m", "tests.docs.chapters", name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ENGLISH + KOREAN)
def test_every_exercise_has_a_folded_solution_and_a_check_of_it(name):
    exercises = len(re.findall(r"^\*\*\d\.\*\*", prose(name), re.MULTILINE))
    after = [
        second for first, second in zip(found := cells(name), found[1:]) if first.has("hide-cell")
    ]
    assert exercises == len(after) == 3
    assert all(cell.has("remove-cell") and "assert" in cell.code for cell in after)


@pytest.mark.parametrize("name", KOREAN)
def test_a_translated_chapter_has_the_same_code(name):
    assert shape(name) == shape(name.removeprefix("ko/"))


def test_the_first_four_chapters_are_translated():
    assert KOREAN == [f"ko/{name}" for name in ENGLISH[:4]]
    assert len(ENGLISH) == 8


@pytest.mark.parametrize("name", ENGLISH + KOREAN)
def test_a_chapter_has_a_graph_to_step_through(name):
    assert any("page(" in cell.code.splitlines()[-1] for cell in cells(name))


@pytest.mark.parametrize("name", ENGLISH + KOREAN)
def test_no_other_package_is_imported_by_a_cell_that_runs_everywhere(name):
    everywhere = "\n".join(cell.code for cell in cells(name) if not cell.has("desktop-only"))
    roots = {
        module.split(".")[0] for module in re.findall(r"^(?:from|import) (\S+)", everywhere, re.M)
    }
    assert roots <= {"microgradlike", "viz"} | sys.stdlib_module_names
