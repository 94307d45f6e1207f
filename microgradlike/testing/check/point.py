"""Point: the arguments at which a function is checked, as a flat list of named numbers."""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

from microgradlike._validate import is_real, shown
from microgradlike.derivatives.pytree import (
    CONTAINERS,
    MAX_DEPTH,
    HasParameters,
    Pytree,
    children,
    is_array,
)
from microgradlike.engine import Value
from microgradlike.op import Number, Op, to_float

_MADE_OF = "numbers, of lists, tuples, dicts and arrays of them, and of Modules"


class Point:
    """The arguments of a function under test: their `numbers` in one list, and a name for each.

    A Module contributes its parameters. Raises TypeError for an argument that is not a number and
    holds none, ValueError for nan, inf, and a list that is nested too deep or contains itself.

    >>> point = Point(lambda x, w: x, (0.5, {"b": [1, 2]}))
    >>> point.names, point.numbers
    (['x', "w['b'][0]", "w['b'][1]"], [0.5, 1.0, 2.0])
    >>> print(point.plain_code())
    0.5, {'b': [1.0, 2.0]}
    >>> print(point.code())
    Value(0.5, "x"), {'b': [Value(1.0, "w['b'][0]"), Value(2.0, "w['b'][1]")]}
    """

    def __init__(self, f: Callable[..., object], arguments: Sequence[object]) -> None:
        self.names: list[str] = []
        self.numbers: list[float] = []
        self._parameters = parameter_names(f, len(arguments))
        for name, argument in zip(self._parameters, arguments):
            self._collect(name, argument, MAX_DEPTH)
        self._trees = [Pytree(argument, "the point") for argument in arguments]
        if not self.numbers:
            raise TypeError(
                "the point has no numbers; pass them after the function, as in"
                " check_gradients(f, 0.5, [1.0, 2.0])"
            )

    def unflatten(self, numbers: Sequence[Number]) -> list[Any]:
        """The arguments for a call of the function, with these numbers in place of its own."""
        rest, arguments = list(numbers), []
        for tree in self._trees:
            arguments.append(tree.as_argument(rest[: len(tree.leaves)]))
            del rest[: len(tree.leaves)]
        return arguments

    def values(self, numbers: Sequence[float]) -> tuple[list[Any], list[Value]]:
        """The arguments for a call with Values, and these Values, one for each number."""
        leaves = [Value(x, name) for x, name in zip(numbers, self.names)]
        return self.unflatten(leaves), leaves

    def code(self) -> str:
        """The arguments as Python code, with a label for each number."""
        values, _ = self.values(self.numbers)
        return ", ".join(_code(value, name) for value, name in zip(values, self._parameters))

    def plain_code(self) -> str:
        """The arguments as Python code, of numbers alone; a Module is written as its name."""
        arguments = self.unflatten(self.numbers)
        return ", ".join(_code(x, name) for x, name in zip(arguments, self._parameters))

    def _collect(self, name: str, argument: Any, depth: int) -> None:
        if not (isinstance(argument, CONTAINERS) or is_array(argument)):
            self._number(name, argument)
            return
        if not depth:
            raise ValueError(
                f"{name:.60} is nested more than {MAX_DEPTH} deep; does it contain itself? A point"
                f" is made of {_MADE_OF}"
            )
        for part_name, part in _parts(name, argument):
            self._collect(part_name, part, depth - 1)

    def _number(self, name: str, argument: object) -> None:
        if not is_real(argument):
            way_out = "; pass its .data" if isinstance(argument, Value) else ""
            raise TypeError(
                f"{name} is {shown(argument)} of type {type(argument).__name__}; a point is made of"
                f" {_MADE_OF}{way_out}"
            )
        x = to_float(argument)
        if not math.isfinite(x):
            raise ValueError(f"{name} is {x}; choose a point of finite numbers")
        self.names.append(name)
        self.numbers.append(x)


def _parts(name: str, x: Any) -> Iterator[tuple[str, Any]]:
    """The parts of `x` with their names, in the order of a Pytree's leaves."""
    if is_array(x):
        for index, cell in zip(product(*map(range, x.shape)), x.flat):
            yield (f"{name}[{', '.join(map(str, index))}]" if index else name), cell
    else:
        for _, place, part in children(x, name):
            yield place, part.data if isinstance(x, HasParameters) else part


def parameter_names(f: Callable[..., object], count: int) -> list[str]:
    """The names of the first `count` arguments of f; `*w` gives w0, w1, no signature x0, x1.

    >>> parameter_names(lambda x, *w: x, 3)
    ['x', 'w0', 'w1']
    """
    if isinstance(f, Op):
        return list(f.operand_names if f.arity == count else "abcdefgh"[:count])
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):  # as some builtins, on some Pythons
        parameters = []
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    rest = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), "x")
    return names[:count] + [f"{rest}{i}" for i in range(count - len(names))]


def _code(x: Any, name: str) -> str:
    if isinstance(x, Value):
        return f"Value({x.data!r}, {json.dumps(x.label, ensure_ascii=False)})"
    if isinstance(x, (float, HasParameters)):  # a Module under the name of the argument
        return repr(x) if isinstance(x, float) else name
    if is_array(x):
        return f"np.array({_code(x.tolist(), name)})"
    items = [_code(part, part_name) for part_name, part in _parts(name, x)]
    if isinstance(x, dict):
        return f"{{{', '.join(f'{key!r}: {item}' for key, item in zip(x, items))}}}"
    if isinstance(x, list):
        return f"[{', '.join(items)}]"
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
