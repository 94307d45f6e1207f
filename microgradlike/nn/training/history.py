"""History: the result of a training, and its plot by matplotlib."""

from __future__ import annotations

import functools
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from microgradlike.nn.training.speed import Speed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colors for the color-blind
COLORS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")


@dataclass(slots=True)
class History:
    """The result of a training: the mean loss of each epoch, over the data and the validation data.

    `losses` and `validation` have a float for each epoch; the latter is empty without validation
    data. `stopped` is the reason of the callback that ended the training, or "". `interrupted` is
    True after Ctrl-C. `speed` is None unless `fit` was called with `compare`.

    >>> History([0.5, 0.25]).losses
    [0.5, 0.25]
    """

    losses: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    stopped: str = ""
    interrupted: bool = False
    speed: Speed | None = None

    def _repr_png_(self) -> bytes | None:
        try:
            return _png(plot_loss(self))
        except (ImportError, ValueError):  # no matplotlib, or no loss: a notebook shows the text
            return None


class PlotError(ImportError):
    """Matplotlib is missing; the message says how to install it.

    >>> issubclass(PlotError, ImportError)
    True
    """


def plot_loss(
    losses: Sequence[float] | History,
    *,
    accuracies: Sequence[float] = (),
    title: str = "Training",
    steps: Sequence[int] = (),
) -> Figure:
    """Plot the loss at every step, on a logarithmic axis if it is positive and spans decades.

    `losses` has a number per step, and one that is not finite leaves a gap; or it is the History
    that `nn.fit` returns, with a number per epoch and the validation loss beside it. `accuracies`,
    fractions from 0 to 1, are drawn below, `title` above. `steps` has the step of each number, by
    default 1, 2 and so on. Returns a matplotlib Figure, which a notebook shows; its `savefig`
    writes it to a file. Raises ValueError if there is no loss, TypeError for anything but a
    sequence of numbers, PlotError without matplotlib.

    >>> figure = plot_loss([1.0, 0.5, 0.25])
    >>> figure.axes[0].get_ylabel()
    'loss'
    """
    unit, validation = "step", []
    if isinstance(losses, History):
        unit = "step" if steps else "epoch"
        validation, losses = losses.validation, losses.losses
    if not losses:
        raise ValueError("losses is empty; train for at least one step")
    steps = steps or range(1, len(losses) + 1)
    figure = new_figure((6.4, 4.8 if accuracies else 3.6))
    rows = figure.subplots(2 if accuracies else 1, 1, sharex=True, squeeze=False)[:, 0]
    _curve(rows[0], steps, losses, "loss", COLORS[0], named=bool(validation))
    if validation:
        _curve(rows[0], steps[: len(validation)], validation, "validation", COLORS[2], named=True)
        rows[0].legend(frameon=False)
    rows[0].set_ylabel("loss")
    finite = [x for x in (*losses, *validation) if math.isfinite(x)]
    if finite and min(finite) > 0 and max(finite) > 10 * min(finite):
        rows[0].set_yscale("log")
        rows[0].yaxis.set_major_formatter(_tick)
        rows[0].yaxis.set_minor_formatter(_tick)
    if accuracies:
        _curve(rows[1], range(1, len(accuracies) + 1), accuracies, "accuracy", COLORS[1])
        rows[1].set(ylim=(-0.03, 1.1), ylabel="accuracy")
        rows[1].yaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    rows[0].set_title(title)
    rows[-1].set_xlabel(unit)
    rows[-1].xaxis.get_major_locator().set_params(integer=True)
    return figure


def new_figure(size: tuple[float, float]) -> Figure:
    """Make a figure that a notebook shows; without pyplot, which would show it a second time.

    >>> new_figure((4.0, 3.0))._repr_png_()[1:4]
    b'PNG'
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise PlotError(
            f"plots need matplotlib ({error}): python -m pip install 'microgradlike[plot]'"
        ) from None
    figure = Figure(figsize=size, dpi=120, layout="constrained")
    figure._repr_png_ = functools.partial(_png, figure)  # type: ignore[attr-defined]
    return figure


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def _curve(
    axes: Axes,
    steps: Sequence[int],
    ys: Sequence[float],
    name: str,
    color: str,
    *,
    named: bool = False,
) -> None:
    """Draw a curve; its last number stands at its end, or after its name in the legend."""
    marker = "o" if len(ys) == 1 else ""
    last = f"{ys[-1]:.1%}" if name == "accuracy" else f"{ys[-1]:.4g}"
    label = f"{name} {last}"
    axes.plot(steps, ys, color=color, linewidth=1.8, marker=marker, label=label)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    if math.isfinite(ys[-1]) and not named:
        axes.annotate(
            last,
            (steps[-1], ys[-1]),
            (6, 0),
            textcoords="offset points",
            va="center",
            color=color,
            fontweight="bold",
        )


def _tick(x: float, _position: int | None = None) -> str:
    """Write a tick of a logarithmic axis: 0.1, 0.2, 0.5, and "" for those between."""
    digits = f"{x:.0e}"
    return f"{x:g}" if digits[0] in "125" else ""
