"""Large graph: fewer passes of Python's garbage collector while millions of nodes are built."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["large_graph"]

# New objects per pass over the youngest, such passes per pass over the middle, those per full pass.
# The youngest stay few enough for the processor's cache: 50,000 of them cost a third more time.
THRESHOLDS = (2_000, 1_000, 1_000)


class _Blocks:
    """The blocks that are open in all threads, and the thresholds before the first of them."""

    __slots__ = ("before", "count", "lock")

    def __init__(self) -> None:
        self.before = (0, 0, 0)
        self.count = 0
        self.lock = threading.Lock()


_blocks = _Blocks()


@contextmanager
def large_graph() -> Iterator[None]:
    """Raise the thresholds of Python's garbage collector in a block that builds a huge graph.

    A graph has no cycles, yet the collector walks through all of it again and again: at a million
    nodes this is most of the time in plain Python. In the block it runs less often. Nothing is
    hidden from it: cycles of yours are still found, only later, and memory may grow until then. The
    block changes no number, and compiled nodes, which the collector does not track, gain little.

    The thresholds belong to the whole process. Blocks may nest and overlap in several threads: the
    first one to begin raises the thresholds, the last one to end restores them, also after an
    exception. Thresholds that are higher already stay, and so does a collector that is off.

    >>> import gc
    >>> before = gc.get_threshold()
    >>> with large_graph():
    ...     gc.get_threshold() >= before
    True
    >>> gc.get_threshold() == before
    True
    """
    _begin()
    try:
        yield
    finally:
        _end()


def _begin() -> None:
    with _blocks.lock:
        if _blocks.count == 0:
            _blocks.before = gc.get_threshold()
            if _blocks.before[0] != 0:  # 0: off
                gc.set_threshold(*map(max, _blocks.before, THRESHOLDS))
        _blocks.count += 1


def _end() -> None:
    with _blocks.lock:
        _blocks.count -= 1
        if _blocks.count == 0:
            gc.set_threshold(*_blocks.before)
