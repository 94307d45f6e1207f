"""Code: the user's lines that made the nodes of a scene, with the lines around them."""

from __future__ import annotations

import linecache
from collections.abc import Sequence

from microgradlike.lines import Line
from viz.label import printable, usable
from viz.scene.scene import SceneNode

AROUND = 3  # lines shown before and after one that made a node
LONGEST = 300  # characters of a line
LONGEST_NAME = 60  # columns of the name of a file
TAB = 4


def code(nodes: Sequence[SceneNode]) -> dict[str, object] | None:
    """Write the columns of the code: a place per shown line, and the line of each node.

    The text is None where the source cannot be read. The result is None without traced lines.

    >>> from microgradlike import Value, trace_lines
    >>> from viz.scene.scene import scene
    >>> code(scene(Value(3.0)).nodes) is None
    True
    >>> with trace_lines():
    ...     y = Value(3.0) * 2
    >>> found = code(scene(y).nodes)
    >>> found["number"], found["text"][1], found["node"]
    ([1, 2], '    y = Value(3.0) * 2', [1, 1, 1])
    """
    made = list(dict.fromkeys(n.line for n in nodes if n.line is not None))
    if not made:
        return None
    files = list(dict.fromkeys(line.file for line in made))
    names = {line.file: line.name for line in made}
    shown = [(file, *row) for file in files for row in _rows(file, made)]
    place = {(file, number): i for i, (file, number, _) in enumerate(shown)}
    return {
        "files": [printable(names[file], LONGEST_NAME) for file in files],
        "file": [files.index(file) for file, _, _ in shown],
        "number": [number for _, number, _ in shown],
        "text": [text for _, _, text in shown],
        "node": [-1 if n.line is None else place[n.line[:2]] for n in nodes],
    }


def _rows(file: str, made: Sequence[Line]) -> list[tuple[int, str | None]]:
    """List the lines of a file to show: number and text."""
    linecache.checkcache(file)
    source = dict(enumerate(linecache.getlines(file), 1))
    lines = [line for line in made if line.file == file]
    own = {line.number for line in lines}
    near = {n + k for n in own for k in range(-AROUND, AROUND + 1)} | {line.start for line in lines}
    numbers = sorted(own | near & source.keys())
    return [(n, _text(source[n]) if n in source else None) for n in numbers]


def _text(line: str) -> str:
    text = "".join(map(usable, line.rstrip().expandtabs(TAB)))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
