"""Scoped call: the call of a Module, which the nodes that it makes remember."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import FunctionType
from typing import TYPE_CHECKING, Any

from microgradlike import scope
from microgradlike.scope import Scope

if TYPE_CHECKING:
    from microgradlike.nn.module import Module


def in_scope(call: Callable[..., Any]) -> Callable[..., Any]:
    """`call` in a Scope of its own; costs 0.6 µs, and a neuron of 16 inputs takes 10 µs."""
    if not isinstance(call, FunctionType):  # a jit function binds by itself
        return in_scope(_as_function(call))

    @functools.wraps(call)
    def scoped(self: Module, *args: Any, **kwargs: Any) -> Any:
        current = scope.current  # by its module, so that cloudpickle can send the function
        outer = current.get()
        if outer is not None and outer.owner is self and type(self).__call__ is not scoped:
            return call(self, *args, **kwargs)  # a call by super() belongs to the same module call
        token = current.set(Scope(self, outer))
        try:
            return call(self, *args, **kwargs) if kwargs else call(self, *args)
        finally:
            current.reset(token)

    scope.origins.call = scoped.__code__  # type: ignore[attr-defined]
    return scoped


def _as_function(descriptor: Any) -> Callable[..., Any]:
    """A function that calls `descriptor` as a method."""

    @functools.wraps(descriptor, updated=())
    def function(self: Module, *args: Any, **kwargs: Any) -> Any:
        return descriptor.__get__(self, type(self))(*args, **kwargs)

    return function
