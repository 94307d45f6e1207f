"""Label: text and tables in DOT's HTML-like language, in which nothing from a user is markup."""

from __future__ import annotations

import html
import math
import unicodedata
from collections.abc import Iterable

LONGEST = 28  # characters of a name in a picture
SIZE = 11.0  # points
ADVANCE = 0.602  # of a monospace character, per point of its size
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def printable(text: str, longest: int = LONGEST) -> str:
    """`text` on one line, without what XML, DOT or a screen cannot take, cut with "…".

    >>> printable("a\\nb\\0c"), printable("x" * 99, 5), printable("")
    ('a b�c', 'xxxx…', '␣')
    """
    safe = " ".join("".join(map(_safe, text[: 4 * longest])).split()) or "␣"
    if len(text) <= 4 * longest and columns(safe) <= longest:
        return safe
    while columns(safe) > longest - 1:
        safe = safe[:-1]
    return safe + "…"


def _safe(c: str) -> str:
    kind = unicodedata.category(c)
    if c.isspace() or kind in ("Zl", "Zp"):
        return " "
    # control and formatting characters (also those that turn the direction of writing around),
    # lone surrogates, and the two last of each plane, which are no characters
    unusable = kind in ("Cc", "Cf", "Cs") or ord(c) & 0xFFFE == 0xFFFE
    return REPLACEMENT if unusable else c


def columns(text: str) -> int:
    """How many columns of a monospace font `text` takes.

    >>> columns("abc"), columns("重み")
    (3, 4)
    """
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )


def width(text: str, size: float = SIZE) -> int:
    """The width in points, without asking a font: a machine may have none."""
    return math.ceil(columns(text) * ADVANCE * size)


def cell(
    text: str,
    *,
    size: float = SIZE,
    bold: bool = False,
    color: str = "",
    **attributes: object,
) -> str:
    """A table cell that holds one line of text, wide enough for it.

    >>> cell("a<b", align="LEFT")
    '<TD ALIGN="LEFT" WIDTH="20" HEIGHT="14">a&lt;b</TD>'
    """
    # Graphviz puts names in for \N, \G and the like, in these labels too; and a text of nothing but
    # "]" is a syntax error to it, since its XML parser waits for "]]>"
    inside = html.escape(text.replace("\\", "\\\\")).replace("]", "&#93;")
    if bold:
        inside = f"<B>{inside}</B>"
    if size != SIZE or color:
        points = f' POINT-SIZE="{size:g}"' if size != SIZE else ""
        inside = f"<FONT{points}{_pairs(color=color) if color else ''}>{inside}</FONT>"
    room = {"width": width(text, size), "height": math.ceil(1.2 * size)}
    return f"<TD{_pairs(**attributes, **room)}>{inside}</TD>"


def table(rows: Iterable[Iterable[str]], **attributes: object) -> str:
    """A table of rows of cells, without borders unless `attributes` say otherwise."""
    inside = "".join(f"<TR>{''.join(row)}</TR>" for row in rows)
    plain = {"border": 0, "cellborder": 0, "cellspacing": 0, "cellpadding": 0}
    return f"<TABLE{_pairs(**plain | attributes)}>{inside}</TABLE>"


def nested(inside: str, **attributes: object) -> str:
    """A cell that holds a table."""
    return f"<TD{_pairs(**attributes)}>{inside}</TD>"


def _pairs(**attributes: object) -> str:
    given = {name.upper(): value for name, value in attributes.items() if value != ""}
    return "".join(f' {name}="{value}"' for name, value in given.items())
