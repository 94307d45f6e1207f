"""The note and the warning on a graph whose numbers do not fit together."""

from __future__ import annotations

import sys
import warnings
from types import FrameType

from microgradlike.engine import Value, staleness

STALE = "; until then these numbers and derivatives mix old and new"  # the end of the note
OURS = ("microgradlike", "viz")


def stale_note(root: Value) -> tuple[str, ...]:
    """The note that some `.data` has changed since the graph was built, also a warning; or ().

    >>> stale_note(Value(3.0) * 2)
    ()
    """
    stale = staleness(root)
    if stale is None:
        return ()
    note = stale[1] + STALE
    warnings.warn(note, stacklevel=_level_of_user())
    return (note,)


def _level_of_user() -> int:
    """The `stacklevel` of the first line outside these packages, for a warning by the caller."""
    level = 1
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] in OURS:
        frame, level = frame.f_back, level + 1
    return level
