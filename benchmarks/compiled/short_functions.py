"""Functions of few numbers that are called often: Rosenbrock's, and a random program."""

import functools
import importlib.util
import random
from itertools import pairwise

import jax
import numpy as np
import torch

import microgradlike
from benchmarks.compiled import by_c
from microgradlike import jit, value_and_grad

jax.config.update("jax_enable_x64", True)
torch.set_num_threads(1)

VARIABLES = 50
EQUATIONS, INPUTS = 10_000, 20


def rosenbrock(x):
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairwise(x))


def rosenbrock_of_arrays(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def rosenbrock_contestants():
    """Value and gradient by VARIABLES variables: a step, and a function from gradient to list."""
    start = np.random.default_rng(0).uniform(-1, 1, VARIABLES)
    arguments = {"ours, llvm": start, "ours, llvm, list": start.tolist()}
    steps = {  # a function each: its native call is for one structure at a time
        name: (functools.partial(jit(value_and_grad(rosenbrock), backend="llvm"), x), list)
        for name, x in arguments.items()
    }
    f = jit(value_and_grad(rosenbrock), backend="numpy")
    steps["ours, numpy"] = functools.partial(f, start), list
    steps["ours, eager"] = functools.partial(value_and_grad(rosenbrock), start.tolist()), list
    steps["JAX, jit"] = of_jax(rosenbrock_of_arrays, start), list
    steps["PyTorch, eager"] = of_torch(rosenbrock_of_arrays, start), list
    steps["PyTorch, compiled"] = of_torch(torch.compile(rosenbrock_of_arrays), start), list
    if there("casadi"):
        from benchmarks.compiled import by_casadi

        steps |= by_casadi.steps_of(by_casadi.function_of(rosenbrock, start), start)
    if there("autograd"):
        import autograd

        f = autograd.value_and_grad(rosenbrock_of_arrays)
        steps["autograd"] = functools.partial(f, start), list
    if there("numba"):
        from benchmarks.compiled.by_numba import rosenbrock_step

        steps["numba, by hand"] = functools.partial(rosenbrock_step(), start), list
    if by_c.found:
        steps["C"] = by_c.rosenbrock_step(start), list
    return steps


def scalars(a, b, sin=microgradlike.sin):
    return a * b + sin(a)


def scalars_contestants(*, gradient=False):
    """A function of two scalars at (1.0, 2.0), without derivatives or with both."""

    def with_sin(sin, differentiated):
        f = functools.partial(scalars, sin=sin)
        return differentiated(f, (0, 1)) if gradient else f

    calls = {
        "ours, llvm": jit(with_sin(microgradlike.sin, value_and_grad), backend="llvm"),
        "ours, numpy": jit(with_sin(microgradlike.sin, value_and_grad), backend="numpy"),
        "ours, eager": with_sin(microgradlike.sin, value_and_grad),
        "JAX, jit": jax.jit(with_sin(jax.numpy.sin, jax.value_and_grad)),
    }
    if there("numba"):
        from benchmarks.compiled import by_numba

        calls["numba, by hand"] = by_numba.scalars_step(gradient=gradient)
    steps = {name: functools.partial(f, 1.0, 2.0) for name, f in calls.items()}
    if there("casadi") and not gradient:
        from benchmarks.compiled.by_casadi import scalars_steps

        steps |= scalars_steps(scalars, 1.0, 2.0)
    if by_c.found and not gradient:
        steps["C"] = by_c.scalars_step(1.0, 2.0)
    return {name: (step, list) for name, step in steps.items()}


def of_jax(f, start):
    compiled, x = jax.jit(jax.value_and_grad(f)), jax.numpy.asarray(start)
    return lambda: jax.block_until_ready(compiled(x))


def of_torch(f, start):
    x = torch.tensor(start, requires_grad=True)

    def step():
        value = f(x)
        return value.item(), torch.autograd.grad(value, x)[0]

    return step


def random_program(seed=0):
    """EQUATIONS steps, most of them of recent results, as (name, places)."""
    rng = random.Random(seed)
    steps = []
    for k in range(INPUTS, INPUTS + EQUATIONS):
        name = rng.choice(["+", "-", "*", "tanh", "sin"])
        arity = 2 if name in "+-*" else 1
        recent = [max(0, k - 1 - int(rng.expovariate(1 / 100))) for _ in range(arity)]
        places = [place if rng.random() < 0.8 else rng.randrange(k) for place in recent]
        steps.append((name, places))
    return steps


def interpreted(steps, x, sin, tanh):
    """The program over any numbers; each result is made small, so that none overflows."""
    results = list(x)
    for name, places in steps:
        a, b = results[places[0]], results[places[-1]]
        if name == "*":
            results.append(a * b)
        elif name in "+-":
            results.append((a + b if name == "+" else a - b) * 0.5)
        else:
            results.append(tanh(a) if name == "tanh" else sin(a))
    return sum(results[-INPUTS:])


def random_contestants(rows):
    steps = random_program()
    start = np.random.default_rng(0).uniform(-1, 1, INPUTS)

    def f(x):
        return interpreted(steps, x, microgradlike.sin, microgradlike.tanh)

    found = {}
    points = np.tile(start, (rows, 1))
    for backend in ("llvm", "numpy"):
        if rows == 1:
            g = jit(value_and_grad(f), backend=backend)
            found[f"ours, {backend}"] = functools.partial(g, start), list
        else:
            g = jit(value_and_grad(f), batch=0, backend=backend)
            found[f"ours, {backend}"] = functools.partial(g, points), list
    if rows == 1:
        found["ours, eager"] = functools.partial(value_and_grad(f), start.tolist()), list
    if there("casadi") and rows == 1:
        import casadi

        from benchmarks.compiled import by_casadi

        function = by_casadi.function_of(
            lambda x: interpreted(steps, x, casadi.sin, casadi.tanh), start
        )
        found |= by_casadi.steps_of(function, start)
    return found


def there(module):
    return importlib.util.find_spec(module) is not None
