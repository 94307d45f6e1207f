"""Values and gradients written by hand and compiled by numba: close to the limit."""

import numba
import numpy as np

from benchmarks.shared import moons


@numba.njit(fastmath=False)
def network_step(flat, rows, labels, sizes, l2):
    layers = len(sizes) - 1
    gradient = np.zeros(len(flat))
    outputs = np.zeros((layers + 1, sizes.max()))
    upstream = np.zeros((layers + 1, sizes.max()))
    total = 0.0
    for point in range(len(rows)):
        outputs[0, : sizes[0]] = rows[point]
        at = 0
        for layer in range(layers):
            inside = sizes[layer]
            for k in range(sizes[layer + 1]):
                x = flat[at + inside]
                for i in range(inside):
                    x += flat[at + i] * outputs[layer, i]
                outputs[layer + 1, k] = max(x, 0.0) if layer < layers - 1 else x
                at += inside + 1
        wrong = 1 - labels[point] * outputs[layers, 0]
        if wrong <= 0:
            continue
        total += wrong
        upstream[layers, 0] = -labels[point]
        for layer in range(layers - 1, -1, -1):
            inside = sizes[layer]
            upstream[layer, :inside] = 0.0
            at -= sizes[layer + 1] * (inside + 1)
            here = at
            for k in range(sizes[layer + 1]):
                g = upstream[layer + 1, k]
                if layer < layers - 1 and outputs[layer + 1, k] <= 0:
                    g = 0.0
                for i in range(inside):
                    gradient[here + i] += g * outputs[layer, i]
                    upstream[layer, i] += g * flat[here + i]
                gradient[here + inside] += g
                here += inside + 1
    return total / len(rows) + l2 * (flat * flat).sum(), gradient / len(rows) + 2 * l2 * flat


def moons_step():
    """Value and gradient of the moons step, by loops over points and neurons."""
    sizes = np.array([layer[0] for layer in moons.LAYERS] + [1])
    return lambda flat, rows, labels: network_step(flat, rows, labels, sizes, moons.L2)


def rosenbrock_step():
    """Value and gradient of Rosenbrock's function."""

    @numba.njit
    def step(x):
        value, gradient = 0.0, np.zeros(len(x))
        for i in range(len(x) - 1):
            a, b = x[i + 1] - x[i] * x[i], 1 - x[i]
            value += 100 * a * a + b * b
            gradient[i] += -400 * a * x[i] - 2 * b
            gradient[i + 1] += 200 * a
        return value, gradient

    return step


def scalars_step(*, gradient):
    """The function of two scalars, or that and its gradient."""

    @numba.njit
    def value(a, b):
        return a * b + np.sin(a)

    @numba.njit
    def both(a, b):
        return a * b + np.sin(a), (b + np.cos(a), a)

    return both if gradient else value
