"""Sums, means and inner products: balanced trees of additions, over floats and Values alike."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from numbers import Real
from typing import overload

from microgradlike._validate import shown
from microgradlike.op import K, Number, to_float


@overload
def sum(xs: Iterable[float], start: float | None = None) -> float: ...  # type: ignore[overload-overlap]  # noqa: A001
@overload
def sum(xs: Iterable[K | float], start: K | float | None = None) -> K: ...  # noqa: A001
def sum(xs: Iterable[Number], start: Number = None) -> Number:  # noqa: A001  (NumPy calls it so)
    """The sum of `xs`, as a balanced tree of additions of depth log₂ n; 0.0 for no number.

    `start`, if given, is the first term, as for `builtins.sum`. The tree keeps rounding errors at
    log n and paths short, where `builtins.sum` makes a chain. Raises TypeError for an element that
    is not a number.

    >>> sum([1.0, 2.0, 3.0])
    6.0
    """
    return total(numbers("sum", xs if start is None else [start, *xs]))


@overload
def mean(xs: Iterable[float]) -> float: ...  # type: ignore[overload-overlap]
@overload
def mean(xs: Iterable[K | float]) -> K: ...
def mean(xs: Iterable[Number]) -> Number:
    """The arithmetic mean of `xs`, by `sum`.

    Raises ValueError for an empty sequence, TypeError for an element that is not a number.

    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    terms = numbers("mean", xs)
    if not terms:
        raise ValueError("mean of an empty sequence is undefined; pass at least one number")
    return total(terms) / float(len(terms))


@overload
def dot(a: Iterable[float], b: Iterable[float]) -> float: ...  # type: ignore[overload-overlap]
@overload
def dot(a: Iterable[K | float], b: Iterable[K | float]) -> K: ...
def dot(a: Iterable[Number], b: Iterable[Number]) -> Number:
    """The inner product Σ aᵢ bᵢ of `a` and `b`, by `sum`; 0.0 for two empty sequences.

    Raises ValueError for sequences of different lengths, TypeError for an element that is not a
    number.

    >>> dot([1.0, 2.0], [3.0, 4.0])
    11.0
    """
    left, right = numbers("dot", a), numbers("dot", b)
    if len(left) != len(right):
        raise ValueError(
            f"dot takes two sequences of the same length, got {len(left)} and {len(right)}; pass"
            " as many numbers in both"
        )
    return total([x * y for x, y in zip(left, right)])


def numbers(caller: str, xs: Iterable[Number]) -> list[Number]:
    """The elements as a list: plain numbers as floats, other kinds of number as they are.

    Raises TypeError for anything but a sequence, and for an element that is not a number.
    """
    try:
        elements = iter(xs)
    except TypeError:
        raise TypeError(
            f"{caller} takes a sequence of numbers or Values, got {shown(xs)} of type"
            f" {type(xs).__name__}; write [x] for a single one"
        ) from None
    found = list(elements)
    kinds = set(map(type, found))  # usually one or two: cheaper than to ask each element
    if all(kind is float or _is_kind(kind) for kind in kinds):
        return found
    return [x if _is_kind(type(x)) else _float(caller, i, x) for i, x in enumerate(found)]


def total(terms: list[Number]) -> Number:
    """The sum of numbers that are checked already."""
    return tree(operator.add, terms) if terms else 0.0


def tree(join: Callable[[Number, Number], Number], terms: list[Number]) -> Number:
    """The terms joined pairwise, level by level.

    >>> tree(lambda a, b: f"({a}{b})", list("abcde"))
    '(((ab)(cd))e)'
    """
    while len(terms) > 1:
        pairs = [join(a, b) for a, b in zip(terms[::2], terms[1::2])]
        terms = pairs + terms[len(pairs) * 2 :]
    return terms[0]


def _is_kind(kind: type) -> bool:
    return getattr(kind, "apply", None) is not None  # the protocol Kind, faster than isinstance


def _float(caller: str, i: int, x: object) -> float:
    if not isinstance(x, Real) or isinstance(x, bool):
        raise TypeError(
            f"{caller} takes numbers or Values, but element {i} is {shown(x)} of type"
            f" {type(x).__name__}; convert it with float(x)"
        )
    return to_float(x)
