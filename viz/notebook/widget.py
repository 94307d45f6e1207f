"""The functions `widget` and `live`, light to import."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from microgradlike.engine import Value
from microgradlike.ops import Op
from viz.scene.scene import require_value

if TYPE_CHECKING:
    from viz.notebook.graph_widget import GraphWidget
    from viz.notebook.live_training import LiveTraining


def widget(
    y: Value,
    *,
    names: Mapping[Value, str] | None = None,
    spellings: Mapping[Op, str] | None = None,
    lang: str | None = None,
) -> GraphWidget:
    """Show the page of `y` in a notebook, tied to the Values in the kernel.

    - Dragging a leaf in the page sets its `.data`, and computes everything up to `y` anew.
    - `y.backward()` in a cell plays the backward pass in the page; gradients are those of Python.
    - `w.selected` is the Value selected in the page, or None. Assigning to it selects in the page;
      `w.observe(f, "selected")` calls `f` at each change.
    - After `x.data = 3.0`, `w.update()` computes the graph anew and shows it.
    - `w.error` is the reason why the page's last change was refused, which the widget shows too.
    - `w.close()` removes it. Until then it keeps the graph.

    A picture of the graph, which a saved notebook shows without its kernel, is an output of its
    own, hidden beside the live widget. `names`, `spellings` and `lang` are as for `page`.
    Raises TypeError if `y` is not a Value, ValueError for an unknown `lang`, ImportError without
    the extra "widget".

    >>> x = Value(3.0, "x")
    >>> w = widget(x * x)
    >>> w.selected = x
    >>> w.close()
    """
    require_value(y)
    made: GraphWidget = _module("graph_widget").GraphWidget(y, names, spellings, lang)
    return made


def live(*, lang: str | None = None) -> LiveTraining:
    """Make a callback of `train.fit` that draws the losses in a notebook while they come.

    The curve appears when the training begins, or where `live` is shown before. Its button ends
    the training after the present epoch; that of `watch(..., live=live)`, after the present step.
    At most ten drawings a second are made; `live.steps` and `live.losses` have all numbers. A
    picture of the curve, which a saved notebook shows without its kernel, is an output of its own.
    `live.close()` removes the curve. `lang` is "en" or "ko", else the browser's language.
    Raises ValueError for an unknown `lang`, ImportError without the extra "widget".

    >>> from microgradlike import nn
    >>> model, drawn = nn.MLP(1, [1]), live()
    >>> sgd = nn.SGD(model.parameters(), lr=0.1)
    >>> history = nn.fit(model, "mse", ([[0.0], [1.0]], [1.0, 3.0]), optimizer=sgd, epochs=3,
    ...                  progress=False, callbacks=[drawn])
    >>> drawn.steps, drawn.losses["training"] == history.losses
    (range(1, 4), True)
    """
    made: LiveTraining = _module("live_training").LiveTraining(lang)
    return made


def _module(name: str) -> Any:
    try:
        return import_module(f"viz.notebook.{name}")
    except ImportError as error:
        raise ImportError(
            f'widgets need anywidget ({error}): python -m pip install "microgradlike[widget]"'
        ) from None
