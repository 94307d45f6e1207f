"""Wilkinson's polynomial: multiplied out, it loses its digits near the roots.

    python examples/digits/wilkinson.py

(x - 1)(x - 2)...(x - n), multiplied out. With n = 17 the coefficients are whole numbers below 2⁵³
and so are exact. Near the root 13, terms of 10²² cancel. Factors keep their digits.
"""

import math

from microgradlike import Value, digits

ROOTS = range(1, 18)
coefficients = [1]
for root in ROOTS:
    higher, lower = [*coefficients, 0], [0, *coefficients]
    coefficients = [c - root * d for c, d in zip(higher, lower)]


def expanded(x):
    """Horner's rule."""
    y = 0.0
    for c in coefficients:
        y = y * x + c
    return y


def factored(x):
    return math.prod(x - root for root in ROOTS)


print("digits of value and gradient   expanded      factored")
for root in 1, 3, 5, 9, 13, 17:
    x = Value(root + 2.0**-20, "x")
    reports = [digits(f(x)) for f in (expanded, factored)]
    both = [f"{r.value.right:4.1f}, {r.gradients['x'].right:4.1f}" for r in reports]
    print(f"near the root {root:2}  {both[0]:>24}  {both[1]:>12}")
    assert reports[1].worst > 14

print(f"\nexpanded, near the root {root}:\n{reports[0]}")
