"""LiveTraining: the losses of a training, drawn in a notebook while it runs."""

from __future__ import annotations

import json
import math
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

import anywidget
from traitlets import Bool

from microgradlike._html import in_notebook, one_line
from microgradlike.nn.training.callbacks import Callback, StopTraining
from microgradlike.nn.training.state import State
from viz.notebook.frame_widget import FrameWidget, script
from viz.numbers import short
from viz.page.page import live_page
from viz.page.scene_json import number

PAUSE: Final = 0.1  # seconds between two drawings
POINTS: Final = 400  # of a curve
COLORS: Final = ("#6a1b9a", "#d55e00")
SVG: Final = "http://www.w3.org/2000/svg"
STOPPED: Final = "stopped by the button"

INTERRUPT: Final = (
    "To stop, interrupt the cell. A training in a `mo.Thread` has a button instead: marimo gives no"
    " message to a cell that runs."
)
T = TypeVar("T")


class StopButton(anywidget.AnyWidget):
    """A button; the loop that reads `stopped` must never write it."""

    _esm = script("stop.js")
    stopped = Bool(False).tag(sync=True)

    def __init__(self) -> None:
        super().__init__()
        # ipykernel hands a message to the place that last wrote, here a cell that is busy
        self.comm.__dict__.pop("_reply_subshell_id", None)

    def __repr__(self) -> str:
        return "<StopButton>"


class LiveTraining(FrameWidget, Callback):
    """The curve of a training; `viz.live` makes it and describes it.

    `steps` and `losses`, by name, are the numbers of the curve; `button` is the widget that stops.
    """

    steps: list[int]
    losses: dict[str, list[float]]

    def __init__(self) -> None:
        super().__init__(live_page(), self._picture, _title="Training", _height="17rem")
        self.button = StopButton()
        self._is_shown = False
        self._clear("")

    def begin(self, state: State) -> None:
        """Start over, and show the widgets; `train.fit` calls this."""
        self.restart()

    def __call__(self, state: State) -> None:
        """Add an epoch; `train.fit` calls this. Raises StopTraining once the button is pressed."""
        checked = {} if state.validation is None else {"validation": state.validation}
        self.add(state.epoch, {"training": state.loss} | checked)
        self.check()

    def end(self, state: State) -> None:
        """Draw the end; `train.fit` calls this."""
        self.finish(self.steps, self.losses)

    def restart(self, name: str = "") -> None:
        """Begin the curve of a run, and show curve and button unless they are shown already."""
        self._clear(name)
        if in_notebook() and not self._is_shown:
            self._ipython_display_()
        elif "marimo" in sys.modules and (mo := sys.modules["marimo"]).running_in_notebook():
            hears = isinstance(threading.current_thread(), mo.Thread)  # a cell hears of no button
            mo.output.append(mo.vstack([self, self.button if hears else mo.md(INTERRUPT)]))

    def add(self, step: int, losses: Mapping[str, float]) -> None:
        """Add a point to each curve, and draw, if the last drawing is long enough ago."""
        self.steps.append(step)
        for name, x in losses.items():
            self.losses.setdefault(name, []).append(x)
        if time.monotonic() - self._drawn >= PAUSE:
            self._draw()

    def check(self) -> None:
        """Raise StopTraining if the button was pressed."""
        if self.button.stopped:
            raise StopTraining(STOPPED)

    def is_end(self, error: BaseException | None) -> bool:
        """True for the error of `check`."""
        return isinstance(error, StopTraining) and str(error) == STOPPED

    def finish(self, steps: Sequence[int], losses: Mapping[str, Sequence[float]]) -> None:
        """Draw all of a run, also as a picture; the next run gets a new button."""
        self.steps[:] = steps
        self.losses.update({name: list(xs) for name, xs in losses.items()})
        self._draw()
        self._is_old = True
        self.button.close()
        self.button, self._is_shown = StopButton(), False

    def close(self) -> None:
        """Remove the curve and the button."""
        self.button.close()
        super().close()

    def _ipython_display_(self, **options: object) -> None:
        from IPython.display import display

        super()._ipython_display_()
        display(self.button)
        self._is_shown = True

    def __repr__(self) -> str:
        return "<LiveTraining>"

    def _clear(self, name: str) -> None:
        self.title, self._drawn = name or "Training", 0.0
        self.steps, self.losses = [], {}

    def _draw(self) -> None:
        columns = {name: [*map(number, self._thinned(xs))] for name, xs in self.losses.items()}
        sent = {"title": self.title, "steps": self._thinned(self.steps), "columns": columns}
        self._numbers = json.dumps(sent)
        self._drawn = time.monotonic()

    def _thinned(self, xs: list[T]) -> list[T]:
        """Take every so many entries, and the last."""
        every = len(xs) // POINTS + 1
        return xs[:-1:every] + xs[-1:]

    def _picture(self) -> dict[str, str]:
        svg = curve_svg(self.title, self.steps, self.losses)
        src = f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
        ends = ", ".join(f"{name} loss {short(xs[-1])}" for name, xs in self.losses.items())
        text = f"{self.title}: {ends or 'no step yet'}"
        html = f'<img alt="{one_line(text)}" src="{src}">'
        return {"text/html": html, "image/svg+xml": svg, "text/plain": text}


def curve_svg(title: str, steps: Sequence[int], losses: Mapping[str, Sequence[float]]) -> str:
    """Draw curves as SVG text, on a logarithmic axis if they are positive and span a decade.

    >>> "polyline" in curve_svg("run", [1, 2], {"training": [4.0, 1.0]})
    True
    """
    finite = [x for xs in losses.values() for x in xs if math.isfinite(x)] or [0.0]
    low, high = min(finite), max(finite)
    scale = math.log if 0 < low * 10 < high else float
    bottom, height = scale(low), (scale(high) - scale(low)) or 1.0
    end = max(steps, default=1) or 1
    parts = [f'<text x="0" y="-8">{one_line(title)}, loss {short(high)} to {short(low)}</text>']
    for k, (name, xs) in enumerate(losses.items()):
        color = COLORS[k % len(COLORS)]
        points = " ".join(
            f"{360 * step / end:.1f},{110 - 100 * (scale(x) - bottom) / height:.1f}"
            for step, x in zip(steps, xs)
            if math.isfinite(x)
        )
        parts.append(f'<polyline fill="none" stroke="{color}" stroke-width="2" points="{points}"/>')
        label = f"{name} {short(xs[-1])}"
        parts.append(f'<text x="{180 * k}" y="130" fill="{color}">{one_line(label)}</text>')
    style = 'font-family="sans-serif" font-size="12" style="background:white"'
    return (
        f'<svg xmlns="{SVG}" viewBox="-10 -24 380 162" width="560" {style}>{"".join(parts)}</svg>'
    )
