"""`microgradlike demo`: a neuron with its gradients, a network trained, pictures of both."""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from microgradlike import functions, nn
from microgradlike.commands import pictures, positive, without_python
from microgradlike.engine import Value
from microgradlike.nn.data import Data

POINTS = 100
WEIGHT_DECAY = 1e-4
LEARNING_RATES = (1.0, 0.1)  # at the first step and towards the last, as in micrograd's demo

Outcome = tuple[float, float]  # of a step: the loss and the accuracy before it


@dataclass(slots=True)
class Training:
    """A network, its data, and what came of it: one loss and one accuracy per step."""

    model: nn.MLP
    data: Data
    losses: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    interrupted: bool = False


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


def run(arguments: argparse.Namespace) -> int:
    """Draw, train, draw; 130 where the training was interrupted, whose pictures are there too."""
    pictures("drawing")  # before any work, the error that there are none
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    print("A neuron, y = tanh(x1*w1 + x2*w2 + b), and its gradients")
    look = "orange raises y, blue lowers it; where an arrow arrives, its local derivative"
    _draw(neuron(), out / "neuron.svg", look)
    training = untrained(arguments.seed)
    print(f"\nA network with {len(training.model.parameters())} parameters learns two moons")
    train(training, arguments.steps)
    if training.interrupted:
        print(f"interrupted: the {len(training.losses)} steps done so far are kept")
    _plot(training, out)
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


def train(training: Training, steps: int) -> None:
    """Gradient descent on the hinge loss, with a progress bar; Ctrl-C ends it early."""
    try:
        for loss, accuracy in _shown(_steps(training, steps), steps):
            training.losses.append(loss)
            training.accuracies.append(accuracy)
    except KeyboardInterrupt:
        training.interrupted = True


def _steps(training: Training, steps: int) -> Iterator[Outcome]:
    """One step of training after the other."""
    model, (points, labels) = training.model, training.data
    signs = [2 * label - 1 for label in labels]
    first, last = LEARNING_RATES
    optimizer = nn.SGD(model.parameters(), lr=first)
    for step in range(steps):
        scores = [model(point) for point in points]
        squares = functions.sum([p * p for p in model.parameters()])
        loss = nn.hinge(scores, signs) + WEIGHT_DECAY * squares
        model.zero_grad()
        loss.backward()
        optimizer.lr = first + (last - first) * step / steps
        optimizer.step()
        right = sum((score.data > 0) == (sign > 0) for score, sign in zip(scores, signs))
        yield loss.data, right / len(signs)


def _shown(steps: Iterable[Outcome], total: int) -> Iterator[Outcome]:
    """The steps as they come, in a progress bar, or every so often in a line."""
    try:
        from tqdm import tqdm
    except ImportError:
        print("  (for a progress bar: python -m pip install 'microgradlike[progress]')")
        for i, (loss, accuracy) in enumerate(steps, 1):
            if i % max(1, total // 10) == 0 or i == total:
                print(
                    f"  step {i} of {total}: loss {loss:.4f}, accuracy {accuracy:.0%}", flush=True
                )
            yield loss, accuracy
        return
    with tqdm(total=total, desc="  training", unit=" steps") as bar:
        for loss, accuracy in steps:
            bar.set_postfix(loss=f"{loss:.4f}", accuracy=f"{accuracy:.0%}", refresh=False)
            bar.update()
            yield loss, accuracy


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
