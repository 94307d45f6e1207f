"""Neuron, Layer, MLP: micrograd's, with the same draws from `random` in the same order."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence, Set, Sized
from itertools import pairwise
from operator import mul
from typing import TYPE_CHECKING, Any, TypeAlias

from microgradlike._validate import require_numbers, shown, whole_number
from microgradlike.derivatives.pytree import is_array
from microgradlike.engine import Value
from microgradlike.nn import activations, initialisation
from microgradlike.nn.activations import Activation
from microgradlike.nn.initialisation import Initialisation, Source
from microgradlike.nn.module import Module
from microgradlike.op import Op

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Inputs: TypeAlias = Sequence[Value | float] | NDArray[Any]

__all__ = ["MLP", "Layer", "Neuron"]

ONE_EXAMPLE = "give it one example at a time: [model(x) for x in xs]"
_NOT_IN_ORDER = (Mapping, Set, bytes, bytearray)  # sized, but their elements are not the inputs


class Neuron(Module):
    """A neuron: activation(b + w·x), with weights `w` drawn by `init` and a bias `b` of 0.

    `nin` is the number of inputs. With `nonlin=False` there is no activation. `activation` is a
    name ("relu", "tanh", "gelu", any primitive of one operand) or a function. `init` is
    "micrograd", "kaiming", "xavier", or a function of (rng, nin, nout), where `nout` is the width
    of the neuron's layer. `rng` is a `random.Random`, by default the shared generator of the module
    `random`. Raises ValueError or TypeError for an argument that is none of these.

    >>> import random
    >>> n = Neuron(2, rng=random.Random(1))
    >>> n, len(n.w), n.b.data
    (ReLUNeuron(2), 2, 0.0)
    """

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        *,
        activation: Activation = "relu",
        init: Initialisation = "micrograd",
        rng: Source | None = None,
        nout: int = 1,
    ) -> None:
        whole_number("nin", nin, at_least=1)
        draw = initialisation.named(init)
        source = random if rng is None else initialisation.source(rng)
        self.w = [Value(draw(source, nin, nout)) for _ in range(nin)]
        self.b = Value(0)
        self.nonlin = nonlin
        self.activation = activations.check(activation)

    def __call__(self, x: Inputs) -> Value:
        """The output for `nin` inputs, numbers or Values.

        Raises ValueError for another number of inputs, TypeError for an input that is not a number.

        >>> n = Neuron(2, nonlin=False)
        >>> n.load_state_dict({"w.0": 1.0, "w.1": 2.0, "b": 0.5})
        >>> n([3.0, 4.0]).data
        11.5
        """
        kind = type(x)
        try:
            fits = len(x) == len(self.w) and (kind is list or kind is tuple or _is_sequence(x))
        except TypeError:
            fits = False
        if not fits:
            raise _misfit(self, x)
        # a chain, not a balanced tree: the same bits as micrograd
        try:
            act: Value = sum(list(map(mul, self.w, x)), self.b)
        except TypeError:
            require_numbers(repr(self), "input", x, ONE_EXAMPLE)
            raise
        if type(act) is not Value and is_array(act):  # a weight times a row
            raise _misfit(self, x)
        if not self.nonlin:
            return act
        f = self.activation
        if isinstance(f, str):
            f = activations.NAMED[f]
        if type(f) is Op and type(act) is Value:  # as f(act), in a third of the time
            return act._unary(f)
        output: Value = f(act)
        return output

    def __repr__(self) -> str:
        kind = activations.title(self.activation) if self.nonlin else "Linear"
        return f"{kind}Neuron({len(self.w)})"


class Layer(Module):
    """`nout` neurons with the same `nin` inputs.

    `nonlin`, `activation`, `init` and `rng`, and the errors, ValueError and TypeError, are those of
    `Neuron`.

    >>> Layer(2, 2, nonlin=False)
    Layer of [LinearNeuron(2), LinearNeuron(2)]
    """

    def __init__(
        self,
        nin: int,
        nout: int,
        *,
        nonlin: bool = True,
        activation: Activation = "relu",
        init: Initialisation = "micrograd",
        rng: Source | None = None,
    ) -> None:
        whole_number("nout", nout, at_least=1)
        self.neurons = [
            Neuron(nin, nonlin, activation=activation, init=init, rng=rng, nout=nout)
            for _ in range(nout)
        ]

    def __call__(self, x: Inputs) -> list[Value]:
        """The list of outputs for `nin` inputs. A single neuron gives its output itself.

        That is micrograd's convention; in a typed program use a Neuron where one output is wanted.

        >>> len(Layer(2, 3)([1.0, 2.0]))
        3
        """
        out = [n(x) for n in self.neurons]
        return out if len(out) != 1 else out[0]  # type: ignore[return-value]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(str(n) for n in self.neurons)}]"


class MLP(Module):
    """A multilayer perceptron: `nin` inputs, one layer per width in `nouts`, the last one linear.

    `activation` is that of all layers but the last: "relu", "tanh", "gelu", any primitive of one
    operand, or a function. `init` and `rng` are those of `Neuron`. Raises ValueError or TypeError
    for an argument that is none of these.

    >>> model = MLP(2, [2, 1])
    >>> model
    MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]]
    >>> model([1.0, -2.0]).op.name
    'add'
    """

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        *,
        activation: Activation = "relu",
        init: Initialisation = "micrograd",
        rng: Source | None = None,
    ) -> None:
        widths = [nin, *_widths(nouts)]
        if len(widths) == 1:
            raise ValueError(
                "an MLP must have at least one layer, got nouts=[]; write [1] for one neuron"
            )
        last = len(widths) - 2
        self.layers = [
            Layer(m, n, nonlin=i != last, activation=activation, init=init, rng=rng)
            for i, (m, n) in enumerate(pairwise(widths))
        ]

    def __call__(self, x: Inputs) -> Value:
        """The output for `nin` inputs, or the list of outputs of a last layer of several neurons.

        That is micrograd's convention. Type checkers are told of the single output; `outputs` gives
        a list for any width. Errors are those of Neuron.

        >>> MLP(2, [3, 1])([1.0, 2.0]).op.name, len(MLP(2, [3, 4])([1.0, 2.0]))
        ('add', 4)
        """
        out: Any = x
        for i, layer in enumerate(self.layers):
            out = layer(out if i == 0 or isinstance(out, list) else [out])
        output: Value = out
        return output

    def outputs(self, x: Inputs) -> list[Value]:
        """The outputs for the `nin` inputs `x`, as a list also if there is only one.

        >>> len(MLP(2, [3, 1]).outputs([1.0, 2.0]))
        1
        """
        out = self(x)
        return out if isinstance(out, list) else [out]

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(str(layer) for layer in self.layers)}]"


def _widths(nouts: Sequence[int]) -> Sequence[int]:
    try:
        return list(nouts)
    except TypeError:
        raise TypeError(
            f"nouts must be a list of widths, got {shown(nouts)}; write [{shown(nouts)}] for"
            " one layer"
        ) from None


def _is_sequence(x: Any) -> bool:
    """False for rows and columns, as in a DataFrame, and for keys, which are no inputs."""
    return getattr(x, "ndim", 1) == 1 and not isinstance(x, _NOT_IN_ORDER)


def _misfit(neuron: Neuron, x: Any) -> Exception:
    takes = f"{neuron} takes a sequence of {len(neuron.w)} input(s)"
    if getattr(x, "ndim", 1) > 1 or (isinstance(x, (list, tuple)) and _is_nested(x)):
        return ValueError(f"{takes}, got {shown(x)}; {ONE_EXAMPLE}")
    if isinstance(x, _NOT_IN_ORDER):
        return TypeError(
            f"{takes}, got {shown(x)} of type {type(x).__name__}; write a list of the numbers, in"
            " the order of the weights"
        )
    if isinstance(x, Sized) and getattr(x, "ndim", 1) != 0:
        return ValueError(
            f"{takes}, got {len(x)}: {shown(x)}; pass {len(neuron.w)}, or make the model for"
            f" {len(x)}"
        )
    return TypeError(
        f"{takes}, got {shown(x)} of type {type(x).__name__}; write [x] for a single one, list(x)"
        " for an iterator"
    )


def _is_nested(xs: Sequence[object]) -> bool:
    return any(isinstance(x, Sized) and not isinstance(x, str) for x in xs)
