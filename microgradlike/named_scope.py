"""Named scope: a part of a computation under a name, without a Module."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakValueDictionary

from microgradlike._validate import shown
from microgradlike.scope import NamedScope, current


class Block:
    """The owner of all scopes of one name, by which their calls are counted."""

    __slots__ = ("__weakref__",)

    def name_of(self, child: object) -> str | None:
        """None: no module is below a name."""


_blocks: WeakValueDictionary[str, Block] = WeakValueDictionary()


@contextmanager
def named_scope(name: str) -> Iterator[None]:
    """Frame the nodes that are made within, as a call of a module is framed.

    Pictures and pages draw a frame with that name around them, which folds. Scopes nest. Several
    scopes of one name are the calls of one part: many of them share a frame, which shows one at a
    time. Names follow the words of JAX's named_scope.

    Raises TypeError if `name` is not a str, ValueError if it is empty.

    >>> from microgradlike import Value
    >>> with named_scope("head 1"):
    ...     y = Value(3.0) * 2
    >>> y.scope
    <call of head 1>
    """
    if not isinstance(name, str):
        raise TypeError(
            f"named_scope takes a name, got {shown(name)} of type {type(name).__name__}; write"
            ' named_scope("head 1")'
        )
    if not name.strip():
        raise ValueError(f'named_scope takes a name to show, got {name!r}; write "head 1"')
    token = current.set(NamedScope(name, _blocks.setdefault(name, Block()), current.get()))
    try:
        yield
    finally:
        current.reset(token)
