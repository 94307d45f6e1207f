"""Module: the base class of networks, with named parameters and calls that nodes remember."""

from __future__ import annotations

import copy
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import FunctionType
from typing import Any, Self

from microgradlike import scope
from microgradlike._validate import shown
from microgradlike.coerce import leaf_data
from microgradlike.context import refuse_in_recording
from microgradlike.derivatives.pytree import HasParameters, is_array
from microgradlike.engine import Value
from microgradlike.op import Number
from microgradlike.scope import Scope

__all__ = ["Module", "matched_parameters"]


class Module(HasParameters):
    """The base class of networks of your own: define `__init__` and `__call__`.

    The parameters are the leaf Values in the attributes, also those in lists, tuples, dicts, object
    arrays and other Modules there. Nodes made during a call know the call: pictures draw them as a
    cluster. A class may define `parameters()` itself, to hold some back.

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

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        call = cls.__dict__.get("__call__")
        if call is not None:
            cls.__call__ = _in_scope(call)  # type: ignore[method-assign]

    def parameters(self) -> list[Value]:
        """Every parameter once, in the order of definition.

        >>> from microgradlike.nn import Neuron
        >>> len(Neuron(3).parameters())
        4
        """
        found: dict[int, Value] = {}
        for _, part in _walk(self, closed=_has_its_own_parameters):
            for p in part.parameters() if isinstance(part, Module) else (part,):
                found.setdefault(id(p), p)
        return list(found.values())

    def named_parameters(self) -> list[tuple[str, Value]]:
        """The parameters, each with the path of attributes, indices and keys that leads to it.

        >>> from microgradlike.nn import MLP
        >>> [name for name, p in MLP(1, [1]).named_parameters()]
        ['layers.0.neurons.0.w.0', 'layers.0.neurons.0.b']
        """
        names = {id(part): name for name, part in _walk(self, closed=lambda module: False)}
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
        for p, x in matched_parameters(self, state):
            p.data = x

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
        everything = _walk(self, closed=lambda module: False, results=True)
        memo: dict[int, Any] = {id(part): part for _, part in everything}
        memo |= {id(p): new for p, new in zip(old, parameters)}
        return copy.deepcopy(self, memo)

    def name_of(self, child: object) -> str | None:
        """The path to a module directly below this one, such as "layers.0"; None for any other.

        >>> from microgradlike.nn import MLP
        >>> model = MLP(2, [3, 1])
        >>> model.name_of(model.layers[1])
        'layers.1'
        """
        below = _walk(self, closed=lambda module: True)
        return next((name for name, part in below if part is child), None)

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0.

        >>> line = Module(); line.slope = Value(2.0); line.slope.grad = 5.0
        >>> line.zero_grad(); line.slope.grad
        0.0
        """
        refuse_in_recording("zero_grad()")
        for p in self.parameters():
            p.grad = 0.0


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


def _listing(names: Sequence[str]) -> str:
    listing = ", ".join(f"{name!r:.100}" for name in names[:5])
    return f"{listing} and {len(names) - 5} more" if len(names) > 5 else listing


def _in_scope(call: Callable[..., Any]) -> Callable[..., Any]:
    """`call` in a Scope of its own; costs 0.6 µs, and a neuron of 16 inputs takes 10 µs."""
    if not isinstance(call, FunctionType):  # a jit function binds by itself
        return _in_scope(_as_function(call))

    @functools.wraps(call)
    def scoped(self: Module, *args: Any, **kwargs: Any) -> Any:
        current = scope.current  # by its module, so that cloudpickle can send the function
        outer = current.get()
        if outer is not None and outer.owner is self and type(self).__call__ is not scoped:
            return call(self, *args, **kwargs)  # a call by super() belongs to the same module call
        token = current.set(Scope(self, outer))
        try:
            return call(self, *args, **kwargs)
        finally:
            current.reset(token)

    return scoped


def _as_function(descriptor: Any) -> Callable[..., Any]:
    """A function that calls `descriptor` as a method."""

    @functools.wraps(descriptor, updated=())
    def function(self: Module, *args: Any, **kwargs: Any) -> Any:
        return descriptor.__get__(self, type(self))(*args, **kwargs)

    return function


def _has_its_own_parameters(module: Module) -> bool:
    return type(module).parameters is not Module.parameters


def _walk(
    root: Module, *, closed: Callable[[Module], bool], results: bool = False
) -> Iterator[tuple[str, Value | Module]]:
    """Leaf Values and closed Modules below `root` with their paths, each once, depth first."""
    seen = {id(root)}
    stack: list[tuple[str, Any]] = _parts("", root)[::-1]
    while stack:
        name, x = stack.pop()
        if id(x) in seen:
            continue
        seen.add(id(x))
        if isinstance(x, Value):
            if x.op is None or results:  # a result in an attribute is not a parameter
                yield name, x
        elif isinstance(x, Module) and closed(x):
            yield name, x
        else:
            stack.extend(reversed(_parts(name + ".", x)))


def _parts(prefix: str, x: Any) -> list[tuple[str, Any]]:
    """The parts of `x` that may be or hold parameters, in order, with paths."""
    return [
        (f"{prefix}{key}", part)
        for key, part in _items(x)
        if isinstance(part, (Value, Module, list, tuple, dict)) or _is_object_array(part)
    ]


def _items(x: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(x, Module):
        state: Any = object.__getstate__(x)  # the attributes, and the slots of a class with slots
        spaces = state if isinstance(state, tuple) else (state,)
        return [item for space in spaces if space for item in space.items()]
    if isinstance(x, dict):
        return x.items()
    if isinstance(x, (list, tuple)):
        return enumerate(x)
    cells = zip(itertools.product(*map(range, x.shape)), x.flat)
    return [(".".join(map(str, index)) or "item", cell) for index, cell in cells]


def _is_object_array(x: Any) -> bool:
    return is_array(x) and x.dtype == object
