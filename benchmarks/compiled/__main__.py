"""Compiled speed, against peers in the same run:  python -m benchmarks.compiled [part ...]

Wall time, medians of interleaved calls, one thread for PyTorch, JAX as it comes; read the ratios
within one run. All agree on value and gradient before anything is timed. Parts: steps (moons of 100
and 10,000 rows), gpt (documents of 2, 8 and 15 predictions), documents (16 as a batch), calls
(functions of few numbers), first (first calls, cold and from disk), batches (threads and
processes), random (a program of 10^4 equations, run 10^4 times), build (10^3 to 10^6 equations).
Wants torch, jax and llvmlite; casadi, autograd, numba and cc take part where they are installed.
"""

import functools
from time import perf_counter

from benchmarks.compiled.batches import time_batches
from benchmarks.compiled.build import time_build
from benchmarks.compiled.comparison import compared, side_by_side
from benchmarks.compiled.first_calls import time_first
from benchmarks.compiled.gpt import documents_contestants, gpt_contestants
from benchmarks.compiled.network import moons_contestants
from benchmarks.compiled.short_functions import (
    random_contestants,
    rosenbrock_contestants,
    scalars_contestants,
)
from benchmarks.shared import command


def time_steps(rounds):
    """A training step: value and gradient by 337 parameters"""
    problems = {f"{n:,} rows, µs": lambda n=n: moons_contestants(n) for n in (100, 10_000)}
    return side_by_side(problems, rounds, factor=1e6)


def time_gpt(rounds):
    """A step of the scalar GPT: value and gradient by 4,192 parameters"""
    words = {2: "ab", 8: "gradient", 15: "differentiable."}
    problems = {f"{n}, µs": lambda word=word: gpt_contestants(word) for n, word in words.items()}
    return side_by_side(problems, rounds, factor=1e6)


def time_documents(rounds):
    """The scalar GPT over a batch of 16 documents: mean loss and gradient"""
    contestants = documents_contestants(16)
    start = perf_counter()
    contestants["ours, llvm"][0]()
    first = perf_counter() - start
    figures = side_by_side({"16 documents, µs": lambda: contestants}, rounds, factor=1e6)
    figures["ours, llvm"]["first call, s"] = first
    return figures


def time_calls(rounds):
    """A call: Rosenbrock's function of 50 with gradient; a function of two scalars"""
    problems = {
        "Rosenbrock, µs": rosenbrock_contestants,
        "two scalars, µs": scalars_contestants,
        "with gradient, µs": functools.partial(scalars_contestants, gradient=True),
    }
    return side_by_side(problems, rounds, factor=1e6)


def time_random(rounds):
    """A random program of 10^4 equations with gradient: seconds for 10^4 runs"""
    figures = {}
    for column, rows in (("one by one, s", 1), ("as a batch, s", 10_000)):
        times = compared(random_contestants(rows), rounds, factor=10_000 / rows)
        for name, time in times.items():
            figures.setdefault(name, {})[column] = time
    return figures


PARTS = {
    "steps": time_steps,
    "gpt": time_gpt,
    "documents": time_documents,
    "calls": time_calls,
    "first": time_first,
    "batches": time_batches,
    "random": time_random,
    "build": time_build,
}

if __name__ == "__main__":
    command.run(__doc__.splitlines()[0], PARTS)
