"""Plots by matplotlib: the decision boundary here, the loss curve beside its History."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from microgradlike._validate import whole_number
from microgradlike.engine import Value
from microgradlike.nn.training.history import COLORS, PlotError, new_figure, plot_loss

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

# one for each color, for print without color
MARKERS: Final = ("o", "s", "^", "D", "v", "P")
BLACK: Final = "#222222"

__all__ = ["COLORS", "PlotError", "plot_decision_boundary", "plot_loss"]

Scores = Value | float | Sequence[Value | float]  # the result of a classifier
Grid = list[list[float]] | list[list[list[float]]]  # numbers or colors, by row


def plot_decision_boundary(
    model: Callable[[list[float]], Scores],
    points: Iterable[Sequence[float]],
    labels: Iterable[int],
    *,
    resolution: int = 50,
    title: str = "Decision boundary",
    level: float = 0.0,
) -> Figure:
    """Color the plane by the class that `model` gives each point, with the data on it.

    - `model`: takes [x, y] and gives a score, on either side of `level` for two classes, or a list
      of scores, the largest of which names the class; scores may be Values. A function made by
      `jit(f, batch=0, reduce=None)` is called once, with all points.
    - `points`: pairs of coordinates, `labels`: the class of each, a whole number. Of two classes,
      the smaller label belongs to scores below `level`.
    - `resolution`: the number of points along each axis at which the model is evaluated.
    - `title`: printed above.
    - `level`: the score between two classes: 0 for margins and logits, 0.5 for probabilities and
      for squared errors of labels 0 and 1.

    Returns a matplotlib Figure, which a notebook shows; its `savefig` writes it to a file. Raises
    ValueError if there are no points, if labels are missing or if the resolution is below 2,
    TypeError for another kind of resolution, PlotError without matplotlib.

    >>> figure = plot_decision_boundary(lambda p: p[0] - p[1], [(0, 1), (1, 0)], [0, 1])
    >>> figure.axes[0].get_title()
    'Decision boundary'
    """
    resolution = whole_number("resolution", resolution, at_least=2)
    xy, classes = _checked_points(points, labels)
    xs, ys = (_grid([p[i] for p in xy], resolution) for i in (0, 1))
    ratio = (ys[-1] - ys[0]) / (xs[-1] - xs[0])
    figure = new_figure((6.4, min(max(5.2 * ratio + 1.2, 3.0), 8.0)))
    axes = figure.subplots()
    rows = _rows_of_scores(model, xs, ys)
    by_sign = len(rows[0][0]) == 1
    if by_sign:
        _color_by_side(axes, xs, ys, rows, level)
    else:
        _color_by_class(axes, xs, ys, rows)
    for k, name in enumerate(sorted(set(classes))):
        color = k if by_sign else name
        _scatter(axes, [p for p, c in zip(xy, classes) if c == name], color, f"class {name}")
    axes.set(title=title, xlabel="x", ylabel="y", aspect="equal")
    figure.legend(loc="outside lower center", ncols=6, frameon=False)
    return figure


def _checked_points(
    points: Iterable[Sequence[float]], labels: Iterable[int]
) -> tuple[list[tuple[float, float]], list[int]]:
    """Convert points to pairs of floats, each with a label; ValueError if one is missing."""
    xy = [(float(p[0]), float(p[1])) for p in points]
    classes = list(labels)
    if not xy or len(xy) != len(classes):
        raise ValueError(
            f"need at least one point, and a label for each; got {len(xy)} points and"
            f" {len(classes)} labels"
        )
    return xy, classes


def _grid(xs: list[float], resolution: int) -> list[float]:
    """Space numbers evenly from the smallest to the largest, with a margin."""
    low, high = min(xs), max(xs)
    margin = 0.15 * (high - low) or 1.0
    step = (high - low + 2 * margin) / (resolution - 1)
    return [low - margin + i * step for i in range(resolution)]


def _rows_of_scores(
    model: Callable[[list[float]], Scores], xs: list[float], ys: list[float]
) -> list[list[list[float]]]:
    """Evaluate the model on the grid: at once if it takes a batch, else point by point."""
    from microgradlike.compile.jitted import Jitted  # imports NumPy, as matplotlib does

    if not (isinstance(model, Jitted) and model.batch == (0,) and model.reduce is None):
        return [[_scores(model([x, y])) for x in xs] for y in ys]
    outputs: Any = model([[x, y] for y in ys for x in xs])
    columns = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    scores = [list(point) for point in zip(*[map(_number, column) for column in columns])]
    return [scores[i : i + len(xs)] for i in range(0, len(scores), len(xs))]


def _scores(output: Scores) -> list[float]:
    outputs = output if isinstance(output, Sequence) else [output]
    return [_number(x) for x in outputs]


def _number(x: Value | float) -> float:
    return x.data if isinstance(x, Value) else float(x)


def _color_by_side(
    axes: Axes, xs: list[float], ys: list[float], rows: list[list[list[float]]], level: float
) -> None:
    """Color one score blue below the level and orange above, with a line at the level."""
    from matplotlib.colors import LinearSegmentedColormap

    z = [[scores[0] for scores in row] for row in rows]
    flat = sorted(x for row in z for x in row if math.isfinite(x))
    sizes = sorted(abs(x - level) for x in flat)
    # scores are greatest far from the data; scaled by them, colors near the data would be pale
    top = sizes[int(0.9 * (len(sizes) - 1))] if sizes and sizes[-1] > 0 else 1.0
    colors = LinearSegmentedColormap.from_list("sign", ["#7fb3d6", "#fafafa", "#eaae7d"])
    image = _image(axes, xs, ys, z, cmap=colors, vmin=level - top, vmax=level + top)
    colorbar_axes = axes.inset_axes((1.03, 0.0, 0.03, 1.0))
    axes.figure.colorbar(
        image, cax=colorbar_axes, label=f"score, {level:g} on the line", extend="both"
    )
    if flat and flat[0] < level < flat[-1]:
        axes.contour(xs, ys, z, levels=[level], colors=BLACK, linewidths=1.6)


def _color_by_class(
    axes: Axes, xs: list[float], ys: list[float], rows: list[list[list[float]]]
) -> None:
    """Color each point by the class of its largest score."""
    from matplotlib.colors import to_rgb

    pale = [[0.35 * x + 0.65 for x in to_rgb(color)] for color in COLORS]
    z = [[pale[scores.index(max(scores)) % len(pale)] for scores in row] for row in rows]
    _image(axes, xs, ys, z)


def _image(axes: Axes, xs: list[float], ys: list[float], z: Grid, **options: Any) -> AxesImage:
    """Draw the grid as an image whose pixels are centered on its points."""
    right, up = (xs[1] - xs[0]) / 2, (ys[1] - ys[0]) / 2
    extent = (xs[0] - right, xs[-1] + right, ys[0] - up, ys[-1] + up)
    image = axes.imshow(z, extent=extent, origin="lower", interpolation="bilinear", **options)
    axes.set(xlim=(xs[0], xs[-1]), ylim=(ys[0], ys[-1]))
    return image


def _scatter(axes: Axes, points: list[tuple[float, float]], k: int, name: str) -> None:
    axes.scatter(
        [x for x, _ in points],
        [y for _, y in points],
        s=26,
        color=COLORS[k % len(COLORS)],
        marker=MARKERS[k % len(MARKERS)],
        edgecolors="white",
        linewidths=0.7,
        label=name,
        zorder=3,
    )
