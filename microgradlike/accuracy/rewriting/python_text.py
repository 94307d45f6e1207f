"""Python text of a term: a function with infix operators, shared parts on lines of their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from microgradlike import ops
from microgradlike.accuracy.rewriting.terms import Term
from microgradlike.expressions.grammar import PRECEDENCE, PRODUCT, SIGN
from microgradlike.graph import topological
from microgradlike.op import Number, Op

ATOM = max(PRECEDENCE.values()) + 1
NESTED = 50  # brackets on a line; Python reads at most 200 in each other


def expression(t: Term) -> str:
    """The term as a Python expression.

    >>> from microgradlike.accuracy.rewriting.terms import term
    >>> x = term("x")
    >>> expression(2 * (x + 1).sin() ** 2 / -x)
    '2*sin(x + 1)**2/-x'
    """
    texts: dict[Term, tuple[str, int]] = {}
    for part in topological(t):
        texts[part] = _text(part, texts, {})
    return texts[t][0]


def _text(
    t: Term, texts: Mapping[Term, tuple[str, int]], calls: Mapping[Op, str]
) -> tuple[str, int]:
    """The text of a term and the rank of its operator, from those of its operands."""
    if t.op is None:
        return _leaf(t)
    parts = [texts[x] for x in t.operands]
    if t.op is ops.neg:
        text, rank = parts[0]
        rank = PRODUCT if rank == PRODUCT and text[0] != "-" else SIGN
        return f"-{_bracketed(parts[0], rank)}", rank
    if not t.op.infix:
        return f"{calls.get(t.op, t.op.name)}({', '.join(text for text, _ in parts)})", ATOM
    rank = PRECEDENCE[t.op.infix]
    if t.op is ops.power:
        return f"{_bracketed(parts[0], rank + 1)}**{_bracketed(parts[1], SIGN)}", rank
    sign = f" {t.op.infix} " if t.op in (ops.add, ops.sub) else t.op.infix
    return f"{_bracketed(parts[0], rank)}{sign}{_bracketed(parts[1], rank + 1)}", rank


def _leaf(t: Term) -> tuple[str, int]:
    """The text of a variable or of a number, whole ones without a point."""
    x = t.number
    if x is None:
        return str(t.leaf), ATOM
    if not abs(x) < float("inf"):
        return f"float('{x}')", ATOM
    text = repr(x) if str(x) == "-0.0" else repr(x).removesuffix(".0")
    return text, SIGN if text[0] == "-" else ATOM


def _bracketed(part: tuple[str, int], rank: int) -> str:
    return part[0] if part[1] >= rank else f"({part[0]})"


def function(t: Term, parameters: Sequence[str]) -> tuple[str, Callable[..., Number]]:
    """The text of a function `f` of the parameters with the imports that it needs, and `f`.

    A primitive with the name of a parameter is imported by another one.

    >>> from microgradlike.accuracy.rewriting.terms import term
    >>> print(function(term("x").exp() + 1, ["x"])[0])
    from microgradlike import exp
    <BLANKLINE>
    <BLANKLINE>
    def f(x):
        return exp(x) + 1
    """
    order = topological(t)
    taken = {"f", *[name.lstrip("*") for name in parameters]}
    calls: dict[Op, str] = {}
    for op in (x.op for x in order if x.op and not x.op.infix and x.op is not ops.neg):
        if op not in calls:
            calls[op] = next(x for n in count() if (x := op.name + "_" * n) not in taken)
            taken.add(calls[op])
    free = (name for n in count(1) if (name := f"t{n}") not in taken)
    users = Counter(x for part in order for x in part.operands)
    texts: dict[Term, tuple[str, int]] = {}
    lines = [f"def f({', '.join(parameters)}):"]
    for part in order:
        texts[part] = _text(part, texts, calls)
        text = texts[part][0]
        if part.op and part is not t and (users[part] > 1 or text.count("(") > NESTED):
            texts[part] = next(free), ATOM
            lines.append(f"    {texts[part][0]} = {text}")
    lines.append(f"    return {texts[t][0]}")
    own = {name: op for op, name in calls.items() if ops.TABLE.get(op.name) is not op}
    text = "\n".join([*_head(calls, own), *lines])
    made: dict[str, Any] = dict(own)
    exec(text, made)
    return text, made["f"]


def _head(calls: Mapping[Op, str], own: Mapping[str, Op]) -> list[str]:
    """The lines above a function that calls the primitives by these names."""
    lines = [f"# {name} is a primitive of yours" for name in own]
    for module in "microgradlike", "microgradlike.ops":
        names = []
        for op, name in calls.items():
            public = "absolute" if op is ops.absolute else op.name
            if name not in {"abs", *own} and (op is ops.mul_no_nan) is module.endswith("ops"):
                names.append(name if name == public else f"{public} as {name}")
        lines += [f"from {module} import {', '.join(sorted(names))}"] if names else []
    return [*lines, "", ""] if lines else []
