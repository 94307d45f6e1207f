"""Plots: the figure shows the numbers given, with labelled axes."""

from __future__ import annotations

import io
import math
import pickle
import subprocess
import sys

import pytest
from matplotlib.contour import ContourSet

from microgradlike import Value, jit, nn
from viz.training.plots import COLORS, PlotError, plot_decision_boundary, plot_loss

POINTS = [(-1.0, 0.0), (1.0, 1.0), (-0.5, 2.0)]


def rendered(figure):
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()


def test_the_loss_curve_shows_every_step_with_labels():
    figure = plot_loss([2.0, 1.5, 1.25], accuracies=[0.5, 0.75, 1.0], title="Moons")
    upper, lower = figure.axes
    assert upper.lines[0].get_xydata().tolist() == [[1, 2.0], [2, 1.5], [3, 1.25]]
    assert lower.lines[0].get_xydata().tolist() == [[1, 0.5], [2, 0.75], [3, 1.0]]
    labels = (upper.get_title(), upper.get_ylabel(), lower.get_ylabel(), lower.get_xlabel())
    assert labels == ("Moons", "loss", "accuracy", "step")
    assert [text.get_text() for axes in (upper, lower) for text in axes.texts] == ["1.25", "100.0%"]


@pytest.mark.parametrize(
    ("losses", "scale"),
    [
        ([2.0, 1.0], "linear"),
        ([2.0, 0.1], "log"),
        ([2.0, 0.0], "linear"),
        ([2.0, -1.0], "linear"),
        ([math.nan], "linear"),
        ([math.inf, 1.0, 0.01], "log"),
    ],
)
def test_the_axis_of_the_loss_is_logarithmic_where_it_spans_decades_above_zero(losses, scale):
    figure = plot_loss(losses)
    assert figure.axes[0].get_yscale() == scale
    assert rendered(figure).startswith(b"\x89PNG")


def test_a_history_is_plotted_by_epoch_with_the_validation_loss_beside_it():
    history = nn.History([2.0, 1.0], [2.5, 1.25])
    (axes,) = plot_loss(history).axes
    assert [line.get_ydata().tolist() for line in axes.lines] == [[2.0, 1.0], [2.5, 1.25]]
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert (axes.get_xlabel(), names) == ("epoch", ["loss 1", "validation 1.25"])
    assert not axes.texts  # the numbers at the ends could overlap


def test_figures_and_histories_are_pictures_in_a_notebook():
    for shown in (
        plot_loss([1.0, 0.5]),
        plot_decision_boundary(lambda p: p[0], POINTS, [0, 1, 0], resolution=4),
        nn.History([1.0, 0.5]),
    ):
        assert shown._repr_png_().startswith(b"\x89PNG")
    figure = pickle.loads(pickle.dumps(plot_loss([1.0])))
    assert figure._repr_png_().startswith(b"\x89PNG")


def test_a_history_that_cannot_be_plotted_is_text_in_a_notebook(monkeypatch):
    assert nn.History()._repr_png_() is None
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert nn.History([1.0])._repr_png_() is None


def test_ticks_of_a_logarithmic_axis_are_plain_numbers():
    figure = plot_loss([1.0, 0.02])
    rendered(figure)
    axis = figure.axes[0].yaxis
    ticks = [label.get_text() for label in axis.get_ticklabels(which="both") if label.get_text()]
    assert {"0.1", "0.2", "0.5", "1"} <= set(ticks)
    assert not any("$" in tick for tick in ticks)


def test_the_plane_has_the_sign_of_the_score_and_a_line_where_it_changes():
    figure = plot_decision_boundary(lambda p: p[0] - 0.25, POINTS, [0, 1, 0], resolution=11)
    axes = figure.axes[0]
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    scores = axes.images[0].get_array()
    assert scores.shape == (11, 11)
    assert [scores[0, 0], scores[0, -1]] == pytest.approx([left - 0.25, right - 0.25])
    assert left < -1 < 1 < right
    assert bottom < 0 < 2 < top
    (line,) = [c.get_paths()[0] for c in axes.collections if isinstance(c, ContourSet)]
    assert {round(x, 9) for x, _ in line.vertices} == {0.25}
    assert (axes.get_xlabel(), axes.get_ylabel(), axes.get_title()) == (
        "x",
        "y",
        "Decision boundary",
    )
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["class 0", "class 1"]


def test_the_line_stands_at_the_level_between_the_classes():
    plot = {"points": POINTS, "labels": [0, 1, 0], "resolution": 11, "level": 0.5}
    figure = plot_decision_boundary(lambda p: p[0] - 0.25, **plot)
    axes = figure.axes[0]
    (line,) = [c.get_paths()[0] for c in axes.collections if isinstance(c, ContourSet)]
    assert {round(x, 9) for x, _ in line.vertices} == {0.75}
    low, high = axes.images[0].get_clim()
    assert (low + high) / 2 == pytest.approx(0.5)
    assert "0.5 on the line" in next(a.get_ylabel() for a in axes.child_axes)


def test_values_and_floats_give_the_same_plane():
    plain = plot_decision_boundary(lambda p: p[0] * p[1], POINTS, [0, 1, 0], resolution=7)
    w = Value(1.0)
    values = plot_decision_boundary(lambda p: w * p[0] * p[1], POINTS, [0, 1, 0], resolution=7)
    assert rendered(plain) == rendered(values)


def test_of_several_scores_the_largest_names_the_class_by_its_color():
    figure = plot_decision_boundary(
        lambda p: [p[0], -p[0], Value(-9.0)], POINTS, [1, 0, 2], resolution=5
    )
    image = figure.axes[0].images[0].get_array()
    assert tuple(image[0, 0]) != tuple(image[0, -1])
    colors = {s.get_label(): s.get_facecolor()[0].tolist() for s in figure.axes[0].collections}
    assert list(colors) == ["class 0", "class 1", "class 2"]
    for label, k in (("class 0", 0), ("class 1", 1), ("class 2", 2)):
        assert [round(255 * x) for x in colors[label][:3]] == list(bytes.fromhex(COLORS[k][1:]))


@pytest.mark.parametrize("score", [0.0, 3.0, -1.0, math.nan, math.inf])
def test_a_constant_model_is_drawn_too(score):
    figure = plot_decision_boundary(lambda p: score, [(1.0, 1.0)], [0], resolution=4)
    assert rendered(figure).startswith(b"\x89PNG")


def test_nothing_to_plot_is_a_value_error():
    with pytest.raises(ValueError, match="losses is empty; train for at least one step"):
        plot_loss([])
    with pytest.raises(ValueError, match="got 0 points and 0 labels"):
        plot_decision_boundary(lambda p: 0.0, [], [])
    with pytest.raises(ValueError, match="got 3 points and 1 labels"):
        plot_decision_boundary(lambda p: 0.0, POINTS, [1])
    with pytest.raises(ValueError, match=r"resolution .*at least 2, got 1"):
        plot_decision_boundary(lambda p: 0.0, POINTS, [0, 1, 0], resolution=1)


def test_without_matplotlib_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(PlotError, match=r"pip install 'microgradlike\[plot\]'"):
        plot_loss([1.0])


def test_no_window_system_and_no_global_state_is_touched():
    code = (
        "import sys; from viz.training.plots import plot_loss;"
        " assert 'matplotlib' not in sys.modules; plot_loss([1.0, 0.1]);"
        " assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("backend", ["llvm", "numpy", "eager"])
@pytest.mark.parametrize("outputs", [1, 3])
def test_a_jit_function_over_a_batch_gives_the_same_plane_in_one_call(backend, outputs):
    def model(p):
        scores = [p[0] * 2 - p[1], p[1] * p[0], p[0] - 3]
        return scores if outputs == 3 else scores[0]

    calls = []

    def counted(p):
        calls.append(p)
        return model(p)

    compiled = jit(counted, batch=0, reduce=None, backend=backend)
    figures = [
        plot_decision_boundary(f, POINTS, [0, 1, 1], resolution=5)
        for f in (model, compiled, jit(model, backend=backend))
    ]
    planes = [figure.axes[0].images[0].get_array().tolist() for figure in figures]
    assert planes[0] == planes[1] == planes[2]
    assert len(calls) == (25 if backend == "eager" else 1)
