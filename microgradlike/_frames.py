"""The user's line on the stack, for the messages of errors and warnings."""

from __future__ import annotations

import os
import sys
from types import FrameType

_SITE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_FOLDERS = tuple(os.path.join(_SITE, package, "") for package in ("microgradlike", "viz"))


def user_frame() -> FrameType | None:
    """The innermost frame that runs neither code of this project nor of NumPy; None without one.

    >>> user_frame().f_code.co_name
    '<module>'
    """
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and is_library(frame):
        frame = frame.f_back
    return frame


def user_level() -> int:
    """The `stacklevel` of the user's line, for a warning that the caller gives.

    >>> user_level()
    1
    """
    user, frame, level = user_frame(), sys._getframe(1), 1
    while frame is not user and frame.f_back is not None:
        frame, level = frame.f_back, level + 1
    return level


def is_library(frame: FrameType) -> bool:
    """True for a frame that runs code of this project or of NumPy."""
    if frame.f_code.co_filename.startswith(_FOLDERS):
        return True
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] == "numpy"
