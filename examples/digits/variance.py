"""The variance in one pass, of data far from 0.

    python examples/digits/variance.py

"Mean of the squares less square of the mean" needs one pass over the data. It subtracts two numbers
of the size of the squares. The variance of 4.1, 7.3, 13.2 and 16.6 is 31.8. A shift by 10⁹ changes
it by the rounding of the data only, and takes all digits of the value and half of the gradient's.
"""

from microgradlike import Value, digits


def one_pass(xs):
    return (sum(x * x for x in xs) - sum(xs) ** 2 / len(xs)) / (len(xs) - 1)


def two_passes(xs):
    mean = sum(xs) / len(xs)
    return sum((x - mean) ** 2 for x in xs) / (len(xs) - 1)


print("  shift   one pass  digits  two passes  digits")
for shift in 0.0, 1e3, 1e6, 1e9:
    xs = [Value(shift + x, f"x{i}") for i, x in enumerate((4.1, 7.3, 13.2, 16.6))]
    once, twice = one_pass(xs), two_passes(xs)
    in_one, in_two = digits(once), digits(twice)
    print(
        f"{shift:7g} {once.data:10.6g} {in_one.value.right:7.1f}"
        f" {twice.data:11.6g} {in_two.value.right:7.1f}"
    )

print(f"\nfor the shift {shift:g}:\n{in_one}")
assert in_one.value.right < 1 < 14 < in_two.value.right
