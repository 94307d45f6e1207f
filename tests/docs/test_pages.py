"""Every block of code on every page runs, or is of a kind that is not run; links lead somewhere."""

import doctest
import json
import re
import tomllib
from urllib.parse import unquote

import pytest

from tests import ROOT
from tests.docs.markdown import fences, fences_of, links_and_pictures, pages

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = pages()
BLOCKS = {page: fences(page) for page in PAGES}
READ = {"toml": tomllib.loads, "json": json.loads}  # data, which has to be well formed
# python: sessions, run here; sh: see test_shell; {code-cell}: run by MyST-NB when the site is built
RUN = {"python", "sh", "{code-cell}"}
SHOWN = {"text", "latex"}  # what something prints, parts of files; CI has no TeX


def written_in(language):
    return [page for page in PAGES if any(b.language == language for b in BLOCKS[page])]


@pytest.mark.parametrize("page", written_in("python"))
def test_every_session_prints_what_it_says(page, tmp_path, monkeypatch):
    """From top to bottom, in one namespace."""
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "page"}
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False)
    said = []
    for block in (b for b in BLOCKS[page] if b.language == "python"):
        test = doctest.DocTestParser().get_doctest(block.code, names, page, page, block.line - 1)
        test.globs = names  # those that earlier blocks have filled
        runner.run(test, out=said.append, clear_globs=False)
    assert runner.failures == 0, "".join(said)


@pytest.mark.parametrize("page", [page for page in PAGES if BLOCKS[page]])
def test_no_block_is_of_a_kind_that_nobody_runs(page):
    unknown = {
        str(b): b.language for b in BLOCKS[page] if b.language not in RUN | SHOWN | set(READ)
    }
    assert not unknown, f"no test runs these; mark output and parts of files as text: {unknown}"


def test_every_python_block_is_a_session_or_it_would_not_be_run():
    blocks = [b for page in PAGES for b in BLOCKS[page] if b.language == "python"]
    assert [str(b) for b in blocks if not b.code.startswith(">>>")] == []


def test_every_code_cell_is_on_a_page_that_the_site_runs():
    texts = {page: (ROOT / page).read_text(encoding="utf-8") for page in written_in("{code-cell}")}
    heads = {page: text.partition("\n---\n")[0] for page, text in texts.items()}
    assert [page for page, head in heads.items() if "\nkernelspec:" not in head] == []
    assert [page for page, text in texts.items() if "skip-execution" in text] == []
    settings = (ROOT / "docs/conf.py").read_text(encoding="utf-8")
    assert 'nb_execution_mode = "force"' in settings
    assert "nb_execution_raise_on_error = True" in settings


def test_data_on_pages_is_well_formed():
    for block in (b for page in PAGES for b in BLOCKS[page] if b.language in READ):
        try:
            READ[block.language](block.code)
        except ValueError as error:
            pytest.fail(f"{block}: {error}")


def test_blocks_are_found_with_their_lines_inside_of_directives_too():
    text = "a\n\n````{dropdown} b\n```python\n>>> 1\n```\n````\n\n:::{note}\n```sh\nls\n```\n:::\n"
    found = [(b.line, b.language, b.code) for b in fences_of(text, "p")]
    assert found == [(5, "python", ">>> 1\n"), (11, "sh", "ls\n")]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere_and_pictures_have_alt_texts(page):
    links, pictures = links_and_pictures(page)
    folder = (ROOT / page).parent
    paths = [address.partition("#")[0] for address in [*links, *(src for src, _ in pictures)]]
    local = [unquote(path) for path in paths if path and not re.match(r"\w+:", path)]
    assert [path for path in local if not (folder / path).exists()] == []
    assert [src for src, alt in pictures if not alt.strip()] == []


def test_links_and_pictures_are_found():
    links, pictures = links_and_pictures("README.md")
    assert "docs/trust.md" in links
    assert "docs/gallery/page.png" in {src for src, _ in pictures}


def test_pages_with_blocks_are_found():
    assert {"README.md", "docs/gallery.md", "docs/reference/scene.md"} <= set(written_in("python"))


def test_every_picture_of_the_gallery_is_shown_and_made_by_its_command():
    shown = re.findall(r"src=\"gallery/([^\"]+)\"", (ROOT / "docs/gallery.md").read_text("utf-8"))
    there = {path.name for path in (ROOT / "docs/gallery").iterdir()}
    assert len(shown) == len(set(shown))
    assert set(shown) == there
    command = (ROOT / "docs/gallery.py").read_text(encoding="utf-8")
    assert [name for name in there if name.partition(".")[0] not in command] == []


def test_every_word_of_the_glossary_has_its_korean():
    text = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    rows = [line[2:-2].split(" | ") for line in text.splitlines() if line.startswith("| ")]
    words = [row for row in rows if row[0] != "word"]
    assert len(words) > 100
    assert [row[0] for row in words if len(row) != 4 or not re.search("[가-힣]", row[1])] == []
    assert len({row[0] for row in words}) == len(words)


def test_every_example_is_on_its_page():
    links, _ = links_and_pictures("docs/examples.md")
    assert sorted(link for link in links if link.endswith(".py")) == sorted(
        f"../{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "examples").rglob("*.py")
    )


def test_the_readme_opens_with_the_picture_and_the_two_commands():
    commands = [block.code for block in BLOCKS["README.md"] if block.language == "sh"]
    assert README.startswith('<img src="docs/gallery/neuron-plays.svg"')
    assert 'python -m pip install -e ".[all]" && microgradlike demo' in commands[0]
    assert 'python -m pip install -e ".[test]" && pytest' in commands[1]


def test_the_readme_stays_short():
    assert len(README.encode()) <= 8400, "a page of docs is the place for it"
