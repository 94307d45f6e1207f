"""The lines of nodes, traced and not:  python -m benchmarks.eager.lines

Read ratios within one run. "off" is the time outside of `trace_lines`.
"""

import functools

from benchmarks.shared import command, moons
from benchmarks.shared.measuring import compared
from microgradlike import Value, trace_lines

NODES = 10_000


def time_lines(rounds):
    """Creation of nodes and a training step, milliseconds, with lines traced and without"""
    steps = {
        f"{NODES:,} nodes": create,
        "moons": moons.scalar_step(Value),
        "moons, nn.MLP": moons.module_step(),
    }
    figures = {"off": {}, "traced": {}}
    for column, step in steps.items():
        contestants = {"off": step, "traced": functools.partial(traced, step)}
        for name, (time, ratio) in compared(contestants, rounds, factor=1e3).items():
            figures[name] |= {f"{column}, ms": time, f"{column}, / off": ratio}
    return figures


def create():
    x = y = Value(0.5)
    for _ in range(NODES // 2):
        y = y * x + x
    return y.data, []


def traced(step):
    with trace_lines():
        return step()


PARTS = {"lines": time_lines}

if __name__ == "__main__":
    command.run(__doc__.splitlines()[0], PARTS)
