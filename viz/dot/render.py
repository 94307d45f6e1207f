"""Render: DOT to SVG, PNG or PDF, by Graphviz in a child process with a time limit."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys

from microgradlike._validate import shown

SECONDS = 30.0
KINDS = ("svg", "png", "pdf")
DPI = 144  # resolution of a PNG: twice that of a screen, enough for a slide

# the wheel of pygraphviz brings Graphviz as libraries; they run in a child process too, since a
# layout cannot be interrupted
PYGRAPHVIZ = """
import sys, pygraphviz
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode("utf-8"))
sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog="dot"))
"""


class RenderError(RuntimeError):
    """Graphviz is missing, took too long or failed; the message names the remedy.

    >>> try:
    ...     picture = render("digraph {}", "svg", seconds=0.0)
    ... except RenderError:
    ...     print("draw less of it, or give it more time")
    draw less of it, or give it more time
    """


def render(source: str, kind: str = "svg", *, seconds: float = SECONDS) -> bytes:
    """Render a DOT text as "svg", "png" or "pdf", and return the bytes of the file.

    `dot` on PATH does it, else the wheel of pygraphviz. Raises RenderError if both are missing, if
    Graphviz fails or takes more than `seconds`, ValueError for another kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {shown(kind)}")
    if kind == "png":
        source = source.replace("{", f"{{ graph [dpi={DPI}]", 1)
    try:
        done = subprocess.run(
            _command(kind), input=source.encode(), capture_output=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        raise RenderError(
            f"Graphviz needs more than {seconds:g} s for this picture; draw less of it: depth=1"
            " folds modules, max_nodes=100 keeps the nodes near the result, focus= shows one place"
        ) from None
    except OSError as error:
        raise RenderError(
            f"Graphviz does not start: {error}; check the program dot on PATH"
        ) from error
    if done.returncode != 0 or not done.stdout:
        said = done.stderr.decode("utf-8", "replace").strip()[-500:]
        raise RenderError(f"Graphviz failed with code {done.returncode}: {said or 'no message'}")
    return done.stdout


def _command(kind: str) -> list[str]:
    dot = shutil.which("dot")
    if dot is not None:
        return [dot, f"-T{kind}"]
    if importlib.util.find_spec("pygraphviz") is not None:
        # -P: ignore a pygraphviz.py in the working directory
        return [sys.executable, "-P", "-c", PYGRAPHVIZ, kind]
    raise RenderError(
        "a picture needs Graphviz: install it and put its program dot on PATH, or"
        ' pip install "microgradlike[dot]"; without it, .save("y.dot") writes the text'
    )
