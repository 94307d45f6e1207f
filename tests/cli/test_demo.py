"""The demo: its pictures, also without optional packages and after Ctrl-C."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr, redirect_stdout

import pytest

from microgradlike import nn
from microgradlike.cli.main import demo, main
from viz.training import plots

ALL = ["boundary.png", "loss.png", "network.svg", "neuron.html", "neuron.svg", "training.html"]


def coarse(patch):
    """Plot the plane at few points, which take most of the time of a short demo."""
    fine = plots.plot_decision_boundary

    def plot(*arguments, **options):
        return fine(*arguments, **{**options, "resolution": 8})

    patch.setattr(plots, "plot_decision_boundary", plot)


@pytest.fixture(autouse=True)
def coarse_planes(short, monkeypatch):
    coarse(monkeypatch)


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """A demo of three steps: its folder, what it printed, and what it said of its progress."""
    out = tmp_path_factory.mktemp("demo") / "deep" / "er"
    printed, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(printed), redirect_stderr(err):
        coarse(patch)
        assert main(["demo", "--out", str(out), "--steps", "3"]) == 0
    return out, printed.getvalue(), err.getvalue()


def files(directory):
    return sorted(path.name for path in directory.iterdir())


def interrupt_at(step, monkeypatch):
    """Press Ctrl-C during a step of the optimizer."""
    original = nn.SGD.step

    def stepping(self):
        if self.steps == step:
            raise KeyboardInterrupt
        original(self)

    monkeypatch.setattr(nn.SGD, "step", stepping)


def test_every_picture_is_written_and_named_with_a_hint(short):
    out, printed, err = short
    assert files(out) == ALL
    for name in ALL:
        (line,) = [line for line in printed.splitlines() if name in line]
        assert len(line.removeprefix(f"  {out / name}: ")) > 20
    assert "337 parameters" in printed
    assert "loss=0." in err
    assert "accuracy=" in err
    assert (out / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert "tanh" in (out / "neuron.svg").read_text(encoding="utf-8")
    assert "layers.2" in (out / "network.svg").read_text(encoding="utf-8")


def test_the_same_seed_gives_the_same_bits_and_another_seed_others(short, tmp_path):
    first = [(short[0] / file).read_bytes() for file in ALL]
    for seed, same in (("1", True), ("6", False)):
        out = tmp_path / seed
        assert main(["demo", "--out", str(out), "--steps", "3", "--seed", seed]) == 0
        assert ([(out / file).read_bytes() for file in ALL] == first) is same


def test_the_network_learns_the_moons():
    training = demo.untrained(seed=1)
    demo.train(training, 20)
    assert len(training.losses) == len(training.accuracies) == 20
    assert training.losses[-1] < training.losses[0] / 4
    assert training.accuracies[-1] >= 0.95


def test_the_demo_says_how_much_faster_it_was_compiled(short):
    (line,) = [line for line in short[1].splitlines() if "times faster" in line]
    assert line.startswith("  compiled ")
    assert "a step, eager" in line


def test_an_eager_demo_gives_the_same_and_compares_nothing(tmp_path, capsys):
    trainings = [demo.untrained(seed=1), demo.untrained(seed=1)]
    for training, backend in zip(trainings, ("auto", "eager")):
        demo.train(training, 3, backend=backend)
    compiled, eager = trainings
    assert compiled.losses == pytest.approx(eager.losses, rel=1e-9)
    assert compiled.accuracies == eager.accuracies
    capsys.readouterr()
    assert main(["demo", "--out", str(tmp_path), "--steps", "1", "--eager"]) == 0
    assert "times faster" not in capsys.readouterr().out


def test_the_learning_rate_falls_evenly_from_1_towards_a_tenth(monkeypatch):
    rates, original = [], nn.SGD.step

    def stepping(self):
        rates.append(self.lr)
        original(self)

    monkeypatch.setattr(nn.SGD, "step", stepping)
    demo.train(demo.untrained(seed=1), 3)
    assert rates == pytest.approx([1.0, 0.7, 0.4])


def test_the_neuron_is_that_of_the_lecture():
    y = demo.neuron()
    assert y.data == pytest.approx(0.7071067811865477)
    (n,) = y.operands
    assert n.grad == pytest.approx(0.5)


def test_ctrl_c_keeps_the_steps_done_and_gives_status_130(tmp_path, capsys, monkeypatch):
    interrupt_at(3, monkeypatch)
    assert main(["demo", "--out", str(tmp_path), "--steps", "50"]) == 130
    assert files(tmp_path) == ALL
    printed = capsys.readouterr().out
    assert "interrupted: the 3 steps done so far are kept" in printed
    assert printed.count(str(tmp_path)) == 6


def test_ctrl_c_in_the_first_step_still_leaves_the_drawings(tmp_path, capsys, monkeypatch):
    interrupt_at(0, monkeypatch)
    assert main(["demo", "--out", str(tmp_path), "--steps", "50"]) == 130
    assert files(tmp_path) == ["network.svg", "neuron.html", "neuron.svg"]
    assert "no step was finished: there is no curve to draw" in capsys.readouterr().out


def test_without_tqdm_there_are_plain_lines_and_the_name_of_the_extra(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert main(["demo", "--out", str(tmp_path), "--steps", "2"]) == 0
    printed, err = capsys.readouterr()
    assert "python -m pip install 'microgradlike[progress]'" in printed
    assert "  epoch 2 of 2: loss 0." in printed
    assert err == ""
    assert files(tmp_path) == ALL


def test_without_matplotlib_the_rest_is_there_and_the_extra_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert main(["demo", "--out", str(tmp_path), "--steps", "1", "--eager"]) == 0
    assert files(tmp_path) == ["network.svg", "neuron.html", "neuron.svg", "training.html"]
    assert "python -m pip install 'microgradlike[plot]'" in capsys.readouterr().out


def test_without_graphviz_dot_texts_are_written_and_the_extra_is_named(
    tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["demo", "--out", str(tmp_path), "--steps", "1", "--eager"]) == 0
    assert files(tmp_path) == [
        "boundary.png",
        "loss.png",
        "network.dot",
        "neuron.dot",
        "neuron.html",
        "training.html",
    ]
    printed = capsys.readouterr().out
    assert "a picture needs Graphviz: install it" in printed
    assert ".save(" not in printed  # a way out for Python only
    assert str(tmp_path / "neuron.dot") in printed
