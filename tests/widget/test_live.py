"""The curve of a training that runs, by its traits; a browser is in test_hosts.py."""

import json
import math
import sys
import threading
from itertools import pairwise
from types import SimpleNamespace

import pytest

from microgradlike import nn
from tests.widget.notebook import notebook  # noqa: F401
from viz import live, watch
from viz.notebook.live_training import PAUSE, POINTS, curve_svg

DATA = ([[0.0], [1.0]], [1.0, 3.0])


def fit(*callbacks, epochs=5, **options):
    model = nn.MLP(1, [1])
    sgd = nn.SGD(model.parameters(), lr=0.1)
    return nn.fit(
        model, "mse", DATA, optimizer=sgd, epochs=epochs, progress=False, callbacks=callbacks,
        **options,
    )  # fmt: skip


def sent(drawn):
    return json.loads(drawn._numbers)


def test_a_fit_is_drawn_with_its_validation():
    drawn = live()
    history = fit(drawn, validation_data=DATA)
    assert drawn.losses == {"training": history.losses, "validation": history.validation}
    assert sent(drawn)["columns"]["validation"] == history.validation
    assert sent(drawn)["steps"] == [1, 2, 3, 4, 5]
    drawn.close()


def test_at_most_ten_drawings_a_second_are_made(monkeypatch):
    drawn, times = live(), []
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr("viz.notebook.live_training.time.monotonic", lambda: clock.now)
    drawn.observe(lambda _: times.append(clock.now), "_numbers")
    drawn.restart()
    for step in range(1000):
        clock.now += 0.01
        drawn.add(step, {"training": step})
    assert min(b - a for a, b in pairwise(times)) >= PAUSE
    assert len(times) == pytest.approx(100, abs=10)
    assert len(sent(drawn)["steps"]) <= POINTS + 1
    drawn.finish(drawn.steps, drawn.losses)
    assert sent(drawn)["steps"][-1] == 999
    drawn.close()


def test_the_button_ends_a_fit_after_its_epoch_and_serves_once():
    drawn = live()
    buttons = [drawn.button]

    def press(state):
        drawn.button.stopped = state.epoch == 3

    history = fit(press, drawn, epochs=100)
    assert (len(history.losses), history.stopped) == (3, "stopped by the button")
    assert drawn.button is not buttons[0]
    assert len(fit(drawn).losses) == 5
    drawn.close()


def test_the_button_ends_a_with_block_at_the_next_step():
    model = nn.MLP(1, [1])
    run = watch(model, data=DATA, loss="mse", name="a run", live=live())
    with run:
        for step in range(100):
            run.live.button.stopped = step == 7
            run.record()
    assert run.steps == list(range(8))
    assert run.live.steps == run.steps
    assert sent(run.live)["title"] == "a run"
    with pytest.raises(nn.StopTraining, match="my own"), run:
        raise nn.StopTraining("my own")
    run.live.close()


def test_curve_button_and_picture_are_shown_when_a_training_begins(notebook):  # noqa: F811
    drawn = live()
    fit(drawn)
    view, still, button = notebook.shown
    assert "application/vnd.jupyter.widget-view+json" in view
    assert repr(button) == "<StopButton>"
    assert "no step yet" in still["text/plain"]
    notebook.end_cell()
    assert "training loss" in notebook.shown[-1]["text/html"]
    drawn._ipython_display_()
    drawn.restart()
    assert len(notebook.shown) == 7
    assert repr(drawn) == "<LiveTraining>"
    drawn.close()


@pytest.mark.parametrize("hears", [True, False])
def test_marimo_has_a_button_only_where_it_is_heard(monkeypatch, hears):
    shown = []
    marimo = SimpleNamespace(
        running_in_notebook=lambda: True,
        Thread=type(threading.current_thread()) if hears else SimpleNamespace,
        output=SimpleNamespace(append=shown.append),
        vstack=list,
        md=str,
    )
    monkeypatch.setitem(sys.modules, "marimo", marimo)
    drawn = live()
    drawn.restart()
    [[curve, below]] = shown
    assert curve is drawn
    assert below is drawn.button if hears else below.startswith("To stop, interrupt the cell.")
    drawn.close()


def test_the_picture_leaves_out_numbers_that_are_not_finite():
    assert 'points="180.0,110.0 360.0,10.0"' in curve_svg(
        "a < b", [0, 1, 2], {"training": [math.nan, 1.0, 5.0]}
    )
    assert "polyline" not in curve_svg("none", [], {})
    assert "0 to 0" in curve_svg("diverged", [1], {"training": [math.inf]})
