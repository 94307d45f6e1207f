"""A typed program of numbers: type checkers know the kind of every result."""

import math
from typing import assert_type

import numpy as np

from microgradlike import (
    Dual,
    Value,
    cross_entropy,
    deg2rad,
    dot,
    gelu,
    local_derivatives,
    logsumexp,
    maximum,
    mean,
    power,
    primitive,
    softmax,
    sum,  # noqa: A004
    tanh,
    unary,
    where,
)

x, y = Value(3.0, "x"), Value(2.0, label="y")
assert_type(x + 1, Value)
assert_type(2 - x, Value)
assert_type(x * y / 3, Value)
assert_type(-x, Value)
assert_type(abs(x), Value)
assert_type(x**2, Value)
assert_type(2**x, Value)
assert_type(x**y, Value)
assert_type(x % 2, Value)
assert_type(7.5 % x, Value)
assert_type(x // y, Value)
assert_type(divmod(x, y), tuple[Value, Value])
assert_type(divmod(7.5, x), tuple[Value, Value])
assert_type(x % Dual(1.0, 1.0), Dual)
assert_type(round(x), Value)
assert_type(math.trunc(x), Value)
assert_type(x.real, Value)
assert_type(deg2rad(x), Value)
assert_type(x * np.float64(2.0), Value)
assert_type(x.tanh().exp(), Value)
assert_type(x.maximum(0.0).clip(0, 1), Value)
assert_type(x.detach(), Value)
assert_type(x > 0, bool)
assert_type(tanh(x), Value)
assert_type(tanh(0.5), float)
assert_type(tanh(Dual(0.5, 1.0)), Dual)
assert_type(maximum(x, 0.0), Value)
assert_type(maximum(0.0, x), Value)
assert_type(power(2.0, 0.5), float)
assert_type(where(x > y, x, 0.0), Value)
assert_type(x + Dual(1.0, 1.0), Dual)

values, floats = [x, y, x * y], [1.0, 2.0, 3.0]
assert_type(sum(values), Value)
assert_type(sum(floats), float)
assert_type(mean((v - 1) ** 2 for v in values), Value)
assert_type(dot(values, floats), Value)
assert_type(softmax(values), list[Value])
assert_type(softmax(floats), list[float])
assert_type(logsumexp(values), Value)
assert_type(cross_entropy(floats, 1), float)
assert_type(gelu(x), Value)
assert_type(gelu(3), float)

cube = unary("cube", lambda t: t * t * t, lambda y, t: 3 * t * t)
scale = primitive("scale", lambda a, b, c: a * b * c, *[lambda y, a, b, c: y / a] * 3)
assert_type(cube(x), Value)
assert_type(scale(1.0, x, 2.0), Value)

loss = mean(cube(v) for v in values)
loss.backward()
assert_type(x.grad, float)
assert_type(local_derivatives(loss), tuple[float | None, ...])
assert_type(loss.operands, tuple[Value | float, ...])
total: float = math.fsum(v.data for v in values)
