"""The command line: what it offers, and that nothing comes out of it but results and plain words.

A bad input is one line on stderr and exit status 2 (a ParseError has two more, with the place), a
gradient that is wrong is 1, Ctrl-C is 130, a closed pipe 141.
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

from microgradlike.cli import check, demo, expression
from microgradlike.engine import __compiled__
from microgradlike.expressions.lexer import ParseError

EXPECTED = (ValueError, TypeError, OSError, ImportError, RuntimeError)


@dataclass(frozen=True, slots=True)
class Command:
    """A subcommand: its options are added by `configure`, and `run` gives the exit status."""

    name: str
    help: str
    configure: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


COMMANDS = (
    Command("demo", "draw a neuron, train a network, write pictures", demo.configure, demo.run),
    Command("draw", "draw an expression with its gradients", expression.for_draw, expression.draw),
    Command(
        "page", "an expression as a page to step through", expression.for_page, expression.page
    ),
    Command(
        "explain",
        "the chain rule of an expression, as text",
        expression.for_explain,
        expression.explain,
    ),
    Command("check", "check the gradients of a function", check.for_check, check.check),
)

EXPRESSION = ("draw", "page", "explain")  # they take one first


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; `arguments` are those of the process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(
            stream, io.TextIOWrapper
        ):  # a terminal that lacks ∂ gets \u2202, no exception
            stream.reconfigure(errors="backslashreplace")
    try:
        status = _run(sys.argv[1:] if arguments is None else list(arguments))
        sys.stdout.flush()
        return status
    except SystemExit as done:  # argparse, after --help
        return done.code if isinstance(done.code, int) else 2
    except KeyboardInterrupt:
        _say("interrupted")
        return 130
    except BrokenPipeError:  # whoever reads has read enough, as in `| head`
        _drop_output()
        return 141
    except Exception as error:
        _say(_described(error))
        _drop_output()
        return 2


def _run(arguments: list[str]) -> int:
    if arguments[:1] == ["--version"]:
        form = "compiled" if __compiled__ else "plain Python"
        print(f"microgradlike {importlib.metadata.version('microgradlike')} ({form})")
        return 0
    parser = _parser()
    if not arguments:
        parser.print_help()
        return 0
    if (
        len(arguments) > 1
        and arguments[0] in ("draw", "page", "explain")
        and _is_negative(arguments[1])
    ):
        arguments[1] = f" {arguments[1]}"  # "-x" is an expression here, and no option
    parsed = parser.parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = parsed.run
    return run(parsed)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ValueError(f"{message}; see {self.prog} --help")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="microgradlike",
        description="A scalar autograd engine: see every number, derivative and gradient.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    choices: Any = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        sub = choices.add_parser(
            command.name, help=command.help, description=command.help, allow_abbrev=False
        )
        command.configure(sub)
        sub.set_defaults(run=command.run)
    return parser


def _is_negative(argument: str) -> bool:
    """Whether it begins with a minus sign and is not an option of draw, page or explain."""
    is_option = argument in ("-h", "-o") or argument.startswith("--")
    return argument.startswith("-") and not is_option


def _described(error: Exception) -> str:
    """What went wrong in one line; of a ParseError also the place."""
    if isinstance(error, ParseError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        place = f"{error.filename}: " if error.filename else ""
        return f"{place}{error.strerror}"
    message = " ".join(str(error).split()) or "no message"
    if isinstance(error, EXPECTED):
        return message
    return (
        f"{type(error).__name__}: {message}; this is a mistake in microgradlike, please report it"
    )


def _say(message: str) -> None:
    try:
        print(f"microgradlike: {message}", file=sys.stderr, flush=True)
    except (OSError, ValueError):  # stderr is closed as well: the exit status says it
        return


def _drop_output() -> None:
    """What is still in the buffer goes nowhere: writing it at exit would fail once more."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        try:
            sys.stdout.flush()
        except (OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
