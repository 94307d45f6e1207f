"""Links between files of the repository, as they are in the site.

A page of docs/ that includes a whole file, as `architecture.md` does, is that file's page: a link
to the file becomes a link to the page. Links of an included file start from the page. A link to any
other file gives the file itself.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LINK = re.compile(r"(\]\(|src=\")(?![a-z]+:|#)([^)\"#\s]+)")
INCLUSION = re.compile(r"^```{include} (\.\./\S+)\n```$", re.MULTILINE)


def pages(docs: Path) -> dict[Path, Path]:
    """The page of each file that is outside docs/ and has one."""
    found = {}
    for page in sorted(docs.glob("*.md")):
        for name in INCLUSION.findall(page.read_text(encoding="utf-8")):
            found[(docs / name).resolve()] = page
    return found


def followed(text: str, folder: Path, page: Path, docs: Path) -> str:
    """The text of a file of a folder, with its links as they are on a page."""
    moved = pages(docs)

    def link(match: re.Match[str]) -> str:
        path = (folder / match[2]).resolve()
        if not path.exists() or (path not in moved and folder == page.parent):
            return match[0]
        return match[1] + os.path.relpath(moved.get(path, path), page.parent)

    return LINK.sub(link, text)


def _read(app: Sphinx, docname: str, content: list[str]) -> None:
    page = Path(app.srcdir) / f"{docname}.md"
    content[0] = followed(content[0], page.parent, page, Path(app.srcdir))


def _included(app: Sphinx, path: Path, docname: str, content: list[str]) -> None:
    folder, page = (Path(app.srcdir) / path).resolve().parent, Path(app.srcdir) / f"{docname}.md"
    content[0] = followed(content[0], folder, page, Path(app.srcdir))


def setup(app: Sphinx) -> dict[str, bool]:
    """Follow the links of each page that is read, and of each file that a page includes."""
    app.connect("source-read", _read)
    app.connect("include-read", _included)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
