"""Nested objects: the parts of one in the places where another has its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from microgradlike._validate import shown
from microgradlike.derivatives.pytree import HasParameters, is_array
from microgradlike.expressions.lexer import listed


def leaves_of(like: Any, given: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Place and part of `given` for each number in `like`, which it is nested as.

    Arrays count as lists, Modules as dicts. Raises ValueError for another structure.

    >>> list(leaves_of([1.0, {"a": 2.0}], [3.0, {"a": [4.0, 5.0]}], "x"))
    [('x[0]', 3.0), ("x[1]['a']", [4.0, 5.0])]
    """
    like, given = _plain(like), _plain(given)
    if isinstance(like, dict):
        fits, keys = isinstance(given, dict) and given.keys() == like.keys(), list(like)
        expected = f"a dict with the keys {listed([repr(key) for key in keys])}"
    elif isinstance(like, (list, tuple)):
        fits = isinstance(given, (list, tuple)) and len(given) == len(like)
        keys, expected = list(range(len(like))), f"a list of {len(like)}"
    else:
        yield place, given
        return
    if not fits:
        raise ValueError(
            f"{place} must be {expected}, got {shown(given)}; nest a gradient like the point, a"
            " Jacobian like the result and then the point"
        )
    for key in keys:
        yield from leaves_of(like[key], given[key], f"{place}[{key!r}]")


def _plain(x: Any) -> Any:
    if isinstance(x, HasParameters):
        return dict(x.named_parameters())
    return x.tolist() if is_array(x) else x
