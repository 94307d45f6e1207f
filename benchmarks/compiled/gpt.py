"""A step of a scalar GPT of 4,192 parameters, compiled: one text for all who take scalars."""

import functools
import importlib.util

import numpy as np

from benchmarks.shared import peers, scalar_gpt
from microgradlike import Value, jit, maximum, value_and_grad


def gpt_contestants(word):
    """Return, for each contestant, a step and a function that makes its gradient a list."""
    tokens = [26, *((ord(c) - ord("a")) % 27 for c in word)]
    parameters = scalar_gpt.make_parameters(float)
    shapes = {key: (len(matrix), len(matrix[0])) for key, matrix in parameters.items()}
    flat = np.array(scalar_gpt.flat(parameters))

    def loss(flat):
        p = scalar_gpt.unflattened(shapes, flat)
        return scalar_gpt.document_loss(p, tokens, largest=largest)

    steps = {}
    for backend in ("llvm", "numpy"):
        f = jit(value_and_grad(loss), backend=backend)
        steps[f"ours, {backend}"] = functools.partial(f, flat), list
    steps["ours, eager"] = scalar_gpt.eager_step(Value, tokens), list
    steps["scalar-GPT design, eager"] = scalar_gpt.eager_step(peers.TupleValue, tokens), list
    if importlib.util.find_spec("casadi") is not None:
        from benchmarks.compiled.by_casadi import gpt_step

        steps["CasADi, SX"] = gpt_step(shapes, flat, tokens), list
    return steps


def largest(values):
    return functools.reduce(maximum, values)
