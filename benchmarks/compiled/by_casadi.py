"""CasADi's SX: scalar expressions, differentiated as graphs and run by a virtual machine."""

import functools

import casadi
import numpy as np

from benchmarks.shared import scalar_gpt


def function_of(make, start):
    """A Function of one vector: value and gradient of `make(x)`, x being a list of numbers."""
    x = casadi.SX.sym("x", len(start))
    y = make([x[i] for i in range(len(start))])
    return casadi.Function("f", [x], [y, casadi.gradient(y, x)])


def steps_of(function, start):
    """A plain call, and one by memory that is handed over once and for all."""
    argument = np.array(start, dtype=float)
    value, gradient = np.zeros(1), np.zeros(len(start))
    buffer, run = function.buffer()
    buffer.set_arg(0, memoryview(argument))
    buffer.set_res(0, memoryview(value))
    buffer.set_res(1, memoryview(gradient))

    def buffered():
        run()
        return value[0], gradient

    buffered.kept = function, buffer, argument
    return {
        "CasADi, buffers": (buffered, list),
        "CasADi, call": (functools.partial(function, argument), of_matrix),
    }


def of_matrix(gradient):
    return np.asarray(gradient).ravel().tolist()


def gpt_function(shapes, flat, tokens):
    casadi.SX.relu = lambda x: casadi.fmax(x, 0)
    largest = functools.partial(functools.reduce, casadi.fmax)
    loss = functools.partial(scalar_gpt.document_loss, tokens=tokens, largest=largest)
    return function_of(lambda x: loss(scalar_gpt.unflattened(shapes, x)), flat)


def scalars_steps(f, a, b):
    """A function of two scalars, without derivatives, by both ways."""
    x, y = casadi.SX.sym("x"), casadi.SX.sym("y")
    function = casadi.Function("f", [x, y], [f(x, y, casadi.sin)])
    arguments, value = [np.array([a]), np.array([b])], np.zeros(1)
    buffer, run = function.buffer()
    for place, argument in enumerate(arguments):
        buffer.set_arg(place, memoryview(argument))
    buffer.set_res(0, memoryview(value))

    def buffered():
        run()
        return value[0]

    buffered.kept = function, buffer, arguments
    return {"CasADi, buffers": buffered, "CasADi, call": lambda: float(function(a, b))}
