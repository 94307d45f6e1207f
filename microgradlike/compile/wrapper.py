"""Wrapper: an object in the place of a function, with its name, that pickles as functions do."""

from __future__ import annotations

import functools
import operator
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any


class Wrapper:
    """The base class of an object that stands for the function `f`.

    Found in its module under the name of the function, as after decoration, it is pickled by that
    name; a method by its name and its instance; anything else by its attributes, with `f` among
    them. Copies follow the same rules.

    >>> from microgradlike.compile.sharding import packed
    >>> wrapped = Wrapper(packed)
    >>> wrapped.__name__, wrapped.f is packed
    ('packed', True)
    """

    f: Callable[..., object]
    __wrapped__: Callable[..., object]

    def __init__(self, f: Callable[..., Any]) -> None:
        self.f = f
        this: Any = self
        functools.update_wrapper(this, f, updated=())

    def bound_to(self, instance: object, owner: type[object] | None) -> Any:
        """Return the wrapper of the method of `instance`, which shares all other attributes.

        Returns the wrapper itself if its function is not one that binds.
        """
        bind = getattr(self.f, "__get__", None)
        if bind is None:
            return self
        bound: Any = object.__new__(type(self))
        bound.__dict__.update(self.__dict__)
        bound.f = bound.__wrapped__ = bind(instance, owner)
        bound.__self__ = instance
        return bound

    def __reduce_ex__(self, protocol: Any) -> Any:
        own = self.__dict__
        if "__self__" in own:
            return getattr, (own["__self__"], own["__name__"])
        if self._is_at_its_name() and self.__module__ != "__main__":
            return own["__qualname__"]
        return super().__reduce_ex__(protocol)

    def __getstate__(self) -> dict[str, object]:
        state = {key: x for key, x in self.__dict__.items() if key != "__wrapped__"}
        if isinstance(self.f, FunctionType) and self._is_at_its_name():
            state["f"] = self.findable
        state.pop("findable", None)
        return state

    def __setstate__(self, state: dict[str, object]) -> None:
        self.__dict__.update(state)
        self.__wrapped__ = self.f

    @functools.cached_property
    def findable(self) -> FunctionType:
        """A copy of the function whose name leads to the copy: the name of `f` leads here.

        A program in `__main__` needs it: pickle sends its functions by name, cloudpickle whole.
        """
        f: Any = self.f
        same = FunctionType(f.__code__, f.__globals__, f.__name__, f.__defaults__, f.__closure__)
        same.__dict__.update(f.__dict__)
        same.__doc__, same.__module__, same.__annotations__ = f.__doc__, f.__module__, {}
        same.__kwdefaults__, same.__qualname__ = f.__kwdefaults__, f"{f.__qualname__}.findable"
        return same

    def _is_at_its_name(self) -> bool:
        try:
            found = operator.attrgetter(self.__dict__["__qualname__"])
            return found(sys.modules[self.__module__]) is self
        except (AttributeError, KeyError):
            return False
