"""GraphWidget: the page of a graph in a notebook, tied to the Values in the kernel."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any as Anything

from traitlets import Any, Unicode, observe, validate

from microgradlike.engine import (
    Value,
    local_derivatives,
    pass_listeners,
    passes,
    set_leaves,
    staleness,
)
from microgradlike.graph import topological
from microgradlike.ops import Op
from viz.dot.drawing import Drawing
from viz.fold.fold import fit
from viz.notebook.frame_widget import FrameWidget
from viz.page.page import linked_page
from viz.page.scene_json import number
from viz.scene.scene import id_of, scene


class GraphWidget(FrameWidget):
    """The graph of a Value in a notebook; `viz.widget` makes it and describes it.

    `selected` is the Value that is selected in the page, or None; it can be set and observed.
    `error` is the reason why the last change was refused, or "". `close()` removes the widget and
    lets go of the graph.
    """

    selected = Any(None)
    error = Unicode()

    def __init__(
        self,
        y: Value,
        names: Mapping[Value, str] | None,
        spellings: Mapping[Op, str] | None,
        lang: str | None,
    ) -> None:
        self._order: list[Value] = []  # none if closed, or if the page cannot be made
        page = linked_page(y, names, spellings, lang)
        self._order = topological(y)
        # of a constant, its number
        self._nodes: list[Value | float | None] = [
            n.data if n.role == "constant" else self._order[int(n.id[1:]) - 1]
            for n in page.scene.nodes
        ]
        self._names, self._selection = names, -1
        self._handle: Anything = None  # of the picture
        super().__init__(page.frame())
        pass_listeners.append(self._passed)

    def update(self) -> None:
        """Compute the graph anew from the data of its leaves, and show its numbers.

        Raises the error of a primitive that does not take the numbers; the graph is then as it was.
        """
        self._require_open()
        set_leaves(self._order, {})
        self._show()

    def close(self) -> None:
        """Remove the widget, and let go of the graph; its picture stays."""
        if self._order:
            pass_listeners.remove(self._passed)
            self._order, self._nodes = [], []
            self.set_trait("selected", None)
        super().close()

    def __repr__(self) -> str:
        return f"<GraphWidget of {len(self._nodes)} nodes>"

    def _ipython_display_(self, **options: object) -> None:
        super()._ipython_display_()
        self._handle = self._display_still(self._drawing)

    def _drawing(self) -> dict[str, str]:
        return Drawing(fit(scene(self._order[-1], names=self._names)))._repr_mimebundle_()

    def _outdate(self) -> None:
        """Have the picture drawn again at the end of a cell."""
        if self._handle is not None:  # the same function is registered once
            sys.modules["IPython"].get_ipython().events.register("post_run_cell", self._redraw)

    def _redraw(self, result: object) -> None:
        sys.modules["IPython"].get_ipython().events.unregister("post_run_cell", self._redraw)
        if self._order:
            self._handle.update(self._still(self._drawing()), raw=True)

    def _require_open(self) -> None:
        if not self._order:
            raise RuntimeError("this widget is closed; make another one with viz.widget(y)")

    def _show(self, *, plays: bool = False) -> None:
        """Send the numbers; `plays` if a backward pass has just run."""
        self._outdate()
        with passes:  # those of other threads use gradients as working storage
            values = [v if isinstance(v, Value) else None for v in self._nodes]
            stale = staleness(self._order[-1], self._order)
            numbers = {
                "data": [number(v.data if isinstance(v, Value) else v) for v in self._nodes],
                "grad": [number(v.grad) if v is not None and v.reached else None for v in values],
                "local": [
                    [*map(number, local_derivatives(v))] if v is not None else [] for v in values
                ],
                "stale": stale and stale[1],
            }
        self._tell(numbers=numbers, plays=plays, error=self.error)

    def _passed(self, root: Value) -> None:
        """Play the backward pass that has just run, if it began at our result."""
        if self._order and root is self._order[-1]:
            self._try(lambda: self._show(plays=True))

    def _hear(self, **message: Anything) -> None:
        """Set leaves from texts of the page, which keep -0, nan and infinities; or select."""
        if not self._order:  # a message may come after the end
            return
        if "set" in message:
            self._try(lambda: self._set(message["set"]))
        elif "select" in message:
            self._selection = message["select"]
            self.selected = self._selected_value()
        else:
            self._show()
            self._tell(select=self._selection)

    def _set(self, edits: Mapping[str, str]) -> None:
        leaves: dict[Value, float] = {}
        for i, text in edits.items():
            v = self._nodes[int(i)]
            if not isinstance(v, Value) or v.op is not None:
                kind = "a result" if isinstance(v, Value) else "a constant"
                raise ValueError(f"node {i} is {kind}, which cannot be set; change a leaf instead")
            leaves[v] = float(text)
        set_leaves(self._order, leaves)
        self._outdate()

    def _try(self, act: Callable[[], None]) -> None:
        """Act on a message; a notebook shows no error of that, so the page does."""
        before = self.error
        try:
            act()
            self.error = ""
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"
        if self.error or before:
            self._show()  # after an error the page goes back

    @validate("selected")
    def _require_selectable(self, proposal: dict[str, Anything]) -> Value:
        self._require_open()
        v: Value = proposal["value"]  # None is not validated
        id_of(self._order[-1], v)
        return v

    @observe("selected")
    def _select(self, change: dict[str, Anything]) -> None:
        v = change["new"]
        if v is not self._selected_value():  # else the page has selected it
            self._selection = next((i for i, w in enumerate(self._nodes) if w is v), -1)
            self._tell(select=self._selection)

    def _selected_value(self) -> Value | None:
        v = self._nodes[self._selection] if 0 <= self._selection < len(self._nodes) else None
        return v if isinstance(v, Value) else None
