"""Walk: the Values and Modules below a Module, by the attributes, indices and keys to them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator
from typing import Any

from microgradlike.derivatives.pytree import HasParameters, is_array
from microgradlike.engine import Value
from microgradlike.nn.unsearched import PLAIN


def walk(
    root: HasParameters,
    *,
    closed: Callable[[Any], bool],
    results: bool = False,
    unsearched: list[tuple[str, object]] | None = None,
) -> Iterator[tuple[str, Any]]:
    """Leaf Values and closed Modules below `root` with their paths, each once, depth first.

    Objects that are not looked into join `unsearched`, with their paths.

    >>> from microgradlike.nn import Neuron
    >>> [path for path, v in walk(Neuron(2), closed=lambda module: False)]
    ['w.0', 'w.1', 'b']
    """
    seen = {id(root)}
    stack: list[tuple[str, Any]] = parts("", root, unsearched)[::-1]
    while stack:
        name, x = stack.pop()
        if id(x) in seen:
            continue
        seen.add(id(x))
        if isinstance(x, Value):
            if x.op is None or results:  # a result in an attribute is not a parameter
                yield name, x
        elif isinstance(x, HasParameters) and closed(x):
            yield name, x
        else:
            stack.extend(reversed(parts(name + ".", x, unsearched)))


def parts(
    prefix: str, x: Any, unsearched: list[tuple[str, object]] | None = None
) -> list[tuple[str, Any]]:
    """The parts of `x` that may be or hold parameters, in order, with paths.

    The others join `unsearched`, except those of plain types.

    >>> v = Value(1.0)
    >>> parts("a.", [v, 2.0, {v}], others := [])
    [('a.0', Value(data=1.0, grad=0.0))]
    >>> others
    [('a.2', {Value(data=1.0, grad=0.0)})]
    """
    items = _items(x)
    found = [(f"{prefix}{key}", part) for key, part in items if _is_searched(part)]
    if unsearched is not None and len(found) < len(items):
        others = [(f"{prefix}{key}", part) for key, part in items if not _is_searched(part)]
        unsearched.extend((path, part) for path, part in others if type(part) not in PLAIN)
    return found


def _is_searched(x: Any) -> bool:
    return isinstance(x, (Value, HasParameters, list, tuple, dict)) or _is_object_array(x)


def _items(x: Any) -> Collection[tuple[Any, Any]]:
    if isinstance(x, HasParameters):
        state: Any = object.__getstate__(x)  # the attributes, and the slots of a class with slots
        spaces = state if isinstance(state, tuple) else (state,)
        return [item for space in spaces if space for item in space.items()]
    if isinstance(x, dict):
        return x.items()
    if isinstance(x, (list, tuple)):
        return list(enumerate(x))
    cells = zip(itertools.product(*map(range, x.shape)), x.flat)
    return [(".".join(map(str, index)) or "item", cell) for index, cell in cells]


def _is_object_array(x: Any) -> bool:
    return is_array(x) and x.dtype == object
