"""A GPT written against a bare Value class, as scalar-GPT scripts are; which class, it is told.

All it asks of the class: `data`, `grad`, arithmetic with itself and with numbers on either side (so
that `sum` may start at 0), `exp`, `log`, `relu`, and `backward`.
"""

import random
from itertools import pairwise


def make_parameters(value, *, vocabulary=27, width=16, context=16, seed=0):
    rng = random.Random(seed)

    def matrix(rows, columns):
        return [[value(rng.gauss(0, 0.08)) for _ in range(columns)] for _ in range(rows)]

    return {
        "tokens": matrix(vocabulary, width),
        "positions": matrix(context, width),
        "query": matrix(width, width),
        "key": matrix(width, width),
        "value": matrix(width, width),
        "mix": matrix(width, width),
        "up": matrix(4 * width, width),
        "down": matrix(width, 4 * width),
        "read": matrix(vocabulary, width),
    }


def flat(parameters):
    return [p for matrix in parameters.values() for row in matrix for p in row]


def unflattened(shapes, flat):
    """Nested lists of the shapes (rows, columns) that take their numbers from a row."""
    numbers = iter(flat)
    return {
        key: [[next(numbers) for _ in range(columns)] for _ in range(rows)]
        for key, (rows, columns) in shapes.items()
    }


def linear(x, matrix):
    return [sum(w * xi for w, xi in zip(row, x)) for row in matrix]


def normalise(x):
    mean_square = sum(xi * xi for xi in x) / len(x)
    scale = (mean_square + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def largest_number(values):
    """For stability only: a number, which no gradient passes through."""
    return max(v.data for v in values)


def probabilities(logits, largest):
    shift = largest(logits)
    powers = [(v - shift).exp() for v in logits]
    total = sum(powers)
    return [p / total for p in powers]


def attend(query, keys, values, heads, largest):
    size = len(query) // heads
    out = []
    for start in range(0, len(query), size):
        part = slice(start, start + size)
        scores = [sum(q * k for q, k in zip(query[part], key[part])) / size**0.5 for key in keys]
        weights = probabilities(scores, largest)
        columns = zip(*(v[part] for v in values))
        out += [sum(w * v for w, v in zip(weights, column)) for column in columns]
    return out


def next_token(p, token, position, keys, values, heads, largest):
    x = [a + b for a, b in zip(p["tokens"][token], p["positions"][position])]
    x = normalise(x)
    h = normalise(x)
    keys.append(linear(h, p["key"]))
    values.append(linear(h, p["value"]))
    mixed = linear(attend(linear(h, p["query"]), keys, values, heads, largest), p["mix"])
    x = [a + b for a, b in zip(x, mixed)]
    hidden = [v.relu() for v in linear(normalise(x), p["up"])]
    x = [a + b for a, b in zip(x, linear(hidden, p["down"]))]
    return linear(x, p["read"])


def document_loss(p, tokens, *, heads=4, largest=largest_number):
    """Mean negative log probability of each token after the first, given those before it."""
    keys, values, losses = [], [], []
    for position, (token, target) in enumerate(pairwise(tokens)):
        logits = next_token(p, token, position, keys, values, heads, largest)
        losses.append(-probabilities(logits, largest)[target].log())
    return (1 / len(losses)) * sum(losses)


def eager_step(value, tokens):
    """A step for a class with `grad` and `backward`; it returns the loss and the gradients."""
    parameters = make_parameters(value)
    numbers = flat(parameters)

    def step():
        for p in numbers:
            p.grad = 0.0
        loss = document_loss(parameters, tokens)
        loss.backward()
        return loss.data, [p.grad for p in numbers]

    return step
