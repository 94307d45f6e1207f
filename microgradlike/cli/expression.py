"""The commands about one expression: draw, page, explain."""

from __future__ import annotations

import argparse
import difflib
import importlib
import importlib.util
import math
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from microgradlike.engine import Value
from microgradlike.expressions.lexer import listed
from microgradlike.expressions.parser import ParseError, parse
from microgradlike.graph import topological

FORMATS = ("svg", "png", "pdf", "dot")
DIRECTIONS = ("LR", "TB", "RL", "BT")
MAX_ZEROS = 20  # names written out that an expression does not depend on


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
    drawing = pictures("dot.drawing")
    y, _ = evaluated(arguments.expression, arguments.at)
    path = _output(arguments.output, arguments.format, arguments.expression)
    try:
        _save(drawing.draw(y, direction=arguments.direction), path)
    except pictures("dot.render").RenderError as error:
        text = path.with_suffix(".dot")
        raise RuntimeError(f"{without_python(error)}; -o {text} writes its text") from error
    print(f"{arguments.expression.strip()} = {y.data:.6g}")
    print(path)
    return 0


def for_page(parser: argparse.ArgumentParser) -> None:
    """The options of `page`."""
    _add_expression(parser)
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="where to write, .html")


def page(arguments: argparse.Namespace) -> int:
    """Write an expression as a page to step through, and say where it is."""
    paging = pictures("page.page")
    y, _ = evaluated(arguments.expression, arguments.at)
    path = arguments.output or Path(f"{_named(arguments.expression)}.html")
    _save(paging.page(y), path)
    print(f"{arguments.expression.strip()} = {y.data:.6g}")
    print(path)
    return 0


def _save(picture: Any, path: Path) -> None:
    if not path.parent.is_dir():
        raise ValueError(f"cannot write {path}: there is no directory {path.parent}")
    try:
        picture.save(path)
    except OSError as error:
        raise ValueError(f"cannot write {path}: {error.strerror or error}") from error


def without_python(error: Exception) -> str:
    """What a RenderError says, without the ways out that are methods and options in Python."""
    return re.sub(r"; (without it, \.save|draw less of it).*", "", str(error))


def _output(output: Path | None, chosen: str | None, expression: str) -> Path:
    if output is None:
        return Path(f"{_named(expression)}.{chosen or 'svg'}")
    suffix = output.suffix.lower().removeprefix(".")
    if chosen is None and suffix not in FORMATS:
        raise ValueError(
            f"a picture ends in .{', .'.join(FORMATS)}, got {str(output)!r}; or give --format"
        )
    if chosen is not None and suffix != chosen:
        raise ValueError(f"--format {chosen} does not go with {str(output)!r}; leave one out")
    return output


def _named(expression: str) -> str:
    """A name for the file of an expression."""
    return re.sub(r"\W+", "-", expression).strip("-")[:40] or "expression"


def for_explain(parser: argparse.ArgumentParser) -> None:
    """The options of `explain`."""
    _add_expression(parser)
    parser.add_argument("--wrt", metavar="NAME", help="by this name only, not by every one")
    parser.add_argument(
        "--paths", type=positive, default=5, metavar="N", help="written out, by default 5"
    )


def explain(arguments: argparse.Namespace) -> int:
    """Print the chain rule of an expression."""
    explaining = pictures("text.explain")
    y, values = evaluated(arguments.expression, arguments.at)
    if arguments.wrt is not None and arguments.wrt not in values:
        raise ValueError(unknown("--wrt", arguments.wrt, list(values)))
    if arguments.wrt is not None:
        print(explaining.explain(y, values[arguments.wrt], max_paths=arguments.paths))
        return 0
    # what a `where` passed by is in no graph, but it is in the expression
    graph = {id(v) for v in topological(y)}
    outside = [v for v in values.values() if id(v) not in graph]
    sections = [explaining.explain(y, v) for v in outside[:MAX_ZEROS]]
    if len(outside) > MAX_ZEROS:
        sections.append(f"nor on {len(outside) - MAX_ZEROS:,} more names")
    if not values or len(outside) < len(values):  # else there are only constants in the graph
        sections.insert(0, explaining.explain(y, max_paths=arguments.paths))
    print("\n\n".join(sections))
    return 0


def evaluated(text: str, at: list[str]) -> tuple[Value, dict[str, Value]]:
    """The expression at these numbers, after a backward pass, and its inputs by name."""
    expression = parse(text)
    numbers = assignments(at)
    for name in numbers:
        if name not in expression.names:
            raise ValueError(unknown("--at", name, expression.names))
    missing = [name for name in expression.names if name not in numbers]
    if missing:
        pairs = ",".join(f"{name:.40}=..." for name in missing[:10])
        raise ValueError(f"no value for {listed(missing)}; add --at {pairs}")
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
    for pair in [pair for text in at for pair in _pairs(text)]:
        name, equals, text = map(str.strip, pair.partition("="))
        if not equals or not name.isidentifier():
            raise ValueError(f"--at takes pairs such as w=2,x=1, got {pair.strip()!r:.60}")
        if name in numbers:
            raise ValueError(f"--at gives {name:.60} twice")
        numbers[name] = _number(f"--at {name:.60}", text)
    return numbers


def _pairs(text: str) -> Iterator[str]:
    """What stands between the commas that no bracket encloses."""
    start = depth = 0
    for i, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if c == "," and depth == 0:
            yield text[start:i]
            start = i + 1
    yield text[start:]


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


def unknown(option: str, name: str, known: Sequence[str], *, of: str = "expression") -> str:
    """That there is no such name in the expression or function, and which there are."""
    close = difflib.get_close_matches(name, known, n=1)
    has = f"did you mean {close[0]:.60}?" if close else f"it has {listed(known) or 'no names'}"
    return f"{option}: the {of} has no {name!r:.60}; {has}"


def positive(text: str) -> int:
    """A whole number of at least 1, as the type of an option."""
    n = int(text)
    if n < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return n
