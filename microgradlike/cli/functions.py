"""The command `functions`: the primitives and the functions made of them, as text."""

from __future__ import annotations

import argparse
import difflib
import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import microgradlike
from microgradlike import nn
from microgradlike._help import called_name, other_names
from microgradlike._validate import shown
from microgradlike.op import Op
from microgradlike.ops import TABLE
from microgradlike.testing.edge_rows import EdgeRow, edge_rows, edge_rules

COMPOSED = tuple(f"microgradlike.{module}" for module in ("functions", "sums", "angles"))


def add_functions_options(parser: argparse.ArgumentParser) -> None:
    """Add the argument of `functions`."""
    parser.add_argument(
        "name",
        nargs="?",
        metavar="NAME",
        help='a function such as tanh, or an operator such as "**" (default: a list of all)',
    )


def functions(arguments: argparse.Namespace) -> int:
    """List all functions with a line each, or describe one."""
    lines = _listed() if arguments.name is None else described(arguments.name)
    print("\n".join(lines))
    return 0


def composed() -> dict[str, Callable[..., Any]]:
    """The public functions that are made of primitives, by name.

    >>> list(composed())[:2]
    ['binary_cross_entropy', 'binary_cross_entropy_with_logits']
    """
    public = {name: getattr(microgradlike, name) for name in microgradlike.__all__}
    return {name: f for name, f in public.items() if getattr(f, "__module__", "") in COMPOSED}


def described(name: str) -> list[str]:
    """The lines about one function; ValueError for a name that none has.

    >>> described("exp2")[0]
    'exp2(x): 2 to the power x.'
    """
    primitives = {
        spelling: op
        for op in TABLE.values()
        for spelling in (op.name, *op.aliases, op.infix)
        if spelling
    }
    known: dict[str, Callable[[], list[str]]] = {
        **{name: partial(_of_primitive, op) for name, op in primitives.items()},
        **{name: partial(_of_composed, name, f) for name, f in composed().items()},
    }
    if name in known:
        return known[name]()
    for module in (microgradlike, nn):
        if name in module.__all__:
            call = f"import {module.__name__}; help({module.__name__}.{name})"
            raise ValueError(f"{name} is not a function of numbers; try python -c {call!r}")
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.7)
    hint = f"did you mean {' or '.join(close)}?" if close else "microgradlike functions lists all"
    raise ValueError(f"there is no function {shown(name)}; {hint}")


def _listed() -> Iterator[str]:
    yield "Primitives, and the operators and other names that they have:"
    yield ""
    for op in TABLE.values():
        others = ", ".join(filter(None, [op.infix, *other_names(op)]))
        yield f"  {called_name(op):<13} {others:<12} {op.doc}"
    yield ""
    yield "Functions made of primitives:"
    yield ""
    for name, f in composed().items():
        yield f"  {name}\n      {_summary(f)}" if len(name) > 13 else f"  {name:<13} {_summary(f)}"
    yield ""
    yield "microgradlike functions NAME has the derivatives, the domain and the edges of one."


def _summary(f: Callable[..., Any]) -> str:
    return (f.__doc__ or "").partition("\n")[0]  # python -OO keeps no docstrings


def _of_primitive(op: Op) -> list[str]:
    lines = (op.__doc__ or "").splitlines()
    rows = edge_rows(op)
    if not rows:
        return lines
    cited = sorted({number for row in rows for number in row.rules()})
    rules = [f"Rule {number}: {edge_rules()[number]}" for number in cited]
    return [*lines, "", "At the edges:", *map(_edge, rows), *rules]


def _edge(row: EdgeRow) -> str:
    at = ", ".join(f"{name} = {x:g}" for name, x in row.at.items())
    slopes = ", ".join(f"dy/d{name} = {x:.6g}" for name, x in row.derivatives.items())
    note = f"  ({row.note})" if row.note else ""
    return f"    {row.formula} at {at}: y = {row.value:.6g}, {slopes}{note}"


def _of_composed(name: str, f: Callable[..., Any]) -> list[str]:
    parameters = inspect.signature(f).parameters.values()
    plain = [p.replace(annotation=inspect.Parameter.empty) for p in parameters]
    call = f"{name}{inspect.Signature(plain)}"
    return [call, "", *(inspect.getdoc(f) or "").splitlines()]
