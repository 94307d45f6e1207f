"""Drawing: the picture of a graph, in a notebook or in a file."""

from __future__ import annotations

import base64
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from microgradlike._html import in_notebook
from microgradlike._io import require_regular, write_whole
from microgradlike._validate import shown
from microgradlike.compile.program import Program
from microgradlike.engine import Value
from viz.dot.animation import animate
from viz.dot.dot import statements, to_dot
from viz.dot.render import render
from viz.dot.svg import clean
from viz.dot.tooltips import tooltips
from viz.fold.fold import fit
from viz.opened import opened
from viz.scene.programs import scene_of
from viz.scene.scene import Scene, id_of

if TYPE_CHECKING:
    import graphviz


PREVIEW = 1200  # pixels at most: about 50 kB for a neuron, 300 kB for a crowded picture


class Drawing:
    """A picture of a graph with its numbers at one moment; `draw` makes it, a notebook shows it.

    `scene` is the graph as shown, `source` the same as DOT text, from operands to result in
    `direction`: "LR", "TB", "RL" or "BT". An `animated` one plays the backward pass wherever it is
    shown. Raises ValueError for another direction, or if there is no backward pass to play.

    >>> drawing = draw(Value(3.0, "x") * 2)
    >>> len(drawing.scene.nodes), drawing.source.splitlines()[0]
    (3, 'digraph microgradlike {')
    """

    def __init__(self, scene: Scene, *, direction: str = "LR", animated: bool = False) -> None:
        self.scene = scene
        self.source = to_dot(scene, direction=direction)
        self.animated = animated
        self._svg: str | None = None
        if animated:
            self._require_gradient()

    def svg(self) -> str:
        """Return the picture as SVG text; RenderError if Graphviz is missing or fails.

        >>> "<svg" in draw(Value(3.0, "x") * 2).svg()
        True
        """
        if self._svg is None and self.animated:
            self._svg = self.animation()
        elif self._svg is None:
            self._svg = clean(render(self.source), self.source, tooltips(self.scene))
        return self._svg

    def animation(self) -> str:
        """Return the picture as SVG text that plays the backward pass, also in an <img>.

        It uses CSS and no script. Raises ValueError if no backward pass has reached the result,
        RenderError if Graphviz is missing or fails.

        >>> y = Value(3.0, "x") * 2; y.backward()
        >>> "@keyframes" in draw(y).animation()
        True
        """
        self._require_gradient()
        texts = tooltips(self.scene)
        named = clean(render(self.source), self.source, {name: name for name in texts})
        return animate(named, self.scene, texts)

    def _require_gradient(self) -> None:
        if next(n for n in self.scene.nodes if n.id == self.scene.root).grad is None:
            raise ValueError(
                "no backward pass to play: call .backward() on the result, then draw it"
            )

    def show(self) -> Path | None:
        """Show the picture: in a notebook below the cell, elsewhere in the browser.

        Returns the path of the temporary file that the browser opens. Raises RuntimeError if there
        is no browser, or in Pyodide, RenderError if Graphviz is missing or fails.
        """
        if in_notebook():
            sys.modules["IPython"].display.display(self)
            return None
        return opened(self.save, "y.svg", "picture")

    def save(self, path: str | os.PathLike[str], *, animated: bool = False) -> Path:
        """Write the picture to `path` and return the path.

        The suffix selects the format: .svg, .png, .pdf or .dot. With `animated`, an .svg plays the
        backward pass, as that of `draw(y, animated=True)` does. The file appears whole or not at
        all. Raises ValueError for another suffix, RenderError if Graphviz is missing or fails,
        OSError if the file cannot be written, or is a directory, device or pipe.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     draw(Value(3.0) * 2).save(f"{folder}/y.dot").name
        'y.dot'
        """
        target = Path(path)
        require_regular(target, "print(drawing.source) or print(drawing.svg()) shows the text")
        name = f"{target.stem.partition('.')[0] or 'y'}.svg"
        animated = animated or self.animated
        if animated and target.suffix.lower() != ".svg":
            raise ValueError(f"only an .svg can be animated, got {str(path)!r:.80}; name it {name}")
        write: dict[str, Callable[[], bytes]] = {
            ".svg": lambda: (self.animation() if animated else self.svg()).encode(),
            ".png": lambda: render(self.source, "png"),
            ".pdf": lambda: render(self.source, "pdf"),
            ".dot": lambda: self.source.encode(),
        }
        suffix = target.suffix.lower()
        if suffix not in write:
            raise ValueError(
                "the file name of a picture must end in .svg, .png, .pdf or .dot, got"
                f" {str(path)!r:.80}; name it {name}"
            )
        write_whole(target, write[suffix]())
        return target

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        bundle, text = {}, repr(self)
        try:
            bundle["image/svg+xml"] = svg = self.svg()
            # a PNG for notebooks that show no SVG, such as one that is not trusted
            width = re.search(r'viewBox="\S+ \S+ (\S+)', svg)
            dpi = min(96.0, 72 * PREVIEW / float(width[1] if width else PREVIEW))
            png = render(self.source, "png", dpi=dpi)
            bundle["image/png"] = base64.b64encode(png).decode()
        except Exception as error:  # a notebook shows the text instead
            text += f"\n{error}"
        return bundle | {"text/plain": text}

    def _mime_(self) -> tuple[str, str]:  # marimo asks for one form
        return next(iter(self._repr_mimebundle_().items()))

    def __repr__(self) -> str:
        notes = "".join(f"\n{note}" for note in (self.scene.stale, *self.scene.notes) if note)
        return f'<Drawing of {len(self.scene.nodes)} nodes; .save("y.svg") writes it>{notes}'


def draw(
    y: Value | Program,
    *,
    direction: str = "LR",
    depth: int | None = None,
    focus: Value | None = None,
    hops: int = 2,
    max_nodes: int | None = None,
    names: Mapping[Value, str] | None = None,
    animated: bool = False,
    digits: bool = False,
) -> Drawing:
    """Draw everything that `y` depends on, with the numbers of this moment.

    A node shows its name, its data and its gradient, which also colors it. Where an arrow arrives
    stands the local derivative. A Program, made by `jit`, is drawn as the graph of its equations,
    without numbers. The options:

    - `direction`: "LR", "TB", "RL" or "BT", from operands to `y`.
    - `max_nodes`: a larger graph is folded, by default one of more than 60 nodes. Modules become
      boxes first; if that is not enough, only the nodes nearest to `y` are shown. A note in the
      picture names the nodes that were folded.
    - `depth`: the levels of modules that stay open, by default as many as fit.
    - `focus`, `hops`: show only this node and its neighbors within `hops` edges.
    - `names`: names for Values in this picture, in place of their labels.
    - `animated`: the picture plays the backward pass, by CSS alone, in a notebook and as an .svg.
    - `digits`: each node shows its right digits, of 16, which color it in place of its gradient.
      The nodes where digits were lost are marked. See `microgradlike.digits`.

    The last expression of a notebook's cell shows itself; elsewhere `.show()` opens the picture in
    the browser and `.save("y.svg")` writes it.
    Raises TypeError for an argument of another type, ValueError for a `focus` outside the graph, an
    option out of range, or `animated` without a backward pass.

    >>> x = Value(3.0, "x")
    >>> y = x * x + 1
    >>> y.backward()
    >>> draw(y)
    <Drawing of 4 nodes; .save("y.svg") writes it>
    """
    focus_id = None if focus is None else _focus_id(y, focus)
    whole = scene_of(y, names=names, digits=digits)
    fitted = fit(whole, depth=depth, focus=focus_id, hops=hops, max_nodes=max_nodes)
    return Drawing(fitted, direction=direction, animated=animated)


def draw_dot(
    root: Value | Program,
    format: str = "svg",  # noqa: A002  (micrograd's name for it)
    rankdir: str = "LR",
) -> graphviz.Digraph:
    """Draw `root` as a `graphviz.Digraph`, with the signature of micrograd's notebook.

    `format` is one of Graphviz's formats, `rankdir` one of "LR", "TB", "RL" and "BT". Displaying or
    rendering it needs `dot` on PATH; for `draw` the extra "dot" is enough. Raises TypeError if
    `root` is neither a Value nor a Program, ValueError for another direction.

    >>> draw_dot(Value(1.0) + 2).format
    'svg'
    """
    import graphviz

    lines = statements(fit(scene_of(root)), direction=rankdir)
    return graphviz.Digraph("microgradlike", format=format, body=[f"{line}\n" for line in lines])


def _focus_id(y: Value | Program, focus: Value) -> str:
    if isinstance(y, Program):
        raise TypeError(
            f"focus must be a Value of the graph, and a program has none; got {shown(focus)};"
            " max_nodes= shows a part of a program"
        )
    return id_of(y, focus)
