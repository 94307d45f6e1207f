"""The arguments of a function under test: numbers, and lists or tuples of them, all with names."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

from microgradlike.engine import Value
from microgradlike.op import Op, to_float

_DEEPEST = 50  # lists within lists


class Arguments:
    """The point at which a function is checked: `numbers` in a row, and the `names` of all of them.

    Raises TypeError for anything but numbers, lists and tuples, ValueError for nan and inf and for
    a list that is nested too deep or contains itself.

    >>> arguments = Arguments(lambda x, w: x, (0.5, [1, 2]))
    >>> arguments.names, arguments.numbers
    (['x', 'w[0]', 'w[1]'], [0.5, 1.0, 2.0])
    >>> arguments.code()
    'Value(0.5, "x"), [Value(1.0, "w[0]"), Value(2.0, "w[1]")]'
    """

    def __init__(self, f: Callable[..., Any], point: Sequence[Any]) -> None:
        self.point = tuple(point)
        self.names: list[str] = []
        self.numbers: list[float] = []
        for name, argument in zip(_parameters(f, len(self.point)), self.point):
            self._collect(name, argument, _DEEPEST)
        if not self.numbers:
            raise TypeError(
                "there is no number in the point, so no derivative to check; write the point after"
                " the function, as in check_gradients(f, 0.5, [1.0, 2.0])"
            )

    def values(self, numbers: Sequence[float]) -> tuple[tuple[Any, ...], list[Value]]:
        """Arguments to call the function with, and the Values in them, one for each number."""
        leaves = [Value(x, name) for x, name in zip(numbers, self.names)]
        rest = iter(leaves)
        return tuple(_filled(argument, rest) for argument in self.point), leaves

    def code(self) -> str:
        """The arguments as Python writes them, with a label for each number."""
        values, _ = self.values(self.numbers)
        return ", ".join(_code(value) for value in values)

    def _collect(self, name: str, argument: Any, depth: int) -> None:
        if isinstance(argument, (list, tuple)):
            if not depth:
                raise ValueError(
                    f"{name:.60} is nested more than {_DEEPEST} deep; does it contain itself? a"
                    " point is made of numbers and lists or tuples of numbers"
                )
            for i, item in enumerate(argument):
                self._collect(f"{name}[{i}]", item, depth - 1)
            return
        if isinstance(argument, bool) or not isinstance(argument, Real):
            raise TypeError(
                f"{name} is {argument!r:.60} of type {type(argument).__name__}; a point is made of"
                f" numbers and lists or tuples of numbers{_way_out(argument)}"
            )
        x = to_float(argument)
        if not math.isfinite(x):
            raise ValueError(f"{name} is {x}: a derivative is checked where the point is finite")
        self.names.append(name)
        self.numbers.append(x)


def _way_out(argument: object) -> str:
    if isinstance(argument, Value):
        return "; pass its .data"
    if type(argument).__name__ == "ndarray":
        return "; pass its .tolist()"
    return ""


def _parameters(f: Callable[..., Any], count: int) -> list[str]:
    """The names of the first `count` arguments of f: of *w w0, w1 ..., of a builtin x0, x1 ..."""
    if isinstance(f, Op):
        return ["x"] if f.arity == 1 and count == 1 else list("abc")[:count]
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):  # a builtin
        parameters = []
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    rest = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), "x")
    return names[:count] + [f"{rest}{i}" for i in range(count - len(names))]


def _filled(argument: Any, leaves: Any) -> Any:
    if isinstance(argument, (list, tuple)):
        items = [_filled(item, leaves) for item in argument]
        return items if isinstance(argument, list) else tuple(items)
    return next(leaves)


def _code(value: Any) -> str:
    if isinstance(value, Value):
        return f'Value({value.data!r}, "{value.label}")'
    items = ", ".join(_code(item) for item in value)
    if isinstance(value, list):
        return f"[{items}]"
    return f"({items},)" if len(value) == 1 else f"({items})"
