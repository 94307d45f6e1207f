"""The quadratic formula, and the small solution of x² + 10⁸x + 1 = 0.

    python examples/digits/quadratic.py

The solutions are nearly -10⁸ and -10⁻⁸. For the small one, -b and the root are 10⁸ and differ by
2·10⁻⁸; a double of that size ends at 10⁻⁸. The other form of the formula adds numbers of one sign.
"""

from microgradlike import Value, digits, sqrt


def small(a, b, c):
    return (-b + sqrt(b * b - 4 * a * c)) / (2 * a)


def small_without_difference(a, b, c):
    return 2 * c / (-b - sqrt(b * b - 4 * a * c))


for f in small, small_without_difference:
    report = digits(f(Value(1.0, "a"), Value(1e8, "b"), Value(1.0, "c")))
    print(f"{f.__name__}:\n{report}\n")

assert report.worst > 14
