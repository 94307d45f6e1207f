"""Kahan's example: more precision proves nothing.

    python examples/digits/kahan.py

Q(x) = |x - √(x² + 1)| - 1/(x + √(x² + 1)) is 0 for every x, on paper, and E(z) = (e^z - 1)/z is 1
at 0. So E(Q(x)²) is 1. Computed with 16 digits at 15 it is 0; with 60 or with 200 digits it is 0,
too, because Q is then about 10⁻⁶⁰ or 10⁻²⁰⁰. Two precisions that agree do not make a truth. The
report says that it cannot decide.
"""

from microgradlike import Value, digits, exp, exprel, sqrt, where


def q(x):
    root = sqrt(x * x + 1)
    return abs(x - root) - 1 / (x + root)


def e(z):
    return where(z > 0, (exp(z) - 1) / z, 1.0)


x = Value(15.0, "x")
report = digits(e(q(x) ** 2))
print(f"E(Q(x)²) at 15:\n{report}\n")
assert report.worst != report.worst  # nan: undecided

y = exprel(q(x) ** 2)
print(f"with exprel, which is (e^z - 1)/z without the difference: {y.data}")
assert y.data == 1
