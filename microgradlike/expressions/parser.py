"""Parser of expressions such as "tanh(w*x + b)" over the table of primitives, without eval.

`grammar` has the tables and the precedences. One pass by operator precedence keeps pending
operators on its own stack, so no input exhausts Python's. The result is a list of steps for a stack
machine.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from microgradlike import ops
from microgradlike._validate import shown
from microgradlike.expressions.grammar import (
    BAR,
    COMPARISON,
    CONSTANTS,
    DIGITS_ABOVE,
    FUNCTIONS,
    INFIX,
    MAX_DEPTH,
    MAX_LENGTH,
    MESSAGES,
    OPENERS,
    POWER,
    SUPERSCRIPTS,
    Function,
    arity,
)
from microgradlike.expressions.lexer import ParseError as ParseError, listed, tokens
from microgradlike.op import Number

__all__ = ["Expression", "ParseError", "parse"]

# a function and the number of its operands, or None and a number or name to push
Step: TypeAlias = tuple[Function | None, Number]


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression: a function of its `names`, listed in order of appearance.

    `parse` makes it from a `text`. Call it with a dict that has a value for each name.

    >>> from microgradlike.expressions.parser import parse
    >>> f = parse("tanh(w*x + b)")
    >>> f.names
    ('w', 'x', 'b')
    >>> f({"w": 2.0, "x": 1.0, "b": 0.5})
    0.9866142981514303
    """

    text: str
    names: tuple[str, ...]
    _steps: tuple[Step, ...] = field(repr=False)

    def __call__(self, values: Mapping[str, Number], /) -> Number:
        """The result over numbers, Values or any other kind of number.

        Extra names are ignored. Raises ValueError where a name has no value.
        """
        missing = [name for name in self.names if name not in values]
        if missing:
            raise ValueError(f"no value for {listed(missing)} in {shown(self.text)}")
        stack: list[Number] = []
        for f, x in self._steps:
            if f is None:
                stack.append(values[x] if type(x) is str else x)
            else:
                operands = stack[-x:]
                del stack[-x:]
                stack.append(f(*operands))
        return stack.pop()


def parse(text: str) -> Expression:
    """The expression that `text` spells.

    It may use the primitives of `ops.TABLE` and their NumPy spellings, max and min, leaky_relu and
    its like, and the constants pi, e, inf and nan. A comparison is the first operand of `where`.
    Signs of textbooks are understood too: x², √x, ∛x, |x|, a·b, a×b, a÷b, π, ∞, ≤, ≥ and x₁.

    Raises ParseError, which points at the character, where `text` is not an expression, is longer
    than 10,000 characters or nested more than 200 deep. Raises TypeError where it is not a str.

    >>> parse("where(x > 0, sqrt(x), 0)")({"x": 9.0})
    3.0
    >>> parse("-2 ** 2")({}), parse("√|x₁|·2³")({"x1": -9.0})
    (-4.0, 24.0)
    """
    if not isinstance(text, str):
        raise TypeError(f"parse takes a str, got {shown(text)} of type {type(text).__name__}")
    if len(text) > MAX_LENGTH:
        most, length = f"{MAX_LENGTH:,}", f"{len(text):,}"
        raise ParseError(MESSAGES["long"].format(most=most, length=length), text, MAX_LENGTH)
    return _Parser(text).run()


@dataclass(slots=True)
class _Pending:
    """An operator without its right operand yet, or an open bracket."""

    position: int
    rank: int  # precedence; 0 for a bracket, which only a closing bracket ends
    function: Function | None  # None for a plain bracket
    operands: int
    name: str = ""
    is_bar: bool = False


class _Parser:
    """Operator precedence parsing: a stack of `pending` operators, and finished `steps`."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps: list[Step] = []
        self.names: dict[str, None] = {}
        self.pending: list[_Pending] = []
        # per result on the machine's stack: the position of the comparison that made it, or None
        self.conditions: list[int | None] = []

    def run(self) -> Expression:
        has_operand = False
        for kind, token, position in tokens(self.text):
            step = self.after_operand if has_operand else self.before_operand
            has_operand = step(kind, token, position)
        condition = self.conditions.pop()
        if condition is not None:
            raise self.error("comparison", condition)
        return Expression(self.text, tuple(self.names), tuple(self.steps))

    def error(self, message: str, position: int, **slots: object) -> ParseError:
        return ParseError(MESSAGES[message].format(**slots), self.text, position)

    def before_operand(self, kind: str, token: str, position: int) -> bool:
        """Take a token where an operand is due; True if the operand is complete."""
        if kind == "number":
            self.operand(self.number(token, position))
        elif kind == "name":
            self.operand(self.name(token, position))
        elif kind == "call":
            self.push(self.call(token, position))
        elif token not in OPENERS:
            raise self.missing_operand(token, position)
        elif token != "+":
            self.push(_Pending(position, *OPENERS[token], 1, is_bar=token == BAR))
        return kind in ("number", "name")

    def after_operand(self, kind: str, token: str, position: int) -> bool:
        """Take a token after a complete operand; True if an operand is complete again."""
        if token in INFIX:
            function, rank = INFIX[token]
            self.reduce(rank + (rank == POWER))  # ** groups from the right
            self.push(_Pending(position, rank, function, 2))
            return False
        if kind == "exponent":
            if (condition := self.conditions[-1]) is not None:
                raise self.error("comparison", condition)
            x = self.number(token.translate(DIGITS_ABOVE), position)
            self.steps += [(None, x), (ops.power, 2)]
        elif token in (")", BAR):
            self.close(token, position)
        elif token == ",":
            self.reduce(1)
            if not (self.pending and self.pending[-1].name):
                raise self.error("comma", position)
            self.pending[-1].operands += 1
            return False
        elif kind == "end":
            self.reduce(1)
            if self.pending:
                raise self.unclosed(self.pending[-1])
        else:
            raise self.missing_operator(kind, token, position)
        return True

    def number(self, token: str, position: int) -> float:
        x = float(token)
        if not -math.inf < x < math.inf:
            raise self.error("large", position)
        return x

    def name(self, token: str, position: int) -> float | str:
        if token in CONSTANTS:
            return CONSTANTS[token]
        if token in FUNCTIONS:
            after = self.text[position + len(token) :]
            message = "power" if after.startswith(tuple(SUPERSCRIPTS)) else "call"
            raise self.error(message, position, name=token, call=token)
        self.names[token] = None
        return token

    def call(self, name: str, position: int) -> _Pending:
        if name not in FUNCTIONS:
            close = difflib.get_close_matches(name, FUNCTIONS, n=3)
            message, names = "mean" if close else "unknown", ", ".join(close)
            raise self.error(message, position, name=shown(name), names=names)
        return _Pending(position, 0, FUNCTIONS[name], 1, name)

    def missing_operand(self, token: str, position: int) -> ParseError:
        call = self.pending[-1] if self.pending else None
        if token == ")" and call and call.name and call.operands == 1:
            self.check_operands(call, 0)
        return self.error("operand" if token else "end", position, token=shown(token))

    def missing_operator(self, kind: str, token: str, position: int) -> ParseError:
        message = "operator" if kind == "number" else "product"
        return self.error(message, position, token=shown(token, 40))

    def unclosed(self, bracket: _Pending) -> ParseError:
        return self.error("unclosed bar" if bracket.is_bar else "unclosed", bracket.position)

    def operand(self, x: float | str) -> None:
        self.steps.append((None, x))
        self.conditions.append(None)

    def push(self, pending: _Pending) -> None:
        if len(self.pending) == MAX_DEPTH:
            raise self.error("deep", pending.position, most=MAX_DEPTH)
        self.pending.append(pending)

    def reduce(self, rank: int) -> None:
        """Apply the operators that bind at least as tightly as `rank`, back to the open bracket."""
        while self.pending and self.pending[-1].rank >= rank:
            self.apply(self.pending.pop())

    def close(self, token: str, position: int) -> None:
        self.reduce(1)
        bracket = self.pending.pop() if self.pending else None
        if not bracket or bracket.is_bar != (token == BAR):
            if token == BAR and not any(pending.is_bar for pending in self.pending):
                raise self.missing_operator("symbol", token, position)
            raise self.unclosed(bracket) if bracket else self.error("unopened", position)
        if bracket.name:
            self.check_operands(bracket, bracket.operands)
        if bracket.function:
            self.apply(bracket)

    def check_operands(self, call: _Pending, got: int) -> None:
        count = arity(FUNCTIONS[call.name])
        if got != count:
            raise self.error("operands", call.position, name=call.name, count=count, got=got)

    def apply(self, done: _Pending) -> None:
        operands = self.conditions[-done.operands :]
        del self.conditions[-done.operands :]
        for condition in operands[done.function is ops.where :]:
            if condition is not None:
                raise self.error("comparison", condition)
        self.steps.append((done.function, done.operands))
        self.conditions.append(done.position if done.rank == COMPARISON else None)
