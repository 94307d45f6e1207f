"""Chains of objects freed without recursion, where Python's own guard does not hold.

CPython's trashcan bounds the depth of deallocators by the C stack. In WebAssembly the engine's call
stack ends first: some thousands of nodes, and the interpreter is gone. There a `__del__` takes a
third more time of a training step; elsewhere there is none.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final

NEEDED: Final = sys.platform in ("emscripten", "wasi")
_waiting: list[object] = []  # the references of dead objects
_emptying = [False]
_set: Final[Any] = object.__setattr__  # also of a frozen dataclass


def free_in_turn(cls: type[object], *references: str) -> None:
    """Give a class a `__del__` if it is needed here; `references` are its links in a chain."""
    if NEEDED:
        setattr(cls, "__del__", deleter(*references))  # noqa: B010  (for mypy it is a constant)


def deleter(*references: str) -> Callable[[Any], None]:
    """Return a `__del__` that frees the references of dead objects, one after the other.

    The outermost call empties the list that the calls within it fill.

    >>> class Link:
    ...     __slots__ = ("above", "below")
    ...     __del__ = deleter("above", "below")
    ...     def __init__(self, above): self.above, self.below = above, None
    >>> x = None
    >>> for _ in range(10_000): x = Link(x)
    >>> x = None
    """
    held_by: dict[type[object], Callable[[Any], object]] = {}

    def free(x: Any) -> None:
        held = held_by.get(type(x)) or held_by.setdefault(type(x), _links(x, references))
        try:
            _waiting.append(held(x))
        except AttributeError:  # its constructor raised, before it had the links
            return
        if _emptying[0]:
            return
        for name in references:  # nothing may go with x itself
            _set(x, name, None)
        if hasattr(x, "__dict__"):
            x.__dict__ = {}
        _emptying[0] = True
        try:
            while _waiting:
                _waiting.pop()
        finally:  # also after Ctrl-C: the next call goes on
            _emptying[0] = False

    return free


def _links(x: Any, references: tuple[str, ...]) -> Callable[[Any], object]:
    """Return a getter of the references, and of the attributes if this class has any."""
    return attrgetter(*references, *["__dict__"] * hasattr(x, "__dict__"))
