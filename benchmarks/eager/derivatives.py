"""Higher derivatives against peers:  python -m benchmarks.eager.derivatives [part ...]

A cost "in gradients" is a time over that of one gradient in the same run, by the faster of two
ways: grad(f)(x), and Values with backward(). Before anything is timed, all agree on the numbers.
Parts: orders (hessian, hvp, jacobian, third order), hessians (a Hessian against torch, JAX and HIPS
autograd, where installed), products (gradients per hvp, from 10^3 nodes to 10^5).
"""

import importlib.util
import random
from itertools import pairwise

import numpy as np

from benchmarks.shared import command
from benchmarks.shared.measuring import check_agreement
from microgradlike import Value, dot, grad, hessian, hvp, jacobian, logsumexp, mean, nn, sin, tanh

N = 50
POINT = [-1.2 if i % 2 == 0 else 1.0 for i in range(N)]
rng = random.Random(0)
FORMS = [[rng.gauss(0, N**-0.5) for _ in range(N)] for _ in range(N)]
OURS = "microgradlike"


def rosenbrock(x):
    """Each variable meets its neighbors only: the Hessian is tridiagonal."""
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in pairwise(x))


def rosenbrock_of_array(x):
    a, b = x[:-1], x[1:]
    return (100 * (b - a * a) ** 2 + (1 - a) ** 2).sum()


def residuals(x):
    """Twice its squares are what Rosenbrock's function adds up: 98 numbers of 50."""
    return [r for a, b in pairwise(x) for r in (10 * (b - a * a), 1 - a)]


def dense(x):
    """log Σ exp of 50 linear forms, and ½ |x|²: everything meets everything, no zero anywhere."""
    return logsumexp([dot(row, x) for row in FORMS]) + dot(x, x) / 2


def dense_of_array(x, forms, exp, log):
    return log(exp(forms @ x).sum()) + (x * x).sum() / 2


def network():
    """The loss of a network of 41 parameters over 8 points, as a function of the parameters."""
    model = nn.MLP(3, [8, 1], activation="tanh", rng=random.Random(1))
    points = [[rng.gauss(0, 1) for _ in range(3)] for _ in range(8)]

    def loss(parameters):
        of = model.with_parameters(parameters)
        return mean([(of(x) - x[0] * x[1]) ** 2 for x in points])

    return loss, [p.data for p in model.parameters()]


def chain(n):
    """n nodes one after the other, of three variables."""

    def f(x):
        y = x[0]
        for i in range(n // 2):
            y = sin(y) * x[1 + i % 2]
        return y

    return f


def wide(n, width=100):
    """Layers of nodes, each made of scattered ones of the layer below; then one sum."""

    def f(x):
        layer = [x[i % 3] * (0.01 * i - 0.5) for i in range(width)]
        for k in range(n // width // 3):
            layer = [
                layer[(7 * i + k) % width] * layer[(i + 13 * k) % width] - layer[(3 * i) % width]
                for i in range(width)
            ]
        return sum(tanh(v) for v in layer)

    return f


def by_backward(f, x):
    """The gradient as micrograd's users take it."""
    values = [Value(a) for a in x]
    f(values).backward()
    return [v.grad for v in values]


def both_gradients(f, x):
    ways = {"grad(f)(x)": lambda: grad(f)(x), "Values, backward()": lambda: by_backward(f, x)}
    agree(ways)
    return ways


def agree(ways):
    """Raise ValueError where the results, nested lists or arrays, differ in more than rounding."""
    results = {name: np.asarray(f(), float).ravel() for name, f in ways.items()}
    size = max(1.0, *(np.abs(numbers).max() for numbers in results.values()))
    check_agreement({name: lambda n=n: (0.0, n / size) for name, n in results.items()})


def time_costs(rounds):
    """Higher derivatives by 50 variables (network: 41), in gradients"""
    loss, parameters = network()
    problems = {
        "Rosenbrock": (rosenbrock, POINT),
        "log-sum-exp": (dense, POINT),
        "network": (loss, parameters),
    }
    figures = {}
    for name, (f, x) in problems.items():
        for what, figure in costs(f, x, rounds).items():
            figures[f"{name}: {what}"] = figure
    if figures["Rosenbrock: hessian"]["in gradients"] > 8 * N:
        print("NOT REACHED: Rosenbrock's Hessian within 8 n gradients")
    return figures


def costs(f, x, rounds):
    few = x[:6]
    timed = both_gradients(f, x) | {
        "hessian": lambda: hessian(f)(x),
        "hvp": lambda: hvp(f, (x,), (x,)),
    }
    agree({"hvp": timed["hvp"], "hessian": lambda: np.array(hessian(f)(x)) @ x})
    if f is rosenbrock:
        timed["jacobian of 98 residuals"] = lambda: jacobian(residuals)(x)
        timed["third order, of 6 variables"] = lambda: jacobian(hessian(f))(few)
    times = rounds.interleaved(timed)
    one = min(list(times.values())[:2])
    return {
        name: {"in gradients": t / one, "/ n": t / one / len(x), "ms": 1e3 * t}
        for name, t in times.items()
    }


def time_peers(rounds):
    """A Hessian by 50 variables, against others"""
    figures = {}
    for problem, own in (("Rosenbrock", rosenbrock), ("log-sum-exp", dense)):
        gradients = {OURS: lambda own=own: by_backward(own, POINT)}
        hessians = {OURS: lambda own=own: hessian(own)(POINT)}
        for library, ways in (("torch", of_torch), ("jax", of_jax), ("autograd", of_autograd)):
            if importlib.util.find_spec(library):
                for name, (gradient, matrix) in ways(problem).items():
                    gradients[name], hessians[name] = gradient, matrix
        agree(gradients)
        agree(hessians)
        one, all_of_it = rounds.interleaved(gradients), rounds.interleaved(hessians)
        for name, t in all_of_it.items():
            figures[f"{problem}: {name}"] = {
                "ms": 1e3 * t,
                "/ ours": t / all_of_it[OURS],
                "in own gradients": t / one[name],
            }
    return figures


def of_torch(problem):
    """PyTorch: over one tensor, and for Rosenbrock over fifty, as a loop of numbers has it."""
    import torch

    torch.set_num_threads(1)
    x, forms = (torch.tensor(a, dtype=torch.float64) for a in (POINT, FORMS))
    f = {
        "Rosenbrock": rosenbrock_of_array,
        "log-sum-exp": lambda x: dense_of_array(x, forms, torch.exp, torch.log),
    }[problem]
    ways = {
        "torch.func, tensors": (
            lambda: torch.func.grad(f)(x),
            lambda: torch.func.hessian(f)(x),
        ),
        "torch.autograd.functional, tensors": (
            lambda: torch.autograd.functional.jacobian(f, x),
            lambda: torch.autograd.functional.hessian(f, x),
        ),
    }
    if problem == "Rosenbrock":
        ways["torch.autograd.functional, number by number"] = (
            lambda: torch.autograd.functional.jacobian(rosenbrock, x),
            lambda: torch.autograd.functional.hessian(rosenbrock, x),
        )
    return ways


def of_jax(problem):
    """JAX in doubles over arrays: compiled (compilation not counted), and step by step."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    x, forms = jnp.array(POINT), jnp.array(FORMS)
    f = {
        "Rosenbrock": rosenbrock_of_array,
        "log-sum-exp": lambda x: dense_of_array(x, forms, jnp.exp, jnp.log),
    }[problem]
    g, h = jax.grad(f), jax.hessian(f)
    compiled_g, compiled_h = jax.jit(g), jax.jit(h)
    return {
        "JAX, arrays, compiled": (
            lambda: compiled_g(x).block_until_ready(),
            lambda: compiled_h(x).block_until_ready(),
        ),
        "JAX, arrays": (lambda: g(x).block_until_ready(), lambda: h(x).block_until_ready()),
    }


def of_autograd(problem):
    """HIPS autograd: over arrays, and for Rosenbrock number by number."""
    import autograd
    import autograd.numpy as anp

    x, forms = anp.array(POINT), anp.array(FORMS)
    functions = {
        "Rosenbrock": {"arrays": rosenbrock_of_array},
        "log-sum-exp": {"arrays": lambda x: dense_of_array(x, forms, anp.exp, anp.log)},
    }[problem]
    if problem == "Rosenbrock":
        functions["number by number"] = rosenbrock
    return {
        f"HIPS autograd, {kind}": (
            lambda f=f: autograd.grad(f)(x),
            lambda f=f: autograd.hessian(f)(x),
        )
        for kind, f in functions.items()
    }


def time_scale(rounds):
    """An hvp by the size of the graph, in gradients"""
    x = [0.7, 0.9, 1.1]
    figures = {}
    for shape in (chain, wide):
        for k in (3, 4, 5):
            f = shape(10**k)
            timed = both_gradients(f, x) | {"hvp": lambda f=f: hvp(f, (x,), (x,))}
            times = rounds.interleaved(timed)
            one = min(list(times.values())[:2])
            figures[f"{shape.__name__}, 10^{k} nodes"] = {
                "hvp in gradients": times["hvp"] / one,
                "grad(f)(x) / backward()": times["grad(f)(x)"] / times["Values, backward()"],
                "gradient, ns per node": 1e9 * one / 10**k,
            }
    return figures


PARTS = {"orders": time_costs, "hessians": time_peers, "products": time_scale}

if __name__ == "__main__":
    command.run(__doc__.splitlines()[0], PARTS)
