"""Page: a graph or a training as one offline HTML file, to step through backpropagation."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from microgradlike._html import one_line
from microgradlike._io import require_regular, write_whole
from microgradlike._validate import shown
from microgradlike.compile.arithmetic import arithmetic
from microgradlike.compile.export.javascript import SPELLINGS
from microgradlike.engine import Value
from microgradlike.nn.module import Module
from microgradlike.ops import Op
from viz.dot.drawing import Drawing
from viz.fold.fold import fit
from viz.label import printable
from viz.opened import opened
from viz.page.mlp_json import mlp_ops
from viz.page.opening import opening
from viz.page.scene_json import spelled, to_json
from viz.page.source import DIGITS, ENTRY, LEARN, LINES, LINKED, PRACTICE, html
from viz.page.traced import traced
from viz.page.training_json import training_json
from viz.page.word_table import require_language
from viz.scene.scene import Scene, require_names, scene
from viz.training.recorder import Watch, watch
from viz.training.training_view import training_view


class Page:
    """A page with the numbers of one moment; `page` makes it, a notebook shows it.

    `html` is the whole file: it loads nothing, and its content policy forbids loading. `scene` is
    the graph.

    >>> made = page(Value(3.0, "x") * 2)
    >>> len(made.scene.nodes), made.html.startswith("<!doctype html>")
    (3, True)
    """

    def __init__(self, scene: Scene, html: str) -> None:
        self.scene = scene
        self.html = html

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to `path`, which ends in .html, and return the path.

        The file appears whole or not at all. Raises ValueError for another suffix, OSError if the
        file cannot be written, or is a directory, device or pipe.

        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     page(Value(3.0) * 2).save(f"{folder}/y.html").name
        'y.html'
        """
        target = Path(path)
        require_regular(target, "print(page.html) writes to the terminal")
        if target.suffix.lower() not in (".html", ".htm"):
            raise ValueError(
                f"a page is saved as .html, got {str(path)!r:.80}; name it"
                f" {target.stem.partition('.')[0] or 'y'}.html, or draw a picture instead"
            )
        write_whole(target, self.html.encode())
        return target

    def show(self) -> Path:
        """Open the page in the browser, from a new temporary file, and return its path.

        Raises RuntimeError if there is no browser, or in Pyodide, whose files no browser opens; the
        message has the path of the page.
        """
        return opened(self.save, "page.html", "page")

    def frame(self, inside: str = "") -> str:
        """Return the page as an iframe for another page; viewers without iframes show `inside`.

        >>> page(Value(3.0) * 2).frame(inside="a graph").startswith("<iframe ")
        True
        """
        return framed(self.html, inside, title="Backpropagation, step by step", height="42rem")

    def _repr_html_(self) -> str:
        return self.frame()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        bundle = {"text/html": self.frame(), "text/plain": repr(self)}
        try:  # a picture too, for readers that run no scripts
            picture = Drawing(fit(self.scene))._repr_mimebundle_()
            svg = base64.b64encode(picture.pop("image/svg+xml").encode()).decode()
        except Exception:  # no Graphviz: the notebook shows the page alone
            return bundle
        html = self.frame(f'<img alt="the graph" src="data:image/svg+xml;base64,{svg}">')
        return {"text/html": html} | picture | {"text/plain": repr(self)}

    def _mime_(self) -> tuple[str, str]:  # marimo asks for one form
        return next(iter(self._repr_mimebundle_().items()))

    def __repr__(self) -> str:
        return f'<Page of {len(self.scene.nodes)} nodes; .save("y.html") writes it>'


def page(
    y: Value | Module | Watch | Callable[..., object],
    other: Watch | tuple[object, ...] | Mapping[str, object] | None = None,
    *,
    data: tuple[object, ...] | None = None,
    loss: str | Callable[..., object] | None = None,
    names: Mapping[Value, str] | None = None,
    spellings: Mapping[Op, str] | None = None,
    step: int | str | None = None,
    select: Value | str | None = None,
    digits: bool = False,
    practice: bool = False,
    lang: str | None = None,
) -> Page:
    """Make a page to step through everything that `y` depends on, and to change numbers in.

    - Of a Value: its graph, forward and backward.
    - Of a function with a tuple of its arguments: `page(f, (2.0, 1.0))` runs it on Values that are
      named after its parameters, `{"w": 2.0, "x": 1.0}` by name, and shows its code too.
    - Of a Module, with `data` and `loss` as `nn.fit` takes them: a page to train it in.
    - Of a Watch, a training recorded by `watch`: that training, or two side by side with `other`.

    The page calculates with JavaScript made from the table of primitives. A primitive of your own
    needs a spelling, `{cube: "x => x * x * x"}`; without one, the numbers that go into it cannot
    be changed. `names` gives names to Values in place of their labels.

    The page of a Value opens at `step`: a number as the scrubber counts, "start", "backward"
    (before the backward pass) or "end". `select`, a Value or its name, is selected in it. A link to
    a saved page can do the same: y.html#step=backward&select=x.

    With `digits`, the page of a Value shows the right digits of every number, which also color it,
    until a number is changed. See `microgradlike.digits`.

    With `practice`, it hides the gradients and asks for them, push by push. A wrong answer is held
    against the numbers that common mistakes give, and the page names the mistake. The questions
    begin at the backward pass, so `step` is left out. They need finite numbers.

    The texts of the page are English or Korean, "en" or "ko": by `lang`, else in the language of
    the reader's browser. A switch in the page changes it.

    The page of a Value made in `with trace_lines():` shows your code beside the graph: the lines
    that made it, three lines around each, and the name of the file without its folder.

    Raises TypeError if `y` is of another type, if a Module comes without data or loss, if
    `spellings` is not a mapping of primitives to text, or for another type of `step` or `select`.
    Raises ValueError for two runs whose models or data differ, for a `step` or `select` that the
    graph does not have, and for an unknown `lang`.

    >>> x = Value(3.0, "x")
    >>> page(x * x + 1)
    <Page of 4 nodes; .save("y.html") writes it>
    >>> page(lambda w, x: (w * x).tanh(), (2.0, 1.0))
    <Page of 4 nodes; .save("y.html") writes it>
    >>> lesson = page(x * x + 1, step="backward", select=x)
    """
    own, language = _require_spellings(spellings), require_language(lang)
    if callable(y) and not isinstance(y, (Value, Module, Watch)):
        y, other = traced(y, other), None
    if isinstance(y, (Module, Watch)):
        if step is not None or select is not None or digits or practice:
            raise TypeError(
                f"step, select, digits and practice are for the graph of a Value, got {shown(y)} of"
                f" type {type(y).__name__}; leave them out, or pass the result of a model"
            )
        return _training_page(_runs(y, other, data, loss), names, own, language)
    if other is not None or data is not None or loss is not None:
        raise TypeError(
            f"data, loss and other are for a Module or a recorded run, got {shown(y)} of type"
            f" {type(y).__name__}; write page(model, data=..., loss=...) or page(run, other)"
        )
    if practice and (digits or step is not None):
        raise TypeError(
            f"practice hides gradients and begins with them, got digits={digits} and step={step!r};"
            " leave digits and step out"
        )
    graph = scene(y, names=names, digits=digits)
    begin = opening(y, graph, step, select, language)
    more = {DIGITS: digits, PRACTICE: practice}
    return _graph_page(y, graph, own, [e for e, is_wanted in more.items() if is_wanted], begin)


def linked_page(
    y: Value,
    names: Mapping[Value, str] | None,
    spellings: Mapping[Op, str] | None,
    lang: str | None,
) -> Page:
    """Make the page of a notebook's widget."""
    graph = scene(y, names=names)
    begin = opening(y, graph, None, None, require_language(lang))
    return _graph_page(y, graph, _require_spellings(spellings), [LINKED], begin)


def framed(html: str, inside: str = "", *, title: str, height: str) -> str:
    """Write an iframe of a page; viewers without iframes show `inside`."""
    style = f"width:100%;height:{height};border:0"
    frame = f'sandbox="allow-scripts" allowfullscreen style="{style}" title="{title}"'
    return f'<iframe {frame} srcdoc="{one_line(html)}">{inside}</iframe>'


def _graph_page(
    y: Value, graph: Scene, own: dict[Op, str], more: list[str], begin: str = ""
) -> Page:
    lines = [LINES] if any(n.line for n in graph.nodes) else []
    script = _globals(graph, spelled(y, SPELLINGS | own), own)
    return Page(graph, html(_title(graph), script, entries=[ENTRY, *more, *lines], opening=begin))


def _training_page(
    runs: list[Watch], names: Mapping[Value, str] | None, own: dict[Op, str], language: str
) -> Page:
    views = [training_view(run.shown(), SPELLINGS | own) for run in runs]
    given = dict(require_names(names))
    for run, view in zip(runs, views):  # a view has its own parameters
        pairs = zip(run.model.parameters(), view.setup.model.parameters())
        given |= {view.y: "loss"} | {end: given[p] for p, end in pairs if p in given}
    graphs = [_plain(scene(view.y, names=given)) for view in views]
    used = {name: op for view in views for name, op in spelled(view.y, SPELLINGS | own).items()}
    built = mlp_ops(views[0]) | used
    second = (
        (views[-1], graphs[-1], to_json(graphs[-1], used, computes=True)) if len(runs) > 1 else None
    )
    training = f"const LESSON = {training_json(views[0], graphs[0], runs, second)};"
    title = f"{printable(type(runs[0].model).__name__)} learning · microgradlike"
    begin = f"lang={language}" if language else ""
    text = _globals(graphs[0], used, own, built) + training
    return Page(graphs[0], html(title, text, entries=[LEARN], opening=begin))


def _plain(graph: Scene) -> Scene:
    """Leave out notes, and lines, which are those of one example in code that runs for all."""
    nodes = tuple(replace(n, line=None) if n.line else n for n in graph.nodes)
    return replace(graph, nodes=nodes, notes=(), stale="")


def _runs(
    y: Module | Watch,
    other: Any,
    data: tuple[object, ...] | None,
    loss: str | Callable[..., object] | None,
) -> list[Watch]:
    """List the runs to show side by side; a model counts as a run of one step, as it is now."""
    if isinstance(y, Module):
        if data is None or loss is None or other is not None:
            raise TypeError(
                f"a page of a Module needs data and loss, got data={data!r:.40}, loss={loss!r:.40};"
                " write page(model, data=(points, labels), loss=loss), or page(run) for a recorded"
                " training"
            )
        y = watch(y, data=data, loss=loss)
        y.record()
    elif data is not None or loss is not None:
        raise TypeError(
            "a recorded run has its own data and loss: write page(run), or page(run, other)"
        )
    runs = [y] if other is None else [y, other]
    for run in runs:
        _require_recorded(run)
    if len(runs) > 1:
        _require_comparable(*runs)
    return runs


def _require_recorded(run: object) -> None:
    if not isinstance(run, Watch):
        raise TypeError(
            f"the other run must be a Watch, got {shown(run)} of type {type(run).__name__}; record"
            " it with watch(model, data=..., loss=...)"
        )
    if not run.steps:
        raise ValueError(
            f"{run!r} has recorded nothing: train at least one step within `with run:` or with"
            " callbacks=[run]"
        )


def _require_comparable(a: Watch, b: Watch) -> None:
    names = [[name for name, _ in run.model.named_parameters()] for run in (a, b)]
    if names[0] != names[1]:
        raise ValueError(
            f"two runs side by side need models with the same parameters, got {len(names[0])} and"
            f" {len(names[1])} parameters, or other names; show each with page(run)"
        )
    if a.setup.examples.rows.tolist() != b.setup.examples.rows.tolist():
        raise ValueError(
            "two runs side by side need the same data, since both losses are its mean; got"
            f" {len(a.setup.examples)} and {len(b.setup.examples)} examples that differ; watch"
            " both with one data set"
        )


def _globals(
    graph: Scene,
    used: Mapping[str, Op],
    own: Mapping[Op, str],
    table: Mapping[str, Op] | None = None,
) -> str:
    """Write the globals of the page's modules: PRIMITIVES, the table, and SCENE."""
    primitives = arithmetic((table or used).values(), "PRIMITIVES", own)
    return f"{primitives}const SCENE = {to_json(graph, used, computes=True)};"


def _title(graph: Scene) -> str:
    result = next(n.name for n in graph.nodes if n.id == graph.root)
    return f"{printable(result)} · microgradlike"


def _require_spellings(spellings: Mapping[Op, str] | None) -> dict[Op, str]:
    if spellings is None:
        return {}
    if isinstance(spellings, Mapping) and all(
        isinstance(op, Op) and isinstance(text, str) for op, text in spellings.items()
    ):
        return dict(spellings)
    raise TypeError(
        "spellings must be a dict from primitives to JavaScript functions, such as"
        f' {{cube: "x => x * x * x"}}, got {shown(spellings)}'
    )
