"""Eager speed and memory, against peers in the same run:  python -m benchmarks.eager [part ...]

Times are the processor's, and still wander on a shared machine: read the ratios within one run.
Parts: eager (a training step against other designs), graphs (time per node from 10^3 to 10^6,
compiled to 10^7), memory (bytes per node, and a long chain under a recursion limit of 100), import.
"""

import gc
import importlib.util
import os
import subprocess
import sys
import tempfile
import tracemalloc
from time import process_time

import microgradlike
from benchmarks.shared import command, moons, peers, scalar_gpt
from benchmarks.shared.measuring import Rounds, compared
from microgradlike import Value, __compiled__
from microgradlike.graph import topological

SIZES = (10**3, 10**4, 10**5, 10**6, *([10**7] if __compiled__ else []))
OURS = "ours"


def time_steps(rounds):
    """An eager training step, with the collector on"""
    sys.setrecursionlimit(100_000)  # for the peers
    problems = {"moons, ms": moons_contestants(), "GPT, ms": gpt_contestants()}
    figures = {}
    for column, contestants in problems.items():
        for name, (time, ratio) in compared(contestants, rounds, factor=1e3).items():
            figures.setdefault(name, {}).update({column: time, f"{column[:-4]} / ours": ratio})
    return figures


def moons_contestants():
    contestants = {
        OURS: moons.scalar_step(Value),
        f"{OURS}, nn.MLP": moons.module_step(),
        "micrograd's design": moons.scalar_step(peers.ClosureValue),
        "scalar-GPT design": moons.scalar_step(peers.TupleValue),
    }
    if importlib.util.find_spec("xad"):
        contestants["XAD, tape in C++"] = moons.xad_step()
    if importlib.util.find_spec("torch"):
        contestants["PyTorch, tensors"] = moons.torch_step()
    return contestants


def gpt_contestants():
    tokens = [26, *(ord(c) - ord("a") for c in "gradient")]
    return {
        OURS: scalar_gpt.eager_step(Value, tokens),
        "scalar-GPT design": scalar_gpt.eager_step(peers.TupleValue, tokens),
    }


def chain(n):
    """n nodes one after the other."""
    x, a = Value(0.5), Value(0.999)
    y = x
    for _ in range(n // 2):
        y = y * a + x
    return y


def wide(n, width=100):
    """Layers of nodes, each made of two scattered ones of the layer below; then one sum."""
    layer = [Value(0.01 * i - 0.5) for i in range(width)]
    small = [Value(1e-7 * i) for i in range(width)]  # all numbers stay finite over 10^5 layers
    for k in range(n // width):
        layer = [
            layer[(7 * i + k) % width] * small[(i + 13 * k) % width] - layer[(3 * i) % width]
            for i in range(width)
        ]
    return sum(layer)


def life(shape, n):
    """Processor seconds to build, differentiate and free `shape` of n."""
    t0 = process_time()
    y = shape(n)
    t1 = process_time()
    y.backward()
    t2 = process_time()
    del y
    return t1 - t0, t2 - t1, process_time() - t2


def time_graphs(rounds):
    """Large graphs: nanoseconds per node to build and differentiate"""
    figures = {}
    for shape in (chain, wide):
        figures[shape.__name__] = sizes_of(shape, rounds)
        gc.disable()
        figures[f"{shape.__name__}, collector off"] = sizes_of(shape, rounds)
        gc.enable()
        figures[f"{shape.__name__}, large_graph()"] = sizes_of(inside_large(shape), rounds)
    return figures


def inside_large(shape):
    """`shape`, built inside `large_graph()`."""

    def build(n):
        with microgradlike.large_graph():
            return shape(n)

    return build


def sizes_of(shape, rounds):
    nodes = {n: len(topological(shape(n))) for n in SIZES}
    times = {n: [] for n in SIZES}
    for _ in range(rounds.count):
        for n in SIZES:
            gc.collect()
            gc.freeze()  # as in measuring.seconds
            times[n] += [life(shape, n) for _ in range(max(1, 100_000 // n))]
    per_node = {n: [1e9 * rounds.summary(t) / nodes[n] for t in zip(*times[n])] for n in SIZES}
    total = {n: build + backward for n, (build, backward, _) in per_node.items()}
    row = {f"10^{len(str(n)) - 1}": total[n] for n in SIZES}
    build, backward, free = per_node[SIZES[-1]]
    return row | {
        "largest / smallest": total[SIZES[-1]] / total[SIZES[0]],
        "of which build": build,
        "backward": backward,
        "and free": free,
    }


def measure_memory(_rounds):
    """The memory of a node in a chain of 10^5; a long chain with little recursion"""
    n = 10**5
    gc.collect()
    objects = len(gc.get_objects())
    tracemalloc.start()
    y = chain(n)
    built = tracemalloc.get_traced_memory()[0]
    y.backward()
    differentiated, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    tracked = len(gc.get_objects()) - objects
    del y
    figures = {
        "bytes per node, built": built / n,
        "bytes per node, differentiated": differentiated / n,
        "bytes per node, peak of backward": peak / n,
        "objects the collector tracks, per node": tracked / n,
        "objects the collector finds afterwards": gc.collect(),
        f"s for a chain of {SIZES[-1]:,} nodes, recursion limit 100": time_chain(),
    }
    return {name: {"figure": value} for name, value in figures.items()}


def time_chain():
    """Seconds to build, differentiate and free the largest chain."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(100)
    try:
        return sum(life(chain, SIZES[-1]))
    finally:
        sys.setrecursionlimit(limit)


def time_import(rounds):
    """`import microgradlike`: milliseconds added; numpy and graphviz stay unloaded"""
    check = "import microgradlike, sys; sys.exit(len({'numpy', 'graphviz'} & set(sys.modules)))"
    with tempfile.TemporaryDirectory() as cache:  # as after any first run: bytecode is there
        environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": cache}
        codes = {"bare": "pass", "ours": check}
        started = {name: start(code, environment) for name, code in codes.items()}
        times = Rounds(5 * rounds.count, rounds.summary).interleaved(started, clock=of_children)
    ms = 1e3 * (times["ours"] - times["bare"])
    return {"bare interpreter": {"ms": 1e3 * times["bare"]}, "import microgradlike": {"ms": ms}}


def start(code, environment):
    return lambda: subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def of_children():
    import resource  # POSIX only, as this part is

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


PARTS = {
    "eager": time_steps,
    "graphs": time_graphs,
    "memory": measure_memory,
    "import": time_import,
}

if __name__ == "__main__":
    command.run(__doc__.splitlines()[0], PARTS)
