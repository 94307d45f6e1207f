"""Drawing: the picture of a graph, in a notebook or in a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from microgradlike._io import write_whole
from microgradlike.compile.program import Program
from microgradlike.engine import Value
from viz.dot.animation import playing
from viz.dot.dot import statements, to_dot
from viz.dot.render import render
from viz.dot.svg import finish
from viz.dot.titles import titles
from viz.fold.fold import fit
from viz.scene.programs import snapshot
from viz.scene.scene import Scene, id_of

if TYPE_CHECKING:
    import graphviz


class Drawing:
    """A picture; it holds the numbers of the moment it was made. A notebook shows it by itself.

    `scene` is what it shows, `source` the same as DOT text.
    """

    def __init__(self, scene: Scene, *, direction: str = "LR") -> None:
        self.scene = scene
        self.source = to_dot(scene, direction=direction)
        self._svg: str | None = None

    def svg(self) -> str:
        """The picture as SVG text; RenderError where Graphviz is missing or fails."""
        if self._svg is None:
            self._svg = finish(render(self.source, "svg"), self.source, titles(self.scene))
        return self._svg

    def animation(self) -> str:
        """The picture as SVG text that plays the backward pass, also where an <img> shows it.

        It is CSS, no script. Raises ValueError where no backward pass has reached the result,
        RenderError where Graphviz is missing or fails.
        """
        if next(n for n in self.scene.nodes if n.id == self.scene.root).grad is None:
            raise ValueError(
                "there is no backward pass to play: call .backward() on the result, then draw it"
            )
        ids = {n.id: n.id for n in self.scene.nodes}
        ids |= {f"e{i}": f"e{i}" for i in range(len(self.scene.edges))}
        named = finish(render(self.source, "svg"), self.source, ids)
        return playing(named, self.scene, titles(self.scene))

    def save(self, path: str | os.PathLike[str], *, animated: bool = False) -> Path:
        """Write the picture to `path`, as its suffix says: .svg, .png, .pdf or .dot. Return it.

        With `animated`, an .svg plays the backward pass (see `animation`). The file is there whole
        or not at all. Raises ValueError for another suffix, RenderError where Graphviz is missing
        or fails, OSError where the place cannot be written.
        """
        target = Path(path)
        if animated and target.suffix.lower() != ".svg":
            raise ValueError(f"only an .svg is animated, got {str(path)!r:.80}; name it y.svg")
        write: dict[str, Callable[[], bytes]] = {
            ".svg": lambda: (self.animation() if animated else self.svg()).encode(),
            ".png": lambda: render(self.source, "png"),
            ".pdf": lambda: render(self.source, "pdf"),
            ".dot": lambda: self.source.encode(),
        }
        suffix = target.suffix.lower()
        if suffix not in write:
            raise ValueError(
                f"a picture is saved as {', '.join(write)}, got {str(path)!r:.80}; name it y.svg"
            )
        write_whole(target, write[suffix]())
        return target

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        try:
            return {"image/svg+xml": self.svg(), "text/plain": repr(self)}
        except Exception as error:  # a notebook shows what there is
            return {"text/plain": f"{self!r}\n{error}"}

    def __repr__(self) -> str:
        notes = "".join(f"\n{note}" for note in self.scene.notes)
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
) -> Drawing:
    """The picture of everything that `y` depends on, with the numbers of this moment.

    A node shows its name, its data and its gradient, which colours it, and where an arrow arrives,
    the local derivative. `direction` is "LR", "TB", "RL" or "BT", from operands to `y`.
    A graph of more than `max_nodes` nodes (by default 200) is folded: `depth` levels of modules
    stay open, by default as many as fit, and if that is not enough, only what lies nearest to `y`
    is shown. `focus` shows a node with what lies within `hops` edges of it. The picture says what
    it folded. `names` has what Values are called in this picture, whatever their labels.
    A program, as `jit` makes it, is drawn as the graph of its equations, without numbers.
    Raises TypeError and ValueError for what is no Value, no node of the graph or no such option.

    >>> x = Value(3.0, "x")
    >>> y = x * x + 1
    >>> y.backward()
    >>> draw(y)
    <Drawing of 4 nodes; .save("y.svg") writes it>
    """
    shot = snapshot(y, names=names)
    place = None if focus is None else _place(y, focus)
    small = fit(shot, depth=depth, focus=place, hops=hops, max_nodes=max_nodes)
    return Drawing(small, direction=direction)


def draw_dot(
    root: Value | Program,
    format: str = "svg",  # noqa: A002  (micrograd's name for it)
    rankdir: str = "LR",
) -> graphviz.Digraph:
    """The picture as a `graphviz.Digraph`, as micrograd's notebook draws it.

    Displaying or rendering it takes `dot` on PATH; `draw` does with the extra "dot" as well.

    >>> draw_dot(Value(1.0) + 2).format
    'svg'
    """
    import graphviz

    lines = statements(fit(snapshot(root)), direction=rankdir)
    return graphviz.Digraph("microgradlike", format=format, body=[f"{line}\n" for line in lines])


def _place(y: Value | Program, focus: Value) -> str:
    """The id of the node in focus."""
    if isinstance(y, Program):
        raise TypeError(
            f"focus is a Value, and a program has none, got {focus!r:.60}; max_nodes= shows less of"
            " it"
        )
    return id_of(y, focus)
