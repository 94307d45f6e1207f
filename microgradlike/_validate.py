"""Checks of arguments: whole numbers, real numbers, and numbers of any kind."""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Iterable
from numbers import Real
from typing import TypeGuard

from microgradlike.coerce import as_float
from microgradlike.op import to_float
from microgradlike.scalar import Scalar


def whole_number(name: str, x: object, *, at_least: int | None = None) -> int:
    """The argument `name` as an int, from anything that has `__index__` but a bool.

    Raises TypeError for another kind, ValueError for a number below `at_least`.

    >>> whole_number("epochs", 3)
    3
    >>> whole_number("epochs", 0, at_least=1)
    Traceback (most recent call last):
    ...
    ValueError: epochs must be at least 1, got 0
    """
    try:
        found = None if isinstance(x, bool) else operator.index(x)  # type: ignore[arg-type]
    except TypeError:
        found = None
    if found is None:
        raise TypeError(
            f"{name} must be a whole number, got {shown(x)} of type {type(x).__name__};"
            f" {'write int(...) to convert it' if isinstance(x, Real) else 'pass an int'}"
        )
    if at_least is not None and found < at_least:
        raise ValueError(f"{name} must be at least {at_least}, got {found}")
    return found


def is_real(x: object) -> TypeGuard[float]:
    """True for a real number, NumPy's included; False for a bool, a complex number or text.

    >>> is_real(3), is_real(2.5), is_real(True), is_real("3")
    (True, True, False, False)
    """
    return isinstance(x, Real) and not isinstance(x, bool)


def real_number(
    name: str, x: object, *, at_least: float = -math.inf, below: float = math.inf
) -> float:
    """The argument `name` as a finite float in [at_least, below), from any real number but a bool.

    Raises TypeError for another kind, ValueError for a number out of range, inf or nan.

    >>> real_number("lr", 1, at_least=0)
    1.0
    >>> real_number("lr", "0.1")
    Traceback (most recent call last):
    ...
    TypeError: lr must be a number, got '0.1' of type str; write float(...) to convert it
    """
    if not is_real(x):
        raise TypeError(
            f"{name} must be a number, got {shown(x)} of type {type(x).__name__}; write float(...)"
            " to convert it"
        )
    found = to_float(x)
    if not (math.isfinite(found) and at_least <= found < below):
        raise ValueError(f"{name} must be {_range(at_least, below)}, got {shown(x)}")
    return found


def double(name: str, x: object) -> float:
    """The number `name` as a float, inf and nan included, from any real number but a bool.

    Raises TypeError for another kind, ValueError for an int beyond the largest double.

    >>> double("best", 3), double("best", math.inf)
    (3.0, inf)
    """
    if type(x) is float:  # most are: 5x faster than is_real
        return x
    if not is_real(x):
        raise TypeError(f"{name} must be a number, got {shown(x)} of type {type(x).__name__}")
    return to_float(x)


def refuse_mask(name: str, x: object) -> None:
    """Raise TypeError for a NumPy array with masked elements, as numbers alone have no mask.

    >>> import numpy as np
    >>> refuse_mask("x", np.ma.array([1.0, 30.0], mask=[False, True]))
    Traceback (most recent call last):
    ...
    TypeError: x has 1 masked element(s), which would count as numbers; pass x.compressed(), which \
leaves them out, or x.filled(number)
    """
    ma = sys.modules.get("numpy.ma")  # imported, if there is a masked array
    if ma is not None and isinstance(x, ma.MaskedArray) and (count := ma.count_masked(x)):
        way_out = "x.compressed(), which leaves them out"
        if x.ndim > 1:
            way_out = "np.ma.compress_rows(x), which leaves out their rows"
        raise TypeError(
            f"{name} has {count} masked element(s), which would count as numbers; pass {way_out},"
            " or x.filled(number)"
        )


def shown(x: object, width: int = 60) -> str:
    """The repr of an argument for a message, with … in place of what is beyond `width`.

    >>> shown([1.5, 2.5, 3.5], width=12)
    '[1.5, 2.5, …'
    """
    text = repr(x)
    return text if len(text) <= width else f"{text[: width - 1]}…"


def require_numbers(taker: str, noun: str, xs: Iterable[object], way_out: str) -> None:
    """Raise TypeError for the first of `xs` that is neither a number nor a Value or its like.

    >>> require_numbers("mse", "output", [0.5, "a"], "write float(x)")
    Traceback (most recent call last):
    ...
    TypeError: mse takes numbers or Values, but output 1 is 'a' of type str; write float(x)
    """
    for i, x in enumerate(xs):
        if not isinstance(x, Scalar) and as_float(x) is None:
            raise TypeError(
                f"{taker} takes numbers or Values, but {noun} {i} is {shown(x)} of type"
                f" {type(x).__name__}; {way_out}"
            )


def _range(at_least: float, below: float) -> str:
    rules = ["finite"] if below == math.inf else []
    if at_least > -math.inf:
        rules.append("not negative" if at_least == 0 else f"at least {at_least:g}")
    if below < math.inf:
        rules.append(f"below {below:g}")
    return " and ".join(rules)
