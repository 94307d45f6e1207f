"""Playground: a page that makes the graph of a formula as it is typed."""

from __future__ import annotations

import json

from microgradlike.compile.arithmetic import arithmetic
from microgradlike.engine import Value
from microgradlike.ops import TABLE
from viz.page.grammar_text import grammar_text
from viz.page.page import Page
from viz.page.scene_json import primitive_row, to_json
from viz.page.source import PLAYGROUND, html
from viz.page.word_table import require_language
from viz.scene.scene import ABSORBS, Scene, scene


def playground(*, lang: str | None = None) -> Page:
    """Make a page with a field for a formula, whose graph and steps follow as one types.

    The page reads formulas as the command line does, with every primitive of the table. Names
    become inputs with a slider each; lines such as "b = a + a; c = b + b" share numbers. Its
    address has the formula and all values, so a link shows the same to others. The file works
    offline. `lang` is "en" or "ko", else the language is that of the reader's browser.

    Raises ValueError for an unknown `lang`.

    >>> playground()
    <Page of 1 nodes; .save("y.html") writes it>
    """
    language = require_language(lang)
    x = Value(1.0, "x")  # until the script has read the field
    x.backward()
    graph = scene(x)
    opening = f"lang={language}" if language else ""
    title = "playground · microgradlike"
    text = html(title, globals_text(graph), entries=(PLAYGROUND,), opening=opening)
    return Page(graph, text)


def globals_text(graph: Scene) -> str:
    """Write the globals of the playground: PRIMITIVES, SCENE, GRAMMAR and MODEL.

    MODEL has a row per primitive, as in `scene_json`.
    """
    rows = {name: primitive_row(op) for name, op in TABLE.items()}
    model = json.dumps({"rows": rows, "absorbs": ABSORBS}, separators=(",", ":"))
    return (
        f"{arithmetic(TABLE.values(), 'PRIMITIVES', {})}const SCENE = {to_json(graph, TABLE)};"
        f"{grammar_text()}const MODEL = {model};"
    )
