"""Classes: the labels that a model's scores tell apart, and the score between two of them."""

from __future__ import annotations

from collections.abc import Sequence

from microgradlike.derivatives.api import gradients
from microgradlike.engine import Value
from viz.training.training_view import TrainingSetup, require_loss

MOST = 10  # classes, at most
NEARBY = 1e-3  # scores this far on either side of the middle belong to either class
SIGNS = ((0.0, 1.0), (-1.0, 1.0))  # the other class, if all examples are of one
Classes = tuple[tuple[float | None, ...], float]


class _Answer:
    """A model that answers every call alike."""

    def __init__(self, model: object, answer: object) -> None:
        self._model, self._answer = model, answer

    def __call__(self, *inputs: object) -> object:
        return self._answer

    def __getattr__(self, name: str) -> object:
        return getattr(self._model, name)


def classes_of(setup: TrainingSetup, scores: int) -> Classes | None:
    """Find the classes of a training in its loss; None if its labels are no classes.

    Several scores belong to a class each: the loss of its label asks for more of its score. The
    first result has the labels in the order of the scores, None for a score without one. A single
    score has two classes, below and above the second result, at which both labels cost the same.

    >>> from microgradlike import nn
    >>> from viz.training.training_view import TrainingSetup
    >>> setup = TrainingSetup.of(nn.MLP(1, [1]), ([[0.0], [2.0]], [0, 1]), "mse")
    >>> classes_of(setup, 1)
    ((0.0, 1.0), 0.5)
    """
    if len(setup.row) != setup.inputs + 1 or not setup.inputs:
        return None
    labels = sorted(set(setup.examples.rows[:, -1].tolist()))
    if len(labels) > MOST or not all(map(float.is_integer, labels)):
        return None
    if scores > 1:
        return _one_each(setup, labels, scores)
    pairs = [p for p in SIGNS if labels[0] in p] if len(labels) == 1 else [(labels[0], labels[-1])]
    found = [_two(setup, *pair) for pair in pairs if len(labels) < 3]
    return next(filter(None, found), None)


def _one_each(setup: TrainingSetup, labels: Sequence[float], scores: int) -> Classes | None:
    found: list[float | None] = [None] * scores
    for label in labels:
        slopes = _cost(setup, [0.0] * scores, label)[1]
        wanted = min(slopes, default=0.0)
        if not wanted < 0 or slopes.count(wanted) > 1 or found[slopes.index(wanted)] is not None:
            return None
        found[slopes.index(wanted)] = label
    return tuple(found), 0.0


def _two(setup: TrainingSetup, low: float, high: float) -> Classes | None:
    def excess(score: float) -> float:
        """Give the cost of a score for `low`, less that for `high`."""
        return _cost(setup, [score], low)[0] - _cost(setup, [score], high)[0]

    for middle in (0.0, 0.5, (low + high) / 2):
        below, above = excess(middle - NEARBY), excess(middle + NEARBY)
        if abs(excess(middle)) < 1e-9 * abs(above) and below * above < 0:
            return ((low, high) if above > 0 else (high, low)), middle
    return None


def _cost(setup: TrainingSetup, scores: Sequence[float], label: float) -> tuple[float, list[float]]:
    """Compute the loss at these scores, and its gradient; nan if it takes no such scores."""
    values = [Value(x) for x in scores]
    model = _Answer(setup.model, values if len(values) > 1 else values[0])
    try:
        y = require_loss(setup.loss(model, *setup.arguments([*setup.row[:-1], label])))
        return y.data, [g.data for g in gradients(y, values)]
    except Exception:  # a loss of another kind: it tells nothing about classes
        return float("nan"), []
