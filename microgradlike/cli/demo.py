"""`microgradlike demo`: a neuron with its gradients, a network trained, pictures and pages."""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from microgradlike import nn
from microgradlike.cli.expression import pictures, positive, without_python
from microgradlike.compile.jit import jit
from microgradlike.engine import Value
from microgradlike.nn.data import Data
from microgradlike.nn.training.train import History, State, fit

POINTS = 100
WEIGHT_DECAY = 2e-4  # of the gradient: 1e-4 times the squares, as in micrograd's demo
LEARNING_RATES = (1.0, 0.1)  # at the first step and towards the last, as there
COMPARED = 2  # eager steps that are timed, to say how much faster the compiled ones were


@dataclass(slots=True)
class Training:
    """A network, its data, and what came of it: a loss before each step, an accuracy after."""

    model: nn.MLP
    data: Data
    history: History = field(default_factory=History)
    accuracies: list[float] = field(default_factory=list)

    @property
    def losses(self) -> list[float]:
        """The loss before each step."""
        return self.history.losses

    @property
    def examples(self) -> tuple[Any, Any]:
        """The points, with -1 and 1 for labels."""
        points, labels = self.data
        return points, [2 * label - 1 for label in labels]

    @property
    def interrupted(self) -> bool:
        """Whether it was ended by Ctrl-C."""
        return self.history.interrupted


def configure(parser: argparse.ArgumentParser) -> None:
    """The options of `demo`."""
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("microgradlike-demo"),
        metavar="DIR",
        help="where the pictures go, by default ./microgradlike-demo",
    )
    parser.add_argument("--steps", type=positive, default=100, help="of training, by default 100")
    parser.add_argument("--seed", type=int, default=1, help="of data and network, by default 1")
    parser.add_argument("--eager", action="store_true", help="train without compiling")


def run(arguments: argparse.Namespace) -> int:
    """Draw, train, draw; 130 where the training was interrupted, whose pictures are there too."""
    pictures("drawing")  # before any work, the error that there are none
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    print("A neuron, y = tanh(x1*w1 + x2*w2 + b), and its gradients")
    look = "orange raises y, blue lowers it; where an arrow arrives, its local derivative"
    y = neuron()
    _draw(y, out / "neuron.svg", look)
    look = "open it in a browser: step through the passes, drag the value of an input"
    _page(y, out / "neuron.html", look)
    training = untrained(arguments.seed)
    print(f"\nA network with {len(training.model.parameters())} parameters learns two moons")
    run = pictures("watch").watch(training.model, data=training.examples, loss=margin_error)
    backend = "eager" if arguments.eager else "auto"
    train(training, arguments.steps, backend=backend, callbacks=[run])
    if training.history.speed is not None:
        print(f"  {training.history.speed}")
    if training.interrupted:
        print(f"interrupted: the {len(training.losses)} steps done so far are kept")
    _plot(training, out)
    if training.losses:
        look = "open it too: go through the steps, or train on in the page"
        _page(run, out / "training.html", look)
    look = "a box per layer, with the range of its values and of its gradients at one point"
    _draw(judged(training.model), out / "network.svg", look, depth=1)
    return 130 if training.interrupted else 0


def neuron() -> Value:
    """The neuron of micrograd's lecture, after a backward pass."""
    x1, x2 = Value(2.0, "x1"), Value(0.0, "x2")
    w1, w2 = Value(-3.0, "w1"), Value(1.0, "w2")
    b = Value(6.8813735870195432, "b")
    n = x1 * w1 + x2 * w2 + b
    n.label = "n"
    y: Value = n.tanh()
    y.label = "y"
    y.backward()
    return y


def untrained(seed: int) -> Training:
    """The network and its data before the first step; the same for the same seed."""
    return Training(nn.MLP(2, [16, 16, 1], rng=random.Random(seed)), nn.moons(POINTS, seed=seed))


def train(
    training: Training, steps: int, *, backend: str = "auto", callbacks: Sequence[Any] = ()
) -> None:
    """Gradient descent on the hinge loss, a step an epoch; Ctrl-C ends it early."""
    model, (points, labels) = training.model, training.data
    first, last = LEARNING_RATES
    optimizer = nn.SGD(model.parameters(), lr=first, weight_decay=WEIGHT_DECAY)
    score = jit(model, batch=0, reduce=None, backend=backend)

    def after_step(state: State) -> None:
        right = sum((s > 0) == bool(label) for s, label in zip(score(points), labels))
        training.accuracies.append(right / len(labels))
        state.metrics["accuracy"] = f"{right / len(labels):.0%}"
        optimizer.lr = first + (last - first) * state.epoch / steps

    training.history = fit(
        model,
        margin_error,
        training.examples,
        optimizer=optimizer,
        epochs=steps,
        callbacks=[after_step, *callbacks],
        backend=backend,
        compare=COMPARED,
    )


def margin_error(model: nn.MLP, point: Any, sign: Any) -> Any:
    """The hinge loss of one point."""
    return (1 - sign * model(point)).relu()


def judged(model: nn.MLP) -> Value:
    """The score of one point between the moons, after a backward pass."""
    model.zero_grad()
    score: Value = model([Value(0.5, "x"), Value(0.25, "y")])
    score.label = "score"
    score.backward()
    return score


def _draw(y: Value, path: Path, look: str, **options: Any) -> None:
    drawing = pictures("drawing").draw(y, **options)
    try:
        drawing.save(path)
    except pictures("render").RenderError as error:
        path = path.with_suffix(".dot")
        drawing.save(path)
        print(f"  {without_python(error)}")
    _report(path, look)


def _page(what: Any, path: Path, look: str) -> None:
    pictures("page").page(what).save(path)
    _report(path, look)


def _plot(training: Training, out: Path) -> None:
    if not training.losses:
        print("  no step was finished: there is no curve to draw")
        return
    plots = pictures("plots")
    steps = f"{len(training.losses)} steps"
    try:
        boundary = plots.plot_decision_boundary(
            training.model, *training.data, resolution=40, title=f"Two moons after {steps}"
        )
        curve = plots.plot_loss(training.losses, accuracies=training.accuracies)
    except ImportError as error:
        print(f"  {error}")
        return
    for figure, name, look in (
        (boundary, "boundary.png", "the black line, where the score is 0, parts the moons"),
        (curve, "loss.png", "the loss goes down, and the accuracy up"),
    ):
        figure.savefig(out / name)
        _report(out / name, look)


def _report(path: Path, look: str) -> None:
    print(f"  {path}: {look}")
