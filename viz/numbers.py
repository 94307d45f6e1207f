"""Numbers as pictures and explanations print them: short, and never a false zero."""

from __future__ import annotations

import math

MINUS = "−"
NOT_YET = "–"  # a gradient that no backward pass has reached


def short(x: float, digits: int = 4) -> str:
    """Write `x` to `digits` significant digits, with a true minus sign; 1.2e6 if that is shorter.

    >>> [short(x) for x in (0.0, 1.5, -2 / 3, 12345.0, 1234567.8, 1e-9, -1e-300)]
    ['0', '1.5', '−0.6667', '12345', '1.235e6', '1e−9', '−1e−300']
    >>> short(float("-inf")), short(float("nan"))
    ('−∞', 'nan')
    """
    if math.isinf(x):
        return "∞" if x > 0 else MINUS + "∞"
    text = f"{x:.0f}" if x.is_integer() and abs(x) < 1e6 else f"{x:.{digits}g}"
    mantissa, _, exponent = text.partition("e")
    if exponent:
        mantissa += f"e{int(exponent)}"
    return mantissa.replace("-", MINUS)


def signed(x: float, digits: int = 4) -> str:
    """Write a gradient: as `short` does, with a plus sign before a positive number.

    >>> signed(0.5), signed(-0.5), signed(-0.0)
    ('+0.5', '−0.5', '−0')
    """
    return "+" + short(x, digits) if x > 0 else short(x, digits)
