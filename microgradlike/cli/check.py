"""The command `check`: the gradients of a function of the user's own."""

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
from typing import Any

from microgradlike.cli.expression import assignments, positive, unknown
from microgradlike.expressions.lexer import listed
from microgradlike.ops import Op
from microgradlike.testing import GradientError, GradientWarning, Report, check_gradients
from microgradlike.testing.check.statistics import Tally

RANGE = 3.0  # drawn points lie within this distance of 0


def for_check(parser: argparse.ArgumentParser) -> None:
    """The options of `check`."""
    parser.add_argument("function", metavar="MODULE:FUNCTION", help="such as mymodule:loss")
    parser.add_argument(
        "--at",
        action="append",
        default=[],
        metavar="NAME=NUMBER,...",
        help="the point to check at; by default points are drawn",
    )
    parser.add_argument(
        "--points", type=positive, default=10, metavar="N", help="drawn, by default 10"
    )
    parser.add_argument(
        "--order", type=positive, default=2, metavar="N", help="of derivatives, by default up to 2"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the drawn points, by default 0")


def check(arguments: argparse.Namespace) -> int:
    """Check the gradients of a function; 1 where one is wrong."""
    f = imported(arguments.function)
    names = _parameters(f, arguments.function)
    warnings.simplefilter("ignore", GradientWarning)  # the report says it
    try:
        if arguments.at:
            print(_checked(f, _point(names, assignments(arguments.at)), arguments.order))
            return 0
        tally = _drawn(f, names, arguments, random.Random(arguments.seed))
    except GradientError as wrong:
        print(wrong)
        return 1
    print(f"{arguments.function}: {tally.summary(arguments.points)}")
    return 0


def imported(text: str) -> Callable[..., Any]:
    """The function that MODULE:FUNCTION names; modules in the working directory are found too."""
    module, _, path = text.partition(":")
    if not module or not path:
        raise ValueError(f"check takes MODULE:FUNCTION such as mymodule:loss, got {text!r:.60}")
    if module.endswith(".py") or "/" in module:
        dotted = module.removesuffix(".py").replace("/", ".").strip(".")
        raise ValueError(f"check takes the name of a module, not a file: write {dotted}:{path}")
    sys.path.insert(0, os.getcwd())
    try:
        found = importlib.import_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # whatever a module does when it is run, SystemExit included
        raise ValueError(f"cannot import {module}: {_named(error)}") from error
    try:
        f = operator.attrgetter(path)(found)
    except AttributeError:
        close = difflib.get_close_matches(path, dir(found), n=1)
        hint = f"; did you mean {close[0]}?" if close else ""
        raise ValueError(f"the module {module} has no {path!r:.60}{hint}") from None
    if not callable(f):
        raise ValueError(f"{text} is {f!r:.60} of type {type(f).__name__}, not a function")
    return f  # type: ignore[no-any-return]  # attrgetter gives Any


def _parameters(f: Callable[..., Any], text: str) -> list[str]:
    """The names of the numbers that f takes: its arguments without a default."""
    if isinstance(f, Op):
        return list(f.operand_names)
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        raise ValueError(f"{text} does not say what arguments it takes; wrap it in a def") from None
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


def _checked(f: Callable[..., Any], point: list[float], order: int) -> Report:
    try:
        return check_gradients(f, *point, order=order)
    except (ValueError, TypeError, GradientError):
        raise
    except (Exception, SystemExit) as error:  # of the user's function
        raise RuntimeError(f"the function raised {_named(error)}") from error


def _drawn(
    f: Callable[..., Any], names: list[str], arguments: argparse.Namespace, rng: random.Random
) -> Tally:
    """Checks at drawn points; those where f is not finite, or refuses, are passed over."""
    tally, count = Tally(), arguments.points
    while tally.points < count and len(tally.passed) < 20 * count:
        point = [rng.uniform(-RANGE, RANGE) for _ in names]
        try:
            tally.add(_checked(f, point, arguments.order))
        except ValueError as error:
            at = listed([f"{name}={x:.6g}" for name, x in zip(names, point)])
            tally.passed.append(f"{at}: {_named(error):.300}")
    if not tally.points:
        raise ValueError(
            f"none of {len(tally.passed)} points drawn could be checked, give one with --at;"
            f" the first was {tally.passed[0]}"
        )
    return tally


def _named(error: BaseException) -> str:
    message = " ".join(str(error).split())
    return f"{type(error).__name__}: {message}" if message else type(error).__name__
