"""The garbage collector's pause while a function is recorded and its code is made."""

from __future__ import annotations

import contextlib
import gc
import os
import threading
from collections.abc import Iterator

_pausing: set[int] = set()  # threads that have turned the collector off


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """Pause Python's cyclic garbage collector, which would walk a growing recording many times.

    A collector that is off stays off. One that was on is on again at the end, after an error too,
    and earlier if another thread leaves a pause that began before.

    >>> with collector_paused():
    ...     gc.isenabled()
    False
    >>> gc.isenabled()
    True
    """
    if not gc.isenabled():
        yield
        return
    try:
        _pausing.add(threading.get_ident())
        gc.disable()
        yield
    finally:
        gc.enable()
        _pausing.discard(threading.get_ident())


def _resume_in_child() -> None:
    """Turn the collector on in a forked process that lacks the thread which paused it."""
    if not _pausing <= {threading.get_ident()}:
        _pausing.intersection_update({threading.get_ident()})
        gc.enable()


with contextlib.suppress(AttributeError):  # Windows has no fork
    os.register_at_fork(after_in_child=_resume_in_child)
