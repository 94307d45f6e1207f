"""The executed pages as Jupyter notebooks: `python docs/notebooks.py --out build/notebooks`.

A page with cells, such as a chapter of the tutorial, becomes a notebook of the same name. Links
among them lead from notebook to notebook; other links become plain words. Solutions stay folded,
and cells that only test the page are left out.
"""

from __future__ import annotations

import argparse
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jupytext

DOCS = Path(__file__).parent
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([\w./-]+\.\w+)(#[\w-]*)?\)")
PICTURE = re.compile(r"!\[[^\]]*\]\(([\w./-]+)\)")
ADMONITION = re.compile(r"^```{(note|tip|hint|warning)}[ ]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FOLDED = {"hide-cell", "hide-input", "remove-input"}
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def is_notebook(page: Path) -> bool:
    """The page names a kernel in its head, so the site executes it."""
    head, _, _ = page.read_text(encoding="utf-8").partition("\n---\n")
    return head.startswith("---\n") and "\nkernelspec:" in head


def notebook(page: Path) -> Any:
    """The notebook of a page."""
    _, _, body = page.read_text(encoding="utf-8").partition("\n---\n")
    made = jupytext.reads(body, fmt="md:myst")
    made.metadata = {"kernelspec": KERNEL}
    made.cells = [cell for cell in made.cells if "remove-cell" not in _tags(cell)]
    for cell in made.cells:
        if cell.cell_type == "markdown":
            cell.source = _plain(cell.source, page.parent)
        elif FOLDED & _tags(cell):
            cell.metadata["jupyter"] = {"source_hidden": True}
    return made


def _tags(cell: Any) -> set[str]:
    return set(cell.metadata.get("tags", ()))


def _plain(text: str, folder: Path) -> str:
    """Markdown without the site's own links and directives."""

    def link(match: re.Match[str]) -> str:
        words, path, anchor = match[1], Path(match[2]), match[3] or ""
        if path.suffix == ".md" and (folder / path).exists() and is_notebook(folder / path):
            return f"[{words}]({path.with_suffix('.ipynb')}{anchor})"
        return words

    def quotation(match: re.Match[str]) -> str:
        lines = [f"**{match[1].capitalize()}.**", *match[2].strip().splitlines()]
        return "\n".join(f"> {line}".rstrip() for line in lines)

    return LINK.sub(link, ADMONITION.sub(quotation, text))


def write(out: Path) -> Iterator[Path]:
    """Write the notebooks of all pages, and give their paths."""
    for page in sorted(DOCS.rglob("*.md")):
        if is_notebook(page):
            path = out / page.relative_to(DOCS).with_suffix(".ipynb")
            path.parent.mkdir(parents=True, exist_ok=True)
            jupytext.write(notebook(page), path, fmt="ipynb")
            _copy_pictures(page, path.parent)
            yield path


def _copy_pictures(page: Path, folder: Path) -> None:
    for name in PICTURE.findall(page.read_text(encoding="utf-8")):
        copy = folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(page.parent / name, copy)


def main() -> None:
    """Write the notebooks and print their paths."""
    parser = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    parser.add_argument("--out", type=Path, default=Path("build/notebooks"), metavar="FOLDER")
    for path in write(parser.parse_args().out):
        print(path)


if __name__ == "__main__":
    main()
