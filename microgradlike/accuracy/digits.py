"""digits: the right digits of a value and its gradient, light to import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microgradlike._validate import shown, whole_number

if TYPE_CHECKING:
    from microgradlike.accuracy.report import Digits
    from microgradlike.engine import Value

__all__ = ["digits"]

MOST = 300


def digits(y: Value, *, precision: int = 60) -> Digits:
    """The right digits of the value of `y` and of its gradient, and the node that lost the others.

    The graph of `y` is computed again with `precision` digits, and with up to 300 where these do
    not suffice; a number that is not known even then is undecided. Inputs and constants count as
    exact, so 0.1 is the double next to it. No `.grad` changes. Needs mpmath, from the extra
    `digits`; without it, the report has only the digits that can be counted on.

    Raises TypeError if `y` is not a Value, ValueError if some `.data` has changed since the graph
    was built or `precision` is not from 30 to 300.

    >>> from microgradlike import Value, cos
    >>> x = Value(1e-8, "x")
    >>> print(digits((1 - cos(x)) / (x * x)))
    value   0.0 of 16 digits right (0, is 0.5); can be counted on: 0.0
    ∂/∂x    0.0 right (1e+08, is -8.333e-10)
    lost at 1 - cos(x): operands 16.0 → 0.0; comes from the rounding of cos(x) (100 %)
    """
    from microgradlike.accuracy.judgement.judge import judged
    from microgradlike.engine import Value

    if not isinstance(y, Value):
        raise TypeError(
            f"digits(y) takes a Value, got {shown(y)} of type {type(y).__name__};"
            ' call the function with Values, as in digits(f(Value(0.5, "x")))'
        )
    precision = whole_number("precision", precision, at_least=30)
    if precision > MOST:
        raise ValueError(f"precision must be at most {MOST}, got {precision}")
    return judged(y, precision)
