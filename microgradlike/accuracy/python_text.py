"""Python text of a term: a function with infix operators, shared parts on lines of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from microgradlike import ops
from microgradlike.accuracy.terms import Term, ordered
from microgradlike.expressions.lexer import PRECEDENCE, PRODUCT, SIGN
from microgradlike.op import Op

ATOM = max(PRECEDENCE.values()) + 1
LONGEST = 70  # characters of a shared part that is written twice in place of a line of its own


def expression(t: Term, names: dict[Term, str] | None = None) -> str:
    """The term as a Python expression; `names` are those of parts with a name.

    >>> from microgradlike.accuracy.terms import term
    >>> x = term("x")
    >>> expression(2 * (x + 1).sin() ** 2 / -x)
    '2*sin(x + 1)**2/-x'
    """
    texts: dict[Term, tuple[str, int]] = {}
    for part in ordered(t):
        named = (names or {}).get(part) if part is not t else None
        texts[part] = (named, ATOM) if named else _text(part, texts)
    return texts[t][0]


def _text(t: Term, texts: dict[Term, tuple[str, int]]) -> tuple[str, int]:
    """The text of a term and the rank of its operator, from those of its operands."""
    if isinstance(t.leaf, str):
        return t.leaf, ATOM
    if t.leaf is not None:
        x = t.leaf
        text = str(int(x)) if x == x // 1 and abs(x) < 2**53 else repr(x)
        return text, SIGN if text.startswith("-") else ATOM
    assert t.op is not None
    parts = [texts[x] for x in t.operands]
    if t.op is ops.neg:
        product = parts[0][1] == PRODUCT and not parts[0][0].startswith("-")
        return (
            f"-{_bracketed(parts[0], PRODUCT if product else SIGN)}",
            PRODUCT if product else SIGN,
        )
    if not t.op.infix:
        return f"{name_of(t)}({', '.join(text for text, _ in parts)})", ATOM
    rank = PRECEDENCE[t.op.infix]
    if t.op is ops.power:
        return f"{_bracketed(parts[0], rank + 1)}**{_bracketed(parts[1], SIGN)}", rank
    space = " " if t.op in (ops.add, ops.sub) else ""
    left, right = _bracketed(parts[0], rank), _bracketed(parts[1], rank + 1)
    return f"{left}{space}{t.op.infix}{space}{right}", rank


def name_of(t: Term) -> str:
    """The name by which a text calls the primitive of a term."""
    assert t.op is not None
    return "abs" if t.op is ops.absolute else t.op.name


def _bracketed(part: tuple[str, int], rank: int) -> str:
    return part[0] if part[1] >= rank else f"({part[0]})"


def function_text(t: Term, parameters: Sequence[str], taken: Sequence[str] = ()) -> str:
    """The text of a function `f` of the parameters, with the imports that it needs.

    >>> from microgradlike.accuracy.terms import term
    >>> print(function_text(term("x").exp() + 1, ["x"]))
    from microgradlike import exp
    <BLANKLINE>
    <BLANKLINE>
    def f(x):
        return exp(x) + 1
    """
    order = ordered(t)
    users = Counter(x for part in order for x in part.operands)
    names: dict[Term, str] = {}
    lines = []
    for part in order:
        if part.op is not None and users[part] > 1:
            lines.append(expression(part, names))
            names[part] = _free(parameters, names)
            lines[-1] = f"    {names[part]} = {lines[-1]}"
    lines.append(f"    return {expression(t, names)}")
    called = {name_of(x) for x in order if x.op is not None and _is_called(x)} - {"abs"}
    head = f"from microgradlike import {', '.join(sorted(called))}\n\n\n" if called else ""
    return "\n".join([f"{head}def f({', '.join(parameters)}):", *lines])


def _is_called(t: Term) -> bool:
    assert t.op is not None
    return not t.op.infix and t.op is not ops.neg and ops.TABLE.get(t.op.name) is t.op


def _free(parameters: Sequence[str], names: dict[Term, str]) -> str:
    n = len(names) + 1
    while f"t{n}" in parameters or f"t{n}" in names.values():
        n += 1
    return f"t{n}"


def own_primitives(t: Term) -> dict[str, Op]:
    """The users' primitives in a term by name, which no import provides."""
    return {x.op.name: x.op for x in ordered(t) if x.op and ops.TABLE.get(x.op.name) is not x.op}
