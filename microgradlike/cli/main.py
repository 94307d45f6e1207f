"""The entry of the command line: its commands, errors and exit statuses.

Results go to stdout. A bad input is one line on stderr and exit status 2; a ParseError has two more
lines, which show the place. The status is 1 for a wrong derivative, a wrong engine or too few
digits, 130 for Ctrl-C and 141 for a closed pipe.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import io
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from microgradlike.cli import (
    check,
    demo,
    digits,
    expression,
    functions,
    grade,
    playground,
)
from microgradlike.engine import __compiled__
from microgradlike.expressions.lexer import ParseError

EXPECTED = (ValueError, TypeError, OSError, ImportError, RuntimeError)  # errors of the user's


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand: `add_options` adds its options, `run` returns the exit status."""

    name: str
    help: str
    add_options: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


COMMANDS = (
    Command(
        "demo",
        "draw a neuron, train a small network, and write pictures and pages of both",
        demo.add_demo_options,
        demo.demo,
    ),
    Command(
        "draw",
        "draw the graph of an expression, with its values and gradients",
        expression.add_draw_options,
        expression.draw,
    ),
    Command(
        "page",
        "write an expression as an HTML page, to step through its two passes",
        expression.add_page_options,
        expression.page,
    ),
    Command(
        "playground",
        "write an HTML page that makes the graph of a formula as one types it",
        playground.add_playground_options,
        playground.playground,
    ),
    Command(
        "explain",
        "print the chain rule of an expression, path by path",
        expression.add_explain_options,
        expression.explain,
    ),
    Command(
        "digits",
        "print how many digits of an expression and its derivatives are right, and what to write"
        " instead; the exit status is 1 if they are fewer than --least",
        digits.add_digits_options,
        digits.digits,
    ),
    Command(
        "check",
        "check the derivatives of a Python function or an expression; the exit status is 1 if one"
        " is wrong",
        check.add_check_options,
        check.check,
    ),
    Command(
        "grade",
        "grade an engine of your own: the operations that are right, the smallest expression that"
        " fails, and the mistake it looks like; the exit status is 1 for a mistake",
        grade.add_grade_options,
        grade.grade,
    ),
    Command(
        "functions",
        "list the functions, or describe one: its derivatives, its domain and its edges",
        functions.add_functions_options,
        functions.functions,
    ),
)

# commands that take an expression first
EXPRESSION = ("draw", "page", "explain", "digits", "check")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    `arguments` are, by default, those of the process.

    >>> main(["check", "microgradlike:tanh", "--points", "1"])  # doctest: +ELLIPSIS
    microgradlike:tanh: 1 first derivatives at 1 points agree with differences of values, ...
    0
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # \u2202 on a terminal without ∂
    try:
        status = _run(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
        return status
    except SystemExit as done:  # from argparse, after --help
        return done.code if isinstance(done.code, int) else 2
    except KeyboardInterrupt:
        _print_error("interrupted")
        return 130
    except BrokenPipeError:  # the reader closed the pipe, as `| head` does
        _drop_output()
        return 141
    except Exception as error:
        _print_error(_described(error))
        _drop_output()
        return 2


def _run(arguments: list[str]) -> int:
    if arguments[:1] == ["--version"]:
        form = "compiled" if __compiled__ else "plain Python"
        print(f"microgradlike {importlib.metadata.version('microgradlike')} ({form})")
        return 0
    parser = argument_parser()
    if not arguments:
        parser.print_help()
        return 0
    if len(arguments) > 1 and arguments[0] in EXPRESSION and _is_negative(arguments[1]):
        arguments[1] = f" {arguments[1]}"  # "-x" is an expression here, not an option
    parsed = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = parsed.run
    return run(parsed)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        if (
            message.startswith("unrecognized arguments: ")
            and "=" in message
            and "--" not in message
        ):
            message += "; separate the numbers of --at by commas, as in --at w=2,x=1"
        raise ValueError(f"{message}; see {self.prog} --help")


def argument_parser() -> argparse.ArgumentParser:
    """The parser of all commands, from which the reference is written too."""
    parser = _Parser(
        prog="microgradlike",
        description="A scalar autograd engine: see every number, derivative and gradient.",
        epilog="microgradlike COMMAND --help lists the options of a command.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    choices: Any = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        description = f"{command.help[0].upper()}{command.help[1:]}."
        sub = choices.add_parser(
            command.name, help=command.help, description=description, allow_abbrev=False
        )
        command.add_options(sub)
        sub.set_defaults(run=command.run)
    return parser


def _is_negative(argument: str) -> bool:
    """True for a minus sign first, except in an option of these commands."""
    is_option = argument in ("-h", "-o") or argument.startswith("--")
    return argument.startswith("-") and not is_option


def _described(error: Exception) -> str:
    """The message for an error: one line, for a ParseError three."""
    if isinstance(error, ParseError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror}"
    message = " ".join(str(error).split()) or "no message"
    if isinstance(error, EXPECTED):
        return message
    return f"{type(error).__name__}: {message}; this is a bug in microgradlike, please report it"


def _print_error(message: str) -> None:
    try:
        print(f"microgradlike: {message}", file=sys.stderr, flush=True)
    except (OSError, ValueError):  # stderr is closed as well; the exit status remains
        return


def _drop_output() -> None:
    """Discard the output that is still buffered: writing it at exit would fail again."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        try:
            sys.stdout.flush()
        except (OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
