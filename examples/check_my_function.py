"""Check the gradients of a function of your own, and of a primitive of your own.

A check needs only values: it moves each argument a little, looks how much the result changes,
and compares that with what the backward pass says.
"""

import math

from microgradlike import exp, unary
from microgradlike.testing import GradientError, check_gradients, check_primitive

print("1. A function of your own, at a point of your choice\n")


def bell(x, middle, width):
    """A bell curve, not normalised."""
    z = (x - middle) / width
    return exp(-z * z / 2)


print(check_gradients(bell, 0.3, 1.0, 0.5))

print("\n2. At a kink there is a derivative to the left and one to the right\n")

print(check_gradients(lambda x: abs(x), 0.0))

print("\n3. A primitive of your own: its value, its derivative, and where it is defined\n")

versine = unary(
    "versine",
    lambda x: 1 - math.cos(x),  # over floats
    lambda y, x: math.sin(x),  # dy/dx, given the output y and the operand x
)
check_primitive(versine)  # at 100 points of its domain
print("versine: the derivative is right")

print("\n4. The same with a mistake, and what it looks like when it is found\n")

mistaken = unary("mistaken", lambda x: 1 - math.cos(x), lambda y, x: -math.sin(x))
try:
    check_primitive(mistaken)
except GradientError as error:
    print(error)  # about the simplest point that was found
else:
    raise SystemExit("a wrong derivative was not found")
