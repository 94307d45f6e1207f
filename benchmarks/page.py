"""The page in headless Chromium:  python benchmarks/page.py [--nodes 300 2000 60000]

Of a network of about so many nodes: how large its file is, how long Python takes to make it, when
it is ready in the browser (the load event, after the navigation began), and what a changed leaf
costs, the engine alone and with the whole page following. Medians; milliseconds of wall time.
"""

import argparse
import random
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from measuring import table
from playwright.sync_api import sync_playwright

from microgradlike import Value, nn
from viz import page

READY = 'performance.getEntriesByType("navigation")[0].loadEventEnd'
DRAG = """([what, rounds]) => {
  const { engine, session } = microgradlike;
  const leaf = engine.graph.roles.indexOf("input");
  const set = what === "engine" ? (x) => engine.setLeaf(leaf, x) : (x) => session.set(leaf, x);
  return Array.from({ length: rounds }, (_, k) => {
    const start = performance.now();
    set(k / rounds);
    return performance.now() - start;
  });
}"""


def network(nodes):
    """A network of two equal layers with about so many nodes, after a backward pass."""
    width = round((361 + 12 * nodes) ** 0.5 / 6 - 3)  # 3 for each weight, 2 more for each neuron
    model = nn.MLP(4, [width, width, 1], activation="tanh", rng=random.Random(0))
    y = model([Value(0.1 * i, f"x{i}") for i in range(4)])
    y.backward()
    return y


def measured(chromium, nodes, rounds):
    y = network(nodes)
    start = time.perf_counter()
    made = page(y)
    making = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as folder:
        path = made.save(Path(folder) / "y.html")
        ready = [opened(chromium, path)[0] for _ in range(rounds)]
        engine, whole = opened(chromium, path, rounds=20)[1]
    times = [1e3 * making, statistics.median(ready), *map(statistics.median, (engine, whole))]
    return [f"{len(made.scene.nodes):,}", f"{len(made.html) / 1e3:.0f} kB"] + [
        f"{t:.1f} ms" for t in [*times, max(whole)]
    ]


def opened(chromium, path, rounds=0):
    """When the page at `path` is ready, and what changing a leaf so many times takes."""
    tab = chromium.new_page(viewport={"width": 1280, "height": 800})
    tab.goto(path.as_uri())
    ready = tab.evaluate(READY)
    drags = [tab.evaluate(DRAG, [what, rounds]) for what in ("engine", "page")] if rounds else []
    tab.close()
    return ready, drags


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", type=int, nargs="+", default=[300, 2_000, 60_000])
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with sync_playwright() as run:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        chromium = run.chromium.launch(executable_path=program, args=["--no-sandbox"])
        rows = [measured(chromium, n, arguments.rounds) for n in arguments.nodes]
        chromium.close()
    header = ["nodes", "file", "made", "ready", "leaf: engine", "leaf: page", "at most"]
    print(table("The page in headless Chromium", header, rows))


if __name__ == "__main__":
    main()
