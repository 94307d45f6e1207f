"""The derivative of tanh in the tails, written as 1 - tanh².

    python examples/digits/slope_of_tanh.py

The formula is in every textbook, and costs a network the gradients of its saturated units: at 20,
tanh is 1 to 17 digits, and 1 - 1 is 0. The derivative of the formula is right all the same.
"""

from microgradlike import Value, cosh, digits, improve, tanh


def textbook(x):
    return 1 - tanh(x) ** 2


def by_cosh(x):
    return 1 / cosh(x) ** 2


print(" x   1 - tanh²  digits    1/cosh²  digits")
for at in 1.0, 5.0, 10.0, 20.0:
    y, z = textbook(Value(at, "x")), by_cosh(Value(at, "x"))
    report, kept = digits(y), digits(z)
    print(
        f"{at:2g}  {y.data:10.3e} {report.value.right:7.1f} {z.data:10.3e} {kept.value.right:7.1f}"
    )
    assert kept.worst > 14

print(f"\nat {at:g}:\n{report}\n\n{improve(textbook, at)}")
