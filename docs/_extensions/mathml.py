"""Formulas as MathML, converted while the site is built: pages need no scripts and no network.

`html_math_renderer = "mathml"` in conf.py turns it on, for `$...$` and `$$...$$` of every page and
for the LaTeX that a cell of a notebook gives.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)

UNKNOWN = re.compile(r"<m\w+[^>]*>(\\\w+|&)</m\w+>")  # a macro or mark that was passed through
SAME = {"{aligned}": "{split}", r"\displaystyle\begin": r"\begin"}  # the converter has one of two


def mathml(latex: str, *, display: str = "inline") -> str:
    """MathML of a formula; ValueError for a macro that the converter does not know."""
    for unknown, known in SAME.items():
        latex = latex.replace(unknown, known)
    written = convert(latex, display=display)
    if unknown := UNKNOWN.search(written):
        raise ValueError(f"unknown to the converter of formulas: {unknown[1]!r} in {latex!r}")
    return written


def _append(writer: Any, node: nodes.Element, display: str) -> None:
    try:
        written = mathml(node.astext(), display=display)
    except Exception as error:  # the converter has several; each is a mistake on the page
        logger.warning("formula: %s", error or type(error).__name__, location=node)
        written = writer.encode(node.astext())
    writer.body.append(written)


def visit_inline(writer: Any, node: nodes.math) -> None:
    """Write a formula within a line."""
    writer.body.append(writer.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    _append(writer, node, "inline")
    writer.body.append("</span>")
    raise nodes.SkipNode


def visit_block(writer: Any, node: nodes.math_block) -> None:
    """Write a formula on lines of its own, with its number if it has one."""
    writer.body.append(writer.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        number = get_node_equation_number(writer, node)
        writer.body.append(f'<span class="eqno">({number})</span>')
    _append(writer, node, "block")
    writer.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer with Sphinx."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
