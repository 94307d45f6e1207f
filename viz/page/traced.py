"""Traced: a function run on Values named after its parameters, with its lines kept."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from microgradlike._validate import is_real, shown
from microgradlike.arrays import array
from microgradlike.derivatives.pytree import is_array
from microgradlike.engine import Value
from microgradlike.lines import trace_lines
from viz.scene.scene import require_value


def traced(f: Callable[..., object], arguments: object) -> Value:
    """Run `f` on a tuple of arguments, or a mapping by name, with its lines traced.

    Numbers become Values with the names of the parameters, also in lists, tuples, dicts and NumPy
    arrays. Raises TypeError for other arguments, and if the result is not a Value.

    >>> y = traced(lambda w, x: w * x + 1, (2.0, 3.0))
    >>> y.data, [x.label for x in y.operands[0].operands], y.line is None
    (7.0, ['w', 'x'], False)
    """
    name = getattr(f, "__name__", type(f).__name__)
    if not isinstance(arguments, (tuple, Mapping)):
        raise TypeError(
            f"page(f, args) takes the arguments of {name} as a tuple, got {shown(arguments)}; write"
            " page(f, (2.0, 1.0)) or page(f, {'w': 2.0, 'x': 1.0})"
        )
    by_place, by_name = ((), arguments) if isinstance(arguments, Mapping) else (arguments, {})
    try:
        bound = inspect.signature(f).bind(*by_place, **by_name)
    except (TypeError, ValueError) as error:  # a ValueError for builtins, some without signature
        way_out = "write a lambda around it" if type(error) is ValueError else "pass all arguments"
        raise TypeError(f"page(f, args) cannot call {name}: {error}; {way_out}") from None
    with trace_lines():
        for parameter, x in bound.arguments.items():
            bound.arguments[parameter] = _named(x, parameter)
        return require_value(f(*bound.args, **bound.kwargs), f"the result of {name}")


def _named(x: Any, name: str) -> Any:
    """Make Values of numbers, in containers too; anything else stays as it is."""
    if is_real(x):
        return Value(x, name)
    if type(x) in (list, tuple):
        return type(x)(_named(element, f"{name}[{i}]") for i, element in enumerate(x))
    if type(x) is dict:
        return {key: _named(element, f"{name}[{key!r}]") for key, element in x.items()}
    if is_array(x) and x.dtype.kind in "iuf":
        made = _named(x.tolist(), name)
        return array(made) if x.ndim else made
    return x
