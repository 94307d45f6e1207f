"""Names of nodes in reports: labels, and short formulas of labelled operands."""

from __future__ import annotations

from collections.abc import Sequence

from microgradlike.engine import Value
from microgradlike.expressions.grammar import POWER, PRECEDENCE, SIGN

LONGEST = 60  # characters of a formula
DEEPEST = 4  # operations in an operation


def named(order: Sequence[Value]) -> list[str]:
    """A name per node: its label, made unique by a number, or `v` and its place."""
    seen: dict[str, int] = {}
    names = []
    for i, v in enumerate(order, 1):
        name = v.label or f"v{i}"
        while name in seen:
            seen[v.label] = seen.get(v.label, 1) + 1
            name = f"{v.label}_{seen[v.label]}"
        seen[name] = 1
        names.append(name)
    return names


def formula(v: Value, depth: int = DEEPEST) -> str:
    """A short formula of the node, in which labels and deeper operations are names."""
    text = " ".join(_formula(v, depth)[0].split())  # a label may have lines
    return text if len(text) <= LONGEST or depth == 1 else formula(v, depth - 1)


def _formula(x: Value | float, depth: int) -> tuple[str, int]:  # noqa: PLR0911
    """The formula and the rank of its operator, as far as operations may be nested."""
    if type(x) is float:
        return (f"{x:.4g}", 9 if x >= 0 else 0)
    assert isinstance(x, Value)
    if x.label and depth < DEEPEST:
        return x.label, 9
    if x.op is None:
        return x.label or f"{x.data:.4g}", 9
    if depth == 0:
        return "…", 9
    parts = [_formula(operand, depth - 1) for operand in x.operands]
    rank = PRECEDENCE.get(x.op.infix, 9)
    if not x.op.infix:
        if x.op.name == "neg":
            return f"-{_bracketed(parts[0], SIGN)}", SIGN
        return f"{x.op.name}({', '.join(text for text, _ in parts)})", 9
    from_right = rank == POWER  # ** groups so
    a, b = _bracketed(parts[0], rank + from_right), _bracketed(parts[1], rank + 1 - from_right)
    return (f"{a} {x.op.infix} {b}" if rank < POWER else f"{a}{x.op.infix}{b}"), rank


def _bracketed(part: tuple[str, int], rank: int) -> str:
    return part[0] if part[1] >= rank else f"({part[0]})"
