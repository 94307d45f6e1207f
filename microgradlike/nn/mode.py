"""Mode: training or evaluation, of a Module and all Modules in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from microgradlike.derivatives.pytree import HasParameters
from microgradlike.engine import Value
from microgradlike.nn.walk import parts


def modules(root: HasParameters) -> list[HasParameters]:
    """The module and all Modules in it, each once.

    >>> from microgradlike.nn import MLP
    >>> [type(module).__name__ for module in modules(MLP(1, [1]))]
    ['MLP', 'Layer', 'Neuron']
    """
    seen: set[int] = set()
    found: list[HasParameters] = []
    stack: list[Any] = [root]
    while stack:
        x = stack.pop()
        if id(x) in seen or isinstance(x, Value):
            continue
        seen.add(id(x))
        if isinstance(x, HasParameters):
            found.append(x)
        stack.extend([part for _, part in reversed(parts("", x))])
    return found


def set_mode(modules: Iterable[HasParameters], *, training: bool) -> None:
    """Set `training`, except in a module with an attribute of that name and another meaning."""
    for module in modules:
        if type(getattr(module, "training", None)) is bool:
            object.__setattr__(module, "training", training)  # a frozen dataclass too


@contextmanager
def evaluating(root: HasParameters) -> Iterator[None]:
    """Evaluation mode for a block; afterwards each module is in the mode that it was in.

    >>> from microgradlike.nn import Dropout
    >>> dropout = Dropout(0.5)
    >>> with evaluating(dropout):
    ...     dropout([1.0, 2.0])
    [1.0, 2.0]
    >>> dropout.training
    True
    """
    trained = [module for module in modules(root) if getattr(module, "training", None) is True]
    set_mode(trained, training=False)
    try:
        yield
    finally:
        set_mode(trained, training=True)
