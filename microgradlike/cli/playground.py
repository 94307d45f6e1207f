"""The command `playground`: a page in which one types a formula."""

from __future__ import annotations

import argparse
from pathlib import Path

from microgradlike.cli.expression import save, viz_module


def add_playground_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of `playground`."""
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        default=Path("playground.html"),
        metavar="FILE",
        help="file to write, ending in .html (default: playground.html)",
    )
    parser.add_argument("--lang", help="language of the page, en or ko (default: the browser's)")


def playground(arguments: argparse.Namespace) -> int:
    """Write the playground and print the name of the file."""
    made = viz_module("page.playground").playground(lang=arguments.lang)
    save(made, arguments.output)
    print(arguments.output)
    return 0
