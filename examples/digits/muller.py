"""Muller's recurrence: all 16 digits of the wrong limit.

    python examples/digits/muller.py

xₙ₊₁ = 108 - (815 - 1500/xₙ₋₁)/xₙ has three fixed points, 3, 5 and 100. From 4 and 4.25 it tends to
5. A change of the numbers by one rounding adds a multiple of 20ⁿ to the error, and leads to 100,
where it stays. The numbers look converged. Running the loop three times with other roundings gives
100 three times.
"""

from microgradlike import Value, digits


def muller(x, y, steps):
    for _ in range(steps):
        x, y = y, 108 - (815 - 1500 / x) / y
    return y


print(" n     computed         true    digits")
for n in range(0, 31, 3):
    y = muller(Value(4.0, "x0"), Value(4.25, "x1"), n)
    value = digits(y).value
    print(f"{n + 1:2} {y.data:12.8f} {float(value.exact):12.8f} {value.right:9.1f}")

print(f"\nafter {n} steps:\n{digits(y)}")
assert value.right == 0
