"""The note and the warning on a graph whose numbers do not fit together."""

from __future__ import annotations

import warnings

from microgradlike._frames import user_level
from microgradlike.engine import Value, staleness

STALE = "; until then these numbers and derivatives mix old and new"  # the end of the note


def stale_note(root: Value) -> str:
    """The note that some `.data` has changed since the graph was built, also a warning; or "".

    >>> stale_note(Value(3.0) * 2)
    ''
    """
    stale = staleness(root)
    if stale is None:
        return ""
    note = stale[1] + STALE
    warnings.warn(note, stacklevel=user_level())
    return note
