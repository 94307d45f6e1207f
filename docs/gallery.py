"""Make all pictures of docs/gallery.md: `python docs/gallery.py`.

It needs `pip install -e ".[test]"`, and chromium on PATH for the pictures of pages.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from microgradlike import Value, cos, gradients, jit, nn, sin
from microgradlike.cli.demo import neuron
from microgradlike.functions import mean
from microgradlike.nn import train
from viz import Page, Watch, draw, page, plot_decision_boundary, watch

HERE = Path(__file__).parent / "gallery"
WINDOW = {"width": 1280, "height": 760}
PHONE = {"width": 390, "height": 844}
TALL = {"width": 1440, "height": 1200}  # for a training, which has more to show


def margin(model: nn.MLP, point: Any, sign: Any) -> Any:
    """Compute the hinge loss of one point."""
    return (1 - sign * model(point)).relu()


def moons() -> tuple[Any, ...]:
    """Make 100 points, with signs for labels."""
    points, labels = nn.moons(100, seed=1)
    return points, [2 * label - 1 for label in labels]


def trained(rate: float) -> Watch:
    """Record a training of 100 steps on the moons."""
    model = nn.MLP(2, [8, 8, 1], rng=Random(1))
    run = watch(model, data=moons(), loss=margin, name=f"rate {rate:g}")
    sgd = nn.SGD(model.parameters(), lr=rate)
    options: dict[str, Any] = {"epochs": 100, "callbacks": [run], "progress": False}
    train.fit(model, margin, moons(), optimizer=sgd, **options)
    return run


def network() -> Value:
    """Compute the score of a small network, and its gradients."""
    model = nn.MLP(2, [4, 4, 1], activation="tanh", rng=Random(0))
    y: Value = model([Value(0.5, "x"), Value(-0.25, "y")])
    y.label = "score"
    y.backward()
    return y


def mean_loss() -> Value:
    """Compute the mean squared error of a network over 20 points, and its gradients."""
    points, labels = nn.moons(20, seed=1)
    model = nn.MLP(2, [4, 4, 1], rng=Random(1))
    loss: Value = mean([(model(x) - label) ** 2 for x, label in zip(points, labels)])
    loss.label = "loss"
    loss.backward()
    return loss


def twice() -> Value:
    """Build a graph in which the order of the backward pass matters: a and b are used twice."""
    a = Value(1.0, "a")
    b = a + a
    c = b + b
    b.label, c.label = "b", "c"
    c.backward()
    return c


def cancelled() -> Value:
    """Compute a formula whose subtraction leaves no right digit, and its gradients."""
    x = Value(1e-8, "x")
    y: Value = (1 - cos(x)) / (x * x)
    y.label = "y"
    y.backward()
    return y


def drawings(out: Path) -> None:
    """Save the pictures that Graphviz and matplotlib draw."""
    draw(neuron()).save(out / "neuron.svg")
    draw(neuron(), animated=True).save(out / "neuron-plays.svg")
    draw(network(), depth=2).save(out / "network.svg")
    draw(mean_loss()).save(out / "loss.svg")
    draw(cancelled(), digits=True).save(out / "digits.svg")
    x = Value(0.5, "x")
    y = sin(x).exp()
    (slope,) = gradients(y, [x])
    (curvature,) = gradients(slope, [x])
    curvature.backward()
    draw(curvature, names={y: "y", slope: "y'", curvature: "y''"}).save(out / "second.svg")
    w = Value(0.5, "w")
    draw(jit(lambda x: (w * x).tanh()).program(2.0, gradient=True)).save(out / "program.svg")
    points, labels = nn.moons(100, seed=1)
    plot_decision_boundary(trained(1.0).model, points, labels).savefig(out / "boundary.png")


class Camera:
    """Takes pictures of pages."""

    def __init__(self, chromium: Any, out: Path, folder: Path) -> None:
        self.chromium, self.out, self.folder = chromium, out, folder

    def take(
        self, name: str, made: Page, act: Callable[[Any], None] = lambda tab: None, **options: Any
    ) -> None:
        """Save a picture of a page after an action in it."""
        options = {"viewport": WINDOW, "reduced_motion": "reduce", **options}
        context = self.chromium.new_context(**options)
        tab = context.new_page()
        tab.goto(made.save(self.folder / "page.html").as_uri())
        act(tab)
        tab.wait_for_timeout(400)
        tab.screenshot(path=self.out / f"{name}.png")
        context.close()


@contextmanager
def camera(out: Path) -> Iterator[Camera]:
    """Open a browser without a screen; RuntimeError if there is none."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        raise RuntimeError("pictures of pages need chromium on PATH")
    with sync_playwright() as run, tempfile.TemporaryDirectory() as folder:
        chromium = run.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield Camera(chromium, out, Path(folder))
        chromium.close()


def pages(shots: Camera) -> None:
    """Save pictures of graphs, stepped through."""
    y = neuron()
    shots.take("page", page(y), lambda tab: go(tab, "microgradlike.session.steps.seed + 4"))
    shots.take("page-forward", page(y), lambda tab: go(tab, "3"))
    shots.take("page-dark", page(y), select_weight, color_scheme="dark")
    shots.take("page-order", page(twice()), lambda tab: tab.check("#wrong-order"))
    shots.take("page-digits", page(cancelled(), digits=True, select="x"))
    shots.take("page-network", page(network()))
    shots.take("page-loss", page(mean_loss()), lambda tab: choose_call(tab, 7))
    shots.take("page-phone", page(y), viewport=PHONE)


def trainings(shots: Camera) -> None:
    """Save pictures of recorded trainings, and of one in the page."""
    runs = [trained(rate) for rate in (1.0, 0.1)]
    shots.take("training", page(runs[0]), lambda tab: tab.fill("#time", "30"), viewport=TALL)
    shots.take("runs", page(*runs), viewport=TALL)
    model = nn.MLP(2, [8, 8, 1], rng=Random(1))
    shots.take("practice", page(model, data=moons(), loss=margin), train_in_page, viewport=TALL)


def go(tab: Any, place: str) -> None:
    """Go to a step."""
    tab.evaluate(f"() => microgradlike.session.player.go({place})")
    tab.evaluate("() => microgradlike.session.player.step(1)")


def choose_call(tab: Any, call: int) -> None:
    """Show one of the calls of the network."""
    tab.fill("#turns input", str(call))
    tab.keyboard.press("Enter")


def select_weight(tab: Any) -> None:
    """Select the first weight of the neuron, to show its paths and the effect of a nudge."""
    tab.evaluate(
        "() => { const { session } = microgradlike;"
        " session.select(`n${session.graph.names.indexOf('w1')}`); }"
    )


def train_in_page(tab: Any) -> None:
    """Place points, train on them for 60 steps, and follow one example."""
    tab.select_option("#dataset", "my own points")
    tab.locator(".surface").scroll_into_view_if_needed()
    box = tab.locator(".surface").bounding_box()

    def click(x: float, y: float) -> None:
        tab.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])

    for x, y in ((0.2, 0.25), (0.3, 0.2), (0.25, 0.4), (0.75, 0.7), (0.8, 0.8), (0.7, 0.85)):
        click(x, y)
    tab.check("input[name=class][value='0']")
    for x, y in ((0.45, 0.5), (0.55, 0.45), (0.5, 0.6), (0.75, 0.25), (0.25, 0.75)):
        click(x, y)
    tab.evaluate("() => { for (let i = 0; i < 60; i++) microgradlike.trainingControls.step(); }")
    for button in ("#one-step", "#one-forward", "#one-backward", "#one-update"):
        tab.click(button)


def main() -> None:
    """Write every picture."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--out", type=Path, default=HERE, help="by default docs/gallery")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    drawings(out)
    with camera(out) as shots:
        pages(shots)
        trainings(shots)
    for path in sorted(out.iterdir()):
        print(f"{path.stat().st_size // 1000:5} kB  {path.name}")


if __name__ == "__main__":
    main()
