"""The page in headless Chromium:  python -m benchmarks.page [part ...]

Of a network of about so many nodes: how large its file is, how long Python takes to make it, when
it is ready in the browser (the load event, after the navigation began), and what a changed leaf
costs, the engine alone and with the whole page following. Medians; milliseconds of wall time.
Parts: page (a network of 300, 2,000 and 60,000 nodes), trainings (50 recorded steps), playground (a
key in formulas of 20 and 100 nodes), gpt (a scalar GPT of 40,000 nodes).
"""

import random
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.shared import command
from microgradlike import Value, nn
from microgradlike.nn import train
from viz import page, playground, watch

SIZES = (300, 2_000, 60_000)
WIDTHS = ((8, 8, 1), (16, 16, 1))
READY = 'performance.getEntriesByType("navigation")[0].loadEventEnd'
DRAG = """([what, rounds]) => {
  const { engine, session } = microgradlike;
  const leaf = engine.graph.roles.indexOf("input");
  const set = what === "engine" ? (x) => engine.setLeaf(leaf, x) : (x) => session.setLeaf(leaf, x);
  return Array.from({ length: rounds }, (_, k) => {
    const start = performance.now();
    set(k / rounds);
    return performance.now() - start;
  });
}"""
FRAMES = """(what) => new Promise((done) => {
  const { session } = microgradlike;
  const { camera } = session.view;
  const times = [];
  const { last } = session.steps;
  const scales = [camera.scale, 0.2, 0.5, 1];
  const step = (now) => {
    times.push(now);
    const k = times.length;
    if (what === "scrub") session.player.go(Math.round((last * (k % 40)) / 40));
    else if (k % 30 === 1) camera.set(camera.x, camera.y, scales[Math.floor(k / 30) % 4]);
    else camera.pan(k % 2 ? -23 : 7, 5);
    if (k < 121) return requestAnimationFrame(step);
    done(times.slice(1).map((t, i) => t - times[i]));
  };
  requestAnimationFrame(step);
})"""
LEARN = """([what, rounds]) => {
  const { trainingState, trainingControls } = microgradlike;
  const run = trainingState.run;
  return Array.from({ length: rounds }, (_, k) => {
    const start = performance.now();
    if (what === "step") trainingControls.step();
    else trainingState.showEntry(run, k % 50, "drag");
    return performance.now() - start;
  });
}"""

TYPED = """async ([text, rounds]) => {
  const field = document.getElementById("formula");
  const times = [];
  for (let k = 0; k < rounds; k++) {
    field.value = text + "+0".repeat(k % 2);
    const start = performance.now();
    field.dispatchEvent(new Event("input"));
    document.body.getBoundingClientRect();
    times.push(performance.now() - start);
    await new Promise((done) => setTimeout(done, 60));
  }
  return [microgradlike.session.graph.count, times];
}"""
EXPLAINED = """([name, rounds]) => {
  const { session } = microgradlike;
  session.reveal(session.graph.names.indexOf(name));
  const part = document.querySelector("#inspected details");
  part.open = true;
  part.dispatchEvent(new Event("toggle")); // the browser's own comes later
  return Array.from({ length: rounds }, () => {
    const start = performance.now();
    session.inspector.show();
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
        frames = [asked(chromium, path, FRAMES, what) for what in ("pan", "scrub")]
    return {
        "nodes": len(made.scene.nodes),
        "file, kB": len(made.html.encode()) / 1e3,
        "made": 1e3 * making,
        "ready": statistics.median(ready),
        "leaf: engine": statistics.median(engine),
        "leaf: page": statistics.median(whole),
        "at most": max(whole),
        "frame, pan: at most": max(frames[0]),
        "scrub: at most": max(frames[1]),
    }


def margin(model, point, sign):
    return (1 - sign * model(point)).relu()


def training(chromium, widths, rounds):
    """A step, and a look at another step, of a network trained on 100 points."""
    points, labels = nn.moons(100, seed=1)
    data = (points, [2 * label - 1 for label in labels])
    model = nn.MLP(2, list(widths), rng=random.Random(0))
    run = watch(model, data=data, loss=margin)
    sgd = nn.SGD(model.parameters(), lr=0.1)
    options = {"epochs": 50, "callbacks": [run], "progress": False}
    train.fit(model, margin, data, optimizer=sgd, **options)
    made = page(run)
    with tempfile.TemporaryDirectory() as folder:
        path = made.save(Path(folder) / "y.html")
        ready = [opened(chromium, path)[0] for _ in range(rounds)]
        looks, steps = (asked(chromium, path, LEARN, [what, 20]) for what in ("look", "step"))
    return {
        "nodes": len(made.scene.nodes),
        "file, kB": len(made.html.encode()) / 1e3,
        "ready": statistics.median(ready),
        "look": statistics.median(looks),
        "step of 100": statistics.median(steps),
    }


def typed(chromium, terms):
    """A key in a formula, until the graph is laid out."""
    made = playground()
    text = "+".join(f"tanh(w{k}*x{k} + b)" for k in range(terms))
    with tempfile.TemporaryDirectory() as folder:
        path = made.save(Path(folder) / "play.html")
        count, times = asked(chromium, path, TYPED, [text, 20])
    return {
        "nodes": count,
        "file, kB": len(made.html.encode()) / 1e3,
        "key": statistics.median(times),
        "at most": max(times),
    }


def explained(chromium, rounds):
    """The page of a GPT's loss on one name, and the weights that decided a letter."""
    sys.path.insert(0, str(Path(__file__).parents[2] / "examples"))
    from gpt_page import GPT

    loss = GPT(random.Random(0))("emma")
    loss.backward()
    made = page(loss)
    with tempfile.TemporaryDirectory() as folder:
        path = made.save(Path(folder) / "gpt.html")
        ready = [opened(chromium, path)[0] for _ in range(rounds)]
        times = asked(chromium, path, EXPLAINED, ["surprise: m after m3", 20])
    return {
        "nodes": len(made.scene.nodes),
        "file, kB": len(made.html.encode()) / 1e3,
        "ready": statistics.median(ready),
        "decided by": statistics.median(times),
        "at most": max(times),
    }


def asked(chromium, path, script, argument):
    """Return the value of a script in the page at `path`."""
    tab = chromium.new_page(viewport={"width": 1280, "height": 800})
    tab.goto(path.as_uri())
    found = tab.evaluate(script, argument)
    tab.close()
    return found


def opened(chromium, path, rounds=0):
    """Return the time until the page at `path` is ready, and times of changing a leaf."""
    tab = chromium.new_page(viewport={"width": 1280, "height": 800})
    tab.goto(path.as_uri())
    ready = tab.evaluate(READY)
    drags = [tab.evaluate(DRAG, [what, rounds]) for what in ("engine", "page")] if rounds else []
    tab.close()
    return ready, drags


@contextmanager
def browser():
    with sync_playwright() as run:
        program = shutil.which("chromium") or shutil.which("google-chrome")
        chromium = run.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def time_page(rounds):
    """The page of networks of about so many nodes, in milliseconds"""
    with browser() as chromium:
        return {f"{n:,} nodes": measured(chromium, n, rounds.count) for n in SIZES}


def time_trainings(rounds):
    """The page of a training of 50 steps, in milliseconds"""
    with browser() as chromium:
        return {f"MLP(2, {list(w)})": training(chromium, w, rounds.count) for w in WIDTHS}


def time_playground(rounds):
    """A key in the formula field of the playground, in milliseconds"""
    with browser() as chromium:
        return {f"{n} terms": typed(chromium, n) for n in (3, 17)}


def time_gpt(rounds):
    """The page of a scalar GPT that reads a name, in milliseconds"""
    with browser() as chromium:
        return {"emma": explained(chromium, rounds.count)}


PARTS = {
    "page": time_page,
    "trainings": time_trainings,
    "playground": time_playground,
    "gpt": time_gpt,
}

if __name__ == "__main__":
    command.run(__doc__.splitlines()[0], PARTS)
