"""Page: a graph as one offline HTML file, in which backpropagation is stepped through."""

from __future__ import annotations

import os
import tempfile
import webbrowser
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from microgradlike.compile.backends.javascript import SPELLINGS, arithmetic
from microgradlike.engine import Value
from microgradlike.nn.disk import write_whole
from microgradlike.ops import Op
from viz.drawing import Drawing
from viz.fold import fit
from viz.label import printable
from viz.page_source import html
from viz.scene import Scene, scene
from viz.scene_json import spelled, to_json

FRAME = 'sandbox="allow-scripts" style="width:100%;height:42rem;border:0"'


class Page:
    """A page; it holds the numbers of the moment it was made. A notebook shows it by itself.

    `html` is the whole file: it loads nothing, and its policy forbids that anything be loaded.
    `scene` is the graph.
    """

    def __init__(self, scene: Scene, html: str) -> None:
        self.scene = scene
        self.html = html

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to `path`, which ends in .html, and return it.

        The file is there whole or not at all. Raises ValueError for another suffix, OSError where
        the place cannot be written.
        """
        target = Path(path)
        if target.suffix.lower() not in (".html", ".htm"):
            raise ValueError(f"a page is saved as .html, got {str(path)!r:.80}; name it y.html")
        write_whole(target, self.html.encode())
        return target

    def show(self) -> Path:
        """Open the page in the browser and return where it is, a file of its own.

        Raises RuntimeError where there is no browser.
        """
        path = self.save(Path(tempfile.mkdtemp(prefix="microgradlike-")) / "page.html")
        if not webbrowser.open(path.as_uri()):
            raise RuntimeError(f"found no browser to open the page in; it is at {path}")
        return path

    def frame(self) -> str:
        """The page inside another: an iframe that shares nothing with what is around it."""
        title = "Backpropagation, step by step"
        return f'<iframe {FRAME} title="{title}" srcdoc="{escape(self.html)}"></iframe>'

    def _repr_html_(self) -> str:
        return self.frame()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        shown = {"text/html": self.frame(), "text/plain": repr(self)}
        try:  # a picture of it, for readers that run no scripts
            return shown | {"image/svg+xml": Drawing(fit(self.scene)).svg()}
        except Exception:  # no Graphviz: a notebook shows what there is
            return shown

    def __repr__(self) -> str:
        return f'<Page of {len(self.scene.nodes)} nodes; .save("y.html") writes it>'


def page(
    y: Value,
    *,
    names: Mapping[Value, str] | None = None,
    spellings: Mapping[Op, str] | None = None,
) -> Page:
    """Everything that `y` depends on as a page to step through, and to change numbers in.

    It calculates with JavaScript made from the table of primitives. A primitive of your own needs a
    spelling for that, `{cube: "x => x * x * x"}`; without one, what goes into it stays as it is.
    `names` has what Values are called in this page, whatever their labels.
    Raises TypeError where `y` is not a Value, or `spellings` no mapping of primitives to text.

    >>> x = Value(3.0, "x")
    >>> page(x * x + 1)
    <Page of 4 nodes; .save("y.html") writes it>
    """
    own = _checked(spellings)
    shot = scene(y, names=names)
    known = spelled(y, SPELLINGS | own)
    numbers = arithmetic(known.values(), "PRIMITIVES", own)
    result = next(n.name for n in shot.nodes if n.id == shot.root)
    title = f"{printable(result)} · microgradlike"
    return Page(shot, html(title, f"{numbers}const SCENE = {to_json(shot, known)};"))


def _checked(spellings: Mapping[Op, str] | None) -> dict[Op, str]:
    if spellings is None:
        return {}
    if isinstance(spellings, Mapping) and all(
        isinstance(op, Op) and isinstance(text, str) for op, text in spellings.items()
    ):
        return dict(spellings)
    raise TypeError(
        "spellings is a dict of primitives with a JavaScript function for each, such as"
        f' {{cube: "x => x * x * x"}}, got {spellings!r:.60}'
    )
