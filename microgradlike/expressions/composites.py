"""Composite functions of formulas as steps over primitives, recorded from their Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from microgradlike.engine import Value
from microgradlike.expressions.grammar import COMPOSITES, Function, arity
from microgradlike.op import Number, Op
from microgradlike.operators import Operators

# the name of a primitive or comparison and its operands, or None and a number or an operand's name
NamedStep: TypeAlias = tuple[str | None, Number]
Case: TypeAlias = tuple[dict[str, float], list[NamedStep]]


class _Recorded(Operators):
    """A result as the steps that lead to it; a comparison is a step too."""

    def __init__(self, steps: list[NamedStep]) -> None:
        self.steps = steps

    @classmethod
    def apply(cls, op: Op, *operands: Number) -> _Recorded:
        return _step(op.name, *operands)

    def __lt__(self, other: Number) -> _Recorded:
        return _step("<", self, other)

    def __le__(self, other: Number) -> _Recorded:
        return _step("<=", self, other)

    def __gt__(self, other: Number) -> _Recorded:
        return _step(">", self, other)


def _step(name: str, *operands: Number) -> _Recorded:
    before = [x.steps if isinstance(x, _Recorded) else [(None, x)] for x in operands]
    return _Recorded([*(step for steps in before for step in steps), (name, len(operands))])


def composites() -> dict[str, list[Case]]:
    """The cases of each composite function; the first whose plain numbers are given holds.

    A case is a dict from the names of operands, "a" and "b", to the plain numbers that they must
    be, and the steps. A target of exactly 0 or 1 leaves out a term of the binary cross-entropy.

    >>> composites()["silu"]
    [({}, [(None, 'a'), (None, 'a'), ('sigmoid', 1), ('mul', 2)])]
    """
    leaves = {name: _Recorded([(None, name)]) for name in "ab"}
    found: dict[str, list[Case]] = {}
    for name, f in COMPOSITES.items():
        n = arity(f)
        for given in [{"b": 0.0}, {"b": 1.0}, {}] if n == 2 else [{}]:
            operands = [*(leaves | given).values()][:n]
            found.setdefault(name, []).append((given, f(*operands).steps))
    return found


def refusals() -> dict[str, list[tuple[str, bool, str]]]:
    """The operands that a composite function refuses outside [0, 1].

    Each is the name of the operand, True if nodes are refused as well as plain numbers, and the
    message, with the number as {x}.

    >>> refusals()["binary_cross_entropy_with_logits"][0][:2]
    ('b', False)
    """
    found = {name: [*_refusals(f)] for name, f in COMPOSITES.items()}
    return {name: refused for name, refused in found.items() if refused}


def _refusals(f: Function) -> Iterator[tuple[str, bool, str]]:
    for i, name in enumerate("ab"[: arity(f)]):
        message, of_node = (_refusal(f, i, x) for x in (-1.0, Value(-1.0)))
        if message:
            yield name, bool(of_node), message.replace("-1.0", "{x}")


def _refusal(f: Function, index: int, x: Number) -> str:
    try:
        f(*(x if i == index else 0.5 for i in range(arity(f))))
    except ValueError as error:
        return str(error)
    return ""
