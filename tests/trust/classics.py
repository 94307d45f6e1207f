"""The classics of lost digits in this library, PyTorch and JAX, against 300 digits."""

import warnings

from microgradlike import IndeterminateWarning, Value
from tests.accuracy.classics import CLASSICS
from tests.accuracy.truth import digits, truth
from tests.oracle.libraries import Jax, Torch
from tests.trust.markdown import table

PEERS = (Torch(), Jax())
HEAD = ["", "what happens", "ours", *(peer.title for peer in PEERS), "good form, ours"]


def ours(f, *point):
    """Value and gradients by this library."""
    leaves = [Value(x) for x in point]
    y = f(*leaves)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IndeterminateWarning)
        y.backward()
    return y.data, [x.grad for x in leaves]


def right(answer, want):
    """The right digits of the value, and the fewest of a partial."""
    (value, gradient), (true_value, true_gradient) = answer, want
    return digits(value, true_value), min(map(digits, gradient, true_gradient))


def measure(classic, peers=PEERS):
    """The digits of value and gradient by column: ours, each peer's, the good form's."""
    want = classic.known or truth(classic.f, classic.point)
    answers = [ours(classic.f, *classic.point)]
    answers += [peer.answer(classic.f, *classic.point) for peer in peers]
    if classic.better:
        answers.append(ours(classic.better, *classic.point))
    return [right(answer, want) for answer in answers]


def cell(counts):
    """Digits of the value and of the gradient."""
    return ", ".join(f"{count:.1f}" for count in counts)


def section():
    """The table: a row for each classic."""
    rows = []
    for classic in CLASSICS:
        cells = [cell(counts) for counts in measure(classic)]
        missing = [] if classic.better else ["-"]
        rows.append([classic.name, classic.story, *cells, *missing])
    return table(HEAD, rows, left=2)
