"""FrameWidget: a page in a frame, which exchanges messages with the kernel."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import anywidget
from traitlets import Unicode

from microgradlike._html import in_notebook, one_line


class FrameWidget(anywidget.AnyWidget):
    """The widget around a page; it also has a picture for readers without the kernel."""

    _esm = (files(__package__) / "frame.js").read_text(encoding="utf-8")
    _frame = Unicode().tag(sync=True)
    _alt = "the graph"

    def __init__(self, frame: str) -> None:
        self._mark = f"microgradlike-{uuid.uuid4().hex}"
        super().__init__(_frame=f"<style>.{self._mark} {{ display: none }}</style>{frame}")
        self.on_msg(lambda _, content, buffers: self._hear(**content))

    def _hear(self, **message: Any) -> None:
        """React to a message of the page; "ready" asks for the present state."""
        raise NotImplementedError

    def _tell(self, **message: object) -> None:
        self.send(message)
        if self.comm is not None:
            # ipykernel hands an answer to the place that wrote last, here a cell that may be busy
            self.comm.__dict__.pop("_reply_subshell_id", None)

    def _ipython_display_(self, **options: object) -> None:
        view: Any = self._repr_mimebundle_()
        _display(view[0], metadata=view[1])

    def _display_still(self, picture: Callable[[], dict[str, str]]) -> Any:
        """Display a picture, which a saved notebook keeps, as an output that the widget hides."""
        return _display(self._still(picture()), display_id=True) if in_notebook() else None

    def _still(self, bundle: dict[str, str]) -> dict[str, str]:
        html = bundle.pop("text/html", "") or one_line(bundle["text/plain"])
        if "image/png" in bundle:
            src = f"data:image/png;base64,{bundle['image/png']}"
            html = f'<img alt="{self._alt}" src="{src}">'
        return {"text/html": f'<div class="{self._mark}">{html}</div>'} | bundle


def _display(bundle: dict[str, str], **options: object) -> Any:
    from IPython.display import display

    return display(bundle, raw=True, **options)
