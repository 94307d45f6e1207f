"""First calls: each in a process of its own, cold, from what another process left, and again."""

import functools
import importlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from time import perf_counter

WORD = "gradient"
ROWS = 100
COLD, DISK, AGAIN = "cold, s", "from disk, s", "again, s"


def of_ours_gpt():
    from benchmarks.compiled import gpt
    from microgradlike import jit, value_and_grad

    loss = gpt.loss_of(gpt.tokens_of(WORD))
    return lambda: jit(value_and_grad(loss), backend="llvm")(gpt.FLAT)


def of_casadi_gpt():
    from benchmarks.compiled import by_casadi, gpt

    tokens = gpt.tokens_of(WORD)
    return lambda: by_casadi.gpt_function(gpt.SHAPES, gpt.FLAT, tokens)(gpt.FLAT)


def of_ours_moons():
    from benchmarks.compiled import network
    from microgradlike import jit, value_and_grad

    arguments = network.batch(ROWS)
    f = network.point_loss
    return lambda: jit(value_and_grad(f), batch=(1, 2), backend="llvm")(*arguments)


def of_jax_moons():
    from benchmarks.compiled import network

    _, rows, labels = network.batch(ROWS)
    return lambda: network.of_jax(network.arrays(), rows, labels)()


MAKERS = {
    "GPT: ours": of_ours_gpt,
    "GPT: CasADi": of_casadi_gpt,
    "moons: ours": of_ours_moons,
    "moons: JAX": of_jax_moons,
}
NEEDS = {"GPT: CasADi": "casadi"}
DEMO = [sys.executable, "-m", "microgradlike", "demo", "--out"]


def time_first(rounds):
    """A first call in seconds, imports apart; the demo as a whole process"""
    times = {}
    for _ in range(rounds.count):
        for name in [*MAKERS, "demo"]:
            if name in NEEDS and importlib.util.find_spec(NEEDS[name]) is None:
                continue
            for column, t in once(name).items():
                times.setdefault(name, {}).setdefault(column, []).append(t)
    return {
        name: {column: rounds.summary(t) for column, t in row.items()}
        for name, row in times.items()
    }


def once(name):
    """Seconds of two processes that share a cache which is empty at first."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"MICROGRADLIKE_CACHE": os.path.join(folder, "cache")}
        run = functools.partial(
            subprocess.run, env=environment, check=True, capture_output=True, text=True
        )
        if name == "demo":
            start = perf_counter()
            run([*DEMO, os.path.join(folder, "demo")])
            middle = perf_counter()
            run([*DEMO, os.path.join(folder, "demo")])
            return {COLD: middle - start, DISK: perf_counter() - middle}
        command = [sys.executable, "-m", "benchmarks.compiled.first_calls", name]
        cold, again = json.loads(run(command).stdout)
        if "ours" not in name:
            return {COLD: cold, AGAIN: again}
        return {COLD: cold, DISK: json.loads(run(command).stdout)[0], AGAIN: again}


def main(name):
    make = MAKERS[name]()
    for module in ("llvmlite.binding", "microgradlike.compile.jitted"):  # imports are apart
        importlib.import_module(module)
    times = []
    for _ in range(2):
        start = perf_counter()
        make()
        times.append(perf_counter() - start)
    print(json.dumps(times))


if __name__ == "__main__":
    main(sys.argv[1])
