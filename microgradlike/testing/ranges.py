"""Ranges: Hypothesis strategies for the arguments of a function under test."""

from __future__ import annotations

import contextlib
import difflib
import inspect
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from hypothesis import strategies as st

from microgradlike._validate import is_real, shown
from microgradlike.derivatives.pytree import HasParameters, is_array
from microgradlike.expressions.lexer import listed
from microgradlike.op import Op, to_float
from microgradlike.testing.check.point import parameter_names

RANGE = (-10.0, 10.0)  # for an argument without a range
_NONE = inspect.Parameter.empty

Function = Callable[..., object]
Strategy = st.SearchStrategy[object]


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a function: `names` in order, a strategy for each that is `drawn`.

    The others are `provided` by pytest. For a method, `receiver` is "self" or "cls".

    >>> arguments = arguments_of(lambda self, x, k=2, *, y=1: x, {"x": (-1, 1)})
    >>> arguments.receiver, arguments.names, list(arguments.drawn)
    ('self', ['x', 'k'], ['x'])
    """

    receiver: str
    names: list[str]
    drawn: dict[str, Strategy]
    provided: list[str]
    intervals: dict[str, tuple[float, float]]

    def attempts(self, f: Function, names: Sequence[str]) -> Iterator[dict[str, Strategy]]:
        """The strategies by name, then those without ends of intervals at which f has no value.

        `f` is a function of these arguments alone. One that fails over Intervals has one attempt.
        """
        yield {name: self.drawn[name] for name in names}
        from microgradlike.accuracy.intervals.enclosure import inside

        with contextlib.suppress(Exception):  # f may ask of an Interval what only a Value has
            boxes = tuple(self.intervals[name] for name in names)
            smaller = inside(f, boxes)
            if smaller != boxes:
                yield {name: _interval(name, *box) for name, box in zip(names, smaller)}


def arguments_of(f: Function, ranges: Mapping[str, object]) -> Arguments:
    """The arguments of f, with a strategy for each, up to the last one that needs one.

    The range `...` is for an argument that pytest provides. Raises TypeError and ValueError as
    `gradient_property` does.
    """
    receiver, defaults = _defaults(f, ranges)
    for name in ranges:
        if name not in defaults:
            close = difflib.get_close_matches(name, defaults, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise ValueError(
                f"there is a range for {name!r:.40}, but f takes {listed(list(defaults))}{hint}"
            )
    provided = [name for name in defaults if ranges.get(name) is ...]
    needed = [
        name
        for name, default in defaults.items()
        if name not in provided and (name in ranges or default is _NONE)
    ]
    if not needed:
        raise TypeError(
            "f has no argument without a default, so there is nothing to draw; give a range, as in"
            " gradient_property(x=(-1, 1))"
        )
    last = list(defaults).index(needed[-1])
    drawn = {
        name: _strategy(name, ranges.get(name, RANGE)) if name in needed else st.just(default)
        for name, default in list(defaults.items())[: last + 1]
        if name not in provided
    }
    pairs = {name: ranges.get(name, RANGE) for name in needed}
    intervals = {name: (to_float(x[0]), to_float(x[1])) for name, x in pairs.items() if _is_pair(x)}
    return Arguments(receiver, list(defaults), drawn, provided, intervals)


def _defaults(f: Function, ranges: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """The receiver of a method, and the defaults of arguments that can be drawn or provided."""
    if not callable(f):
        raise TypeError(f"gradient_property takes a function, got {shown(f)}")
    if isinstance(f, Op):
        return "", dict.fromkeys(parameter_names(f, f.arity), _NONE)
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):
        raise TypeError(f"{shown(f)} has no signature to read; wrap it in a def") from None
    found: dict[str, object] = {}
    receiver = next((p.name for p in parameters[:1] if p.name in ("self", "cls")), "")
    for p in parameters[bool(receiver) :]:
        provided = ranges.get(p.name) is ...
        keyword = p.kind is p.KEYWORD_ONLY and p.default is p.empty and not provided
        if p.kind is p.VAR_POSITIONAL or keyword:
            raise TypeError(
                f"f takes {p}, a {p.kind.description} argument, which cannot be drawn; wrap f in a"
                " function with named arguments"
            )
        if provided or p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD):
            found[p.name] = p.default
    return receiver, found


def _is_pair(x: object) -> TypeGuard[tuple[float, float]]:
    return isinstance(x, tuple) and len(x) == 2 and all(map(is_real, x))


def _strategy(name: str, drawn: object) -> Strategy:
    """The strategy for a range."""
    if isinstance(drawn, st.SearchStrategy):
        return drawn
    if _is_pair(drawn):
        return _interval(name, *map(to_float, drawn))
    if isinstance(drawn, dict):
        items = {key: _strategy(f"{name}[{key!r}]", item) for key, item in drawn.items()}
        return st.fixed_dictionaries(items)
    if isinstance(drawn, (list, tuple)):
        parts = st.tuples(*[_strategy(f"{name}[{i}]", x) for i, x in enumerate(drawn)])
        return parts.map(list) if isinstance(drawn, list) else parts
    if is_real(drawn) or isinstance(drawn, HasParameters) or is_array(drawn):
        return st.just(drawn)
    raise TypeError(
        f"{name}={shown(drawn)} is not a range; give an interval such as (-1, 1), a Hypothesis"
        " strategy, a number, an array, a Module, a list, tuple or dict of ranges, or ... for an"
        " argument from pytest"
    )


def _interval(name: str, low: float, high: float) -> st.SearchStrategy[float]:
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ValueError(
            f"{name}=({low}, {high}) is not an interval; give two finite numbers, the lower first"
        )
    largest = max(abs(low), abs(high))
    # subnormal numbers only where there are no others
    return st.floats(low, high, allow_subnormal=0 < largest < sys.float_info.min)
