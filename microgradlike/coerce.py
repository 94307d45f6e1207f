"""Conversion of data, gradients and labels for a Value."""

from __future__ import annotations

from numbers import Real
from typing import Protocol

from microgradlike.op import Number, to_float
from microgradlike.scalar import Scalar


class Text(Protocol):
    """A str to type checkers; to mypyc any object, so that `leaf_label` says what is wrong."""

    def isidentifier(self) -> bool:
        """As `str.isidentifier`."""


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
    if x is None:
        way_out = "write Value(float(x)) for one number, [Value(x) for x in numbers] for several"
        if isinstance(data, Scalar):
            way_out = "it is one already; x.detach() makes a leaf of its number, without derivative"
        if isinstance(data, str):
            way_out = "convert it with float(x), and pass a name as label="
        raise _not_a_real_number("Value", data, _unlike_a_number(data) or way_out)
    return x


def attribute(name: str, x: object) -> float:
    """`x` as a double for the attribute `name` of a Value; TypeError with the way out otherwise.

    >>> attribute("grad", 2)
    2.0
    """
    number = as_float(x)
    if number is None:
        way_out = f"write v.{name} = float(x) for one number, and give each Value its own"
        if isinstance(x, Scalar):
            way_out = "assign its number, the .data of a Value"
        elif isinstance(x, str):
            way_out = "convert it with float(x)"
        elif x is None and name == "grad":
            way_out = "write p.grad = 0.0, or call zero_grad() of the module or the optimizer"
            raise _not_a_real_number(f".{name}", x, way_out)
        raise _not_a_real_number(f".{name}", x, _unlike_a_number(x) or way_out)
    return number


def upstream_gradient(upstream: object) -> float:
    """`upstream` as a double; TypeError with the way out if it is not a real number."""
    g = as_float(upstream)
    if g is None:
        raise TypeError(
            f"backward(upstream) takes a number, got {upstream!r:.60} of type"
            f" {type(upstream).__name__}; pass one float, such as the .data of a Value"
        )
    return g


def partial_number(name: str, p: object) -> float:
    """The partial `p` of the primitive `name` as a double; TypeError if it is not a real number.

    A bool is 0.0 or 1.0, as the derivative of relu is often written: `lambda y, x: x > 0`.
    """
    x = float(bool(p)) if type(p).__name__ in ("bool", "bool_") else as_float(p)
    if x is None:
        raise TypeError(
            f"a partial of {name!r} gave {p!r:.60} of type {type(p).__name__} over floats, which is"
            " not a real number; return a float"
        )
    return x


def _unlike_a_number(x: object) -> str:
    """The way out for the types that are taken for numbers most often, or ""."""
    if x is None:
        return "pass a number, such as 0.0, or math.nan for one that is missing"
    if type(x).__name__ in ("bool", "bool_"):
        return "write float(x) if 0.0 or 1.0 is meant"
    if type(x).__name__ == "MaskedConstant":
        return "a masked element has no number; leave it out by array.compressed()"
    if isinstance(x, complex):
        return "the engine is real; use one Value for each of x.real and x.imag"
    return ""


def _not_a_real_number(taker: str, x: object, way_out: str) -> TypeError:
    return TypeError(
        f"{taker} takes a real number, got {x!r:.60} of type {type(x).__name__}; {way_out}"
    )


def leaf_label(label: object, operation: object = None) -> str:
    """`label` as plain text; TypeError if it is not a str, or if there is an operation."""
    if operation is not None or isinstance(label, (tuple, list, set)):
        raise TypeError(
            f"Value(data, label) takes no operands or operation, got {label!r:.60}; make an"
            " operation with unary, binary or primitive, or use microgradlike.compat.Value"
        )
    if not isinstance(label, str):
        raise TypeError(
            f"a label must be a str, got {label!r:.60} of type {type(label).__name__};"
            " write str(label)"
        )
    return str(label)
