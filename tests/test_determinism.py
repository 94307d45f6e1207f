"""Same program, same bits: gradients, DOT and SVG, whatever PYTHONHASHSEED."""

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from microgradlike import Value
from viz import RenderError, draw

PROGRAM = """
import hashlib, random, struct, sys
from unittest.mock import patch
from microgradlike import Value, jit, nn, ops, value_and_grad
from viz import draw, explain, to_mermaid

rng = random.Random(1)
model = nn.MLP(2, [4, 4, 1], activation="tanh", rng=rng)
x = [Value(rng.uniform(-1, 1), name) for name in ("x", "y")]
score = model(x)
nodes = [score, *x, *model.parameters()]
for _ in range(60):
    a, b = rng.choice(nodes), rng.choice(nodes)
    nodes.append(rng.choice([a * b, a + b, a - 2.0, ops.sigmoid(a), ops.maximum(a, b), a.sin()]))
y = ops.tanh(nodes[-1] + nodes[-2] + score)
y.backward()
gradients = struct.pack(f"{len(nodes)}d", *[v.grad for v in nodes])
drawing = draw(y)
parts = [gradients, drawing.source.encode(), explain(y, x[0]).encode(), to_mermaid(y).encode()]
if sys.argv[1] == "svg":
    parts.append(drawing.svg().encode())
xs = [0.3, -0.7, 1.2, 0.1]
for backend in ("numpy", "llvm"):  # as one call and over rows; what is not varying by strips
    f = value_and_grad(lambda x: ops.tanh(sum(ops.sin(a * b) for a in x for b in x)) + x[0])
    with patch("microgradlike.compile.llvm.executable.SMALL", 9):
        found = jit(f, backend=backend)(xs), jit(f, batch=0, backend=backend)([xs, xs[::-1]] * 9)
    parts.append(repr(found).encode())
print(*[hashlib.sha256(part).hexdigest() for part in parts])
"""


def can_render():
    try:
        draw(Value(1.0)).svg()
    except RenderError:
        return False
    return True


def run(hash_seed, kind):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, kind],
        env=os.environ | {"PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("count", [6, pytest.param(20, marks=pytest.mark.long)])
def test_processes_with_hash_seeds_of_their_own_agree_in_every_bit(count):
    seeds = [0, 1, *random.Random(5).sample(range(2**32), count - 2)]
    kind = "svg" if can_render() else "dot"
    with ThreadPoolExecutor(2) as pool:
        outputs = list(pool.map(run, seeds, [kind] * len(seeds)))
    assert len(set(outputs)) == 1
