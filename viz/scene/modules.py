"""Module calls: the clusters of a graph, and the names of its parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from microgradlike.engine import Value
from microgradlike.graph import node_operands
from microgradlike.named_scope import Block
from microgradlike.nn import Module
from microgradlike.scope import DerivativeScope, Scope

T = TypeVar("T")
# the calls and the ids of the modules around a node, outermost first
Location = tuple[tuple[Scope, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Cluster:
    """One call of a module: the nodes made in it are drawn in one frame.

    `name` is the module's name in its parent ("layers.0"), `kind` its class, `parent` the id of the
    cluster around it. `module` is the same text for all calls of one module in one place. This is
    call number `call` of `calls`; `call` 0 stands for all of them, drawn as one.
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
        """The title of the frame.

        >>> Cluster("c1", "layers.0", None, "Layer", "m1", call=2, calls=3).title
        'layers.0 · Layer · call 2 of 3'
        """
        parts = [self.name] if self.name == self.kind else [self.name, self.kind]
        if self.calls > 1:
            parts.append(
                f"call {self.call} of {self.calls}" if self.call else f"{self.calls} calls"
            )
        return " · ".join(parts)


class ModuleCalls:
    """The module calls in a graph, given as its nodes in topological `order`.

    `parameters` maps the id() of a leaf to its name, `clusters` lists the calls, outermost first.
    A parameter is made before any call. It is placed in the innermost call, and in the innermost
    module, that holds all its uses inside modules; a penalty on weights does not move it out.
    """

    def __init__(self, order: list[Value]) -> None:
        self._calls: dict[int, tuple[Scope, ...]] = {}  # by id() of a scope, outermost first
        self._modules: dict[int, tuple[str, ...]] = {}  # the same, as ids of modules
        self._module_ids: dict[tuple[str, int], str] = {}  # by (module around it, id() of owner)
        self._names: dict[int, dict[int, str]] = {}  # by id() of an owner, by id() of a leaf
        self._locations: dict[int, Location] = {}  # by id() of a parameter
        self.parameters: dict[int, str] = {}
        for v in order:
            self._add_calls(v.scope)
        for calls in self._calls.values():
            if len(calls) == 1:
                self.parameters.update(self._parameter_names(calls[0]))
        self._locate_parameters(order)
        self._cluster_ids = {key: f"c{i}" for i, key in enumerate(self._calls, 1)}
        self._ends = self._ends_in_reading_order(order[-1])
        self.clusters = tuple(self._clusters())

    def cluster_and_module(self, v: Value) -> tuple[str | None, str | None]:
        """Find the ids of the cluster and the module that `v` belongs to; None outside of any."""
        own = ((), ()) if v.scope is None else self._around(v.scope)
        calls, modules = self._locations.get(id(v), own)
        cluster = self._cluster_ids[id(calls[-1])] if calls else None
        return cluster, modules[-1] if modules else None

    def _around(self, scope: Scope) -> Location:
        return self._calls[id(scope)], self._modules[id(scope)]

    def _add_calls(self, scope: Scope | None) -> None:
        """Register the calls around a node, and their modules."""
        missing: list[Scope] = []
        while scope is not None and id(scope) not in self._calls:
            missing.append(scope)
            scope = scope.parent
        calls, modules = ((), ()) if scope is None else self._around(scope)
        for inner in reversed(missing):
            key = (modules[-1] if modules else "", id(inner.owner))
            module = self._module_ids.setdefault(key, f"m{len(self._module_ids) + 1}")
            calls = self._calls[id(inner)] = (*calls, inner)
            modules = self._modules[id(inner)] = (*modules, module)

    def _parameter_names(self, scope: Scope) -> dict[int, str]:
        """Name the parameters as the module of this call does, by id() of a leaf."""
        owner: object = scope.owner
        if id(owner) not in self._names:
            named = owner.named_parameters() if isinstance(owner, Module) else ()
            self._names[id(owner)] = {id(p): name for name, p in named}
        return self._names[id(owner)]

    def _locate_parameters(self, order: list[Value]) -> None:
        in_derivatives: dict[int, Location] = {}  # for parameters that no module uses here
        for v in order:
            if v.scope is not None and self.parameters:
                call = _enclosing_module_call(v.scope)
                found = in_derivatives if call is None else self._locations
                here = self._around(call or v.scope)
                for _, x in node_operands(v):
                    if id(x) in self.parameters:
                        before = found.get(id(x), here)
                        found[id(x)] = (
                            _common_start(before[0], here[0]),
                            _common_start(before[1], here[1]),
                        )
        self._locations = in_derivatives | self._locations
        for leaf, (calls, _) in self._locations.items():
            if calls:  # "w.1" in its neuron, "layers.0.neurons.3.w.1" in its network
                names = self._parameter_names(calls[-1])
                self.parameters[leaf] = names.get(leaf, self.parameters[leaf])

    def _ends_in_reading_order(self, root: Value) -> dict[int, int]:
        """Find the place of each call's last node in reading order, first operands first."""
        ends: dict[int, int] = {}
        stack = [(root, False)]
        seen: set[int] = set()
        place = 0
        while stack:
            v, done = stack.pop()
            if done:
                place += 1
                for scope in self._calls[id(v.scope)] if v.scope is not None else ():
                    ends[id(scope)] = place
            elif id(v) not in seen:
                seen.add(id(v))
                stack.append((v, True))
                stack.extend((x, False) for _, x in reversed(list(node_operands(v))))
        return ends

    def _clusters(self) -> Iterator[Cluster]:
        total: Counter[str] = Counter()
        number: dict[int, int] = {}
        for key in sorted(self._calls, key=lambda key: self._ends[key]):
            module = self._modules[key][-1]
            total[module] += 1
            number[key] = total[module]
        for key, calls in self._calls.items():
            scope, module = calls[-1], self._modules[key][-1]
            parent = self._cluster_ids[id(calls[-2])] if len(calls) > 1 else None
            kind = scope.name if isinstance(scope.owner, Block) else type(scope.owner).__name__
            numbers = number[key], total[module]
            yield Cluster(self._cluster_ids[key], scope.name, parent, kind, module, *numbers)


def _enclosing_module_call(scope: Scope | None) -> Scope | None:
    """Find the innermost call of a module or named scope, past those of `gradients`."""
    while isinstance(scope, DerivativeScope):
        scope = scope.parent
    return scope


def _common_start(a: Sequence[T], b: Sequence[T]) -> tuple[T, ...]:
    length = 0
    while length < min(len(a), len(b)) and a[length] == b[length]:
        length += 1
    return tuple(a[:length])
