"""LaTeX of the formulas in the table of primitives, which are written as Python expressions."""

from __future__ import annotations

import ast

from microgradlike.op import Op

SUM, PRODUCT, SIGN, POWER, ATOM = range(5)  # from loose to tight
SIGNS = {
    ast.Add: (" + ", SUM),
    ast.Sub: (" - ", SUM),
    ast.Mult: (r" \cdot ", PRODUCT),
    ast.Mod: (r" \bmod ", PRODUCT),
}
COMPARED = {ast.Lt: "<", ast.LtE: r"\le", ast.Gt: ">", ast.GtE: r"\ge"}
CALLS = {  # the ways in which functions are printed; any other is a name before brackets
    "abs": r"\left\vert {} \right\vert ", "absolute": r"\left\vert {} \right\vert ",
    "exp": "e^{{{}}}", "exp2": "2^{{{}}}", "sqrt": r"\sqrt{{{}}}", "cbrt": r"\sqrt[3]{{{}}}",
    "floor": r"\left\lfloor {} \right\rfloor", "ceil": r"\left\lceil {} \right\rceil",
    "power": "{{{}}}^{{{}}}", "sigmoid": r"\sigma({})", "log2": r"\log_2({})",
    "log10": r"\log_{{10}}({})", "asin": r"\arcsin({})", "acos": r"\arccos({})",
    "atan": r"\arctan({})", "asinh": r"\text{{arsinh}}({})",
    "acosh": r"\text{{arcosh}}({})", "atanh": r"\text{{artanh}}({})",
    "maximum": r"\max({}, {})", "minimum": r"\min({}, {})", "max": r"\max({}, {})",
}  # fmt: skip
KNOWN = ("sin", "cos", "tan", "sinh", "cosh", "tanh", "log")  # LaTeX has them by these names
BREAK = r" \\ "
SUPERSCRIPTS = {"²": " ** 2", "³": " ** 3", "·": "*", "√": "sqrt"}


def typeset(expression: str) -> str:
    r"""LaTeX of a Python expression in the table's functions.

    >>> typeset("y * (1 - y) / sqrt(x)")
    '\\frac{y \\cdot (1 - y)}{\\sqrt{x}}'
    """
    return _written(ast.parse(expression, mode="eval").body)[0].strip()


def definition(op: Op) -> str:
    """The formula in the phrase of a primitive as LaTeX; empty for one in words."""
    text = op.doc.partition(",")[0] if "(" not in op.doc.partition(",")[2] else op.doc
    for sign, spelling in SUPERSCRIPTS.items():
        text = text.replace(sign, spelling)
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError:
        return ""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return _written(tree)[0] if names & set(op.operand_names) else ""


def call(op: Op) -> str:
    """The primitive of its operands as LaTeX."""
    names = op.operand_names
    if op.infix:
        return typeset(f" {op.infix} ".join(names))
    if op.name == "neg":
        return f"-{names[0]}"
    return typeset(f"{op.name}({', '.join(names)})")


def name(text: str) -> str:
    """A name in a formula: a letter as it is, a word upright."""
    return text if len(text) == 1 else {"pi": r"\pi"}.get(text, rf"\mathrm{{{text}}}")


def _written(node: ast.expr) -> tuple[str, int]:
    """LaTeX of a node, and its rank."""
    match node:
        case ast.Constant(value=number):
            return (r"\tfrac{1}{2}" if number == 0.5 else f"{number:g}"), ATOM
        case ast.Name(id=text):
            return name(text), ATOM
        case ast.UnaryOp(operand=operand):
            return f"-{_within(operand, PRODUCT)}", SIGN
        case ast.BinOp(left=a, op=sign, right=b):
            return _operation(a, type(sign), b)
        case ast.Compare(left=a, ops=[sign], comparators=[b]):
            return f"{_within(a)} {COMPARED[type(sign)]} {_within(b)}", SUM
        case ast.Call(func=ast.Name(id=function), args=operands):
            return (
                (_cases(node), SUM) if function == "where" else (_called(function, operands), ATOM)
            )
    raise ValueError(f"no way to typeset {ast.unparse(node)}")


def _operation(a: ast.expr, sign: type[ast.operator], b: ast.expr) -> tuple[str, int]:
    if sign is ast.Pow:
        return f"{{{_within(a, ATOM)}}}^{{{_within(b)}}}", POWER
    if sign in (ast.Div, ast.FloorDiv):
        negative = isinstance(a, ast.UnaryOp)
        above = a.operand if isinstance(a, ast.UnaryOp) else a
        text = rf"\frac{{{_within(above)}}}{{{_within(b)}}}"
        if sign is ast.FloorDiv:
            text = CALLS["floor"].format(text)
        return (f"-{text}", SIGN) if negative else (text, ATOM)
    mark, rank = SIGNS[sign]
    return f"{_within(a, rank)}{mark}{_within(b, rank + 1)}", rank


def _within(node: ast.expr, rank: int = SUM) -> str:
    text, own = _written(node)
    return text if own >= rank else f"({text})"


def _called(function: str, nodes: list[ast.expr]) -> str:
    operands = [_within(x) for x in nodes]
    if function in CALLS:
        return CALLS[function].format(*operands)
    word = f"\\{function}" if function in KNOWN else rf"\text{{{function}}}"
    return f"{word}({', '.join(operands)})"


def _cases(node: ast.Call) -> str:
    """Nested choices as rows of one brace: a value and its condition."""
    rows = list(_rows(node, ""))
    while len(rows) > 1 and rows[-1][0] == rows[-2][0]:
        del rows[-2]
    *chosen, (last, _) = rows
    lines = [rf"{value} & \text{{if }} {condition}" for value, condition in chosen]
    lines.append(rf"{last} & \text{{otherwise}}")
    return rf"\begin{{cases}}{BREAK.join(lines)}\end{{cases}}"


def _rows(node: ast.expr, given: str) -> list[tuple[str, str]]:
    if not (isinstance(node, ast.Call) and getattr(node.func, "id", "") == "where"):
        return [(_within(node), given)]
    condition, yes, no = node.args
    holds = " ".join(filter(None, [given and rf"{given} \text{{ and }}", _condition(condition)]))
    return [*_rows(yes, holds), *_rows(no, given)]


def _condition(node: ast.expr) -> str:
    return _within(node) + (r" \ne 0" if isinstance(node, ast.Name) else "")
