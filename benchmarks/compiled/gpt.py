"""A step of a scalar GPT of 4,192 parameters, compiled: one text for all who take scalars."""

import functools
import importlib.util

import numpy as np

from benchmarks.compiled import by_c
from benchmarks.shared import gpt_documents, peers, scalar_gpt
from microgradlike import Value, jit, maximum, value_and_grad

PARAMETERS = scalar_gpt.make_parameters(float)
SHAPES = {key: (len(matrix), len(matrix[0])) for key, matrix in PARAMETERS.items()}
FLAT = np.array(scalar_gpt.flat(PARAMETERS))


def tokens_of(word):
    return [26, *((ord(c) - ord("a")) % 27 for c in word)]


def loss_of(tokens):
    """The loss of a document, as a function of all parameters in a row."""

    def loss(flat):
        p = scalar_gpt.unflattened(SHAPES, flat)
        return scalar_gpt.document_loss(p, tokens, largest=largest)

    return loss


def gpt_contestants(word):
    """Return, for each contestant, a step and a function that makes its gradient a list."""
    tokens = tokens_of(word)
    steps = {}
    for backend in ("llvm", "numpy"):
        f = jit(value_and_grad(loss_of(tokens)), backend=backend)
        steps[f"ours, {backend}"] = functools.partial(f, FLAT), list
    steps["ours, eager"] = scalar_gpt.eager_step(Value, tokens), list
    steps["scalar-GPT design, eager"] = scalar_gpt.eager_step(peers.TupleValue, tokens), list
    if importlib.util.find_spec("casadi") is not None:
        from benchmarks.compiled import by_casadi

        function = by_casadi.gpt_function(SHAPES, FLAT, tokens)
        steps |= by_casadi.steps_of(function, FLAT)
    return steps | by_hand([tokens])


def documents_contestants(count):
    """The mean over documents of 8 predictions: a batch of rows of 0 and 1, or tokens in C."""
    documents = gpt_documents.documents(count)
    loss = functools.partial(gpt_documents.document_loss, shapes=SHAPES)
    f = jit(value_and_grad(lambda flat, document: loss(flat, document)), batch=1, backend="llvm")
    steps = {"ours, llvm": (functools.partial(f, FLAT, documents), list)}
    return steps | by_hand(documents.argmax(-1).tolist())


def by_hand(documents):
    """C in vectors, and C that works on one number at a time as the machine code of ours does."""
    if not by_c.found:
        return {}
    return {
        "C": (by_c.gpt_step(FLAT, documents), list),
        "C, number by number": (by_c.gpt_step(FLAT, documents, *by_c.PLAIN), list),
    }


def largest(values):
    return functools.reduce(maximum, values)
