"""Programs of a given length, of sums, products and relu, with 3 inputs."""

import random

from microgradlike import ops
from microgradlike.compile.build import build_program
from microgradlike.compile.trace import Trace


def long_program(count):
    trace, rng = Trace(), random.Random(count)
    slots = [trace.input() for _ in range(3)]
    xs = slots[:]
    while len(trace.nodes) < count + 3:
        a, b = rng.choice(slots[-9:]), rng.choice(slots[-9:])
        slots.append(a * 0.7 - b if rng.random() < 0.5 else ops.relu(a))
    return build_program(xs, slots[3 : 3 + count][-2000:])
