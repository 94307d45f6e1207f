"""The moons step: forward, backward and zero_grad of MLP(2, [16, 16, 1]) over 100 points.

Hinge loss plus L2, about 80,000 scalar nodes. One text for all scalar classes, one for tensors.
"""

import math
import random

LAYERS = ((2, 16), (16, 16), (16, 1))
L2 = 1e-4


def moons(n=100, *, noise=0.1, seed=0):
    rng = random.Random(seed)
    rows, labels = [], []
    for i in range(n):
        angle, upper = rng.uniform(0, math.pi), i % 2 == 0
        x, y = math.cos(angle), math.sin(angle)
        x, y = (x, y) if upper else (1 - x, 0.5 - y)
        rows.append([x + rng.gauss(0, noise), y + rng.gauss(0, noise)])
        labels.append(1.0 if upper else -1.0)
    return rows, labels


def start(seed=1):
    """The parameters to start from, as plain numbers: layers of neurons of (weights, bias)."""
    rng = random.Random(seed)
    return [
        [([rng.uniform(-1, 1) for _ in range(fan_in)], 0.0) for _ in range(fan_out)]
        for fan_in, fan_out in LAYERS
    ]


def network(value):
    return [[([value(w) for w in weights], value(b)) for weights, b in layer] for layer in start()]


def parameters(layers):
    return [p for layer in layers for weights, bias in layer for p in (*weights, bias)]


def unflattened(flat):
    """Layers of neurons from the parameters as one sequence, in the order of `parameters`."""
    numbers = iter(flat)
    return [
        [([next(numbers) for _ in range(fan_in)], next(numbers)) for _ in range(fan_out)]
        for fan_in, fan_out in LAYERS
    ]


def score(layers, x, relu):
    for layer in layers:
        x = [sum((w * xi for w, xi in zip(weights, x)), bias) for weights, bias in layer]
        if layer is not layers[-1]:
            x = [relu(v) for v in x]
    return x[0]


def loss(layers, value, relu, data):
    losses = [
        relu(1 - label * score(layers, [value(x) for x in row], relu)) for row, label in zip(*data)
    ]
    return sum(losses) * (1 / len(losses)) + L2 * sum(p * p for p in parameters(layers))


def scalar_step(value):
    """A step for a class with `grad` and `backward`; it returns the loss and the gradients."""
    layers, data = network(value), moons()

    def step():
        for p in parameters(layers):
            p.grad = 0.0
        total = loss(layers, value, value.relu, data)
        total.backward()
        return total.data, [p.grad for p in parameters(layers)]

    return step


def module_step():
    """The same through our own nn.MLP, each call of a module with its scope."""
    from microgradlike import Value, nn

    model, data = nn.MLP(2, [16, 16, 1]), moons()
    for p, number in zip(model.parameters(), parameters(start())):
        p.data = number

    def step():
        model.zero_grad()
        scores = [model([Value(x) for x in row]) for row in data[0]]
        losses = [(1 - label * s).relu() for label, s in zip(data[1], scores)]
        total = sum(losses) * (1 / len(losses)) + L2 * sum(p * p for p in model.parameters())
        total.backward()
        return total.data, [p.grad for p in model.parameters()]

    return step


def xad_step():
    """XAD for Python: a tape in C++ behind operators in Python."""
    import xad.adj_1st as adjoint
    from xad.math import max as larger

    data = moons()

    def step():
        with adjoint.Tape() as tape:
            layers = network(adjoint.Real)
            inputs = parameters(layers)
            tape.registerInputs(inputs)
            tape.newRecording()
            total = loss(layers, adjoint.Real, lambda v: larger(v, 0.0), data)
            tape.registerOutput(total)
            total.derivative = 1.0
            tape.computeAdjoints()
            return total.value, [p.derivative for p in inputs]

    return step


def torch_step():
    """PyTorch with tensors: a hundred nodes in all, not 80,000; one thread, doubles."""
    import torch

    torch.set_num_threads(1)
    rows, labels = (torch.tensor(x, dtype=torch.float64) for x in moons())
    layers = [
        [torch.tensor(part, dtype=torch.float64, requires_grad=True) for part in zip(*layer)]
        for layer in start()
    ]

    def step():
        x = rows
        for weights, bias in layers:
            weights.grad = bias.grad = None
            x = torch.nn.functional.linear(x, weights, bias)
            x = x if weights is layers[-1][0] else x.relu()
        squares = sum((t * t).sum() for layer in layers for t in layer)
        total = (1 - labels * x[:, 0]).relu().mean() + L2 * squares
        total.backward()
        return total.item(), [
            g.item() for w, b in layers for row, c in zip(w.grad, b.grad) for g in (*row, c)
        ]

    return step
