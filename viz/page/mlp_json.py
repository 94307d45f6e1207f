"""MLP JSON: programs of activations and losses, from which a page builds graphs of other MLPs."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from microgradlike.compile.jit import jit
from microgradlike.compile.options import interpreter
from microgradlike.engine import Value
from microgradlike.graph import topological
from microgradlike.nn import optim
from microgradlike.nn.activations import NAMED
from microgradlike.nn.layers import MLP, Layer, Neuron
from microgradlike.nn.losses import LOSSES
from microgradlike.op import Number
from microgradlike.ops import Op, add, div, mul, power
from viz.training.training_view import TrainingView

# without a branch, and short in a page
ACTIVATIONS = ("relu", "tanh", "sigmoid", "softplus", "silu")
# losses of a score, with one graph for all labels; the labels of two classes, None for any numbers
SCORED = {"mse": None, "hinge": (-1, 1), "binary_cross_entropy_with_logits": (0, 1)}
MOMENTUM = 0.9


def mlp_json(view: TrainingView) -> dict[str, object] | None:
    """Give the sizes of the model, and the programs that other ones are built from.

    A program is a list: numbers are constants, and [name, *places] is a primitive with the places
    of its operands among the inputs and the earlier entries. The result is None for another kind of
    model, or a loss or activation without a name: the page would build another graph than Python.
    """
    model: Any = view.setup.model
    if not _is_plain(view):
        return None
    activation = model.layers[0].neurons[0].activation
    names = dict.fromkeys([*ACTIVATIONS, activation])
    return {
        "sizes": _sizes(model),
        "activation": activation,
        "loss": view.setup.loss_name,
        "activations": {name: _program(NAMED[name], 1) for name in names},
        "javascript": {name: _javascript(NAMED[name]) for name in names},
        "losses": {
            name: {"program": _program(LOSSES[name], 2), "labels": labels}
            for name, labels in SCORED.items()
        },
        "ops": {op.name: [op.symbol, op.flat, op.absorbing] for op in mlp_ops(view).values()},
    }


def mlp_ops(view: TrainingView) -> dict[str, Op]:
    """Find the primitives that graphs built in the page need, by name, and that of optimizers."""
    if not _is_plain(view):
        return {power.name: power} if view.live else {}
    model: Any = view.setup.model
    activations = [NAMED[name] for name in (*ACTIVATIONS, model.layers[0].neurons[0].activation)]
    results = [f(Value(0.5)) for f in activations]
    results += [LOSSES[name](Value(0.5), Value(0.5)) for name in SCORED]
    made = [v.op for v in topological(*results) if v.op is not None]
    return {op.name: op for op in (mul, add, div, power, *made)}


def optimizers() -> dict[str, dict[str, object]]:
    """Give the numbers of the optimizers on offer: the defaults of `nn.optim`."""
    p = [Value(0.0)]
    sgd = optim.SGD(p, lr=1.0)
    found: dict[str, dict[str, object]] = {
        name: {"class": "SGD", "momentum": momentum, "decay": sgd.weight_decay}
        for name, momentum in (("SGD", sgd.momentum), (f"SGD, momentum {MOMENTUM}", MOMENTUM))
    }
    for kind in (optim.Adam, optim.AdamW):
        adam = kind(p)
        found[kind.__name__] = {
            "class": kind.__name__,
            "betas": adam.betas,
            "eps": adam.eps,
            "decay": adam.weight_decay,
            "decoupled": adam.decoupled,
        }
    return found


def _is_plain(view: TrainingView) -> bool:
    """Tell if the model is an MLP as its class makes it, with one activation and loss by name."""
    model: Any = view.setup.model
    if not view.live or view.setup.loss_name not in SCORED or type(model) is not MLP:
        return False
    neurons = [n for layer in model.layers if type(layer) is Layer for n in layer.neurons]
    kinds = {n.activation for n in neurons if type(n) is Neuron}
    if len(kinds) != 1 or not isinstance(kind := kinds.pop(), str):
        return False
    sizes = _sizes(model)
    like = MLP(sizes[0], sizes[1:], activation=kind, rng=Random(0))
    return repr(model) == repr(like) and _names(model) == _names(like)


def _sizes(model: Any) -> list[int]:
    return [len(model.layers[0].neurons[0].w), *(len(layer.neurons) for layer in model.layers)]


def _names(model: MLP) -> list[str]:
    return [name for name, _ in model.named_parameters()]


def _javascript(f: Callable[[Number], Number]) -> str:
    """Write an activation as JavaScript, for the export of a model."""
    program = jit(f, backend=interpreter()).program(0.5)
    return program.to_javascript("activation").removeprefix("// x0 is x\n")


def _program(f: Callable[..., Any], arity: int) -> list[object]:
    """Record a function of Values that has the same graph for all numbers."""
    inputs = [Value(0.5) for _ in range(arity)]
    place = {id(v): i for i, v in enumerate(inputs)}
    entries: list[object] = []
    for v in topological(f(*inputs)):
        if v.op is None:
            continue
        operands = []
        for x in v.operands:
            if isinstance(x, float):
                entries.append(x)
            operands.append(arity + len(entries) - 1 if isinstance(x, float) else place[id(x)])
        entries.append([v.op.name, *operands])
        place[id(v)] = arity + len(entries) - 1
    return entries
