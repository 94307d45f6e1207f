"""The arguments of a function under test: numbers in lists, tuples, dicts, arrays and Modules."""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from numbers import Real
from typing import Any

from microgradlike.derivatives.pytree import DEEPEST, NESTS, Parametric, Pytree, is_array, parts
from microgradlike.engine import Value
from microgradlike.op import Op, to_float


class Arguments:
    """The point at which a function is checked: `numbers` in a row, and the `names` of all of them.

    A Module counts with its parameters. Raises TypeError for what is no number and holds none,
    ValueError for nan and inf and for a list that is nested too deep or contains itself.

    >>> arguments = Arguments(lambda x, w: x, (0.5, {"b": [1, 2]}))
    >>> arguments.names, arguments.numbers
    (['x', "w['b'][0]", "w['b'][1]"], [0.5, 1.0, 2.0])
    >>> arguments.code()
    'Value(0.5, "x"), {\\'b\\': [Value(1.0, "w[\\'b\\'][0]"), Value(2.0, "w[\\'b\\'][1]")]}'
    """

    def __init__(self, f: Callable[..., Any], point: Sequence[Any]) -> None:
        self.point = tuple(point)
        self.names: list[str] = []
        self.numbers: list[float] = []
        self._parameters = parameter_names(f, len(self.point))
        for name, argument in zip(self._parameters, self.point):
            self._collect(name, argument, DEEPEST)
        self._trees = [Pytree(argument, "the point") for argument in self.point]
        if not self.numbers:
            raise TypeError(
                "there is no number in the point, so no derivative to check; write the point after"
                " the function, as in check_gradients(f, 0.5, [1.0, 2.0])"
            )

    def filled(self, row: Sequence[Any]) -> list[Any]:
        """Arguments to call the function with, with others in the place of the numbers."""
        rest, arguments = list(row), []
        for tree in self._trees:
            arguments.append(tree.argument(rest[: len(tree.leaves)]))
            del rest[: len(tree.leaves)]
        return arguments

    def values(self, numbers: Sequence[float]) -> tuple[list[Any], list[Value]]:
        """Arguments to call the function with, and the Values in them, one for each number."""
        leaves = [Value(x, name) for x, name in zip(numbers, self.names)]
        return self.filled(leaves), leaves

    def code(self) -> str:
        """The arguments as Python writes them, with a label for each number."""
        values, _ = self.values(self.numbers)
        return ", ".join(_code(value, name) for value, name in zip(values, self._parameters))

    def _collect(self, name: str, argument: Any, depth: int) -> None:
        if not (isinstance(argument, NESTS) or is_array(argument)):
            self._number(name, argument)
            return
        if not depth:
            raise ValueError(
                f"{name:.60} is nested more than {DEEPEST} deep; does it contain itself? a"
                " point is made of numbers and lists or tuples of numbers"
            )
        for part_name, part in _parts(name, argument):
            self._collect(part_name, part, depth - 1)

    def _number(self, name: str, argument: Any) -> None:
        if isinstance(argument, bool) or not isinstance(argument, Real):
            way_out = "; pass its .data" if isinstance(argument, Value) else ""
            raise TypeError(
                f"{name} is {argument!r:.60} of type {type(argument).__name__}; a point is made of"
                f" numbers, of lists, tuples, dicts and arrays of them, and of Modules{way_out}"
            )
        x = to_float(argument)
        if not math.isfinite(x):
            raise ValueError(f"{name} is {x}: a derivative is checked where the point is finite")
        self.names.append(name)
        self.numbers.append(x)


def _parts(name: str, x: Any) -> Iterator[tuple[str, Any]]:
    """What `x` holds, with names, in the order in which a Pytree takes it."""
    if is_array(x):
        for index, cell in zip(product(*map(range, x.shape)), x.flat):
            yield (f"{name}[{', '.join(map(str, index))}]" if index else name), cell
    else:
        for _, place, part in parts(x, name):
            yield place, part.data if isinstance(x, Parametric) else part


def parameter_names(f: Callable[..., Any], count: int) -> list[str]:
    """The names of the first `count` arguments of f: of *w w0, w1 ..., of a builtin x0, x1 ..."""
    if isinstance(f, Op):
        return list(f.operand_names if f.arity == count else "abcdefgh"[:count])
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):  # a builtin
        parameters = []
    names = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    rest = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), "x")
    return names[:count] + [f"{rest}{i}" for i in range(count - len(names))]


def _code(x: Any, name: str) -> str:
    if isinstance(x, Value):
        return f"Value({x.data!r}, {json.dumps(x.label, ensure_ascii=False)})"
    if isinstance(x, Parametric):
        return name  # as it is there where f is
    if is_array(x):
        return f"np.array({_code(x.tolist(), name)})"
    items = [_code(part, part_name) for part_name, part in _parts(name, x)]
    if isinstance(x, dict):
        return f"{{{', '.join(f'{key!r}: {item}' for key, item in zip(x, items))}}}"
    if isinstance(x, list):
        return f"[{', '.join(items)}]"
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"
