"""The moons step, compiled: a network of 337 parameters on a batch, by everybody who can."""

import functools
import importlib.util

import jax
import numpy as np
import torch

from benchmarks.compiled import by_c
from benchmarks.shared import moons
from microgradlike import Value, jit, relu, value_and_grad

jax.config.update("jax_enable_x64", True)
torch.set_num_threads(1)


def moons_contestants(count):
    """Return, for each contestant, a step and a function from its gradient to a list like ours."""
    flat, rows, labels = batch(count)
    steps = {}
    for backend in ("llvm", "numpy"):
        f = jit(value_and_grad(point_loss), batch=(1, 2), backend=backend)
        steps[f"ours, {backend}"] = functools.partial(f, flat, rows, labels), list
    steps["ours, llvm, into Values"] = into_values(flat, rows, labels)
    if count <= 100:
        lists = rows.tolist(), labels.tolist()
        steps["ours, llvm, into Values, lists"] = into_values(flat, *lists)
        steps["ours, eager"] = moons.scalar_step(Value), list
    steps["JAX, jit"] = of_jax(arrays(), rows, labels), flat_of
    steps["PyTorch, eager"] = of_torch(arrays(), rows, labels, tensor_loss), flat_of
    compiled = torch.compile(tensor_loss)
    steps["PyTorch, compiled"] = of_torch(arrays(), rows, labels, compiled), flat_of
    if importlib.util.find_spec("numba") is not None:
        from benchmarks.compiled.by_numba import moons_step

        steps["numba, by hand"] = functools.partial(moons_step(), flat, rows, labels), list
    if by_c.found:
        steps["C"] = by_c.moons_step(flat, rows, labels), list
    return steps


def batch(count):
    """Parameters, rows and labels as arrays."""
    rows, labels = moons.moons(count)
    return tuple(map(np.array, (moons.parameters(moons.start()), rows, labels)))


def arrays():
    """Weights and biases by layer, as arrays."""
    return [tuple(map(np.array, zip(*layer))) for layer in moons.start()]


def point_loss(flat, row, label):
    wrong = relu(1 - label * moons.score(moons.unflattened(flat), row, relu))
    return wrong + moons.L2 * sum(p * p for p in flat)


def tensor_loss(parts, rows, labels, larger):
    """The same over arrays of torch or JAX: `parts` are weights and biases by layer."""
    x = rows
    for weights, bias in parts[:-1]:
        x = larger(x @ weights.T + bias)
    weights, bias = parts[-1]
    x = (x @ weights.T + bias)[:, 0]
    squares = sum((t * t).sum() for part in parts for t in part)
    return larger(1 - labels * x).mean() + moons.L2 * squares


def flat_of(parts):
    return [
        float(x)
        for weights, bias in parts
        for row, b in zip(np.asarray(weights), np.asarray(bias))
        for x in (*row, b)
    ]


def into_values(flat, rows, labels):
    """A call of `backward`, which adds to the gradients of Values, and their gradients."""
    values = [Value(x) for x in flat]
    f = jit(lambda row, label: point_loss(values, row, label), batch=(0, 1), backend="llvm")
    return functools.partial(f.backward, rows, labels), lambda _: [p.grad for p in values]


def of_jax(arrays, rows, labels):
    parts = jax.tree.map(jax.numpy.asarray, arrays)
    rows, labels = jax.numpy.asarray(rows), jax.numpy.asarray(labels)
    f = jax.jit(jax.value_and_grad(lambda p, x, y: tensor_loss(p, x, y, jax.nn.relu)))
    return lambda: jax.block_until_ready(f(parts, rows, labels))


def of_torch(arrays, rows, labels, loss):
    parts = [[torch.tensor(t, requires_grad=True) for t in part] for part in arrays]
    rows, labels = torch.tensor(rows), torch.tensor(labels)
    leaves = [t for part in parts for t in part]

    def step():
        value = loss(parts, rows, labels, torch.relu)
        gradients = iter(torch.autograd.grad(value, leaves))
        return value.item(), [[next(gradients), next(gradients)] for _ in parts]

    return step
