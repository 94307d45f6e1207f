"""FrameWidget: a page in a frame, which exchanges messages with the kernel."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import anywidget
from traitlets import Int, Unicode

from microgradlike._html import in_notebook


def script(name: str) -> str:
    """Read a module of this folder."""
    return (files(__package__) / name).read_text(encoding="utf-8")


class FrameWidget(anywidget.AnyWidget):
    """The widget around a page; it also has a picture for readers without the kernel."""

    _esm = script("frame.js")
    _html = Unicode().tag(sync=True)
    _title = Unicode().tag(sync=True)
    _height = Unicode("42rem").tag(sync=True)
    _numbers = Unicode().tag(sync=True)
    _selection = Int(-1).tag(sync=True)
    _still = Unicode().tag(sync=True)
    error = Unicode().tag(sync=True)

    def __init__(self, html: str, picture: Callable[[], dict[str, str]], **traits: object) -> None:
        super().__init__(_html=html, _still=f"microgradlike-{uuid.uuid4().hex}", **traits)
        self._picture = picture
        self._handle: Any = None
        self._is_old = False  # the picture, which is drawn again at the end of a cell

    def _ipython_display_(self, **options: object) -> None:
        from IPython.display import display

        view: Any = self._repr_mimebundle_()
        display(view[0], metadata=view[1], raw=True)
        if in_notebook():  # an output of its own, which a saved notebook keeps; hidden beside us
            if self._handle is None:
                self._events.register("post_run_cell", self._cell_ended)
            self._handle = display(self._still_bundle(), raw=True, display_id=True)

    def close(self) -> None:
        """Remove the widget; its picture stays."""
        if self._handle is not None:
            self._events.unregister("post_run_cell", self._cell_ended)
            self._handle = None
        super().close()

    @property
    def _events(self) -> Any:
        return sys.modules["IPython"].get_ipython().events

    def _cell_ended(self, result: object) -> None:
        if self._is_old:
            self._handle.update(self._still_bundle(), raw=True)
            self._is_old = False

    def _still_bundle(self) -> dict[str, str]:
        bundle = self._picture()
        html = f'<div class="{self._still}">{bundle.pop("text/html", "")}</div>'
        return {"text/html": html} | bundle
