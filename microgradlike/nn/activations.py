"""Activations by name."""

from __future__ import annotations

from collections.abc import Callable

from microgradlike import functions
from microgradlike._validate import shown
from microgradlike.op import Number
from microgradlike.ops import TABLE, Op

Activation = str | Callable[[Number], Number]

# every primitive of one operand is an activation, and so are these functions
NAMED: dict[str, Callable[[Number], Number]] = {
    **{name: op for name, op in TABLE.items() if op.arity == 1},
    **{
        f.__name__: f for f in (functions.leaky_relu, functions.elu, functions.gelu, functions.silu)
    },
}


def check(activation: object) -> Activation:
    """The activation; a primitive of the table becomes its name, which can be pickled.

    Raises ValueError for an unknown name, TypeError for anything but a name or a function.

    >>> check("tanh")
    'tanh'
    """
    if isinstance(activation, Op) and NAMED.get(activation.name) is activation:
        return activation.name
    if isinstance(activation, str):
        if activation not in NAMED:
            raise ValueError(
                f"no activation is called {shown(activation)}; choose one of"
                f" {', '.join(sorted(NAMED))}, or pass a function of one number"
            )
        return activation
    if not callable(activation):
        raise TypeError(
            f"an activation must be a name or a function, got {shown(activation)} of type"
            f" {type(activation).__name__}"
        )
    return activation


def title(activation: Activation) -> str:
    """The activation in the name of a neuron.

    >>> title("relu"), title("tanh"), title("sigmoid")
    ('ReLU', 'Tanh', 'Sigmoid')
    """
    if isinstance(activation, str):
        f = NAMED[activation]
        name = f.symbol if isinstance(f, Op) and f.symbol.isascii() else activation
    else:
        name = activation.name if isinstance(activation, Op) else _function_name(activation)
    return name[:1].upper() + name[1:]


def _function_name(f: Callable[[Number], Number]) -> str:
    return str(getattr(f, "__name__", type(f).__name__))
