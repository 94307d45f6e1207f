"""The commands of pages: those of the command line run and print what the page says."""

import sys
from itertools import pairwise

import pytest

from tests.docs.markdown import fences, pages
from tests.docs.shell import commands, problem

BLOCKS = {page: fences(page) for page in pages()}
SHELL = [block for page in BLOCKS for block in BLOCKS[page] if block.language == "sh"]
# tried by hand on other machines and interpreters; the page has the dates
BY_HAND = {"docs/platforms.md"}
# files that commands of pages name
MODULE = "from microgradlike import tanh\n\n\ndef loss(a, b):\n    return (tanh(a) - b) ** 2\n"

ENGINE = next(b.code for b in BLOCKS["docs/how-to/grade-an-engine.md"] if b.language == "text")


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """An empty folder with the modules that commands of pages name."""
    (tmp_path / "mymodule.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "my_engine.py").write_text(ENGINE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    sys.modules.pop("mymodule", None)


@pytest.mark.parametrize("block", [b for b in SHELL if b.page not in BY_HAND], ids=str)
def test_every_command_runs_or_names_what_the_project_has(block, desk, capsys):
    found = {str(command): problem(command) for command in commands(block.code)}
    assert found, f"{block}: no command"
    said = capsys.readouterr().err
    assert not any(found.values()), f"{block}: {found}\n{said}"


def printed():
    """The blocks of commands that are followed by what they print."""
    for blocks in BLOCKS.values():
        for block, output in pairwise(blocks):
            told = output.before.rstrip(":").endswith("prints")
            if told and (block.language, output.language) == ("sh", "text"):
                yield block, output


@pytest.mark.parametrize(("block", "output"), list(printed()), ids=str)
def test_a_command_prints_what_the_page_says(block, output, desk, capsys):
    assert [problem(command) for command in commands(block.code)] == [None]
    assert capsys.readouterr().out == output.code, output


def test_outputs_are_found():
    assert "docs/how-to/from-the-shell.md" in {block.page for block, _ in printed()}


@pytest.mark.parametrize(
    ("line", "mistake"),
    [
        ("microgradlike draw", "exit status 2"),
        ("microgradlike explain 'x*x' --nowhere 3", "exit status 2"),
        ("python -m pip install -e '.[nothing]'", "no extra"),
        ("CI=1 pytest -n auto tests/test_nothing.py", "there is no"),
        ("python -m tests.nothing && ls", "no module"),
        ("python docs/nothing.py", "there is no"),
        ("rm -r x  # tidy", "no test runs it"),
    ],
)
def test_a_command_that_is_wrong_is_told(line, mistake, desk):
    first = next(commands(line))
    assert mistake in problem(first)


def test_lines_are_taken_apart_into_commands():
    code = "A=b one 'x y' && two  # and\nthree \\\n  -o y; four | five\n"
    assert [str(c) for c in commands(code)] == ["one 'x y'", "two", "three -o y", "four", "five"]
