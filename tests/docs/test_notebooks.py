"""An executed page becomes a notebook with the same cells."""

import re

import nbformat
import pytest

from tests import ROOT
from tests.docs.markdown import fences, pages
from tests.docs.modules import module

notebooks = module("docs/notebooks.py")
HEAD = "---\nfile_format: mystnb\nkernelspec:\n  name: python3\n---\n\n"
PAGE = f"""{HEAD}# One

See [two](two.md#there), [three](three.md) and ![a picture](a.svg).

```{{note}}
Read [two](two.md).

Then go on.
```

```{{code-cell}}
a = 1
a + 1
```

```{{code-cell}}
:tags: [hide-cell]
a + 2
```

```{{code-cell}}
:tags: [remove-cell]
assert a == 1
```
"""
OPTIONS = re.compile(r"\A(---\n.*?^---\n|(:[^\n]*\n)+)", re.DOTALL | re.MULTILINE)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "one.md").write_text(PAGE, encoding="utf-8")
    (tmp_path / "a.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "two.md").write_text(f"{HEAD}# Two\n", encoding="utf-8")
    (tmp_path / "three.md").write_text("# Three\n", encoding="utf-8")
    monkeypatch.setattr(notebooks, "DOCS", tmp_path)
    return tmp_path


def test_pages_with_cells_become_notebooks_with_their_pictures(folder):
    paths = list(notebooks.write(folder / "out"))
    assert paths == [folder / "out/one.ipynb", folder / "out/two.ipynb"]
    for path in paths:
        nbformat.validate(nbformat.read(path, as_version=4))
    assert (folder / "out/a.svg").read_text(encoding="utf-8") == "<svg/>"


def test_cells_are_those_of_the_page_without_its_tests(folder):
    text, first, second = notebooks.notebook(folder / "one.md").cells
    assert text.cell_type == "markdown"
    assert [first.source, second.source] == ["a = 1\na + 1", "a + 2"]


def test_links_lead_to_notebooks_or_are_words(folder):
    text, *_ = notebooks.notebook(folder / "one.md").cells
    assert "See [two](two.ipynb#there), three and ![a picture](a.svg)." in text.source
    assert "> **Note.**\n> Read [two](two.ipynb).\n>\n> Then go on." in text.source


def test_solutions_are_folded(folder):
    _, first, second = notebooks.notebook(folder / "one.md").cells
    assert "jupyter" not in first.metadata
    assert second.metadata["jupyter"] == {"source_hidden": True}


def test_every_page_keeps_its_cells():
    for page in (p for p in pages() if notebooks.is_notebook(ROOT / p)):
        cells = notebooks.notebook(ROOT / page).cells
        blocks = [b.code for b in fences(page) if b.language == "{code-cell}"]
        shown = [OPTIONS.sub("", code).strip() for code in blocks if "remove-cell" not in code]
        assert [cell.source for cell in cells if cell.cell_type == "code"] == shown, page
