"""CasADi's SX: scalar expressions, differentiated as graphs and run by a virtual machine."""

import functools

import casadi
import numpy as np

from benchmarks.shared import scalar_gpt


def step_of(make, start):
    """Value and gradient of `make(x)`, by memory that is handed over once and for all."""
    x = casadi.SX.sym("x", len(start))
    y = make([x[i] for i in range(len(start))])
    function = casadi.Function("f", [x], [y, casadi.gradient(y, x)])
    buffer, run = function.buffer()
    value, gradient = np.zeros(1), np.zeros(len(start))
    argument = np.array(start, dtype=float)
    buffer.set_arg(0, memoryview(argument))
    buffer.set_res(0, memoryview(value))
    buffer.set_res(1, memoryview(gradient))

    def step():
        run()
        return value[0], gradient

    step.kept = function, buffer, argument
    return step


def gpt_step(shapes, flat, tokens):
    casadi.SX.relu = lambda x: casadi.fmax(x, 0)
    loss = functools.partial(
        scalar_gpt.document_loss, tokens=tokens, largest=functools.partial(functools.reduce, larger)
    )
    return step_of(lambda x: loss(scalar_gpt.unflattened(shapes, x)), flat)


def larger(a, b):
    return casadi.fmax(a, b)
