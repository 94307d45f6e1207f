"""Tokenizer of expressions; its functions and operators derive from the primitive table."""

from __future__ import annotations

import inspect
import math
import operator
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeAlias

from microgradlike import angles, functions, ops
from microgradlike.op import Number
from microgradlike.ops import TABLE

Function: TypeAlias = Callable[..., Number]

CONSTANTS: Final = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}
_SCALAR_FUNCTIONS: Final = (
    functions.leaky_relu,
    functions.elu,
    functions.gelu,
    functions.silu,
    angles.deg2rad,
    angles.rad2deg,
    functions.binary_cross_entropy,
    functions.binary_cross_entropy_with_logits,
)
FUNCTIONS: Final[dict[str, Function]] = {
    **TABLE,
    **{alias: op for op in TABLE.values() for alias in op.aliases},
    **{f.__name__: f for f in _SCALAR_FUNCTIONS},
}

COMPARISON, SUM, PRODUCT, SIGN, POWER = range(1, 6)
PRECEDENCE: Final = {
    "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "//": PRODUCT, "%": PRODUCT, "**": POWER
}  # fmt: skip
_COMPARISONS: Final[dict[str, Function]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge
}  # fmt: skip
INFIX: Final[dict[str, tuple[Function, int]]] = {
    **{spelling: (op, PRECEDENCE[op.infix])
       for op in TABLE.values() if op.infix for spelling in (op.infix, op.symbol)},
    **{spelling: (compare, COMPARISON) for spelling, compare in _COMPARISONS.items()},
}  # fmt: skip
MINUS_SIGNS: Final = ("-", ops.neg.symbol)
_SYMBOLS: Final = sorted([*INFIX, *MINUS_SIGNS, "(", ")", ","], key=len, reverse=True)
_TOKEN: Final = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<call>[^\W\d]\w*\s*\()|(?P<name>[^\W\d]\w*)"
    rf"|(?P<symbol>{'|'.join(map(re.escape, _SYMBOLS))})|(?P<space>\s+)|(?P<unknown>.)",
    re.DOTALL,
)
_HINTS: Final = {
    "=": "; compare with <, <=, > or >=",
    ".": "; expressions have no attributes",
    "≤": "; write <=", "≥": "; write >=", "π": "; write pi", "∞": "; write inf",
    "|": "; write abs(x)", "√": "; write sqrt(x)", "∛": "; write cbrt(x)",
    **dict.fromkeys("·⋅∙•", "; write a product with *"),
    **dict.fromkeys("[]{}", "; write round brackets"),
    **{c: f"; write **{k}" for k, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    **{c: f"; write {k}" for k, c in enumerate("₀₁₂₃₄₅₆₇₈₉")},
}  # fmt: skip


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

    Raises ParseError at a character that belongs to no token.

    >>> list(tokens("2*x"))
    [('number', '2', 0), ('symbol', '*', 1), ('name', 'x', 2), ('end', '', 3)]
    """
    for match in _TOKEN.finditer(text):
        kind, token, position = str(match.lastgroup), match.group(), match.start()
        if kind in ("name", "call") and not token.rstrip("(").rstrip().isidentifier():
            valid = next(i for i in range(len(token)) if not token[: i + 1].isidentifier())
            kind, token, position = "unknown", token[valid], position + valid
        if kind == "unknown" or token in _HINTS:
            message = f"unexpected {token!r}{_HINTS.get(token, '')}"
            raise ParseError(message, text, position)
        if kind != "space":
            yield kind, token, position
    yield "end", "", len(text.rstrip())


def arity(function: Function) -> int:
    """The number of operands, without keyword-only options, which expressions do not have.

    >>> arity(ops.hypot), arity(functions.leaky_relu)
    (2, 1)
    """
    if isinstance(function, ops.Op):
        return function.arity
    parameters = inspect.signature(function).parameters.values()
    return sum(p.kind is not p.KEYWORD_ONLY for p in parameters)


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
