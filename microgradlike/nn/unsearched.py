"""Unsearched: parameters in sets and objects that a Module does not look into, and the warning."""

from __future__ import annotations

import types
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, KeysView, ValuesView
from typing import Any
from weakref import WeakKeyDictionary

from microgradlike._frames import user_level
from microgradlike.derivatives.pytree import HasParameters, is_array
from microgradlike.engine import Value

PLAIN = frozenset(
    (
        *(float, int, str, bool, bytes, complex, type(None), type),
        *(types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.ModuleType),
    )
)  # types of attributes that hold no Values; a function that closes over one is its own affair
OBJECTS = 1000  # the number of objects that are looked into for one attribute
_ITERABLE = (list, tuple, set, frozenset, deque, KeysView, ValuesView)

_warned: WeakKeyDictionary[type, set[str]] = WeakKeyDictionary()  # attributes of a class


def warn_of_unsearched(
    module: object,
    unsearched: Iterable[tuple[str, object]],
    parameters: Iterable[Value],
    closed: Callable[[Any], bool],
) -> None:
    """Warn of leaf Values in objects that a module does not search, once per class and attribute.

    `unsearched` has the objects with the paths that lead to them. `parameters` are those that were
    found, which an optimizer in an attribute has too, for instance. `closed` is that of
    `leaves_below`.
    """
    known = set(map(id, parameters))
    for path, x in unsearched:
        warned = _warned.setdefault(type(module), set())
        attribute = path.partition(".")[0]
        if attribute in warned:
            continue
        missed = [p for p in leaves_below(x, closed=closed) if id(p) not in known]
        if missed:
            warned.add(attribute)
            warnings.warn(
                f"{type(module).__name__}.{path} holds {len(missed)} Value(s) that parameters()"
                f" does not find, since it does not look into a {type(x).__name__}. Use a list, a"
                " tuple, a dict, an object array or a Module, or define parameters()",
                stacklevel=user_level(),
            )


def leaves_below(
    x: object, *, closed: Callable[[Any], bool] = lambda module: False
) -> Iterator[Value]:
    """The leaf Values in sets, deques, dataclasses and other objects below `x`, each once.

    `closed` is true of a module that holds parameters back.

    >>> [v.data for v in leaves_below({Value(1.0)})]
    [1.0]
    """
    seen: set[int] = set()
    stack = [x]
    while stack and len(seen) < OBJECTS:
        x = stack.pop()
        if type(x) in PLAIN or id(x) in seen:
            continue
        seen.add(id(x))
        if isinstance(x, Value):
            if x.op is None:
                yield x
        elif not (isinstance(x, HasParameters) and closed(x)):
            stack.extend(_parts(x))


def _parts(x: Any) -> list[object]:
    if isinstance(x, _ITERABLE):
        return list(x)
    if isinstance(x, (dict, types.MappingProxyType)):
        return list(x.values())
    if is_array(x):
        return list(x.flat) if x.dtype == object else []
    ours = type(x).__module__.partition(".")[0] == "microgradlike"
    if isinstance(x, type) or (ours and not isinstance(x, HasParameters)):
        return []  # such as a jit function, whose Values need not be parameters
    state: Any = object.__getstate__(x)  # attributes and slots
    spaces = state if isinstance(state, tuple) else (state,)
    return [part for space in spaces if isinstance(space, dict) for part in space.values()]
