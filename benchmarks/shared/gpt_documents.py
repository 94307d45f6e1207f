"""A batch of documents for the scalar GPT: tokens as rows of 0 and 1, so that they are inputs."""

import functools

import numpy as np

from benchmarks.shared import scalar_gpt
from microgradlike import maximum


def documents(count, predictions=8, *, vocabulary=27, seed=0):
    """An array of (documents, tokens, vocabulary), a row with a single 1 for each token."""
    tokens = np.random.default_rng(seed).integers(vocabulary, size=(count, predictions + 1))
    return np.eye(vocabulary)[tokens]


def document_loss(flat, document, shapes):
    """The loss of one document, given as rows of 0 and 1, at all parameters in a row."""
    p = scalar_gpt.unflattened(shapes, flat)
    columns = list(zip(*p["tokens"]))
    rows = [[dot(token, column) for column in columns] for token in document[:-1]]
    p["tokens"] = rows  # each document has its own table: token i is its row i
    keys, values, losses = [], [], []
    for position, target in enumerate(document[1:]):
        logits = scalar_gpt.next_token(p, position, position, keys, values, 4, largest)
        losses.append(-dot(target, scalar_gpt.probabilities(logits, largest)).log())
    return (1 / len(losses)) * sum(losses)


def dot(xs, ys):
    return sum(x * y for x, y in zip(xs, ys))


def largest(values):
    return functools.reduce(maximum, values)
