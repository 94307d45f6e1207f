"""Conversion of data, gradients and labels for a Value."""

from __future__ import annotations

from numbers import Real

from microgradlike.op import Number, to_float
from microgradlike.scalar import Scalar


def as_float(x: Number) -> float | None:
    """A real number as a double; None for anything else, a bool included: it has no derivative.

    >>> as_float(3), as_float("3"), as_float(True)
    (3.0, None, None)
    """
    kind = type(x)  # `type(x) is float` would narrow x, and mypyc box a new float
    same: float | None = None
    if kind is float:
        same = x
    elif kind is int:
        try:
            same = float(x)
        except OverflowError:
            same = to_float(x)  # raises with the way out
    elif isinstance(x, Real) and not isinstance(x, bool):
        same = to_float(x)
    return same


def leaf_data(data: object) -> float:
    """`data` as a double; TypeError with the way out if it is not a real number."""
    x = as_float(data)
    if x is not None:
        return x
    if isinstance(data, bool):
        way_out = "write float(x) if 0.0 or 1.0 is meant"
    elif isinstance(data, str):
        way_out = "convert it with float(x), and pass a name as label="
    elif isinstance(data, Scalar):
        way_out = "it is one already; x.detach() makes a leaf of its number, without derivative"
    elif type(data).__name__ == "MaskedConstant":
        way_out = "a masked element has no number; leave it out by array.compressed()"
    elif isinstance(data, complex):
        way_out = "the engine is real; use one Value for each of x.real and x.imag"
    else:
        way_out = "write Value(float(x)) for one number, [Value(x) for x in numbers] for several"
    raise TypeError(
        f"Value takes a real number, got {data!r:.60} of type {type(data).__name__}; {way_out}"
    )


def leaf_label(label: object) -> str:
    """`label` as plain text; TypeError if it is not a str."""
    if not isinstance(label, str):
        raise TypeError(
            f"a label must be a str, got {label!r:.60} of type {type(label).__name__};"
            " write str(label)"
        )
    return str(label)
