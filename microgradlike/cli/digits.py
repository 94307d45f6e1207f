"""The command `digits`: the right digits of an expression and its gradient."""

from __future__ import annotations

import argparse
from contextlib import suppress

import microgradlike
from microgradlike.cli.check import parsed_function
from microgradlike.cli.expression import add_expression, evaluate


def add_digits_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `digits`."""
    add_expression(parser)
    parser.add_argument(
        "--least",
        type=_digits,
        metavar="N",
        help="exit status 1 if fewer than N of 16 digits of the value or of a derivative are right,"
        " or if that is undecided",
    )


def _digits(text: str) -> float:
    """The type of an option: a number from 0 to 16."""
    with suppress(ValueError):
        if 0 <= float(text) <= 16:
            return float(text)
    raise argparse.ArgumentTypeError(f"must be a number from 0 to 16, got {text!r:.40}")


def digits(arguments: argparse.Namespace) -> int:
    """Print the right digits of an expression; return 1 if they are fewer than --least."""
    y, values = evaluate(arguments.expression, arguments.at)
    report = microgradlike.digits(y)
    print(report)
    if report.lost and values:
        f = parsed_function(arguments.expression)
        with suppress(ValueError):  # the exact number is not known, so no formula is better
            print(f"\n{microgradlike.improve(f, *[v.data for v in values.values()])}")
    return 0 if arguments.least is None or report.worst >= arguments.least else 1
