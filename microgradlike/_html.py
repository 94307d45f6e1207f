"""HTML tables for notebooks, with every text escaped."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from itertools import islice

MOST_ROWS = 50
STYLE = 'style="padding:2px 10px;text-align:left"'  # marimo has none for tables


def in_notebook() -> bool:
    """True if the code runs in a kernel.

    >>> in_notebook()
    False
    """
    return "IPython" in sys.modules and hasattr(sys.modules["IPython"].get_ipython(), "kernel")


def one_line(text: str) -> str:
    r"""Escape text for HTML, newlines too: a blank line would end an HTML block in Markdown.

    >>> one_line("a<b\n\nc")
    'a&lt;b&#10;&#10;c'
    """
    from html import escape  # here: its table of entities is a thirtieth of an import

    return escape(text).replace("\r", "&#13;").replace("\n", "&#10;")


def table(title: str, rows: Iterable[Sequence[str]], count: int, notes: Sequence[str] = ()) -> str:
    """Write a table of a header and at most 50 of `count` rows, with `notes` below it.

    >>> table("f", [["x"], ["a<b"]], 1, ["a note"])[-42:]
    'a&lt;b</td></table><pre>a note</pre></div>'
    """
    body, tag = "", "th"
    for row in islice(rows, MOST_ROWS + 1):
        body += "".join(["<tr>", *(f"<{tag} {STYLE}>{one_line(cell)}</{tag}>" for cell in row)])
        tag = "td"
    more = [f"and {count - MOST_ROWS:,} more"] if count > MOST_ROWS else []
    below = one_line("\n".join([*more, *notes]))
    return f"<div>{one_line(title)}<table>{body}</table><pre>{below}</pre></div>"
