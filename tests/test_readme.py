"""The Python blocks of every page run, each page top to bottom in one namespace, and hold."""

import doctest
import re

import pytest

from tests import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


EVERY = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
PAGES = [page for page in (path.relative_to(ROOT).as_posix() for path in EVERY) if blocks(page)]


@pytest.mark.parametrize("name", PAGES)
def test_every_block_runs_and_prints_what_it_says(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    test = doctest.DocTestParser().get_doctest(
        "\n".join(blocks(name)), {"__name__": "readme"}, name, name, 0
    )
    assert test.examples, "the blocks are written as a session: >>> lines and what they print"
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
    said = []
    runner.run(test, out=said.append)
    assert runner.failures == 0, "".join(said)


@pytest.mark.parametrize("name", PAGES)
def test_every_block_is_a_session_or_it_would_not_be_run(name):
    assert all(block.startswith(">>>") for block in blocks(name))


@pytest.mark.parametrize("name", PAGES)
def test_every_local_link_leads_somewhere(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)|src=\"([^\"]+)\"", text)
    local = [a or b for a, b in targets if not (a or b).startswith("http")]
    folder = (ROOT / name).parent
    assert [target for target in local if not (folder / target).exists()] == []


def test_pages_with_blocks_are_found():
    assert {"README.md", "docs/gallery.md", "docs/reference/scene.md"} <= set(PAGES)


def test_every_picture_of_the_gallery_is_shown_and_made_by_its_command():
    shown = re.findall(r"src=\"gallery/([^\"]+)\"", (ROOT / "docs/gallery.md").read_text("utf-8"))
    there = {path.name for path in (ROOT / "docs/gallery").iterdir()}
    assert len(shown) == len(set(shown))
    assert set(shown) == there
    command = (ROOT / "docs/gallery.py").read_text(encoding="utf-8")
    assert [name for name in there if name.partition(".")[0] not in command] == []


def test_the_two_commands_stand_first():
    commands = re.findall(r"^```(?:sh|bash|console)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert 'python -m pip install -e ".[all]" && microgradlike demo' in commands[0]
    assert 'python -m pip install -e ".[test]" && pytest' in "".join(commands[:2])
