"""Label: text and tables in DOT's HTML-like language, with every text from a user escaped."""

from __future__ import annotations

import html
import math
import unicodedata
from collections.abc import Iterable
from typing import Any

LONGEST = 28  # characters of a name in a picture
SIZE = 11.0  # points
ADVANCE = 0.602  # width of a monospace character, per point of its size
OPERATORS = frozenset(" +-−*/×÷·%^<>=,;|&")  # in a name they ask for brackets around it
SPACE = "\N{NO-BREAK SPACE}"
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def printable(text: str, longest: int = LONGEST) -> str:
    r"""Put `text` on one line of at most `longest` columns; a longer one loses its start to "…".

    The end of a name tells it from others. Characters that XML, DOT or a screen cannot take are
    replaced.

    >>> printable("a\nb\0c"), printable("layers.0.w.1", 8), printable("")
    ('a b�c', '…s.0.w.1', '␣')
    """
    safe = " ".join("".join(map(usable, text[-4 * longest :])).split()) or "␣"
    if len(text) <= 4 * longest and columns(safe) <= longest:
        return safe
    while columns(safe) > longest - 1 or (safe and columns(safe[0]) == 0):
        safe = safe[1:].lstrip(" .")
    return "…" + safe


def bracketed(name: str) -> str:
    """Give the name of a node for ∂y/∂x: in brackets if it is an expression.

    >>> bracketed("w.1"), bracketed("tanh(a + b)"), bracketed("x1*w1")
    ('w.1', 'tanh(a + b)', '(x1*w1)')
    """
    return f"({name})" if is_expression(name) else name


def is_expression(name: str) -> bool:
    """True if an operator, comma or space stands outside brackets."""
    depth = 0
    for c in name:
        depth += (c in "([{") - (c in ")]}")
        if depth < 0 or (depth == 0 and c in OPERATORS):
            return True
    return depth > 0


def usable(c: str) -> str:
    """Replace a character that XML, DOT or a screen cannot take; any space is a plain one."""
    kind = unicodedata.category(c)
    if c.isspace() or kind in ("Zl", "Zp"):
        return " "
    # control and formatting characters (some reverse the direction of writing), lone surrogates,
    # and the last two code points of each plane, which are noncharacters
    unusable = kind in ("Cc", "Cf", "Cs") or ord(c) & 0xFFFE == 0xFFFE
    return REPLACEMENT if unusable else c


def columns(text: str) -> int:
    """Count the columns of a monospace font that `text` takes.

    >>> columns("abc"), columns("重み")
    (3, 4)
    """
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )


def width(text: str, size: float = SIZE) -> int:
    """Estimate the width in points without a font, which a machine may lack."""
    return math.ceil(columns(text) * ADVANCE * size)


def right(text: str, count: int) -> str:
    """Put `text` at the right of so many columns, by no-break spaces."""
    return SPACE * (count - columns(text)) + text


def centered(text: str, count: int) -> str:
    """Put `text` in the middle of so many columns, by no-break spaces."""
    return right(text, columns(text) + (count - columns(text)) // 2)


def cell(
    text: str,
    *,
    size: float = SIZE,
    bold: bool = False,
    color: str = "",
    **attributes: Any,
) -> str:
    """Make a table cell that holds one line of text, at its left, and is wide enough for it.

    A Graphviz without the reader's font assumes another width of the text: at the left of the cell,
    it stays inside all the same. `right` and `centered` place it by spaces.

    >>> cell("a<b")
    '<TD ALIGN="LEFT" WIDTH="22" HEIGHT="14">a&lt;b</TD>'
    """
    # Graphviz replaces \N, \G and the like by names, in these labels too; a text of only "]" is a
    # syntax error to it, since its XML parser waits for "]]>"
    inside = html.escape(text.replace("\\", "\\\\")).replace("]", "&#93;")
    if bold:
        inside = f"<B>{inside}</B>"
    if size != SIZE or color:
        points = f' POINT-SIZE="{size:g}"' if size != SIZE else ""
        inside = f"<FONT{points}{_attributes(color=color) if color else ''}>{inside}</FONT>"
    padding = 2 * int(attributes.get("cellpadding", 1))
    size_hint = {"width": width(text, size) + padding, "height": math.ceil(1.2 * size)}
    return f"<TD{_attributes(**{'align': 'LEFT'} | attributes, **size_hint)}>{inside}</TD>"


def table(rows: Iterable[Iterable[str]], **attributes: object) -> str:
    """Make a table of rows of cells, without borders unless `attributes` say otherwise."""
    inside = "".join(f"<TR>{''.join(row)}</TR>" for row in rows)
    plain = {"border": 0, "cellborder": 0, "cellspacing": 0, "cellpadding": 0}
    return f"<TABLE{_attributes(**plain | attributes)}>{inside}</TABLE>"


def nested(inside: str, **attributes: object) -> str:
    """Make a cell that holds a table."""
    return f"<TD{_attributes(**attributes)}>{inside}</TD>"


def _attributes(**attributes: object) -> str:
    given = {name.upper(): value for name, value in attributes.items() if value != ""}
    return "".join(f' {name}="{value}"' for name, value in given.items())
