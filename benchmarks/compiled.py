"""Compiled speed, against peers in the same run:  python benchmarks/compiled.py [part ...]

Wall time, one thread for PyTorch, JAX as it comes; read the ratios within one run. Parts: moons
(a training step's value and gradient, batches of 100 and 10,000), gpt (a document of 2, 8 and 15
tokens), build (record, differentiate and schedule, by size). Wants torch, jax and llvmlite.
"""

import argparse
import functools
from time import perf_counter

import jax
import moons
import numpy as np
import peers
import scalar_gpt
import torch
from measuring import check_agreement, interleaved, table

from microgradlike import Value, jit, maximum, relu, value_and_grad

jax.config.update("jax_enable_x64", True)
torch.set_num_threads(1)


def unflattened(shapes, flat):
    """Nested lists of the shapes (rows, columns) that take their numbers from a row."""
    numbers = iter(flat)
    return {
        key: [[next(numbers) for _ in range(columns)] for _ in range(rows)]
        for key, (rows, columns) in shapes.items()
    }


# moons: the parameters as one array, in the order of moons.parameters


def layers_of(flat):
    numbers = iter(flat)
    return [
        [([next(numbers) for _ in range(fan_in)], next(numbers)) for _ in range(fan_out)]
        for fan_in, fan_out in moons.LAYERS
    ]


def point_loss(flat, row, label):
    wrong = relu(1 - label * moons.score(layers_of(flat), row, relu))
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


def moons_contestants(count):
    rows, labels = (np.array(x) for x in moons.moons(count))
    flat = np.array(moons.parameters(moons.start()))
    steps = {}
    for backend in ("llvm", "numpy"):
        f = jit(value_and_grad(point_loss), batch=(1, 2), backend=backend)
        steps[f"ours, {backend}"] = functools.partial(f, flat, rows, labels), list
    f, values = jit(point_loss, batch=(1, 2), backend="llvm"), [Value(x) for x in flat]
    steps["ours, llvm, into Values"] = functools.partial(into_values, f, values, rows, labels), list
    arrays = [tuple(map(np.array, zip(*layer))) for layer in moons.start()]
    steps["JAX, jit"] = of_jax(arrays, rows, labels), flat_of
    steps["PyTorch, eager"] = of_torch(arrays, rows, labels), flat_of
    return steps


def into_values(f, values, rows, labels):
    for p in values:
        p.grad = 0.0
    value = f.backward(values, rows, labels)
    return value, [p.grad for p in values]


def of_jax(arrays, rows, labels):
    parts = jax.tree.map(jax.numpy.asarray, arrays)
    rows, labels = jax.numpy.asarray(rows), jax.numpy.asarray(labels)
    f = jax.jit(jax.value_and_grad(lambda p, x, y: tensor_loss(p, x, y, jax.nn.relu)))
    return lambda: jax.block_until_ready(f(parts, rows, labels))


def of_torch(arrays, rows, labels):
    parts = [[torch.tensor(t, requires_grad=True) for t in part] for part in arrays]
    rows, labels = torch.tensor(rows), torch.tensor(labels)
    leaves = [t for part in parts for t in part]

    def step():
        value = tensor_loss(parts, rows, labels, torch.relu)
        gradients = iter(torch.autograd.grad(value, leaves))
        return value.item(), [[next(gradients), next(gradients)] for _ in parts]

    return step


def time_moons(rounds):
    """A moons step, value and gradient, microseconds, by batch."""
    figures = {}
    for count in (100, 10_000):
        times = compared(moons_contestants(count), rounds)
        for name, t in times.items():
            row = figures.setdefault(name, {})
            row[f"{count} rows"] = 1e6 * t
            row[f"{count}, of llvm"] = t / times["ours, llvm"]
    return figures


# gpt


def largest(values):
    return functools.reduce(maximum, values)


def gpt_contestants(tokens):
    parameters = scalar_gpt.make_parameters(float)
    shapes = {key: (len(matrix), len(matrix[0])) for key, matrix in parameters.items()}
    flat = np.array(scalar_gpt.flat(parameters))

    def loss(flat):
        p = unflattened(shapes, flat)
        return scalar_gpt.document_loss(p, tokens, largest=largest)

    steps = {}
    for backend in ("llvm", "numpy"):
        f = jit(value_and_grad(loss), backend=backend)
        steps[f"ours, {backend}"] = functools.partial(f, flat), list
    steps["ours, eager"] = eager_step(Value, tokens), list
    steps["scalar-GPT design, eager"] = eager_step(peers.TupleValue, tokens), list
    return steps


def eager_step(value, tokens):
    parameters = scalar_gpt.make_parameters(value)
    flat = scalar_gpt.flat(parameters)

    def step():
        for p in flat:
            p.grad = 0.0
        loss = scalar_gpt.document_loss(parameters, tokens)
        loss.backward()
        return loss.data, [p.grad for p in flat]

    return step


def time_gpt(rounds):
    """A step of the scalar GPT, milliseconds, by predictions in the document."""
    figures = {}
    for word in ("ab", "gradient", "differentiable."):
        tokens = [26, *((ord(c) - ord("a")) % 27 for c in word)]
        contestants = gpt_contestants(tokens)
        built = {}
        for name, (step, _) in contestants.items():
            start = perf_counter()
            step()
            built[name] = perf_counter() - start
        times = compared(contestants, rounds)
        for name, t in times.items():
            row = figures.setdefault(name, {})
            row[f"{len(word)} tokens"] = 1e3 * t
            row["/ llvm"] = t / times["ours, llvm"]
            row["first call, s"] = built[name]
    return figures


# build


def time_build(_rounds):
    """Microseconds per equation to record, differentiate and schedule, by size; no run."""
    from microgradlike.compile.schedule import Schedule

    figures = {}
    for steps in (100, 1_000, 10_000, 100_000):

        def loss(x, steps=steps):
            y = x[0]
            for k in range(steps):
                y = y * x[k % 7] + (x[(3 * k) % 7] * 0.5 - y).tanh()
            return y

        start = perf_counter()
        program = jit(value_and_grad(loss), backend="python").program([0.1 * i for i in range(7)])
        middle = perf_counter()
        Schedule(program, 0)
        end = perf_counter()
        figures[f"{len(program):,} equations"] = {
            "record and differentiate": 1e6 * (middle - start) / len(program),
            "schedule": 1e6 * (end - middle) / len(program),
        }
    return figures


def compared(contestants, rounds):
    def numbers(step, read):
        value, gradient = step()
        return float(value), read(gradient)

    check_agreement(
        {name: functools.partial(numbers, *c) for name, c in contestants.items()}, tolerance=1e-9
    )
    steps = {name: step for name, (step, _) in contestants.items()}
    return interleaved(steps, rounds, clock=perf_counter)


PARTS = {"moons": time_moons, "gpt": time_gpt, "build": time_build}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="all of them by default")
    parser.add_argument("--rounds", type=int, default=7, help="medians are over so many rounds")
    options = parser.parse_args()
    for name in options.parts or PARTS:
        figures = PARTS[name](options.rounds)
        rows = [[key, *(f"{x:.4g}" for x in row.values())] for key, row in figures.items()]
        header = ["", *next(iter(figures.values()))]
        print(table(PARTS[name].__doc__, header, rows), flush=True)


if __name__ == "__main__":
    main()
