"""Rump's polynomial: a wrong value beside right derivatives.

    python examples/digits/rump.py

333.75 b⁶ + a²(11a²b² - b⁶ - 121b⁴ - 2) + 5.5b⁸ + a/(2b), at a = 77617 and b = 33096. Terms of
8·10³⁶ cancel, and -0.827 is left. In doubles the result is off by 21 orders of magnitude. The
derivatives are of the size 10³² and keep their digits. A value and its gradient have different
terms, and lose their digits at different places.
"""

from microgradlike import Value, digits


def rump(a, b):
    return (
        333.75 * b**6 + a**2 * (11 * a**2 * b**2 - b**6 - 121 * b**4 - 2) + 5.5 * b**8 + a / (2 * b)
    )


report = digits(rump(Value(77617.0, "a"), Value(33096.0, "b")))
print(report)
assert report.value.right == 0
assert min(gradient.right for gradient in report.gradients.values()) > 14
