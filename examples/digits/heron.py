"""Heron's formula, for the area of a triangle as thin as a needle.

    python examples/digits/heron.py

s is half the perimeter. In a needle s is nearly the longest side, so that s - a is small, and the
rounding of s is large beside it. Kahan's form subtracts sides only, which is exact if they are
close. None of its parentheses may be removed.
"""

from microgradlike import Value, digits, sqrt


def heron(a, b, c):
    s = (a + b + c) / 2
    return sqrt(s * (s - a) * (s - b) * (s - c))


def kahan(a, b, c):
    """For a >= b >= c."""
    return sqrt((a + (b + c)) * (c - (a - b)) * (c + (a - b)) * (a + (b - c))) / 4


sides = 100000.0, 99999.99979, 0.00029
for f in heron, kahan:
    report = digits(f(*(Value(side, name) for side, name in zip(sides, "abc"))))
    print(f"{f.__name__}:\n{report}\n")

assert report.worst > 14
