"""Graphs freed without recursion, where Python's own guard against deep structures fails.

CPython's trashcan bounds the depth of deallocators by the C stack. In WebAssembly the engine's call
stack ends first: some thousands of nodes, and the interpreter is gone. There nodes get a `__del__`.
"""

from __future__ import annotations

import sys
from typing import Any

from microgradlike.op import Number

__all__ = ["NEEDED", "free_in_turn"]

NEEDED = sys.platform in ("emscripten", "wasi")
_waiting: list[object] = []  # what dead nodes referred to
_emptying = [False]


def free_in_turn(node: Number) -> None:
    """Free what a dead node refers to, one node after the other: the `__del__` of a Value.

    The outermost call empties the list that the calls within it fill.

    >>> class Node:
    ...     _a = _b = None
    ...     __del__ = free_in_turn
    >>> y = Node()
    >>> for _ in range(10_000):
    ...     x, y = y, Node()
    ...     y._a = x
    >>> del x, y
    """
    state: dict[str, Any] | None = getattr(node, "__dict__", None)  # a subclass may have one
    if node._a is None and not state:
        return
    _waiting.append((node._a, node._b, state and state.copy()))
    node._a = node._b = None
    if state:
        state.clear()
    if _emptying[0]:
        return
    _emptying[0] = True
    try:
        while _waiting:
            _waiting.pop()
    finally:  # also Ctrl-C: the next call goes on
        _emptying[0] = False
