"""The command `demo`: a neuron and a training, as pictures and pages."""

from __future__ import annotations

import argparse
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from microgradlike import nn
from microgradlike._io import write_whole
from microgradlike.cli.expression import positive, render_problem, viz_module
from microgradlike.compile.jit import jit
from microgradlike.engine import Value
from microgradlike.nn.data import Data
from microgradlike.nn.training.train import History, State, fit
from microgradlike.op import Number

if TYPE_CHECKING:
    from viz import Watch

POINTS = 100
WEIGHT_DECAY = 2e-4  # penalty 1e-4 × the sum of squares, as in micrograd's demo
LEARNING_RATES = (1.0, 0.1)  # at the first and the last step, as in micrograd's demo
TIMED_EAGER_STEPS = 1  # for the comparison with compiled steps


@dataclass(slots=True)
class Training:
    """A network and its data, with the loss before each step and the accuracy after it."""

    model: nn.MLP
    data: Data
    history: History = field(default_factory=History)
    accuracies: list[float] = field(default_factory=list)
    scores: Any = None  # of many points at once, by the model as it is then

    @property
    def losses(self) -> list[float]:
        """The loss before each step."""
        return self.history.losses

    @property
    def examples(self) -> Data:
        """The points, with -1 and 1 as labels."""
        points, labels = self.data
        return points, [2 * label - 1 for label in labels]

    @property
    def interrupted(self) -> bool:
        """True if Ctrl-C ended the training."""
        return self.history.interrupted


def add_demo_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `demo`."""
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("microgradlike-demo"),
        metavar="DIR",
        help="directory to write to; it is created (default: microgradlike-demo)",
    )
    parser.add_argument(
        "--steps",
        type=positive,
        default=100,
        metavar="N",
        help="number of training steps (default: 100)",
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help="seed of data and network (default: 1)"
    )
    parser.add_argument(
        "--eager", action="store_true", help="train without compiling (default: compiled)"
    )


def demo(arguments: argparse.Namespace) -> int:
    """Draw a neuron, train a network, draw it; return 130 if the training was interrupted."""
    viz_module("dot.drawing")  # an error before any work if viz is missing
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    print("A neuron, y = tanh(x1*w1 + x2*w2 + b), and its gradients")
    look = "orange nodes raise y, blue ones lower it; arrows end in their local derivatives"
    y = neuron()
    _draw(y, out / "neuron.svg", look)
    look = "open it in a browser: step through the passes, drag the value of an input"
    _page(y, out / "neuron.html", look)
    training = untrained(arguments.seed)
    print(f"\nA network with {len(training.model.parameters())} parameters learns two moons")
    watch = viz_module("training.recorder").watch
    recording = watch(training.model, data=training.examples, loss=hinge_loss)
    backend = "eager" if arguments.eager else "auto"
    train(training, arguments.steps, backend=backend, callbacks=[recording])
    if training.history.speed is not None:
        print(f"  {training.history.speed}")
    if training.interrupted:
        print(f"interrupted: the {len(training.losses)} steps done so far are kept")
    _plot(training, out)
    if training.losses:
        look = "open it in a browser: go through the steps, or continue the training"
        _page(recording, out / "training.html", look)
    look = "a box per layer, with the ranges of its values and gradients at one point"
    _draw(score_of_one_point(training.model), out / "network.svg", look, depth=1)
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
    """The network and its data before the first step, determined by the seed."""
    return Training(nn.MLP(2, [16, 16, 1], rng=random.Random(seed)), nn.moons(POINTS, seed=seed))


def train(
    training: Training,
    steps: int,
    *,
    backend: str = "auto",
    callbacks: Sequence[Callable[[State], object]] = (),
) -> None:
    """Train by gradient descent on the hinge loss, one step per epoch; Ctrl-C ends it early."""
    model, (points, labels) = training.model, training.data
    first, last = LEARNING_RATES
    optimizer = nn.SGD(model.parameters(), lr=first, weight_decay=WEIGHT_DECAY)
    training.scores = jit(model, batch=0, reduce=None, backend=backend)

    def after_step(state: State) -> None:
        scores = training.scores(points)  # one score for each point of the batch
        right = sum((s > 0) == bool(label) for s, label in zip(scores, labels))
        training.accuracies.append(right / len(labels))
        state.metrics["accuracy"] = f"{right / len(labels):.0%}"
        optimizer.lr = first + (last - first) * state.epoch / steps

    training.history = fit(
        model,
        hinge_loss,
        training.examples,
        optimizer=optimizer,
        epochs=steps,
        callbacks=[after_step, *callbacks],
        backend=backend,
        compare=TIMED_EAGER_STEPS,
    )


def hinge_loss(model: nn.MLP, point: Sequence[Number], sign: Number) -> Number:
    """The hinge loss of one point."""
    return (1 - sign * model(point)).relu()


def score_of_one_point(model: nn.MLP) -> Value:
    """The score of one point between the moons, after a backward pass."""
    model.zero_grad()
    score: Value = model([Value(0.5, "x"), Value(0.25, "y")])
    score.label = "score"
    score.backward()
    return score


def _draw(y: Value, path: Path, look: str, **options: object) -> None:
    drawing = viz_module("dot.drawing").draw(y, **options)
    try:
        drawing.save(path)
    except viz_module("dot.render").RenderError as error:
        path = path.with_suffix(".dot")
        drawing.save(path)
        print(f"  {render_problem(error)}")
    _print_file(path, look)


def _page(what: Value | Watch, path: Path, look: str) -> None:
    viz_module("page.page").page(what).save(path)
    _print_file(path, look)


def _plot(training: Training, out: Path) -> None:
    if not training.losses:
        print("  no step was finished: there is no curve to draw")
        return
    plots = viz_module("training.plots")
    steps = f"{len(training.losses)} steps"
    try:
        boundary = plots.plot_decision_boundary(
            training.scores, *training.data, resolution=40, title=f"Two moons after {steps}"
        )
        curve = plots.plot_loss(training.losses, accuracies=training.accuracies)
    except ImportError as error:
        print(f"  {error}")
        return
    for figure, name, look in (
        (boundary, "boundary.png", "the black line, where the score is 0, separates the moons"),
        (curve, "loss.png", "the loss falls and the accuracy rises"),
    ):
        content = io.BytesIO()
        figure.savefig(content, format="png")
        write_whole(out / name, content.getvalue())
        _print_file(out / name, look)


def _print_file(path: Path, look: str) -> None:
    print(f"  {path}: {look}")
