"""Page: a graph as one offline HTML file, in which backpropagation is stepped through."""

from __future__ import annotations

import os
import tempfile
import webbrowser
from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

from microgradlike._io import write_whole
from microgradlike.compile.arithmetic import arithmetic
from microgradlike.compile.export.javascript import SPELLINGS
from microgradlike.engine import Value
from microgradlike.nn.module import Module
from microgradlike.ops import Op
from viz.dot.drawing import Drawing
from viz.fold.fold import fit
from viz.label import printable
from viz.page.lesson_json import lesson_json
from viz.page.scene_json import spelled, to_json
from viz.page.source import html
from viz.scene.scene import Scene, checked_names, scene
from viz.training.recorder import Watch, watch
from viz.training.training_view import lesson

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
            raise ValueError(
                f"a page is saved as .html, got {str(path)!r:.80}; name it y.html, or make"
                ' a picture: draw(y).save("y.png")'
            )
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
    y: Value | Module | Watch,
    other: Watch | None = None,
    *,
    data: tuple[Any, ...] | None = None,
    loss: Callable[..., Any] | None = None,
    names: Mapping[Value, str] | None = None,
    spellings: Mapping[Op, str] | None = None,
) -> Page:
    """Everything that `y` depends on as a page to step through, and to change numbers in.

    It calculates with JavaScript made from the table of primitives. A primitive of your own needs a
    spelling for that, `{cube: "x => x * x * x"}`; without one, what goes into it stays as it is.
    `names` has what Values are called in this page, whatever their labels.

    Of a Module, with `data` and `loss` as `train.fit` takes them, it is a page to train it in; of
    what `watch` has recorded, one of that training; of two of these, both side by side.

    Raises TypeError where `y` is none of these, where a Module comes without data or loss, or where
    `spellings` is no mapping of primitives to text, ValueError for two runs of models or data that
    differ.

    >>> x = Value(3.0, "x")
    >>> page(x * x + 1)
    <Page of 4 nodes; .save("y.html") writes it>
    """
    own = _checked(spellings)
    if isinstance(y, (Module, Watch)):
        return _of_lesson(_runs(y, other, data, loss), names, own)
    if other is not None or data is not None or loss is not None:
        raise TypeError(
            f"data, loss and another run belong to a page of training, got {y!r:.60} of type"
            f" {type(y).__name__}; page(model, data=..., loss=...) or page(run, other)"
        )
    shot = scene(y, names=names)
    used = spelled(y, SPELLINGS | own)
    return Page(shot, html(_title(shot), _globals(shot, used, own)))


def _of_lesson(runs: list[Watch], names: Mapping[Value, str] | None, own: dict[Op, str]) -> Page:
    about = lesson(runs[0].subject, SPELLINGS | own)
    y = about.y
    shot = replace(scene(y, names={y: "loss", **checked_names(names)}), notes=())
    used = spelled(y, SPELLINGS | own)
    numbers = f"const LESSON = {lesson_json(about, shot, runs)};"
    title = f"{printable(type(about.subject.model).__name__)} learning · microgradlike"
    return Page(shot, html(title, _globals(shot, used, own) + numbers, learn=True))


def _runs(
    y: Module | Watch, other: Watch | None, data: Any, loss: Callable[..., Any] | None
) -> list[Watch]:
    """What is to be seen side by side: of a model, itself as it is now."""
    if isinstance(y, Module):
        if data is None or loss is None or other is not None:
            raise TypeError(
                "a page of a Module wants data and loss, as train.fit does: page(model,"
                " data=(points, labels), loss=loss); of a recorded training, page(run)"
            )
        y = watch(y, data=data, loss=loss)
        y.record()
    elif data is not None or loss is not None:
        raise TypeError(
            "a run that was watched has its data and loss: page(run), or page(run, other)"
        )
    runs = [y] if other is None else [y, other]
    for run in runs:
        _refuse_empty(run)
    if len(runs) > 1:
        _refuse_strangers(*runs)
    return runs


def _refuse_empty(run: Any) -> None:
    if not isinstance(run, Watch):
        raise TypeError(
            f"the other run is one of watch(...), got {run!r:.60} of type {type(run).__name__}"
        )
    if not run.steps:
        raise ValueError(
            f"{run!r} has recorded nothing: train within `with run:` or with callbacks=[run], and"
            " for one step at least"
        )


def _refuse_strangers(a: Watch, b: Watch) -> None:
    """ValueError where two runs have no common measure."""
    names = [[name for name, _ in run.model.named_parameters()] for run in (a, b)]
    if names[0] != names[1]:
        raise ValueError(
            f"two runs side by side are of models with the same parameters; these have"
            f" {len(names[0])} and {len(names[1])}, or other names for them"
        )
    if a.subject.examples.rows.tolist() != b.subject.examples.rows.tolist():
        raise ValueError(
            "two runs side by side are of the same data, of which both losses are; these are of"
            f" {len(a.subject.examples)} and {len(b.subject.examples)} examples that differ"
        )


def _globals(shot: Scene, used: Mapping[str, Op], own: Mapping[Op, str]) -> str:
    """What the modules of the page find there: the table, and the scene."""
    numbers = arithmetic(used.values(), "PRIMITIVES", own)
    return f"{numbers}const SCENE = {to_json(shot, used)};"


def _title(shot: Scene) -> str:
    result = next(n.name for n in shot.nodes if n.id == shot.root)
    return f"{printable(result)} · microgradlike"


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
