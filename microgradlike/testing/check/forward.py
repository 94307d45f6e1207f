"""Forward mode for a check: the function under test run on Duals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from microgradlike.derivatives.dual import Dual, fresh_tag, split
from microgradlike.engine import Value
from microgradlike.graph import topological
from microgradlike.scalar import Scalar
from microgradlike.testing.check.function_under_test import Direction, Subject


class Forward:
    """The derivatives of a subject in a direction, by forward mode.

    f is run on Duals. Where it does not take them, such as one that looks at `.data`, the graph
    that it made of Values is run on them in its place, and `refusal` says why.
    """

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.refusal = ""

    def of_numbers(self, direction: Direction) -> float:
        """The first derivative, from plain numbers."""
        numbers = [x.data for x in self.subject.leaves]
        tag = fresh_tag()
        y = self._run([Dual(x, d, tag) for x, d in zip(numbers, direction)])
        t = _tangent(y, [tag])
        if t != t:  # a number that stands still has the tangent 0, nan times a partial of nan
            row = [Dual(x, d, tag) if d else x for x, d in zip(numbers, direction)]
            t = _tangent(_replayed(self.subject, row), [tag])
        return float(t.data) if isinstance(t, Value) else t

    def of_values(self, direction: Direction, row: Sequence[Value]) -> Any:
        """The derivative, one order higher than the subject's, as a graph over the row."""
        duals: list[Any] = list(row)
        tags = []
        for v in (*self.subject.along, direction):
            tags.append(fresh_tag())
            duals = [Dual(x, d, tags[-1]) if d else x for x, d in zip(duals, v)]
        return _tangent(self._run(duals), tags)

    def _run(self, row: Sequence[Any]) -> Any:
        if not self.refusal:
            try:
                y = self.subject.f(*self.subject.arguments.filled(row))
                if isinstance(y, (Scalar, float)):
                    return y
                self.refusal = f"it gave {y!r:.60} of type {type(y).__name__}"
            except Exception as error:  # functions differ in how they take what is no Value
                self.refusal = f"{type(error).__name__}: {error}"
        return _replayed(self.subject, row)


def _replayed(subject: Subject, row: Sequence[Any]) -> Any:
    """The result of the graph that f made, with a row in the place of its leaves."""
    at: dict[int, Any] = {id(x): new for x, new in zip(subject.leaves, row)}
    for v in topological(subject.root):
        if v.op is not None:
            at[id(v)] = v.op(*[x if isinstance(x, float) else at[id(x)] for x in v.operands])
        else:
            at.setdefault(id(v), v.data)
    return at[id(subject.root)]


def _tangent(y: Any, tags: Sequence[int]) -> Any:
    """The innermost tangent: the derivative by all tags, one after the other."""
    for tag in reversed(tags):
        _, t = split(y, tag)
        y = 0.0 if t is None else t
    return y
