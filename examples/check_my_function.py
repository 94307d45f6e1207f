"""Check the derivatives of a function of your own, and of a primitive of your own.

A check moves each argument a little and measures the change of the result. The backward pass and
forward mode must agree with it. The change of the gradient must agree with the second derivatives.
"""

import math

from microgradlike import exp, sin, unary
from microgradlike.testing import (
    GradientError,
    check_gradients,
    check_primitive,
    gradient_property,
)

print("1. A function of your own, at a point of your choice\n")


def bell(x, middle, width):
    """A bell curve, not normalized."""
    z = (x - middle) / width
    return exp(-z * z / 2)


print(check_gradients(bell, 0.3, 1.0, 0.5))

print("\n2. The same at 50 points, as a test that pytest collects\n")

test_bell = gradient_property(x=(-3, 3), middle=(-1, 1), width=(0.2, 5), examples=50)(bell)
test_bell()
print(test_bell.statistics.summary(50))

print("\n3. A kink has a derivative to the left and another to the right\n")

print(check_gradients(lambda x: abs(x), 0.0))

print("\n4. A primitive of your own: its value, its derivative and its domain\n")

versine = unary(
    "versine",
    lambda x: 1 - math.cos(x),  # over floats
    lambda y, x: sin(x),  # dy/dx, given the output y and the operand x, written with primitives
)
check_primitive(versine)  # at 100 points of its domain
print("versine: the first and second derivatives are right")

print("\n5. The same with a mistake, and the report about it\n")

mistaken = unary("mistaken", lambda x: 1 - math.cos(x), lambda y, x: -sin(x))
try:
    check_primitive(mistaken)
except GradientError as error:
    print(error)  # at the simplest point of failure
else:
    raise SystemExit("a wrong derivative was not found")

print("\n6. A correct derivative that cannot be differentiated: `.data` leaves the graph\n")

detached = unary("detached", math.sin, lambda y, x: math.cos(getattr(x, "data", x)))
check_primitive(detached, order=1)
try:
    check_primitive(detached)
except GradientError as error:
    print(error)
else:
    raise SystemExit("a wrong second derivative was not found")
