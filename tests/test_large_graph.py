"""large_graph: the collector's thresholds in a block, and before and after it."""

import gc
import threading

import pytest

from microgradlike import Value, large_graph
from microgradlike.large_graph import THRESHOLDS


@pytest.fixture(autouse=True)
def thresholds():
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


def test_a_block_raises_the_thresholds_and_restores_them():
    with large_graph():
        assert gc.get_threshold() == THRESHOLDS
    assert gc.get_threshold() == (700, 10, 10)


def test_blocks_nest():
    with large_graph():
        with large_graph():
            pass
        assert gc.get_threshold() == THRESHOLDS
    assert gc.get_threshold() == (700, 10, 10)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_exception_restores_them_and_passes_through(error):
    with pytest.raises(error), large_graph():
        raise error
    assert gc.get_threshold() == (700, 10, 10)


def test_higher_thresholds_and_a_collector_that_is_off_stay():
    gc.set_threshold(10**6, 10, 10)
    with large_graph():
        assert gc.get_threshold() == (10**6, *THRESHOLDS[1:])
    gc.set_threshold(0, 10, 10)
    with large_graph():
        assert gc.get_threshold() == (0, 10, 10)
    assert gc.get_threshold() == (0, 10, 10)


def test_blocks_of_two_threads_may_end_in_any_order():
    begun, ended = threading.Event(), threading.Event()

    def other():
        with large_graph():
            begun.set()
            ended.wait(10)

    thread = threading.Thread(target=other)
    with large_graph():
        thread.start()
        assert begun.wait(10)
    assert gc.get_threshold() == THRESHOLDS  # the thread is still in its block
    ended.set()
    thread.join()
    assert gc.get_threshold() == (700, 10, 10)


def test_it_decorates_a_function_and_changes_no_gradient():
    @large_graph()
    def gradient():
        x = Value(3.0)
        (x * x).backward()
        return gc.get_threshold(), x.grad

    assert gradient() == (THRESHOLDS, 6.0)
    assert gradient() == (THRESHOLDS, 6.0)


def test_cycles_are_still_found():
    class Cycle:
        pass

    with large_graph():
        cycle = Cycle()
        cycle.itself = cycle
        del cycle
        assert gc.collect() >= 1
