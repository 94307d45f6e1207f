"""Scope: the module call in which a node was made; the source of clusters in pictures."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from types import CodeType
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from microgradlike.lines import Line


class Owner(Protocol):
    """The module of a scope, as far as a Scope needs it."""

    def name_of(self, child: object) -> str | None:
        """The attribute path of a module directly below this one, such as "layers.0", or None."""


class Scope:
    """One call of one module: `owner` is the module, `parent` the enclosing call, or None.

    >>> from microgradlike import nn
    >>> from microgradlike import Value
    >>> neuron = nn.MLP(1, [1])([Value(2.0)]).scope
    >>> neuron.path
    ('MLP', 'layers.0', 'neurons.0')
    """

    __slots__ = ("owner", "parent")

    def __init__(self, owner: Owner, parent: Scope | None) -> None:
        self.owner = owner
        self.parent = parent
        origins.in_use = origins.in_modules = True

    @property
    def name(self) -> str:
        """The owner's name in its parent, or its class if no parent knows it."""
        around = self.parent
        while isinstance(around, NamedScope):
            around = around.parent
        name = None if around is None else around.owner.name_of(self.owner)
        return name or type(self.owner).__name__

    @property
    def path(self) -> tuple[str, ...]:
        """The names from the outermost call to this one."""
        names: list[str] = []
        scope: Scope | None = self
        while scope is not None:
            names.append(scope.name)
            scope = scope.parent
        return tuple(reversed(names))

    def __repr__(self) -> str:
        return f"<call of {'/'.join(self.path)}>"


class Derivative:
    """The owner of the nodes that one call of `gradients` makes."""

    __slots__ = ()

    def name_of(self, child: object) -> str | None:
        """None: no module is below a derivative."""


class NamedScope(Scope):
    """A part of a computation under a name, which pictures frame like the call of a module.

    >>> NamedScope("head 1", Derivative(), None).path
    ('head 1',)
    """

    __slots__ = ("_name",)

    def __init__(self, name: str, owner: Owner, parent: Scope | None) -> None:
        super().__init__(owner, parent)
        self._name = name

    @property
    def name(self) -> str:
        """The name, such as "head 1"."""
        return self._name


class DerivativeScope(NamedScope):
    """One call of `gradients`, under a name such as ∂y/∂x."""

    __slots__ = ()

    def __init__(self, name: str, parent: Scope | None) -> None:
        super().__init__(name, Derivative(), parent)


# a ContextVar, so that threads do not see each other's calls: 6 ns a node more than a global
current: ContextVar[Scope | None] = ContextVar("microgradlike_scope", default=None)


class TracedScope:
    """The scope of a node, and the line that made it: kept while lines are traced."""

    __slots__ = ("line", "scope")

    def __init__(self, scope: Scope | None, line: Line) -> None:
        self.scope = scope
        self.line = line


class Origins:
    """The source of the scopes of new nodes, which need not ask it before it is `in_use`.

    `find` gives the current scope, or while lines are traced a TracedScope. `in_modules` is True
    once there has been a Scope; `call` is the code that enters one.
    """

    __slots__ = ("call", "find", "in_modules", "in_use")

    find: Callable[[], Scope | TracedScope | None]

    def __init__(self) -> None:
        self.find = current.get
        self.call: CodeType | None = None
        self.in_modules = self.in_use = False


origins: Final = Origins()
