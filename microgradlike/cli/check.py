"""The command `check`: the derivatives of a user's function."""

from __future__ import annotations

import argparse
import difflib
import importlib
import inspect
import operator
import os
import random
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace

from microgradlike._validate import shown
from microgradlike.cli.expression import parse_assignments, positive, unknown
from microgradlike.expressions.lexer import listed
from microgradlike.expressions.parser import parse
from microgradlike.op import Number
from microgradlike.ops import Op
from microgradlike.testing import (
    CheckStatistics,
    GradientError,
    GradientWarning,
    Report,
    check_gradients,
)

RANGE = 3.0  # the largest magnitude of a random number
SKIPS = 20  # points that may be skipped for each one that is wanted


def add_check_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `check`."""
    parser.add_argument(
        "function",
        metavar="MODULE:FUNCTION",
        help="a function such as mymodule:loss, also of a module in the current directory, or an"
        ' expression such as "sin(x)*x"',
    )
    parser.add_argument(
        "--at",
        action="append",
        default=[],
        metavar="NAME=NUMBER,...",
        help="the point to check, such as w=2,x=pi/2; may be repeated (default: random points)",
    )
    parser.add_argument(
        "--points",
        type=positive,
        default=10,
        metavar="N",
        help=f"number of random points, from -{RANGE:g} to {RANGE:g} per argument (default: 10)",
    )
    parser.add_argument(
        "--order",
        type=positive,
        default=2,
        metavar="N",
        help="highest order of the derivatives to check (default: 2)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of the random points (default: 0)"
    )


def check(arguments: argparse.Namespace) -> int:
    """Check the derivatives of a function and return 1 if one is wrong, else 0."""
    text = arguments.function.strip()
    is_name = ":" in text or text.endswith(".py") or text.replace(".", "").isidentifier()
    f = import_function(text) if is_name else parsed_function(text)
    names = _parameters(f, text)
    warnings.simplefilter("ignore", GradientWarning)  # the report has them
    try:
        if arguments.at:
            report = _check_point(
                f, _point(names, parse_assignments(arguments.at)), arguments.order
            )
            if not is_name:
                draw = f'microgradlike draw "{text}" --at {",".join(arguments.at)}'
                report = replace(report, drawing=f"to draw the graph: {draw}")
            print(report)
            return 0
        statistics = _check_random_points(f, names, arguments)
    except GradientError as wrong:
        print(wrong)
        return 1
    print(f"{text}: {statistics.summary(arguments.points)}")
    return 0


def import_function(text: str) -> Callable[..., object]:
    """Import the function MODULE:FUNCTION, also from the current directory."""
    module, _, path = text.partition(":")
    if not module or not path:
        raise ValueError(
            f"check takes MODULE:FUNCTION such as mymodule:loss, or an expression such as x*x, got"
            f" {shown(text)}"
        )
    if module.endswith(".py") or "/" in module:
        dotted = module.removesuffix(".py").replace("/", ".").strip(".")
        raise ValueError(f"check takes the name of a module, not a file: write {dotted}:{path}")
    sys.path.insert(0, os.getcwd())
    try:
        found = importlib.import_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # user code, which may also raise SystemExit
        hint = ""
        if isinstance(error, ModuleNotFoundError) and error.name == module.partition(".")[0]:
            hint = "; run the command in the folder of the module, or add that one to PYTHONPATH"
        raise ValueError(f"cannot import {module}: {_one_line(error)}{hint}") from error
    try:
        f = operator.attrgetter(path)(found)
    except AttributeError:
        close = difflib.get_close_matches(path, dir(found), n=1, cutoff=0.7)
        hint = "check the spelling, or name a function that it has"
        if close:
            hint = f"did you mean {close[0]}?"
        raise ValueError(f"the module {module} has no {shown(path)}; {hint}") from None
    if not callable(f):
        raise ValueError(f"{text} is {shown(f)} of type {type(f).__name__}, not a function")
    return f  # type: ignore[no-any-return]  # attrgetter gives Any


def parsed_function(text: str) -> Callable[..., object]:
    """Make a function of an expression's names, in the order of their appearance."""
    expression = parse(text)

    def f(*numbers: Number) -> Number:
        return expression(dict(zip(expression.names, numbers)))

    kind = inspect.Parameter.POSITIONAL_ONLY
    parameters = [inspect.Parameter(name, kind) for name in expression.names]
    vars(f)["__signature__"] = inspect.Signature(parameters)
    return f


def _parameters(f: Callable[..., object], text: str) -> list[str]:
    """The names of the arguments of f that have no default."""
    if isinstance(f, Op):
        return list(f.operand_names)
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        raise ValueError(f"{text} has no signature to read; wrap it in a def") from None
    needed = [p for p in parameters if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
    if not needed or any(p.kind in (p.VAR_POSITIONAL, p.KEYWORD_ONLY) for p in needed):
        raise ValueError(f"check takes a function of named numbers, as in f(w, x), got {text}")
    return [p.name for p in needed]


def _point(names: list[str], numbers: dict[str, float]) -> list[float]:
    for name in numbers:
        if name not in names:
            raise ValueError(unknown("--at", name, names, of="function"))
    missing = [name for name in names if name not in numbers]
    if missing:
        raise ValueError(f"no value for {listed(missing)}; add it to --at")
    return [numbers[name] for name in names]


def _check_point(f: Callable[..., object], point: list[float], order: int) -> Report:
    try:
        return check_gradients(f, *point, order=order)
    except (ValueError, TypeError, GradientError):
        raise
    except (Exception, SystemExit) as error:  # raised by the user's function
        raise RuntimeError(f"the function raised {_one_line(error)}") from error


def _check_random_points(
    f: Callable[..., object], names: list[str], arguments: argparse.Namespace
) -> CheckStatistics:
    """Check random points, and skip those where f is not finite or raises a ValueError."""
    rng = random.Random(arguments.seed)
    statistics, count = CheckStatistics(), arguments.points
    while statistics.points < count and len(statistics.skipped) < SKIPS * count:
        point = [rng.uniform(-RANGE, RANGE) for _ in names]
        try:
            statistics.add(_check_point(f, point, arguments.order))
        except ValueError as error:
            at = listed([f"{name}={x:.6g}" for name, x in zip(names, point)])
            statistics.skipped.append(f"{at}: {_one_line(error):.300}")
    if not statistics.points:
        raise ValueError(
            f"none of {len(statistics.skipped)} random points could be checked; give one with --at."
            f" The first was {statistics.skipped[0]}"
        )
    return statistics


def _one_line(error: BaseException) -> str:
    message = " ".join(str(error).split())
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
