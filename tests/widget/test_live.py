"""The curve of a training that runs, by its traits; a browser is in test_hosts.py."""

import sys
import threading
from itertools import pairwise
from types import SimpleNamespace

import pytest

from microgradlike import nn
from tests.widget.notebook import hear, messages, notebook  # noqa: F401
from viz import live, plot_loss, watch
from viz.notebook.live_training import PAUSE, POINTS

DATA = ([[0.0], [1.0]], [1.0, 3.0])


def fit(*callbacks, epochs=5, **options):
    model = nn.MLP(1, [1])
    sgd = nn.SGD(model.parameters(), lr=0.1)
    return nn.fit(
        model, "mse", DATA, optimizer=sgd, epochs=epochs, progress=False, callbacks=callbacks,
        **options,
    )  # fmt: skip


def sent(drawn):
    """The latest drawing, which a page asks for."""
    kept = messages(drawn)
    hear(drawn, ready=True)
    return kept[0]["curve"]


def test_a_fit_is_drawn_with_its_validation():
    drawn = live()
    history = fit(drawn, validation_data=DATA)
    assert drawn.losses == {"training": history.losses, "validation": history.validation}
    assert sent(drawn)["columns"]["validation"] == history.validation
    assert sent(drawn)["steps"] == [1, 2, 3, 4, 5]
    assert sent(drawn)["title"] == ""  # the page has a word for it in its language
    drawn.close()


def test_at_most_ten_drawings_a_second_are_made(monkeypatch):
    drawn, times = live(), []
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr("viz.notebook.live_training.time.monotonic", lambda: clock.now)
    drawn.send = lambda content: times.append(clock.now)
    drawn.begin(None)
    for step in range(1000):
        clock.now += 0.01
        drawn.follow(range(step + 1), [1.0] * (step + 1))
    assert min(b - a for a, b in pairwise(times)) >= PAUSE
    assert len(times) == pytest.approx(100, abs=10)
    assert len(sent(drawn)["steps"]) <= POINTS + 1
    drawn.end(None)
    assert sent(drawn)["steps"][-1] == 999
    drawn.close()


def test_the_button_ends_a_fit_after_its_epoch_and_serves_once():
    drawn = live()

    def press(state):
        assert sent(drawn)["wayOut"] == "button" if state.epoch == 2 else True
        if state.epoch == 3:
            hear(drawn, stop=True)

    history = fit(press, drawn, epochs=100)
    assert (len(history.losses), history.stopped) == (3, "stopped by the button")
    assert sent(drawn)["wayOut"] == ""
    assert len(fit(drawn).losses) == 5
    drawn.close()


def test_the_button_ends_a_with_block_at_the_next_step():
    model = nn.MLP(1, [1])
    run = watch(model, data=DATA, loss="mse", name="a run", live=live())
    with run:
        for step in range(100):
            if step == 7:
                hear(run.live, stop=True)
            run.record()
    assert run.steps == list(range(8))
    assert run.live.steps == run.steps
    assert sent(run.live)["title"] == "a run"
    with pytest.raises(nn.StopTraining, match="my own"), run:
        raise nn.StopTraining("my own")
    run.live.close()


def test_curve_and_picture_are_shown_when_a_training_begins_and_ends(notebook):  # noqa: F811
    drawn = live()
    kept = messages(drawn)
    hear(drawn, ready=True)
    assert kept == []  # nothing is drawn yet
    fit(drawn, validation_data=DATA)
    view, still = notebook.shown
    assert "application/vnd.jupyter.widget-view+json" in view
    assert still["text/plain"].startswith("Training: training loss ")
    assert still["text/html"].startswith(f'<div class="{drawn._mark}"><img alt="the losses"')
    drawn._ipython_display_()
    fit(drawn)
    assert len(notebook.shown) == 4  # the curve is where it is shown already
    with pytest.raises(ZeroDivisionError):
        fit(lambda _: 1 / 0, drawn)
    assert notebook.shown[-1]["text/html"].endswith("Training: no step yet</div>")
    assert repr(drawn) == "<LiveTraining>"
    drawn.close()
    drawn.end(None)  # what is closed sends nothing


@pytest.mark.parametrize("hears", [True, False])
def test_marimo_has_a_button_only_where_it_is_heard(monkeypatch, hears):
    shown = []
    marimo = SimpleNamespace(
        running_in_notebook=lambda: True,
        Thread=type(threading.current_thread()) if hears else SimpleNamespace,
        output=SimpleNamespace(append=shown.append),
    )
    monkeypatch.setitem(sys.modules, "marimo", marimo)
    drawn = live()
    drawn.begin(None)
    drawn.follow([1], [0.5])
    assert shown == [drawn]
    assert sent(drawn)["wayOut"] == ("button" if hears else "interrupt")
    drawn.close()


def test_a_run_is_shown_once_and_at_its_own_steps(monkeypatch):
    model, drawn, shown = nn.MLP(1, [1]), live(), []
    monkeypatch.setattr(drawn, "begin", lambda state, name: shown.append(name))
    with watch(model, data=DATA, loss="mse", name="long", live=drawn) as run:
        for _ in range(500):
            run.record()
    assert shown == ["long"]
    assert drawn.steps == run.steps
    assert len(run.steps) < 300
    [axes] = plot_loss(run.losses, steps=run.steps).axes
    assert list(axes.lines[0].get_xdata()) == run.steps
    drawn.close()
