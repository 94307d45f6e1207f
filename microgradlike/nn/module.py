"""Module: the base class of networks, with named parameters and calls that nodes remember."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

from microgradlike._html import table
from microgradlike._validate import shown
from microgradlike.coerce import leaf_data
from microgradlike.context import refuse_in_recording
from microgradlike.derivatives.pytree import HasParameters
from microgradlike.engine import Value, set_data, set_gradients
from microgradlike.nn.mode import modules, set_mode
from microgradlike.nn.scoped_call import in_scope
from microgradlike.nn.unsearched import warn_of_unsearched
from microgradlike.nn.walk import walk
from microgradlike.op import Number

__all__ = ["Module", "matched_parameters"]


class Module(HasParameters):
    """The base class of networks of your own: define `__init__` and `__call__`.

    The parameters are the leaf Values in the attributes, also those in lists, tuples, dicts, object
    arrays and other Modules there; a warning names an attribute of another kind that holds some.
    Nodes made during a call know the call: pictures draw them as a cluster. A class may define
    `parameters()` itself, to hold some back.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.offset = Value(2.0), Value(1.0)
    ...     def __call__(self, x):
    ...         return self.slope * x + self.offset
    >>> line = Line()
    >>> line(3.0).data, [name for name, p in line.named_parameters()]
    (7.0, ['slope', 'offset'])
    """

    __call__: Callable[..., Number]
    training: bool = True  # the mode, set by `train` and `eval`

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        call = cls.__dict__.get("__call__")
        if call is not None:
            cls.__call__ = in_scope(call)  # type: ignore[method-assign]

    def parameters(self) -> list[Value]:
        """Every parameter once, in the order of definition.

        >>> from microgradlike.nn import Neuron
        >>> len(Neuron(3).parameters())
        4
        """
        found: dict[int, Value] = {}
        unsearched: list[tuple[str, object]] = []
        for _, part in walk(self, closed=_has_its_own_parameters, unsearched=unsearched):
            for p in part.parameters() if isinstance(part, Module) else (part,):
                found.setdefault(id(p), p)
        if unsearched:
            warn_of_unsearched(self, unsearched, found.values(), _has_its_own_parameters)
        return list(found.values())

    def named_parameters(self) -> list[tuple[str, Value]]:
        """The parameters, each with the path of attributes, indices and keys that leads to it.

        >>> from microgradlike.nn import MLP
        >>> [name for name, p in MLP(1, [1]).named_parameters()]
        ['layers.0.neurons.0.w.0', 'layers.0.neurons.0.b']
        """
        names = {id(part): name for name, part in walk(self, closed=lambda module: False)}
        return [(names.get(id(p), f"parameters.{i}"), p) for i, p in enumerate(self.parameters())]

    def state_dict(self) -> dict[str, float]:
        """The numbers of the parameters by name, as `load_state_dict` takes them.

        Raises ValueError if two parameters have the same name.

        >>> from microgradlike.nn import Neuron
        >>> list(Neuron(2).state_dict())
        ['w.0', 'w.1', 'b']
        """
        found: dict[str, float] = {}
        for name, p in self.named_parameters():
            if name in found:
                raise ValueError(
                    f"two parameters are called {name!r:.100}; give their keys other names"
                )
            found[name] = float(p.data)
        return found

    def load_state_dict(self, state: Mapping[str, float]) -> None:
        """Set the parameters to the numbers that `state_dict` gave; gradients stay.

        Raises ValueError for missing or unexpected names, TypeError for anything but numbers; the
        parameters are then as they were.

        >>> from microgradlike.nn import Neuron
        >>> neuron = Neuron(1)
        >>> neuron.load_state_dict({"w.0": 2.0, "b": 1.0})
        >>> neuron.w[0].data, neuron.b.data
        (2.0, 1.0)
        >>> neuron.load_state_dict({"w.0": 2.0, "bias": 1.0})
        Traceback (most recent call last):
        ...
        ValueError: the state is of another model: missing 'b'; unexpected 'bias'
        """
        refuse_in_recording("load_state_dict()")
        pairs = matched_parameters(self, state)
        set_data([p for p, _ in pairs], [x for _, x in pairs])

    def with_parameters(self, parameters: Sequence[Number]) -> Self:
        """A copy of the module with other parameters, in the order of `parameters()`.

        They may be numbers of any kind. Everything else in the module is copied, apart from other
        Values, which are shared. Raises ValueError for too many or too few of them.

        >>> from microgradlike.nn import Neuron
        >>> Neuron(1, nonlin=False).with_parameters([2.0, 1.0])([3.0])
        7.0
        """
        old = self.parameters()
        if len(parameters) != len(old):
            raise ValueError(f"the module has {len(old)} parameter(s), got {len(parameters)}")
        everything = walk(self, closed=lambda module: False, results=True)
        memo: dict[int, Any] = {id(part): part for _, part in everything}
        memo |= {id(p): new for p, new in zip(old, parameters)}
        return copy.deepcopy(self, memo)

    def _repr_html_(self) -> str | None:
        try:
            below = walk(self, closed=lambda part: True)
            rows = [(name, _summary(part), f"{_count(part):,}") for name, part in below]
            title = f"{type(self).__name__} of {_count(self):,} parameters"
            return table(title, [("name", "content", "parameters"), *rows], len(rows))
        except Exception:  # a class of the user's; the notebook shows the text
            return None

    def name_of(self, child: object) -> str | None:
        """The path to `child`, a module directly below, such as "layers.0"; None for any other.

        >>> from microgradlike.nn import MLP
        >>> model = MLP(2, [3, 1])
        >>> model.name_of(model.layers[1])
        'layers.1'
        """
        below = walk(self, closed=lambda module: True)
        return next((name for name, part in below if part is child), None)

    def train(self, mode: bool = True) -> Self:
        """Put the module and those in it into training mode, or evaluation mode for False.

        `training` tells the mode: True for a new module, False after `fit`. A Dropout works in
        training mode only. Returns the module itself, as in PyTorch.

        >>> from microgradlike.nn import MLP
        >>> MLP(2, [1]).train(False).layers[0].training
        False
        """
        set_mode(modules(self), training=bool(mode))
        return self

    def eval(self) -> Self:
        """Put the module and those in it into evaluation mode; the same as `train(False)`.

        Returns the module itself.

        >>> from microgradlike.nn import Dropout
        >>> Dropout(0.5).eval()([1.0, 2.0])
        [1.0, 2.0]
        """
        return self.train(False)

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0.

        >>> line = Module(); line.slope = Value(2.0); line.slope.grad = 5.0
        >>> line.zero_grad(); line.slope.grad
        0.0
        """
        refuse_in_recording("zero_grad()")
        set_gradients(self.parameters(), itertools.repeat(0.0))


def matched_parameters(module: Module, state: Mapping[str, float]) -> list[tuple[Value, float]]:
    """The parameters of a module with their numbers in `state`, a mapping by name.

    Raises ValueError for missing or unexpected names, TypeError for anything but numbers.

    >>> from microgradlike.nn import Neuron
    >>> [x for p, x in matched_parameters(Neuron(1), {"b": 1, "w.0": 2})]
    [2.0, 1.0]
    """
    if not isinstance(state, Mapping):
        raise TypeError(
            f"a state must be the dict that state_dict() gave, got {shown(state)} of type"
            f" {type(state).__name__}"
        )
    own = module.state_dict()
    differences = [
        f"{word} {_listing(names)}"
        for word, names in (
            ("missing", [name for name in own if name not in state]),
            ("unexpected", [name for name in state if name not in own]),
        )
        if names
    ]
    if differences:
        raise ValueError(f"the state is of another model: {'; '.join(differences)}")
    return [(p, leaf_data(state[name])) for name, p in module.named_parameters()]


def _count(part: Value | Module) -> int:
    return 1 if isinstance(part, Value) else len(part.parameters())


def _summary(part: Value | Module) -> str:
    """A Value's number, or a module in words; equal modules in it are counted."""
    if isinstance(part, Value):
        return f"{part.data:.4g}"
    inside = [repr(m) for _, m in walk(part, closed=lambda module: True) if isinstance(m, Module)]
    if len(set(inside)) == 1:
        return f"{len(inside)} × {inside[0]}"
    return type(part).__name__ if type(part).__repr__ is object.__repr__ else f"{part!r:.100}"


def _listing(names: Sequence[str]) -> str:
    listing = ", ".join(f"{name!r:.100}" for name in names[:5])
    return f"{listing} and {len(names) - 5} more" if len(names) > 5 else listing


def _has_its_own_parameters(module: Module) -> bool:
    return type(module).parameters is not Module.parameters
