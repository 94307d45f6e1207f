"""Formula: a number with its own text, so that a derivative rule writes itself out."""

from __future__ import annotations

from microgradlike import ops
from microgradlike.expressions.grammar import POWER, PRECEDENCE, SIGN
from microgradlike.expressions.parser import parse
from microgradlike.ieee_float import IeeeFloat, partial_at, unwrapped
from microgradlike.op import Number
from microgradlike.ops import Op
from viz.numbers import short

ATOM = POWER + 1
MAX_LENGTH = 48  # a longer rule explains nothing


class Formula(IeeeFloat):
    """A double with the `text` that it was computed from; `rank` decides on brackets.

    If a rule distinguishes cases, the text is that of the case at hand.

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
    def apply(cls, op: Op, *operands: Number) -> Number:
        """Apply `op` to the numbers and to the texts."""
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
        return formula_of(op, data, xs)

    def bracketed(self, rank: int) -> str:
        """Return the text as an operand of an operator of that rank, in brackets if needed."""
        return self.text if self.rank >= rank else f"({self.text})"


def derivative_formula(
    op: Op, index: int, y: Formula, operands: list[Formula | float]
) -> Formula | None:
    """Write dy/d(operand `index`); None if the rule is long or works on floats only.

    The table's textbook form is preferred: the accurate one may be hard to read.

    >>> derivative_formula(ops.power, 0, Formula(9.0, "y"), [Formula(3.0, "x"), 2.0]).text
    '2 * x'
    """
    if op.textbook:
        formulas = [x if isinstance(x, Formula) else Formula(x) for x in operands]
        names = dict(zip(op.operand_names, formulas)) | {"y": y}
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
        except ArithmeticError:  # a float division at a pole; a Formula does not raise
            p = partial(y, *[x if isinstance(x, Formula) else Formula(x) for x in operands])
    except Exception:  # a user's rule may be written over floats only
        return None
    rule = p if isinstance(p, Formula) else Formula(float(p))
    return rule if len(rule.text) <= MAX_LENGTH else None


def formula_of(op: Op, y: float, operands: list[Formula]) -> Formula:
    """Write `op` applied to the operands; its value is `y`.

    >>> formula_of(ops.mul, 6.0, [Formula(2.0), Formula(3.0, "a + 1", PRECEDENCE["+"])]).text
    '2 * (a + 1)'
    """
    infix = ops.mul.infix if op is ops.mul_no_nan else op.infix  # written as the product that it is
    rank = PRECEDENCE.get(infix)
    if op is ops.neg:
        return Formula(y, op.symbol + operands[0].bracketed(SIGN), SIGN)
    if rank is None:
        return Formula(y, f"{op.name}({', '.join(x.text for x in operands)})")
    a, b = operands
    if op is ops.power:
        return Formula(y, f"{a.bracketed(ATOM)}{op.symbol}{b.bracketed(ATOM)}", rank)
    return Formula(y, f"{a.bracketed(rank)} {infix} {b.bracketed(rank + 1)}", rank)
