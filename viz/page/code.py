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
    shown = [row for file in dict.fromkeys(line.file for line in made) for row in _rows(file, made)]
    place = {(file, number): i for i, (file, number, _) in enumerate(shown)}
    files = {line.file: line.name for line in made}
    index = {file: i for i, file in enumerate(files)}
    return {
        "files": [printable(name, LONGEST_NAME) for name in files.values()],
        "file": [index[file] for file, _, _ in shown],
        "number": [number for _, number, _ in shown],
        "text": [text for _, _, text in shown],
        "node": [-1 if n.line is None else place[n.line[:2]] for n in nodes],
    }


def _rows(file: str, made: Sequence[Line]) -> list[tuple[str, int, str | None]]:
    """List the lines of a file to show, with their text."""
    linecache.checkcache(file)
    source = linecache.getlines(file)
    numbers = {line.number for line in made if line.file == file}
    starts = {line.start for line in made if line.file == file}
    around = {n + k for n in numbers for k in range(-AROUND, AROUND + 1)} | starts
    readable = around & set(range(1, len(source) + 1))
    return [
        (file, n, _text(source[n - 1]) if n in readable else None)
        for n in sorted(numbers | readable)
    ]


def _text(line: str) -> str:
    text = "".join(map(usable, line.rstrip().expandtabs(TAB)))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
