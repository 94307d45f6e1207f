"""A GPT made of scalars: it reads a list of words, one by one, and then makes up new ones.

    python examples/gpt.py                        # the identifiers of Python's standard library
    python examples/gpt.py --docs names.txt       # your own words, one per line
    python examples/gpt.py --eager                # without compiling: a graph for every word

It has one layer of width 16 with 4 heads. Each of its 4,000 parameters is a Value, and so is every
intermediate number. The model predicts the next letter; the loss is its surprise at the true one.
`jit` records the loss of a word once, with its gradient, as a program of 200,000 equations.
"""

import argparse
import builtins
import collections
import itertools
import keyword
import os
import pathlib
import random
import re
import socket
import string
import sys

import numpy as np

from microgradlike import Value, jit, nn, relu
from microgradlike.functions import dot, logsumexp, mean, softmax
from microgradlike.nn import train

WIDTH, HEADS, CONTEXT, BATCH = 16, 4, 8, 8


def identifiers():
    """Names from the standard library, of a to z and underscore; no download is needed."""
    owners = (builtins, collections, itertools, os, pathlib, random, re, socket, string, sys)
    types = (str, bytes, int, float, list, dict, set, pathlib.Path, random.Random, socket.socket)
    names = {name for owner in owners + types for name in dir(owner)}
    names.update(sys.stdlib_module_names, keyword.kwlist)
    return sorted(name for name in names if re.fullmatch("[a-z][a-z_]+", name))


# The model is a dict of matrices, a matrix is a list of rows, a vector a list. Every function below
# takes Values and floats alike. The engine keeps track of the gradients.


def make_model(vocabulary, rng):
    def matrix(rows, columns):
        return [[Value(rng.gauss(0, 0.1)) for _ in range(columns)] for _ in range(rows)]

    return {
        "token": matrix(vocabulary, WIDTH),  # the meaning of a letter
        "position": matrix(CONTEXT, WIDTH),  # the meaning of a place in the word
        "query": matrix(WIDTH, WIDTH),  # the search term of a position
        "key": matrix(WIDTH, WIDTH),  # the term by which it is found
        "value": matrix(WIDTH, WIDTH),  # its message to those that find it
        "mix": matrix(WIDTH, WIDTH),  # combines the heads
        "up": matrix(4 * WIDTH, WIDTH),
        "down": matrix(WIDTH, 4 * WIDTH),
        "score": matrix(vocabulary, WIDTH),  # the fit of each letter as the next one
    }


def linear(x, matrix):
    return [dot(row, x) for row in matrix]


def add(x, y):
    return [a + b for a, b in zip(x, y)]


def normalise(x):
    """RMSNorm: the direction of x, at length √n (Zhang & Sennrich, arXiv:1910.07467)."""
    scale = (dot(x, x) / len(x) + 1e-5) ** -0.5
    return [a * scale for a in x]


def look_back(query, keys, values):
    """The average of the values, weighted by how well their keys answer the query."""
    fit = softmax([dot(query, key) / len(query) ** 0.5 for key in keys])
    return [dot(fit, column) for column in zip(*values)]


def attention(model, xs):
    queries, keys, values = (
        [linear(x, model[name]) for x in xs] for name in ("query", "key", "value")
    )
    out = []
    for i, query in enumerate(queries):
        found = []
        for start in range(0, WIDTH, WIDTH // HEADS):  # each head sees its own part of the vectors
            head = slice(start, start + WIDTH // HEADS)
            seen = range(i + 1)  # causal: a position sees itself and those before it
            found += look_back(
                query[head], [keys[j][head] for j in seen], [values[j][head] for j in seen]
            )
        out.append(linear(found, model["mix"]))
    return out


def think(model, x):
    return linear([relu(a) for a in linear(x, model["up"])], model["down"])


def chosen(letter, numbers):
    """The number for a letter, given as its index or as a row of zeros with a 1 in its place.

    A program takes the row: with indices, every word would need a program of its own.
    """
    return numbers[letter] if isinstance(letter, int) else dot(letter, numbers)


def gpt(model, letters):
    """Scores for every possible next letter, after each of the letters."""
    columns = list(zip(*model["token"]))
    xs = [[chosen(letter, column) for column in columns] for letter in letters]
    xs = [add(x, place) for x, place in zip(xs, model["position"])]
    xs = [add(x, y) for x, y in zip(xs, attention(model, [normalise(x) for x in xs]))]
    xs = [add(x, think(model, normalise(x))) for x in xs]
    return [linear(x, model["score"]) for x in xs]


def loss(model, letters):
    """The mean surprise at each next letter, in nats: log(vocabulary) for a blind guess.

    Rows of zeros after the end of a word stand for no letter and count for nothing.
    """
    scores, wanted = gpt(model, letters[:-1]), letters[1:]
    there = [1.0 if isinstance(x, int) else sum(x) for x in wanted]
    surprise = [t * logsumexp(s) - chosen(x, s) for t, x, s in zip(there, wanted, scores)]
    return sum(surprise) / sum(there)


# Words to tokens and back. One more token than letters: the edge at both ends of a word.


def encode(word, letters):
    edge = len(letters)
    return [edge, *(letters.index(c) for c in word), edge][: CONTEXT + 1]


def rows(documents, vocabulary):
    """The documents as one array, with an equal number of rows of 0 and 1 for each."""
    encoded = np.zeros((len(documents), max(map(len, documents)), vocabulary))
    for i, tokens in enumerate(documents):
        encoded[i, range(len(tokens)), tokens] = 1
    return encoded


def sample(model, letters, rng, *, temperature=0.6):
    """A new word. It is computed with floats: without Values no graph is built."""
    numbers = {name: [[p.data for p in row] for row in rows] for name, rows in model.items()}
    edge = len(letters)
    tokens = [edge]
    while len(tokens) <= CONTEXT:
        weights = softmax([s / temperature for s in gpt(numbers, tokens)[-1]])
        tokens += rng.choices(range(len(weights)), weights)
        if tokens[-1] == edge:
            break
    return "".join(letters[t] for t in tokens if t != edge)


def eager_step(model, documents):
    """The mean loss of some documents and its gradient, by a graph for each document."""
    total = 0.0
    for tokens in documents:
        surprise = loss(model, tokens)
        surprise.backward(1 / len(documents))
        total += surprise.data
    return total / len(documents)


def learn(model, documents, *, steps, eager, rate=0.02):
    parameters = [p for matrix in model.values() for row in matrix for p in row]
    optimizer = nn.Adam(parameters, lr=rate, betas=(0.9, 0.95))
    compiled = jit(lambda word: loss(model, word.tolist()), batch=0)
    encoded = rows(documents, len(model["token"]))
    stopwatch, eager_stopwatch = train.Stopwatch(), train.Stopwatch()
    recent = collections.deque(maxlen=10)  # a mean over 80 words: they differ in difficulty
    order = itertools.cycle(range(len(documents)))
    for step in range(1, steps + 1):
        batch = list(itertools.islice(order, min(BATCH, len(documents))))
        optimizer.zero_grad()
        if eager:
            recent.append(eager_step(model, [documents[i] for i in batch]))
        else:
            recent.append(stopwatch(compiled.backward, encoded[batch]))
        optimizer.lr = rate * (1 - (step - 1) / steps)
        optimizer.step()
        if step in (1, steps) or step * 10 % steps < 10:
            print(f"step {step:4} of {steps}   loss {mean(recent):.3f}", flush=True)
    if stopwatch.count > 1:
        eager_stopwatch(eager_step, model, [documents[i] for i in batch])
        print(train.Speed.measured(stopwatch, eager_stopwatch))


def read_words(parser, path):
    try:
        words = path.read_text(encoding="utf-8").split("\n") if path else identifiers()
    except (OSError, UnicodeDecodeError) as error:
        parser.error(f"cannot read --docs {path}: {error}")
    words = [word.strip() for word in words if word.strip()]
    if not words:
        parser.error(f"--docs {path} holds no words; write one per line")
    return words


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--docs", type=pathlib.Path, help="a file with one word per line")
    parser.add_argument("--steps", type=int, help="of training: 1000, or 50 if eager")
    parser.add_argument("--samples", type=int, default=10, help="words to make up")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--eager", action="store_true", help="train without compiling")
    options = parser.parse_args()
    if options.steps is not None and options.steps < 1:
        parser.error(f"--steps must be at least 1, got {options.steps}")
    rng = random.Random(options.seed)
    words = read_words(parser, options.docs)
    letters = sorted(set("".join(words)))
    rng.shuffle(words)
    model = make_model(len(letters) + 1, rng)
    count = sum(len(row) for matrix in model.values() for row in matrix)
    print(f"{len(words)} words of {len(letters)} letters, {count} parameters", flush=True)
    steps = options.steps or (50 if options.eager else 1000)
    documents = [encode(word, letters) for word in words]
    learn(model, documents, steps=steps, eager=options.eager)
    for _ in range(options.samples):
        print(" ", sample(model, letters, rng))


if __name__ == "__main__":
    main()
