"""Opened: a file shown in the browser of this machine."""

from __future__ import annotations

import sys
import tempfile
import webbrowser
from collections.abc import Callable
from pathlib import Path


def opened(save: Callable[[Path], Path], name: str, noun: str) -> Path:
    """Save a file in a new temporary folder, open it in the browser, and return its path.

    `noun` names the file in the message. Raises RuntimeError if there is no browser, or in Pyodide,
    whose files the browser cannot open.
    """
    path = save(Path(tempfile.mkdtemp(prefix="microgradlike-")) / name)
    if sys.platform == "emscripten":
        raise RuntimeError(
            f"the {noun} is at {path} in the file system of Pyodide, which the browser cannot open;"
            f" leave out .show() and let the {noun} stand last in its cell"
        )
    if not webbrowser.open(path.as_uri()):
        raise RuntimeError(f"found no browser to open the {noun} in; it is at {path}")
    return path
