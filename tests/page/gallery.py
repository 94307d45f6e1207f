"""Gallery: the kinds of graphs whose first picture is measured and looked at."""

import random
import runpy
from functools import cache
from pathlib import Path

from microgradlike import Value, nn
from viz import page

EXAMPLES = Path(__file__).parents[2] / "examples"


def neuron():
    return nn.Neuron(2, rng=random.Random(1))([Value(1.0, "x1"), Value(2.0, "x2")])


def network(*widths, inputs=3):
    model = nn.MLP(inputs, list(widths), rng=random.Random(1))
    return model([Value(0.5 * i, f"x{i}") for i in range(inputs)])


def product():
    x, y = Value(3.0, "x"), Value(2.0, "y")
    return x * x + y


def softmax():
    powers = [Value(float(i), f"x{i}").exp() for i in range(3)]
    return (powers[0] / sum(powers[1:], powers[0])).log()


def chain(length):
    y = Value(0.5, "x")
    for _ in range(length):
        y = y.tanh()
    return y


def horner(degree):
    x, y = Value(0.7, "x"), Value(1.0, "a0")
    for i in range(1, degree + 1):
        y = y * x + Value(float(i), f"a{i}")
    return y


def special():
    """Numbers that are long, not finite and tiny."""
    x = Value(-1.234567e-308, "a_rather_long_name_of_a_leaf.w.1")
    return (x.log() + x / Value(-0.0, "zero")) * Value(float("inf"), "∞") + 0.1 * x


def loss(points):
    model = nn.MLP(2, [4, 4, 1], rng=random.Random(1))
    at = random.Random(2)
    terms = [(model([at.random(), at.random()]) - 1.0) ** 2 for _ in range(points)]
    return sum(terms[1:], terms[0]) / points


def gpt():
    names = runpy.run_path(str(EXAMPLES / "gpt.py"))
    model = names["make_model"](3, random.Random(0))
    return names["loss"](model, [2, 0, 1, 2])


def training():
    points, labels = nn.moons(20, seed=1)
    model = nn.MLP(2, [4, 4, 1], rng=random.Random(1))
    return page(model, data=(points, [2 * label - 1 for label in labels]), loss="hinge")


GRAPHS = {
    "neuron": neuron,
    "MLP 3-4-4-1": lambda: network(4, 4, 1),
    "product": product,
    "softmax": softmax,
    "chain": lambda: chain(58),
    "Horner": lambda: horner(20),
    "deep": lambda: network(*[2] * 8, 1, inputs=2),
    "wide": lambda: network(16, 16, 1, inputs=2),
    "special": special,
    "loss over 20": lambda: loss(20),
    "GPT": gpt,
    "training": training,
}


@cache
def gallery(name):
    """The page of a graph after its backward pass, or of a training."""
    made = GRAPHS[name]()
    if not isinstance(made, Value):
        return made
    made.backward()
    return page(made)
