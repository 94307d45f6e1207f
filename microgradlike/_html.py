"""HTML tables for notebooks, with every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice

MOST_ROWS = 50
STYLE = "padding:2px 10px;text-align:left"  # marimo has none for tables


def one_line(text: str) -> str:
    r"""Escape text for HTML, newlines too: a blank line would end an HTML block in Markdown.

    >>> one_line("a<b\n\nc")
    'a&lt;b&#10;&#10;c'
    """
    return escape(text).replace("\n", "&#10;").replace("\r", "&#13;")


def table(
    title: str,
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    count: int,
    notes: Sequence[str] = (),
) -> str:
    """Write a table under its title; of `count` rows the first 50 are shown. `notes` stand below.

    >>> table("f", ["x"], [["a<b"]], 1, ["a note"]).partition("text-align:left\">a")[2]
    '&lt;b</td></tr></tbody></table><pre>a note</pre></div>'
    """
    body = "".join(_row("td", row) for row in islice(rows, MOST_ROWS))
    more = [f"and {count - MOST_ROWS:,} more"] if count > MOST_ROWS else []
    below = f"<pre>{one_line(chr(10).join([*more, *notes]))}</pre>" if more or notes else ""
    head = f"{one_line(title)}<table><thead>{_row('th', header)}</thead>"
    return f"<div>{head}<tbody>{body}</tbody></table>{below}</div>"


def _row(tag: str, cells: Iterable[str]) -> str:
    inside = "".join(f'<{tag} style="{STYLE}">{one_line(cell)}</{tag}>' for cell in cells)
    return f"<tr>{inside}</tr>"
