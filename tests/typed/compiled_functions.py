"""A typed program of compiled functions: `jit` keeps the signature of the function."""

from collections.abc import Sequence
from typing import assert_type

from microgradlike import Value, grad, jit

slope = Value(2.0, "slope")


def scaled(x: float, *, by: float = 1.0) -> float:
    return x * by


@jit
def square(x: float) -> float:
    return x * x


@jit(backend="python", split=3)
def cube(x: float) -> float:
    return x * x * x


@jit(batch=(0, 1))
def squared_error(x: Sequence[float], y: float) -> Value:
    return (slope * x[0] - y) ** 2


assert_type(square(2.0), float)
assert_type(cube(2.0), float)
assert_type(jit(scaled)(3.0, by=2.0), float)
assert_type(jit(grad(scaled))(3.0, by=2.0), float)
rows, targets = [[1.0], [2.0]], [1.0, 2.0]
assert_type(squared_error.backward(rows, targets, upstream=2.0), float)
assert_type(square.program(2.0).to_python(), str)
print(squared_error(rows, targets), slope.grad)
