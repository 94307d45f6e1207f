"""Formula: a number that remembers how to write itself, so that a derivative rule prints itself."""

from __future__ import annotations

from typing import Any

from microgradlike import ops
from microgradlike.expressions.lexer import POWER, RANKS, SIGN
from microgradlike.expressions.parser import parse
from microgradlike.ieee_float import IeeeFloat, partial_at, unwrapped
from microgradlike.ops import Op
from viz.numbers import short

ATOM = POWER + 1
MAX_LENGTH = 48  # beyond, a rule explains nothing


class Formula(IeeeFloat):
    """A double with the `text` of its making; `rank` tells which brackets it needs.

    Where a rule distinguishes cases, its text is that of the case at hand.

    >>> x = Formula(0.5, "x")
    >>> ops.exp(2 * x).text
    'exp(2 * x)'
    """

    __slots__ = ("rank", "text")

    def __init__(self, data: float, text: str = "", rank: int = ATOM) -> None:
        super().__init__(data)
        self.text = text or short(data)
        self.rank = SIGN if data < 0 and not text else rank

    @classmethod
    def apply(cls, op: Op, *operands: Any) -> Any:
        """`op` of the operands, in number and in writing."""
        if op is ops.where:
            condition, a, b = operands
            return a if condition else b
        xs = [x if isinstance(x, Formula) else Formula(float(x)) for x in operands]
        data = op.forward(*[x.data for x in xs])
        if op is ops.power and xs[1].text == "1":
            return xs[0]
        if op is ops.power and xs[1].text == "0":
            return cls(1.0)
        if op is ops.mul and data == 0 and any(x.text == "0" for x in xs):
            return cls(0.0)
        if all(x.text == short(x.data) for x in xs):
            return cls(data)
        return written(op, data, xs)

    def within(self, rank: int) -> str:
        """The text as an operand of an operator of that rank, bracketed where it must be."""
        return self.text if self.rank >= rank else f"({self.text})"


def derivative(op: Op, index: int, y: Formula, operands: list[Formula | float]) -> Formula | None:
    """How dy/d(operand `index`) is written; None where the rule is long, or knows only floats.

    The table's textbook form is preferred: the accurate one may be no sight for a learner.

    >>> derivative(ops.power, 0, Formula(9.0, "y"), [Formula(3.0, "x"), 2.0]).text
    '2 * x'
    """
    if op.textbook:
        written_out = [x if isinstance(x, Formula) else Formula(x) for x in operands]
        names = dict(zip(op.operand_names, written_out)) | {"y": y}
        rule = parse(op.textbook[index])(names)
        accurate = partial_at(op, index, unwrapped(y), *map(unwrapped, operands))
        return (
            Formula(accurate, rule.text, rule.rank)
            if isinstance(rule, Formula)
            else Formula(accurate)
        )
    partial = op.partials[index]
    try:
        try:
            p = partial(y, *operands)
        except ArithmeticError:  # numbers divided at a pole; a Formula does not raise
            p = partial(y, *[x if isinstance(x, Formula) else Formula(x) for x in operands])
    except Exception:  # a user's rule may be written over floats only
        return None
    rule = p if isinstance(p, Formula) else Formula(float(p))
    return rule if len(rule.text) <= MAX_LENGTH else None


def written(op: Op, y: float, operands: list[Formula]) -> Formula:
    """How `op` of the operands is written; its value is `y`.

    >>> written(ops.mul, 6.0, [Formula(2.0), Formula(3.0, "a + 1", RANKS["+"])]).text
    '2 * (a + 1)'
    """
    infix = ops.mul.infix if op is ops.mul_no_nan else op.infix  # a product, but for its edge
    rank = RANKS.get(infix)
    if op is ops.neg:
        return Formula(y, op.symbol + operands[0].within(SIGN), SIGN)
    if rank is None:
        return Formula(y, f"{op.name}({', '.join(x.text for x in operands)})")
    a, b = operands
    if op is ops.power:
        return Formula(y, f"{a.within(ATOM)}{op.symbol}{b.within(ATOM)}", rank)
    return Formula(y, f"{a.within(rank)} {infix} {b.within(rank + 1)}", rank)
