"""Large graph: fewer passes of Python's garbage collector while millions of nodes are built."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# New objects per pass over the youngest, such passes per pass over the middle, those per full pass.
# The youngest stay few enough for the processor's cache: 50,000 of them cost a third more time.
THRESHOLDS = (2_000, 1_000, 1_000)

_lock = threading.Lock()
_before: list[tuple[int, int, int]] = []  # the thresholds before each open block, of all threads


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
    with _lock:
        before = gc.get_threshold()
        _before.append(before)
        if before[0] != 0:  # 0: off
            gc.set_threshold(*map(max, before, THRESHOLDS))
    try:
        yield
    finally:
        with _lock:
            before = _before[0]  # the first one stays until the last block ends
            _before.pop()
            if not _before:
                gc.set_threshold(*before)
