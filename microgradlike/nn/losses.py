"""Losses: what training makes small. Each is a mean over a batch, stable for any scores."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from microgradlike import functions
from microgradlike._validate import require_numbers
from microgradlike.ops import relu
from microgradlike.scalar import Scalar

_ONE_EACH = "give it one number per example, not a list or text"


def mse(predictions: Iterable[Any], targets: Iterable[Any]) -> Any:
    """The mean squared error (prediction - target)².

    Raises ValueError where there is nothing to average or the lengths differ, TypeError for what is
    no number.

    >>> mse([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    pairs = _pairs("mse", "target", predictions, targets)
    require_numbers("mse", "output", [p for p, _ in pairs], _ONE_EACH)
    require_numbers("mse", "target", [t for _, t in pairs], _ONE_EACH)
    return functions.mean((p - t) ** 2 for p, t in pairs)


def hinge(scores: Iterable[Any], labels: Iterable[float]) -> Any:
    """The mean margin error max(0, 1 - label × score), for labels -1 and 1.

    Raises ValueError for any other label, for lengths that differ and for nothing to average,
    TypeError for a score that is no number. A label that is not known yet, as in a function that
    `jit` records, is taken for one.

    >>> hinge([2.0, 0.5], [1, -1])
    0.75
    """
    pairs = _pairs("hinge", "label", scores, labels)
    for i, (_, y) in enumerate(pairs):
        if not isinstance(y, Scalar) and not (y == 1 or y == -1):
            raise ValueError(
                f"hinge takes labels -1 and 1, but label {i} is {y!r:.60}; for 0 and 1 write"
                " 2 * label - 1"
            )
    require_numbers("hinge", "output", [s for s, _ in pairs], _ONE_EACH)
    signs: list[Any] = [y if isinstance(y, Scalar) else float(y) for _, y in pairs]
    return functions.mean(relu(1 - y * s) for (s, _), y in zip(pairs, signs))


def binary_cross_entropy(logits: Iterable[Any], targets: Iterable[Any]) -> Any:
    """The mean of `functions.binary_cross_entropy`: targets 0 and 1, or probabilities between.

    Takes scores before the sigmoid. Raises ValueError for any other target, for lengths that differ
    and for nothing to average, TypeError for what is no number.

    >>> binary_cross_entropy([0.0, 0.0], [0, 1])
    0.6931471805599453
    """
    pairs = _pairs("binary_cross_entropy", "target", logits, targets)
    require_numbers("binary_cross_entropy", "output", [s for s, _ in pairs], _ONE_EACH)
    goals = [float(t) if isinstance(t, bool) else t for _, t in pairs]
    require_numbers("binary_cross_entropy", "target", goals, _ONE_EACH)
    return functions.mean(functions.binary_cross_entropy(s, t) for s, t in pairs)


def cross_entropy(logits: Iterable[Iterable[Any]], labels: Iterable[int]) -> Any:
    """The mean of `functions.cross_entropy`: a row of logits and the index of a class per example.

    Takes scores before the softmax. Raises ValueError for a label that is no index of its row, for
    lengths that differ and for nothing to average.

    >>> cross_entropy([[0.0, 0.0], [0.0, 0.0]], [0, 1])
    0.6931471805599453
    """
    pairs = _pairs("cross_entropy", "label", logits, labels)
    return functions.mean(functions.cross_entropy(row, label) for row, label in pairs)


def _pairs(loss: str, noun: str, outputs: Iterable[Any], wanted: Iterable[Any]) -> list[Any]:
    rows, goals = _listed(loss, "outputs", outputs), _listed(loss, f"{noun}s", wanted)
    if len(rows) != len(goals):
        raise ValueError(
            f"{loss} takes one {noun} per output, got {len(rows)} output(s) and {len(goals)}"
            f" {noun}(s)"
        )
    if not rows:
        raise ValueError(f"{loss} is a mean over a batch, got an empty one; give it an example")
    return list(zip(rows, goals))


def _listed(loss: str, noun: str, xs: Iterable[Any]) -> list[Any]:
    try:
        elements = iter(xs)
    except TypeError:
        raise TypeError(
            f"{loss} takes a sequence of {noun}, got {xs!r:.60} of type {type(xs).__name__}; write"
            " [x] for a single one"
        ) from None
    return list(elements)
