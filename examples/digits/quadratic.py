"""The quadratic formula, and the small solution of x² + 10⁸x + 1 = 0.

    python examples/digits/quadratic.py

The solutions are nearly -10⁸ and -10⁻⁸. For the small one, -b and the root are 10⁸ and differ by
2·10⁻⁸; a double of that size ends at 10⁻⁸. The form that `improve` finds adds numbers of one sign.
"""

from microgradlike import Value, digits, improve, sqrt


def small(a, b, c):
    return (-b + sqrt(b * b - 4 * a * c)) / (2 * a)


at = 1.0, 1e8, 1.0
a, b, c = (Value(x, name) for x, name in zip(at, "abc"))
print(digits(small(a, b, c)))

better = improve(small, *at)
print(f"\n{better}")
assert digits(better.f(a, b, c)).worst > 14
