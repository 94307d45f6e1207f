"""Call: a function and its arguments, with those that it is differentiated with respect to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeAlias, TypeVar

from microgradlike._validate import shown, whole_number
from microgradlike.derivatives.linearize import Linearization
from microgradlike.derivatives.pytree import Nested, Pytree
from microgradlike.op import Number
from microgradlike.scalar import Scalar

Argnums: TypeAlias = int | tuple[int, ...]  # positions of arguments: from 0, or backwards from -1
P = ParamSpec("P")
R = TypeVar("R")


class Call:
    """A function and its arguments; `tree` holds those to differentiate with respect to.

    >>> call = Call(lambda x, y: x * y, 0, (2.0, 3.0), {})
    >>> call.tree.leaves, call.linearize().values()
    ([2.0], [6.0])
    """

    def __init__(
        self,
        f: Callable[..., Nested],
        argnums: Argnums,
        args: tuple[Nested, ...],
        kwargs: Mapping[str, Nested],
    ) -> None:
        self.f, self.args, self.kwargs = f, args, kwargs
        self.several = isinstance(argnums, tuple)
        self.positions = positions_of(argnums, len(args))
        if self.several:
            self.tree = Pytree(tuple(args[i] for i in self.positions), "the arguments")
        else:
            self.tree = Pytree(args[self.positions[0]], f"argument {self.positions[0]}")

    def linearize(self, *, alternative: str = "") -> Linearization:
        """The linearized call; with an `alternative`, the function must return one number."""
        run = Linearization(self._with, self.tree)
        if alternative:
            require_one_result(run, alternative)
        return run

    def _with(self, fresh: Nested) -> Nested:
        args = list(self.args)
        for i, x in zip(self.positions, fresh if self.several else [fresh]):
            args[i] = x
        return self.f(*args, **self.kwargs)


def require_function(f: object) -> None:
    """Raise TypeError unless f can be called."""
    if not callable(f):
        way_out = "pass the function f"
        if isinstance(f, Scalar):
            way_out = "for a Value y call y.backward(), or gradients(y, [x])"
        raise TypeError(f"derivatives are taken of functions, got {shown(f)}; {way_out}")


def positions_of(argnums: Argnums, count: int) -> tuple[int, ...]:
    """The positions that `argnums` stands for among `count` arguments.

    >>> positions_of((0, -1), 3)
    (0, 2)
    """
    given = argnums if isinstance(argnums, tuple) else (argnums,)
    if given and not count:
        raise ValueError(
            "there are 0 positional arguments, but the derivative is with respect to one of them;"
            " pass it by position"
        )
    positions = tuple(i % count for i in given if -count <= i < count)
    if len(set(positions)) < len(given):
        raise ValueError(
            f"argnums is {argnums!r}, but there are {count} positional argument(s); give each"
            " position once, counted from 0, or from -1 at the end"
        )
    return positions


def require_one_result(run: Linearization, alternative: str) -> None:
    """Raise TypeError, with the alternative, unless the function returned one number."""
    if not run.outputs.single:
        raise TypeError(
            f"the function must return one number, got {run.outputs.describe()}; use"
            f" {alternative}, or sum the results"
        )


def one_number(x: Nested, position: int) -> Number:
    """The one number in the argument at that position, for `derivative`."""
    tree = Pytree(x, f"argument {position}")
    if not tree.single:
        raise TypeError(
            f"derivative(f) is with respect to one number, but argument {position} is {shown(x)};"
            " use jacobian"
        )
    return tree.leaves[0]


def argument_tuple(name: str, which: str, x: object) -> tuple[Nested, ...]:
    """`x`, given to jvp or hvp as "primals" or "tangents", as a tuple of arguments."""
    if not isinstance(x, (list, tuple)):
        raise TypeError(
            f"{name}(f, primals, tangents) takes tuples of arguments, got {shown(x)} as {which};"
            f" write ({which[:-1]},) for a single argument"
        )
    return tuple(x)


def as_derivative(
    name: str, f: Callable[..., Nested], argnums: Argnums, result: Callable[P, R]
) -> Callable[P, R]:
    """`result` with the name of a derivative of f, such as "grad(loss)".

    Raises TypeError unless f can be called and `argnums` is a position or a tuple of them.
    """
    require_function(f)
    try:
        for i in argnums if isinstance(argnums, tuple) else (argnums,):
            whole_number("a position", i)
    except TypeError:
        raise TypeError(
            f"argnums must be an int or a tuple of ints, got {shown(argnums)} of type"
            f" {type(argnums).__name__}; write argnums=0 or argnums=(0, 1)"
        ) from None
    result.__name__ = result.__qualname__ = f"{name}({getattr(f, '__name__', repr(f))})"
    result.__doc__ = f"The {name} of {getattr(f, '__name__', repr(f))}."
    return result
