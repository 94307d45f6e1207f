"""The commands about one expression: draw, explain."""

from __future__ import annotations

import argparse
import difflib
import importlib
import importlib.util
import math
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from microgradlike.engine import Value
from microgradlike.parse import ParseError, parse

FORMATS = ("svg", "png", "pdf", "dot")
DIRECTIONS = ("LR", "TB", "RL", "BT")


def pictures(module: str) -> Any:
    """The module `module` of the package viz; ImportError in plain words where it is not ours."""
    try:
        return importlib.import_module(f"viz.{module}")
    except Exception as error:
        raise ImportError(_without_pictures(error)) from error


def _without_pictures(error: Exception) -> str:
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if missing and missing.partition(".")[0] not in ("viz", "microgradlike"):
        return f"pictures need {missing}: python -m pip install {missing}"
    found = sys.modules["viz"] if "viz" in sys.modules else importlib.util.find_spec("viz")
    if found is None:
        return (
            "pictures need the package viz, which comes with microgradlike but is missing here:"
            " python -m pip install --force-reinstall microgradlike"
        )
    place = getattr(found, "__file__", None) or getattr(found, "origin", None) or "a built-in one"
    return (
        f"pictures need microgradlike's package viz, but another one is found first: {place}; start"
        " from another directory, or rename it"
    )


def _add_expression(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("expression", help='such as "tanh(w*x + b)"')
    parser.add_argument(
        "--at",
        action="append",
        default=[],
        metavar="NAME=NUMBER,...",
        help="the numbers, such as w=2,x=1,b=0.5; constant expressions such as pi/2 will do",
    )


def for_draw(parser: argparse.ArgumentParser) -> None:
    """The options of `draw`."""
    _add_expression(parser)
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="where to write")
    parser.add_argument("--format", choices=FORMATS, help="by default what FILE ends in, or svg")
    parser.add_argument("--direction", choices=DIRECTIONS, default="LR", help="by default LR")


def draw(arguments: argparse.Namespace) -> int:
    """Draw an expression with its gradients and say where the picture is."""
    drawing = pictures("drawing")
    y, _ = evaluated(arguments.expression, arguments.at)
    path = _output(arguments.output, arguments.format, arguments.expression)
    if not path.parent.is_dir():
        raise ValueError(f"cannot write {path}: there is no directory {path.parent}")
    try:
        drawing.draw(y, direction=arguments.direction).save(path)
    except OSError as error:
        raise ValueError(f"cannot write {path}: {error.strerror or error}") from error
    print(f"{arguments.expression.strip()} = {y.data:.6g}")
    print(path)
    return 0


def _output(output: Path | None, chosen: str | None, expression: str) -> Path:
    if output is None:
        name = re.sub(r"\W+", "-", expression).strip("-")[:40] or "expression"
        return Path(f"{name}.{chosen or 'svg'}")
    suffix = output.suffix.lower().removeprefix(".")
    if chosen is None and suffix not in FORMATS:
        raise ValueError(
            f"a picture ends in .{', .'.join(FORMATS)}, got {str(output)!r}; or give --format"
        )
    if chosen is not None and suffix != chosen:
        raise ValueError(f"--format {chosen} does not go with {str(output)!r}; leave one out")
    return output


def for_explain(parser: argparse.ArgumentParser) -> None:
    """The options of `explain`."""
    _add_expression(parser)
    parser.add_argument("--wrt", metavar="NAME", help="by this name only, not by every one")
    parser.add_argument(
        "--paths", type=positive, default=5, metavar="N", help="written out, by default 5"
    )


def explain(arguments: argparse.Namespace) -> int:
    """Print the chain rule of an expression."""
    explaining = pictures("explain")
    y, values = evaluated(arguments.expression, arguments.at)
    if arguments.wrt is not None and arguments.wrt not in values:
        raise ValueError(_unknown("--wrt", arguments.wrt, values))
    x = None if arguments.wrt is None else values[arguments.wrt]
    print(explaining.explain(y, x, max_paths=arguments.paths))
    return 0


def evaluated(text: str, at: list[str]) -> tuple[Value, dict[str, Value]]:
    """The expression at these numbers, after a backward pass, and its inputs by name."""
    expression = parse(text)
    numbers = assignments(at)
    for name in numbers:
        if name not in expression.names:
            raise ValueError(_unknown("--at", name, expression.names))
    missing = [name for name in expression.names if name not in numbers]
    if missing:
        pairs = ",".join(f"{name}=..." for name in missing)
        raise ValueError(f"no value for {', '.join(missing)}; add --at {pairs}")
    values = {name: Value(numbers[name], name) for name in expression.names}
    y = expression(values)
    if not isinstance(y, Value):  # an expression without names
        y = Value(y)
    if y.label == "" and "y" not in values:
        y.label = "y"
    y.backward()
    return y, values


def assignments(at: list[str]) -> dict[str, float]:
    """The numbers of --at by name; ValueError for what is no finite number, or there twice."""
    numbers: dict[str, float] = {}
    for pair in [pair for text in at for pair in text.split(",")]:
        name, equals, text = map(str.strip, pair.partition("="))
        if not equals or not name.isidentifier():
            raise ValueError(f"--at takes pairs such as w=2,x=1, got {pair.strip()!r:.60}")
        if name in numbers:
            raise ValueError(f"--at gives {name} twice")
        numbers[name] = _number(f"--at {name}", text)
    return numbers


def _number(what: str, text: str) -> float:
    try:
        expression = parse(text)
        x = math.nan if expression.names else expression({})
    except ParseError:
        raise ValueError(f"{what}: {text!r:.60} is no number") from None
    if expression.names:
        raise ValueError(f"{what}: {text!r:.60} is no number")
    if not math.isfinite(x):
        raise ValueError(f"{what}: {text!r:.60} is {x}, and a picture starts from finite numbers")
    return float(x)


def _unknown(option: str, name: str, known: Iterable[str]) -> str:
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    has = f"did you mean {close[0]}?" if close else f"it has {', '.join(names) or 'no names'}"
    return f"{option}: the expression has no {name!r:.60}; {has}"


def positive(text: str) -> int:
    """A whole number of at least 1, as the type of an option."""
    n = int(text)
    if n < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return n
