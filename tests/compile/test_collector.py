"""The collector's pause: it ends with the recording, whatever happens meanwhile."""

import gc
import threading

import pytest

from microgradlike import TraceError, jit, value_and_grad
from microgradlike.compile import collector
from microgradlike.compile.collector import collector_paused


@pytest.fixture(autouse=True)
def on_again():
    assert gc.isenabled()
    yield
    assert gc.isenabled()
    assert not collector._pausing


def test_the_collector_is_off_while_a_function_is_recorded_and_on_when_it_has_run():
    seen = []

    def f(x):
        seen.append(gc.isenabled())
        return x * x

    g = jit(f, backend="python")
    assert (g(3.0), g(4.0), seen, gc.isenabled()) == (9.0, 16.0, [False], True)


def test_an_error_in_the_function_ends_the_pause():
    with pytest.raises(TraceError):
        jit(lambda x: x if x > 0 else 0.0)(3.0)
    assert gc.isenabled()
    with pytest.raises(KeyboardInterrupt), collector_paused():
        raise KeyboardInterrupt
    assert gc.isenabled()


def test_a_pause_within_a_pause_ends_with_the_outer_one():
    inner = jit(lambda x: x * x)
    seen = []

    def f(x):
        y = value_and_grad(inner)(x)[0]
        seen.append(gc.isenabled())
        return y

    assert (jit(f)(3.0), seen) == (9.0, [False])


def test_a_collector_that_is_off_stays_off():
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_a_thread_that_leaves_first_takes_nothing_from_the_others():
    left, go = threading.Event(), threading.Event()

    def work():
        with collector_paused():
            left.set()
            go.wait()

    thread = threading.Thread(target=work)
    thread.start()
    left.wait()
    with collector_paused():
        assert not gc.isenabled()
    assert not gc.isenabled()
    go.set()
    thread.join()


def test_a_child_without_the_thread_that_paused_has_its_collector(monkeypatch):
    monkeypatch.setattr(collector, "_pausing", {threading.get_ident() + 1})
    gc.disable()
    try:
        collector._resume_in_child()
        assert gc.isenabled()
        assert not collector._pausing
    finally:
        gc.enable()


def test_a_child_of_the_thread_that_paused_goes_on_with_the_pause():
    with collector_paused():
        collector._resume_in_child()
        assert not gc.isenabled()
