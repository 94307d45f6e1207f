"""Tokenizer of expressions, by the patterns and symbols of the grammar."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from microgradlike.expressions.grammar import (
    CONSTANTS,
    DIGITS_BELOW,
    EXPONENT,
    HINTS,
    MESSAGES,
    NUMBER,
    SIGNS,
    SPACE,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    SYMBOL,
)

_LETTER: Final = rf"[^\W{SUPERSCRIPTS}]"  # or a digit, on the line or below it
_NAME: Final = rf"(?![\d{SUBSCRIPTS}]){_LETTER}+"
_TOKEN: Final = re.compile(
    rf"(?P<number>{NUMBER})|(?P<call>{_NAME}{SPACE}*\()|(?P<name>{_NAME}|{SIGNS})"
    rf"|(?P<exponent>{EXPONENT})|(?P<symbol>{SYMBOL})"
    rf"|(?P<space>{SPACE}+)|(?P<unknown>.)",
    re.DOTALL,
)


class ParseError(ValueError):
    """An error in an expression: `message`, the `text`, and the `position` of the character.

    >>> print(ParseError("unclosed bracket: expected ')'", "2 * (x + 1", 4))
    unclosed bracket: expected ')'
      2 * (x + 1
          ^
    """

    def __init__(self, message: str, text: str, position: int) -> None:
        super().__init__(message, text, position)
        self.message = message
        self.text = text
        self.position = position

    def __str__(self) -> str:
        left, right = max(0, self.position - 50), self.position + 30
        before = "…" * (left > 0) + _printable(self.text[left : self.position])
        after = _printable(self.text[self.position : right]) + "…" * (right < len(self.text))
        columns = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in before)
        return f"{self.message}\n  {before}{after}\n  {' ' * columns}^"


def tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Kind, text and position of each token; the kind of the last one is "end".

    A token "call" is the name of a function before its bracket. Raises ParseError at a character
    that belongs to no token.

    >>> list(tokens("2*sin(x₁)"))[1:4]
    [('symbol', '*', 1), ('call', 'sin', 2), ('name', 'x1', 6)]
    """
    for match in _TOKEN.finditer(text):
        kind, token, position = str(match.lastgroup), match.group(), match.start()
        if kind == "space":
            continue
        if kind in ("name", "call"):
            name = token if kind == "name" else token[:-1].rstrip()
            token = name.translate(DIGITS_BELOW)
            if not (token.isidentifier() or token in CONSTANTS):
                valid = next(i for i in range(len(token)) if not token[: i + 1].isidentifier())
                kind, token, position = "unknown", token[valid], position + valid
        if kind == "unknown":
            message = MESSAGES[HINTS.get(token, "unexpected")].format(token=repr(token))
            raise ParseError(message, text, position)
        yield kind, token, position
    yield "end", "", len(text.rstrip())


def listed(names: Sequence[str], *, limit: int = 10) -> str:
    """The names for a message of one line: long names are cut, those beyond `limit` counted.

    >>> listed(["w", "x", "b"]), listed(["w", "x", "b"], limit=1)
    ('w, x, b', 'w and 2 more')
    """
    shown = ", ".join(f"{name:.40}" for name in names[:limit])
    return f"{shown} and {len(names) - limit:,} more" if len(names) > limit else shown


def _printable(text: str) -> str:
    """`text` on one line, with spaces for unprintable characters."""
    return "".join(c if c.isprintable() else " " for c in text)
