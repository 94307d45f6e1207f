"""Formulas of several lines, such as "b = a + a; c = b + b", in which a line names its number."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from microgradlike.engine import Value
from microgradlike.expressions.grammar import MAX_LENGTH, MESSAGES, SPACE
from microgradlike.expressions.parser import Expression, ParseError, parse
from microgradlike.op import Number

_ASSIGNMENT: Final = re.compile(r"(?<![<>=!])=(?!=)")
_BLANK: Final = re.compile(f"{SPACE}*")


@dataclass(frozen=True, slots=True)
class Formula:
    """Expressions in a row; `lines` has them by name, the last one by "" if it has none.

    `names` are the inputs in order of appearance. `numbers` has those that a line gives a number,
    as 3 in "a = 3; a * x". `parse_formula` makes a formula from a `text`. Call it with a dict that
    has a value for each input; it returns the number of each line, the result last.

    >>> from microgradlike.expressions.formula import parse_formula
    >>> f = parse_formula("b = a + a; c = b + b")
    >>> f.names, f({"a": 3.0})
    (('a',), {'b': 6.0, 'c': 12.0})
    """

    text: str
    names: tuple[str, ...]
    numbers: Mapping[str, float]
    lines: Mapping[str, Expression]

    def __call__(self, values: Mapping[str, Number], /) -> dict[str, Number]:
        """The number of each line by its name, the result last.

        Raises ValueError where an input without a number of its own has no value.
        """
        made: dict[str, Number] = {}
        for name, expression in self.lines.items():
            made[name] = expression({**self.numbers, **values, **made})
        return made

    def graph(self, numbers: Mapping[str, float]) -> tuple[Value, dict[str, Value]]:
        """The result as a Value, and the inputs by name, with `numbers` as their values.

        Names of inputs and lines become labels. A result without a name is labelled "y", if no
        other number has that name.

        >>> from microgradlike.expressions.formula import parse_formula
        >>> y, inputs = parse_formula("b = a + a; b*b").graph({"a": 3.0})
        >>> y.label, inputs
        ('y', {'a': Value(data=3.0, grad=0.0, label='a')})
        """
        known = {**self.numbers, **numbers}
        inputs = {name: Value(known[name], name) for name in self.names}
        made = self(inputs)
        for name, v in made.items():
            if isinstance(v, Value) and v.label == "":
                v.label = name
        y = next(reversed(made.values()))
        if not isinstance(y, Value):  # a formula of constants
            y = Value(y)
        if y.label == "" and "y" not in inputs | made:
            y.label = "y"
        return y, inputs


def parse_formula(text: str) -> Formula:
    """The formula of one or more lines that `text` spells.

    Lines end with ";" or, outside brackets, with the line of text; blank ones do not count. A line
    is "name = expression", the last one may go without a name. A name has one meaning: it is
    neither given twice nor after its use. A line with a plain number makes an input of that value.
    Raises ParseError and TypeError as `parse` does.

    >>> from microgradlike.expressions.formula import parse_formula
    >>> parse_formula("a = 3; a * x").numbers
    {'a': 3.0}
    """
    if not isinstance(text, str) or len(text) > MAX_LENGTH:
        parse(text)  # raises
    pieces = [*_pieces(text)] or [(0, text)]
    inputs: dict[str, None] = {}
    numbers: dict[str, float] = {}
    lines: dict[str, Expression] = {}
    for start, piece in pieces:
        is_last = start == pieces[-1][0]
        equals = _ASSIGNMENT.search(piece)
        first = start + _end_of_blank(piece)
        name = _new_name(text, start, piece[: equals.start()]) if equals else ""
        if name in inputs or name in lines:
            raise _mistake("again", text, first, name=name)
        if not (name or is_last):
            raise _mistake("unnamed", text, first)
        skipped = equals.end() if equals else 0
        expression = _parsed(text, start + skipped, piece[skipped:])
        if name in expression.names:
            raise _mistake("again", text, first, name=name)
        inputs.update((x, None) for x in expression.names if x not in lines)
        if name and not expression.names:
            inputs[name], numbers[name] = None, expression({})
            if is_last:
                lines[name] = parse(name)
        else:
            lines[name] = expression
    return Formula(text, tuple(inputs), numbers, lines)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, each with its place in the text."""
    start = depth = 0
    for i, c in enumerate(f"{text};"):
        depth += (c == "(") - (c == ")")
        if c == ";" or (c == "\n" and depth <= 0):
            if _end_of_blank(text[start:i]) < i - start:
                yield start, text[start:i]
            start, depth = i + 1, 0


def _end_of_blank(piece: str) -> int:
    blank = _BLANK.match(piece)
    return blank.end() if blank else 0


def _new_name(text: str, start: int, left: str) -> str:
    """The name before "=", in the spelling that expressions know it by."""
    expression = _parsed(text, start, left)
    name = expression.names[0] if expression.names else ""
    if expression != Expression(left, (name,), ((None, name),)):
        raise _mistake("left", text, start + _end_of_blank(left))
    return name


def _mistake(message: str, text: str, position: int, **slots: str) -> ParseError:
    return ParseError(MESSAGES[message].format(**slots), text, position)


def _parsed(text: str, start: int, piece: str) -> Expression:
    """The expression of a piece of the text; an error points into the whole text."""
    try:
        return parse(piece)
    except ParseError as error:
        raise ParseError(error.message, text, start + error.position) from None
