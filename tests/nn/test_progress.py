"""Progress: compilation is a phase with a name, which no rate counts."""

import io
import sys

import pytest

from microgradlike.nn.training.progress import with_progress


def slowly_begun(clock):
    """Two outcomes: the first after 1000 seconds."""
    clock.now += 1000.0
    yield 1
    clock.now += 1.0
    yield 2


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_the_bar_names_the_phase_before_the_first_outcome_and_does_not_count_it(monkeypatch):
    tqdm = pytest.importorskip("tqdm").tqdm
    clock, bars = Clock(), []

    class Bar(tqdm):
        def __init__(self, **options):
            super().__init__(**{**options, "file": io.StringIO()}, mininterval=0)
            self._time = clock
            self.start_t = self.last_print_t = clock()
            bars.append(self)

    monkeypatch.setattr("tqdm.tqdm", Bar)
    outcomes = with_progress(slowly_begun(clock), 3, lambda _: {}, first="compiling")
    assert next(outcomes) == 1
    assert bars[0].desc == "  training: "
    assert next(outcomes) == 2
    assert bars[0].format_dict["elapsed"] <= 2.0
    printed = bars[0].fp.getvalue()
    assert printed.index("compiling:   0%") < printed.index("training:")


def test_the_lines_without_a_bar_name_the_phase_too(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    assert list(with_progress([1], 1, lambda _: {"loss": "2"}, first="compiling")) == [1]
    assert capsys.readouterr().out.splitlines()[1:] == ["  compiling", "  epoch 1 of 1: loss 2"]
