"""Optimizers: the next parameters from gradients, by the formulas of PyTorch.

A formula is written once, over one parameter or an array of all; the bits are the same.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, TypeVar

from microgradlike._validate import double, real_number, shown, whole_number
from microgradlike.context import refuse_in_recording
from microgradlike.engine import Value, passes, set_data, set_gradients

__all__ = ["SGD", "Adam", "AdamW", "Optimizer"]

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# from this many parameters on, one array is faster than a loop: 20 times for 337 parameters
ARRAY = 32

N = TypeVar("N", float, "NDArray[np.float64]")  # one parameter, or an array of all


class Optimizer(ABC):
    """The base class of optimizers: parameters, the learning rate `lr`, and state.

    `parameters` are Values. A subclass defines `update`. `lr` may be changed between steps. `state`
    has a list or array with a float per parameter for each name in `slots`, all 0 at first, and
    never below 0 for those in `nonnegative`. Raises ValueError for no parameters, for one that is
    given twice or is a result, and for a rate that is negative or not finite; TypeError for
    anything but Values and numbers.

    >>> class SignDescent(Optimizer):
    ...     def __init__(self, parameters, lr):
    ...         super().__init__(parameters, lr, weight_decay=0.0, slots=())
    ...     def update(self, lr, sqrt, p, g, *state):
    ...         return (p - lr * g / sqrt(g * g),)
    >>> p = Value(1.0); p.grad = -8.0
    >>> SignDescent([p], lr=0.25).step(); p.data
    1.25
    """

    nonnegative: tuple[str, ...] = ()

    def __init__(
        self, parameters: Iterable[Value], lr: float, *, weight_decay: float, slots: tuple[str, ...]
    ) -> None:
        self.parameters = _checked(parameters)
        self.lr = real_number("lr", lr, at_least=0)
        self.weight_decay = real_number("weight_decay", weight_decay, at_least=0)
        self.steps = 0
        self.state: dict[str, list[float] | NDArray[np.float64]] = {
            name: [0.0] * len(self.parameters) for name in slots
        }

    def step(self) -> None:
        """Move every parameter by its gradient, by the formula of the class.

        Raises ValueError or TypeError for an `lr` that is negative or no finite number.

        >>> p = Value(1.0); p.grad = 2.0
        >>> SGD([p], lr=0.25).step(); p.data
        0.5
        """
        refuse_in_recording("a step of an optimizer")
        lr = real_number("lr", self.lr, at_least=0)
        self.steps += 1
        with passes:  # no gradient is read in the middle of another thread's pass
            gradients = [p._grad for p in self.parameters]
        if len(self.parameters) < ARRAY or not self._together(lr, gradients):
            self._one_by_one(lr, gradients)

    @abstractmethod
    def update(self, lr: float, sqrt: Callable[[N], N], p: N, g: N, *state: N) -> tuple[N, ...]:
        """The next `p` and state, from the present ones and the gradient `g`: floats or arrays.

        `lr` is the learning rate, and `sqrt` takes the same kind of number. The `state` has a
        number or array for each slot.

        >>> import math
        >>> SGD([Value(1.0)], lr=0.25).update(0.25, math.sqrt, 1.0, 2.0, 0.0)
        (0.5, 2.0)
        """

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0.

        >>> p = Value(1.0); p.grad = 2.0
        >>> SGD([p], lr=0.25).zero_grad(); p.grad
        0.0
        """
        set_gradients(self.parameters, repeat(0.0))

    def _one_by_one(self, lr: float, gradients: list[float]) -> None:
        rows = list(self.state.values())
        for i, (p, g) in enumerate(zip(self.parameters, gradients)):
            numbers = [row[i] for row in rows]
            p.data, *numbers = self.update(lr, math.sqrt, p.data, g, *numbers)
            for row, x in zip(rows, numbers):
                row[i] = x

    def _together(self, lr: float, gradients: list[float]) -> bool:
        """Move all in one array; without NumPy, do nothing and return False."""
        from microgradlike._numpy import HAS_NUMPY, np  # here, to keep `import microgradlike` light

        if not HAS_NUMPY:
            return False
        data = np.array([p._number for p in self.parameters], dtype=float)
        rows = [np.asarray(row, dtype=float) for row in self.state.values()]
        with np.errstate(all="ignore"):
            data, *rows = self.update(lr, np.sqrt, data, np.array(gradients), *rows)
        self.state = dict(zip(self.state, rows))
        set_data(self.parameters, data.tolist())
        return True

    def state_dict(self) -> dict[str, str | int | list[float]]:
        """A copy of the state: plain numbers and lists, fit for JSON.

        >>> SGD([Value(1.0)], lr=0.1).state_dict()
        {'optimizer': 'SGD', 'steps': 0, 'velocity': [0.0]}
        """
        copies = {name: list(map(float, numbers)) for name, numbers in self.state.items()}
        return {"optimizer": type(self).__name__, "steps": self.steps, **copies}

    def load_state_dict(self, state: Mapping[str, object]) -> None:
        """Restore a state that `state_dict` gave.

        Raises ValueError for a state of another optimizer or size and for a number out of range,
        TypeError for anything but a dict of numbers; the optimizer is then as it was.

        >>> optimizer = SGD([Value(1.0)], lr=0.1, momentum=0.9)
        >>> optimizer.load_state_dict({"optimizer": "SGD", "steps": 7, "velocity": [0.5]})
        >>> optimizer.steps
        7
        """
        if not isinstance(state, Mapping):
            raise TypeError(
                f"a state must be the dict that state_dict() gave, got {shown(state)} of type"
                f" {type(state).__name__}"
            )
        own = self.state_dict()
        if set(state) != set(own) or state["optimizer"] != own["optimizer"]:
            raise ValueError(
                f"the state is not one of {own['optimizer']}, which has {', '.join(own)}; pass the"
                " result of its state_dict()"
            )
        steps = whole_number("steps", state["steps"], at_least=0)
        if steps > 2**53:  # the powers of betas take a double
            raise ValueError(f"steps must be at most 2**53, got {steps.bit_length()} bits")
        loaded = {name: _numbers(name, state[name], len(self.parameters)) for name in self.state}
        for name in self.nonnegative:
            if below := [x for x in loaded[name] if x < 0]:
                raise ValueError(f"{name} must have no number below 0, got {below[0]}")
        self.steps = steps
        self.state = dict(loaded)


class SGD(Optimizer):
    """Gradient descent, with optional momentum.

    g ← grad + weight_decay·p; v ← momentum·v + g; p ← p - lr·v, or with `nesterov`
    p ← p - lr·(g + momentum·v) (Sutskever et al., ICML 2013, in the form of torch.optim.SGD).
    `parameters` are Values; 0 ≤ `momentum` < 1. Raises ValueError or TypeError as `Optimizer` does.

    >>> p = Value(1.0); p.grad = 2.0
    >>> SGD([p], lr=0.25).step(); p.data
    0.5
    """

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float,
        *,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr, weight_decay=weight_decay, slots=("velocity",))
        self.momentum = real_number("momentum", momentum, at_least=0, below=1)
        self.nesterov = nesterov
        if nesterov and momentum == 0:
            raise ValueError("nesterov needs a momentum above 0, got 0; pass momentum=0.9, say")

    def update(self, lr: float, sqrt: Callable[[N], N], p: N, g: N, *state: N) -> tuple[N, ...]:
        """p - lr·v and v, by the formula of the class.

        >>> SGD([Value(1.0)], lr=0.25).update(0.25, math.sqrt, 1.0, 2.0, 0.0)
        (0.5, 2.0)
        """
        (v,) = state
        g = g + self.weight_decay * p
        v = self.momentum * v + g
        return p - lr * (g + self.momentum * v if self.nesterov else v), v


class Adam(Optimizer):
    """Steps scaled by running means of g and g² (Kingma & Ba, arXiv:1412.6980).

    g ← grad + weight_decay·p; m ← β₁m + (1-β₁)g; v ← β₂v + (1-β₂)g²;
    p ← p - lr·(m/(1-β₁ᵗ)) / (√(v/(1-β₂ᵗ)) + eps) at step t = 1, 2, ...
    The default has no decay.

    `parameters` are Values and `betas` the pair (β₁, β₂), each from 0 to below 1; `eps` is above 0.
    Raises ValueError or TypeError as `Optimizer` does.

    >>> p = Value(1.0); p.grad = 2.0
    >>> Adam([p], lr=0.25).step(); round(p.data, 6)
    0.75
    """

    nonnegative = ("square",)
    decoupled = False  # the decay is part of the gradient
    default_decay = 0.0

    def __init__(
        self,
        parameters: Iterable[Value],
        lr: float = 1e-3,
        *,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float | None = None,
    ) -> None:
        decay = self.default_decay if weight_decay is None else weight_decay
        super().__init__(parameters, lr, weight_decay=decay, slots=("mean", "square"))
        self.betas = _pair("betas", betas)
        self.eps = real_number("eps", eps, at_least=0)
        if eps == 0:
            raise ValueError(
                "eps must be above 0, got 0: it keeps steps finite at gradients of 0; take 1e-8"
            )

    def update(self, lr: float, sqrt: Callable[[N], N], p: N, g: N, *state: N) -> tuple[N, ...]:
        """p - lr·m̂/(√v̂ + eps), m and v, by the formula of the class; t is `steps`.

        >>> optimizer = Adam([Value(1.0)], lr=0.25, betas=(0.5, 0.5)); optimizer.steps = 1
        >>> optimizer.update(0.25, math.sqrt, 1.0, 2.0, 0.0, 0.0)
        (0.75000000125, 1.0, 2.0)
        """
        m, v = state
        first, second = self.betas
        rate = lr / (1 - first**self.steps)
        root = math.sqrt(1 - second**self.steps)
        if self.decoupled:
            p = p - lr * self.weight_decay * p
        else:
            g = g + self.weight_decay * p
        m = first * m + (1 - first) * g
        v = second * v + (1 - second) * g * g
        return p - rate * m / (sqrt(v) / root + self.eps), m, v


class AdamW(Adam):
    """Adam with the decay apart from the gradient: p ← p - lr·weight_decay·p, then Adam's step.

    Loshchilov & Hutter, arXiv:1711.05101, in the form of torch.optim.AdamW; by default
    weight_decay is 0.01. `parameters`, `lr`, `betas` and `eps`, and the errors, ValueError and
    TypeError, are those of `Adam`.

    >>> p = Value(1.0)
    >>> AdamW([p], lr=0.5, weight_decay=0.5).step(); p.data
    0.75
    """

    decoupled = True
    default_decay = 0.01


def _checked(parameters: Iterable[Value]) -> list[Value]:
    try:
        elements = iter(parameters)
    except TypeError:
        raise TypeError(
            f"an optimizer takes a list of Values, got {shown(parameters)}; write"
            " model.parameters() for a module's"
        ) from None
    found = list(elements)
    for i, p in enumerate(found):
        if not isinstance(p, Value):
            raise TypeError(
                f"an optimizer takes Values such as model.parameters(), but element {i} is"
                f" {shown(p)} of type {type(p).__name__}; write Value(...) for a number to train"
            )
        if p.op is not None:
            raise ValueError(
                f"parameter {i} is the result of {p.op.name!r}, {shown(p)}; only leaves train"
            )
    if not found:
        raise ValueError(
            "an optimizer needs at least one parameter, got none; pass model.parameters()"
        )
    if len({id(p) for p in found}) != len(found):
        raise ValueError("a parameter is given twice and would move twice; pass each one once")
    return found


def _pair(name: str, xs: tuple[float, float]) -> tuple[float, float]:
    if not isinstance(xs, Sequence) or isinstance(xs, str) or len(xs) != 2:
        raise TypeError(
            f"{name} must be a pair of numbers such as (0.9, 0.999), got {shown(xs)} of type"
            f" {type(xs).__name__}"
        )
    a, b = (real_number(f"{name}[{i}]", x, at_least=0, below=1) for i, x in enumerate(xs))
    return a, b


def _numbers(name: str, xs: object, count: int) -> list[float]:
    if not isinstance(xs, Sequence) or isinstance(xs, str):
        raise TypeError(
            f"{name} must be a list with a number for each parameter, got {shown(xs)} of type"
            f" {type(xs).__name__}"
        )
    if len(xs) != count:
        raise ValueError(f"{name} has {len(xs)} number(s) for {count} parameter(s)")
    return [double(f"{name}[{i}]", x) for i, x in enumerate(xs)]
