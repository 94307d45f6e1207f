"""LaTeX of the formulas in the table of primitives, which are written as Python expressions."""

from __future__ import annotations

import ast

from microgradlike import ops
from microgradlike.compile.export.latex import Term, number, term_of
from microgradlike.expressions.grammar import SUM
from microgradlike.op import Op

FUNCTIONS = {name: op for op in ops.TABLE.values() for name in (op.name, *op.aliases)}
INFIX = {
    **{ast.Add: ops.add, ast.Sub: ops.sub, ast.Mult: ops.mul, ast.Div: ops.div},
    **{ast.FloorDiv: ops.floor_divide, ast.Mod: ops.mod, ast.Pow: ops.power},
}
COMPARED = {ast.Lt: "<", ast.LtE: r"\le", ast.Gt: ">", ast.GtE: r"\ge"}
BREAK = r" \\ "
SUPERSCRIPTS = {"²": " ** 2", "³": " ** 3", "·": "*", "√": "sqrt"}


def typeset(expression: str) -> str:
    r"""LaTeX of a Python expression in the table's functions.

    >>> typeset("y * (1 - y) / sqrt(x)")
    '\\frac{y \\cdot \\left(1 - y\\right)}{\\sqrt{x}}'
    """
    return _term(ast.parse(expression, mode="eval").body).text


def definition(op: Op) -> str:
    """The formula in the phrase of a primitive as LaTeX; empty for one in words."""
    phrase = op.doc
    for sign, spelling in SUPERSCRIPTS.items():
        phrase = phrase.replace(sign, spelling)
    for text in (phrase.partition(",")[0], phrase):  # "log(1 + x), accurate near 0", "max(x, 0)"
        try:
            tree = ast.parse(text, mode="eval").body
        except SyntaxError:
            continue
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        return _term(tree).text if names & set(op.operand_names) else ""
    return ""


def call(op: Op) -> str:
    """The primitive of its operands as LaTeX."""
    return term_of(op, *[Term(name(x)) for x in op.operand_names]).text


def name(text: str) -> str:
    """A name in a formula: a letter as it is, a word upright."""
    return text if len(text) == 1 else {"pi": r"\pi"}.get(text, rf"\mathrm{{{text}}}")


def _term(node: ast.expr) -> Term:
    match node:
        case ast.Constant(value=int() | float() as x):
            return Term(r"\tfrac{1}{2}") if x == 0.5 else number(x)
        case ast.Name(id=text):
            return Term(name(text))
        case ast.UnaryOp(operand=x):
            return term_of(ops.neg, _term(x))
        case ast.BinOp(left=a, op=sign, right=b):
            return _operation(a, type(sign), b)
        case ast.Compare(left=a, ops=[sign], comparators=[b]):
            return Term(f"{_term(a).text} {COMPARED[type(sign)]} {_term(b).text}", SUM)
        case ast.Call(func=ast.Name(id=function), args=operands):
            chosen = function == "where"
            return _cases(node) if chosen else term_of(FUNCTIONS[function], *map(_term, operands))
    raise ValueError(f"no way to typeset {ast.unparse(node)}")


def _operation(a: ast.expr, sign: type[ast.operator], b: ast.expr) -> Term:
    if sign is ast.Div and isinstance(a, ast.UnaryOp):  # the sign before the line
        return term_of(ops.neg, _operation(a.operand, sign, b))
    return term_of(INFIX[sign], _term(a), _term(b))


def _cases(node: ast.expr) -> Term:
    """Nested choices as rows of one brace: a value and its condition."""
    rows = list(_rows(node, ""))
    while len(rows) > 1 and rows[-1][0] == rows[-2][0]:
        del rows[-2]
    *chosen, (last, _) = rows
    lines = [rf"{value} & \text{{if }} {condition}" for value, condition in chosen]
    lines.append(rf"{last} & \text{{otherwise}}")
    return Term(rf"\begin{{cases}}{BREAK.join(lines)}\end{{cases}}", SUM)


def _rows(node: ast.expr, given: str) -> list[tuple[str, str]]:
    if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "where"):
        return [(_term(node).text, given)]
    condition, yes, no = node.args
    holds = " ".join(filter(None, [given and rf"{given} \text{{ and }}", _condition(condition)]))
    return [*_rows(yes, holds), *_rows(no, given)]


def _condition(node: ast.expr) -> str:
    return _term(node).text + (r" \ne 0" if isinstance(node, ast.Name) else "")
