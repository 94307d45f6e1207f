"""The chapters of the tutorial as cells of code."""

import ast
import re
import sys
from typing import NamedTuple

from tests import ROOT

CELL = re.compile(
    r"^```\{code-cell\}\n((?:---\n.*?\n---\n)?(?::tags: [^\n]*\n)?)(.*?)^```", re.M | re.DOTALL
)
FOLDER = ROOT / "docs/tutorial"
ENGLISH = sorted(path.name for path in FOLDER.glob("[1-8]-*.md"))
KOREAN = sorted(f"ko/{path.name}" for path in FOLDER.glob("ko/[1-8]-*.md"))
WITHOUT = ("numpy", "graphviz", "pygraphviz", "llvmlite", "matplotlib", "hypothesis", "tqdm")


class Cell(NamedTuple):
    """The options of a cell and its code."""

    options: str
    code: str

    def tagged(self, *tags):
        """The tags of the cell that are among `tags`; all of them if none are given."""
        found = re.findall(r"[\w-]+", "".join(re.findall(r"tags: \[(.*)\]", self.options)))
        return [tag for tag in found if tag in tags or not tags]


def cells(name):
    return [Cell(*found) for found in CELL.findall((FOLDER / name).read_text(encoding="utf-8"))]


def run(name, *, without=()):
    """Run the cells of a chapter from top to bottom; modules in `without` cannot be imported."""
    sys.modules.update(dict.fromkeys(without))
    namespace = {"__name__": "__main__"}
    for i, cell in enumerate(cells(name)):
        if not (without and cell.tagged("desktop-only")):
            exec(compile(ast.parse(cell.code), f"{name}, cell {i + 1}", "exec"), namespace)


if __name__ == "__main__":  # in a process of its own: python -m tests.docs.chapters NAME
    run(sys.argv[1], without=WITHOUT)
