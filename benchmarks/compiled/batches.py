"""Batches of the moons step: one thread, two threads and two processes, ours and C."""

import functools
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from benchmarks.compiled import by_c
from benchmarks.compiled.comparison import compared
from benchmarks.compiled.network import arrays, batch, flat_of, of_jax, point_loss
from microgradlike import jit, value_and_grad

WORKERS = 2


def time_batches(rounds):
    """Threads and processes: milliseconds of a moons step, and gain over one thread"""
    figures = {}
    for count in (10_000, 100_000):
        for name, time in compared(contestants(count), rounds, factor=1e3).items():
            serial = figures.get(name.split(",")[0], {}).get(f"{count:,} rows, ms", time)
            figures.setdefault(name, {}).update(
                {f"{count:,} rows, ms": time, f"gain, {count:,}": serial / time}
            )
    return figures


def contestants(count):
    arguments = batch(count)
    ours = functools.partial(jit, value_and_grad(point_loss), batch=(1, 2), backend="llvm")
    steps = {
        "ours": ours(),
        f"ours, {WORKERS} threads": ours(threads=WORKERS),
        f"ours, {WORKERS} processes": ours(executor=processes()),
    }
    found = {name: (functools.partial(step, *arguments), list) for name, step in steps.items()}
    if by_c.found:
        found["C"] = by_c.moons_step(*arguments), list
        found[f"C, {WORKERS} threads"] = by_c.moons_threads(*arguments, WORKERS), list
    found["JAX, threads of its own"] = of_jax(arrays(), *arguments[1:]), flat_of
    return found


@functools.cache
def processes():
    return ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn"))
