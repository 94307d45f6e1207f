"""Eager speed and memory, against peers in the same run:  python -m benchmarks.eager [part ...]

Times are the processor's, and still wander on a shared machine: read the ratios within one run.
Parts: moons and gpt (a training step against other designs), scale (time per node from 10^3 to
10^6, compiled to 10^7), memory (bytes per node), chain (so many nodes under a recursion limit of
100), import.
"""

import argparse
import gc
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import tracemalloc
from time import process_time

from benchmarks.shared import moons, peers, scalar_gpt
from benchmarks.shared.measuring import check_agreement, interleaved, table
from microgradlike import Value, __compiled__
from microgradlike.graph import topological

SIZES = (10**3, 10**4, 10**5, 10**6, *([10**7] if __compiled__ else []))
OURS = "microgradlike"


def time_moons(rounds):
    """The moons step, milliseconds, ours against peers; the collector stays on."""
    sys.setrecursionlimit(10_000)  # for the peers
    contestants = {
        OURS: moons.scalar_step(Value),
        f"{OURS}, nn.MLP": moons.module_step(),
        "micrograd's design": moons.scalar_step(peers.ClosureValue),
        "scalar-GPT design": moons.scalar_step(peers.TupleValue),
    }
    if importlib.util.find_spec("xad"):
        contestants["xad, C++ tape"] = moons.xad_step()
    if importlib.util.find_spec("torch"):
        contestants["torch, tensors"] = moons.torch_step()
    return compare(contestants, rounds)


def time_gpt(rounds):
    """A scalar GPT of 4,192 parameters on one document of 8 predictions, milliseconds."""
    sys.setrecursionlimit(100_000)  # for the peer
    return compare({OURS: gpt_step(Value), "scalar-GPT design": gpt_step(peers.TupleValue)}, rounds)


def gpt_step(value):
    return scalar_gpt.eager_step(value, [26, *(ord(c) - ord("a") for c in "gradient")])


def compare(contestants, rounds):
    check_agreement(contestants)
    times = interleaved(contestants, rounds)
    return {name: {"ms": 1e3 * t, "ratio to ours": t / times[OURS]} for name, t in times.items()}


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
    for k in range(n // width):
        layer = [
            layer[(7 * i + k) % width] * layer[(i + 13 * k) % width] - layer[(3 * i) % width]
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


def time_scale(rounds):
    """Nanoseconds per node by shape and size, with Python's collector on and off."""
    figures = {}
    for shape in (chain, wide):
        for collector in ("on", "off"):
            (gc.enable if collector == "on" else gc.disable)()
            figures[f"{shape.__name__}, collector {collector}"] = sizes_of(shape, rounds)
            gc.enable()
    return figures


def sizes_of(shape, rounds):
    nodes = {n: len(topological(shape(n))) for n in SIZES}
    times = {n: [] for n in SIZES}
    for _ in range(rounds):
        for n in SIZES:
            gc.collect()
            gc.freeze()  # as in measuring.seconds
            times[n] += [life(shape, n) for _ in range(max(1, 100_000 // n))]
    per_node = {n: [1e9 * statistics.median(t) / nodes[n] for t in zip(*times[n])] for n in SIZES}
    total = {n: build + backward for n, (build, backward, _) in per_node.items()}
    row = {f"10^{len(str(n)) - 1}": total[n] for n in SIZES}
    build, backward, free = per_node[SIZES[-1]]
    return row | {
        "max/min": max(total.values()) / min(total.values()),
        "of which build": build,
        "backward": backward,
        "and free": free,
    }


def measure_memory(_rounds):
    """Bytes and objects per node of a chain of 10^5; what the collector finds once it is gone."""
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
    }
    return {name: {"figure": value} for name, value in figures.items()}


def time_chain(_rounds):
    """Seconds for a chain of 10^6 nodes, compiled 10^7, under a recursion limit of 100."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(100)
    try:
        build, backward, free = life(chain, SIZES[-1])
    finally:
        sys.setrecursionlimit(limit)
    total = build + backward + free
    times = {"build": build, "backward": backward, "free": free, "together": total}
    return {name: {"s": t} for name, t in times.items()}


def time_import(rounds):
    """Milliseconds that `import microgradlike` adds; numpy and graphviz must stay unloaded."""
    check = "import microgradlike, sys; sys.exit(len({'numpy', 'graphviz'} & set(sys.modules)))"
    with tempfile.TemporaryDirectory() as cache:  # as after any first run: bytecode is there
        environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": cache}
        codes = {"bare": "pass", OURS: check}
        started = {name: start(code, environment) for name, code in codes.items()}
        times = interleaved(started, 5 * rounds, clock=of_children)
    ms = 1e3 * (times[OURS] - times["bare"])
    return {"bare interpreter": {"ms": 1e3 * times["bare"]}, f"import {OURS}": {"ms": ms}}


def start(code, environment):
    return lambda: subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def of_children():
    import resource  # POSIX only, as this part is

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


PARTS = {
    "moons": time_moons,
    "gpt": time_gpt,
    "scale": time_scale,
    "memory": measure_memory,
    "chain": time_chain,
    "import": time_import,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], help="all of them by default")
    parser.add_argument("--rounds", type=int, default=5, help="medians are over so many rounds")
    parser.add_argument("--json", action="store_true", help="figures only, as JSON")
    options = parser.parse_args()
    figures = {}
    for name in options.parts or PARTS:
        figures[name] = PARTS[name](options.rounds)
        if not options.json:
            rows = [
                [key, *(f"{x:.4g}" for x in row.values())] for key, row in figures[name].items()
            ]
            header = ["", *next(iter(figures[name].values()))]
            print(table(PARTS[name].__doc__, header, rows), flush=True)
    if options.json:
        form = {"python": platform.python_version(), "compiled": __compiled__}
        print(json.dumps(form | figures, indent=1))


if __name__ == "__main__":
    main()
