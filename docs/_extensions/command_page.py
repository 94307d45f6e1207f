"""The commands of the shell, from the parser that reads them."""

from __future__ import annotations

import argparse

from microgradlike.cli import main


def commands(text: str) -> str:
    """A table of the commands, a section for each, and the exit statuses."""
    parser = main.argument_parser()
    (sub,) = (a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    head = "| command | meaning |\n|---|---|"
    rows = [f"| [`{c.name}`](#microgradlike-{c.name}) | {c.help} |" for c in main.COMMANDS]
    sections = [_section(command) for command in sub.choices.values()]
    options = "\n".join(map(_argument, (a for a in parser._actions if a is not sub)))
    result = (main.__doc__ or "").partition("\n\n")[2]
    return "\n\n".join(
        ["\n".join([head, *rows]), *sections, f"## Without a command\n\n{options}",
         f"## Output and exit statuses\n\n{result}"]
    )  # fmt: skip


def _section(parser: argparse.ArgumentParser) -> str:
    usage = " ".join(parser.format_usage().removeprefix("usage:").split())
    arguments = "\n".join(map(_argument, parser._actions))
    return f"## {parser.prog}\n\n{parser.description}\n\n```text\n{usage}\n```\n\n{arguments}"


def _argument(action: argparse.Action) -> str:
    names = [*action.option_strings] or [str(action.metavar or action.dest)]
    if action.option_strings and action.nargs != 0:
        names[-1] += f" {action.metavar or '{' + ','.join(map(str, action.choices or ())) + '}'}"
    return f"`{', '.join(names)}`\n: {action.help}\n"
