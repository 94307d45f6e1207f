"""ProvidedSignature: the signature of a test, with the arguments that pytest provides."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from microgradlike.testing.ranges import Arguments


class ProvidedSignature(inspect.Signature):
    """The signature of `test`: the receiver of a method, and the arguments from pytest.

    These are the parameters of `pytest.mark.parametrize` and the arguments declared as provided.
    They are read when pytest asks, because marks may be set after the test is made.
    """

    __slots__ = ("_arguments", "_test")

    def __init__(self, test: Callable[..., object], arguments: Arguments) -> None:
        super().__init__()
        self._test, self._arguments = test, arguments

    @property
    def parameters(self) -> MappingProxyType[str, inspect.Parameter]:
        """The parameters of the test."""
        receiver = [self._arguments.receiver] if self._arguments.receiver else []
        names = dict.fromkeys([*receiver, *self._arguments.provided, *self._parametrized()])
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        return MappingProxyType({name: inspect.Parameter(name, kind) for name in names})

    def replace(self, *, parameters: Any = None, return_annotation: Any = None) -> Any:
        """A plain signature with other parameters, as for a bound method."""
        return inspect.Signature(parameters, return_annotation=return_annotation)

    def _parametrized(self) -> Iterator[str]:
        for mark in getattr(self._test, "pytestmark", []):
            if mark.name == "parametrize":
                names = mark.args[0] if mark.args else mark.kwargs["argnames"]
                split = names.split(",") if isinstance(names, str) else names
                yield from (name.strip() for name in split if name.strip() in self._arguments.names)


def with_arguments(
    f: Callable[..., object],
    drawn: Sequence[str],
    receiver: Sequence[object],
    provided: Mapping[str, object],
) -> Callable[..., object]:
    """The function f of its drawn arguments alone.

    >>> with_arguments(lambda self, k, x: (k, x), ["x"], [None], {"k": 2})(0.5)
    (2, 0.5)
    """
    if not receiver and not provided:
        return f

    def of_drawn(*numbers: object) -> object:
        return f(*receiver, **dict(zip(drawn, numbers)), **provided)

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    shown: Any = of_drawn
    shown.__name__ = getattr(f, "__name__", "f")
    shown.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in drawn])
    return of_drawn
