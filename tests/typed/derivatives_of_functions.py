"""A typed program of derivatives: type checkers see the signature of each function again."""

from collections.abc import Callable
from typing import Any, assert_type

from microgradlike import (
    Value,
    derivative,
    diagnose,
    grad,
    gradients,
    hessian,
    hvp,
    jacobian,
    jvp,
    tanh,
    value_and_grad,
    vjp,
)
from microgradlike.accuracy.diagnose import Finding


def cube(x: float) -> float:
    return x**3


def square(x: Value) -> Value:
    return x * x


def weighted(ws: list[float], x: float, *, power: int = 1) -> float:
    return ws[0] * x**power


assert_type(grad(cube), Callable[[float], float])
assert_type(grad(grad(cube))(2.0), float)
assert_type(grad(square)(Value(2.0)), Value)
assert_type(grad(tanh)(0.5), float)
assert_type(grad(weighted)([2.0], 3.0, power=2), list[float])
assert_type(grad(weighted, argnums=(0, -1))([2.0], 3.0, power=2), Any)
assert_type(value_and_grad(cube)(2.0), tuple[float, float])
assert_type(value_and_grad(square)(Value(2.0)), tuple[Value, Value])
assert_type(value_and_grad(weighted)([2.0], 3.0), tuple[float, list[float]])
assert_type(derivative(cube)(2.0), float)
assert_type(derivative(weighted, argnums=1)([2.0], 3.0), float)
assert_type(derivative(weighted, argnums=(1,))([2.0], 3.0), tuple[float, ...])
assert_type(jvp(cube, (2.0,), (1.0,)), tuple[float, float])
assert_type(vjp(cube, 2.0)[0], float)
assert_type(vjp(cube, 2.0)[1](1.0), tuple[Any, ...])
assert_type(hvp(cube, (2.0,), (1.0,)), tuple[Any, ...])
assert_type(gradients(square(Value(2.0)), [Value(1.0)]), list[Value])
assert_type(diagnose(Value(2.0)).value, Finding | None)

# lambdas have no types, and no complaints
print(grad(lambda x: x**3)(2.0), grad(grad(lambda x: x**3))(2.0))
print(grad(lambda p: p["w"][0] * p["b"])({"w": [2.0, 1.0], "b": 5.0}))
print(value_and_grad(lambda x: x * x)(3.0)[1] + 1)
print(derivative(lambda x: [x * x, 1 / x])(2.0)[0] + 1)
print(jacobian(lambda x: [x[0] * x[1], 2 * x[1]])([3.0, 4.0])[0][1])
print(hessian(lambda x: x[0] ** 2 * x[1])([3.0, 4.0])[0][0])
