"""Render: DOT to SVG, PNG or PDF, by Graphviz in a child process with a time limit.

A host that starts no child process, such as a page in a browser, can lend its own Graphviz.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable

from microgradlike._validate import shown

SECONDS = 30.0
KINDS = ("svg", "png", "pdf")
DPI = 144  # resolution of a PNG: twice that of a screen, enough for a slide

TOO_LONG = (
    "Graphviz needs more than {:g} s for this picture; draw less of it: depth=1 folds modules,"
    " max_nodes=100 keeps the nodes near the result, focus= shows one place"
)
BROKEN: set[str] = set()  # programs that failed at pictures that the wheel then drew
LENT: list[Callable[[str], str]] = []  # the host's Graphviz, at most one

# the wheel of pygraphviz brings Graphviz as libraries; they run in a child process too, since a
# layout cannot be interrupted
PYGRAPHVIZ = """
import sys, pygraphviz
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode("utf-8"))
sys.stdout.buffer.write(graph.draw(format=sys.argv[1], prog="dot"))
"""


class RenderError(RuntimeError):
    """Graphviz is missing, took too long or failed; the message names the remedy.

    >>> from viz.dot.render import render
    >>> try:
    ...     picture = render("digraph {}", "svg", seconds=0.0)
    ... except RenderError:
    ...     print("draw less of it, or give it more time")
    draw less of it, or give it more time
    """


def lend_graphviz(to_svg: Callable[[str], str]) -> None:
    """Render SVG by a function of the host, from DOT text to SVG text, and start no process.

    It is for Python within a page, where Graphviz runs as WebAssembly. The host limits its time.

    >>> lend_graphviz(lambda source: f"<svg><title>{source}</title></svg>")
    >>> render("digraph {}")
    b'<svg><title>digraph {}</title></svg>'
    >>> LENT.clear()
    """
    LENT[:] = [to_svg]


def render(source: str, kind: str = "svg", *, dpi: float = DPI, seconds: float = SECONDS) -> bytes:
    """Render a DOT text as "svg", "png" or "pdf", and return the bytes of the file.

    `dot` on PATH does it, or the wheel of pygraphviz if `dot` is missing or fails; such a `dot` is
    not tried again. Graphviz lent by the host takes the place of both. Raises RenderError if
    Graphviz is missing or fails, or takes more than `seconds`, ValueError for another kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {shown(kind)}")
    if LENT:
        return _render_lent(source, kind)
    if kind == "png":
        source = source.replace("{", f"{{ graph [dpi={dpi:.4g}]", 1)
    failures: dict[str, str] = {}  # by program
    for program, command in _commands(kind):
        try:
            done = subprocess.run(
                command, input=source.encode(), capture_output=True, timeout=seconds
            )
        except subprocess.TimeoutExpired:
            raise RenderError(TOO_LONG.format(seconds)) from None
        except OSError as error:
            failures[program] = f"Graphviz does not start: {error}; check the program {program}"
            continue
        if done.returncode == 0 and done.stdout:
            BROKEN.update(failures)
            return done.stdout
        said = done.stderr.decode("utf-8", "replace").strip()[-500:] or "no message"
        failures[program] = f"Graphviz failed with code {done.returncode}: {said}; from {program}"
    raise RenderError(next(iter(failures.values())))


def _render_lent(source: str, kind: str) -> bytes:
    if kind != "svg":
        raise RenderError(f'Graphviz draws only SVG in a page, not {kind}; use .save("y.svg")')
    try:
        svg = LENT[0](source)
        if "<svg" not in svg:
            raise ValueError(f"it gave {shown(svg)} instead of SVG")
        return svg.encode()
    except Exception as error:  # whatever the host raises
        raise RenderError(f"Graphviz failed in the page: {error}") from error


def _commands(kind: str) -> list[tuple[str, list[str]]]:
    """List the programs to try, each with its command: dot on PATH, then the wheel."""
    commands = []
    dot = shutil.which("dot")
    if importlib.util.find_spec("pygraphviz") is not None:
        # -P: ignore a pygraphviz.py in the working directory
        commands.append(("the wheel of pygraphviz", [sys.executable, "-P", "-c", PYGRAPHVIZ, kind]))
    if dot is not None and not (commands and dot in BROKEN):
        commands.insert(0, (dot, [dot, f"-T{kind}"]))
    if not commands:
        raise RenderError(
            "a picture needs Graphviz: install it and put its program dot on PATH, or"
            ' pip install "microgradlike[dot]"; without it, .save("y.dot") writes the text'
        )
    return commands
