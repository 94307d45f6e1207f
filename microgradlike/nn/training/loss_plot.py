"""The loss curve of a training as a figure by matplotlib, which a notebook shows."""

from __future__ import annotations

import functools
import io
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's colors for the color-blind
COLORS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
DPI = 120  # of a file; a notebook gets twice as many points, for sharp screens


class PlotError(ImportError):
    """Matplotlib is missing; the message says how to install it.

    >>> issubclass(PlotError, ImportError)
    True
    """


def loss_plot(
    losses: Sequence[float],
    validation: Sequence[float] = (),
    accuracies: Sequence[float] = (),
    *,
    title: str = "Training",
    unit: str = "step",
) -> Figure:
    """Plot losses as `viz.plot_loss` does, with the losses over validation data beside them.

    >>> loss_plot([1.0, 0.5], [1.2, 0.7], unit="epoch").axes[0].get_xlabel()
    'epoch'
    """
    if not losses:
        raise ValueError("losses is empty; train for at least one step")
    figure = new_figure((6.4, 4.8 if accuracies else 3.6))
    rows = figure.subplots(2 if accuracies else 1, 1, sharex=True, squeeze=False)[:, 0]
    _curve(rows[0], losses, "loss", COLORS[0])
    if validation:
        _curve(rows[0], validation, "validation", COLORS[2])
        rows[0].legend(frameon=False)
    rows[0].set_ylabel("loss")
    finite = [x for x in (*losses, *validation) if math.isfinite(x)]
    if finite and min(finite) > 0 and max(finite) > 10 * min(finite):
        rows[0].set_yscale("log")
        rows[0].yaxis.set_major_formatter(_tick)
        rows[0].yaxis.set_minor_formatter(_tick)
    if accuracies:
        _curve(rows[1], accuracies, "accuracy", COLORS[1])
        rows[1].set(ylim=(-0.03, 1.1), ylabel="accuracy")
        rows[1].yaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    rows[0].set_title(title)
    rows[-1].set_xlabel(unit)
    rows[-1].xaxis.get_major_locator().set_params(integer=True)
    return figure


def new_figure(size: tuple[float, float]) -> Figure:
    """Make a figure that a notebook shows; without pyplot, which would show it a second time.

    >>> new_figure((4.0, 3.0))._repr_png_()[1]
    {'width': 480}
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise PlotError(
            f"plots need matplotlib ({error}): python -m pip install 'microgradlike[plot]'"
        ) from None
    figure = Figure(figsize=size, dpi=DPI, layout="constrained")
    figure._repr_png_ = functools.partial(png, figure)  # type: ignore[attr-defined]
    return figure


def png(figure: Figure) -> tuple[bytes, dict[str, int]]:
    """Return a figure as a PNG, and its width in a notebook.

    >>> png(new_figure((4.0, 3.0)))[0][1:4]
    b'PNG'
    """
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=2 * DPI)
    return file.getvalue(), {"width": round(figure.get_figwidth() * DPI)}


def _curve(axes: Axes, ys: Sequence[float], name: str, color: str) -> None:
    marker = "o" if len(ys) == 1 else ""
    steps = range(1, len(ys) + 1)
    axes.plot(steps, ys, color=color, linewidth=1.8, marker=marker, label=name)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    if math.isfinite(ys[-1]):
        axes.annotate(
            f"{ys[-1]:.1%}" if name == "accuracy" else f"{ys[-1]:.4g}",
            (len(ys), ys[-1]),
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
