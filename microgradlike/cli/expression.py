"""The commands for one expression: draw, page, explain."""

from __future__ import annotations

import argparse
import difflib
import importlib
import importlib.util
import math
import re
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from microgradlike._io import require_regular
from microgradlike._validate import shown
from microgradlike.engine import Value
from microgradlike.expressions.formula import parse_formula
from microgradlike.expressions.grammar import DIGITS_BELOW
from microgradlike.expressions.lexer import listed
from microgradlike.expressions.parser import ParseError, parse
from microgradlike.graph import topological
from microgradlike.indeterminate_form import indeterminate

if TYPE_CHECKING:
    from viz import Drawing, Page

FORMATS = ("svg", "png", "pdf", "dot")
DIRECTIONS = ("LR", "TB", "RL", "BT")
DIGITS = "show how many digits of each number are right, and where they were lost"
MAX_ZEROS = 20  # names without influence that `explain` writes out; others are counted


def viz_module(name: str) -> ModuleType:
    """Import a module of the package viz; ImportError with a way out if it is missing."""
    try:
        return importlib.import_module(f"viz.{name}")
    except Exception as error:
        raise ImportError(_missing_viz(error)) from error


def _missing_viz(error: Exception) -> str:
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    if missing and missing.partition(".")[0] not in ("viz", "microgradlike"):
        return f"pictures need {missing}: python -m pip install {missing}"
    found = sys.modules["viz"] if "viz" in sys.modules else importlib.util.find_spec("viz")
    if found is None:
        return (
            "pictures need the package viz, which comes with microgradlike but is missing here:"
            " python -m pip install --force-reinstall microgradlike"
        )
    place = getattr(found, "__file__", None) or getattr(found, "origin", None) or "a built-in"
    return (
        f"pictures need microgradlike's package viz, but another one is found first: {place};"
        " rename it, or start from another directory"
    )


def add_expression(parser: argparse.ArgumentParser) -> None:
    """Add the expression and the numbers for its names."""
    parser.add_argument("expression", help='a formula such as "tanh(w*x + b)"')
    parser.add_argument(
        "--at",
        action="append",
        default=[],
        metavar="NAME=NUMBER,...",
        help="numbers for the names, such as w=2,x=pi/2; may be repeated",
    )


def add_draw_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `draw`."""
    add_expression(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="file to write (default: named after the expression)",
    )
    parser.add_argument(
        "--format", choices=FORMATS, help="format of the file (default: the ending of FILE, or svg)"
    )
    parser.add_argument(
        "--direction",
        choices=DIRECTIONS,
        default="LR",
        help="direction from inputs to result: LR left to right, TB top to bottom, RL and BT the"
        " reverse (default: LR)",
    )
    parser.add_argument("--digits", action="store_true", help=DIGITS)


def draw(arguments: argparse.Namespace) -> int:
    """Draw an expression with its gradients and print the name of the file."""
    drawing = viz_module("dot.drawing")
    y, _ = evaluate(arguments.expression, arguments.at)
    path = _output(arguments.output, arguments.format, arguments.expression)
    try:
        save(drawing.draw(y, direction=arguments.direction, digits=arguments.digits), path)
    except viz_module("dot.render").RenderError as error:
        text = path.with_suffix(".dot")
        raise RuntimeError(f"{render_problem(error)}; -o {text} writes its text") from error
    print(f"{arguments.expression.strip()} = {y.data:.6g}")
    print(path)
    return 0


def add_page_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `page`."""
    add_expression(parser)
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="file to write, ending in .html (default: named after the expression)",
    )
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--digits", action="store_true", help=DIGITS)
    kind.add_argument("--practice", action="store_true", help="hide gradients and ask for them")
    parser.add_argument("--lang", help="language of the page, en or ko (default: the browser's)")


def page(arguments: argparse.Namespace) -> int:
    """Write an expression as a page to step through and print the name of the file."""
    paging = viz_module("page.page")
    y, _ = evaluate(arguments.expression, arguments.at)
    path = arguments.output or Path(f"{_file_name(arguments.expression)}.html")
    options = {"digits": arguments.digits, "practice": arguments.practice, "lang": arguments.lang}
    save(paging.page(y, **options), path)
    print(f"{arguments.expression.strip()} = {y.data:.6g}")
    print(path)
    return 0


def save(picture: Drawing | Page, path: Path) -> None:
    """Write a picture or a page to a file."""
    if not path.parent.is_dir():
        raise ValueError(
            f"cannot write {path}: there is no directory {path.parent}; create it first"
        )
    try:
        require_regular(path)  # here, with a way out that needs no Python
        picture.save(path)
    except OSError as error:
        raise ValueError(f"cannot write {path}: {error.strerror or error}") from error


def render_problem(error: Exception) -> str:
    """The message of a RenderError, without the advice that needs Python."""
    return re.sub(r"; (without it, \.save|draw less of it).*", "", str(error))


def _output(output: Path | None, chosen: str | None, expression: str) -> Path:
    if output is None:
        return Path(f"{_file_name(expression)}.{chosen or 'svg'}")
    suffix = output.suffix.lower().removeprefix(".")
    if chosen is None and suffix not in FORMATS:
        raise ValueError(
            "the file name of a picture must end in .svg, .png, .pdf or .dot, got"
            f" {str(output)!r}; name it {output.with_suffix('.svg')}"
        )
    if chosen is not None and suffix != chosen:
        raise ValueError(f"--format {chosen} does not fit {str(output)!r}; leave one of them out")
    return output


def _file_name(expression: str) -> str:
    """The name, without ending, of the file for an expression; x+y and x*y have different ones."""
    formula = "".join(expression.split())
    name = re.sub(r"\W+", "-", formula).strip("-")[:40]
    return name if name == formula else f"{name}-{sha256(formula.encode()).hexdigest()[:6]}"


def add_explain_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `explain`."""
    add_expression(parser)
    parser.add_argument(
        "--wrt",
        metavar="NAME",
        help="explain the derivative with respect to this name only (default: every name)",
    )
    parser.add_argument(
        "--paths",
        type=positive,
        default=5,
        metavar="N",
        help="number of paths to write out per name (default: 5)",
    )
    parser.add_argument(
        "--latex",
        action="store_true",
        help="print formulas for a LaTeX document that uses amsmath",
    )


def explain(arguments: argparse.Namespace) -> int:
    """Print the chain rule of an expression."""
    write = partial(
        viz_module("text.explain").explain, format="latex" if arguments.latex else "text"
    )
    y, values = evaluate(arguments.expression, arguments.at)
    if arguments.wrt is not None and arguments.wrt not in values:
        raise ValueError(unknown("--wrt", arguments.wrt, list(values)))
    if arguments.wrt is not None:
        print(write(y, values[arguments.wrt], max_paths=arguments.paths))
        return 0
    # a name in the branch that `where` did not choose is in the expression, but not in the graph
    graph = {id(v) for v in topological(y)}
    outside = [v for v in values.values() if id(v) not in graph]
    sections = [write(y, v) for v in outside[:MAX_ZEROS]]
    if len(outside) > MAX_ZEROS:
        sections.append(f"nor on {len(outside) - MAX_ZEROS:,} more names")
    if not values or len(outside) < len(values):  # else the graph has constants only
        sections.insert(0, write(y, max_paths=arguments.paths))
    print("\n\n".join(sections))
    return 0


def evaluate(text: str, at: list[str]) -> tuple[Value, dict[str, Value]]:
    """Evaluate an expression and run the backward pass; also return its inputs by name."""
    formula = parse_formula(text)
    numbers = {**formula.numbers, **(given := parse_assignments(at))}
    for name in given:
        if name not in formula.names:
            raise ValueError(unknown("--at", name, formula.names))
    missing = [name for name in formula.names if name not in numbers]
    if missing:
        pairs = ",".join(f"{name:.40}=..." for name in missing[:10])
        raise ValueError(f"no value for {listed(missing)}; add --at {pairs}")
    y, values = formula.graph(numbers)
    with indeterminate("zero"):  # the pictures and the text mark such products
        y.backward()
    return y, values


def parse_assignments(at: list[str]) -> dict[str, float]:
    """The numbers of --at by name; ValueError if one is not finite, or given twice."""
    numbers: dict[str, float] = {}
    for pair in [pair for text in at for pair in _pairs(text)]:
        name, equals, text = map(str.strip, pair.partition("="))
        name = name.translate(DIGITS_BELOW)
        if not equals or not name.isidentifier():
            raise ValueError(f"--at takes pairs such as w=2,x=1, got {shown(pair.strip())}")
        if name in numbers:
            raise ValueError(f"--at gives {name:.60} twice; keep one of them")
        numbers[name] = _number(f"--at {name:.60}", text)
    return numbers


def _pairs(text: str) -> Iterator[str]:
    """The parts of a text between its commas, except commas inside brackets."""
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
        raise ValueError(_not_a_number(what, text)) from None
    if expression.names:
        raise ValueError(_not_a_number(what, text))
    if not math.isfinite(x):
        raise ValueError(f"{what}: {shown(text)} is {x}; give a finite number")
    return float(x)


def _not_a_number(what: str, text: str) -> str:
    return f"{what}: {shown(text)} is not a number; write one such as 2, 1e-3 or pi/2"


def unknown(option: str, name: str, known: Sequence[str], *, of: str = "expression") -> str:
    """The message for a name that the expression or function does not have."""
    close = difflib.get_close_matches(name, known, n=1)
    has = f"did you mean {close[0]:.60}?" if close else f"it has {listed(known) or 'no names'}"
    return f"{option}: the {of} has no {shown(name)}; {has}"


def positive(text: str) -> int:
    """The type of an option: a whole number of at least 1."""
    try:
        n = int(text)
    except ValueError:
        n = 0
    if n < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number of at least 1, got {text!r:.40}")
    return n
