"""Compiled speed, against peers in the same run:  python -m benchmarks.compiled [part ...]

Wall time, medians of interleaved calls, one thread for PyTorch, JAX as it comes; read the ratios
within one run. All agree on value and gradient before anything is timed. Parts: moons (a training
step's value and gradient, batches of 100 and 10,000), gpt (documents of 2, 8 and 15 predictions),
rosenbrock (a gradient by 50 variables), random (a program of 10^4 equations and its gradient, run
10^4 times), build (what it takes to have a program, and to run it, from 10^3 to 10^6 equations).
Wants torch, jax and llvmlite; casadi, autograd and numba take part where they are installed.
"""

import argparse
import functools
from time import perf_counter

from benchmarks.compiled.build import time_build
from benchmarks.compiled.gpt import gpt_contestants
from benchmarks.compiled.network import moons_contestants
from benchmarks.compiled.short_functions import random_contestants, rosenbrock_contestants
from benchmarks.shared.measuring import check_agreement, interleaved, table


def time_moons(rounds):
    """A moons step, value and gradient: microseconds, and in steps of ours"""
    columns = {}
    for count in (100, 10_000):
        times, _ = compared(moons_contestants(count), rounds)
        columns |= {f"{count} rows": scaled(times, 1e6), "/ llvm": relative(times)}
        yield columns
        columns = {}


def time_gpt(rounds):
    """A step of the scalar GPT: milliseconds, in steps of ours, and seconds of the first call"""
    for word in ("ab", "gradient", "differentiable."):
        times, first = compared(gpt_contestants(word), rounds)
        yield {
            f"{len(word)} predictions": scaled(times, 1e3),
            "/ llvm": relative(times),
            "first, s": first,
        }


def time_rosenbrock(rounds):
    """Rosenbrock's function of 50 variables and its gradient: microseconds"""
    times, first = compared(rosenbrock_contestants(), rounds)
    yield {"a call": scaled(times, 1e6), "/ llvm": relative(times), "first, s": first}


def time_random(rounds):
    """A random program of 10^4 equations and its gradient, run 10^4 times: seconds"""
    for rows in (1, 10_000):
        contestants = random_contestants(rows)
        times, first = compared(contestants, rounds)
        name = "one by one" if rows == 1 else "as a batch"
        yield {name: scaled(times, 10_000 / rows), "/ llvm": relative(times), "first, s": first}


def compared(contestants, rounds):
    """Seconds of a call, and those of the first one, by name."""
    first = {}
    for name, (step, _) in contestants.items():
        start = perf_counter()
        step()
        if name.startswith("ours"):  # others have done their work before
            first[name] = perf_counter() - start

    def numbers(step, read):
        value, gradient = step()
        return float(value), read(gradient)

    check_agreement(
        {name: functools.partial(numbers, *c) for name, c in contestants.items()}, tolerance=1e-9
    )
    steps = {name: step for name, (step, _) in contestants.items()}
    return interleaved(steps, rounds, clock=perf_counter), first


def scaled(times, factor):
    return {name: factor * t for name, t in times.items()}


def relative(times):
    return {name: t / times["ours, llvm"] for name, t in times.items()}


PARTS = {
    "moons": time_moons,
    "gpt": time_gpt,
    "rosenbrock": time_rosenbrock,
    "random": time_random,
    "build": time_build,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="all of them by default")
    parser.add_argument("--rounds", type=int, default=7, help="medians are over so many rounds")
    options = parser.parse_args()
    for name in options.parts or PARTS:
        for columns in PARTS[name](options.rounds):
            names = next(iter(columns.values()))
            rows = [
                [name, *(f"{c[name]:.4g}" if name in c else "" for c in columns.values())]
                for name in names
            ]
            print(table(PARTS[name].__doc__, ["", *columns], rows), flush=True)


if __name__ == "__main__":
    main()
