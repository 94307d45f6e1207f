"""The module calls that the nodes of a graph were made in: clusters, and names of parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from microgradlike.engine import Value
from microgradlike.graph import node_operands
from microgradlike.nn import Module
from microgradlike.scope import Scope

T = TypeVar("T")
Home = tuple[tuple[Scope, ...], tuple[str, ...]]  # the calls and modules around, outermost first


@dataclass(frozen=True, slots=True)
class Cluster:
    """One call of a module: the nodes made in it are drawn in one frame.

    `name` is the module's name in its parent ("layers.0"), `kind` its class, `parent` the id of the
    cluster it lies in. `module` is the same text for all calls of one module in one place; this is
    call number `call` of `calls`, or with `call` 0 all of them drawn as one.
    """

    id: str
    name: str
    parent: str | None
    kind: str
    module: str
    call: int = 1
    calls: int = 1

    @property
    def title(self) -> str:
        """What is printed on the frame.

        >>> Cluster("c1", "layers.0", None, "Layer", "m1", call=2, calls=3).title
        'layers.0 · Layer · call 2 of 3'
        """
        parts = [self.name] if self.name == self.kind else [self.name, self.kind]
        if self.calls > 1:
            parts.append(
                f"call {self.call} of {self.calls}" if self.call else f"{self.calls} calls"
            )
        return " · ".join(parts)


class Modules:
    """Which call each node of `order` belongs to, and which leaves are parameters of which modules.

    `parameters` maps the id() of a leaf to its name, `clusters` lists the calls, outermost first.
    A parameter is made before any call, so it belongs to the innermost call, and to the innermost
    module, that holds all its uses inside modules: a penalty on weights does not take them out.
    """

    def __init__(self, order: list[Value]) -> None:
        self._calls: dict[int, tuple[Scope, ...]] = {}  # by id() of a scope: from the outermost
        self._modules: dict[int, tuple[str, ...]] = {}  # the same, as modules
        self._keys: dict[tuple[str, int], str] = {}  # (module around it, id() of owner): its module
        self._names: dict[int, dict[int, str]] = {}  # by id() of an owner, by id() of a leaf
        self._home: dict[int, Home] = {}  # of a parameter
        self.parameters: dict[int, str] = {}
        for v in order:
            self._chain(v.scope)
        for calls in self._calls.values():
            if len(calls) == 1:
                self.parameters.update(self._named(calls[0]))
        self._find_homes(order)
        self._ids = {key: f"c{i}" for i, key in enumerate(self._calls, 1)}
        self.clusters = tuple(self._clusters())

    def place(self, v: Value) -> tuple[str | None, str | None]:
        """The id of the call and the module that `v` belongs to, each None where there is none."""
        here = () if v.scope is None else (self._calls[id(v.scope)], self._modules[id(v.scope)])
        calls, modules = self._home.get(id(v), here or ((), ()))
        return self._ids[id(calls[-1])] if calls else None, modules[-1] if modules else None

    def _chain(self, scope: Scope | None) -> None:
        """Note the calls around a node, outermost first, and their modules."""
        missing: list[Scope] = []
        while scope is not None and id(scope) not in self._calls:
            missing.append(scope)
            scope = scope.parent
        calls = () if scope is None else self._calls[id(scope)]
        modules = () if scope is None else self._modules[id(scope)]
        for inner in reversed(missing):
            pair = (modules[-1] if modules else "", id(inner.owner))
            calls = self._calls[id(inner)] = (*calls, inner)
            key = self._keys.setdefault(pair, f"m{len(self._keys) + 1}")
            modules = self._modules[id(inner)] = (*modules, key)

    def _named(self, scope: Scope) -> dict[int, str]:
        """The names that the module of this call has for its parameters."""
        owner: object = scope.owner
        if id(owner) not in self._names:
            named = owner.named_parameters() if isinstance(owner, Module) else ()
            self._names[id(owner)] = {id(p): name for name, p in named}
        return self._names[id(owner)]

    def _find_homes(self, order: list[Value]) -> None:
        derived: dict[int, Home] = {}  # for parameters that no module uses here
        for v in order:
            if v.scope is not None and self.parameters:
                scope = _module_call(v.scope)
                homes, scope = (derived, v.scope) if scope is None else (self._home, scope)
                here = (self._calls[id(scope)], self._modules[id(scope)])
                for _, x in node_operands(v):
                    if id(x) in self.parameters:
                        calls, modules = homes.get(id(x), here)
                        homes[id(x)] = _common(calls, here[0]), _common(modules, here[1])
        self._home = derived | self._home
        for leaf, (calls, _) in self._home.items():
            if calls:  # "w.1" in its neuron, "layers.0.neurons.3.w.1" in its network
                self.parameters[leaf] = self._named(calls[-1]).get(leaf, self.parameters[leaf])

    def _clusters(self) -> Iterator[Cluster]:
        total = Counter(modules[-1] for modules in self._modules.values())
        so_far: Counter[str] = Counter()
        for key, calls in self._calls.items():
            scope, module = calls[-1], self._modules[key][-1]
            so_far[module] += 1
            parent = self._ids[id(calls[-2])] if len(calls) > 1 else None
            kind = type(scope.owner).__name__
            numbers = so_far[module], total[module]
            yield Cluster(self._ids[key], scope.name, parent, kind, module, *numbers)


def _module_call(scope: Scope | None) -> Scope | None:
    """The innermost call of a module, past those of `gradients`."""
    while scope is not None and not isinstance(scope.owner, Module):
        scope = scope.parent
    return scope


def _common(a: Sequence[T], b: Sequence[T]) -> tuple[T, ...]:
    """What two sequences start with in common."""
    length = 0
    while length < min(len(a), len(b)) and a[length] == b[length]:
        length += 1
    return tuple(a[:length])
