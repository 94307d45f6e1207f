"""LiveTraining: the losses of a training, drawn in a notebook while it runs."""

from __future__ import annotations

import sys
import threading
import time
from base64 import b64encode
from collections.abc import Sequence
from typing import Any, Final

from microgradlike._html import in_notebook
from microgradlike.nn.training.callbacks import Callback, StopTraining
from microgradlike.nn.training.history import History, PlotError, plot_loss
from microgradlike.nn.training.state import State
from viz.notebook.frame_widget import FrameWidget
from viz.numbers import short
from viz.page.page import framed
from viz.page.scene_json import number
from viz.page.source import LIVE, html
from viz.page.word_table import require_language

PAUSE: Final = 0.1  # seconds between two drawings
POINTS: Final = 400  # of a curve
TITLE: Final = "Training"  # of a run without a name; the page has its own words for it


class LiveTraining(FrameWidget, Callback):
    """The curve of a training; `viz.live` makes it and describes it.

    `steps` and `losses`, by name, are the numbers of the curve. The training ends once `stopped` is
    True, which the button sets.
    """

    _alt = "the losses"
    steps: Sequence[int]
    losses: dict[str, Sequence[float]]

    def __init__(self, lang: str | None = None) -> None:
        language = require_language(lang)
        text = html(TITLE, "", entries=[LIVE], opening=language and f"lang={language}")
        super().__init__(framed(text, title=TITLE, height="22rem"))
        self._is_shown = False
        self._clear("")

    def __call__(self, state: State) -> None:
        """Draw an epoch; `train.fit` calls this. Raises StopTraining once the button is pressed."""
        self.follow(range(1, state.epoch + 1), state.history.losses, state.history.validation)

    def begin(self, state: State | None, name: str = "") -> None:
        """Start over, and show the curve unless it is shown already; `train.fit` calls this."""
        self._clear(name)
        self._way_out = "button"
        if in_notebook() and not self._is_shown:
            self._ipython_display_()
        elif "marimo" in sys.modules and (mo := sys.modules["marimo"]).running_in_notebook():
            if not isinstance(threading.current_thread(), mo.Thread):
                self._way_out = "interrupt"  # marimo gives no message to a cell that runs
            mo.output.append(self)

    def follow(
        self, steps: Sequence[int], losses: Sequence[float], validation: Sequence[float] = ()
    ) -> None:
        """Draw a run so far, if the last drawing is long enough ago.

        The sequences are kept, not copied. Raises StopTraining once the button is pressed.
        """
        self.steps, self.losses = steps, {"training": losses}
        if validation:
            self.losses["validation"] = validation
        if time.monotonic() - self._drawn >= PAUSE:
            self._draw()
        if self.stopped:
            raise StopTraining("stopped by the button")

    def end(self, state: State | None) -> None:
        """Draw all of a run, also as a picture; `train.fit` calls this."""
        self._way_out, self._is_shown = "", False
        self._draw()
        self._display_still(self._picture)

    def __repr__(self) -> str:
        return "<LiveTraining>"

    def _ipython_display_(self, **options: object) -> None:
        super()._ipython_display_()
        self._is_shown = True

    def _clear(self, name: str) -> None:
        self.title, self._drawn, self._way_out, self.stopped = name, 0.0, "", False
        self.steps, self.losses = [], {}
        self._message: dict[str, Any] = {}

    def _hear(self, **message: Any) -> None:
        if "stop" in message:
            self.stopped = True
        elif self._message:  # "ready": what was drawn last, since this may be another thread
            self._tell(curve=self._message)

    def _draw(self) -> None:
        every = len(self.steps) // POINTS + 1
        at = [*range(0, len(self.steps) - 1, every), len(self.steps) - 1] if self.steps else []
        self._message = {
            "title": self.title,
            "steps": [self.steps[k] for k in at],
            "columns": {name: [number(xs[k]) for k in at] for name, xs in self.losses.items()},
            "wayOut": self._way_out,
        }
        self._tell(curve=self._message)
        self._drawn = time.monotonic()

    def _picture(self) -> dict[str, str]:
        ends = ", ".join(f"{name} loss {short(xs[-1])}" for name, xs in self.losses.items())
        text = {"text/plain": f"{self.title or TITLE}: {ends or 'no step yet'}"}
        history = History(*(list(xs) for xs in self.losses.values()))  # type: ignore[arg-type]
        try:
            figure: Any = plot_loss(history, steps=self.steps, title=self.title or TITLE)
        except (PlotError, ValueError):  # no matplotlib, or no step
            return text
        return {"image/png": b64encode(figure._repr_png_()).decode()} | text
