"""GraphWidget: the page of a graph in a notebook, tied to the Values in the kernel."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any as Anything

from traitlets import Any, observe, validate

from microgradlike.engine import Value, local_derivatives, pass_listeners, set_leaves, staleness
from microgradlike.graph import topological
from microgradlike.ops import Op
from viz.dot.drawing import Drawing
from viz.fold.fold import fit
from viz.notebook.frame_widget import FrameWidget
from viz.page.page import linked_page
from viz.page.scene_json import number
from viz.scene.scene import SceneNode, id_of, scene


class GraphWidget(FrameWidget):
    """The graph of a Value in a notebook; `viz.widget` makes it and describes it.

    `selected` is the Value that is selected in the page, or None; it can be set and observed.
    `error` is the reason why the last change was refused, or "". `close()` removes the widget and
    lets go of the graph.
    """

    selected = Any(None)

    def __init__(
        self, y: Value, names: Mapping[Value, str] | None, spellings: Mapping[Op, str] | None
    ) -> None:
        page, known = linked_page(y, names, spellings)
        self._order: list[Value] = topological(y)
        self._nodes = [self._value(n) for n in page.scene.nodes]
        places = enumerate(self._nodes)
        self._opaque = [
            (i, v)
            for i, v in places
            if isinstance(v, Value) and v.op is not None and v.op.name not in known
        ]
        below = topological(*(v for _, v in self._opaque)) if self._opaque else []
        self._locked = set(map(id, below))
        self._played = self._sent = 0
        self._names = names
        super().__init__(page.html, self._still_of_now, _title="Backpropagation, step by step")
        self.on_msg(self._receive)
        pass_listeners.append(self._passed)
        self._show()

    def update(self) -> None:
        """Compute the graph anew from the data of its leaves, and show its numbers.

        Raises the error of a primitive that does not take the numbers; the graph is then as it was.
        """
        self._require_open()
        set_leaves(self._order, {})
        self._show()

    def close(self) -> None:
        """Remove the widget, and let go of the graph."""
        if self._passed in pass_listeners:
            pass_listeners.remove(self._passed)
        self._order, self._nodes, self._opaque, self._locked = [], [], [], set()
        self.set_trait("selected", None)
        super().close()

    def _value(self, node: SceneNode) -> Value | float | None:
        """Find the Value of a node; the number of a constant, which has none."""
        return node.data if node.role == "constant" else self._order[int(node.id[1:]) - 1]

    def _require_open(self) -> None:
        if not self._order:
            raise RuntimeError("this widget is closed; make another one with viz.widget(y)")

    def __repr__(self) -> str:
        return f"<GraphWidget of {len(self._nodes)} nodes>"

    def _still_of_now(self) -> dict[str, str]:
        bundle = Drawing(fit(scene(self._order[-1], names=self._names)))._repr_mimebundle_()
        if "image/png" not in bundle:  # no Graphviz: the text says so
            return bundle
        src = f"data:image/png;base64,{bundle['image/png']}"
        return {"text/html": f'<img alt="the graph" src="{src}">'} | bundle

    def _show(self) -> None:
        """Send the numbers; texts keep -0, nan and the infinities on all ways."""

        def grad(v: Value | float | None) -> float | None:
            return v.grad if isinstance(v, Value) and v.reached else None

        stale = staleness(self._order[-1], self._order)
        self._numbers = json.dumps(
            {
                "data": [number(v.data if isinstance(v, Value) else v) for v in self._nodes],
                "grad": [number(grad(v)) for v in self._nodes],
                "local": [(i, [number(p) for p in local_derivatives(v)]) for i, v in self._opaque],
                "stale": stale and stale[1],
                "played": self._played,
                "sent": self._sent,  # tells equal numbers apart, which a trait would not send again
            }
        )
        self._sent += 1
        self._is_old = True

    def _passed(self, root: Value) -> None:
        """Play the backward pass that has just run, if it began at our result."""
        if any(v is root for v in self._order[-1:]):
            self._played += 1
            self._try(self._show)

    def _receive(self, _: object, content: dict[str, dict[str, str]], buffers: object) -> None:
        """Set leaves by number, from texts of the page."""
        self._try(lambda: self._set(content["set"]))

    def _set(self, edits: Mapping[str, str]) -> None:
        if self._order:  # a message may come after the end
            leaves = {self._require_free(int(i)): float(text) for i, text in edits.items()}
            set_leaves(self._order, leaves)
            self._is_old = True

    def _require_free(self, i: int) -> Value:
        v = self._nodes[i]
        if not isinstance(v, Value) or v.op is not None:
            what = f"a result of {v.op.name}" if isinstance(v, Value) and v.op else "a constant"
            raise ValueError(f"node {i} is {what}, which cannot be set; change a leaf instead")
        if id(v) in self._locked:
            raise ValueError(
                f"{v.label or f'node {i}'} is locked: a primitive without a spelling depends on it;"
                " pass spellings= to viz.widget"
            )
        return v

    def _try(self, act: Callable[[], None]) -> None:
        """Act on a message; a notebook shows no error of that, so it becomes a trait."""
        try:
            act()
            self.error = ""
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"
            self._show()  # the page goes back

    @validate("selected")
    def _require_selectable(self, proposal: dict[str, Anything]) -> Value:
        self._require_open()
        v: Value = proposal["value"]
        id_of(self._order[-1], v)
        return v

    @observe("selected")
    def _select(self, change: dict[str, Anything]) -> None:
        wanted = change["new"]
        self._selection = next((i for i, v in enumerate(self._nodes) if v is wanted), -1)

    @observe("_selection")
    def _take_selection(self, change: dict[str, Anything]) -> None:
        v = self._nodes[change["new"]] if 0 <= change["new"] < len(self._nodes) else None
        self.selected = v if isinstance(v, Value) else None
